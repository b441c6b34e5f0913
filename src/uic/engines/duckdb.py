"""DuckDB in this process: the default engine."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa


class DuckDB:
    """Runs the named steps of a plan as tables of one database.

    Give a path to keep the tables, or nothing to hold them in memory. Large joins spill to
    ``spill`` when they outgrow ``memory``.
    """

    def __init__(self, path: str = ":memory:", *, memory: str = "4GB", spill: str = "") -> None:
        self._database = duckdb.connect(path)
        self._database.execute("SET preserve_insertion_order = false")
        self._database.execute(f"SET memory_limit = '{memory}'")
        if spill:
            self._database.execute(f"SET temp_directory = '{spill}'")

    def read(self, name: str, table: pa.Table) -> None:
        """Store an Arrow table under a name."""
        self._database.register("_incoming", table)
        self._database.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM _incoming')
        self._database.unregister("_incoming")

    def run(self, name: str, select: str) -> None:
        """Run one SELECT step and keep its result under the step's name."""
        self._database.execute(f'CREATE OR REPLACE TABLE "{name}" AS {select}')

    def fetch(self, select: str) -> pa.Table:
        """Run a SELECT and return its result."""
        return self._database.sql(select).to_arrow_table()

    def drop(self, name: str) -> None:
        """Forget a table."""
        self._database.execute(f'DROP TABLE IF EXISTS "{name}"')

    def close(self) -> None:
        """Close the database."""
        self._database.close()


@contextlib.contextmanager
def engine(path: str = ":memory:", *, memory: str = "4GB", spill: str = "") -> Iterator[DuckDB]:
    """Open an engine and close it at the end of the block."""
    opened = DuckDB(path, memory=memory, spill=spill)
    try:
        yield opened
    finally:
        opened.close()
