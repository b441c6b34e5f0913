"""DHIS2 tracker as CSV: one row a value (``attribute`` or ``dataElement``), or one a line.

Layout: DHIS2 developer documentation, "Tracker" (CSV responses of trackedEntities and events).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from uic.partner.reading.cleaning import tidy
from uic.partner.reading.formats.pieces import FIELDS, OLDER, Piece
from uic.partner.reading.formats.problems import where_of
from uic.partner.reading.words import no_words

if TYPE_CHECKING:
    from uic.partner.reading.formats.parts import Part
    from uic.partner.reading.words import Words

_VALUES = {"trackedEntity": "attribute", "event": "dataElement"}


def renamed(part: Part) -> Part:
    """Call the columns of older exports as they are called since."""
    held = set(part.headers)
    names = (
        (OLDER[header] if header in OLDER and OLDER[header] not in held else header,)
        for header in part.headers
    )
    return replace(part, names=tuple(names))


def kind_of(part: Part) -> str:
    """Tell what a table of CSV holds; empty where it is a line listing."""
    held = set(part.headers)
    for kind, key in _VALUES.items():
        if {kind, key, "value"} <= held:
            return kind
    return "enrollment" if {"enrollment", "trackedEntity"} <= held and "event" not in held else ""


def piece_of(part: Part, kind: str) -> Piece:
    """Take the rows of a table apart: each object once, and its values."""
    names = [name for name in FIELDS[kind] if name in part.headers]
    key = _VALUES.get(kind)
    wanted = [*names, *((key, "value") if key else ())]
    if "displayName" in part.headers:
        wanted.append("displayName")
    loaded = part.load(tuple(part.headers.index(name) for name in wanted))
    columns = {name: tidy(words) for name, words in zip(wanted, loaded, strict=True)}
    ids = columns[FIELDS[kind][0]]
    first = np.sort(np.unique(ids.codes, return_index=True)[1]) if len(ids) else ids.codes
    first = first[ids.present[first]]
    none = no_words(0)
    return Piece(
        kind,
        {name: columns[name].at(first) for name in names},
        part.rows[first],
        where_of(part, 0) if len(part) else part.title,
        ids if key else none,
        columns[key] if key else none,
        columns["value"] if key else none,
        _names(columns, key),
    )


def _names(columns: dict[str, Words], key: str | None) -> dict[str, tuple[str, ...]]:
    """Read the display name of each attribute."""
    keys, shown = columns.get(key or ""), columns.get("displayName")
    if keys is None or shown is None:
        return {}
    codes, first = np.unique(keys.codes, return_index=True)
    texts = shown.at(first).to_arrow().to_pylist()
    return {
        keys.distinct[int(code)].as_py(): (text,)
        for code, text in zip(codes.tolist(), texts, strict=True)
        if code >= 0 and text
    }
