"""Dates of birth that cannot be, or that come too often to be true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import stats

from uic.partner.quality.findings import Finding
from uic.partner.registers import DATE_PARTS

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

YOUNGEST, OLDEST = 10, 80
DAYS_A_YEAR = 365.25
MONTH_LENGTHS = np.array((0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31))
DEFAULT_YEARS = (1900, 1970)
LIVELY_DEFAULT = 1970  # clients are born in it: one of them on 1 January proves nothing
RARE = 0.001
"""A count is flagged when chance alone would give as many less often than this."""

FEWEST = 5
"""Fewer records than this are never called too many: small registers vary."""

LARGER, MANY_TIMES = 1.15, 2.0
"""How many times its expectation a share, and a single day's count, must be to be flagged: in a
large register even the seasons of births are not chance.
"""

NEW_YEAR = 32 * 1 + 1
"""1 January as ``32 * month + day``, the form in which days of the year are counted here."""

FIFTEENTHS = 32 * np.arange(1, 13) + 15
IN_CALENDAR = np.array([0 < n % 32 <= MONTH_LENGTHS[n // 32] for n in range(32 * 13)])


@dataclass(frozen=True, repr=False)
class DateParts:
    """Year, month and day of one date attribute, 0 where a part is missing."""

    name: str
    year: NDArray[np.int64]
    month: NDArray[np.int64]
    day: NDArray[np.int64]


def date_parts(records: pa.Table, name: str) -> DateParts:
    """Take the parts of date attribute ``name`` out of a register's records."""
    parts = [records[f"{name}_{part}"].fill_null(0) for part in DATE_PARTS]
    return DateParts(name, *(part.to_numpy().astype(np.int64) for part in parts))


def impossible(date: DateParts) -> NDArray[np.bool_]:
    """Return which records name a month or a day that no calendar has."""
    month_exists = (date.month >= 0) & (date.month <= 12)
    longest = np.where(date.month == 0, 31, MONTH_LENGTHS[np.where(month_exists, date.month, 0)])
    leap = (date.year % 4 == 0) & ((date.year % 100 != 0) | (date.year % 400 == 0))
    no_leap_day = (date.month == 2) & (date.day == 29) & (date.year > 0) & ~leap
    return np.asarray(~month_exists | (date.day < 0) | (date.day > longest) | no_leap_day)


def whole(date: DateParts) -> NDArray[np.bool_]:
    """Return which records have all three parts, and parts that a calendar has."""
    known = (date.year > 0) & (date.month > 0) & (date.day > 0)
    return np.asarray(known & ~impossible(date))


def whole_dates(records: pa.Table, name: str) -> pa.Array:
    """Return dates as ``YYYYMMDD``, null where a part is missing or impossible."""
    date = date_parts(records, name)
    number = pa.array(date.year * 10_000 + date.month * 100 + date.day, mask=~whole(date))
    return pc.utf8_lpad(pc.cast(number, pa.string()), 8, "0")


def date_findings(date: DateParts, today: dt.date) -> list[Finding]:
    """Apply every rule on dates of birth to one date attribute."""
    kept = whole(date)
    year, month, day = date.year[kept], date.month[kept], date.day[kept]
    of_year = 32 * month + day
    return [
        *_impossible_ages(date, today),
        *_day_findings(date.name, of_year),
        *_defaults(date.name, year, of_year),
    ]


def _impossible_ages(date: DateParts, today: dt.date) -> list[Finding]:
    known = date.year > 0
    this_day = 32 * today.month + today.day
    birthday = 32 * np.where(date.month > 0, date.month, 7) + date.day
    age = today.year - date.year - (birthday > this_day)
    later = (date.year == today.year) & (32 * date.month + date.day > this_day)
    future = known & ((date.year > today.year) | later)
    masks = {
        "impossible-date": impossible(date),
        "birth-date-in-future": future,
        "age-under-10": known & ~future & (age < YOUNGEST),
        "age-over-80": known & (age > OLDEST),
    }
    return [
        Finding(rule, date.name, int(mask.sum()), len(mask), None, bool(mask.any()))
        for rule, mask in masks.items()
    ]


def _day_findings(name: str, of_year: NDArray[np.int64]) -> list[Finding]:
    """Look at days of the year: which come too often, and whether low days do."""
    of = len(of_year)
    counts = np.bincount(of_year, minlength=32 * 13)
    other = too_many(counts, np.full(counts.shape, of / DAYS_A_YEAR))
    other[[NEW_YEAR, *FIFTEENTHS]] = False
    heaps = {
        "heaping-1-january": (counts[NEW_YEAR], 1),
        "heaping-day-15": (counts[FIFTEENTHS].sum(), 12),
        "heaping-other-day": (counts[other].sum(), other.sum()),
    }
    found = [
        _compared(rule, name, int(count), of, days / DAYS_A_YEAR)
        for rule, (count, days) in heaps.items()
    ]
    return [*found, _low_days(name, counts, other)]


def _low_days(name: str, counts: NDArray[np.int64], heaped: NDArray[np.bool_]) -> Finding:
    """Compare days up to 12 with all days, leaving out the days on which dates heap."""
    kept = IN_CALENDAR & ~heaped
    kept[NEW_YEAR] = False
    low = kept & (np.arange(len(counts)) % 32 <= 12)
    expected = low.sum() / kept.sum()
    return _compared(
        "day-month-swap", name, int(counts[low].sum()), int(counts[kept].sum()), expected
    )


def _defaults(name: str, year: NDArray[np.int64], of_year: NDArray[np.int64]) -> list[Finding]:
    default = np.isin(year, DEFAULT_YEARS) & (of_year == NEW_YEAR)
    count, of = int(default.sum()), len(year)
    heap = max(int((of_year == NEW_YEAR).sum()) / max(of, 1), 1 / DAYS_A_YEAR)
    by_chance = int((year == LIVELY_DEFAULT).sum()) * heap
    rare = count > 0 and bool(stats.poisson.sf(count - 1, by_chance) < RARE)
    repeated, expected = _repeated(year[~default], of_year[~default])
    return [
        Finding("default-date", name, count, of, by_chance / max(of, 1), rare),
        Finding("repeated-date", name, repeated, of, expected, repeated > 0),
    ]


def _repeated(year: NDArray[np.int64], of_year: NDArray[np.int64]) -> tuple[int, float]:
    """Count records on dates that come too often, with the share expected on these dates.

    A date is expected as often as its year's records times the share of its day over all
    years, so that heaping on 1 January alone does not make every 1 January suspicious.
    """
    if not len(year):
        return 0, 0.0
    dates, counts = np.unique(np.stack([year, of_year]), axis=1, return_counts=True)
    records_of_year = np.bincount(year)[dates[0]]
    share_of_day = np.maximum(np.bincount(of_year)[dates[1]] / len(year), 1 / DAYS_A_YEAR)
    expected = records_of_year * share_of_day
    many = too_many(counts, expected)
    return int(counts[many].sum()), float(expected[many].sum() / len(year))


def too_many(counts: NDArray[np.int64], expected: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which counts chance (Poisson) would hardly give, over all that are looked at."""
    rare = stats.poisson.sf(counts - 1, expected) < RARE / max(len(counts), 1)
    return np.asarray((counts >= FEWEST) & (counts >= MANY_TIMES * expected) & rare)


def _compared(rule: str, name: str, count: int, of: int, expected: float) -> Finding:
    """Make a finding that is flagged when chance (binomial) would hardly give as many."""
    expected = float(expected)
    large = count >= FEWEST and count >= LARGER * of * expected
    rare = large and bool(stats.binom.sf(count - 1, of, expected) < RARE)
    return Finding(rule, name, count, of, expected, rare)
