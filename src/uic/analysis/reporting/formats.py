"""Numbers as people read them. A missing number is an en dash, never a zero."""

from __future__ import annotations

import math

NOTHING = "–"


def number(value: float | None) -> str:
    """Write a whole number with separators between thousands: 18737 is ``18,737``."""
    if value is None or math.isnan(value):
        return NOTHING
    return "∞" if math.isinf(value) else f"{round(value):,}"


def decimal(value: float | None, places: int = 1) -> str:
    """Write a number with a fixed number of places, so that a column of them lines up."""
    if value is None or not math.isfinite(value):
        return NOTHING
    return f"{value:,.{places}f}"


def percent(share: float | None, places: int = 1) -> str:
    """Write a share (0 to 1) as per cent; a small share that is not zero never reads as zero."""
    if share is None or not math.isfinite(share):
        return NOTHING
    least = 10.0**-places
    if 0 < share * 100 < least / 2:
        return f"<{least:.{places}f}%"
    return f"{share * 100:.{places}f}%"


def width(part: float, whole: float) -> str:
    """Return the length of a bar as a CSS percentage, between 0 and 100."""
    share = part / whole if whole > 0 and math.isfinite(part) else 0.0
    return f"{min(max(share, 0.0), 1.0) * 100:.2f}%"
