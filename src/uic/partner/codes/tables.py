"""Codes for a whole export: every row and column kept, the code added."""

from __future__ import annotations

import datetime as dt
import difflib
import os
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from uic.errors import InputError, Problem, UicWarning
from uic.partner import normalising
from uic.partner.codes.composing import Composed, compose, refuse_assigned
from uic.partner.codes.writing import sink_for
from uic.partner.reading.cleaning import Cleaned, clean, rules_for, tidy
from uic.partner.reading.dates import parts_of
from uic.partner.reading.headers import layout_of
from uic.partner.reading.opening import open_source
from uic.partner.reading.partners import Export
from uic.partner.reading.rejects import problems_at
from uic.partner.reading.sources import folded
from uic.partner.registers import DATE_PARTS
from uic.partner.schemes import load_scheme
from uic.schema import EVENT_COLUMNS, STANDARD_ATTRIBUTES, LinkageSchema, PartnerMapping
from uic.values import RowProblem, silent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import BinaryIO

    from uic.partner.codes.people import Flaw
    from uic.partner.reading.sources import Source
    from uic.partner.reading.words import Words
    from uic.partner.schemes import Scheme
    from uic.values import Progress

ADDED = ("uic", "uic_check", "uic_scheme")
CHUNK = 200_000
_REVERSIBLE = (
    "the codes of {id} are an unkeyed hash: whoever has a list of names and birth dates turns them"
    " back into persons in seconds. Treat them like the names themselves"
)


@dataclass(frozen=True, repr=False)
class Coded:
    """An export with codes. A code is a pseudonym: it identifies the person, keep it inside.

    Attributes:
        table: The export's own columns as text and ``uic``, ``uic_check``, ``uic_scheme``; None
            where the table was written to a file.
        rows: Rows of the export.
        coded: Rows that got a code.
        label: What is written in ``uic_scheme``: id and version of the scheme and version of
            the normalisation, as ``au-slk581/1/1``; where a scheme knows several scripts, the
            script of the letters follows. Codes with different labels are never compared.
        problems: Values that could not be used, by row, column and rule.
    """

    table: pa.Table | None
    rows: int
    coded: int
    label: str
    problems: tuple[RowProblem, ...]

    def __repr__(self) -> str:
        return f"<Coded {self.label}: {self.coded} of {self.rows} rows>"

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:  # noqa: ANN401
        """Hand the table to pandas, polars, DuckDB or Arrow."""
        if self.table is None:
            raise ValueError("the table was written to a file and is not kept")
        return self.table.__arrow_c_stream__(requested_schema)


@dataclass(repr=False)
class _Export:
    """An opened export while it is coded."""

    source: Source
    partner: str
    raw: list[Words]
    rows: np.ndarray[Any, Any]
    columns: dict[str, Cleaned]
    headers: dict[str, str]
    nameless: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)


def code(
    data: object,
    scheme: str | Path | Scheme,
    *,
    columns: Mapping[str, str] | None = None,
    date_order: str = "YMD",
    unknown: Sequence[str] = (),
    refused: Sequence[str] = (),
    no_name: Sequence[str] = (),
    mapping: PartnerMapping | None = None,
    output: str | Path | BinaryIO | None = None,
    progress: Progress = silent,
) -> Coded:
    """Add the codes of a scheme to every row of an export (``spec/code.md``).

    Args:
        data: Path of a CSV, TSV, XLSX or Parquet file, or a table (pandas, polars, Arrow, a list
            of dicts).
        scheme: Id of a shipped scheme (``au-slk581``), path of a scheme file, or a scheme.
        columns: Which column holds which attribute; others are found by their own name.
        date_order: ``YMD``, ``DMY`` or ``MDY``, for dates whose year does not come first.
        unknown: Words in the file that mean: asked, and the person does not know.
        refused: Words that mean: asked, and the person does not tell.
        no_name: Words that mean: the person has no such name.
        mapping: A partner's mapping of the linkage schema, in place of the arguments above.
        output: File to write (``.csv`` or ``.parquet``), or a binary stream for CSV. The table
            is then written piece by piece and not kept in memory.
        progress: Called with the step "coding", rows done and rows in all.

    Returns:
        The export with its codes, and every value that could not be used.

    Raises:
        SchemaError: the scheme does not exist, breaks a rule, or gives codes by a counter.
        InputError: the file cannot be used or lacks a column that the scheme needs.
    """
    found = load_scheme(scheme)
    refuse_assigned(found)
    if found.reversible_hash:
        warnings.warn(UicWarning(_REVERSIBLE.format(id=found.id)), stacklevel=2)
    mapping = _mapping(found, columns, mapping, date_order, unknown, refused)
    export = _opened(data, found, mapping, frozenset(no_name))
    return _coded(export, found, output, progress)


def label_of(scheme: Scheme) -> str:
    """Return what stands in ``uic_scheme`` for this scheme and this normalisation."""
    return f"{scheme.id}/{scheme.version}/{normalising.VERSION}"


def _mapping(
    scheme: Scheme,
    columns: Mapping[str, str] | None,
    mapping: PartnerMapping | None,
    date_order: str,
    unknown: Sequence[str],
    refused: Sequence[str],
) -> PartnerMapping:
    """Return a mapping that looks for the scheme's attributes and for nothing else."""
    given = mapping or PartnerMapping.model_validate(
        {"files": ["*"], "date_order": date_order, "unknown": unknown, "refused": refused}
    )
    wanted = dict(columns or {})
    for attribute in wanted:
        if attribute not in scheme.kinds:
            near = difflib.get_close_matches(attribute, list(scheme.kinds), n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            hint += f"it uses: {', '.join(scheme.kinds)}"
            raise InputError(
                Problem(f"--map {attribute}", "", f"{scheme.id} has no such attribute", hint)
            )
    others = {*STANDARD_ATTRIBUTES, *EVENT_COLUMNS, "record_id"} - set(scheme.kinds)
    own = {name: header for name, header in given.columns.items() if name in scheme.kinds}
    found = dict.fromkeys(others, "") | own | wanted
    return given.model_copy(update={"columns": found, "service_columns": {}})


def _opened(
    data: object, scheme: Scheme, mapping: PartnerMapping, no_name: frozenset[str]
) -> _Export:
    partner = Path(data).stem if isinstance(data, str | os.PathLike) else "table"
    wanted = frozenset(map(folded, [*scheme.kinds, *mapping.columns.values()])) - {""}
    source = open_source(Export(partner, data, mapping, wanted))
    problems = _lacking(source, scheme, mapping)
    if taken := sorted(set(ADDED) & set(source.headers)):
        hint = "rename it, so that two codes cannot be mixed up"
        problems += [
            Problem(source.name, f"column {name!r}", "the file has this column already", hint)
            for name in taken
        ]
    if problems:
        raise InputError(problems)
    layout = layout_of(source, mapping, LinkageSchema(attributes=scheme.kinds))
    cells = source.load(tuple(range(len(source.headers))))
    today = dt.datetime.now().astimezone().date()
    cleaned, nameless = {}, {}
    for name, place in layout.columns.items():
        words = tidy(cells.columns[place])
        nameless[name] = words.rows_with([word in no_name for word in words.listed()])
        words = words.without([word in no_name for word in words.listed()])
        cleaned[name] = clean(words, rules_for(name, scheme.kinds[name], mapping, today))
    headers = {name: source.headers[place] for name, place in layout.columns.items()}
    refusals = [
        Problem(source.name, f"column {headers[name]!r}", *column.refusal)
        for name, column in cleaned.items()
        if column.refusal
    ]
    if refusals:
        raise InputError(refusals)
    return _Export(source, partner, list(cells.columns), cells.rows, cleaned, headers, nameless)


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


def _coded(
    export: _Export, scheme: Scheme, output: str | Path | BinaryIO | None, progress: Progress
) -> Coded:
    rows, count = len(export.rows), 0
    problems = _read_problems(export)
    unusable = {(problem.row, problem.column) for problem in problems}
    tables: list[pa.Table] = []
    with sink_for(output, tables) as write:
        for start in range(0, max(rows, 1), CHUNK):
            chunk = np.arange(start, min(start + CHUNK, rows))
            composed = compose(_records(export, scheme, chunk), scheme)
            write(_table(export, scheme, chunk, composed))
            count += len(chunk) - composed.codes.null_count
            problems += _flawed(export, composed.flaws, start, unusable)
            progress("coding", int(start + len(chunk)), rows)
    table = pa.concat_tables(tables) if output is None else None
    return Coded(table, rows, count, label_of(scheme), tuple(sorted(problems)))


def _records(export: _Export, scheme: Scheme, chunk: np.ndarray[Any, Any]) -> pa.Table:
    """Return the attributes of some rows, as a register has them."""
    records: dict[str, Any] = {"record_id": pa.array(export.rows[chunk]).cast(pa.string())}
    for name, column in export.columns.items():
        words = column.words.at(chunk)
        if scheme.kinds[name] == "date":
            parts = zip((*DATE_PARTS, "precision"), parts_of(words), strict=True)
            records |= {f"{name}_{part}": values for part, values in parts}
        else:
            records[name] = words.to_arrow()
        status = column.status.at(chunk).to_arrow()
        none = pa.array(export.nameless[name][chunk])
        records[f"{name}_status"] = pa.compute.if_else(none, "none", status)
    return pa.table(records)


def _table(
    export: _Export, scheme: Scheme, chunk: np.ndarray[Any, Any], composed: Composed
) -> pa.Table:
    """Return some rows as they stand in the export, with their codes."""
    label = pa.scalar(label_of(scheme))
    if len(scheme.scripts) > 1:
        told = pa.compute.binary_join_element_wise(label, composed.scripts, "/")
        label = pa.compute.coalesce(told, label)
    label = pa.compute.if_else(
        pa.compute.is_valid(composed.codes), label, pa.scalar(None, pa.string())
    )
    columns = [words.at(chunk).to_arrow() for words in export.raw]
    names = [*export.source.headers, *ADDED]
    return pa.table([*columns, composed.codes, composed.checks, label], names=names)


def _read_problems(export: _Export) -> list[RowProblem]:
    return [
        problem
        for name, column in export.columns.items()
        for rule, marked in column.broken.items()
        for problem in problems_at(export.partner, export.headers[name], rule, export.rows, marked)
    ]


def _flawed(
    export: _Export, flaws: tuple[Flaw, ...], start: int, unusable: set[tuple[int, str]]
) -> list[RowProblem]:
    """Turn flaws into row problems; a value that was unusable is not also listed as missing."""
    found = []
    for row, attribute, rule in flaws:
        place = int(export.rows[start + row])
        header = export.headers.get(attribute, attribute)
        if rule != "missing" or (place, header) not in unusable:
            found.append(RowProblem(export.partner, place, header, rule))
    return found


__all__ = ["ADDED", "Coded", "code", "label_of"]
