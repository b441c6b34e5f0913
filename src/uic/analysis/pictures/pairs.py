"""Pairwise table: the two-list estimate of every pair. Pairs that disagree show dependence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from uic.analysis.pictures.axes import people
from uic.analysis.pictures.forest import ForestRow, forest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.analysis.pictures.scene import Picture


SUMMARY = (
    "Two lists that help each other to the same people give too small a number, two that avoid "
    "each other too large a one. Pairs that agree are no proof of independence."
)


@dataclass(frozen=True)
class Pair:
    """Two lists and what they give.

    Attributes:
        first: Name of one list.
        second: Name of the other.
        n1: People on the first.
        n2: People on the second.
        both: People on both; None where that must not be shown.
        number: Two-list estimate, in people; nan where the lists share nobody.
        low: Lower limit.
        high: Upper limit.
    """

    first: str
    second: str
    n1: int
    n2: int
    both: int | None
    number: float
    low: float
    high: float


def pairwise(
    pairs: Sequence[Pair],
    *,
    reference: float | None = None,
    title: str = "Every two lists by themselves",
    summary: str = SUMMARY,
) -> Picture:
    """Draw a table of pairs with their estimates on one axis, smallest estimate first.

    Args:
        pairs: One entry for every two lists.
        reference: The estimate from all lists, drawn as a pale line.
        title: Name of the picture.
        summary: What it says, in a sentence.
    """
    order = sorted(pairs, key=lambda pair: (pair.number != pair.number, pair.number))
    rows = [
        ForestRow(
            f"{pair.first} × {pair.second}", pair.number, pair.low, pair.high, note=_note(pair)
        )
        for pair in order
    ]
    line = " Pale line: all lists together." if reference is not None else ""
    return forest(rows, title, summary + line, reference=reference)


def _note(pair: Pair) -> str:
    both = "not shown" if pair.both is None else people(pair.both)
    return f"{people(pair.n1)} and {people(pair.n2)} people, on both {both}"
