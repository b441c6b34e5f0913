"""Which column of an export holds which attribute."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uic.errors import InputError, Problem
from uic.partner.reading.sources import folded
from uic.schema import CHARACTERISTICS, EVENT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.partner.reading.sources import Source
    from uic.schema import LinkageSchema, PartnerMapping

LONGEST_HEADER = 80
_DATA = re.compile(r"\d{5,}|[\d+][\d\s()+-]{5,}|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(\W.*)?")
"""A cell that no header looks like: a long number, a telephone number, a date."""


@dataclass(frozen=True)
class Layout:
    """Positions of the columns of an export.

    Attributes:
        columns: Position of each attribute, event column or ``record_id`` that the file has.
        services: Position of each service's yes/no column.
        given: Position of each service's column of pieces given.
        back: Position of each service's column of pieces that came back.
    """

    columns: dict[str, int]
    services: dict[str, int]
    given: dict[str, int]
    back: dict[str, int]

    @property
    def wanted(self) -> tuple[int, ...]:
        """Every position that is used, once."""
        several = (self.columns, self.services, self.given, self.back)
        return tuple(dict.fromkeys(place for places in several for place in places.values()))


def layout_of(source: Source, mapping: PartnerMapping | None, schema: LinkageSchema) -> Layout:
    """Find the columns that the mapping names, and those that carry an attribute's own name.

    Raises:
        InputError: a mapped column is missing (the nearest header is suggested), a header that
            is used stands twice, or no column of a person is left.
    """
    problems: list[Problem] = []
    named = dict(mapping.columns) if mapping else {}
    columns = {
        attribute: place
        for attribute, header in named.items()
        if header and (place := _place(source, header, problems)) is not None
    }
    services, given, back = (
        {
            service: place
            for service, header in headers.items()
            if (place := _place(source, header, problems)) is not None
        }
        for headers in (_by_service(mapping) if mapping else ({}, {}, {}))
    )
    taken = {*columns.values(), *services.values(), *given.values(), *back.values()}
    for attribute in ("record_id", *schema.kinds, *EVENT_COLUMNS, *CHARACTERISTICS):
        if attribute not in named:
            columns |= _own_name(source, attribute, taken, problems)
    if not problems and not set(columns) & {*schema.kinds, "record_id"}:
        problems.append(_no_person(source, schema))
    if problems:
        raise InputError(problems)
    return Layout(columns, services, given, back)


def _by_service(mapping: PartnerMapping) -> tuple[dict[str, str], ...]:
    return mapping.service_columns, mapping.quantity_columns, mapping.returned_columns


def _place(source: Source, header: str, problems: list[Problem]) -> int | None:
    """Find a header as written, else by its letters alone."""
    exact = [i for i, text in enumerate(source.headers) if text == " ".join(header.split())]
    places = exact or [i for i, text in enumerate(source.headers) if folded(text) == folded(header)]
    if len(places) == 1:
        return places[0]
    where = f"column {header!r}"
    if places:
        hint = "rename one of them in the export"
        problems.append(Problem(source.name, where, "two columns have this header", hint))
    else:
        problems.append(
            Problem(source.name, where, "there is no such column", _nearest(source, header))
        )
    return None


def _own_name(
    source: Source, attribute: str, taken: set[int], problems: list[Problem]
) -> dict[str, int]:
    """Find an attribute whose column already carries its name."""
    places = [
        i
        for i, text in enumerate(source.headers)
        if i not in taken and folded(text) == folded(attribute)
    ]
    if len(places) > 1:
        hint = "rename one of them in the export, or name the right one in 'columns'"
        rule = "two columns have this header"
        problems.append(Problem(source.name, f"column {attribute!r}", rule, hint))
    return {attribute: places[0]} if len(places) == 1 else {}


def _nearest(source: Source, header: str) -> str:
    """Suggest the header that is most like the one that was looked for.

    A file without a header has a person in its first row: then nothing of it is repeated.
    """
    if looks_like_data(source.headers):
        return "the first row looks like data: put a row of column names above it"
    advice = f"; {source.advice}" if source.advice else ""
    names = {folded(text): text for text in source.headers if 0 < len(text) < LONGEST_HEADER}
    near = difflib.get_close_matches(folded(header), names, n=1)
    hint = f"did you mean {names[near[0]]!r}?" if near else "compare with the first row of the file"
    return hint + advice


def looks_like_data(headers: Sequence[str]) -> bool:
    """Tell a first row that holds a person from a row of column names."""
    return any(_DATA.fullmatch(text) for text in headers)


def _no_person(source: Source, schema: LinkageSchema) -> Problem:
    known = ", ".join(["record_id", *schema.kinds])
    hint = (
        f"rename the columns to attribute names ({known}), or map them in [partners.NAME.columns]; "
        "the header must be the first row"
    ) + (f"; {source.advice}" if source.advice else "")
    return Problem(source.name, "row 1", "no column holds an attribute of a person", hint)
