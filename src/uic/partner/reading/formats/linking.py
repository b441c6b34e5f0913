"""Whose event is it: events, enrollments and persons of DHIS2 as one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from uic.partner.reading.formats.joining import Joined, Placed
from uic.partner.reading.formats.parts import part_in_memory, places_among
from uic.partner.reading.formats.pieces import FIELDS
from uic.partner.reading.formats.problems import rows_listed
from uic.partner.reading.sources import folded, refusal
from uic.partner.reading.words import Words, joined_words, no_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from uic.partner.reading.formats.parts import Part, Places
    from uic.partner.reading.formats.pieces import Objects
    from uic.partner.reading.partners import Export
    from uic.partner.reading.words import Mask

PERSON = "trackedEntity"


def linked(name: str, objects: Mapping[str, Objects | None], export: Export) -> Joined:
    """Give every row its enrollment and its person; persons without a row are kept in silence.

    Raises:
        InputError: events name enrollments, and no file says whose they are.
    """
    base_kind = _base(objects, export)
    base = objects[base_kind]
    persons, enrollments = objects[PERSON], objects["enrollment"]
    assert base is not None  # noqa: S101 - _base chose one that is there
    enrolled = _enrolled(base, base_kind, enrollments)
    who = _who(base, base_kind, enrollments, enrolled)
    place = _places(who, persons)
    kept = base.kept & _still(enrollments, enrolled) & _still(persons, place)
    lost = kept & _lost(name, base, who, place, objects, export)
    idle = _idle(persons, place[kept]) if base_kind != PERSON else np.zeros(0, dtype=np.int64)
    none = np.full(len(idle), -1, dtype=np.int64)
    rows = np.flatnonzero(kept)
    tables = [Placed(_without_person(base.part), np.append(rows, none))]
    if enrollments is not None and base_kind == "event":
        tables.append(Placed(_without_person(enrollments.part), np.append(enrolled[rows], none)))
    if persons is not None and base_kind != PERSON:
        tables.append(Placed(_without_person(persons.part), np.append(place[rows], idle)))
    tables.append(_owner(base, who, rows, persons, idle))
    silent = np.arange(len(rows) + len(idle)) >= len(rows)
    problems = rows_listed(export.partner, base.part, lost, "unmatched_row")
    return Joined(tuple(tables), silent, tuple(problems))


def _base(objects: Mapping[str, Objects | None], export: Export) -> str:
    """Choose whose rows the table has: events where there is a date, else persons."""
    mapping = export.mapping
    dated = mapping is not None and bool(mapping.columns.get("date") or "date" in mapping.constants)
    kinds = tuple(FIELDS) if not dated else tuple(reversed(FIELDS))
    return next(kind for kind in kinds if objects[kind] is not None)


def _enrolled(base: Objects, kind: str, enrollments: Objects | None) -> Places:
    """Find the enrollment of each event."""
    if kind != "event" or enrollments is None:
        return np.full(len(base.part), -1, dtype=np.int64)
    return places_among(base.part.column("enrollment"), enrollments.ids)


def _who(base: Objects, kind: str, enrollments: Objects | None, enrolled: Places) -> Words:
    """Name the person of each row: as the row says, else as its enrollment does."""
    own = base.ids if kind == PERSON else base.part.column(PERSON)
    if enrollments is None or kind != "event":
        return own
    theirs = enrollments.part.column(PERSON)
    through = Words(np.append(theirs.codes, np.int32(-1))[enrolled], theirs.distinct)
    both = joined_words([own, through])
    codes = np.where(own.present, both.codes[: len(own)], both.codes[len(own) :])
    return Words(codes.astype(np.int32), both.distinct)


def _places(who: Words, persons: Objects | None) -> Places:
    if persons is None:
        return np.full(len(who), -1, dtype=np.int64)
    return places_among(who, persons.ids)


def _still(objects: Objects | None, places: Places) -> Mask:
    """Mark the rows whose enrollment or person was not deleted."""
    kept = objects.kept if objects is not None else np.zeros(0, dtype=np.bool_)
    return np.append(kept, True)[places]


def _lost(
    name: str,
    base: Objects,
    who: Words,
    place: Places,
    objects: Mapping[str, Objects | None],
    export: Export,
) -> Mask:
    """Mark the rows that point at a person or an enrollment that no file holds."""
    nameless = base.part.column("enrollment").present & ~who.present
    wanted = export.mapping.columns.get("record_id", "") if export.mapping else ""
    needless = objects[PERSON] is None and folded(wanted) not in ("", folded(PERSON))
    if objects["enrollment"] is None and not needless and (nameless & base.kept).any():
        hint = "add the export of /api/tracker/enrollments, or events as JSON"
        rule = "the events name enrollments, and no file says whose they are"
        raise refusal(name, "column 'enrollment'", rule, hint)
    return (nameless & (not needless)) | (who.present & (place < 0) & (objects[PERSON] is not None))


def _idle(persons: Objects | None, places: Places) -> Places:
    """Find the persons that no row belongs to."""
    if persons is None:
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(persons.kept & ~np.isin(np.arange(len(persons.part)), places))


def _owner(
    base: Objects, who: Words, rows: Places, persons: Objects | None, idle: Places
) -> Placed:
    """Make the column of persons' ids, for rows with and without an event."""
    alone = no_words(0) if persons is None else persons.ids.at(idle)
    words = joined_words([who.at(rows), alone])
    where, numbers = base.part.where.at(rows), base.part.rows[rows]
    if persons is not None:
        where = joined_words([where, persons.part.where.at(idle)])
        numbers = np.append(numbers, persons.part.rows[idle])
    part = part_in_memory(PERSON, {(PERSON,): words}, numbers, where)
    return Placed(part, np.arange(len(part), dtype=np.int64))


def _without_person(part: Part) -> Part:
    return part.only([i for i, header in enumerate(part.headers) if header != PERSON])
