"""From pairs of pass rows to pairs of records: the step only the resolver can take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.engines.duckdb import engine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from uic.exchange import ResolverPart


@dataclass(frozen=True, repr=False)
class Nodes:
    """All records of all exports, numbered through.

    Attributes:
        partners: Partner of each export.
        export: Number of the export of each node.
        record: Position of the record in its export.
        vouched: For each export, whether its partner vouches for no duplicates.
    """

    partners: tuple[str, ...]
    export: NDArray[np.int64]
    record: NDArray[np.int64]
    vouched: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.export)


@dataclass(frozen=True, repr=False)
class RecordPairs:
    """Candidate pairs of records.

    Attributes:
        a: Lower node of each pair.
        b: Higher node.
        log_odds: Best log-odds over the passes; NaN under the profile ``tokens``.
        agreeing: Bit mask of the passes in which the two met.
        comparable: Bit mask of the passes in which both had a usable value.
        best: Number of the pass with the best log-odds; of equals the first.
        pattern: The levels of the pair in that pass, packed as ``uic.levels`` says.
    """

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    log_odds: NDArray[np.float64]
    agreeing: NDArray[np.int64]
    comparable: NDArray[np.int64]
    best: NDArray[np.int64]
    pattern: NDArray[np.int64]


def number_records(parts: Sequence[ResolverPart]) -> Nodes:
    """Number the records of all exports through, in the order given."""
    sizes = [part.header.records for part in parts]
    return Nodes(
        partners=tuple(part.header.partner for part in parts),
        export=np.repeat(np.arange(len(sizes)), sizes),
        record=np.concatenate([np.arange(size) for size in sizes] or [np.empty(0, np.int64)]),
        vouched=tuple(part.header.vouched for part in parts),
    )


def join_rows(pairs: pa.Table, parts: Sequence[ResolverPart], passes: Sequence[str]) -> RecordPairs:
    """Replace row ids by nodes and merge the passes: the largest log-odds of a pair counts."""
    with engine() as database:
        database.read("row_map", _all_rows(parts))
        bits = [1 << number for number in range(len(passes))]
        database.read("passes", pa.table({"pass": passes, "bit": bits}))
        database.read("pairs", pairs)
        database.run(
            "masks",
            "SELECT r.node, SUM(p.bit) AS mask FROM row_map r JOIN passes p ON r.pass = p.pass"
            " WHERE r.usable = 1 GROUP BY r.node",
        )
        database.run("scores", _SCORES)
        database.run(
            "met",
            "SELECT CASE WHEN x.node < y.node THEN x.node ELSE y.node END AS a,"
            " CASE WHEN x.node < y.node THEN y.node ELSE x.node END AS b, k.bit, s.place"
            " FROM pairs p JOIN passes k ON p.pass = k.pass"
            " JOIN scores s ON s.bit = k.bit AND s.pattern = p.pattern"
            " AND s.odds = COALESCE(p.log_odds, 0)"
            " JOIN row_map x ON x.pass = p.pass AND x.row_id = p.row_a"
            " JOIN row_map y ON y.pass = p.pass AND y.row_id = p.row_b"
            " WHERE x.usable = 1 AND y.usable = 1",
        )
        merged = database.fetch(
            "SELECT m.a, m.b, MIN(m.place) AS place, CAST(SUM(m.bit) AS BIGINT) AS agreeing,"
            " CAST(MIN(x.mask) AS BIGINT) AS mask_a, CAST(MIN(y.mask) AS BIGINT) AS mask_b"
            " FROM met m JOIN masks x ON x.node = m.a JOIN masks y ON y.node = m.b"
            " GROUP BY m.a, m.b ORDER BY m.a, m.b"
        )
        scores = database.fetch("SELECT * FROM scores ORDER BY place")
    place = merged["place"].to_numpy() - 1
    return RecordPairs(
        a=merged["a"].to_numpy(),
        b=merged["b"].to_numpy(),
        log_odds=scores["log_odds"].to_numpy().astype(float)[place],
        agreeing=merged["agreeing"].to_numpy(),
        comparable=merged["mask_a"].to_numpy() & merged["mask_b"].to_numpy(),
        best=np.searchsorted(bits, scores["bit"].to_numpy())[place],
        pattern=scores["pattern"].to_numpy()[place],
    )


_SCORES = (
    "SELECT bit, pattern, log_odds, COALESCE(log_odds, 0) AS odds,"
    " CAST(ROW_NUMBER() OVER (ORDER BY log_odds DESC NULLS LAST, bit, pattern) AS INT) AS place"
    " FROM (SELECT DISTINCT k.bit, p.pattern, p.log_odds"
    " FROM pairs p JOIN passes k ON p.pass = k.pass) d"
)
"""Few patterns, many pairs: each pair carries only the place of its pattern, best first."""


def usable_masks(parts: Sequence[ResolverPart], passes: Sequence[str]) -> NDArray[np.int64]:
    """Return, per node, the bit mask of the passes in which the record has a usable value."""
    rows = _all_rows(parts)
    masks = np.zeros(sum(part.header.records for part in parts), dtype=np.int64)
    node, usable, name = (rows[column].to_numpy() for column in ("node", "usable", "pass"))
    for bit, wanted in enumerate(passes):
        np.bitwise_or.at(masks, node[(name == wanted) & (usable == 1)], 1 << bit)
    return masks


def _all_rows(parts: Sequence[ResolverPart]) -> pa.Table:
    offsets = np.concatenate(([0], np.cumsum([part.header.records for part in parts])))
    tables = [
        pa.table(
            {
                "pass": part.row_map["pass"],
                "row_id": part.row_map["row_id"],
                "node": part.row_map["record"].to_numpy().astype(np.int64) + offset,
                "usable": part.row_map["usable"].cast(pa.int32()),
            }
        )
        for part, offset in zip(parts, offsets[:-1], strict=True)
    ]
    return pa.concat_tables(tables)
