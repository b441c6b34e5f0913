"""The matcher's store: the pass rows of one project and epoch, in one DuckDB file.

An export is a partner's whole list, so a newer one replaces the older: its rows are deleted. Its
digest stays, so that a file that is sent again is recognised, and an old one never comes back.

Whoever holds the file holds the tokens and signatures of everybody on the lists, and whoever
holds the epoch key as well can test names against them: it is as secret as the exports.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from uic.engines.storing import one, shown_as, stored, transaction
from uic.errors import InputError, Problem, SchemaMismatchError
from uic.exchange import Arrival, Header, MatcherPart

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import pyarrow as pa

    from uic.engines.storing import Database

STORE = "uic-matcher-store/1"
_TABLES = (
    """CREATE TABLE exports
    (number INTEGER, digest VARCHAR, partner VARCHAR, state VARCHAR, header VARCHAR)""",
    "CREATE TABLE passes (export INTEGER, pass VARCHAR, rows VARCHAR)",
    "CREATE TABLE frequencies (export INTEGER, attribute VARCHAR, level INTEGER, pairs BIGINT)",
    "CREATE TABLE parameters (round VARCHAR, text VARCHAR)",
)


def open_store(path: str | Path | None) -> AbstractContextManager[Database]:
    """Open the store, or make it; None for one that is gone at the end of the block.

    Raises:
        InputError: another run has it open.
        FormatError: the file is no matcher's store.
    """
    return stored(path, STORE, _TABLES)


def add_export(database: Database, part: MatcherPart, digest: str) -> Arrival:
    """Keep an export, in the place of the partner's last one. A known file changes nothing.

    Raises:
        SchemaMismatchError: it is of another project, epoch or key than the store.
    """
    known = one(database, "SELECT state FROM exports WHERE digest = $1", [digest])
    if known is not None:
        return Arrival(part.header.partner, digest, "resent" if known == "here" else str(known))
    _check_same(database, part.header)
    with transaction(database):
        older = _set_aside(database, part.header.partner, "outdated")
        _insert(database, part, digest)
    return Arrival(part.header.partner, digest, "newer" if older else "new")


def current_exports(database: Database) -> dict[str, str]:
    """Return the digest of every partner's newest export, by partner, in alphabetic order."""
    rows = database.execute(
        "SELECT partner, digest FROM exports WHERE state = 'here' ORDER BY partner"
    ).fetchall()
    return dict(rows)


def stored_exports(database: Database, digests: Sequence[str]) -> tuple[MatcherPart, ...]:
    """Return exports as the values that :func:`uic.matching.matcher.match` takes, in this order.

    Their rows are read from the open store pass by pass.

    Raises:
        InputError: one of them is not in the store.
    """
    return tuple(_export(database, digest) for digest in digests)


def forget_partner(database: Database, partner: str) -> int:
    """Delete all rows of a partner; its exports are not taken again. Returns their number."""
    with transaction(database):
        return _set_aside(database, partner, "withdrawn")


def pass_over(database: Database, rows: pa.Table) -> int:
    """Delete single rows: ``pass`` and ``row_id`` of records that were withdrawn.

    Returns:
        The number of rows that were deleted.
    """
    tables = database.execute("SELECT pass, rows FROM passes ORDER BY rows").fetchall()
    deleted = 0
    with transaction(database), shown_as(database, "withdrawn", rows):
        for name, table in tables:
            told = one(
                database,
                f'DELETE FROM "{table}" WHERE row_id IN'
                " (SELECT row_id FROM withdrawn WHERE pass = $1)",
                [name],
            )
            deleted += int(str(told))
    return deleted


def keep_only(database: Database, rows: pa.Table) -> int:
    """Delete every row that is not among these: what a register that sees both does not have.

    A record that was withdrawn comes again with its partner's next list; the register leaves it
    out, and here its rows go.
    """
    tables = database.execute("SELECT pass, rows FROM passes ORDER BY rows").fetchall()
    deleted = 0
    with transaction(database), shown_as(database, "known", rows):
        for name, table in tables:
            told = one(
                database,
                f'DELETE FROM "{table}" WHERE row_id NOT IN'
                " (SELECT row_id FROM known WHERE pass = $1)",
                [name],
            )
            deleted += int(str(told))
    return deleted


def keep_parameters(database: Database, name: str, parameters: dict[str, Any]) -> None:
    """Keep the fitted parameters of a round under its name."""
    with transaction(database):
        database.execute("DELETE FROM parameters WHERE round = $1", [name])
        database.execute("INSERT INTO parameters VALUES ($1, $2)", [name, json.dumps(parameters)])


def kept_parameters(database: Database, name: str) -> dict[str, Any]:
    """Return the parameters of an earlier round.

    Raises:
        InputError: there is no such round.
    """
    text = one(database, "SELECT text FROM parameters WHERE round = $1", [name])
    if text is None:
        known = database.execute("SELECT round FROM parameters ORDER BY round").fetchall()
        told = ", ".join(row[0] for row in known) or "none"
        raise InputError(
            Problem("store", "", f"it keeps no parameters of a round {name!r}", f"it has: {told}")
        )
    found: dict[str, Any] = json.loads(str(text))
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
        tables = database.execute("SELECT rows FROM passes WHERE export = $1", [number]).fetchall()
        for (table,) in tables:
            database.execute(f'DROP TABLE "{table}"')
        database.execute("DELETE FROM passes WHERE export = $1", [number])
        database.execute("DELETE FROM frequencies WHERE export = $1", [number])
        database.execute("UPDATE exports SET state = $1 WHERE number = $2", [state, number])
    return len(numbers)


def _insert(database: Database, part: MatcherPart, digest: str) -> None:
    number = int(str(one(database, "SELECT COALESCE(MAX(number), 0) + 1 FROM exports")))
    header = json.dumps(vars(part.header) | {"attributes": sorted(part.header.attributes)})
    database.execute(
        "INSERT INTO exports VALUES ($1, $2, $3, 'here', $4)",
        [number, digest, part.header.partner, header],
    )
    for place, (name, rows) in enumerate(part.pass_rows.items()):
        table = f"rows_{number}_{place}"
        with shown_as(database, "incoming", rows):
            database.execute(f'CREATE TABLE "{table}" AS SELECT * FROM incoming')
        database.execute("INSERT INTO passes VALUES ($1, $2, $3)", [number, name, table])
    with shown_as(database, "incoming", part.frequencies):
        database.execute(f"INSERT INTO frequencies SELECT {number}, * FROM incoming")


def _export(database: Database, digest: str) -> MatcherPart:
    rows = database.execute(
        "SELECT number, header FROM exports WHERE digest = $1 AND state = 'here'", [digest]
    ).fetchall()
    if not rows:
        hint = "give the newest export of every partner"
        raise InputError(Problem("store", "", "an export is not in the matcher's store", hint))
    number, header = rows[0][0], json.loads(rows[0][1])
    tables = database.execute("SELECT pass, rows FROM passes WHERE export = $1", [number])
    return MatcherPart(
        header=Header(**header | {"attributes": frozenset(header["attributes"])}),
        pass_rows=_PassRows(database, dict(tables.fetchall())),
        frequencies=database.sql(
            f"SELECT attribute, level, pairs FROM frequencies WHERE export = {number}"
        ).to_arrow_table(),
    )


class _PassRows(Mapping[str, "pa.Table"]):
    """Rows by pass, read when a pass begins: seven passes at once need not fit into memory."""

    def __init__(self, database: Database, tables: dict[str, str]) -> None:
        self._database, self._tables = database, tables

    def __getitem__(self, name: str) -> pa.Table:
        return self._database.sql(f'SELECT * FROM "{self._tables[name]}"').to_arrow_table()

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)
