"""Dates as people write them, read in one declared order, never by guessing.

A date becomes a canonical text: ``1990-05-12``, ``1990-05`` or ``1990``; ``~1990`` is an
estimate. What cannot be read becomes a rule's name instead.
"""

from __future__ import annotations

import calendar
import functools
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    import datetime as dt

    import numpy as np
    from numpy.typing import NDArray

    from uic.partner.reading.words import Words

    Order = str

EARLIEST_YEAR = 1900
BUDDHIST_YEARS = range(2400, 2601)
WRONG_SHARE, WRONG_LEAST = 0.2, 5
"""A column is refused when more than this share of the values that can tell, and at least this
many, contradict the declared order."""
TURNED_LEAST = 20

_CLOCK = re.compile(r"(?<=\d)[T ]+\d{1,2}:\d{2}.*$", re.DOTALL)
_PARTS = re.compile(r"\s*[-/.\s]\s*")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_UNKNOWN = (0, 99)


@dataclass(frozen=True, repr=False, slots=True)
class Dated:
    """What one text means.

    Attributes:
        text: The canonical date, or None.
        rule: The rule it breaks, or an empty string.
        votes: The orders under which the text is a date: of "DMY" and "MDY", or "YMD" alone
            where the year comes first and nothing can be mistaken.
    """

    text: str | None
    rule: str
    votes: tuple[str, ...] = ()


@functools.lru_cache(maxsize=1 << 16)  # a century has 36,525 days, and a file comes in parts
def read_date(text: str, order: str, today: dt.date, earliest: int = EARLIEST_YEAR) -> Dated:
    """Read one date; ``order`` is "YMD", "DMY" or "MDY" for texts whose year comes last.

    A four-digit year in front always means year, month, day. A day or month of 00 or 99 is
    unknown and lowers the precision. Nothing is guessed: a two-digit year, a Buddhist-era year,
    a spreadsheet's serial number are rules that the text breaks.
    """
    guess = text[:1] in ("~", "≈")
    parts, named = _split(text[1:] if guess else text, order)
    if not 1 <= len(parts) <= 3 or not all(part.isdecimal() and len(part) <= 4 for part in parts):
        return Dated(None, "impossible_date")
    if not any(len(part) == 4 for part in parts):
        short = len(parts) == 3 and all(len(part) <= 2 for part in parts)
        return Dated(None, "two_digit_year" if short else "impossible_date")
    if len(parts[0]) == 4:
        return _judged(_calendar(*parts), ("YMD",), guess, today, earliest)
    if len(parts) == 2:
        return _judged(_calendar(parts[1], parts[0]), (), guess, today, earliest)
    ways = {
        "DMY": _calendar(parts[2], parts[1], parts[0]),
        "MDY": _calendar(parts[2], parts[0], parts[1]),
    }
    if named:  # a month written as a word leaves nothing to guess
        return _judged(ways[named], (), guess, today, earliest)
    votes = tuple(way for way, found in ways.items() if found is not None)
    if votes and order not in votes:
        return Dated(None, "date_order", votes)
    return _judged(ways.get(order), votes, guess, today, earliest)


def _split(text: str, order: str) -> tuple[list[str], str]:
    """Take a text apart as it is written; say the order where a month's name gives it away."""
    plain = text.replace("-", "")
    if len(plain) == 8 and len(text) == 10 and text[4] == text[7] == "-" and plain.isdecimal():
        return [plain[:4], plain[4:6], plain[6:]], ""  # as most files write dates
    text = _CLOCK.sub("", text.strip())
    if text.isdecimal() and len(text) == 8:
        cuts = (4, 6) if order == "YMD" else (2, 4)
        return [text[: cuts[0]], text[cuts[0] : cuts[1]], text[cuts[1] :]], ""
    parts = _PARTS.split(text.replace(",", " ").strip())
    months = [part.casefold()[:3] if part.isalpha() else "" for part in parts]
    named = ["MDY" if place == 0 else "DMY" for place, month in enumerate(months) if month]
    numbers = [
        str(MONTHS.index(month) + 1) if month in MONTHS else part
        for part, month in zip(parts, months, strict=True)
    ]
    return numbers, named[0] if named else ""


def _calendar(year: str, month: str = "00", day: str = "00") -> tuple[int, int, int] | None:
    """Return year, month and day with 0 for what is unknown, or None where no such day exists."""
    y, m, d = int(year), int(month), int(day)
    if len(year) != 4 or len(month) > 2 or len(day) > 2:
        return None
    if m in _UNKNOWN or y in (0, 9999):
        return (0 if y == 9999 else y, 0, 0) if d in _UNKNOWN or d <= 31 else None
    if not 1 <= m <= 12:
        return None
    if d in _UNKNOWN:
        return y, m, 0
    return (y, m, d) if 1 <= d <= calendar.monthrange(y, m)[1] else None


def _judged(
    found: tuple[int, int, int] | None,
    votes: tuple[str, ...],
    guess: bool,
    today: dt.date,
    earliest: int,
) -> Dated:
    """Apply the rules on years to a date that exists in the calendar."""
    if found is None:
        return Dated(None, "impossible_date", votes)
    year, month, day = found
    if year == 0:
        return Dated(None, "", votes)
    if year in BUDDHIST_YEARS:
        return Dated(None, "buddhist_era", votes)
    if year < earliest:
        return Dated(None, f"before_{earliest}", votes)
    if (year, month, day) > (today.year, today.month if month else 0, today.day if day else 0):
        return Dated(None, "future_date", votes)
    text = f"{year:04d}" + (f"-{month:02d}" if month else "") + (f"-{day:02d}" if day else "")
    return Dated(("~" if guess else "") + text, "", votes)


def order_hint(read: list[Dated], weights: NDArray[np.int64], order: str) -> str:
    """Say what to do when a column's dates contradict the declared order, else return ''.

    Only values that are a date under one order and not under the other can tell. Under the
    order "YMD" every value whose year comes last contradicts.
    """
    tally: Counter[tuple[str, ...]] = Counter()
    for item, weight in zip(read, weights.tolist(), strict=True):
        tally[item.votes] += weight
    first, last = tally[("DMY",)], tally[("MDY",)]
    if order == "YMD":
        wrong, telling = first + last + tally[("DMY", "MDY")], sum(tally.values()) - tally[()]
    else:
        wrong, telling = last if order == "DMY" else first, first + last
    if wrong < WRONG_LEAST or wrong <= WRONG_SHARE * telling:
        return _turned_hint(read, weights, order)
    if min(first, last) > WRONG_SHARE * (first + last):
        return "day and month stand in both orders: correct the dates in the export"
    if first == last:
        return 'set date_order = "DMY" (day first) or "MDY" (month first) in the partner\'s mapping'
    return f'set date_order = "{"DMY" if first > last else "MDY"}" in the partner\'s mapping'


def _turned_hint(read: list[Dated], weights: NDArray[np.int64], order: str) -> str:
    """Notice what a spreadsheet of the other order does to a text file.

    It turns each date whose day is up to 12 into a real date with day and month exchanged, and
    leaves the others as text. So all real dates have a day up to 12, and all texts one above.
    """
    real = texts = 0
    for item, weight in zip(read, weights.tolist(), strict=True):
        if item.votes == (order,):
            texts += weight
        elif item.votes == ("YMD",) and item.text and len(item.text) == len("1990-05-12"):
            real += weight
            if int(item.text[-2:]) > 12:
                return ""
        elif item.votes == ("DMY", "MDY"):
            return ""
    if order == "YMD" or min(real, texts) < TURNED_LEAST:
        return ""
    return "a spreadsheet exchanged day and month of some dates: export again from the source"


def parts_of(words: Words) -> tuple[Any, Any, Any, Any]:
    """Expand canonical dates into Arrow columns year, month, day and precision."""
    rows = [_expanded(text) for text in words.listed()]
    years, months, days, precisions = zip(*rows, strict=True) if rows else ((), (), (), ())
    spread = pa.array(words.codes, mask=~words.present)
    return (
        pa.array(years, pa.int16()).take(spread),
        pa.array(months, pa.int8()).take(spread),
        pa.array(days, pa.int8()).take(spread),
        pa.array(precisions, pa.string()).take(spread),
    )


@functools.lru_cache(maxsize=1 << 16)
def _expanded(text: str) -> tuple[int, int | None, int | None, str]:
    year, month, day = [*map(int, text.lstrip("~").split("-")), None, None][:3]
    exact = "day" if day else "month" if month else "year"
    return int(year or 0), month, day, "estimated" if text.startswith("~") else exact
