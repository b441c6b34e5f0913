"""DuckDB files that outlive a run: the matcher's store and the resolver's register.

A file is made whole under a temporary name before it gets its own, everything that belongs
together goes in one transaction, and what was deleted is gone from the file's blocks after
:func:`rewrite`. The file, its log and what joins spill are readable by their owner only.
"""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from uic.errors import FormatError, InputError, Problem
from uic.files import private

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

Database = duckdb.DuckDBPyConnection

_META = "CREATE TABLE meta (name VARCHAR, value VARCHAR)"


@contextlib.contextmanager
def stored(
    path: str | Path | None, kind: str, tables: Sequence[str], *, memory: str = "4GB"
) -> Iterator[Database]:
    """Open a database file, or make it.

    Args:
        path: The file; None for a database that is gone at the end of the block.
        kind: Format and version, as ``uic-register/1``.
        tables: The CREATE TABLE texts of a new file.
        memory: Joins that outgrow it spill to a folder of their own.

    Raises:
        InputError: another run has the file open, or it cannot be read.
        FormatError: it is no database of this kind, or of a later version.
    """
    with private(), tempfile.TemporaryDirectory(prefix="uic-") as spill:
        if path is not None and not Path(path).exists():
            _make(Path(path), kind, tables)
        database = duckdb.connect() if path is None else _connect(Path(path))
        try:
            if path is None:
                _fill(database, kind, tables)
            else:
                _check(database, Path(path).name, kind)
            database.execute("SET memory_limit = $1", [memory])
            database.execute("SET temp_directory = $1", [spill])
            yield database
        finally:
            database.close()


@contextlib.contextmanager
def transaction(database: Database) -> Iterator[None]:
    """Keep all of a block's changes or none, also when the process is killed."""
    database.execute("BEGIN TRANSACTION")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


@contextlib.contextmanager
def shown_as(database: Database, name: str, table: pa.Table) -> Iterator[None]:
    """Let SQL see an Arrow table under a name while the block runs."""
    database.register(name, table)
    try:
        yield
    finally:
        database.unregister(name)


def one(database: Database, select: str, values: Sequence[object] = ()) -> object:
    """Return the first value of the first row of a query; None without a row."""
    rows = database.execute(select, list(values)).fetchall()  # an open result blocks what follows
    return rows[0][0] if rows else None


def fetched(database: Database, select: str, values: Sequence[object] = ()) -> pa.Table:
    """Return the result of a query as an Arrow table."""
    return database.sql(select, params=list(values)).to_arrow_table()


def rewrite(path: str | Path) -> None:
    """Copy a closed database into a new file: deleted rows stay in the blocks of the old one.

    Copies and backups elsewhere, and blocks that a disk keeps of the old file, are not reached.
    """
    source = Path(path)
    with (
        private(),
        tempfile.TemporaryDirectory(dir=source.parent, prefix=".writing-") as folder,
        duckdb.connect() as database,
    ):
        fresh = Path(folder) / source.name
        database.execute(f"ATTACH {_quoted(source)} AS old")
        database.execute(f"ATTACH {_quoted(fresh)} AS fresh")
        database.execute("COPY FROM DATABASE old TO fresh")
        database.execute("DETACH old")
        database.execute("DETACH fresh")
        fresh.replace(source)


def _make(path: Path, kind: str, tables: Sequence[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".writing-") as folder:
        fresh = Path(folder) / path.name
        with duckdb.connect(fresh) as database:
            _fill(database, kind, tables)
        fresh.replace(path)


def _fill(database: Database, kind: str, tables: Sequence[str]) -> None:
    for text in (_META, *tables):
        database.execute(text)
    database.execute("INSERT INTO meta VALUES ('format', $1)", [kind])


def _connect(path: Path) -> Database:
    """Connect; the messages of DuckDB name machine paths and process numbers, ours do not."""
    try:
        return duckdb.connect(path)
    except duckdb.Error as error:
        held = "lock" in str(error)
    except OSError:
        held = False
    if held:
        hint = "wait until the other run has ended"
        raise InputError(Problem(path.name, "", "another run has the file open", hint))
    raise FormatError(
        f"{path.name}: this file is damaged, or no file of this program\n  hint: go back to a copy"
    )


def _check(database: Database, name: str, kind: str) -> None:
    try:
        found = one(database, "SELECT value FROM meta WHERE name = 'format'")
    except duckdb.Error:
        found = None
    if found == kind:
        return
    later = str(found).partition("/")[0] == kind.partition("/")[0]
    why = "was written by another version of this program" if later else f"is no {kind}"
    raise FormatError(f"{name}: this file {why}\n  hint: name the right file")


def _quoted(path: Path) -> str:
    """Return a path as an SQL literal: ATTACH takes no parameter."""
    return "'" + str(path).replace("'", "''") + "'"
