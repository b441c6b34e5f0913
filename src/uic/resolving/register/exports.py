"""The exports that are in the register: what each brought, and which counts."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from uic.engines.storing import fetched, one, shown_as
from uic.errors import InputError, Problem
from uic.exchange import (
    CHANCE,
    OWN_PAIRS,
    RECORDS,
    ROW_MAP,
    SENT_EVENTS,
    Header,
    ResolverPart,
    sent_events,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from uic.engines.storing import Database

_CONTENT = {
    "pass_rows": ROW_MAP,
    "events": SENT_EVENTS,
    "records": RECORDS,
    "chance": CHANCE,
    "own_pairs": OWN_PAIRS,
}


def current_exports(database: Database, epoch: str) -> dict[str, str]:
    """Return the digest of every partner's newest export of an epoch, in alphabetic order."""
    rows = database.execute(
        "SELECT partner, digest FROM exports WHERE state = 'here' AND epoch = $1 ORDER BY partner",
        [epoch],
    ).fetchall()
    return dict(rows)


def arrived_exports(database: Database, digests: Sequence[str]) -> list[dict[str, Any]]:
    """Return what a manifest says of exports: partner, file, digest and size."""
    rows = database.execute(
        "SELECT x.partner, x.file, x.digest, COUNT(r.record) FROM exports x"
        " LEFT JOIN records r ON r.export = x.number WHERE list_contains($1, x.digest)"
        " GROUP BY ALL ORDER BY x.partner",
        [list(digests)],
    ).fetchall()
    return [
        {"partner": partner, "file": file, "sha256": digest, "rows": size, "records": size}
        for partner, file, digest, size in rows
    ]


def rows_here(database: Database, digests: Sequence[str]) -> pa.Table:
    """Return ``pass`` and ``row_id`` of all pass rows of exports."""
    return fetched(
        database,
        "SELECT w.pass, w.row_id FROM pass_rows w JOIN exports x ON x.number = w.export"
        " WHERE list_contains($1, x.digest)",
        [list(digests)],
    )


def latest_epoch(database: Database) -> str:
    """Return the epoch of the export that came last.

    Raises:
        InputError: none has come yet.
    """
    found = one(database, "SELECT epoch FROM exports ORDER BY number DESC LIMIT 1")
    if found is None:
        hint = "give the partners' files"
        raise InputError(Problem("register", "", "no export has come yet", hint))
    return str(found)


def stored_exports(database: Database, digests: Sequence[str]) -> tuple[ResolverPart, ...]:
    """Return exports as the values that ``resolve`` takes, in the order of their partners.

    Raises:
        InputError: one of them is not in the register any more, or was never.
    """
    parts = [_export(database, digest) for digest in digests]
    return tuple(sorted(parts, key=lambda part: part.header.partner))


def insert_export(
    database: Database, part: ResolverPart, digest: str, file: str, signer: str, now: dt.datetime
) -> None:
    """Keep what an export brought; its records stand in the order of their handles."""
    header = part.header
    number = int(str(one(database, "SELECT COALESCE(MAX(number), 0) + 1 FROM exports")))
    told = json.dumps(vars(header) | {"attributes": sorted(header.attributes)})
    arrived = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    database.execute(
        "INSERT INTO exports VALUES ($1, $2, $3, $4, 'here', $5, $6, $7, $8)",
        [number, digest, header.partner, header.epoch, signer, arrived, file, told],
    )
    tables = (part.row_map, sent_events(part.events), part.records, part.chance, part.own_pairs)
    for name, table in zip(_CONTENT, tables, strict=True):
        with shown_as(database, "incoming", table):
            database.execute(_INSERTS[name], [number])


def set_aside(database: Database, partner: str, state: str, *, epoch: str | None = None) -> int:
    """Delete what a partner's exports brought and note their new state; return their number."""
    rows = database.execute(
        "SELECT number FROM exports WHERE partner = $1 AND state = 'here'"
        " AND ($2 IS NULL OR epoch = $2)",
        [partner, epoch],
    ).fetchall()
    for (number,) in rows:
        for delete in (
            "DELETE FROM pass_rows WHERE export = $1",
            "DELETE FROM events WHERE export = $1",
            "DELETE FROM records WHERE export = $1",
            "DELETE FROM chance WHERE export = $1",
            "DELETE FROM own_pairs WHERE export = $1",
        ):
            database.execute(delete, [number])
        database.execute("UPDATE exports SET state = $1 WHERE number = $2", [state, number])
    return len(rows)


def in_handle_order(part: ResolverPart, gone: NDArray[np.bool_]) -> ResolverPart:
    """Number the records of a part by their handles and leave out those that are gone.

    Args:
        part: The resolver's part of an export.
        gone: Shape (records,): which records to leave out, in the order of ``part.records``.
    """
    records = part.records.filter(pa.array(~gone)).sort_by(
        [("handle_hi", "ascending"), ("handle_lo", "ascending")]
    )
    place = np.full(part.header.records, -1, dtype=np.int32)
    place[records["record"].to_numpy()] = np.arange(len(records), dtype=np.int32)
    numbers = pa.array(np.arange(len(records), dtype=np.int32))
    return replace(
        part,
        header=replace(part.header, records=len(records)),
        records=records.set_column(0, "record", numbers),
        row_map=_renumbered(part.row_map, place),
        events=_renumbered(part.events, place),
    )


def _renumbered(table: pa.Table, place: NDArray[np.int32]) -> pa.Table:
    """Put new record numbers in; rows of a record without one are left out, group contacts stay."""
    column = table["record"].combine_chunks()
    empty = np.asarray(column.is_null())
    moved = np.where(empty, -1, place[column.fill_null(0).to_numpy()] if len(place) else -1)
    at = table.column_names.index("record")
    numbered = table.set_column(at, "record", pa.array(moved.astype(np.int32), mask=empty))
    return numbered.filter(pa.array(empty | (moved >= 0)))


def _export(database: Database, digest: str) -> ResolverPart:
    rows = database.execute(
        "SELECT number, state, header FROM exports WHERE digest = $1", [digest]
    ).fetchall()
    if not rows or rows[0][1] != "here":
        rule = f"an export is {rows[0][1]}" if rows else "an export is not in the register"
        hint = "match and resolve the newest export of every partner"
        raise InputError(Problem("register", "", rule, hint))
    tables = {
        name: fetched(database, select, [rows[0][0]]).cast(_CONTENT[name])
        for name, select in _SELECTS.items()
    }
    header = json.loads(rows[0][2])
    part = ResolverPart(
        header=Header(**header | {"attributes": frozenset(header["attributes"])}),
        row_map=tables["pass_rows"],
        chance=tables["chance"],
        events=tables["events"],
        records=tables["records"],
        own_pairs=tables["own_pairs"],
    )
    left = np.zeros(len(part.records), dtype=np.bool_)
    return in_handle_order(part, left)  # a withdrawal leaves gaps in the numbers


_INSERTS = {
    "pass_rows": "INSERT INTO pass_rows SELECT $1, pass, row_id, record, usable FROM incoming",
    "events": "INSERT INTO events SELECT $1, contact, record, date, channel, service, quantity,"
    " site, returned, referral, population FROM incoming",
    "records": "INSERT INTO records SELECT $1, record, handle_hi, handle_lo, previous_hi,"
    " previous_lo, sex, age_group, own_id FROM incoming",
    "chance": "INSERT INTO chance SELECT $1, pass, pairs, agreeing FROM incoming",
    "own_pairs": "INSERT INTO own_pairs SELECT $1, pass, row_a, row_b, pattern, log_odds"
    " FROM incoming",
}


_SELECTS = {
    "pass_rows": "SELECT pass, row_id, record, usable FROM pass_rows WHERE export = $1",
    "events": "SELECT contact, record, date, channel, service, quantity, site,"
    " returned, referral, population FROM events WHERE export = $1",
    "records": "SELECT record, handle_hi, handle_lo, previous_hi, previous_lo, sex, age_group,"
    " own_id FROM records WHERE export = $1 ORDER BY record",
    "chance": "SELECT pass, pairs, agreeing FROM chance WHERE export = $1",
    "own_pairs": "SELECT pass, row_a, row_b, pattern, log_odds FROM own_pairs WHERE export = $1",
}
