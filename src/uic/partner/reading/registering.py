"""One export to one register: group the rows of a clean sheet into records and contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from uic.partner.reading.contacts import contacts_of
from uic.partner.reading.dates import parts_of
from uic.partner.reading.opening import open_source, paths_of
from uic.partner.reading.people import (
    latest,
    people_of_events,
    people_of_rows,
    settled,
)
from uic.partner.reading.rejects import problems_at
from uic.partner.reading.sheets import EVENT_KINDS, sheet_of
from uic.partner.reading.words import no_words
from uic.partner.registers import CHARACTERISTICS, DATE_PARTS, DETAILS, EVENTS, Register

if TYPE_CHECKING:
    from uic.partner.reading.partners import Export
    from uic.partner.reading.people import People
    from uic.partner.reading.sheets import Sheet
    from uic.partner.reading.sources import Source
    from uic.partner.reading.words import Mask, Words
    from uic.schema import LinkageSchema
    from uic.values import RowProblem


def register_of(export: Export, schema: LinkageSchema) -> Register:
    """Read one export.

    Raises:
        InputError: the file cannot be used; every problem that could be found is listed.
    """
    return register_from(open_source(export), export, schema)


def register_from(source: Source, export: Export, schema: LinkageSchema) -> Register:
    """Read an export that is open, or one part of it.

    Raises:
        InputError: the file cannot be used; every problem that could be found is listed.
    """
    sheet = sheet_of(source, export, schema)
    attributes = {n: sheet.columns[n].words for n in schema.kinds if n in sheet.columns}
    ids = sheet.columns["record_id"].words if "record_id" in sheet.columns else None
    of_events = "date" in sheet.columns or "date" in sheet.constants
    people = (people_of_events if of_events else people_of_rows)(ids, attributes, sheet.rows)
    chosen = {name: settled(words, people) for name, words in attributes.items()}
    lost = {name: rows for name, (_, rows) in chosen.items()}
    listed = [*sheet.problems, *_grouping(sheet, people, lost, export.partner)]
    events, details = _events(sheet, people, export) if of_events else (EVENTS.empty_table(), None)
    return Register(
        export.partner,
        _records(
            sheet, people, {name: words for name, (words, _) in chosen.items()}, schema, export
        ),
        events,
        tuple(sorted({*map(source.located or _as_is, listed), *source.problems})),
        len(sheet.rows),
        source.digest,
        source.name if paths_of(export.content) else export.partner,
        details,
        _characteristics(sheet, people),
        people.made_up,
    )


def _as_is(problem: RowProblem) -> RowProblem:
    return problem


def _records(
    sheet: Sheet,
    people: People,
    attributes: dict[str, Words],
    schema: LinkageSchema,
    export: Export,
) -> pa.Table:
    """Build the table of records: ids, attributes in the schema's order, statuses."""
    columns: dict[str, pa.Array] = {"record_id": pa.array(people.ids, pa.string())}
    told_apart = export.mapping and (export.mapping.unknown or export.mapping.refused)
    for name, kind in schema.kinds.items():
        if name not in attributes and name not in sheet.constants:
            continue
        words = attributes.get(name, no_words(len(people.ids)))
        if name in sheet.constants:
            words = words.filled(sheet.constants[name])
        if kind == "date":
            parts = (*DATE_PARTS, "precision")
            columns |= {f"{name}_{p}": c for p, c in zip(parts, parts_of(words), strict=True)}
        else:
            columns[name] = words.to_arrow()
        if told_apart and name in attributes:
            status, _ = settled(sheet.columns[name].status, people)
            columns[f"{name}_status"] = status.only(~words.present).to_arrow()
    return pa.table(columns)


def _characteristics(sheet: Sheet, people: People) -> pa.Table | None:
    """Build the table of what is known of persons and never compared."""
    days = sheet.columns["date"].words if "date" in sheet.columns else None
    columns = {}
    for name in CHARACTERISTICS:
        if name in sheet.columns or name in sheet.constants:
            held = sheet.columns.get(name)
            words = latest(held.words, people, days) if held else no_words(len(people.ids))
            known = words.filled(sheet.constants[name]) if name in sheet.constants else words
            columns[name] = known.to_arrow()
    return pa.table(columns) if columns else None


def _events(sheet: Sheet, people: People, export: Export) -> tuple[pa.Table, pa.Table | None]:
    """Build the tables of contacts; without any channel the channel is the partner's name."""
    constants = {"channel": export.partner} | sheet.constants
    met = ~sheet.silent
    columns = {}
    for name in EVENT_KINDS:
        held = sheet.columns[name].words if name in sheet.columns else no_words(len(sheet.rows))
        columns[name] = (held.filled(constants[name]) if name in constants else held).at(met)
    separator = export.mapping.service_separator if export.mapping else None
    codes = export.mapping.codes.get("service", {}) if export.mapping else {}
    flags = {name: rows[met] for name, rows in sheet.flags.items()}
    pieces = {n: {s: w.at(met) for s, w in held.items()} for n, held in sheet.counts.items()}
    table = contacts_of(
        sheet.rows[met], people.record[met], columns, flags, separator, codes, pieces
    )
    known = {*sheet.columns, *sheet.constants, *(n for n, held in pieces.items() if held)}
    details = table.select(DETAILS.names) if known & {*DETAILS.names} else None
    return table.select(EVENTS.names), details


def _grouping(
    sheet: Sheet, people: People, lost: dict[str, Mask], partner: str
) -> list[RowProblem]:
    """List rows that disagree with the rest of their record, or repeat another's record id."""
    header = sheet.headers.get("record_id", "")
    listed = problems_at(partner, header, "duplicate_record_id", sheet.rows, people.repeated)
    for name, rows in lost.items():
        listed += problems_at(partner, sheet.headers[name], "attribute_conflict", sheet.rows, rows)
    return listed
