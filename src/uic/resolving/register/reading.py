"""What a round found, as tables under handles: for counting, for partners, for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from uic.engines.storing import fetched

if TYPE_CHECKING:
    import pyarrow as pa

    from uic.engines.storing import Database
    from uic.resolving.register.rounds import Round


@dataclass(frozen=True)
class Difference:
    """What a round sees otherwise than another, over the pairs that both hold.

    Attributes:
        gained: Pairs of records that are one person in the later round only.
        lost: Pairs that are one person in the earlier round only.
        kept: Pairs that are one person in both.
    """

    gained: int
    lost: int
    kept: int


def persons_of(database: Database, number: int) -> pa.Table:
    """Return ``partner``, ``handle`` (32 hexadecimal digits) and ``person_id`` of a round."""
    return fetched(
        database,
        "SELECT partner, printf('%016x%016x', handle_hi, handle_lo) AS handle,"
        " printf('P%06d', person) AS person_id"
        " FROM persons WHERE round = $1 ORDER BY partner, handle",
        [number],
    )


def links_of(database: Database, number: int, threshold: float) -> pa.Table:
    """Return the accepted pairs of a round: both sides' partner and handle, and probability."""
    return fetched(
        database,
        "SELECT partner_a, printf('%016x%016x', handle_a_hi, handle_a_lo) AS handle_a,"
        " partner_b, printf('%016x%016x', handle_b_hi, handle_b_lo) AS handle_b,"
        " ROUND(1 / (1 + EXP(-log_odds)), 6) AS probability FROM pairs"
        " WHERE round = $1 AND same AND (decided OR 1 / (1 + EXP(-log_odds)) >= $2)"
        " ORDER BY partner_a, handle_a, partner_b, handle_b",
        [number, threshold],
    )


def events_of(database: Database, found: Round) -> pa.Table:
    """Return the events of a round's exports: ``partner``, ``person_id``, contact, date, ...

    Events of exports that a newer one has replaced since are not here any more.
    """
    return fetched(
        database,
        "SELECT e.contact, e.date, e.channel, e.service, e.quantity, e.site, x.partner,"
        " printf('P%06d', p.person) AS person_id"
        " FROM events e JOIN exports x ON x.number = e.export"
        " LEFT JOIN records r ON r.export = e.export AND r.record = e.record"
        " LEFT JOIN persons p ON p.round = $1 AND p.partner = x.partner"
        " AND p.handle_hi = r.handle_hi AND p.handle_lo = r.handle_lo"
        " WHERE list_contains($2, x.digest) ORDER BY x.partner, e.contact, e.service, e.date",
        [found.number, found.inputs["exports"]],
    )


def difference(database: Database, earlier: int, later: int) -> Difference:
    """Compare two rounds by their pairs of records that are one person."""
    rows = dict(
        database.execute(
            "WITH one AS (SELECT DISTINCT COLUMNS('^(partner|handle)_.*') FROM pairs"
            " WHERE round = $1 AND same),"
            " other AS (SELECT DISTINCT COLUMNS('^(partner|handle)_.*') FROM pairs"
            " WHERE round = $2 AND same)"
            " SELECT 'one', COUNT(*) FROM one UNION ALL SELECT 'other', COUNT(*) FROM other"
            " UNION ALL SELECT 'both', COUNT(*) FROM"
            " (SELECT * FROM one INTERSECT SELECT * FROM other)",
            [earlier, later],
        ).fetchall()
    )
    kept = rows["both"]
    return Difference(rows["other"] - kept, rows["one"] - kept, kept)
