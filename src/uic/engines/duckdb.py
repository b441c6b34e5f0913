"""DuckDB in this process: the default engine."""

from __future__ import annotations

import contextlib
import tempfile
from typing import TYPE_CHECKING

import duckdb

from uic.engines.memory import half_of_memory

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa


class DuckDB:
    """Runs the named steps of a plan as tables of one database.

    Tables are held in memory; what outgrows ``memory`` spills to the folder ``spill``, or stops
    the run where that is empty.
    """

    def __init__(self, *, memory: str, spill: str, threads: int | None = None) -> None:
        self._database = duckdb.connect()
        self._database.execute("SET preserve_insertion_order = false")
        self._database.execute("SET memory_limit = $1", [memory])
        self._database.execute("SET temp_directory = $1", [spill])
        if threads is not None:
            self._database.execute("SET threads = $1", [threads])

    def read(self, name: str, table: pa.Table) -> None:
        """Store an Arrow table under a name."""
        with self.lent("_incoming", table):
            self._database.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM _incoming')

    @contextlib.contextmanager
    def lent(self, name: str, table: pa.Table) -> Iterator[None]:
        """Let steps read an Arrow table where it lies, without a copy, inside the block."""
        self._database.register(name, table)
        try:
            yield
        finally:
            self._database.unregister(name)

    def run(self, name: str, select: str) -> None:
        """Run one SELECT step and keep its result under the step's name."""
        self._database.execute(f'CREATE OR REPLACE TABLE "{name}" AS {select}')

    def add(self, name: str, select: str) -> None:
        """Run one SELECT step and add its result to the table of the step's name."""
        self._database.execute(f'CREATE TABLE IF NOT EXISTS "{name}" AS {select} LIMIT 0')
        self._database.execute(f'INSERT INTO "{name}" {select}')

    def fetch(self, select: str) -> pa.Table:
        """Run a SELECT and return its result."""
        return self._database.sql(select).to_arrow_table()

    def drop(self, *names: str) -> None:
        """Forget tables."""
        for name in names:
            self._database.execute(f'DROP TABLE IF EXISTS "{name}"')

    def close(self) -> None:
        """Close the database."""
        self._database.close()


@contextlib.contextmanager
def engine(
    *, memory: str | None = None, on_disk: bool = True, threads: int | None = None
) -> Iterator[DuckDB]:
    """Open an engine; at the end of the block it is closed and what it spilled is removed.

    Args:
        memory: Above this tables and joins spill to disk, as ``8GB``; by default half of the
            machine's memory.
        on_disk: False where the rows are people in the clear: what does not fit into memory
            then stops the run, for DuckDB does not encrypt what it spills.
        threads: By default as many as the machine has cores.
    """
    memory = memory or half_of_memory()
    if not on_disk:
        with contextlib.closing(DuckDB(memory=memory, spill="", threads=threads)) as opened:
            yield opened
        return
    with tempfile.TemporaryDirectory(prefix="uic-") as spill:  # readable by its owner only
        opened = DuckDB(memory=memory, spill=spill, threads=threads)
        try:
            yield opened
        finally:
            opened.close()
