"""What to look at in the table before believing any estimate from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uic.analysis.estimating.histories import Histories

FEW = 7
"""Overlaps below this give Chapman's estimate a bias worth knowing (Seber 1982, 3.1.1)."""


@dataclass(frozen=True)
class Checks:
    """Sums of the table and what is odd about them.

    Attributes:
        seen: People on at least one list.
        list_sizes: People by list.
        pair_overlaps: People on both of two lists, ``A&B``.
        capture_frequencies: People seen on exactly 1, 2, ... k lists.
        empty_overlaps: Pairs of lists that share nobody, ``A&B``.
        warnings: Sentences: what is odd and what it may mean.
    """

    seen: int
    list_sizes: dict[str, int]
    pair_overlaps: dict[str, int]
    capture_frequencies: tuple[int, ...]
    empty_overlaps: tuple[str, ...]
    warnings: tuple[str, ...]


def check(histories: Histories) -> Checks:
    """Sum up a table and name what is odd about it; a masked count is its smallest value."""
    overlaps = {"&".join(pair): n for pair, n in histories.pair_overlaps.items()}
    return Checks(
        seen=histories.seen,
        list_sizes=histories.list_sizes,
        pair_overlaps=overlaps,
        capture_frequencies=histories.capture_frequencies,
        empty_overlaps=tuple(name for name, n in overlaps.items() if not n),
        warnings=tuple(_warnings(histories, overlaps)),
    )


def _warnings(histories: Histories, overlaps: dict[str, int]) -> list[str]:
    found = []
    if not histories.exact:
        found.append(
            "Some counts are masked: they enter as intervals, sums use the smallest value."
        )
    alone = [name for i, name in enumerate(histories.lists) if _shares_nobody(histories, i)]
    found += [
        f"List {name} shares nobody with any other list: check its linkage." for name in alone
    ]
    within = [
        f"List {histories.lists[i]} lies wholly inside list {histories.lists[j]}: "
        "it is a sample of that list, not of the population."
        for i in range(histories.k)
        for j in range(histories.k)
        if i != j and 0 < histories.on(i) == histories.on(i, j)
    ]
    few = [name for name, n in overlaps.items() if 0 < n < FEW]
    if few:
        found.append(
            f"Fewer than {FEW} people are shared by {', '.join(few)}: expect wide intervals."
        )
    return found + within


def _shares_nobody(histories: Histories, place: int) -> bool:
    others = (other for other in range(histories.k) if other != place)
    return histories.on(place) > 0 and not any(histories.on(place, other) for other in others)
