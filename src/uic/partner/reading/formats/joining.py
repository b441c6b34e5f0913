"""Tables that belong together as one source: for every row its rows in the other tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from uic.partner.reading.formats.naming import chosen, refuse_positions
from uic.partner.reading.formats.problems import rows_listed, where_of
from uic.partner.reading.sheets import EVENT_KINDS
from uic.partner.reading.sources import Cells, Source, folded
from uic.partner.reading.tables import FIRST_ROW
from uic.partner.reading.words import Words
from uic.values import RowProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from uic.partner.reading.formats.parts import Part, Places
    from uic.partner.reading.partners import Export
    from uic.partner.reading.words import Mask


@dataclass(frozen=True, repr=False)
class Placed:
    """A table, and for every row of the whole the row of it that belongs there; -1 for none."""

    part: Part
    places: Places


@dataclass(frozen=True, repr=False)
class Joined:
    """Tables that belong together; the first is the one whose rows are the contacts.

    Attributes:
        tables: The tables.
        silent: Rows that are a person without a contact.
        problems: Rows of the tables that could not be placed.
    """

    tables: tuple[Placed, ...]
    silent: Mask
    problems: tuple[RowProblem, ...] = ()


def alone(part: Part, kept: Mask | None = None) -> Joined:
    """Take one table for the whole, or some rows of it."""
    places = np.flatnonzero(np.ones(len(part), dtype=np.bool_) if kept is None else kept)
    return Joined((Placed(part, places),), np.zeros(len(places), dtype=np.bool_))


def source_of(name: str, digest: str, joined: Joined, export: Export, advice: str = "") -> Source:
    """Make tables that belong together one source, under the headers that the mapping asks for.

    Raises:
        InputError: a name of the mapping fits several columns.
    """
    tables = joined.tables
    columns = chosen(name, _columns(tables), export)
    once = _counted(export)

    def load(wanted: tuple[int, ...]) -> Cells:
        found: dict[int, Words] = {}
        for nth, placed in enumerate(tables):
            here = [i for i in wanted if columns[i].table == nth]
            loaded = placed.part.load(tuple(columns[i].place for i in here))
            for i, words in zip(here, loaded, strict=True):
                refuse_positions(name, columns[i].header, words)
                spread = _spread(words, placed.places)
                counted = nth > 0 and folded(columns[i].header) in once
                found[i] = spread.only(_first(placed.places)) if counted else spread
        return replace(_frame(joined), columns=tuple(found[i] for i in wanted))

    located = _locator(tables, {column.header: column.table for column in reversed(columns)})
    headers = tuple(column.header for column in columns)
    problems = (*joined.problems, *_ragged(joined, export.partner))
    return Source(name, headers, digest, load, advice, problems=problems, located=located)


@dataclass(frozen=True)
class Column:
    """A column of the whole: its header, and where it stands."""

    header: str
    table: int
    place: int


def _columns(tables: Sequence[Placed]) -> list[tuple[tuple[str, ...], Column]]:
    """List every column with its names; a header that two tables have gets the table's title."""
    taken: set[str] = set()
    listed = []
    for nth, placed in enumerate(tables):
        for place, names in enumerate(placed.part.names):
            again = nth > 0 and names[0] in taken
            full = (f"{placed.part.title}.{names[0]}",) if again else names
            listed.append((full, Column(full[0], nth, place)))
        taken |= set(placed.part.headers)
    return listed


def _counted(export: Export) -> frozenset[str]:
    """Headers of quantities: what a parent row gives out belongs to its first row only."""
    counts = [name for name, kind in EVENT_KINDS.items() if kind == "count"]
    mapping = export.mapping
    if mapping is None:
        return frozenset(counts)
    headers = [mapping.columns.get(name, name) for name in counts]
    headers += [*mapping.quantity_columns.values(), *mapping.returned_columns.values()]
    return frozenset(map(folded, headers)) - {""}


def _spread(words: Words, places: Places) -> Words:
    return Words(np.append(words.codes, np.int32(-1))[places], words.distinct)


def _first(places: Places) -> Mask:
    """Mark the first row of each row of another table."""
    first = np.zeros(len(places), dtype=np.bool_)
    first[np.unique(places, return_index=True)[1]] = True
    return first


def _frame(joined: Joined) -> Cells:
    """Number the rows and mark the ragged ones of the first table."""
    base, several = joined.tables[0], len(joined.tables) > 1
    rows = base.part.rows[base.places] if not several else _numbers(len(base.places))
    short = rows[np.append(base.part.short, False)[base.places]]
    long = rows[np.append(base.part.long, False)[base.places]]
    silent = rows[joined.silent]
    return Cells((), rows, *(tuple(found.tolist()) for found in (short, long, silent)))


def _numbers(rows: int) -> Places:
    return np.arange(rows, dtype=np.int64) + FIRST_ROW


def _ragged(joined: Joined, partner: str) -> list[RowProblem]:
    """List the ragged rows of the other tables."""
    listed = []
    for placed in joined.tables[1:]:
        used = np.isin(np.arange(len(placed.part)), placed.places)
        listed += rows_listed(partner, placed.part, placed.part.short & used, "short_row")
        listed += rows_listed(partner, placed.part, placed.part.long & used, "long_row")
    return listed


def _locator(
    tables: Sequence[Placed], homes: dict[str, int]
) -> Callable[[RowProblem], RowProblem] | None:
    """Say where a problem of the whole stands: row and sheet or file of the table it is in."""
    if len(tables) == 1:
        return None

    def located(problem: RowProblem) -> RowProblem:
        placed = tables[homes.get(problem.column, 0)]
        place = placed.places[problem.row - FIRST_ROW]
        if place < 0:
            placed = next(t for t in tables if t.places[problem.row - FIRST_ROW] >= 0)
            place = placed.places[problem.row - FIRST_ROW]
        where = where_of(placed.part, int(place))
        column = f"{where}: {problem.column}" if problem.column else where
        return RowProblem(problem.partner, int(placed.part.rows[place]), column, problem.rule)

    return located
