"""An export opened for coding: every column kept, the scheme's attributes cleaned, in pieces."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.errors import InputError, Problem
from uic.partner.reading.cleaning import Cleaned, Rules, clean, rules_for, tidy
from uic.partner.reading.dates import parts_of
from uic.partner.reading.headers import layout_of
from uic.partner.reading.opening import open_source
from uic.partner.reading.partners import Export
from uic.partner.reading.rejects import problems_at
from uic.partner.reading.sources import folded
from uic.partner.reading.words import words_from
from uic.partner.registers import DATE_PARTS
from uic.schema import LinkageSchema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from uic.partner.reading.sources import Cells, Source
    from uic.partner.reading.words import Mask, Words
    from uic.partner.schemes import Scheme
    from uic.schema import PartnerMapping
    from uic.values import RowProblem

ADDED = ("uic", "uic_check", "uic_scheme")


@dataclass(frozen=True, repr=False)
class Opened:
    """An export whose header has been read.

    Attributes:
        source: The file or table.
        partner: What row problems call it.
        scheme: The scheme it is to be coded by.
        mapping: How its columns are read.
        columns: Position of each attribute of the scheme that it has.
        constants: Canonical values that hold for every row.
        no_name: Words that mean: the person has no such name.
        today: The day after which no birth date can lie.
    """

    source: Source
    partner: str
    scheme: Scheme
    mapping: PartnerMapping
    columns: dict[str, int]
    constants: dict[str, str]
    no_name: frozenset[str]
    today: dt.date


@dataclass(frozen=True, repr=False)
class Piece:
    """Some rows of an export.

    Attributes:
        raw: Every column as it stands.
        rows: Shape (rows,): the row as a person counts it; the header is row 1.
        columns: The scheme's attributes, cleaned.
        nameless: For each attribute, where the person has no such name.
        problems: What could not be used.
    """

    raw: tuple[Words, ...]
    rows: NDArray[np.int64]
    columns: dict[str, Cleaned]
    nameless: dict[str, Mask]
    problems: list[RowProblem]


def opened(
    data: object, scheme: Scheme, mapping: PartnerMapping, no_name: frozenset[str]
) -> Opened:
    """Open an export and find the scheme's attributes in it.

    Raises:
        InputError: the file cannot be read, lacks columns that the scheme needs, or has codes.
    """
    partner = Path(data).stem if isinstance(data, str | os.PathLike) else "table"
    wanted = frozenset(map(folded, [*scheme.kinds, *mapping.columns.values()])) - {""}
    source = open_source(Export(partner, data, mapping, wanted))
    if problems := [*_lacking(source, scheme, mapping), *_coded_already(source)]:
        raise InputError(problems)
    layout = layout_of(source, mapping, LinkageSchema(attributes=scheme.kinds))
    today = dt.datetime.now().astimezone().date()
    empty = Opened(source, partner, scheme, mapping, layout.columns, {}, no_name, today)
    return replace(empty, constants=_constants(empty))


def pieces_of(export: Opened) -> Iterator[Piece]:
    """Yield the rows piece by piece.

    Raises:
        InputError: there is no row, or a column shows that the file was damaged or is read by
            the wrong date order.
    """
    rows = 0
    for cells in export.source.pieces(tuple(range(len(export.source.headers)))):
        rows += len(cells.rows)
        yield _piece(export, cells)
    if not rows:
        hint = "export it again, with its rows"
        raise InputError(Problem(export.source.name, "", "the file has a header and no rows", hint))


def header_of(export: Opened, attribute: str) -> str:
    """Return what the export calls an attribute; its own name where there is no column."""
    place = export.columns.get(attribute)
    return attribute if place is None else export.source.headers[place]


def records_at(export: Opened, piece: Piece, rows: NDArray[np.int64]) -> pa.Table:
    """Return the attributes of some rows of a piece, as a register has them."""
    records: dict[str, pa.Array] = {"record_id": pa.array(piece.rows[rows]).cast(pa.string())}
    for name, column in piece.columns.items():
        words = column.words.at(rows)
        if name in export.constants:
            words = words.filled(export.constants[name])
        records |= _columns(name, words, export.scheme)
        none = pa.array(piece.nameless[name][rows])
        records[f"{name}_status"] = pc.if_else(none, "none", column.status.at(rows).to_arrow())
    for name in export.constants.keys() - piece.columns.keys():
        records |= _columns(name, words_from([export.constants[name]] * len(rows)), export.scheme)
    return pa.table(records)


def _columns(name: str, words: Words, scheme: Scheme) -> dict[str, pa.Array]:
    if scheme.kinds[name] != "date":
        return {name: words.to_arrow()}
    parts = zip((*DATE_PARTS, "precision"), parts_of(words), strict=True)
    return {f"{name}_{part}": values for part, values in parts}


def _piece(export: Opened, cells: Cells) -> Piece:
    columns: dict[str, Cleaned] = {}
    nameless: dict[str, Mask] = {}
    for name, place in export.columns.items():
        words = tidy(cells.columns[place])
        none = [word in export.no_name for word in words.listed()]
        nameless[name] = words.rows_with(none)
        columns[name] = clean(words.without(none), _rules(export, name))
    if refusals := [
        Problem(export.source.name, f"column {header_of(export, name)!r}", *column.refusal)
        for name, column in columns.items()
        if column.refusal
    ]:
        raise InputError(refusals)
    return Piece(cells.columns, cells.rows, columns, nameless, _listed(export, cells, columns))


def _rules(export: Opened, name: str) -> Rules:
    return rules_for(name, export.scheme.kinds[name], export.mapping, export.today)


def _listed(export: Opened, cells: Cells, columns: dict[str, Cleaned]) -> list[RowProblem]:
    """List what could not be used: whole rows, then values."""
    short, long = np.isin(cells.rows, cells.short), np.isin(cells.rows, cells.long)
    listed = problems_at(export.partner, "", "short_row", cells.rows, short)
    listed += problems_at(export.partner, "", "long_row", cells.rows, long)
    for name, column in columns.items():
        for rule, marked in column.broken.items():
            header = header_of(export, name)
            listed += problems_at(export.partner, header, rule, cells.rows, marked)
    return listed


def _constants(export: Opened) -> dict[str, str]:
    """Clean the mapping's constants like cells."""
    found: dict[str, str] = {}
    problems = []
    for name, value in export.mapping.constants.items():
        if name not in export.scheme.kinds:
            continue
        words = clean(tidy(words_from([value])), _rules(export, name)).words
        if words.present.all():
            found[name] = words.to_arrow()[0].as_py()
        else:
            where = f"constants {name}"
            problems.append(Problem(export.source.name, where, "the constant cannot be used"))
    if problems:
        raise InputError(problems)
    return found


def _lacking(source: Source, scheme: Scheme, mapping: PartnerMapping) -> list[Problem]:
    """List the attributes for which no column is named or carries their name."""
    found = {folded(header) for header in source.headers}
    named = {name for name, header in mapping.columns.items() if header} | {*mapping.constants}
    return [
        Problem(
            source.name,
            "row 1",
            f"no column holds {attribute!r}, which {scheme.id} needs",
            f"name it: --map {attribute}=COLUMN, or rename the column to {attribute}",
        )
        for attribute in scheme.required
        if attribute not in named and folded(attribute) not in found
    ]


def _coded_already(source: Source) -> list[Problem]:
    hint = "rename it, so that two codes cannot be mixed up"
    return [
        Problem(source.name, f"column {name!r}", "the file has this column already", hint)
        for name in sorted(set(ADDED) & set(source.headers))
    ]
