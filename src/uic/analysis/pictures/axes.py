"""Axes: where a number stands on a strip, and round numbers to write beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uic.analysis.pictures.scene import FAINT, Line, Row, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from uic.analysis.pictures.scene import Mark

UPRIGHT_TICKS = 4
MOST_TICKS = 6
"""More numbers than this touch each other on a telephone."""


@dataclass(frozen=True)
class Axis:
    """An axis from ``low`` to ``high``, logarithmic or not, that begins at ``start``.

    A ``start`` above 0 leaves a gutter for the numbers of an upright axis.
    """

    low: float
    high: float
    logarithmic: bool = True
    start: float = 0.0

    def at(self, number: float) -> float:
        """Return where a number stands, ``start`` to 1; beyond the ends it is cut."""
        if self.logarithmic:
            share = math.log(max(number, 1e-300) / self.low) / math.log(self.high / self.low)
        else:
            share = (number - self.low) / (self.high - self.low)
        return self.start + (1 - self.start) * min(max(share, 0.0), 1.0)

    def shows(self, number: float) -> bool:
        """Whether a number stands between the ends."""
        return self.low <= number <= self.high

    @property
    def ticks(self) -> tuple[float, ...]:
        """Round numbers on the axis, from left to right."""
        decades = _decades(self.low, self.high) if self.logarithmic else ()
        return decades if len(decades) > 2 else _even(self.low, self.high, MOST_TICKS)

    @property
    def grid(self) -> tuple[Line, ...]:
        """Faint lines at the ticks, through a whole strip."""
        return tuple(Line(self.at(t), 0, self.at(t), 1, FAINT, 1) for t in self.ticks)

    def foot(self, name: str = "") -> Row:
        """Return the row with the numbers of the axis, and its name under them."""
        words: tuple[Mark, ...] = tuple(Words(self.at(t), 0.5, people(t)) for t in self.ticks)
        return Row(height=18, marks=words, note=name)

    def upright(self, write: Callable[[float], str], start: float) -> tuple[Mark, ...]:
        """Return the same axis as an upright one: faint lines from ``start``, numbers before."""
        ticks = _even(self.low, self.high, UPRIGHT_TICKS)
        heights = [(tick, 1 - self.at(tick)) for tick in ticks]
        lines = (Line(start, y, 1, y, FAINT, 1) for _, y in heights)
        return (*lines, *(Words(start - 0.012, y, write(tick), "end") for tick, y in heights))


def log_axis(numbers: Iterable[float], start: float = 0.0) -> Axis:
    """Return a logarithmic axis that holds all finite positive numbers with a little air."""
    kept = [number for number in numbers if math.isfinite(number) and number > 0]
    if not kept:
        return Axis(1, 10, start=start)
    low, high = min(kept), max(kept)
    air = max((high / low) ** 0.06, 1.05)
    return Axis(low / air, high * air, start=start)


def percent(share: float) -> str:
    """Write a share as a whole percentage."""
    return f"{share:.0%}"


def people(number: float) -> str:
    """Write a number of people: whole, with commas; a decimal only for small fractions."""
    if math.isnan(number):
        return "unknown"
    if not math.isfinite(number):
        return "unbounded"
    return f"{number:,.0f}" if abs(number) >= 10 or number == round(number) else f"{number:.2g}"


def span(number: float, low: float, high: float) -> str:
    """Write a number with its interval, or alone the one that is known."""
    if math.isnan(number):
        return people(number) if math.isnan(low) else f"{people(low)}–{people(high)}"
    if math.isnan(low):
        return f"{people(number)} (no interval)"
    return f"{people(number)} ({people(low)}–{people(high)})"


def _even(low: float, high: float, most: int) -> tuple[float, ...]:
    """Return multiples of 1, 2 or 5 times a power of ten, about ``most`` of them."""
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * unit for unit in (1, 2, 5, 10) if power * unit >= rough)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return tuple(step * k for k in range(first, last + 1))


def _decades(low: float, high: float) -> tuple[float, ...]:
    """Return 1-2-5 ticks, or fewer of each decade until there are few enough."""
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for units in ((1, 2, 5), (1, 3), (1,)):
        ticks = tuple(u * 10.0**e for e in exponents for u in units if low <= u * 10.0**e <= high)
        if len(ticks) <= MOST_TICKS:
            return ticks
    return ticks[:: math.ceil(len(ticks) / MOST_TICKS)]
