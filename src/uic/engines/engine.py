"""What the linkage plan needs of an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import pyarrow as pa


class Engine(Protocol):
    """Runs named SELECT steps; tables are known by their names."""

    def read(self, name: str, table: pa.Table) -> None:
        """Store an Arrow table under a name."""

    def lent(self, name: str, table: pa.Table) -> AbstractContextManager[None]:
        """Let steps read an Arrow table under a name, inside the block."""

    def run(self, name: str, select: str) -> None:
        """Run one SELECT step and keep its result under the step's name."""

    def add(self, name: str, select: str) -> None:
        """Run one SELECT step and add its result to the table of the step's name."""

    def fetch(self, select: str) -> pa.Table:
        """Run a SELECT and return its result."""

    def drop(self, *names: str) -> None:
        """Forget tables; a name that is not known is no error."""
