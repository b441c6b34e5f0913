"""From pairs of pass rows to pairs of records: the step only the resolver can take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from uic.resolving.rows import nodes_of, pass_numbers, pieces, usable_masks

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from uic.exchange import ResolverPart
    from uic.resolving.rows import Piece


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
    errs upwards (docs/decisions/0141-half-way-to-the-best-pass.md). A pair with a row that no
    export knows, or that had no usable value, is left out.
    """
    records = max(sum(part.header.records for part in parts), 1)
    number = pass_numbers(pairs["pass"], passes)
    a, b = _nodes(pairs, number, list(pieces(parts, passes)), len(passes))
    pair = np.minimum(a, b) * records + np.maximum(a, b)
    # A pair and its pass in one number: 63 passes of 380 million records fit.
    key = np.where((a < 0) | (b < 0), -1, pair * len(passes) + number)
    del a, b, pair
    order = np.argsort(key)[np.count_nonzero(key < 0) :]
    pair, of_pass = np.divmod(key[order], max(len(passes), 1))
    first = np.flatnonzero(np.diff(pair, prepend=-1))
    best, log_odds = _best(pairs["log_odds"].to_numpy()[order], first)
    a, b = np.divmod(pair[first], records)
    agreeing = np.bitwise_or.reduceat(1 << of_pass, first)
    comparable = agreeing
    if pairs["log_odds"].null_count:
        masks = usable_masks(parts, passes)
        comparable = masks[a] & masks[b]
    pattern = pairs["pattern"].to_numpy()[order[best]]
    return RecordPairs(a, b, log_odds, agreeing, comparable, of_pass[best], pattern)


def _nodes(
    pairs: pa.Table, number: NDArray[np.int8], rows: Sequence[Piece], passes: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the nodes of both rows of every pair; -1 for a row without one."""
    row_a, row_b = pairs["row_a"].to_numpy(), pairs["row_b"].to_numpy()
    a, b = np.full(len(pairs), -1), np.full(len(pairs), -1)
    for of_pass in range(passes):
        at = np.flatnonzero(number == of_pass)
        a[at], b[at] = np.split(nodes_of(np.concatenate((row_a[at], row_b[at])), of_pass, rows), 2)
    return a, b


def _best(
    odds: NDArray[np.float64], first: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return where each pair's best pass stands, and how far its log-odds lie from there.

    Args:
        odds: Log-odds of pair after pair, of each pass after pass; NaN where not known.
        first: Where each pair begins.
    """
    passes = np.diff(first, append=len(odds))
    known = np.where(np.isnan(odds), -np.inf, odds)
    reaching = np.flatnonzero(known == np.repeat(np.maximum.reduceat(known, first), passes))
    best = reaching[np.searchsorted(reaching, first)]
    mean = np.add.reduceat(odds, first) / passes
    return best, np.round((odds[best] + mean) / 2, 9)
