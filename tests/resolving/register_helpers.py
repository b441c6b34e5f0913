"""Small exports, pairs and rounds for tests of the register, without people and without keys."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from uic.engines.storing import Database, transaction
from uic.exchange import CHANCE, EVENTS, PAIRS, RECORDS, ROW_MAP, Header, ResolverPart, Scored
from uic.resolving.register.arrivals import add_export
from uic.resolving.register.exports import current_exports
from uic.resolving.register.reading import persons_of
from uic.resolving.register.rounds import Round, finish_round
from uic.schema import default_schema, fingerprint

SCHEMA = default_schema()
PASS = "birth-date"
NOW = dt.datetime(2026, 10, 1, 12, 0, tzinfo=dt.UTC)

Name = tuple[str, int]  # partner and handle of a record


def row_of(name: Name, epoch: str = "2026Q3") -> int:
    """Return the row id of a record in the one pass: random-looking, and the same every time."""
    text = f"{name[0]}/{name[1]}/{epoch}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big")


def part(
    partner: str,
    handles: Sequence[int],
    *,
    epoch: str = "2026Q3",
    previous: Sequence[int] | None = None,
    project: str = "project",
) -> ResolverPart:
    """Return an export of these handles, in this order, with one contact a record."""
    size = len(handles)
    header = Header(
        partner, fingerprint(SCHEMA), "1", project, epoch, "ab" * 8, size, frozenset(), False
    )
    positions = pa.array(range(size), pa.int32())
    rows = pa.table(
        {
            "pass": pa.array([PASS] * size, pa.string()),
            "row_id": pa.array([row_of((partner, h), epoch) for h in handles], pa.int64()),
            "record": positions,
            "usable": pa.array([True] * size),
        },
        schema=ROW_MAP,
    )
    records = pa.table(
        {
            "record": positions,
            "handle_hi": pa.array(handles, pa.int64()),
            "handle_lo": pa.array([-h for h in handles], pa.int64()),
            "previous_hi": pa.array(previous or [None] * size, pa.int64()),
            "previous_lo": pa.array([-h for h in previous or []] or [None] * size, pa.int64()),
            "sex": pa.nulls(size, pa.string()),
            "age_group": pa.nulls(size, pa.string()),
            "own_id": pa.array([True] * size),
        },
        schema=RECORDS,
    )
    events = pa.table(
        {
            "contact": pa.array(range(size), pa.int64()),
            "record": positions,
            "date": pa.array([dt.date(2026, 7, 1)] * size),
            "channel": pa.array(["outreach"] * size),
            "service": pa.array(["needles"] * size),
            "quantity": pa.array([1] * size, pa.int64()),
            "site": pa.nulls(size, pa.string()),
        },
        schema=EVENTS,
    )
    return ResolverPart(header, rows, CHANCE.empty_table(), events, records)


def digest_of(arriving: ResolverPart) -> str:
    """Return a digest of what is in a part, as of a file."""
    text = f"{arriving.header.partner}{arriving.header.epoch}{arriving.records.to_pydict()}"
    return hashlib.sha256(text.encode()).hexdigest()


def scored(
    exports: Iterable[str], pairs: Sequence[tuple[Name, Name, float]], *, epoch: str = "2026Q3"
) -> Scored:
    """Return the matcher's answer: pairs of records with their log-odds."""
    columns = {
        "row_a": [row_of(a, epoch) for a, _, _ in pairs],
        "row_b": [row_of(b, epoch) for _, b, _ in pairs],
        "pattern": [0] * len(pairs),
        "log_odds": [odds for _, _, odds in pairs],
    }
    table = pa.table(columns, schema=PAIRS)
    table = table.add_column(0, "pass", pa.array([PASS] * len(pairs), pa.string()))
    told: dict[str, Any] = {"passes": [], "weights": None}
    return Scored(
        "project", epoch, "ab" * 8, fingerprint(SCHEMA), tuple(sorted(exports)), table, told
    )


def receive(database: Database, parts: Iterable[ResolverPart]) -> None:
    """Let exports arrive."""
    with transaction(database):
        for one in parts:
            add_export(database, one, digest_of(one), file="f", signer="s", now=NOW)


def run(
    database: Database,
    name: str,
    parts: Iterable[ResolverPart],
    pairs: Sequence[tuple[Name, Name, float]],
    *,
    epoch: str = "2026Q3",
    **inputs: Any,
) -> Round:
    """Let exports arrive and finish a round over all that are there, in one transaction."""
    with transaction(database):
        for one in parts:
            add_export(database, one, digest_of(one), file="f", signer="s", now=NOW)
        exports = sorted(current_exports(database, epoch).values())
        return finish_round(
            database,
            scored(exports, pairs, epoch=epoch),
            SCHEMA,
            name=name,
            inputs={"exports": exports, "threshold": 0.5} | inputs,
            facts=lambda resolved: {"records": len(resolved.persons), "links": len(resolved.links)},
            now=NOW,
        )


def ids(database: Database, number: int) -> dict[Name, str]:
    """Return the person id of every record of a round."""
    rows = persons_of(database, number).to_pylist()
    return {(row["partner"], int(row["handle"][:16], 16)): row["person_id"] for row in rows}


def groups(found: dict[Name, str]) -> set[frozenset[Name]]:
    """Return who is together, whatever the ids."""
    together: dict[str, set[Name]] = {}
    for name, person in found.items():
        together.setdefault(person, set()).add(name)
    return {frozenset(one) for one in together.values()}
