"""Tables on the matcher's disk: sealed to the matcher's own key, opened one at a time.

The room of the matcher holds no key (import-linter forbids it), so the safe is handed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count, islice
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from uic.engines.storing import one, shown_as

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from uic.engines.storing import Database

FREQUENCIES = ""
"""Name under which an export's frequencies lie beside its passes; no pass is called so."""

_TOGETHER = 32  # pieces written or read at once: some 12 MB


class Safe(Protocol):
    """Closes tables for one owner; see :class:`uic.envelope.safe.KeySafe`."""

    @property
    def owner(self) -> str:
        """The public key that everything is closed to, as its text."""

    @property
    def opens(self) -> bool:
        """Whether the owner's private key is at hand."""

    def close(self, place: str, table: pa.Table) -> Iterator[bytes]:
        """Yield a table as sealed pieces, bound to the place where it is kept."""

    def open(self, place: str, pieces: Iterable[bytes]) -> pa.Table:
        """Return the table that was closed for this place."""


@dataclass(frozen=True, repr=False, eq=False)
class Store:
    """An open store.

    Attributes:
        database: The file.
        safe: What closes and opens its tables.
    """

    database: Database
    safe: Safe


def put_away(store: Store, name: str, place: str, table: pa.Table) -> None:
    """Keep a table sealed under a name of the database, in the place of what was there."""
    store.database.execute(f'CREATE OR REPLACE TABLE "{name}" (number INTEGER, piece BLOB)')
    numbers, pieces = count(), store.safe.close(place, table)
    while some := list(islice(pieces, _TOGETHER)):
        at = pa.array(list(islice(numbers, len(some))), pa.int32())
        with shown_as(store.database, "closed", pa.table({"number": at, "piece": some})):
            store.database.execute(f'INSERT INTO "{name}" SELECT number, piece FROM closed')


def taken_out(store: Store, name: str, place: str) -> pa.Table:
    """Return a table that was put away; it stays where it is.

    Raises:
        FormatError: it was changed, or moved here from another place.
    """
    return store.safe.open(place, _pieces(store.database, name))


def _pieces(database: Database, name: str) -> Iterator[bytes]:
    found = database.execute(f'SELECT piece FROM "{name}" ORDER BY number')
    while rows := found.fetchmany(_TOGETHER):
        yield from (row[0] for row in rows)


def place_of(digest: str, name: str) -> str:
    """Return what a table is sealed for: rows of another export or pass do not open here."""
    return f"{digest}/{name}"


def new_name(database: Database) -> str:
    """Return a name that no table of the store has had yet; it says nothing."""
    return f"sealed_{one(database, 'SELECT nextval($1)', ['sealed'])}"


def drop(database: Database, tables: Iterable[str]) -> None:
    """Forget tables."""
    for table in tables:
        database.execute(f'DROP TABLE "{table}"')
