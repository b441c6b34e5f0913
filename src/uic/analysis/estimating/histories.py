"""The table every method starts from: how many people have each capture history.

A history says on which lists a person was seen: ``101`` is on the first and the third list and
not on the second. With k lists there are 2^k - 1 of them; the history ``000`` is what we estimate.
A history read as a binary number is its place in every array of this package, less one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from uic.errors import EstimationError, NoOverlapError

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_LISTS = 9
"""More lists than this need more cells than people; model labels also stop being readable."""


@dataclass(frozen=True)
class Histories:
    """Numbers of people by capture history. Holds counts only, no person.

    Attributes:
        lists: Names of the k lists, in the order of the digits of a history.
        counts: 2^k - 1 whole numbers: people with history 0..01, 0..010, ... up to 1..1.
            For a masked cell this is the smallest number it can hold.
        upper: The largest number each cell can hold; equal to ``counts`` where nothing is masked.
    """

    lists: tuple[str, ...]
    counts: tuple[int, ...]
    upper: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not self.upper:
            object.__setattr__(self, "upper", self.counts)
        _check(self)

    @property
    def k(self) -> int:
        """Number of lists."""
        return len(self.lists)

    @property
    def exact(self) -> bool:
        """Whether every count is known, so that any method may be used."""
        return self.counts == self.upper

    @property
    def low(self) -> NDArray[np.float64]:
        """Smallest possible counts, as floats."""
        return np.array(self.counts, dtype=float)

    @property
    def high(self) -> NDArray[np.float64]:
        """Largest possible counts, as floats."""
        return np.array(self.upper, dtype=float)

    @property
    def names(self) -> tuple[str, ...]:
        """The histories as strings of 0 and 1, in the order of ``counts``."""
        return tuple(f"{cell:0{self.k}b}" for cell in range(1, 2**self.k))

    @property
    def seen(self) -> int:
        """People on at least one list (at least, where a cell is masked)."""
        return sum(self.counts)

    @property
    def list_sizes(self) -> dict[str, int]:
        """People on each list."""
        return {name: self.on(i) for i, name in enumerate(self.lists)}

    @property
    def pair_overlaps(self) -> dict[tuple[str, str], int]:
        """People on both of two lists, whatever the others."""
        pairs = combinations(range(self.k), 2)
        return {(self.lists[i], self.lists[j]): self.on(i, j) for i, j in pairs}

    @property
    def capture_frequencies(self) -> tuple[int, ...]:
        """People seen on exactly 1, 2, ... k lists."""
        totals = [0] * self.k
        for cell, count in enumerate(self.counts, start=1):
            totals[cell.bit_count() - 1] += count
        return tuple(totals)

    def on(self, *lists: int) -> int:
        """Count the people on all these lists (positions from 0), whatever the other lists."""
        bits = sum(bit(i, self.k) for i in lists)
        return sum(n for cell, n in enumerate(self.counts, start=1) if cell & bits == bits)

    def pair(self, first: int, second: int) -> tuple[int, int, int]:
        """Return n1, n2 and the overlap m of two lists (positions from 0)."""
        return self.on(first), self.on(second), self.on(first, second)

    def need_exact(self, method: str) -> None:
        """Refuse masked cells, by name, for a method that cannot use them.

        Raises:
            EstimationError: a cell is masked.
        """
        if not self.exact:
            masked = [
                n for n, a, b in zip(self.names, self.counts, self.upper, strict=True) if a < b
            ]
            raise EstimationError(
                f"{method} cannot use masked counts (histories {', '.join(masked)}): use the "
                "log-linear models, which take them as intervals, or ask for the unmasked table"
            )

    def need_overlap(self) -> None:
        """Refuse lists that hold nobody, and lists that share nobody.

        Raises:
            NoOverlapError: nobody is on two lists.
            EstimationError: a list has nobody on it.
        """
        for place, name in enumerate(self.lists):
            mine = bit(place, self.k)
            if not any(n for cell, n in enumerate(self.upper, start=1) if cell & mine):
                raise EstimationError(f"list {name} has nobody on it: leave the list out")
        if not any(n for cell, n in enumerate(self.upper, start=1) if cell.bit_count() > 1):
            raise NoOverlapError(
                "nobody is on two lists, so nothing is known about the people on none: "
                "check the linkage, or use another method (multiplier, survey)"
            )


def bit(position: int, k: int) -> int:
    """Return the binary number of the history that holds only the list at this position."""
    return 1 << (k - 1 - position)


def censor(histories: Histories, name: str) -> Histories:
    """Say that a list holds people outside the target population.

    The people seen on that list only may or may not belong, so their count becomes an interval
    from 0 to what was counted (a censored cell, King et al. 2013; R conting ``cens``). People who
    are on another list as well are taken to belong.

    Raises:
        EstimationError: there is no list of this name.
    """
    if name not in histories.lists:
        raise EstimationError("the list to censor is not in the table: check its name")
    counts = list(histories.counts)
    counts[bit(histories.lists.index(name), histories.k) - 1] = 0
    return Histories(histories.lists, tuple(counts), histories.upper)


def _check(histories: Histories) -> None:
    k, counts, upper = histories.k, histories.counts, histories.upper
    if k < 2:
        raise EstimationError("one list cannot say how many people are on none: give two or more")
    if k > MOST_LISTS:
        raise EstimationError(f"{k} lists: at most {MOST_LISTS}; merge lists of the same kind")
    if len(set(histories.lists)) < k:
        raise EstimationError("two lists have the same name: rename one")
    if len(counts) != 2**k - 1 or len(upper) != 2**k - 1:
        raise EstimationError(f"{k} lists have {2**k - 1} histories, not {len(counts)}")
    if min(counts) < 0 or any(a > b for a, b in zip(counts, upper, strict=True)):
        raise EstimationError("a count is negative or an interval ends before it starts")
    if not sum(upper):
        raise EstimationError("every count is zero: nobody was seen, so nothing can be estimated")
