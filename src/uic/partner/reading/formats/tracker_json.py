"""DHIS2 tracker as JSON: persons with enrollments with events, nested or each in its own file.

Layout: DHIS2 developer documentation, "Tracker" (JSON responses), and up to version 2.36
``/api/trackedEntityInstances``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from uic.partner.reading.formats.pieces import FIELDS, OLDER, Piece, texts
from uic.partner.reading.held import opened
from uic.partner.reading.sources import refusal

if TYPE_CHECKING:
    from uic.partner.reading.held import File

LARGEST = 1 << 28
"""Bytes of one JSON file; as objects in memory it needs about five times as much."""
_LISTS = (
    "trackedEntities", "trackedEntityInstances", "instances", "enrollments", "events",
)  # fmt: skip
_METADATA = ("trackedEntityAttributes", "dataElements")
_EXPECTED = "trackedEntities, trackedEntityInstances, instances, enrollments or events"
_KEYS = {"attributes": "attribute", "dataValues": "dataElement"}


@dataclass(repr=False)
class _Gathered:
    """The objects of one kind while a file is walked through."""

    objects: list[dict[str, Any]] = field(default_factory=list)
    owners: list[str | None] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    values: list[str | None] = field(default_factory=list)


@dataclass(repr=False)
class _Walk:
    """One file while it is walked through."""

    name: str
    kinds: dict[str, _Gathered]
    names: dict[str, tuple[str, ...]]


def pieces_of(file: File) -> tuple[list[Piece], dict[str, tuple[str, ...]]]:
    """Read a JSON file: what it holds of each kind, and the names of attributes and elements.

    A file of metadata (``trackedEntityAttributes``, ``dataElements``) gives names alone.

    Raises:
        InputError: it is not JSON, or not laid out as DHIS2 does; the entry is named.
    """
    walk = _Walk(file.name, {kind: _Gathered() for kind in FIELDS}, {})
    top = _parsed(file)
    lists = _lists(top)
    if lists is None:
        hint = f"export it again from /api/tracker; one of {_EXPECTED} is expected at the top"
        raise refusal(file.name, "", "this is not an export of DHIS2 tracker", hint)
    for title, entries in lists:
        for number, entry in enumerate(_listed(walk, title, entries), start=1):
            where = f"{title}, entry {number}"
            if title in _METADATA:
                shown = entry.get("displayName") or entry.get("name")
                _learn(walk, entry.get("id"), shown, entry.get("code"))
            else:
                _walk(walk, where, entry, {})
    pieces = [_piece(walk, kind, found) for kind, found in walk.kinds.items() if found.objects]
    return pieces, walk.names


def _parsed(file: File) -> Any:  # noqa: ANN401 - JSON is anything
    with opened(file) as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        hint = "export fewer rows at a time (pageSize), or as CSV"
        raise refusal(file.name, "", f"the JSON is larger than {LARGEST >> 20} MB", hint)
    found, line = None, 0
    try:
        text = data.decode("utf-8-sig")
        found = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        line = error.lineno
    except (ValueError, RecursionError):
        pass
    if found is None:
        hint = "it is cut off or was edited: export it again"
        where = f"line {line}" if line else ""
        raise refusal(file.name, where, "this is not whole JSON in UTF-8", hint)
    return found


def _lists(top: Any) -> list[tuple[str, Any]] | None:  # noqa: ANN401
    """Find the lists of objects at the top; a single object is a list of one."""
    if isinstance(top, list):
        return [("instances", top)]
    if not isinstance(top, dict):
        return None
    found = [(title, top[title]) for title in (*_METADATA, *_LISTS) if title in top]
    if _kind(top):
        return [("instances", [top])]
    return found or None


def _kind(entry: dict[str, Any]) -> str:
    """Tell an event from an enrollment from a person by the id it carries."""
    if "event" in entry:
        return "event"
    if "enrollment" in entry:
        return "enrollment"
    return "trackedEntity" if {"trackedEntity", "trackedEntityInstance"} & set(entry) else ""


def _walk(walk: _Walk, where: str, entry: dict[str, Any], above: dict[str, Any]) -> None:
    """Take one object and what hangs below it."""
    kind = _kind(entry)
    if not kind:
        hint = "each entry carries trackedEntity, enrollment or event"
        raise refusal(walk.name, where, "the entry has no id", hint)
    own = {OLDER.get(name, name): value for name, value in entry.items()}
    fields = {n: _text(walk, where, n, own.get(n)) or above.get(n) for n in FIELDS[kind]}
    if above.get("deleted") == "true":
        fields["deleted"] = "true"
    walk.kinds[kind].objects.append(fields)
    _values(walk, where, kind, fields, own)
    below = {n: fields.get(n) for n in ("trackedEntity", "enrollment", "program", "deleted")}
    for title in ("enrollments", "events"):
        for number, child in enumerate(_listed(walk, where, own.get(title) or []), start=1):
            if _kind(child) not in ("", kind):
                _walk(walk, f"{where}, {title} {number}", child, below)


def _values(
    walk: _Walk, where: str, kind: str, fields: dict[str, Any], own: dict[str, Any]
) -> None:
    """Take the values of an object; the attributes of an enrollment are the person's."""
    owner_kind = "event" if kind == "event" else "trackedEntity"
    held = walk.kinds[owner_kind]
    title = "dataValues" if kind == "event" else "attributes"
    key_name = _KEYS[title]
    for item in _listed(walk, f"{where}, {title}", own.get(title) or []):
        key = _text(walk, where, key_name, item.get(key_name))
        held.owners.append(fields.get(owner_kind))
        held.keys.append(key)
        held.values.append(_text(walk, where, "value", item.get("value")))
        _learn(walk, key, item.get("displayName"), item.get("code"))


def _learn(walk: _Walk, key: object, *names: object) -> None:
    """Remember what else an attribute or a data element is called."""
    known = tuple(name for name in names if isinstance(name, str) and name)
    if isinstance(key, str) and known and key not in walk.names:
        walk.names[key] = known


def _listed(walk: _Walk, where: str, entries: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise refusal(walk.name, where, "a list of objects is expected here", "export it again")
    return entries


def _text(walk: _Walk, where: str, name: str, value: Any) -> str | None:  # noqa: ANN401
    """Return a scalar as text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    raise refusal(walk.name, f"{where}, {name}", "a text is expected here", "export it again")


def _piece(walk: _Walk, kind: str, found: _Gathered) -> Piece:
    """Turn what was gathered of one kind into columns."""
    fields = {name: texts([entry.get(name) for entry in found.objects]) for name in FIELDS[kind]}
    rows = np.arange(len(found.objects), dtype=np.int64) + 1
    where = f"{walk.name} ({kind})"
    return Piece(
        kind, fields, rows, where, texts(found.owners), texts(found.keys), texts(found.values)
    )
