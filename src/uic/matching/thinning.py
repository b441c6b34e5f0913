"""Rows that leave the matcher's store before their list does: of people who were withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from uic.engines.storing import transaction
from uic.matching.keeping import FREQUENCIES, drop, new_name, place_of, put_away, taken_out

if TYPE_CHECKING:
    from uic.engines.storing import Database
    from uic.matching.keeping import Store

_NOTE = "withdrawn"


def pass_over(store: Store, rows: pa.Table) -> int:
    """Delete single rows: ``pass`` and ``row_id`` of records that were withdrawn.

    Returns:
        The number of rows that were deleted.
    """
    with transaction(store.database):
        return _thin(store, rows, named_stay=False)


def pass_over_later(store: Store, rows: pa.Table) -> None:
    """Note rows that are deleted once somebody opens the store with its private key.

    The note is sealed too: nobody sees which rows they are.
    """
    with transaction(store.database):
        name = new_name(store.database)
        store.database.execute("INSERT INTO withdrawals VALUES ($1)", [name])
        put_away(store, name, _NOTE, rows)


def keep_only(store: Store, rows: pa.Table) -> int:
    """Delete every row that is not among these: what a register that sees both does not have.

    A record that was withdrawn comes again with its partner's next list; the register leaves it
    out, and here its rows go.
    """
    with transaction(store.database):
        return _thin(store, rows, named_stay=True)


def take_out_late(store: Store) -> int:
    """Delete the rows that were noted, with the private key; returns the number of notes."""
    database = store.database
    names = [row[0] for row in database.execute("SELECT told FROM withdrawals").fetchall()]
    if not names:
        return 0
    noted = pa.concat_tables(taken_out(store, name, _NOTE) for name in names)
    with transaction(database):
        _thin(store, noted, named_stay=False)
        drop(database, names)
        database.execute("DELETE FROM withdrawals")
    return len(names)


def _thin(store: Store, rows: pa.Table, *, named_stay: bool) -> int:
    """Seal every table anew of which a row goes; returns the number of rows that went."""
    deleted = 0
    for digest, name, table in _passes_here(store.database):
        named = rows.filter(pc.equal(rows["pass"], name))["row_id"]
        if not len(named) and not named_stay:
            continue  # nothing of this pass goes: it stays closed
        kept = taken_out(store, table, place_of(digest, name))
        is_named = pc.is_in(kept["row_id"], named)
        left = kept.filter(is_named if named_stay else pc.invert(is_named))
        if len(left) < len(kept):
            put_away(store, table, place_of(digest, name), left)
        deleted += len(kept) - len(left)
    return deleted


def _passes_here(database: Database) -> list[tuple[str, str, str]]:
    """Return export, pass and table of all pass rows."""
    found: list[tuple[str, str, str]] = database.execute(
        "SELECT x.digest, p.pass, p.rows FROM passes p JOIN exports x ON x.number = p.export"
        " WHERE p.pass <> $1 ORDER BY p.rows",
        [FREQUENCIES],
    ).fetchall()
    return found
