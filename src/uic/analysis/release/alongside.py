"""How numbers of one row hang together: contacts and people, new and returning, stock and flow.

Some of it is declared in ``spec/release/columns.toml``. The rest is read off the table: what holds
between two or three columns in every row is taken to be known to the attacker. Where it holds by
accident, the gate hides a little more than it must.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from uic.analysis.release.stretches import stretch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from uic.analysis.release.columns import Columns, Flow
    from uic.analysis.release.stretches import Stretch
    from uic.analysis.release.tables import Cell, Table

_FEWEST_ROWS = 3


@dataclass(frozen=True)
class Rule:
    """In every row the columns ``parts`` together are ``whole``, or at most ``whole``."""

    parts: tuple[str, ...]
    whole: str
    equal: bool


@dataclass(frozen=True)
class Alongside:
    """Cells that together are another cell, or at most it."""

    parts: tuple[Cell, ...]
    whole: Cell
    equal: bool = False
    less: tuple[Cell, ...] = ()
    """Cells to take away from the parts."""


def declared(cells: Iterable[Cell], columns: Columns) -> Iterator[Alongside]:
    """Yield what holds between cells of one row, or of neighbouring periods, by definition."""
    present = set(cells)
    for cell in sorted(present):
        for rule in columns.within:
            parts = tuple(cell._replace(column=column) for column in rule.parts)
            found = tuple(part for part in parts if part in present)
            if cell.column == rule.at_most and found:
                yield Alongside(found, cell)
        for partner in ("partner_a", "partner_b"):  # who is served by both is served by each
            alone = _both(cell, cell.at(partner))
            if alone in present and alone != cell:
                yield Alongside((cell,), alone)
    for flow in columns.flows:
        yield from _flowing(present, flow)


def found_rules(table: Table, columns: Columns) -> list[Rule]:
    """Return what holds in every row of a table between two columns, or three.

    Returns:
        Equal columns (over a year everybody is new in the year), columns of which two add up to a
        third (new and returning), and columns of people that are at most another column. Fewer
        than three rows show nothing.
    """
    names = sorted(table.counts)
    numbers = _matrix(table, names)
    people = [columns.counts[name].kind == "people" for name in names]
    equal = _always(numbers, np.equal)
    at_most = _always(numbers, np.less_equal) & ~equal & ~equal.T & np.array(people)[:, None]
    between = (at_most.astype(int) @ at_most.astype(int)) > 0  # a third column stands between
    rules = [Rule((names[a],), names[b], equal=True) for a, b in _pairs(equal) if a < b]
    rules += [Rule((names[a],), names[b], equal=False) for a, b in _pairs(at_most & ~between)]
    return rules + list(_sums(numbers, names))


def ruled(cells: Iterable[Cell], rules: Iterable[Rule]) -> Iterator[Alongside]:
    """Yield the cells between which rules hold."""
    present = set(cells)
    for cell, rule in itertools.product(sorted(present), rules):
        parts = tuple(cell._replace(column=column) for column in rule.parts)
        if cell.column == rule.whole and present.issuperset(parts):
            yield Alongside(parts, cell, rule.equal)


def _both(cell: Cell, partner: str | None) -> Cell:
    labels = [label for label in cell.labels if label[0] not in ("partner_a", "partner_b")]
    if partner is None or cell.at("partner_a") is None or cell.at("partner_b") is None:
        return cell
    both = [("partner_a", partner), ("partner_b", partner)]
    return cell._replace(labels=tuple(sorted([*labels, *both])))


def _flowing(present: set[Cell], flow: Flow) -> Iterator[Alongside]:
    """Yield stock = stock before + gains - losses, for periods that follow one another."""
    stocks: dict[Cell, dict[Stretch, Cell]] = defaultdict(dict)
    for cell in present:
        place = stretch(cell.at("period") or "", "periods")
        if cell.column == flow.stock and place is not None:
            stocks[cell.without("period")][place] = cell
    for _, series in sorted(stocks.items()):
        for (start, end), cell in sorted(series.items()):
            before = [series[one] for one in series if one == (2 * start - end, start)]
            first = start == min(series)[0]  # where the data begin there was nobody before
            gains = tuple(cell._replace(column=column) for column in flow.gains)
            losses = tuple(cell._replace(column=column) for column in flow.losses)
            if (before or first) and present.issuperset((*gains, *losses)):
                yield Alongside((*before, *gains), cell, equal=True, less=losses)


def _matrix(table: Table, names: list[str]) -> NDArray[np.float64]:
    """Return the numbers of a table, a row a row and a column a count; NaN where there is none."""
    rows: dict[tuple[tuple[str, str], ...], dict[str, int]] = defaultdict(dict)
    for cell, value in table.known().items():
        rows[cell.labels][cell.column] = value
    found = [[row.get(name, np.nan) for name in names] for row in rows.values()]
    return np.array(found, dtype=np.float64).reshape(len(rows), len(names))


def _always(numbers: NDArray[np.float64], test: np.ufunc) -> NDArray[np.bool_]:
    """Return for which pairs of columns a test holds in every row that has both."""
    left, right = numbers[:, :, None], numbers[:, None, :]
    both = ~np.isnan(left) & ~np.isnan(right)
    told = (both & ((left > 0) | (right > 0))).sum(axis=0)
    holds = (test(left, right) | ~both).all(axis=0) & (told >= _FEWEST_ROWS)
    np.fill_diagonal(holds, val=False)
    return np.asarray(holds)


def _pairs(matrix: NDArray[np.bool_]) -> list[tuple[int, int]]:
    return [(int(a), int(b)) for a, b in np.argwhere(matrix)]


def _sums(numbers: NDArray[np.float64], names: list[str]) -> Iterator[Rule]:
    for whole in range(numbers.shape[1]):
        for a, b in itertools.combinations(range(numbers.shape[1]), 2):
            if whole in (a, b):
                continue
            rows = numbers[~np.isnan(numbers[:, [a, b, whole]]).any(axis=1)]
            told = (rows[:, a] > 0) & (rows[:, b] > 0)
            if told.sum() >= _FEWEST_ROWS and (rows[:, a] + rows[:, b] == rows[:, whole]).all():
                yield Rule((names[a], names[b]), names[whole], equal=True)
