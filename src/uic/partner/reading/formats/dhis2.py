"""DHIS2 tracker: persons, enrollments and events from JSON or CSV, or a line listing.

An event knows its person, or only its enrollment (events as CSV): then the enrollments say whose
it is. What was deleted, and visits that were only planned, are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from uic.partner.reading.formats.files import sheets_of
from uic.partner.reading.formats.joining import alone, source_of
from uic.partner.reading.formats.linking import linked
from uic.partner.reading.formats.naming import without_positions
from uic.partner.reading.formats.pieces import FIELDS, UNHAPPENED, objects_of
from uic.partner.reading.formats.tracker_csv import kind_of, piece_of, renamed
from uic.partner.reading.formats.tracker_json import pieces_of
from uic.partner.reading.held import digest_of_all, opened
from uic.partner.reading.sources import folded, refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.partner.reading.formats.parts import Part
    from uic.partner.reading.formats.pieces import Piece
    from uic.partner.reading.held import File
    from uic.partner.reading.partners import Export
    from uic.partner.reading.sources import Source
    from uic.partner.reading.words import Mask

    Names = dict[str, tuple[str, ...]]

_STATUS = ("eventstatus", "status")


def open_tracker(files: Sequence[File], export: Export, name: str) -> Source:
    """Open an export of DHIS2 tracker: its rows are events, where the mapping has a ``date``.

    Without events the rows are enrollments; without a ``date`` they are persons.

    Raises:
        InputError: a file is not what DHIS2 writes, or events cannot be given their person.
    """
    pieces, listings, names = _sorted_out(files, export)
    digest = digest_of_all(tuple(files))
    if listings and (pieces or len(listings) > 1):
        hint = "give a line listing alone, or the files of /api/tracker without it"
        raise refusal(name, "", "a line listing stands beside other files", hint)
    if listings:
        part = without_positions(name, listings[0], export)
        return source_of(name, digest, alone(part, _happened(part)), export)
    objects = {kind: objects_of(kind, pieces, names) for kind in FIELDS}
    return source_of(name, digest, linked(name, objects, export), export)


def _sorted_out(files: Sequence[File], export: Export) -> tuple[list[Piece], list[Part], Names]:
    """Read every file for what it is."""
    pieces: list[Piece] = []
    listings: list[Part] = []
    names: Names = {}
    for file in files:
        if _is_json(file):
            found, more = pieces_of(file)
            pieces += found
            names |= more
            continue
        for part in map(renamed, sheets_of(file, export)):
            if kind := kind_of(part):
                pieces.append(piece_of(part, kind))
            else:
                listings.append(part)
    if not pieces and not listings:
        hint = "export trackedEntities, enrollments or events from /api/tracker"
        raise refusal(files[0].name, "", "no file holds persons, enrollments or events", hint)
    return pieces, listings, names


def _is_json(file: File) -> bool:
    with opened(file) as stream:
        return stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))


def _happened(listing: Part) -> Mask:
    """Mark the rows of a line listing that are neither deleted nor only planned."""
    kept = np.ones(len(listing), dtype=np.bool_)
    for header in listing.headers:
        unwanted = UNHAPPENED if folded(header) in _STATUS else ("true",)
        if folded(header) in (*_STATUS, "deleted"):
            words = listing.column(header)
            kept &= ~words.rows_with([word.casefold() in unwanted for word in words.listed()])
    return kept
