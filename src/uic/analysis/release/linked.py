"""How the numbers of tables hang together: margins and parts, in one table or in several.

Cells of all tables are taken together, so a margin that stands in one table and its parts in
another are linked, and two tables that share a margin are checked as one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from uic.analysis.release.alongside import declared
from uic.analysis.release.stretches import stretch, tiles

Number = TypeVar("Number")

HISTORY_COUNT = "count"
"""The column of numbers in a table of capture histories."""

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from uic.analysis.release.columns import Columns, Kind
    from uic.analysis.release.tables import Cell, Table


@dataclass(frozen=True)
class Group:
    """A margin and its parts along one dimension.

    Attributes:
        whole: The margin.
        parts: Its parts.
        dimension: Along which.
        kind: How the parts hang together; see ``Count``.
        tiled: The parts are stretches that cover the margin without a gap.
        rest: The cell that tells what belongs to no part.
        across: The margin stands in another column than the parts.
    """

    whole: Cell
    parts: tuple[Cell, ...]
    dimension: str
    kind: Kind
    tiled: bool = False
    rest: Cell | None = None
    across: bool = False

    def rest_in(self, view: Mapping[Cell, Number]) -> list[Number]:
        """Return what the view has for ``rest``: one entry, or none."""
        return [view[self.rest]] if self.rest is not None and self.rest in view else []


def groups(cells: Iterable[Cell], columns: Columns) -> Iterator[Group]:
    """Yield every margin that has parts among the cells; the margin itself must be one of them."""
    present = set(cells)
    for (whole, dimension), labelled in sorted(_labelled(present).items()):
        for group in _along(whole, dimension, labelled, columns):
            if group.whole in present:
                yield group
            yield from _across(group, present, columns)


def contradictions(table: Table, columns: Columns) -> Iterator[tuple[Cell, str]]:
    """Yield the cells of a table whose numbers cannot be what their columns say, and why."""
    values = table.known()
    for group in groups(values, columns):
        parts, whole = [values[part] for part in group.parts], values[group.whole]
        if group.kind == "people" and max(parts) > whole:
            yield group.whole, "this margin is smaller than one of its parts"
        elif group.kind == "events" and not group.across and sum(parts) > whole:
            yield group.whole, "this margin is smaller than the sum of its parts"
    for found in declared(values, columns):
        together = sum(values[cell] for cell in found.parts)
        if not found.equal and together > values[found.whole]:
            names = " and ".join(cell.column for cell in found.parts)
            yield found.whole, f"it is smaller than {names} in the same row"


def history_rows(cells: Mapping[Cell, int]) -> Iterator[tuple[Cell, list[Cell]]]:
    """Yield people and the capture histories that are theirs.

    The people of a partner or channel, with the histories on the list of that name; and all
    people, with all histories.
    """
    lists: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.column == HISTORY_COUNT:
            lists[cell.scope, ""].append(cell)
            for name, on in cell.labels:
                if on == "1":
                    lists[cell.scope, name].append(cell)
    for cell in cells:
        if cell.column == "individuals" and len(cell.labels) <= 1:
            (dimension, label) = cell.labels[0] if cell.labels else ("partner", "")
            if dimension in {"partner", "channel"} and lists.get((cell.scope, label)):
                yield cell, lists[cell.scope, label]


def _labelled(cells: Iterable[Cell]) -> dict[tuple[Cell, str], dict[str, Cell]]:
    """Return, per margin and dimension, the cells at its labels."""
    found: dict[tuple[Cell, str], dict[str, Cell]] = defaultdict(dict)
    for cell in sorted(cells):
        for dimension, label in cell.labels:
            found[cell.without(dimension), dimension][label] = cell
    return found


def _along(
    whole: Cell, dimension: str, labelled: Mapping[str, Cell], columns: Columns
) -> Iterator[Group]:
    count = columns.counts[whole.column]
    if dimension in count.apart:
        return
    rest = count.rest.get(dimension)
    rest_cell = whole._replace(column=rest) if rest else None
    known = columns.dimensions.get(dimension)
    labels = known.labels if known else ""
    read = {label: stretch(label, labels) for label in labelled}
    found = {label: place for label, place in read.items() if place is not None}
    plain = [label for label, place in read.items() if place is None]
    longest = [*tiles(found)[0], *plain]
    parts = tuple(labelled[label] for label in longest)
    yield Group(whole, parts, dimension, count.kind, rest=rest_cell)
    for label, place in found.items():
        inside, tiled = tiles(found, place)
        if inside:
            parts = tuple(labelled[item] for item in inside)
            yield Group(labelled[label], parts, dimension, count.kind, tiled)


def _across(group: Group, present: set[Cell], columns: Columns) -> Iterator[Group]:
    for rule in columns.across:
        whole = group.whole._replace(column=rule.whole)
        at_margin = not any(name in rule.total for name, _ in whole.labels)
        mine = (group.whole.column, group.dimension) == (rule.parts, rule.over)
        if mine and at_margin and whole in present:
            yield Group(whole, group.parts, group.dimension, "events", group.tiled, across=True)
