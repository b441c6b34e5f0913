"""Labels that are stretches: periods (2026-04, 2026-Q2, 2026) and ages (15-24, 50+).

A stretch that others tile is their margin, also when they stand in another table or were
released earlier: a year's contacts less those of eleven months are those of the twelfth.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

Item = TypeVar("Item")
Stretch = tuple[float, float]
"""From, and up to but without."""

_PERIOD = re.compile(r"(\d{4})(?:-(\d{2})|-?Q([1-4])|-?H([12]))?(?:/(\d{4})-(\d{2}))?")
_AGES = re.compile(r"(\d{1,3})\s*(?:-|–|to)\s*(\d{1,3})")
_OLDER = re.compile(r"(\d{1,3})\s*\+")
_YOUNGER = re.compile(r"(?:<|under)\s*(\d{1,3})")


def stretch(label: str, kind: str) -> Stretch | None:
    """Return months since year 0, or years of age; ``None`` when the label is no stretch.

    Args:
        label: ``2026``, ``2026-Q2``, ``2026-04``, ``2026-04/2027-03``; or ``15-24``, ``50+``,
            ``<15``.
        kind: ``"periods"`` or ``"ages"``; anything else has no stretches.
    """
    if kind == "periods":
        return _months(label)
    return _years(label) if kind == "ages" else None


def tiles(found: Mapping[Item, Stretch], whole: Stretch | None = None) -> tuple[list[Item], bool]:
    """Return the longest stretches that do not overlap, and whether they tile the whole.

    Args:
        found: The stretches to choose from; those not inside ``whole``, or equal to it, are out.
        whole: What is to be tiled; ``None`` takes all there is.
    """
    chosen: list[Item] = []
    gaps, end = False, whole[0] if whole else -math.inf
    for item, (start, stop) in sorted(found.items(), key=lambda one: (one[1][0], -one[1][1])):
        outside = whole and (start < whole[0] or stop > whole[1] or (start, stop) == whole)
        if outside or start < end:
            continue
        gaps = gaps or (bool(whole) and start > end)
        chosen.append(item)
        end = stop
    return chosen, bool(whole) and bool(chosen) and not gaps and end == (whole or (0, 0))[1]


def _months(label: str) -> Stretch | None:
    match = _PERIOD.fullmatch(label)
    if not match:
        return None
    year, month, quarter, half, last_year, last_month = match.groups()
    if last_year:
        if not month:
            return None
        return int(year) * 12 + int(month) - 1, int(last_year) * 12 + int(last_month)
    start = int(year) * 12
    if month:
        return start + int(month) - 1, start + int(month)
    if quarter:
        return start + int(quarter) * 3 - 3, start + int(quarter) * 3
    return (start + int(half) * 6 - 6, start + int(half) * 6) if half else (start, start + 12)


def _years(label: str) -> Stretch | None:
    if match := _AGES.fullmatch(label):
        return float(match[1]), float(match[2]) + 1
    if match := _OLDER.fullmatch(label):
        return float(match[1]), math.inf
    if match := _YOUNGER.fullmatch(label):
        return 0.0, float(match[1])
    return None
