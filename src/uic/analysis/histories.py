"""Capture histories: how many people stand on which lists, the input of a size estimate.

A list is a partner's register or a channel of service. A history says on which lists a person
stands (1) and does not stand (0); the people on none are nowhere in the data, and are what an
estimate is about.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.analysis.tables import write_csv
from uic.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

Lists = Literal["partner", "channel"]

COUNT = "count"
_FEWEST_LISTS = 2
_MOST_PROBLEMS = 50
_WHOLE = re.compile(r"[0-9]{1,16}")
_LARGEST_COUNT = 2**53
_SEPARATORS = ",;\t"

OVERLAP = pa.schema(
    [
        ("list_a", pa.string()),
        ("list_b", pa.string()),
        ("n_a", pa.int64()),
        ("n_b", pa.int64()),
        ("n_both", pa.int64()),
    ]
)


def histories(people: pa.Table, *, lists: Lists = "partner") -> pa.Table:
    """Count the people of every capture history.

    Args:
        people: ``persons`` (one row a record: every person a partner has registered, also those
            without a contact) or ``person_events``; a table or anything with the Arrow C stream.
        lists: Which column names the list: ``"partner"``, or ``"channel"`` of ``person_events``.

    Returns:
        One 0/1 column (int8) a list, in alphabetic order, and ``count`` (int64, at least 1), one
        row a history that somebody has; histories with more lists of the front come first. Rows
        without a person or without a list are left out.

    Raises:
        ValueError: a column is missing, or a list is called ``count``.

    A holder learns how many people share two partners, and small counts among them: this table
    has not passed the release gate.
    """
    if lists not in get_args(Lists):
        raise ValueError("lists must be 'partner' or 'channel'")
    table = pa.table(people)
    for name in (lists, "person_id"):
        if name not in table.column_names:
            raise ValueError(f"the table lacks the column {name!r}")
    keys = [lists, "person_id"]
    texts = table.select(keys).cast(pa.schema([(key, pa.string()) for key in keys]))
    pairs = texts.drop_null().group_by(keys).aggregate([])
    names = sorted(pc.unique(pairs[lists]).to_pylist())
    if COUNT in names:
        raise ValueError(f"a list cannot be called {COUNT!r}: rename the {lists}")
    return _counted(_memberships(pairs, lists, names), names)


def list_overlap(table: pa.Table) -> pa.Table:
    """Count the people on each two lists, and on both, from a table of :func:`histories`.

    Returns:
        A table of schema ``OVERLAP``, one row a pair of lists.
    """
    members, names = _read_table(table)
    counts = table[COUNT].to_numpy()
    both = (members * counts[:, None]).T @ members
    rows = [
        (names[a], names[b], int(both[a, a]), int(both[b, b]), int(both[a, b]))
        for a, b in itertools.combinations(range(len(names)), 2)
    ]
    columns = zip(*rows, strict=True) if rows else [[]] * len(OVERLAP)
    return pa.table([list(column) for column in columns], schema=OVERLAP)


def write_histories(table: pa.Table, path: str | Path) -> None:
    """Write a table of :func:`histories` as CSV; :func:`read_histories` reads it back."""
    write_csv(table, path)


def read_histories(path: str | Path) -> pa.Table:
    """Read a CSV of capture histories, by us or by anybody: 0/1 columns and ``count``.

    The separator may be a comma, a semicolon or a tab; a history that is not in the file has
    nobody. Rows come back in the order of :func:`histories`.

    Raises:
        InputError: the file cannot be used; every problem is listed with its row and column.
    """
    source = Path(path)
    header, rows = _read_rows(source)
    problems = _header_problems(source.name, header) or _row_problems(source.name, header, rows)
    if problems:
        raise InputError(problems[:_MOST_PROBLEMS])
    place = _count_place(header)
    values = np.array([row for _, row in rows], dtype=np.int64)
    names = header[:place] + header[place + 1 :]
    return _table(np.delete(values, place, axis=1).astype(np.int8), values[:, place], names)


def _memberships(pairs: pa.Table, lists: str, names: Sequence[str]) -> NDArray[np.int8]:
    people = pc.dictionary_encode(pairs["person_id"].combine_chunks())
    members = np.zeros((len(people.dictionary), len(names)), dtype=np.int8)
    column = pc.index_in(pairs[lists], pa.array(names, pa.string())).to_numpy()
    members[people.indices.to_numpy(), column] = 1
    return members


def _counted(members: NDArray[np.int8], names: Sequence[str]) -> pa.Table:
    found, counts = np.unique(members, axis=0, return_counts=True)
    return _table(found, counts, names)


def _table(members: NDArray[np.int8], counts: NDArray[np.int64], names: Sequence[str]) -> pa.Table:
    order = np.lexsort(members.T[::-1])[::-1] if len(names) else np.arange(0)
    columns = [pa.array(members[order, place], pa.int8()) for place in range(len(names))]
    return pa.table([*columns, pa.array(counts[order], pa.int64())], names=[*names, COUNT])


def _read_table(table: pa.Table) -> tuple[NDArray[np.int64], list[str]]:
    names = [name for name in table.column_names if name != COUNT]
    columns = [table[name].to_numpy().astype(np.int64) for name in names]
    return np.stack(columns, axis=1) if columns else np.zeros((len(table), 0), np.int64), names


def _read_rows(source: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header and the rows that are not blank, each with its number (header is 1)."""
    separator = max(_SEPARATORS, key=(text := _read_text(source)).partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        cells = [[cell.strip() for cell in row] for row in reader]
    except csv.Error:
        raise InputError(Problem(source.name, "", "the file is not CSV")) from None
    rows = [(number, row) for number, row in enumerate(cells, start=1) if any(row)]
    if not rows:
        raise InputError(Problem(source.name, "", "the file is empty"))
    return rows[0][1], rows[1:]


def _read_text(source: Path) -> str:
    try:
        return source.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(Problem(source.name, "", "the file does not exist")) from None
    except UnicodeDecodeError:
        hint = "save it as CSV UTF-8"
        raise InputError(Problem(source.name, "", "the file is not UTF-8 text", hint)) from None
    except OSError:
        raise InputError(Problem(source.name, "", "the file cannot be read")) from None


def _count_place(header: Sequence[str]) -> int:
    return [name.casefold() for name in header].index(COUNT)


def _header_problems(file: str, header: Sequence[str]) -> list[Problem]:
    rules = []
    folded = [name.casefold() for name in header]
    if COUNT not in folded:
        rules.append(("there is no column 'count'", "name the column of numbers 'count'"))
    if "" in header:
        rules.append(("a column has no name", "name every list"))
    if len(set(folded)) < len(folded):
        rules.append(("two columns have the same name", "give every list its own name"))
    if len(header) - (COUNT in folded) < _FEWEST_LISTS:
        rules.append(("there are fewer than two lists", "overlap needs two 0/1 columns or more"))
    return [Problem(file, "row 1", rule, hint) for rule, hint in rules]


def _row_problems(
    file: str, header: Sequence[str], rows: Sequence[tuple[int, list[str]]]
) -> list[Problem]:
    if not rows:
        return [Problem(file, "", "there is only a header", "add one row a history")]
    seen: dict[tuple[str, ...], int] = {}
    found = [
        Problem(file, f"row {number}{column}", rule, hint)
        for number, row in rows
        for column, rule, hint in _problems_of(number, row, header, seen)
    ]
    place = _count_place(header)
    if not found and not any(int(row[place]) for _, row in rows):
        found.append(Problem(file, f"column {header[place]}", "every count is 0"))
    return found


def _problems_of(
    number: int, row: list[str], header: Sequence[str], seen: dict[tuple[str, ...], int]
) -> Iterator[tuple[str, str, str]]:
    """Yield column, rule and hint of everything wrong with one row."""
    if len(row) != len(header):
        yield "", f"{len(row)} cells where the header has {len(header)}", "give every cell a value"
        return
    place = _count_place(header)
    history = (*row[:place], *row[place + 1 :])
    for name, cell in zip(header, row, strict=True):
        if name != header[place] and cell not in {"0", "1"}:
            yield f", column {name}", "this is not 0 or 1", "1 for on the list, 0 for not"
    if not _WHOLE.fullmatch(row[place]) or int(row[place]) > _LARGEST_COUNT:
        yield f", column {header[place]}", "this is not a count", "a whole number, 0 or more"
    if set(history) == {"0"}:
        yield "", "this history is on no list", "leave it out: it is what an estimate is about"
    elif seen.setdefault(history, number) != number:
        yield "", f"the same history as row {seen[history]}", "add the two counts in one row"
