"""The decision log: every change of a record, in lines that are chained by their hashes.

One line is one change of one part of the record: who, when, what, from what to what, and why. Each
line holds the SHA-256 of the line before it, so a line that is altered, removed or moved later on
breaks the chain. That shows tampering to whoever noted the last hash (print it in the minutes); it
does not stop someone from writing a whole new log.

The log alone is enough to run the meeting again, as it stood after any decision.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uic.analysis.consensus.reading import read_text, restore_record
from uic.chained import START, canonical, digest, is_intact
from uic.errors import FormatError
from uic.files import write_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from uic.analysis.consensus.record import Record

PARTS = ("meeting", "populations", "prior", "pooling", "reached")

Part = tuple[str, ...]
State = dict[Part, dict[str, Any]]


@dataclass(frozen=True)
class Decision:
    """One change of one part of the record.

    Attributes:
        decision: Its number, from 1.
        logged: When it was logged, UTC, ISO 8601.
        who: Who set it, as the record says; else who ran the command.
        what: The part: ``["prior"]`` or ``["estimates", label]``.
        before: Keys of the part that changed, with their values before; null is absent.
        after: The same keys with their values after.
        why: The reason the record gives.
        previous: Hash of the line before, 64 zeros on the first line.
        hash: SHA-256 of this line without ``hash``.
    """

    decision: int
    logged: str
    who: str
    what: Part
    before: dict[str, Any]
    after: dict[str, Any]
    why: str
    previous: str
    hash: str = ""

    def sealed(self) -> Decision:
        """Return the decision with its hash."""
        return Decision(**{**asdict(self), "hash": digest(asdict(self))})

    @property
    def intact(self) -> bool:
        """Whether the hash is that of the line."""
        return is_intact(asdict(self))

    def line(self) -> str:
        """Return the line of the log, canonical JSON."""
        return canonical(asdict(self))


def read_log(path: str | Path) -> tuple[Decision, ...]:
    """Read a decision log and check its chain; a log that does not exist yet is empty.

    Raises:
        FormatError: a line is damaged, or the chain is broken; the line is named.
    """
    source = Path(path)
    if not source.exists():
        return ()
    found: list[Decision] = []
    for number, line in enumerate(_lines(read_text(source)), start=1):
        decision = _parse(line, f"{source.name}, line {number}")
        previous = found[-1].hash if found else START
        if decision.previous != previous or not decision.intact or decision.decision != number:
            raise FormatError(
                f"{source.name}, line {number}: the chain is broken: this line or the one before "
                "was altered, removed or moved\n  hint: go back to a copy whose last hash is in "
                "the minutes"
            )
        found.append(decision)
    return tuple(found)


def decide(
    log: Sequence[Decision], record: Record, logged: datetime, who: str = ""
) -> tuple[Decision, ...]:
    """Return the decisions that lead from the log's last state to this record, sealed."""
    old, new = _replay(log), _state(record)
    found = list(log)
    for part in [*new, *(part for part in old if part not in new)]:
        before, after = _difference(old.get(part, {}), new.get(part, {}))
        if not after:
            continue
        setting = new.get(part, {})
        found.append(
            Decision(
                decision=len(found) + 1,
                logged=logged.strftime("%Y-%m-%dT%H:%M:%SZ"),
                who=setting.get("set_by") or record.meeting.set_by or who,
                what=part,
                before=before,
                after=after,
                why=setting.get("why", ""),
                previous=found[-1].hash if found else START,
            ).sealed()
        )
    return tuple(found[len(log) :])


def append_log(path: str | Path, record: Record, logged: datetime, who: str = "") -> int:
    """Append what changed since the log's last line; return how many decisions that were."""
    log = read_log(path)
    fresh = decide(log, record, logged, who)
    if fresh:
        write_text(path, "".join(f"{item.line()}\n" for item in (*log, *fresh)))
    return len(fresh)


def replay(log: Sequence[Decision], name: str, at: int | None = None) -> Record:
    """Return the record as it stood after decision ``at``; after the last one by default.

    Raises:
        FormatError: there is no such decision.
        InputError: at that point the record had no estimate yet.
    """
    if not log:
        raise FormatError(f"{name}: the decision log is empty or does not exist")
    if at is not None and not 1 <= at <= len(log):
        raise FormatError(f"{name}: there is no such decision; the log has {len(log)}")
    data: dict[str, Any] = {"estimates": []}
    for part, values in _replay(log[:at]).items():
        if part[0] == "estimates":
            data["estimates"].append({"label": part[1], **values})
        else:
            data[part[0]] = values
    return restore_record(data, name)


def _lines(text: str) -> list[str]:
    """Split at line feeds only: a note may hold other characters that count as line ends."""
    return text.removesuffix("\n").split("\n")


def _parse(line: str, where: str) -> Decision:
    try:
        data = json.loads(line)
        return Decision(**{**data, "what": tuple(data["what"])})
    except (json.JSONDecodeError, KeyError, TypeError):
        hint = "the last write was cut off, or this is no decision log"
        raise FormatError(f"{where}: this is no line of a decision log\n  hint: {hint}") from None


def _state(record: Record) -> State:
    """Return the parts of a record as flat mappings, without what is at its default."""
    data = record.model_dump(mode="json", exclude_defaults=True)
    state: State = {(name,): data[name] for name in PARTS if data.get(name)}
    for entry in data.get("estimates", ()):
        state["estimates", entry.pop("label")] = entry
    return state


def _replay(log: Sequence[Decision]) -> State:
    state: State = {}
    for decision in log:
        part = {**state.get(decision.what, {}), **decision.after}
        state[decision.what] = {key: value for key, value in part.items() if value is not None}
        if not state[decision.what]:
            del state[decision.what]
    return state


def _difference(old: dict[str, Any], new: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    changed = list(_changed(old, new))
    return {key: old.get(key) for key in changed}, {key: new.get(key) for key in changed}


def _changed(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    yield from (key for key in new if old.get(key) != new[key])
    yield from (key for key in old if key not in new)
