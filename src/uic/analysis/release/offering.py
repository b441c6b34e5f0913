"""The tables that are offered for release, read and looked over before any number is hidden."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from uic.analysis.release.linked import HISTORY_COUNT, contradictions
from uic.analysis.release.refusing import (
    check_places,
    is_histories,
    refuse_one_row_a_person,
    refuse_people,
)
from uic.analysis.release.tables import read_raw, read_table
from uic.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from uic.analysis.release.columns import Columns
    from uic.analysis.release.refusing import Permit
    from uic.analysis.release.tables import Cell, Table

    Numbered = tuple[int, tuple[str, ...]]


def read_tables(
    paths: Sequence[str | Path],
    columns: Columns,
    scope: str,
    permits: Collection[Permit],
    *,
    criminalised: bool,
    leave_out: Collection[str] = (),
) -> tuple[tuple[Table, ...], Columns]:
    """Read the tables that are offered; return them, and what all their columns mean.

    Columns in ``leave_out`` and columns computed from counts are not in the tables.

    Raises:
        InputError: a table cannot be used or must not be released; every problem of every table.
    """
    found: list[Table] = []
    problems = list(_same_names(paths))
    for path in paths:
        try:
            table, columns = _offered(path, columns, scope, leave_out)
            if HISTORY_COUNT not in table.counts:  # its columns are lists, whatever they are called
                check_places(table, permits, criminalised=criminalised)
            found.append(table)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return tuple(found), columns


def together(tables: Sequence[Table]) -> dict[Cell, int]:
    """Return the numbers of all tables.

    Raises:
        InputError: two tables tell different numbers for the same cell.
    """
    values: dict[Cell, int] = {}
    problems = []
    for table in tables:
        for cell, value in table.known().items():
            if values.setdefault(cell, value) != value:
                rule = "another table has another number for the same column and labels"
                hint = "count both from the same data"
                problems.append(Problem(table.name, table.where(cell), rule, hint))
    if problems:
        raise InputError(problems)
    return values


def _offered(
    path: str | Path, columns: Columns, scope: str, leave_out: Collection[str]
) -> tuple[Table, Columns]:
    name = Path(path).name
    header, rows = read_raw(path)
    refuse_people(name, header, columns)
    header, rows = _without(header, rows, {*leave_out, *columns.derived})
    if is_histories(header, [row for _, row in rows]):
        lists = [column for column in header if column != HISTORY_COUNT]
        columns = columns.plus(people=[HISTORY_COUNT], dimensions=lists)
    table = read_table(name, header, rows, columns, scope)
    refuse_one_row_a_person(table)
    hint = "check the table, or say what the column is with --events or --people"
    problems = [
        Problem(name, table.where(cell), rule, hint)
        for cell, rule in contradictions(table, columns)
    ]
    if problems:
        raise InputError(problems)
    return table, columns


def _without(
    header: tuple[str, ...], rows: list[Numbered], names: Collection[str]
) -> tuple[tuple[str, ...], list[Numbered]]:
    """Take columns out of a table; a row of another length stays, to be reported."""
    kept = [place for place, column in enumerate(header) if column not in names]
    cut = [
        (number, tuple(row[at] for at in kept) if len(row) == len(header) else row)
        for number, row in rows
    ]
    return tuple(header[place] for place in kept), cut


def _same_names(paths: Sequence[str | Path]) -> Iterator[Problem]:
    for name, times in Counter(Path(path).name for path in paths).items():
        if times > 1:
            yield Problem(name, "", "two tables have this name", "rename one")
    if not paths:
        yield Problem("TABLE", "", "there is no table", "name one or more CSV files")
