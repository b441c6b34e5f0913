"""Frozen values that pass between rooms. None of them holds an attribute of a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[str, int, int], None]
"""Called with a step's name, work done and work in all; never with a value of a person."""


def silent(_step: str, _done: int, _total: int) -> None:
    """Report no progress."""


@dataclass(frozen=True, order=True)
class RowProblem:
    """A value that could not be used: it counts as missing, the row stays.

    Attributes:
        partner: Name of the partner.
        row: Row in the source file as a person counts it (the header is row 1).
        column: Header of the column in the source file.
        rule: Which rule the value breaks; never the value.
    """

    partner: str
    row: int
    column: str
    rule: str
