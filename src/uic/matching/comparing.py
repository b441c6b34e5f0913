"""Run the plan: compare the rows of one pass, a piece at a time, and keep what may matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.levels import BASE
from uic.matching.patterns import PassPatterns
from uic.matching.plan import (
    BLOCKS_BY_SIZE,
    COMPARED,
    PATTERN_COUNTS,
    SIZES,
    WORTH,
    Rows,
    block_steps,
    kept,
    large_blocks,
    large_volume,
    narrowing,
    scored,
    small_blocks,
)
from uic.matching.shares import chance_shares
from uic.matching.sifting import common_attributes, promising
from uic.matching.stacking import stacked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from uic.engines.engine import Engine
    from uic.exchange import MatcherPart
    from uic.levels import Comparison
    from uic.matching.plan import Step
    from uic.schema import LinkageSchema, Part, Pass

_PAIRS_AT_ONCE = 20_000_000
_PAIRS_A_RECORD = 2
_PAIRS_IN_FULL = 2_000_000  # so many are compared at once anyway
_SMALL = 10  # rows of a block that are compared whatever it costs


@dataclass(frozen=True, repr=False)
class Work:
    """What is compared, how.

    Attributes:
        exports: The matcher's compartments.
        schema: The linkage schema.
        items: The comparisons, in the order of the pattern; none under the profile ``tokens``.
        u: Share of every level among strangers, per comparison.
    """

    exports: Sequence[MatcherPart]
    schema: LinkageSchema
    items: tuple[Comparison, ...]
    u: tuple[NDArray[np.float64], ...]

    @property
    def records(self) -> int:
        """Records in all exports."""
        return sum(export.header.records for export in self.exports)


@dataclass(frozen=True, repr=False)
class Compared:
    """What one pass found; the pairs worth keeping are in the engine.

    Attributes:
        patterns: How many candidate pairs have which pattern. Pairs of large blocks that were
            not compared count as strangers who agree in the key alone.
        kept: The patterns whose pairs were kept.
        candidates: Pairs compared.
        capped_blocks: Blocks compared in part, because they are larger than the schema allows.
        capped_pairs: Pairs in them that were not compared.
    """

    patterns: PassPatterns
    kept: NDArray[np.int64]
    candidates: int
    capped_blocks: int
    capped_pairs: int


def shares_of_strangers(
    items: Sequence[Comparison], frequencies: pa.Table
) -> tuple[NDArray[np.float64], ...]:
    """Return, per comparison, the share of every level among strangers."""
    return tuple(chance_shares(item, frequencies) for item in items)


def compare(
    database: Engine, work: Work, number: int, wanted: NDArray[np.int64] | None = None
) -> Compared:
    """Compare the rows of one pass; leaves the table ``kept(number)`` behind.

    Args:
        database: The engine.
        work: What is compared.
        number: Number of the pass in the schema.
        wanted: Patterns to keep; None to keep what may matter by the first guess.
    """
    item, largest = work.schema.active_passes[number], work.schema.linking.largest_block
    with database.lent("pass_rows", stacked(work.exports, work.items, item.name, item.fixed)):
        for step in block_steps(work.items):
            database.run(step.name, step.select)
    limit, volume = full_comparison(database.fetch(BLOCKS_BY_SIZE.select), work.records, largest)
    large = _one(database, large_volume(work.items, limit))
    database.drop(SIZES.name, kept(number).name)
    further = narrowing(work.items, key_columns(item), common_attributes(work.items, work.u))
    found = _Found({}, set())
    pieces = volume // _PAIRS_AT_ONCE + 1
    for piece in range(pieces):
        _run(database, [small_blocks(work.items, Rows(limit, largest, piece, pieces))])
        _collect(database, work, number, found, wanted)
    inside = sum(found.counts.values())
    for piece in range(pieces if large["blocks"] and further else 0):
        _run(database, large_blocks(work.items, Rows(limit, largest, piece, pieces), further))
        _collect(database, work, number, found, wanted)
    database.drop("block_rows")
    candidates = sum(found.counts.values())
    left_out = large["doubled"] // 2 - (candidates - inside)
    return Compared(
        pattern_counts(work.items, item, found.counts, left_out),
        np.array(sorted(found.kept), dtype=np.int64),
        candidates,
        large["blocks"],
        left_out,
    )


def full_comparison(sizes: pa.Table, records: int, largest_block: int) -> tuple[int, int]:
    """Return how large a block may be whose rows are all compared, and the pairs that makes.

    As large as the schema says, but not more than two million pairs, or two a record: the time of
    a pass then grows with the records, not with their square.

    Args:
        sizes: ``size`` and ``blocks``: how many blocks have how many rows.
        records: Records in all exports.
        largest_block: What the schema says.
    """
    size, blocks = (sizes.sort_by("size")[name].to_numpy() for name in ("size", "blocks"))
    pairs = np.cumsum(blocks * (size * (size - 1) // 2))
    most = max(_PAIRS_IN_FULL, _PAIRS_A_RECORD * records)
    full = (size <= largest_block) & ((pairs <= most) | (size <= _SMALL))
    number = int(full.sum())  # both grow with the size, so these are the first
    return (int(size[number - 1]), int(pairs[number - 1])) if number else (1, 0)


@dataclass(frozen=True, repr=False)
class _Found:
    """What the pieces of a pass add up to: pairs of each pattern, and the patterns kept."""

    counts: dict[int, int]
    kept: set[int]


def _run(database: Engine, steps: Sequence[Step]) -> None:
    """Run steps and forget the tables that only they read."""
    for step in steps:
        database.run(step.name, step.select)
    database.drop(*(step.name for step in steps if step.makes is not COMPARED))


def _collect(
    database: Engine,
    work: Work,
    number: int,
    found: _Found,
    wanted: NDArray[np.int64] | None,
) -> None:
    """Count the patterns of the pairs just compared, and keep the pairs that may matter."""
    counts = database.fetch(PATTERN_COUNTS.select)
    patterns = counts["pattern"].to_numpy()
    for pattern, pairs in zip(patterns.tolist(), counts["pairs"].to_pylist(), strict=True):
        found.counts[pattern] = found.counts.get(pattern, 0) + pairs
    worth = wanted
    if worth is None:
        worth = patterns[promising(patterns, work.items, work.u, work.records)]
    database.read(WORTH.name, pa.table({"pattern": worth}))
    step = kept(number)
    database.add(step.name, step.select)
    database.drop(COMPARED.name, WORTH.name)
    found.kept.update(worth.tolist())


def score(database: Engine, number: int, weights: pa.Table) -> pa.Table:
    """Return the pairs of a pass with their log-odds; ``weights`` says which patterns matter."""
    database.read("weights", weights)
    step = scored(number)
    found = database.fetch(step.select)
    database.drop("weights", kept(number).name)
    return found


def pattern_counts(
    items: Sequence[Comparison], item: Pass, counts: dict[int, int], left_out: int
) -> PassPatterns:
    """Return the counts of a pass; pairs left out are strangers who agree in the key alone."""
    attributes = {name for part in item.parts for name in part.attributes}
    key = frozenset(n for n, c in enumerate(items) if c.attribute in attributes)
    if left_out and items:
        apart = sum(
            c.levels.index("different") * BASE**n for n, c in enumerate(items) if n not in key
        )
        counts = counts | {apart: counts.get(apart, 0) + left_out}
    ordered = np.array(sorted(counts.items()), dtype=np.int64).reshape(-1, 2)
    return PassPatterns(item.name, ordered[:, 0], ordered[:, 1].astype(float), key)


def key_columns(item: Pass) -> frozenset[str]:
    """Return the signature columns that are all alike, or nearly, within a block of a pass."""
    return frozenset(column for part in item.parts for column in _alike(part))


def _alike(part: Part) -> Iterator[str]:
    """Signature columns that one part of a key makes equal, or nearly, within a block."""
    parts = {"date": ("year", "month", "day"), "month_day": ("month", "day")}
    for attribute in part.attributes:
        if part.take in {"exact", "sound", "skeleton"}:
            yield attribute
        elif part.take != "initial":
            yield from (f"{attribute}_{name}" for name in parts.get(part.take, (part.take,)))


def _one(database: Engine, step: Step) -> dict[str, int]:
    row: dict[str, int] = database.fetch(step.select).to_pylist()[0]
    return row
