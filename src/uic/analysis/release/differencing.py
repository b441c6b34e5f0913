"""What earlier releases tell: whoever kept them subtracts.

Three things can go wrong, and all are checked on the numbers that were really released:

1. An earlier release tells a number that is now to be hidden, or the other way round. Numbers
   with the same column and labels are one cell of the system, so relations of both releases
   bound it. The attacker is taken to assume that a hidden number is the same in both, unless the
   earlier release's own margins show that it changed.
2. A number was told before and has changed by less than the threshold: the difference is a count
   of few people. Such a number is hidden.
3. Months were released one by one and now their year: the stretches of ``stretches`` tie them.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from uic.analysis.release.attacking import attack
from uic.analysis.release.knowledge import Row, known_rows, rows_of
from uic.analysis.release.linked import groups
from uic.analysis.release.rounding import could_be
from uic.analysis.release.ties import feasible, tied_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from uic.analysis.release.columns import Columns
    from uic.analysis.release.knowledge import Mask, System
    from uic.analysis.release.linked import Group
    from uic.analysis.release.tables import Cell, Table
    from uic.analysis.release.ties import Ties

View = dict["Cell", int]


@dataclass(frozen=True)
class Earlier:
    """A release that is out.

    Attributes:
        number: Its number in the log.
        tables: The tables as they were released.
        base: To what their numbers were rounded; 1 is not at all.
        threshold: Its threshold.
        ties: How the margins of its tables hang together.
    """

    number: int
    tables: tuple[Table, ...]
    base: int
    threshold: int
    ties: Ties


@dataclass(frozen=True)
class Differences:
    """What was found while earlier releases were added to the system.

    Attributes:
        few: Cells of this release that differ by few from a number that is out.
        contradicted: Numbers of the releases whose relations cannot hold with today's numbers.
        told: How many numbers that earlier releases hid are told by these releases themselves.
    """

    few: Mask
    contradicted: tuple[int, ...]
    told: int


def add_earlier(system: System, earlier: Iterable[Earlier], columns: Columns) -> Differences:
    """Add what earlier releases tell to the system.

    Args:
        system: The system of the tables that are to be released; it is changed.
        earlier: The releases that are out, in any order.
        columns: What the columns mean.
    """
    newest = system.view
    views: list[Iterable[Cell]] = [tuple(newest)]
    few, contradicted, out = set[int](), list[int](), list[Row]()
    for release in sorted(earlier, key=lambda one: -one.number):
        told = _told(system, release, newest)
        few |= _few(system, told, newest)
        view = told | _hidden(system, release, told, newest, columns)
        views.append(view)
        rows = feasible(system, rows_of(system, view, columns, _own_rows(release.ties)))
        if rows is None:
            contradicted.append(release.number)
        out += rows or []
    if not views[1:]:
        return Differences(np.zeros(len(system.cells), dtype=np.bool_), (), 0)
    out += feasible(system, rows_of(system, newest, columns, _spanning_rows(views))) or []
    system.rows = list(dict.fromkeys([*system.rows, *out]))
    told_before = _unguard(system, out)
    system.open |= _open(system)
    mask = np.zeros(len(system.cells), dtype=np.bool_)
    mask[list(few)] = True
    return Differences(mask, tuple(contradicted), told_before)


def _told(system: System, release: Earlier, newest: View) -> View:
    """Place the numbers that a release tells: at our cell if it is the same, else a new one."""
    view: View = {}
    for cell, value in _values(release):
        if value is None:
            continue
        low, high = could_be(value, release.base, release.threshold)
        place = newest.get(cell)
        if place is not None and _same(system, place, low, high):
            system.floor[place] = max(system.floor[place], low)
            system.ceiling[place] = min(system.ceiling[place], high)
        else:
            place = system.add(cell, low if low == high else np.nan, low, high)
            newest.setdefault(cell, place)
        view[cell] = place
    return view


def _same(system: System, place: int, low: float, high: float) -> bool:
    if system.here[place]:
        return low <= system.truth[place] <= high
    return low <= system.ceiling[place] and system.floor[place] <= high


def _few(system: System, told: View, newest: View) -> set[int]:
    """Return the cells of this release that moved by few since a number of theirs was told."""
    return {
        newest[cell]
        for cell, place in told.items()
        if system.here[newest[cell]]
        and place != newest[cell]
        and _distance(system, place, newest[cell]) < system.threshold
    }


def _distance(system: System, before: int, now: int) -> float:
    truth = system.truth[now]
    return max(system.floor[before] - truth, truth - system.ceiling[before])


def _hidden(
    system: System,
    release: Earlier,
    told: View,
    newest: View,
    columns: Columns,
) -> View:
    """Place the numbers that a release hides: the cell we have, unless it has changed since."""
    hidden = [cell for cell, value in _values(release) if value is None]
    changed = _changed(system, hidden, told, newest, columns)
    view: View = {}
    for cell in hidden:
        place = newest.get(cell)
        if place is None or cell in changed or system.truth[place] == 0:
            place = system.add(cell, np.nan, 1, np.inf)
            newest.setdefault(cell, place)
        system.guarded[place] = True
        view[cell] = place
    return view


def _changed(
    system: System,
    hidden: Sequence[Cell],
    told: View,
    newest: View,
    columns: Columns,
) -> set[Cell]:
    """Return the hidden cells that the attacker sees to have changed.

    Events: every margin of theirs in the earlier release that can be checked fails with today's
    number. People: the events of the same row changed; where there are none, some number of the
    same column and period grew by the threshold or more.
    """
    moved = {cell for cell, place in told.items() if place != newest[cell]}
    shared = {cell for cell in hidden if cell in newest and system.here[newest[cell]]}
    mixed = told | {cell: newest[cell] for cell in shared}
    holds: dict[Cell, list[bool]] = defaultdict(list)
    for group in groups(mixed, columns):
        if group.kind == "events" and not group.across:
            fits = _fits(group, mixed, system)
            for cell in {group.whole, *group.parts} & shared:
                holds[cell].append(fits)
    moved |= {cell for cell, found in holds.items() if not any(found)}
    grown = {
        _block(cell, columns)
        for cell, place in told.items()
        if place != newest[cell] and _distance(system, place, newest[cell]) >= system.threshold
    }
    rows = _events_of_rows([*told, *hidden], columns)
    for cell in shared:
        if columns.counts[cell.column].kind == "people":
            events = rows.get(cell.labels, set())
            if events & moved or (not events and _block(cell, columns) in grown):
                moved.add(cell)
    return moved & shared


def _fits(group: Group, view: View, system: System) -> bool:
    rest = group.rest_in(view)
    parts = sum(system.truth[place] for place in [*rest, *(view[part] for part in group.parts)])
    return bool(parts == system.truth[view[group.whole]])


def _block(cell: Cell, columns: Columns) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the column and the period of a cell."""
    known = columns.dimensions
    periods = [at for at in cell.labels if at[0] in known and known[at[0]].labels == "periods"]
    return cell.column, tuple(periods)


def _events_of_rows(
    cells: Iterable[Cell], columns: Columns
) -> Mapping[tuple[tuple[str, str], ...], set[Cell]]:
    rows: dict[tuple[tuple[str, str], ...], set[Cell]] = defaultdict(set)
    for cell in cells:
        if columns.counts[cell.column].kind == "events":
            rows[cell.labels].add(cell)
    return rows


def _values(release: Earlier) -> Iterator[tuple[Cell, int | None]]:
    for table in release.tables:
        yield from table.values.items()


def _own_rows(ties: Ties) -> functools.partial[Iterator[Row]]:
    """Return the relations that held inside an earlier release."""
    return functools.partial(_relate, ties)


def _relate(ties: Ties, system: System, group: Group, view: Mapping[Cell, int]) -> Iterator[Row]:
    if _known(system, group, view):
        yield from known_rows(system, group, view)
    elif not group.across:
        tie = ties.get((group.whole.column, group.dimension), "each")
        yield from tied_rows(group, view, tie)


def _spanning_rows(
    views: Sequence[Iterable[Cell]],
) -> functools.partial[Iterator[Row]]:
    """Return the relations between numbers of different releases: months and their year."""
    return functools.partial(_span, [frozenset(view) for view in views])


def _span(
    views: Sequence[frozenset[Cell]], system: System, group: Group, view: Mapping[Cell, int]
) -> Iterator[Row]:
    if any({group.whole, *group.parts} <= cells for cells in views):
        return
    if _known(system, group, view):
        yield from known_rows(system, group, view)
    elif not group.across:
        covered = group.tiled or group.whole.at(group.dimension) is None
        strong, weak = ("union", "each") if group.kind == "people" else ("sum", "at_most")
        yield from tied_rows(group, view, strong if covered else weak)


def _known(system: System, group: Group, view: Mapping[Cell, int]) -> bool:
    places = [view[group.whole], *group.rest_in(view), *(view[part] for part in group.parts)]
    return not any(np.isnan(system.truth[place]) for place in places)


def _open(system: System) -> set[int]:
    """Return what earlier releases tell, to whoever knows the overlaps, if this one tells nothing.

    Quarters that are out tell their year to somebody who knows how many people came in several
    quarters. Nothing that is hidden here can change that, so such a year is kept from the others.
    """
    here = np.array(system.here)
    asked = (here | np.array(system.guarded)) & (np.nan_to_num(np.array(system.truth), nan=1) > 0)
    asked &= ~system.without_overlaps()
    found = attack(system.knowledge(here, overlaps=True), asked, system.threshold)
    return {int(place) for place in np.flatnonzero(asked & ~found.safe)}


def _unguard(system: System, rows: Sequence[Row]) -> int:
    """Stop guarding what the earlier releases tell by themselves; return how many those are."""
    guarded, implied = np.array(system.guarded), system.without_overlaps()
    everything = np.ones(len(guarded), dtype=np.bool_)
    told = np.zeros(len(guarded), dtype=np.bool_)
    for overlaps in (True, False):
        knowledge = system.knowledge(everything, overlaps=overlaps, rows=rows)
        mine = guarded & (implied != overlaps)
        told |= mine & ~attack(knowledge, mine, system.threshold).safe
    system.guarded = list(guarded & ~told)
    return int(told.sum())
