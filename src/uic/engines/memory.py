"""How much memory an engine may hold before it spills to disk."""

from __future__ import annotations

import os
import re

from uic.errors import InputError, Problem

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(M|G|T)(i?)B", re.IGNORECASE)
_LEAST = 500 * 10**6  # below this even small registers do not get through


def as_memory(size: str | None) -> str:
    """Return a size as engines take it: bytes with their unit; by default half of the machine's.

    Args:
        size: As ``8GB`` or ``800 MB``; units are MB, GB, TB and MiB, GiB, TiB.

    Raises:
        InputError: this is no size, or below 500 MB.
    """
    if size is None:
        return half_of_memory()
    read = _SIZE.fullmatch(size.strip())
    if not read:
        raise InputError(Problem("memory", "", "this is no size of memory", "write it as 8GB"))
    number, unit, binary = read.groups()
    step = 1024 if binary else 1000
    power = "MGT".index(unit.upper()) + 2
    if float(number) * step**power < _LEAST:
        raise InputError(Problem("memory", "", "matching needs more memory", "give 1GB or more"))
    return f"{number}{unit.upper()}{binary.lower()}B"


def half_of_memory() -> str:
    """Return half of the machine's memory, ``4GB`` where it cannot be told."""
    try:
        size = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return "4GB"
    return f"{max(size // 2, 1 << 30) // (1 << 20)}MiB"
