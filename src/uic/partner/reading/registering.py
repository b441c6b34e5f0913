"""One export to one register: group the rows of a clean sheet into records and contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from uic.partner.reading.contacts import contacts_of
from uic.partner.reading.dates import parts_of
from uic.partner.reading.opening import open_source
from uic.partner.reading.people import (
    disagreeing,
    most_frequent,
    people_of_events,
    people_of_rows,
)
from uic.partner.reading.rejects import problems_at
from uic.partner.reading.sheets import EVENT_KINDS, sheet_of
from uic.partner.reading.words import Words, no_words
from uic.partner.registers import DATE_PARTS, EVENTS, Register

if TYPE_CHECKING:
    from uic.partner.reading.partners import Export
    from uic.partner.reading.people import People
    from uic.partner.reading.sheets import Sheet
    from uic.schema import LinkageSchema
    from uic.values import RowProblem


def register_of(export: Export, schema: LinkageSchema) -> Register:
    """Read one export.

    Raises:
        InputError: the file cannot be used; every problem that could be found is listed.
    """
    source = open_source(export)
    sheet = sheet_of(source, export, schema)
    attributes = {n: sheet.columns[n].words for n in schema.kinds if n in sheet.columns}
    ids = sheet.columns["record_id"].words if "record_id" in sheet.columns else None
    of_events = "date" in sheet.columns or "date" in sheet.constants
    people = (people_of_events if of_events else people_of_rows)(ids, attributes, sheet.rows)
    return Register(
        export.partner,
        _records(sheet, people, attributes, schema, export),
        _events(sheet, people, export) if of_events else EVENTS.empty_table(),
        tuple(sorted([*sheet.problems, *_grouping(sheet, people, attributes, export.partner)])),
        len(sheet.rows),
        source.digest,
    )


def _records(
    sheet: Sheet,
    people: People,
    attributes: dict[str, Words],
    schema: LinkageSchema,
    export: Export,
) -> pa.Table:
    """Build the table of records: ids, attributes in the schema's order, statuses."""
    columns: dict[str, Any] = {"record_id": pa.array(people.ids, pa.string())}
    mapping = export.mapping
    for name, kind in schema.kinds.items():
        if name not in attributes and name not in sheet.constants:
            continue
        words = most_frequent(attributes[name], people) if name in attributes else None
        held = no_words(len(people.ids)) if words is None else words
        full = held.filled(sheet.constants[name]) if name in sheet.constants else held
        if kind == "date":
            parts = (*DATE_PARTS, "precision")
            columns |= {f"{name}_{p}": c for p, c in zip(parts, parts_of(full), strict=True)}
        else:
            columns[name] = full.to_arrow()
        if mapping and (mapping.unknown or mapping.refused) and name in attributes:
            status = most_frequent(sheet.columns[name].status, people)
            columns[f"{name}_status"] = status.only(~full.present).to_arrow()
    return pa.table(columns)


def _events(sheet: Sheet, people: People, export: Export) -> pa.Table:
    """Build the table of contacts; without any channel the channel is the partner's name."""
    constants = {"channel": export.partner} | sheet.constants
    columns = {}
    for name in EVENT_KINDS:
        held = sheet.columns[name].words if name in sheet.columns else no_words(len(sheet.rows))
        columns[name] = held.filled(constants[name]) if name in constants else held
    separator = export.mapping.service_separator if export.mapping else None
    return contacts_of(sheet.rows, people.record, columns, sheet.flags, separator)


def _grouping(
    sheet: Sheet, people: People, attributes: dict[str, Words], partner: str
) -> list[RowProblem]:
    """List rows that disagree with the rest of their record, or repeat another's record id."""
    header = sheet.headers.get("record_id", "")
    listed = problems_at(partner, header, "duplicate_record_id", sheet.rows, people.repeated)
    for name, words in attributes.items():
        lost = disagreeing(words, most_frequent(words, people), people)
        listed += problems_at(partner, sheet.headers[name], "attribute_conflict", sheet.rows, lost)
    return listed
