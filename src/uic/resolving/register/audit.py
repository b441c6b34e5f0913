"""The audit log: what was done to the register and when, in lines chained by their hashes.

A line says counts and digests, never who: no handle, no person id. Each round's line holds the
SHA-256 of who its persons were; a withdrawal, which deletes rows of earlier rounds, holds the new
ones. So a register in which somebody moved a record afterwards no longer fits its log. Whoever
can write the file can also write the whole log anew: keep the hash of the last line elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from uic.chained import START, broken_at, canonical, sealed
from uic.engines.storing import fetched, one
from uic.errors import FormatError, InputError, Problem

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from uic.engines.storing import Database


@dataclass(frozen=True)
class Verdict:
    """A register that fits its log.

    Attributes:
        lines: Lines of the log.
        head: Hash of the last line; 64 zeros when there is none. Keep it elsewhere.
        rounds: Rounds whose persons are those that the log says.
    """

    lines: int
    head: str
    rounds: int


def note(database: Database, action: str, told: Mapping[str, Any], now: dt.datetime) -> str:
    """Append a line to the log, in the transaction of what it tells; return its hash."""
    number = len(read_lines(database)) + 1
    content = {"number": number, "at": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "action": action}
    line = sealed(content | dict(told), head(database))
    database.execute("INSERT INTO audit VALUES ($1, $2)", [number, canonical(line)])
    return str(line["hash"])


def read_lines(database: Database) -> list[dict[str, Any]]:
    """Return all lines of the log, oldest first.

    Raises:
        FormatError: a line is no JSON.
    """
    rows = database.execute("SELECT line FROM audit ORDER BY number").fetchall()
    try:
        return [json.loads(row[0]) for row in rows]
    except ValueError:
        raise FormatError(_CHANGED) from None


def head(database: Database) -> str:
    """Return the hash of the last line."""
    text = one(database, "SELECT line FROM audit ORDER BY number DESC LIMIT 1")
    return START if text is None else str(json.loads(str(text))["hash"])


def digest_of_round(database: Database, number: int) -> str:
    """Return the SHA-256 of who the records were in a round, and of the events it made."""
    persons = fetched(
        database,
        "SELECT partner, handle_hi, handle_lo, person FROM persons WHERE round = $1 ORDER BY ALL",
        [number],
    )
    history = fetched(
        database,
        "SELECT kind, len(before) AS befores, len(after) AS afters,"
        " unnest(list_concat(before, after)) AS person"
        " FROM history WHERE round = $1 ORDER BY number, person",
        [number],
    )
    found = hashlib.sha256(f"{len(persons)} {len(history)}".encode())
    for table in (persons, history):
        for column in table.columns:
            if pa.types.is_string(column.type):
                found.update("\n".join(column.to_pylist()).encode())
            else:
                found.update(column.to_numpy().astype("<i8").tobytes())
    return found.hexdigest()


def verify(database: Database, known: str = "") -> Verdict:
    """Check the chain of the log, and every round against what the log says of it.

    Args:
        database: The register.
        known: A hash noted earlier, as from the minutes of the last round.

    Raises:
        FormatError: the line that was changed, the round whose persons are not those that were
            logged, or that no line has the hash that was noted.
        InputError: what was given is no hash.
    """
    lines = read_lines(database)
    broken = broken_at(lines)
    if broken is not None:
        raise FormatError(f"the audit log, line {broken}: {_CHANGED}")
    given = known.strip().casefold()
    if given and not re.fullmatch("[0-9a-f]{64}", given):
        hint = "give the whole line that uic rounds verify printed"
        raise InputError(Problem("--head", "", "a hash has 64 hexadecimal digits", hint))
    if given and given not in {line["hash"] for line in lines}:
        raise FormatError(
            "no line of the audit log has the hash that was given\n  hint: the log was cut off or"
            " written anew since; go back to a copy of the register that has it"
        )
    logged: dict[str, str] = {}
    for line in lines:
        logged |= line.get("rounds", {})
    _check_rounds(database, logged)
    return Verdict(len(lines), head(database), len(logged))


def _check_rounds(database: Database, logged: Mapping[str, str]) -> None:
    kept = database.execute("SELECT number, name, revision FROM rounds ORDER BY number").fetchall()
    if {str(row[0]) for row in kept} != logged.keys():
        raise FormatError("the register has other rounds than its log tells\n  hint: use a copy")
    for number, name, revision in kept:
        if digest_of_round(database, number) != logged[str(number)]:
            raise FormatError(
                f"round {name}, revision {revision}: its persons are not those that were logged\n"
                "  hint: somebody wrote into the register; go back to a copy"
            )


_CHANGED = "a line was changed, removed or moved\n  hint: go back to a copy of the register"
