"""DuckDB in this process: the default engine."""

from __future__ import annotations

import contextlib
import tempfile
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa


class DuckDB:
    """Runs the named steps of a plan as tables of one database.

    Tables are held in memory; joins that outgrow ``memory`` spill to the folder ``spill``.
    """

    def __init__(self, *, memory: str, spill: str) -> None:
        self._database = duckdb.connect()
        self._database.execute("SET preserve_insertion_order = false")
        self._database.execute("SET memory_limit = $1", [memory])
        self._database.execute("SET temp_directory = $1", [spill])

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
def engine(*, memory: str = "4GB") -> Iterator[DuckDB]:
    """Open an engine; at the end of the block it is closed and what it spilled is removed."""
    with tempfile.TemporaryDirectory(prefix="uic-") as spill:  # readable by its owner only
        opened = DuckDB(memory=memory, spill=spill)
        try:
            yield opened
        finally:
            opened.close()
