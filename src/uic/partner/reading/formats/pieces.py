"""Persons, enrollments and events of DHIS2 as its files give them: fields, and values by key.

DHIS2 writes values by key (an attribute or a data element): a row a value in CSV, a list in JSON.
Both become one column a key here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from uic.partner.reading.formats.parts import Part, part_in_memory, places_among
from uic.partner.reading.words import Words, joined_words, no_words, words_from

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from uic.partner.reading.formats.parts import Places
    from uic.partner.reading.words import Mask

FIELDS = {
    "trackedEntity": ("trackedEntity", "trackedEntityType", "orgUnit", "createdAt", "deleted"),
    "enrollment": (
        "enrollment", "trackedEntity", "program", "status", "orgUnit", "enrolledAt", "occurredAt",
        "completedAt", "deleted",
    ),
    "event": (
        "event", "trackedEntity", "enrollment", "program", "programStage", "status", "orgUnit",
        "orgUnitName", "occurredAt", "scheduledAt", "completedAt", "deleted",
    ),
}  # fmt: skip
"""What is read of each kind beside its values. The first is its id."""
OLDER = {
    "trackedEntityInstance": "trackedEntity",
    "created": "createdAt",
    "eventDate": "occurredAt",
    "dueDate": "scheduledAt",
    "completedDate": "completedAt",
    "enrollmentDate": "enrolledAt",
    "incidentDate": "occurredAt",
}
"""Names up to version 2.36, and what they are called since."""
UNHAPPENED = ("schedule", "scheduled", "overdue", "skipped")


@dataclass(frozen=True, repr=False)
class Piece:
    """What one file holds of one kind.

    Attributes:
        kind: ``trackedEntity``, ``enrollment`` or ``event``.
        fields: For each name of ``FIELDS`` that the file has, one cell an object.
        rows: Shape (objects,): where each object begins; a row of CSV, or its number in JSON.
        where: What messages call the file.
        owners: For each value, the id of the object it belongs to.
        keys: For each value, its attribute or data element.
        values: The values.
        names: Other names of a key: its display name and its code.
    """

    kind: str
    fields: dict[str, Words]
    rows: NDArray[np.int64]
    where: str
    owners: Words
    keys: Words
    values: Words
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, repr=False)
class Objects:
    """All objects of one kind, each id once; those that did not happen are marked.

    Attributes:
        part: Their fields and values as a table.
        ids: Their ids.
        kept: Which of them count: not deleted, not only planned.
    """

    part: Part
    ids: Words
    kept: Mask


def objects_of(
    kind: str, pieces: Sequence[Piece], names: dict[str, tuple[str, ...]]
) -> Objects | None:
    """Put the pieces of one kind together; an id that comes again is the same object."""
    mine = [piece for piece in pieces if piece.kind == kind]
    if not mine:
        return None
    sizes = [len(piece.rows) for piece in mine]
    fields = {
        name: joined_words(
            [p.fields.get(name, no_words(n)) for p, n in zip(mine, sizes, strict=True)]
        )
        for name in FIELDS[kind]
        if any(name in piece.fields for piece in mine)
    }
    where = words_from([p.where for p, n in zip(mine, sizes, strict=True) for _ in range(n)])
    rows = np.concatenate([piece.rows for piece in mine])
    ids = fields[FIELDS[kind][0]]
    first = _first_of(ids)
    ids = ids.at(first)
    columns: dict[tuple[str, ...], Words] = {(n,): w.at(first) for n, w in fields.items()}
    known = {key: found for piece in mine for key, found in piece.names.items()} | names
    owners, keys, values = (
        joined_words([getattr(piece, name) for piece in mine])
        for name in ("owners", "keys", "values")
    )
    for key, words in pivoted(ids, owners, keys, values).items():
        columns[_named(key, known)] = words
    part = part_in_memory(kind, _distinct(columns), rows[first], where.at(first))
    return Objects(part, ids, happened(part))


def happened(part: Part) -> Mask:
    """Mark the rows that are neither deleted nor only planned."""
    deleted = part.column("deleted")
    kept = ~deleted.rows_with([word.lower() == "true" for word in deleted.listed()])
    status = part.column("status")
    planned = status.rows_with([word.casefold() in UNHAPPENED for word in status.listed()])
    return kept & ~planned


def pivoted(ids: Words, owners: Words, keys: Words, values: Words) -> dict[str, Words]:
    """Make one column a key: for each id its value; where two are given, the first."""
    place = places_among(owners, ids)
    usable = np.flatnonzero((place >= 0) & keys.present & values.present)
    order = usable[np.argsort(keys.codes[usable], kind="stable")]
    cuts = np.flatnonzero(np.diff(keys.codes[order])) + 1
    columns = {}
    for group in np.split(order, cuts) if len(order) else ():
        codes = np.full(len(ids), -1, dtype=np.int32)
        codes[place[group][::-1]] = values.codes[group][::-1]
        columns[keys.distinct[int(keys.codes[group[0]])].as_py()] = Words(codes, values.distinct)
    return columns


def texts(cells: Iterable[str | None]) -> Words:
    """Encode texts of JSON; half a pair of UTF-16 becomes the sign for a lost letter."""
    held = list(cells)
    try:
        return words_from(held)
    except UnicodeEncodeError:
        return words_from(
            [c and c.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for c in held]
        )


def _first_of(ids: Words) -> Places:
    """Find the rows where an id stands for the first time; rows without one are all kept."""
    first = np.zeros(len(ids), dtype=np.bool_)
    first[np.unique(ids.codes, return_index=True)[1]] = True
    return np.flatnonzero(first | ~ids.present)


def _named(key: str, names: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """List the names of a key: its display name, its id, its code."""
    others = tuple(name for name in names.get(key, ()) if name and name != key)
    return (*others[:1], key, *others[1:])


def _distinct(columns: dict[tuple[str, ...], Words]) -> dict[tuple[str, ...], Words]:
    """Call columns that share a display name, or a field's name, by their id first."""
    heads = [names[0] for names in columns]
    return {
        (names[1], names[0], *names[2:])
        if len(names) > 1 and heads.count(names[0]) > 1
        else names: words
        for names, words in columns.items()
    }
