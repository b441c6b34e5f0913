"""The matcher's store: the pass rows of one project and epoch, in one DuckDB file.

An export is a partner's whole list, so a newer one replaces the older: its rows are deleted. Its
digest stays, so that a file that is sent again is recognised, and an old one never comes back.

Pass rows, frequencies and fitted parameters lie there sealed to the matcher's own public key and
are opened one pass at a time while a round is matched. Without the private key a finder sees what
the headers of the exports say (partner, project, epoch, counts, attributes), their digests, names
of rounds, names of passes and sizes. Who has the private key as well has the tokens and signatures
of everybody on the lists, and with the epoch key on top can test names against them.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from uic.engines.storing import one, rewrite, stored, transaction
from uic.errors import InputError, KeyMaterialError, Problem, SchemaMismatchError
from uic.exchange import Arrival, Header, MatcherPart
from uic.matching.keeping import FREQUENCIES, Store, drop, new_name, place_of, put_away, taken_out
from uic.matching.thinning import take_out_late

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from uic.engines.storing import Database
    from uic.matching.keeping import Safe

STORE = "uic-matcher-store/2"
_TABLES = (
    """CREATE TABLE exports
    (number INTEGER, digest VARCHAR, partner VARCHAR, state VARCHAR, header VARCHAR)""",
    "CREATE TABLE passes (export INTEGER, pass VARCHAR, rows VARCHAR)",
    "CREATE TABLE parameters (round VARCHAR, told VARCHAR)",
    "CREATE TABLE withdrawals (told VARCHAR)",
    "CREATE SEQUENCE sealed",
)


@contextlib.contextmanager
def open_store(path: str | Path | None, safe: Safe) -> Iterator[Store]:
    """Open the store, or make it; None for one that is gone at the end of the block.

    Rows that were withdrawn while the private key was not at hand go now, and out of the file.

    Raises:
        InputError: another run has it open.
        FormatError: the file is no matcher's store.
        KeyMaterialError: it is sealed to another key pair.
    """
    if path is not None and Path(path).exists() and safe.opens:
        with _opened(path, safe) as store:
            late = take_out_late(store)
        if late:
            rewrite(path)
    with _opened(path, safe) as store:
        yield store


def owner_of(path: str | Path) -> str:
    """Return the public key, as its text, that a store is sealed to.

    Raises:
        FormatError: the file is no matcher's store.
    """
    with stored(path, STORE, _TABLES) as database:
        return str(one(database, "SELECT value FROM meta WHERE name = 'owner'"))


@contextlib.contextmanager
def _opened(path: str | Path | None, safe: Safe) -> Iterator[Store]:
    with stored(path, STORE, _TABLES) as database:
        owner = one(database, "SELECT value FROM meta WHERE name = 'owner'")
        if owner is None:
            database.execute("INSERT INTO meta VALUES ('owner', $1)", [safe.owner])
        elif owner != safe.owner:
            raise KeyMaterialError(
                "the store is sealed to another key pair\n"
                "  hint: name the private key that it was made with, or begin a new --store"
            )
        yield Store(database, safe)


def add_export(store: Store, part: MatcherPart, digest: str) -> Arrival:
    """Keep an export, in the place of the partner's last one. A known file changes nothing.

    Raises:
        SchemaMismatchError: it is of another project, epoch or key than the store.
    """
    database = store.database
    known = one(database, "SELECT state FROM exports WHERE digest = $1", [digest])
    if known is not None:
        return Arrival(part.header.partner, digest, "resent" if known == "here" else str(known))
    _check_same(database, part.header)
    with transaction(database):
        older = _set_aside(database, part.header.partner, "outdated")
        _insert(store, part, digest)
    return Arrival(part.header.partner, digest, "newer" if older else "new")


def current_exports(store: Store) -> dict[str, str]:
    """Return the digest of every partner's newest export, by partner, in alphabetic order."""
    rows = store.database.execute(
        "SELECT partner, digest FROM exports WHERE state = 'here' ORDER BY partner"
    ).fetchall()
    return dict(rows)


def stored_exports(store: Store, digests: Sequence[str]) -> tuple[MatcherPart, ...]:
    """Return exports as the values that :func:`uic.matching.matcher.match` takes, in this order.

    Their rows are read from the open store pass by pass.

    Raises:
        InputError: one of them is not in the store.
        FormatError: what is sealed was changed.
    """
    return tuple(_export(store, digest) for digest in digests)


def forget_partner(store: Store, partner: str) -> int:
    """Delete all rows of a partner; its exports are not taken again. Returns their number.

    Needs no private key.
    """
    with transaction(store.database):
        return _set_aside(store.database, partner, "withdrawn")


def forget_exports(store: Store, digests: Sequence[str]) -> int:
    """Delete exports of a partner who withdrew; a later one of that partner stays.

    They are not taken again. Needs no private key. Returns the number that were here.
    """
    here = current_exports(store)
    gone = [partner for partner, digest in here.items() if digest in set(digests)]
    with transaction(store.database):
        told = sum(_set_aside(store.database, partner, "withdrawn") for partner in gone)
        store.database.execute(
            "UPDATE exports SET state = 'withdrawn' WHERE list_contains($1, digest)",
            [list(digests)],
        )
    return told


def keep_parameters(store: Store, name: str, parameters: dict[str, Any]) -> None:
    """Keep the fitted parameters of a round under its name."""
    database = store.database
    with transaction(database):
        older = one(database, "SELECT told FROM parameters WHERE round = $1", [name])
        table = str(older or new_name(database))
        if older is None:
            database.execute("INSERT INTO parameters VALUES ($1, $2)", [name, table])
        text = pa.table({"text": [json.dumps(parameters)]})
        put_away(store, table, f"parameters/{name}", text)


def kept_parameters(store: Store, name: str) -> dict[str, Any]:
    """Return the parameters of an earlier round.

    Raises:
        InputError: there is no such round.
    """
    database = store.database
    table = one(database, "SELECT told FROM parameters WHERE round = $1", [name])
    if table is None:
        known = database.execute("SELECT round FROM parameters ORDER BY round").fetchall()
        told = ", ".join(row[0] for row in known) or "none"
        raise InputError(
            Problem("store", "", f"it keeps no parameters of a round {name!r}", f"it has: {told}")
        )
    text = taken_out(store, str(table), f"parameters/{name}")
    found: dict[str, Any] = json.loads(text["text"][0].as_py())
    return found


def _check_same(database: Database, header: Header) -> None:
    kept = dict(database.execute("SELECT name, value FROM meta").fetchall())
    for name in ("project", "epoch", "key_id"):
        value = getattr(header, name)
        if kept.get(name, value) != value:
            raise SchemaMismatchError(
                f"the export is of another {name} than the store: rows of two epochs never meet\n"
                "  hint: give a new --store for each epoch"
            )
        if name not in kept:
            database.execute("INSERT INTO meta VALUES ($1, $2)", [name, value])


def _set_aside(database: Database, partner: str, state: str) -> int:
    """Delete what a partner's exports brought and note their new state."""
    numbers = [
        row[0]
        for row in database.execute(
            "SELECT number FROM exports WHERE partner = $1 AND state = 'here'", [partner]
        ).fetchall()
    ]
    for number in numbers:
        drop(database, _tables_of(database, number).values())
        database.execute("DELETE FROM passes WHERE export = $1", [number])
        database.execute("UPDATE exports SET state = $1 WHERE number = $2", [state, number])
    return len(numbers)


def _tables_of(database: Database, number: int) -> dict[str, str]:
    """Return the tables of an export, by pass."""
    found = database.execute("SELECT pass, rows FROM passes WHERE export = $1", [number])
    return dict(found.fetchall())


def _insert(store: Store, part: MatcherPart, digest: str) -> None:
    database = store.database
    number = int(str(one(database, "SELECT COALESCE(MAX(number), 0) + 1 FROM exports")))
    header = json.dumps(vars(part.header) | {"attributes": sorted(part.header.attributes)})
    database.execute(
        "INSERT INTO exports VALUES ($1, $2, $3, 'here', $4)",
        [number, digest, part.header.partner, header],
    )
    for name, rows in [*part.pass_rows.items(), (FREQUENCIES, part.frequencies)]:
        table = new_name(database)
        database.execute("INSERT INTO passes VALUES ($1, $2, $3)", [number, name, table])
        put_away(store, table, place_of(digest, name), rows)


def _export(store: Store, digest: str) -> MatcherPart:
    rows = store.database.execute(
        "SELECT number, header FROM exports WHERE digest = $1 AND state = 'here'", [digest]
    ).fetchall()
    if not rows:
        hint = "give the newest export of every partner"
        raise InputError(Problem("store", "", "an export is not in the matcher's store", hint))
    number, header = rows[0][0], json.loads(rows[0][1])
    tables = _tables_of(store.database, number)
    sums = tables.pop(FREQUENCIES)
    return MatcherPart(
        header=Header(**header | {"attributes": frozenset(header["attributes"])}),
        pass_rows=_PassRows(store, digest, tables),
        frequencies=taken_out(store, sums, place_of(digest, FREQUENCIES)),
    )


class _PassRows(Mapping[str, pa.Table]):
    """Rows by pass, opened when a pass begins: all passes at once need not fit into memory."""

    def __init__(self, store: Store, digest: str, tables: dict[str, str]) -> None:
        self._store, self._digest, self._tables = store, digest, tables

    def __getitem__(self, name: str) -> pa.Table:
        place = place_of(self._digest, name)
        return taken_out(self._store, self._tables[name], place)

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)
