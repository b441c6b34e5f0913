"""One export with every used column cleaned, row by row as it stands."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from uic.errors import InputError, Problem
from uic.partner.reading.cleaning import Cleaned, clean, rules_for, tidy
from uic.partner.reading.contacts import read_flag
from uic.partner.reading.headers import layout_of
from uic.partner.reading.rejects import problems_at
from uic.partner.reading.words import words_from
from uic.schema import CHARACTERISTICS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.partner.reading.headers import Layout
    from uic.partner.reading.partners import Export
    from uic.partner.reading.sources import Cells, Source
    from uic.partner.reading.words import Mask, Words
    from uic.schema import LinkageSchema
    from uic.values import RowProblem

EVENT_KINDS = {
    "date": "date",
    "channel": "text",
    "service": "text",
    "quantity": "count",
    "returned": "count",
    "referral": "referral",
    "population": "text",
    "site": "text",
}


@dataclass(frozen=True, repr=False)
class Sheet:
    """An export after cleaning.

    Attributes:
        rows: Shape (rows,): the row as a person counts it; the header is row 1.
        columns: Every used column by attribute name.
        headers: What the export calls each of them.
        flags: For each service with a column of its own, the rows that say yes.
        counts: For ``quantity`` and ``returned``, the pieces of each service with such a column.
        constants: Canonical values that hold for the whole export.
        problems: Values that could not be used.
        silent: Rows that hold a person and are no contact.
    """

    rows: NDArray[np.int64]
    columns: dict[str, Cleaned]
    headers: dict[str, str]
    flags: dict[str, Mask]
    counts: dict[str, dict[str, Words]]
    constants: dict[str, str]
    problems: tuple[RowProblem, ...]
    silent: Mask


def sheet_of(source: Source, export: Export, schema: LinkageSchema) -> Sheet:
    """Load and clean the columns of an export that are used.

    Raises:
        InputError: columns are missing, there is no row, a constant cannot be used, or a column
            shows that the file was damaged or is read by the wrong date order.
    """
    layout = layout_of(source, export.mapping, schema)
    cells = filled_rows(source.load(layout.wanted))
    if not len(cells.rows):
        hint = "export it again, with its rows"
        raise InputError(Problem(source.name, "", "the file has a header and no rows", hint))
    raw = dict(zip(layout.wanted, cells.columns, strict=True))
    today = this_day()
    kinds = schema.kinds | EVENT_KINDS | dict.fromkeys(CHARACTERISTICS, "code")
    columns = {
        name: clean(
            raw[place], rules_for(name, kinds.get(name, "identifier"), export.mapping, today)
        )
        for name, place in layout.columns.items()
    }
    flags = {name: _flagged(raw[place]) for name, place in layout.services.items()}
    counts = _counted(raw, layout, export, today)
    headers = {name: source.headers[place] for name, place in layout.columns.items()}
    constants, problems = _constants(source.name, export, kinds, today)
    problems += [
        Problem(source.name, f"column {headers[name]!r}", *column.refusal)
        for name, column in columns.items()
        if column.refusal
    ]
    if problems:
        raise InputError(problems)
    listed = _listed(source, export, layout, cells, columns, flags)
    listed += _miscounted(source, export, layout, cells, counts)
    pieces = {n: {s: held.words for s, held in found.items()} for n, found in counts.items()}
    silent = np.isin(cells.rows, cells.silent)
    return Sheet(
        cells.rows,
        columns,
        headers,
        _served({name: yes for name, (yes, _) in flags.items()}, pieces),
        pieces,
        constants,
        tuple(listed),
        silent,
    )


def _counted(
    raw: dict[int, Words], layout: Layout, export: Export, today: dt.date
) -> dict[str, dict[str, Cleaned]]:
    """Clean the columns of pieces given and of pieces that came back."""
    rules = rules_for("quantity", "count", export.mapping, today)
    return {
        name: {service: clean(raw[place], rules) for service, place in places.items()}
        for name, places in (("quantity", layout.given), ("returned", layout.back))
    }


def _served(flags: dict[str, Mask], pieces: dict[str, dict[str, Words]]) -> dict[str, Mask]:
    """Add the rows where pieces of a service were given or came back."""
    served = dict(flags)
    for services in pieces.values():
        for service, words in services.items():
            some = words.rows_with([word != "0" for word in words.listed()])
            served[service] = served.get(service, np.zeros(len(some), dtype=np.bool_)) | some
    return served


def _miscounted(
    source: Source,
    export: Export,
    layout: Layout,
    cells: Cells,
    counts: dict[str, dict[str, Cleaned]],
) -> list[RowProblem]:
    """List the pieces that are no numbers."""
    listed = []
    for name, places in (("quantity", layout.given), ("returned", layout.back)):
        for service, place in places.items():
            for rule, marked in counts[name][service].broken.items():
                header = source.headers[place]
                listed += problems_at(export.partner, header, rule, cells.rows, marked)
    return listed


def this_day() -> dt.date:
    """Return the day of the run, where it runs."""
    return dt.datetime.now().astimezone().date()


def filled_rows(cells: Cells) -> Cells:
    """Trim every cell and drop the rows in which no used column holds anything."""
    columns = tuple(map(tidy, cells.columns))
    filled = np.zeros(len(cells.rows), dtype=np.bool_)
    for words in columns:
        filled |= words.present
    filled |= np.isin(cells.rows, cells.long)
    if filled.all():
        return replace(cells, columns=columns)
    return replace(cells, columns=tuple(w.at(filled) for w in columns), rows=cells.rows[filled])


def _flagged(words: Words) -> tuple[Mask, Mask]:
    """Return the rows that say yes, and those that say neither yes nor no."""
    read = [read_flag(word) for word in words.listed()]
    yes, broken = [item is True for item in read], [item is None for item in read]
    return words.rows_with(yes), words.rows_with(broken)


def _constants(
    name: str, export: Export, kinds: dict[str, str], today: dt.date
) -> tuple[dict[str, str], list[Problem]]:
    """Clean the mapping's constants like cells; one that cannot be used is a problem."""
    constants: dict[str, str] = {}
    problems = []
    for attribute, value in (export.mapping.constants if export.mapping else {}).items():
        where = f"[partners.{export.partner}.constants] {attribute}"
        if attribute not in kinds:
            problems.append(
                Problem(name, where, "there is no such attribute", "see docs/schema.md")
            )
            continue
        rules = rules_for(attribute, kinds[attribute], export.mapping, today)
        found = clean(tidy(words_from([value])), rules).words
        if found.present.all():
            constants[attribute] = found.to_arrow()[0].as_py()
        else:
            problems.append(
                Problem(name, where, "the constant cannot be used", "see docs/schema.md")
            )
    return constants, problems


def _listed(
    source: Source,
    export: Export,
    layout: Layout,
    cells: Cells,
    columns: dict[str, Cleaned],
    flags: dict[str, tuple[Mask, Mask]],
) -> list[RowProblem]:
    """List what could not be used: whole rows, then values."""
    partner = export.partner
    listed = problems_at(partner, "", "short_row", cells.rows, np.isin(cells.rows, cells.short))
    listed += problems_at(partner, "", "long_row", cells.rows, np.isin(cells.rows, cells.long))
    for name, column in columns.items():
        header = source.headers[layout.columns[name]]
        for rule, marked in column.broken.items():
            listed += problems_at(partner, header, rule, cells.rows, marked)
    for name, (_, broken) in flags.items():
        header = source.headers[layout.services[name]]
        listed += problems_at(partner, header, "unknown_code", cells.rows, broken)
    return listed
