"""A round under plain numbers: what is counted of it, with no handle and no person id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from uic.engines.storing import fetched, shown_as
from uic.errors import InputError, Problem

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from uic.engines.storing import Database
    from uic.resolving.register.rounds import Round

_RECORDS = """SELECT partner, handle_hi, handle_lo,
    row_number() OVER (ORDER BY partner, handle_hi, handle_lo) - 1 AS record,
    dense_rank() OVER (ORDER BY person) - 1 AS person
    FROM persons WHERE round = $1 ORDER BY record"""
_TRAITS = """SELECT any_value(r.sex) AS sex, any_value(r.age_group) AS age_group FROM numbered n
    LEFT JOIN (SELECT x.partner, r.* FROM records r JOIN exports x ON x.number = r.export
    WHERE list_contains($1, x.digest)) r ON r.partner = n.partner
    AND r.handle_hi = n.handle_hi AND r.handle_lo = n.handle_lo
    GROUP BY n.record ORDER BY n.record"""
_EVENTS = """SELECT x.partner, n.record, e.* EXCLUDE (export, record)
    FROM events e JOIN exports x ON x.number = e.export
    LEFT JOIN records r ON r.export = e.export AND r.record = e.record
    LEFT JOIN numbered n ON n.partner = x.partner
    AND n.handle_hi = r.handle_hi AND n.handle_lo = r.handle_lo
    WHERE list_contains($1, x.digest) ORDER BY x.partner, e.contact, e.service, e.date"""
_LINKS = """SELECT a.record AS a, b.record AS b, p.probability
    FROM (SELECT *, CASE WHEN decided THEN 1.0 ELSE 1 / (1 + EXP(-log_odds)) END AS probability
    FROM pairs WHERE round = $1 AND same) p
    JOIN numbered a ON a.partner = p.partner_a
    AND a.handle_hi = p.handle_a_hi AND a.handle_lo = p.handle_a_lo
    JOIN numbered b ON b.partner = p.partner_b
    AND b.handle_hi = p.handle_b_hi AND b.handle_lo = p.handle_b_lo
    WHERE p.probability >= $2 ORDER BY a.record, b.record"""


@dataclass(frozen=True, repr=False)
class Numbered:
    """A round's events, records and links.

    Attributes:
        events: ``partner``, ``contact``, ``record`` (null for a contact with a group), and the
            other columns of ``uic.exchange.SENT_EVENTS``.
        persons: Shape (records,), int64: number of the person of each record.
        traits: ``sex`` and ``age_group`` of each record, null where a partner does not send them.
        links: Accepted pairs: ``a``, ``b`` (records) and ``probability``; 1 where people decided.
    """

    events: pa.Table
    persons: NDArray[np.int64]
    traits: pa.Table
    links: pa.Table

    def __repr__(self) -> str:
        return f"<Numbered: {len(self.events)} events, {len(self.persons)} records>"


def numbered(database: Database, found: Round) -> Numbered:
    """Number the records and persons of a round, in the order of random handles.

    Numbers hold for this call alone. Records that were withdrawn since the round are not in it.

    Raises:
        InputError: a newer export has replaced one of the round, and its events are gone.
    """
    _check_here(database, found)
    records = fetched(database, _RECORDS, [found.number])
    with shown_as(database, "numbered", records):
        events = fetched(database, _EVENTS, [found.inputs["exports"]])
        traits = fetched(database, _TRAITS, [found.inputs["exports"]])
        links = fetched(database, _LINKS, [found.number, found.threshold])
    return Numbered(events, records["person"].to_numpy(), traits, links)


def _check_here(database: Database, found: Round) -> None:
    rows = database.execute(
        "SELECT partner FROM exports WHERE list_contains($1, digest) AND state = 'outdated'"
        " ORDER BY partner",
        [found.inputs["exports"]],
    ).fetchall()
    if rows:
        names = ", ".join(partner for (partner,) in rows)
        rule = f"the contacts of round {found.name}/{found.revision} are not here any more:"
        hint = "count a round of the newest exports; uic link makes one"
        raise InputError(
            Problem("register", "", f"{rule} a newer export has come from {names}", hint)
        )
