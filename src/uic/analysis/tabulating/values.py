"""A table for people to read: cells, what to know before using them, and how it was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from uic.analysis.indicators import Linked

DO_NOT_ADD = (
    "Do not add numbers of people over periods, places, partners, groups or rows: one person may"
    " stand in many cells. Every number was counted from the contacts, none is a sum."
)
DO_NOT_ADD_HERE = "People: do not add to other rows or columns."
CENSORED = (
    "New: a partner's data begin less than three months before the period, or in it, so an old"
    " client may look new. Do not report these numbers as new clients."
)
LIMITS_WRONG = (
    "Limits: 95% of what the linkage leaves open, from links that may be wrong. Links that were"
    " missed are not in it: the true number may be lower."
)
LIMITS_BOTH = (
    "Limits: 95% of what the linkage leaves open, from links that may be wrong or missing. They"
    " are as good as the recall in the method: where the linkage judged itself, the true number"
    " is often lower still."
)
NO_LIMITS = "No limits: nothing was given about the uncertainty of the links."
NOT_RELEASED = (
    "Small numbers are shown: this table has not passed the release gate and is for the partners."
)


@dataclass(frozen=True, repr=False)
class Tabulation:
    """One table.

    Attributes:
        name: Short name, of a sheet or a file.
        title: What it shows.
        table: Text and number columns, in the order they are printed.
        notes: Sentences that stand under it.
        people: For each row, whether it holds numbers of people: those must not be added.
    """

    name: str
    title: str
    table: pa.Table
    notes: tuple[str, ...]
    people: tuple[bool, ...]

    def __repr__(self) -> str:
        return f"<Tabulation {self.name}: {len(self.table)} rows>"


@dataclass(frozen=True, repr=False)
class Tabulations:
    """Tables that belong together.

    Attributes:
        tables: The first is the one that was asked for.
        cells: The same for other programs, one row a cell: the period, the axes, and a column
            an indicator. ``uic release`` and ``uic export dhis2`` take this shape.
        method: How it was made: what and its value.
    """

    tables: tuple[Tabulation, ...]
    cells: pa.Table
    method: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        return f"<Tabulations: {', '.join(item.name for item in self.tables)}>"


def notes_for(linked: Linked, *, censored: bool, recall: float | None) -> tuple[str, ...]:
    """Return the sentences that a table needs.

    Args:
        linked: What was counted.
        censored: Whether the table prints a "new" that may mean "new to our files".
        recall: Share of the true links that were found, where it was given.
    """
    notes = [DO_NOT_ADD, *([CENSORED] if censored else []), _limits(linked, recall)]
    return (*notes, NOT_RELEASED)


def _limits(linked: Linked, recall: float | None) -> str:
    if linked.draws is None and recall is None:
        return NO_LIMITS
    both = recall is not None or (linked.draws is not None and linked.draws.both_ways)
    return LIMITS_BOTH if both else LIMITS_WRONG
