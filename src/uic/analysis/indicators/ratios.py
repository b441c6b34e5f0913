"""One number divided by another, with the limits of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Size:
    """Size of the population, as ``uic estimate`` or a study gives it.

    Attributes:
        estimate: Number of people, above 0.
        low: Lower 95% limit, above 0 and at most the estimate.
        high: Upper 95% limit, at least the estimate.

    Raises:
        ValueError: the three are not in order.
    """

    estimate: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.estimate <= self.high < np.inf:
            raise ValueError("a size estimate is 0 < low <= estimate <= high, in people")


@dataclass(frozen=True, repr=False)
class Values:
    """One indicator in every cell: its numbers and their limits, nan where there is none.

    Shape (cells,) each, in people, contacts, pieces or their ratio.
    """

    value: Numbers
    low: Numbers
    high: Numbers

    @classmethod
    def exact(cls, value: Numbers) -> Values:
        """Numbers that no link can change."""
        none = np.full(len(value), np.nan)
        return cls(value, none, none)

    @property
    def floor(self) -> Numbers:
        """The lower limit; the number itself where it has none."""
        return np.where(np.isnan(self.low), self.value, self.low)

    @property
    def ceiling(self) -> Numbers:
        """The upper limit; the number itself where it has none."""
        return np.where(np.isnan(self.high), self.value, self.high)


def divided(of: Values, per: Values) -> Values:
    """Divide two indicators; null where the lower is 0.

    The limits put the lowest over the highest and the other way round: never too narrow, too
    wide where the same links decide both.
    """
    value = _over(of.value, per.value)
    low, high = _over(of.floor, per.ceiling), _over(of.ceiling, per.floor)
    known = ~(np.isnan(of.low) & np.isnan(per.low))
    return Values(value, np.where(known, low, np.nan), np.where(known, high, np.nan))


def per_size(of: Values, size: Size) -> Values:
    """Divide an indicator by the size of the population: coverage, or pieces a head.

    The two uncertainties are taken as independent: on the log scale their distances from the
    middle add in squares, as in ``uic.analysis.multiplier``. Where the size was estimated from
    the same links they are not quite, and the interval is too wide rather than too narrow.
    """
    value = of.value / size.estimate
    with np.errstate(divide="ignore", invalid="ignore"):
        down = np.hypot(np.log(of.value / of.floor), np.log(size.high / size.estimate))
        up = np.hypot(np.log(of.ceiling / of.value), np.log(size.estimate / size.low))
    some = of.value > 0
    low = np.where(some, value * np.exp(-np.where(some, down, 0)), 0)
    high = np.where(some, value * np.exp(np.where(some, up, 0)), of.ceiling / size.low)
    return Values(
        value, np.where(np.isnan(value), np.nan, low), np.where(np.isnan(value), np.nan, high)
    )


def _over(of: Numbers, per: Numbers) -> Numbers:
    return np.asarray(np.divide(of, per, out=np.full(len(of), np.nan), where=per > 0))
