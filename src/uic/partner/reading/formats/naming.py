"""Which name of a column a mapping uses: with or without its groups, an id, a code, a label."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from uic.errors import InputError, Problem
from uic.partner.reading.partners import headers_of
from uic.partner.reading.sources import folded, tidy_header

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.partner.reading.formats.joining import Column
    from uic.partner.reading.formats.parts import Part
    from uic.partner.reading.partners import Export
    from uic.partner.reading.words import Words

    Names = tuple[str, ...]

_POSITION = re.compile(
    r"(?P<base>.*?)(?:[_./-]|: )"
    r"(?P<part>latitude|longitude|altitude|accuracy|precision)(?: \(meters\))?",
    re.IGNORECASE,
)
_BOTH = ("latitude", "longitude")
_BARE = (*_BOTH, "geometry", "coordinate", "coordinates")
_COORDINATES = r"^-?\d{1,2}\.\d{3,}[ ,;]+-?\d{1,3}\.\d{3,}([ ,;]|$)"
_NEVER = "the column holds GPS positions, which are never read"
_INSTEAD = "map the name of a site or a district instead"


def asked_for(export: Export) -> tuple[str, ...]:
    """Return the headers that a mapping names, each once."""
    if export.mapping is None:
        return ()
    named = headers_of(export.mapping)
    return tuple(dict.fromkeys(" ".join(header.split()) for header in named if header))


def suffixes(header: str, separator: str) -> Names:
    """Return a header and what is left of it when its groups go, one by one."""
    pieces = header.split(separator) if separator else [header]
    names = (separator.join(pieces[i:]) for i in range(len(pieces)))
    return tuple(name for name in names if name) or (header,)


def chosen(
    name: str, columns: Sequence[tuple[Names, Column]], export: Export
) -> tuple[Column, ...]:
    """Give each column the name that the mapping asks for; others keep their header.

    A name that is a header as it stands is that column. Else the column is looked for by its
    other names, the longest first. A column that is asked for under two names is there twice.

    Raises:
        InputError: a name fits several columns.
    """
    found = [column for _, column in columns]
    taken: set[int] = set()
    problems = []
    for wanted in asked_for(export):
        rank, places = _places(columns, wanted)
        if rank and len(places) > 1:
            several = ", ".join(repr(columns[i][0][0]) for i in places)
            hint = f"write the whole header in the mapping: {several}"
            rule = "several columns have this name"
            problems.append(Problem(name, f"column {wanted!r}", rule, hint))
        elif rank and places[0] in taken:
            found.append(replace(columns[places[0]][1], header=wanted))
        elif rank:
            found[places[0]] = replace(columns[places[0]][1], header=wanted)
        taken |= set(places)
    if problems:
        raise InputError(problems)
    return tuple(found)


def _places(columns: Sequence[tuple[Names, Column]], wanted: str) -> tuple[int, list[int]]:
    """Find the columns a name fits best: as a whole header (0), else by the longest other name."""
    deepest = max((len(names) for names, _ in columns), default=0)
    for rank in range(deepest):
        here = [(i, names[rank]) for i, (names, _) in enumerate(columns) if len(names) > rank]
        exact = [i for i, text in here if tidy_header(text) == wanted]
        found = exact or [i for i, text in here if folded(tidy_header(text)) == folded(wanted)]
        if found:
            return rank, found
    return 0, []


def without_positions(name: str, part: Part, export: Export) -> Part:
    """Leave out columns of GPS positions: where a person was met points at a home.

    Raises:
        InputError: the mapping asks for one of them.
    """
    gone = _positions(part.headers)
    wanted = {folded(header) for header in asked_for(export)}
    for place in sorted(gone):
        if {folded(text) for text in part.names[place]} & wanted:
            where = f"column {part.headers[place]!r}"
            raise InputError(Problem(name, where, _NEVER, _INSTEAD))
    return part.only([i for i in range(len(part.names)) if i not in gone])


def _positions(headers: Sequence[str]) -> set[int]:
    """Find latitude, longitude, altitude and accuracy, and the column they are the parts of."""
    split = {i: match for i, header in enumerate(headers) if (match := _POSITION.fullmatch(header))}
    halves = {(folded(match["base"]), match["part"].lower()) for match in split.values()}
    bases = {base for base, _ in halves if halves >= {(base, half) for half in _BOTH}}
    found = {i for i, match in split.items() if folded(match["base"]) in bases}
    found |= {i for i, header in enumerate(headers) if folded(header) in bases - {""}}
    return found | {i for i, header in enumerate(headers) if header.lower() in _BARE}


def refuse_positions(name: str, header: str, words: Words) -> None:
    """Refuse a column whose cells are coordinates, whatever its header says.

    Raises:
        InputError: a cell reads like latitude and longitude.
    """
    if pc.any(pc.match_substring_regex(words.distinct, _COORDINATES)).as_py():
        raise InputError(Problem(name, f"column {header!r}", _NEVER, _INSTEAD))
