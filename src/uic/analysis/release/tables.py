"""A table of counts as it comes to the gate: labels and whole numbers, read from a CSV file."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from uic.analysis.release.columns import MARGIN
from uic.analysis.tables import defuse
from uic.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from uic.analysis.release.columns import Columns, Count, Dimension

HIDDEN = "*"
"""What stands in a released table in place of a number that is not told."""

_TRAIT = frozenset({"characteristic", "value"})
_LARGEST_FILE = 20_000_000
_LARGEST_COUNT = 10**9
_MOST_PROBLEMS = 50
_SEPARATORS = ",;\t"
_WHOLE = re.compile(r"[0-9]{1,10}")
_LIKE_MARGIN = frozenset({MARGIN, "total", "totals", "sum", "grand total", "overall"})


class Cell(NamedTuple):
    """One number: its column and the labels that are not at the margin.

    Cells of two tables that have the same column and the same labels are the same number, also
    when the tables have different dimensions: that is how tables are linked.
    """

    scope: str
    column: str
    labels: tuple[tuple[str, str], ...]

    def without(self, dimension: str) -> Cell:
        """Return the margin of this cell over a dimension."""
        kept = tuple(label for label in self.labels if label[0] != dimension)
        return self._replace(labels=kept)

    def at(self, dimension: str) -> str | None:
        """Return the label on a dimension; ``None`` at its margin."""
        return next((label for name, label in self.labels if name == dimension), None)


@dataclass(frozen=True)
class Table:
    """A table of counts in long form.

    Attributes:
        name: Name of the file.
        scope: What the table is about; tables of one scope are about the same people.
        header: The columns, in order.
        dimensions: The columns of labels.
        counts: The columns of numbers.
        rows: The rows as texts, in order.
        values: The numbers; ``None`` is a number that is not told.
    """

    name: str
    scope: str
    header: tuple[str, ...]
    dimensions: Mapping[str, Dimension]
    counts: Mapping[str, Count]
    rows: tuple[tuple[str, ...], ...]
    values: Mapping[Cell, int | None]

    def cell(self, row: Sequence[str], column: str) -> Cell:
        """Return the cell of a row and a column."""
        return Cell(self.scope, column, _labels(self.header, row, self.dimensions))

    def column(self, name: str) -> list[str]:
        """Return a column as texts."""
        place = self.header.index(name)
        return [row[place] for row in self.rows]

    def where(self, cell: Cell) -> str:
        """Return row and column of a cell, as a person counts them."""
        for number, row in enumerate(self.rows, start=2):
            if _labels(self.header, row, self.dimensions) == cell.labels:
                return f"row {number}, column {cell.column}"
        return f"column {cell.column}"

    def known(self) -> dict[Cell, int]:
        """Return the numbers that are told."""
        return {cell: value for cell, value in self.values.items() if value is not None}

    def hidden(self) -> list[Cell]:
        """Return the cells whose number is not told."""
        return [cell for cell, value in self.values.items() if value is None]


def read_raw(path: str | Path) -> tuple[tuple[str, ...], list[tuple[int, tuple[str, ...]]]]:
    """Return header and rows (with their number; the header is 1) of a CSV, as defused texts.

    Raises:
        InputError: the file is missing, too large, not UTF-8, not CSV or empty.
    """
    text = _text(Path(path))
    separator = max(_SEPARATORS, key=text.partition("\n")[0].count)
    try:
        cells = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        raise InputError(Problem(Path(path).name, "", "the file is not CSV")) from None
    rows = [
        (number, tuple(defuse(cell.strip()) for cell in row))
        for number, row in enumerate(cells, start=1)
        if any(cell.strip() for cell in row)
    ]
    if len(rows) < 2:
        raise InputError(Problem(Path(path).name, "", "the file has no rows"))
    return rows[0][1], rows[1:]


def read_table(
    name: str,
    header: tuple[str, ...],
    numbered: Sequence[tuple[int, tuple[str, ...]]],
    columns: Columns,
    scope: str,
    *,
    released: bool = False,
) -> Table:
    """Return the table of a header and rows.

    Args:
        name: Name of the file.
        header: The columns; each must be known or declared.
        numbered: The rows, each with its number.
        columns: What the columns mean.
        scope: What the table is about.
        released: The table is one of our own releases, so numbers may be hidden.

    Raises:
        InputError: the table cannot be used; every problem is listed with its row and column.
    """
    problems = list(_header_problems(name, header, columns))
    if not problems:
        problems = list(_row_problems(name, header, numbered, columns, released=released))
    if problems:
        raise InputError(problems[:_MOST_PROBLEMS])
    dimensions = {item: columns.dimensions[item] for item in header if item in columns.dimensions}
    counts = {item: columns.counts[item] for item in header if item in columns.counts}
    values: dict[Cell, int | None] = {}
    for number, row in numbered:
        labels = _labels(header, row, dimensions)
        for column, text in zip(header, row, strict=True):
            if column in counts and text:
                told = None if text == HIDDEN else int(text)
                if values.setdefault(Cell(scope, column, labels), told) != told:
                    rule = "another row has another number for the same people"
                    problems.append(Problem(name, f"row {number}, column {column}", rule))
    if problems:
        raise InputError(problems[:_MOST_PROBLEMS])
    rows = tuple(row for _, row in numbered)
    return Table(name, scope, header, dimensions, counts, rows, values)


def _text(source: Path) -> str:
    try:
        if source.stat().st_size > _LARGEST_FILE:
            hint = "a release is a table of counts, not data"
            raise InputError(Problem(source.name, "", "the file is larger than 20 MB", hint))
        return source.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(Problem(source.name, "", "the file does not exist")) from None
    except UnicodeDecodeError:
        hint = "save it as CSV UTF-8"
        raise InputError(Problem(source.name, "", "the file is not UTF-8 text", hint)) from None
    except OSError:
        raise InputError(Problem(source.name, "", "the file cannot be read")) from None


def _labels(
    header: Sequence[str], row: Sequence[str], dimensions: Mapping[str, Dimension]
) -> tuple[tuple[str, str], ...]:
    named = {name: label for name, label in zip(header, row, strict=True) if name in dimensions}
    if named.keys() >= _TRAIT:  # "sex" and "male" in two columns are male in a column sex
        trait, value = (named.pop(name) for name in ("characteristic", "value"))
        named[trait] = value
    return tuple(sorted((name, label) for name, label in named.items() if label != MARGIN))


def _header_problems(name: str, header: Sequence[str], columns: Columns) -> Iterator[Problem]:
    if len(set(header)) < len(header) or "" in header:
        yield Problem(name, "row 1", "a column has no name, or two have the same")
    known = columns.dimensions.keys() | columns.counts.keys() | columns.notes
    for place, column in enumerate(header, start=1):
        if column and column not in known:  # not its text: the file may have lost its header
            hint = (
                "a table has one row a cell (uic count --cells); say what the column is with "
                "--dimension, --events or --people, or --leave-out"
            )
            yield Problem(name, f"row 1, column {place}", "the gate does not know it", hint)
    if not columns.counts.keys() & set(header):
        yield Problem(name, "row 1", "there is no column of counts", "name it with --people")


def _row_problems(
    name: str,
    header: Sequence[str],
    numbered: Sequence[tuple[int, tuple[str, ...]]],
    columns: Columns,
    *,
    released: bool,
) -> Iterator[Problem]:
    seen: dict[tuple[str, ...], int] = {}
    for number, row in numbered:
        where = f"row {number}"
        if len(row) != len(header):
            yield Problem(name, where, "it has another number of cells than the header")
            continue
        for column, text in zip(header, row, strict=True):
            for rule, hint in _cell_problems(column, text, columns, released=released):
                yield Problem(name, f"{where}, column {column}", rule, hint)
        named = zip(header, row, strict=True)
        key = tuple(text for column, text in named if column in columns.dimensions)
        if seen.setdefault(key, number) != number:
            rule = f"it has the same labels as row {seen[key]}"
            yield Problem(name, where, rule, "a cell must stand in one row")


def _cell_problems(
    column: str, text: str, columns: Columns, *, released: bool
) -> Iterator[tuple[str, str]]:
    if column in columns.counts:
        number = _WHOLE.fullmatch(text) and int(text) <= _LARGEST_COUNT
        if text and not number and not (released and text == HIDDEN):
            yield "this is not a count", "a whole number, 0 or more; empty when it has no meaning"
    elif column in columns.notes:
        if text not in {"true", "false", ""}:
            yield "this is not true or false", ""
    elif not text:
        yield "the label is empty", "write 'not recorded', or leave the row out"
    elif text != MARGIN and text.casefold() in _LIKE_MARGIN:
        yield "this label looks like a margin", f"write the margin as '{MARGIN}', else rename it"
