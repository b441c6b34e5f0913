"""What an attacker knows: linear relations between cells, and bounds of single cells.

People are not additive: a margin of people lies between its largest part and the sum of its
parts. Two attackers are met (docs/decisions/0096):

* One who also knows by how many the parts exceed each margin, that is how many people are counted
  twice. No hidden number may be bounded by this one. Without this attacker, counts of people could
  be worked out by set reasoning that the inequalities do not show.
* One who knows the inequalities only. Some differences of told numbers are counts of people too:
  those who are counted twice, those of a margin who are not in a part, those of a column who are
  not in a narrower one. Where such an implied count is small, it is a cell that this one may not
  bound.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

from uic.analysis.release.alongside import declared, ruled
from uic.analysis.release.linked import groups
from uic.analysis.release.rounding import could_be, rounded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from uic.analysis.release.alongside import Alongside, Rule
    from uic.analysis.release.columns import Columns
    from uic.analysis.release.linked import Group
    from uic.analysis.release.tables import Cell

    Vector = NDArray[np.float64]
    Mask = NDArray[np.bool_]
    View = Mapping[Cell, int]


class Row(NamedTuple):
    """One relation: ``low <= sum of weight x cell <= high``.

    ``overlaps`` tells which attacker has it: the one who knows how many people are counted twice
    (``True``), the one who does not (``False``), or both (``None``).
    """

    cells: tuple[int, ...]
    weights: tuple[float, ...]
    low: float
    high: float
    overlaps: bool | None = None

    def holds(self, truth: Vector) -> bool:
        """Return whether the relation holds between these numbers."""
        return bool(self.low <= np.dot(self.weights, truth[list(self.cells)]) <= self.high)


@dataclass(frozen=True)
class Knowledge:
    """Relations and bounds of all cells, as arrays; a cell whose bounds are equal is known."""

    matrix: sparse.csr_array
    low: Vector
    high: Vector
    floor: Vector
    ceiling: Vector


@dataclass
class System:
    """All cells that are checked together, of these tables and of earlier releases.

    Attributes:
        threshold: A count from 1 up to but without it is small.
        base: To what the numbers of this release are rounded; 1 is not at all.
        cells: The cells; one whose number changed since an earlier release stands in it twice.
        truth: Their numbers; NaN where nobody here knows them any more.
        floor: The least the attacker gives a hidden cell.
        ceiling: The most.
        here: Cells of the tables that are to be released.
        guarded: Other cells that must stay hidden: earlier releases hid them, or they are
            implied and small.
        view: The newest place of every cell of a table.
        rows: The relations.
        implied: Small counts that stand in no table, by the cells whose difference they are.
        open: Cells that earlier releases alone tell whoever knows the overlaps.
    """

    threshold: int
    base: int = 1
    cells: list[Cell] = field(default_factory=list)
    truth: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)
    ceiling: list[float] = field(default_factory=list)
    here: list[bool] = field(default_factory=list)
    guarded: list[bool] = field(default_factory=list)
    view: dict[Cell, int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    implied: dict[tuple[int, ...], int] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)

    def add(self, cell: Cell, truth: float, low: float, high: float, *, here: bool = False) -> int:
        """Add a cell and return its place."""
        self.cells.append(cell)
        self.truth.append(truth)
        self.floor.append(low)
        self.ceiling.append(high)
        self.here.append(here)
        self.guarded.append(False)
        return len(self.cells) - 1

    def guard(self, cell: Cell, truth: float) -> int:
        """Add a cell that must stay hidden, and is not zero; return its place."""
        place = self.add(cell, truth, 1, np.inf)
        self.guarded[place] = True
        return place

    def without_overlaps(self) -> Mask:
        """Return which cells are kept from the attacker who does not know the overlaps.

        Those are the implied ones, and those that nobody can keep from the other any more.
        """
        found = np.zeros(len(self.cells), dtype=np.bool_)
        found[[*self.implied.values(), *self.open]] = True
        return found

    def knowledge(
        self, hidden: Mask, *, overlaps: bool, rows: Sequence[Row] | None = None
    ) -> Knowledge:
        """Return what an attacker knows when these cells of this release are hidden.

        Args:
            hidden: Cells that are not told.
            overlaps: The attacker knows how many people are counted twice.
            rows: Only these relations; all by default.
        """
        floor = np.array(self.floor, dtype=np.float64)
        ceiling = np.array(self.ceiling, dtype=np.float64)
        for place in np.flatnonzero(np.array(self.here) & ~hidden):
            number = rounded(int(self.truth[place]), self.base)
            low, high = could_be(number, self.base, min(self.threshold, int(self.truth[place])))
            floor[place] = max(floor[place], low)
            ceiling[place] = min(ceiling[place], high)
        chosen = tuple(self.rows if rows is None else rows)
        return Knowledge(*_arrays(chosen, len(floor), overlaps=overlaps), floor, ceiling)


def system_of(
    values: Mapping[Cell, int],
    columns: Columns,
    rules: Iterable[Rule],
    threshold: int,
    base: int = 1,
) -> System:
    """Return the system of the tables that are to be released, without earlier releases."""
    system = System(threshold, base)
    for cell, value in values.items():
        # Zeros are told, so whoever sees a hidden cell knows that it is not zero.
        system.view[cell] = system.add(cell, value, min(1, value), np.inf, here=True)
    system.rows += rows_of(system, system.view, columns, known_rows)
    system.rows += [_beside(found, system.view) for found in ruled(system.view, rules)]
    truth = np.array(system.truth)
    system.rows = [row for row in dict.fromkeys(system.rows) if row.holds(truth)]
    return system


def rows_of(
    system: System,
    view: View,
    columns: Columns,
    relate: Callable[[System, Group, View], Iterable[Row]],
) -> list[Row]:
    """Return the relations between the cells of a view: margins, and columns of one row."""
    found = [row for group in groups(view, columns) for row in relate(system, group, view)]
    return [*found, *_declared_rows(system, view, columns)]


def known_rows(system: System, group: Group, view: View) -> Iterator[Row]:
    """Yield the relations of a group whose numbers are all known to us.

    Events that do not reach their margin (some belong to no part) are at most the margin.
    """
    parts, whole = [view[part] for part in group.parts], view[group.whole]
    rest = group.rest_in(view)
    excess = sum(system.truth[part] for part in parts) - system.truth[whole]
    if group.kind == "events":
        excess += sum(system.truth[place] for place in rest)
        if excess <= 0:
            yield total([*parts, *rest], whole, 0 if excess == 0 else -np.inf, 0)
        return
    for part in parts:
        yield from _part_of(system, part, whole)
    if excess >= 0:
        yield total(parts, whole, excess, excess)._replace(overlaps=True)
    if 0 < excess < system.threshold:
        yield _implied(system, total(parts, whole, 0, 0), excess)
    elif excess >= 0:
        yield total(parts, whole, 0, np.inf)._replace(overlaps=False)
    elif rest and excess + system.truth[rest[0]] >= 0:
        yield total([*parts, *rest], whole, 0, np.inf)


def total(parts: Sequence[int], whole: int, low: float, high: float) -> Row:
    """Return the relation ``low <= sum of parts - whole <= high``."""
    return Row((*parts, whole), (*[1.0] * len(parts), -1.0), low, high)


def _part_of(system: System, part: int, whole: int) -> Iterator[Row]:
    """Yield that some people are among others, and guard the number of the rest if it is small."""
    yield Row((part, whole), (1, -1), -np.inf, 0)
    others = system.truth[whole] - system.truth[part]
    if 0 < others < system.threshold:
        yield _implied(system, Row((whole, part), (1, -1), 0, 0), others)


def _implied(system: System, difference: Row, number: float) -> Row:
    """Return that a difference is a cell of its own, which must stay hidden."""
    if difference.cells not in system.implied:
        first = system.cells[difference.cells[-1]]
        system.implied[difference.cells] = system.guard(first, number)
    cells = (*difference.cells, system.implied[difference.cells])
    return Row(cells, (*difference.weights, -1.0), 0, 0, overlaps=False)


def _beside(found: Alongside, view: View) -> Row:
    """Return what holds between cells of one row."""
    cells = [view[cell] for cell in (*found.parts, *found.less, found.whole)]
    weights = [*[1.0] * len(found.parts), *[-1.0] * (len(found.less) + 1)]
    return Row(tuple(cells), tuple(weights), 0 if found.equal else -np.inf, 0)


def _declared_rows(system: System, view: View, columns: Columns) -> Iterator[Row]:
    for found in declared(view, columns):
        yield _beside(found, view)
        kinds = {columns.counts[cell.column].kind for cell in (*found.parts, found.whole)}
        if len(found.parts) == 1 and kinds == {"people"} and not found.equal:
            yield from _part_of(system, view[found.parts[0]], view[found.whole])


@functools.lru_cache(maxsize=4)  # the same relations are attacked many times
def _arrays(
    rows: tuple[Row, ...], cells: int, *, overlaps: bool
) -> tuple[sparse.csr_array, Vector, Vector]:
    mine = [row for row in rows if row.overlaps in (None, overlaps)]
    place = np.repeat(np.arange(len(mine)), [len(row.cells) for row in mine])
    cell = np.array([one for row in mine for one in row.cells], dtype=np.int64)
    weight = np.array([one for row in mine for one in row.weights], dtype=np.float64)
    matrix = sparse.csr_array((weight, (place, cell)), shape=(len(mine), cells))
    low = np.array([row.low for row in mine], dtype=np.float64)
    return matrix, low, np.array([row.high for row in mine], dtype=np.float64)
