"""Rounding to a base, and what a rounded number tells."""

from __future__ import annotations


def rounded(value: int, base: int) -> int:
    """Return the nearest multiple of the base; a tie goes up. Base 1 changes nothing."""
    return (value + base // 2) // base * base


def could_be(value: int, base: int, threshold: int) -> tuple[int, int]:
    """Return the least and the largest number that is told as this value.

    Zero is zero, and a number that is told is not below the threshold: such numbers are hidden.
    """
    if not value:
        return 0, 0
    low = value - base // 2
    return max(low, threshold), low + base - 1
