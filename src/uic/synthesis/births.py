"""Birth dates as three whole numbers each, where 0 stands for a part that nobody knows.

Written, a date is as long as what is known: ``1990-05-12``, ``1990-05``, ``1990``, and ``~1990``
for a year that was guessed from an age.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.synthesis.cells import Cells

_LONGEST = np.array([31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@dataclass(frozen=True, repr=False)
class Births:
    """Many births.

    Attributes:
        year: Year, 0 where unknown.
        month: Month from 1, 0 where unknown.
        day: Day from 1, 0 where unknown; a day never stands without a month.
        guessed: Whether the date was guessed from an age.
    """

    year: NDArray[np.int64]
    month: NDArray[np.int64]
    day: NDArray[np.int64]
    guessed: NDArray[np.bool_]

    def exist(self) -> NDArray[np.bool_]:
        """Return which of the known parts a calendar has."""
        month_exists = (self.month >= 0) & (self.month <= 12)
        longest = _LONGEST[np.where(month_exists, self.month, 0)]
        leap = (self.year % 4 == 0) & ((self.year % 100 != 0) | (self.year % 400 == 0))
        no_leap_day = (self.month == 2) & (self.day == 29) & ~leap
        fits = month_exists & (self.day >= 0) & (self.day <= longest) & ~no_leap_day
        return np.asarray(fits)

    def where(self, chosen: NDArray[np.bool_], other: Births) -> Births:
        """Return these births, with those of ``other`` where chosen."""
        return Births(
            np.where(chosen, other.year, self.year),
            np.where(chosen, other.month, self.month),
            np.where(chosen, other.day, self.day),
            np.where(chosen, other.guessed, self.guessed),
        )


def from_days(days: NDArray[np.datetime64]) -> Births:
    """Return the births on whole, known days."""
    months = days.astype("datetime64[M]")
    years = days.astype("datetime64[Y]")
    return Births(
        years.astype(np.int64) + 1970,
        (months - years.astype("datetime64[M]")).astype(np.int64) + 1,
        (days - months.astype("datetime64[D]")).astype(np.int64) + 1,
        np.zeros(len(days), bool),
    )


def from_iso(texts: Cells) -> Births:
    """Read ISO dates of any length, null as wholly unknown."""
    column = pc.fill_null(pa.array(texts, pa.string()), "")
    guessed = pc.starts_with(column, "~")
    plain = pc.utf8_ltrim(column, "~")
    year, month, day = (_part(plain, *cut) for cut in ((0, 4), (5, 7), (8, 10)))
    return Births(year, month, day, guessed.to_numpy(zero_copy_only=False))


def to_iso(births: Births) -> Cells:
    """Write births as ISO dates; wholly unknown ones are missing."""
    return written(births, ("year", "month", "day"), "-")


def written(births: Births, order: tuple[str, ...], mark: str) -> Cells:
    """Write the known parts of births in ``order``, with ``mark`` between them."""
    result = np.empty(len(births.year), dtype=object)
    known = (births.year > 0).astype(int) + (births.month > 0) + (births.day > 0)
    for count, names in ((3, {"year", "month", "day"}), (2, {"year", "month"}), (1, {"year"})):
        rows = known == count
        parts = [_padded(getattr(births, name)[rows], name) for name in order if name in names]
        texts = pc.binary_join_element_wise(*parts, mark)
        sign = pc.if_else(pa.array(births.guessed[rows]), "~", "")
        result[rows] = pc.binary_join_element_wise(sign, texts, "").to_numpy(zero_copy_only=False)
    return result


def _padded(numbers: NDArray[np.int64], name: str) -> pa.Array:
    width = 4 if name == "year" else 2
    return pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")


def _part(texts: pa.Array, start: int, stop: int) -> NDArray[np.int64]:
    part = pc.utf8_slice_codeunits(texts, start, stop)
    number = pc.if_else(pc.equal(part, ""), "0", part).cast(pa.int64())
    return np.asarray(number, dtype=np.int64)
