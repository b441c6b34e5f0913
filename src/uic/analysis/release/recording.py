"""A release as an entry of the log, and the entries of earlier releases as tables again."""

from __future__ import annotations

import hashlib
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from uic.analysis.release.differencing import Earlier
from uic.analysis.release.log import kept_table
from uic.analysis.release.tables import HIDDEN, read_raw, read_table
from uic.analysis.tables import write_csv
from uic.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from uic.analysis.release.columns import Columns
    from uic.analysis.release.log import Entry
    from uic.analysis.release.tables import Cell, Table
    from uic.analysis.release.ties import Ties


def table_bytes(table: Table, texts: Mapping[Cell, str]) -> bytes:
    """Return a released table as CSV, with what is told in place of its numbers."""
    rows = [[_text(table, row, column, texts) for column in table.header] for row in table.rows]
    columns = [pa.array(list(column), pa.string()) for column in zip(*rows, strict=True)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        write_csv(pa.table(columns, names=list(table.header)), path)
        return path.read_bytes()


def columns_used(tables: Iterable[Table]) -> dict[str, list[str]]:
    """Return the columns of the tables by what they are, for the log."""
    used = {"dimensions": set[str](), "events": set[str](), "people": set[str]()}
    for table in tables:
        used["dimensions"] |= table.dimensions.keys()
        for name, count in table.counts.items():
            used[count.kind].add(name)
    return {kind: sorted(names) for kind, names in used.items()}


def with_earlier(columns: Columns, log: Sequence[Entry], scope: str) -> Columns:
    """Return the columns with those that earlier releases of this scope declared.

    Raises:
        InputError: a column meant something else in an earlier release.
    """
    for entry in _of_scope(log, scope):
        used = entry["columns"]
        wider = columns.plus(used["events"], used["people"], used["dimensions"])
        lost = columns.counts.keys() - wider.counts.keys()
        changed = [
            name for name, count in columns.counts.items() if wider.counts.get(name) != count
        ]
        if lost or changed or columns.dimensions.keys() - wider.dimensions.keys():
            rule = f"a column of these tables meant something else in release {entry['release']}"
            hint = "declare it as it was then, or give it another name"
            raise InputError(Problem("release log", f"line {entry['release']}", rule, hint))
        columns = wider
    return columns


def earlier_tables(
    path: str | Path, log: Sequence[Entry], columns: Columns, scope: str
) -> Iterator[tuple[Entry, tuple[Table, ...]]]:
    """Yield the earlier releases about the same people, with their tables as they were released.

    Raises:
        FormatError: a table that is kept beside the log is missing or changed.
    """
    for entry in _of_scope(log, scope):
        tables = []
        for told in entry["tables"]:
            header, rows = read_raw(kept_table(path, told["sha256"]))
            table = read_table(told["name"], header, rows, columns, scope, released=True)
            tables.append(table)
        yield entry, tuple(tables)


def as_earlier(entry: Entry, tables: tuple[Table, ...]) -> Earlier:
    """Return an entry of the log as what an attacker knows."""
    ties = {(column, dimension): tie for column, dimension, tie in entry["ties"]}
    return Earlier(entry["release"], tables, entry["rounding"], entry["threshold"], ties)


def described(table: Table, texts: Mapping[Cell, str], digest: str) -> dict[str, Any]:
    """Return what the log says of a table: digests and sizes, no number."""
    hidden = sorted(cell for cell in table.values if texts[cell] == HIDDEN)
    listed = "\n".join(repr((cell.column, cell.labels)) for cell in hidden)
    return {
        "name": table.name,
        "sha256": digest,
        "rows": len(table.rows),
        "numbers": len(table.values),
        "hidden": len(hidden),
        "hidden_sha256": hashlib.sha256(listed.encode()).hexdigest(),
    }


def software() -> str:
    """Return the name and version of this package."""
    return f"uic {version('uic-link')}"


def listed(ties: Ties) -> list[list[str]]:
    """Return ties as JSON holds them."""
    return [[column, dimension, tie] for (column, dimension), tie in sorted(ties.items())]


def _of_scope(log: Sequence[Entry], scope: str) -> Iterator[Entry]:
    return (entry for entry in log if entry["scope"] == scope)


def _text(table: Table, row: Sequence[str], column: str, texts: Mapping[Cell, str]) -> str:
    if column not in table.counts:
        return row[table.header.index(column)]
    return texts.get(table.cell(row, column), "")
