"""Pairwise table: the two-list estimate of every pair. Pairs that disagree show dependence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from uic.analysis.pictures.axes import people
from uic.analysis.pictures.forest import ForestRow, forest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.analysis.estimating.results import Pair
    from uic.analysis.pictures.scene import Picture

SUMMARY = (
    "Two lists that help each other to the same people give too small a number, two that avoid "
    "each other too large a one. Pairs that agree are no proof of independence."
)


def pairwise(
    pairs: Sequence[Pair],
    *,
    reference: float | None = None,
    mask_below: int = 0,
    title: str = "Every two lists by themselves",
    summary: str = SUMMARY,
) -> Picture:
    """Draw a table of pairs with their Chapman estimates on one axis, smallest estimate first.

    A pair whose overlap is masked is written without an estimate, since n1, n2 and the estimate
    together give the overlap away.

    Args:
        pairs: One entry for every two lists, as ``uic estimate`` gives them.
        reference: The estimate from all lists, drawn as a pale line.
        mask_below: Smallest overlap to show; 0 shows all, which is for the analyst's own eyes.
        title: Name of the picture.
        summary: What it says, in a sentence.
    """
    order = sorted(pairs, key=lambda pair: (_masked(pair, mask_below), pair.chapman, pair.lists))
    line = " Pale line: all lists together." if reference is not None else ""
    rows = [_row(pair, mask_below) for pair in order]
    return forest(rows, title, summary + line, reference=reference)


def _masked(pair: Pair, mask_below: int) -> bool:
    return 0 < pair.overlap < mask_below


def _row(pair: Pair, mask_below: int) -> ForestRow:
    name = " × ".join(pair.lists)
    sizes = f"{people(pair.n1)} and {people(pair.n2)} people, on both "
    if _masked(pair, mask_below):
        return ForestRow(name, math.nan, math.nan, math.nan, note=f"{sizes}<{mask_below}")
    low, high = pair.interval.low, pair.interval.high
    return ForestRow(name, pair.chapman, low, high, note=sizes + people(pair.overlap))
