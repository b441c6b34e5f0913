"""What people decided about pairs of records, kept for all later rounds."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pyarrow as pa

from uic.engines.storing import one, shown_as
from uic.resolving.deciding import Decisions, decisions_of
from uic.resolving.register.audit import note

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from uic.engines.storing import Database
    from uic.exchange import ResolverPart

DECISIONS = pa.schema(
    [
        ("partner_a", pa.string()),
        ("handle_a_hi", pa.int64()),
        ("handle_a_lo", pa.int64()),
        ("partner_b", pa.string()),
        ("handle_b_hi", pa.int64()),
        ("handle_b_lo", pa.int64()),
        ("same", pa.bool_()),
    ]
)
"""One decided pair a row; which of the two records is a does not matter."""


def keep_decisions(database: Database, decided: pa.Table, source: str, now: dt.datetime) -> int:
    """Keep what people decided; of two decisions about one pair the later one holds.

    Args:
        database: The register, in a transaction.
        decided: ``DECISIONS``.
        source: Who decided, as the name of the partner.
        now: When the decisions came.

    Returns:
        The number of decisions. They bind from the next round on.
    """
    with shown_as(database, "arriving", decided.select(DECISIONS.names).cast(DECISIONS)):
        for forget in _SAME_PAIR:
            database.execute(forget)
        database.execute("INSERT INTO decisions SELECT DISTINCT * FROM arriving")
    note(database, "decisions", {"from": source, "pairs": len(decided)}, now)
    return len(decided)


def bound_decisions(database: Database, parts: Sequence[ResolverPart]) -> Decisions:
    """Return the decisions about records of these exports, under their node numbers."""
    with shown_as(database, "nodes", nodes_of(parts)):
        rows = database.execute(
            "SELECT a.node, b.node, d.same FROM decisions d"
            " JOIN nodes a ON a.partner = d.partner_a"
            " AND a.handle_hi = d.handle_a_hi AND a.handle_lo = d.handle_a_lo"
            " JOIN nodes b ON b.partner = d.partner_b"
            " AND b.handle_hi = d.handle_b_hi AND b.handle_lo = d.handle_b_lo ORDER BY ALL"
        ).fetchall()
    return decisions_of(rows)


def digest_of_decisions(database: Database) -> str:
    """Return the SHA-256 of all decisions, empty without any; part of a round's inputs."""
    if not one(database, "SELECT COUNT(*) FROM decisions"):
        return ""
    rows = database.execute("SELECT * FROM decisions ORDER BY ALL").fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def nodes_of(parts: Sequence[ResolverPart]) -> pa.Table:
    """Return every record's node number, partner and handles, as ``number_records`` numbers them.

    The records of a part must stand in the order of their numbers, as in the register they do.
    """
    tables = [
        part.records.append_column(
            "partner", pa.repeat(pa.scalar(part.header.partner, pa.string()), len(part.records))
        )
        for part in parts
    ]
    whole = pa.concat_tables(tables) if tables else _NO_NODES
    return whole.append_column("node", pa.array(range(len(whole)), pa.int64()))


_NO_NODES = pa.schema(
    [
        ("record", pa.int32()),
        *((name, pa.int64()) for name in ("handle_hi", "handle_lo", "previous_hi", "previous_lo")),
        ("partner", pa.string()),
    ]
).empty_table()

_SAME_PAIR = (
    """DELETE FROM decisions d USING arriving x WHERE d.partner_a = x.partner_a
    AND d.handle_a_hi = x.handle_a_hi AND d.handle_a_lo = x.handle_a_lo
    AND d.partner_b = x.partner_b
    AND d.handle_b_hi = x.handle_b_hi AND d.handle_b_lo = x.handle_b_lo""",
    """DELETE FROM decisions d USING arriving x WHERE d.partner_a = x.partner_b
    AND d.handle_a_hi = x.handle_b_hi AND d.handle_a_lo = x.handle_b_lo
    AND d.partner_b = x.partner_a
    AND d.handle_b_hi = x.handle_a_hi AND d.handle_b_lo = x.handle_a_lo""",
)
