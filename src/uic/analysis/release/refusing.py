"""What the gate refuses, whatever its numbers: persons, maps, small places, thin histories."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from uic.analysis.release.columns import MARGIN
from uic.analysis.release.linked import HISTORY_COUNT
from uic.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from uic.analysis.release.columns import Columns
    from uic.analysis.release.tables import Table

NATIONAL, LOCAL = 5, 10
"""Default thresholds: of national tables, and of sites and criminalised groups."""

_FEWEST_LISTS = 2
_FEW_LABELS = 5
# Codes: no blank, a digit, eight characters or more.
_CODE = re.compile(r"(?=\S*\d)[\w./-]{8,}")
_PERIOD = re.compile(r"\d{4}-\d{2}/\d{4}-\d{2}")


class Permit(StrEnum):
    """What the gate does only with a named permission, which goes into the log."""

    small_places = "small-places"
    low_threshold = "low-threshold"
    already_public = "already-public"


def refuse_people(name: str, header: Sequence[str], columns: Columns) -> None:
    """Refuse a table with a column that only a table of persons or a map has.

    Raises:
        InputError: every such column, by its place.
    """
    found = [
        place
        for place, column in enumerate(header, start=1)
        if re.sub(r"\W+", "_", column.strip().casefold()).strip("_") in columns.personal
    ]
    if found:
        raise InputError(
            Problem(
                name,
                f"row 1, column {place}",
                "this column belongs to persons or to a map, and no such table is released",
                "count first (uic count) and release the counts",
            )
            for place in found
        )


def is_histories(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bool:
    """Return whether this is a table of capture histories: columns of 0 and 1, and ``count``."""
    if HISTORY_COUNT not in header or len(header) <= _FEWEST_LISTS:
        return False
    place = header.index(HISTORY_COUNT)
    cells = (cell for row in rows for at, cell in enumerate(row) if at != place)
    return all(cell in {"0", "1"} for cell in cells)


def refuse_thin_histories(table: Table, threshold: int) -> None:
    """Refuse capture histories when one of them has fewer people than the threshold.

    Hidden histories would be useless for an estimate, so none is hidden.

    Raises:
        InputError: how many histories are too small; not which.
    """
    thin = sum(0 < value < threshold for value in table.known().values())
    if thin:
        rule = f"{thin} of {len(table.rows)} capture histories have fewer than {threshold} people"
        hint = "put lists together until every history is large enough, or release the estimate"
        raise InputError(Problem(table.name, f"column {HISTORY_COUNT}", rule, hint))


def refuse_one_row_a_person(table: Table) -> None:
    """Refuse a table whose rows, or the labels of one of whose columns, are persons.

    Raises:
        InputError: the rule that the table breaks.
    """
    found = list(_person_like(table))
    if found:
        raise InputError(found)


def _person_like(table: Table) -> Iterator[Problem]:
    hint = "count first (uic count) and release the counts"
    if len(table.rows) > _FEW_LABELS and max(table.known().values(), default=0) <= 1:
        yield Problem(table.name, "", "no count is above 1: this looks like a row a person", hint)
    for name, dimension in table.dimensions.items():
        labels = {label for label in table.column(name) if label != MARGIN}
        if len(labels) < _FEW_LABELS:
            continue
        if dimension.declared and sum(map(_like_a_code, labels)) > len(labels) / 2:
            yield Problem(table.name, f"column {name}", "the labels look like codes", hint)
        if _single_people(table, name) > len(labels) / 2:
            yield Problem(table.name, f"column {name}", "most labels have at most 1 person", hint)


def _like_a_code(label: str) -> bool:
    return bool(_CODE.fullmatch(label)) and not _PERIOD.fullmatch(label)


def _single_people(table: Table, dimension: str) -> int:
    """Count the labels of a dimension at which no cell has more than one person."""
    most: dict[str, int] = {}
    for cell, value in table.known().items():
        label = cell.at(dimension)
        if label is not None and table.counts[cell.column].kind == "people":
            most[label] = max(most.get(label, 0), value)
    return sum(value <= 1 for value in most.values())


def check_places(table: Table, permits: Collection[Permit], *, criminalised: bool) -> None:
    """Refuse places below a district for a criminalised group, unless somebody permits it.

    Raises:
        InputError: the columns, and what to do.
    """
    small = [
        name
        for name, dimension in table.dimensions.items()
        if dimension.small_place and set(table.column(name)) != {MARGIN}
    ]
    if small and criminalised and Permit.small_places not in permits:
        rule = "it lists places below a district for a criminalised group"
        hint = (
            "count by district, or name who permits it: --permit small-places --permitted-by NAME"
        )
        raise InputError(Problem(table.name, f"column {name}", rule, hint) for name in small)


def least_threshold(tables: Iterable[Table], *, criminalised: bool) -> int:
    """Return the threshold that applies by default, and is the least without a permission."""
    local = any(dimension.local for table in tables for dimension in table.dimensions.values())
    return LOCAL if criminalised or local else NATIONAL


def check_threshold(threshold: int | None, least: int, permits: Collection[Permit]) -> int:
    """Return the threshold of a release.

    Raises:
        InputError: it is below the default and nobody permits it, or below 2.
    """
    chosen = least if threshold is None else threshold
    if chosen < least and (Permit.low_threshold not in permits or chosen < 2):
        hint = "leave it out, or name who permits it: --permit low-threshold --permitted-by NAME"
        rule = f"a threshold of {chosen} is below {least}, which these tables need"
        raise InputError(Problem("--threshold", "", rule, hint))
    return chosen
