"""From pairs of pass rows to pairs of records: the step only the resolver can take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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
        log_odds: Half-way between best and mean over the passes; NaN under the profile ``tokens``.
        agreeing: Bit mask of the passes in which the two met.
        comparable: Bit mask of the passes in which both had a usable value; as ``agreeing`` where
            log-odds are known, because only scores from agreement need more.
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
    """Replace row ids by nodes and merge the passes.

    A pair's log-odds lie half-way between those of its best pass and their mean over the passes
    in which it met: each pass compares under another salt and errs a little, and the best of many
    errs upwards (docs/decisions/0141-half-way-to-the-best-pass.md).
    """
    bits = [1 << number for number in range(len(passes))]
    with engine() as database:
        database.read("passes", pa.table({"pass": passes, "bit": bits}))
        with database.lent("pairs", pairs):
            database.run("scored", _SCORED)
        database.run("scores", _SCORES)
        database.run("needed", _NEEDED)
        for part, offset in zip(parts, _offsets(parts), strict=True):
            with database.lent("row_map", part.row_map):
                database.add("nodes", _nodes_sql(int(offset)))
        merged = database.fetch(_MERGED)
        scores = database.fetch("SELECT * FROM scores ORDER BY place")
    place = merged["place"].to_numpy() - 1
    a, b, agreeing = (merged[name].to_numpy() for name in ("a", "b", "agreeing"))
    odds = scores["log_odds"]
    comparable = agreeing
    if odds.null_count:
        masks = usable_masks(parts, passes)
        comparable = masks[a] & masks[b]
    return RecordPairs(
        a=a,
        b=b,
        log_odds=np.round(
            (odds.to_numpy().astype(float)[place] + merged["mean"].to_numpy()) / 2, 9
        ),
        agreeing=agreeing,
        comparable=comparable,
        best=np.searchsorted(bits, scores["bit"].to_numpy())[place],
        pattern=scores["pattern"].to_numpy()[place],
    )


_SCORED = (
    "SELECT k.bit, p.row_a, p.row_b, p.pattern, p.log_odds, COALESCE(p.log_odds, 0) AS odds"
    " FROM pairs p JOIN passes k ON p.pass = k.pass"
)
_SCORES = (
    "SELECT bit, pattern, log_odds, odds,"
    " CAST(ROW_NUMBER() OVER (ORDER BY log_odds DESC NULLS LAST, bit, pattern) AS INT) AS place"
    " FROM (SELECT DISTINCT bit, pattern, log_odds, odds FROM scored) d"
)
"""Few patterns, many pairs: each pair carries only the place of its pattern, best first."""

_NEEDED = "SELECT bit, row_a AS row_id FROM scored UNION SELECT bit, row_b AS row_id FROM scored"
"""Of all rows of all exports only those that are in some pair are looked up."""


def _nodes_sql(offset: int) -> str:
    return (
        f"SELECT k.bit, r.row_id, CAST(r.record AS BIGINT) + {offset} AS node"  # noqa: S608 - a number
        " FROM row_map r JOIN passes k ON r.pass = k.pass"
        " JOIN needed n ON n.bit = k.bit AND n.row_id = r.row_id WHERE r.usable"
    )


_MERGED = (
    "SELECT a, b, MIN(place) AS place, AVG(odds) AS mean, CAST(SUM(bit) AS BIGINT) AS agreeing"
    " FROM ("
    "SELECT CASE WHEN x.node < y.node THEN x.node ELSE y.node END AS a,"
    " CASE WHEN x.node < y.node THEN y.node ELSE x.node END AS b, p.bit, s.place, p.odds"
    " FROM scored p"
    " JOIN scores s ON s.bit = p.bit AND s.pattern = p.pattern AND s.odds = p.odds"
    " JOIN nodes x ON x.bit = p.bit AND x.row_id = p.row_a"
    " JOIN nodes y ON y.bit = p.bit AND y.row_id = p.row_b) met GROUP BY a, b ORDER BY a, b"
)


def usable_masks(parts: Sequence[ResolverPart], passes: Sequence[str]) -> NDArray[np.int64]:
    """Return, per node, the bit mask of the passes in which the record has a usable value."""
    masks = np.zeros(sum(part.header.records for part in parts), dtype=np.int64)
    for part, offset in zip(parts, _offsets(parts), strict=True):
        usable = part.row_map.filter(part.row_map["usable"])
        for bit, wanted in enumerate(passes):
            of_pass = usable.filter(pc.equal(usable["pass"], wanted))
            np.bitwise_or.at(masks, of_pass["record"].to_numpy() + offset, 1 << bit)
    return masks


def _offsets(parts: Sequence[ResolverPart]) -> NDArray[np.int64]:
    """Return the node of the first record of each export."""
    sizes = [part.header.records for part in parts]
    return np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))[:-1]
