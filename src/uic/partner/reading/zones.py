"""Moments in UTC become the day they were on the wall calendar of the place.

A visit at 06:30 in Phnom Penh is the day before in UTC, and midnight, which is how systems write a
whole day, always is: months and quarters would be counted wrong at every boundary.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from typing import TYPE_CHECKING

import pyarrow.compute as pc

if TYPE_CHECKING:
    import pyarrow as pa

    from uic.partner.reading.words import Words

_MOMENT = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)? ?(Z|UTC|[+-]\d\d:?\d\d)$"
_UTC = r"(Z|UTC|[+-]00:?00)$"
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")


def local_days(
    words: Words, zone: str | None, *, needed: bool
) -> tuple[Words, tuple[str, str] | None]:
    """Write every moment that names its zone as the local day; other words stay.

    Args:
        words: A column of dates.
        zone: The mapping's ``time_zone``: a name as "Asia/Phnom_Penh", or "+07:00".
        needed: Whether a column of moments in UTC without a ``time_zone`` cannot be used.

    Returns:
        The column, and rule and hint where it cannot be used.
    """
    moments = pc.match_substring_regex(words.distinct, _MOMENT)
    if not pc.any(moments).as_py():
        return words, None
    if zone is None:
        missing = needed and pc.any(in_utc(words)).as_py()
        hint = 'set time_zone in the partner\'s mapping, such as "Asia/Phnom_Penh" or "+07:00"'
        return words, ("the dates are moments in UTC", hint) if missing else None
    place = zone_of(zone)
    if place is None:
        hint = 'give the hours from UTC instead, such as "+07:00"'
        return words, (f"this computer does not know the time_zone {zone!r}", hint)
    pairs = zip(words.listed(), moments.to_pylist(), strict=True)
    return words.translated([_day(w, place) if is_moment else w for w, is_moment in pairs]), None


def in_utc(words: Words) -> pa.Array:
    """Mark the distinct words that are moments in UTC."""
    moments = pc.match_substring_regex(words.distinct, _MOMENT)
    return pc.and_(moments, pc.match_substring_regex(words.distinct, _UTC))


def zone_of(name: str) -> dt.tzinfo | None:
    """Find a time zone by its name or its hours from UTC; None where it is not known."""
    try:
        if match := _OFFSET.fullmatch(name):
            hours = dt.timedelta(hours=int(match[2]), minutes=int(match[3]))
            return dt.timezone(-hours if match[1] == "-" else hours)
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _day(word: str, place: dt.tzinfo) -> str:
    """Return the local day of a moment; the word itself where no such moment exists."""
    try:
        text = re.sub(r" ?(Z|UTC)$", "+00:00", word).replace(",", ".")
        return dt.datetime.fromisoformat(text).astimezone(place).date().isoformat()
    except (ValueError, OverflowError):
        return word
