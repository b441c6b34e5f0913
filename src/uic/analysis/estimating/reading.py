"""Histories from whatever an analyst has: a CSV, a mapping, or a table.

Two forms are understood, in a file, a mapping or a table alike:

* histories: one 0/1 column a list and ``count`` (mapping: ``{"110": 6, ...}``);
* overlaps: ``lists`` and ``count``, where ``A&B`` counts everybody on both, whatever the other
  lists (mapping: ``{"A": 46, "A&B": 6, ...}``).

A count may be masked: ``<5`` means 1 to 4 (a zero is published as zero), ``0-4`` and ``3-9`` mean
what they say. Problems are listed by row and column, never with the value.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from uic.analysis.estimating.histories import MOST_LISTS, Histories, bit
from uic.errors import EstimationError, InputError, Problem

Absent = Literal["error", "zero"]

COUNT = "count"
OVERLAP = "lists"
_MOST_PROBLEMS = 50
_LARGEST = 10**12
_WIDEST = 100_000
_RANGE = re.compile(r"(\d{1,12})\s*[-\u2013]\s*(\d{1,12})")
_BELOW = re.compile(r"<\s*(\d{1,12})")


@dataclass(frozen=True, repr=False)
class Sheet:
    """Rows of cells with their numbers, the header apart."""

    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Any, ...]], ...]

    def __repr__(self) -> str:
        return f"<Sheet {self.file}: {len(self.rows)} rows>"


def read_strata(
    source: Any,  # noqa: ANN401 - any table
    *,
    by: str | None = None,
    absent: Absent = "error",
) -> dict[str, Histories]:
    """Read histories, one table a stratum.

    Args:
        source: Path of a CSV (comma, semicolon or tab), a mapping, an Arrow, pandas or polars
            table (anything with the Arrow C stream), or :class:`Histories`.
        by: Name of the column that holds the stratum; without it there is one stratum ``""``.
        absent: What a history without a row means: ``"error"``, or ``"zero"`` people.

    Raises:
        InputError: the source cannot be used; every problem is listed.
        EstimationError: the counts cannot be estimated from (one list, all zero, ...).
    """
    if isinstance(source, Histories):
        return {"": source}
    sheet = _sheet(source)
    _check_header(sheet, by)
    groups: dict[str, list[tuple[int, tuple[Any, ...]]]] = {}
    place = sheet.header.index(by) if by else None
    for number, row in sheet.rows:
        groups.setdefault("" if place is None else str(row[place]), []).append((number, row))
    header = tuple(name for name in sheet.header if name != by)
    return {
        name: _histories(
            Sheet(sheet.file, header, tuple((n, _without(row, place)) for n, row in rows)), absent
        )
        for name, rows in groups.items()
    }


def _without(row: tuple[Any, ...], place: int | None) -> tuple[Any, ...]:
    return row if place is None else row[:place] + row[place + 1 :]


def _sheet(source: Any) -> Sheet:  # noqa: ANN401 - any table
    if isinstance(source, str | Path):
        return _read_csv(Path(source))
    if isinstance(source, Mapping):
        return _from_mapping(source)
    try:
        table = pa.table(source)
    except (TypeError, ValueError, pa.ArrowException):
        raise InputError("give a CSV path, a mapping of counts, or an Arrow table") from None
    columns = [column.to_pylist() for column in table.columns]
    rows = tuple(enumerate(zip(*columns, strict=True), start=1))
    return Sheet("table", tuple(table.column_names), rows)


def _from_mapping(source: Mapping[Any, Any]) -> Sheet:
    keys = [str(key) for key in source]
    if not keys or not all(key and set(key) <= {"0", "1"} for key in keys):
        return Sheet("mapping", (OVERLAP, COUNT), tuple(enumerate(source.items(), start=1)))
    if len({len(key) for key in keys}) > 1:
        raise InputError(Problem("mapping", "", "the histories have different lengths"))
    names = tuple(chr(ord("A") + i) for i in range(len(keys[0])))
    cells = ((*map(int, key), count) for key, count in zip(keys, source.values(), strict=True))
    return Sheet("mapping", (*names, COUNT), tuple(enumerate(cells, start=1)))


def _read_csv(path: Path) -> Sheet:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(Problem(path.name, "", "the file does not exist")) from None
    except UnicodeDecodeError:
        hint = "save it as CSV UTF-8"
        raise InputError(Problem(path.name, "", "the file is not UTF-8 text", hint)) from None
    except OSError:
        raise InputError(Problem(path.name, "", "the file cannot be read")) from None
    separator = max(",;\t", key=text.partition("\n")[0].count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        raise InputError(Problem(path.name, "", "the file is not CSV")) from None
    rows = [(n, tuple(c.strip() for c in row)) for n, row in enumerate(lines, 1) if any(row)]
    if len(rows) < 2:
        raise InputError(Problem(path.name, "", "the file has no row of counts"))
    return Sheet(path.name, rows[0][1], tuple(rows[1:]))


def _check_header(sheet: Sheet, by: str | None) -> None:
    rules = []
    if COUNT not in sheet.header:
        rules.append(("there is no column 'count'", "name the column of numbers 'count'"))
    if len(set(sheet.header)) < len(sheet.header) or "" in sheet.header:
        rules.append(("two columns have the same name, or one has none", "name each list"))
    if by is not None and by not in sheet.header:
        rules.append(("there is no such column to divide by", "check its name"))
    long = [number for number, row in sheet.rows if len(row) != len(sheet.header)]
    problems = [Problem(sheet.file, "row 1", rule, hint) for rule, hint in rules]
    hint = "give every row one cell a column"
    problems += [Problem(sheet.file, f"row {n}", "too few or too many cells", hint) for n in long]
    if problems:
        raise InputError(problems[:_MOST_PROBLEMS])


def _histories(sheet: Sheet, absent: Absent) -> Histories:
    place = sheet.header.index(COUNT)
    lists = sheet.header[:place] + sheet.header[place + 1 :]
    if lists == (OVERLAP,):
        return _from_overlaps(sheet)
    if len(lists) < 2 or len(lists) > MOST_LISTS:
        return Histories(lists, ())  # refuses, and says why
    problems: list[Problem] = []
    found: dict[int, tuple[int, int]] = {}
    for number, row in sheet.rows:
        cell = _cell(sheet.file, number, lists, _without(row, place), problems)
        count = _count(sheet.file, number, row[place], problems)
        if cell in found:
            hint = "add the two counts in one row; a column of strata is named with by="
            problems.append(Problem(sheet.file, f"row {number}", "this history came before", hint))
        if cell:
            found[cell] = count
    problems += _absent(sheet.file, len(lists), found, absent) if not problems else []
    if problems:
        raise InputError(problems[:_MOST_PROBLEMS])
    counts = [found.get(cell, (0, 0)) for cell in range(1, 2 ** len(lists))]
    return Histories(lists, tuple(a for a, _ in counts), tuple(b for _, b in counts))


def _cell(
    file: str, number: int, lists: tuple[str, ...], row: tuple[Any, ...], problems: list[Problem]
) -> int:
    """Return the history of a row as a number; 0 after noting a problem."""
    digits = ["" if value is None else str(value).removesuffix(".0") for value in row]
    digits = [{"True": "1", "False": "0"}.get(digit, digit) for digit in digits]
    hint = "1 for on the list, 0 for not on it; a column of strata is named with by="
    wrong = [
        Problem(file, f"row {number}, column {name}", "this is neither 0 nor 1", hint)
        for name, digit in zip(lists, digits, strict=True)
        if digit not in {"0", "1"}
    ]
    if not wrong and set(digits) == {"0"}:
        hint = "leave the row out: people on no list are what is estimated"
        wrong.append(Problem(file, f"row {number}", "this history is on no list", hint))
    problems += wrong
    return 0 if wrong else int("".join(digits), 2)


def _count(file: str, number: int, value: Any, problems: list[Problem]) -> tuple[int, int]:  # noqa: ANN401 - a cell may hold anything
    """Return the smallest and largest count a cell can mean; 0, 0 after noting a problem."""
    limits = _limits(value)
    if isinstance(limits, str):
        hint = "a whole number from 0, or a masked count such as <5 or 0-4"
        problems.append(Problem(file, f"row {number}, column {COUNT}", limits, hint))
        return 0, 0
    return limits


def _limits(value: Any) -> tuple[int, int] | str:  # noqa: ANN401 - a cell may hold anything
    text = "" if value is None else str(value).strip()
    if isinstance(value, tuple | list) and len(value) == 2:
        text = f"{value[0]}-{value[1]}"
    below, between = _BELOW.fullmatch(text), _RANGE.fullmatch(text)
    if below or between:
        low, high = (1, int(below[1]) - 1) if below else (int(between[1]), int(between[2]))  # type: ignore[index]
        return (
            (low, high)
            if low <= high < low + _WIDEST
            else "this interval of counts is empty or too wide"
        )
    text = text.removesuffix(".0")
    if text.startswith("-") and text[1:].replace(".", "", 1).isdigit():
        return "this count is negative"
    if text.replace(".", "", 1).isdigit() and not text.isdigit():
        return "this count is not a whole number"
    if not (text.isascii() and text.isdigit()) or int(text) > _LARGEST:
        return "this is not a count" if text else "the count is missing"
    return int(text), int(text)


def _absent(file: str, k: int, found: dict[int, Any], absent: Absent) -> list[Problem]:
    missing = [f"{cell:0{k}b}" for cell in range(1, 2**k) if cell not in found]
    if absent == "zero" or not missing:
        return []
    hint = "add a row with count 0 if nobody has it, or say that absent histories are zero"
    named = ", ".join(missing[:8]) + (", ..." if len(missing) > 8 else "")
    return [Problem(file, "", f"the table lacks the history {named}", hint)]


def _from_overlaps(sheet: Sheet) -> Histories:
    """Turn counts of 'on all these lists' into histories by inclusion and exclusion."""
    problems: list[Problem] = []
    counts: dict[frozenset[str], int] = {}
    first = sheet.header.index(OVERLAP)
    for number, row in sheet.rows:
        low, high = _count(sheet.file, number, row[1 - first], problems)
        if low < high:
            rule = "an overlap count cannot be masked"
            problems.append(Problem(sheet.file, f"row {number}", rule, "give histories instead"))
        counts[frozenset(part.strip() for part in str(row[first]).split("&"))] = low
    if problems:
        raise InputError(problems[:_MOST_PROBLEMS])
    lists = tuple(dict.fromkeys(name for names in counts for name in sorted(names)))
    if not 2 <= len(lists) <= MOST_LISTS:
        return Histories(lists, ())  # refuses, and says why
    return Histories(lists, _unfold(lists, counts))


def _unfold(lists: tuple[str, ...], counts: dict[frozenset[str], int]) -> tuple[int, ...]:
    k = len(lists)
    bits = {name: bit(i, k) for i, name in enumerate(lists)}
    table = {sum(bits[name] for name in names): count for names, count in counts.items()}
    missing = [cell for cell in range(1, 2**k) if cell not in table]
    if missing:
        named = "&".join(name for name in lists if missing[0] & bits[name])
        raise EstimationError(f"the overlap {named} is missing: give every overlap, also when 0")
    for one in bits.values():
        for cell in range(1, 2**k):
            if not cell & one:
                table[cell] -= table[cell | one]
    if min(table.values()) < 0:
        raise EstimationError(
            "the overlaps contradict each other (more people on three lists than on two of them): "
            "check whether each overlap counts everybody on those lists"
        )
    return tuple(table[cell] for cell in range(1, 2**k))
