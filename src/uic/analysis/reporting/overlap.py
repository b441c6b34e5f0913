"""Overlap of lists as rows a page can show."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uic.analysis.histories import COUNT, list_overlap

if TYPE_CHECKING:
    import pyarrow as pa

MOST_COMBINATIONS = 15
_MOST_NAMED, _LONGEST_NAME = 4, 12


@dataclass(frozen=True)
class OneList:
    """People on a list. ``key`` is a letter where names are too long for a table's head."""

    key: str
    name: str
    people: int
    only: int

    @property
    def elsewhere(self) -> int:
        """People of this list who are also on another."""
        return self.people - self.only


@dataclass(frozen=True)
class Combination:
    """People on these lists and no other; ``on`` has one entry a list."""

    on: tuple[bool, ...]
    names: str
    people: int


@dataclass(frozen=True)
class Pair:
    """Two lists, and the people on both."""

    first: OneList
    second: OneList
    both: int

    @property
    def share(self) -> float | None:
        """Share of the smaller list that is on the other too."""
        smaller = min(self.first.people, self.second.people)
        return self.both / smaller if smaller else None


@dataclass(frozen=True)
class Overlap:
    """All of it: ``entries`` is the sum of the lists, ``people`` the union."""

    lists: tuple[OneList, ...]
    combinations: tuple[Combination, ...]
    pairs: tuple[Pair, ...]
    people: int
    entries: int
    rest_rows: int
    rest_people: int

    @property
    def keyed(self) -> bool:
        """Whether the head of a table shows letters in place of names."""
        return any(item.key != item.name for item in self.lists)


def overlap_of(histories: pa.Table) -> Overlap:
    """Turn a table of capture histories into rows; the most frequent combinations come first."""
    names = [name for name in histories.column_names if name != COUNT]
    rows = [
        (tuple(bool(row[name]) for name in names), row[COUNT])
        for row in histories.to_pylist()
        if row[COUNT]
    ]
    rows.sort(key=lambda row: (-row[1], tuple(not flag for flag in row[0])))
    lists = tuple(
        OneList(
            key,
            name,
            sum(people for on, people in rows if on[place]),
            sum(people for on, people in rows if on[place] and sum(on) == 1),
        )
        for place, (key, name) in enumerate(zip(_keys(names), names, strict=True))
    )
    shown, rest = rows[:MOST_COMBINATIONS], rows[MOST_COMBINATIONS:]
    return Overlap(
        lists,
        tuple(Combination(on, _joined(on, names), people) for on, people in shown),
        _pairs(lists, histories),
        people=sum(people for _, people in rows),
        entries=sum(item.people for item in lists),
        rest_rows=len(rest),
        rest_people=sum(people for _, people in rest),
    )


def _pairs(lists: tuple[OneList, ...], histories: pa.Table) -> tuple[Pair, ...]:
    named = {item.name: item for item in lists}
    return tuple(
        Pair(named[row["list_a"]], named[row["list_b"]], row["n_both"])
        for row in list_overlap(histories).to_pylist()
    )


def _joined(on: tuple[bool, ...], names: list[str]) -> str:
    return " + ".join(name for flag, name in zip(on, names, strict=True) if flag)


def _keys(names: list[str]) -> list[str]:
    """Return short heads: the names themselves, or letters when they are many or long."""
    if len(names) <= _MOST_NAMED and all(len(name) <= _LONGEST_NAME for name in names):
        return names
    letters = string.ascii_uppercase
    return [letters[n] if n < len(letters) else str(n + 1) for n in range(len(names))]
