"""Codes for a whole export: every row and column kept, the code added."""

from __future__ import annotations

import difflib
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.errors import InputError, Problem, UicWarning
from uic.partner import normalising
from uic.partner.codes.composing import Composed, compose, refuse_assigned
from uic.partner.codes.exports import ADDED, Opened, Piece, header_of, opened, pieces_of, records_at
from uic.partner.codes.spelling import Speller
from uic.partner.codes.writing import sink_for
from uic.partner.schemes import load_scheme
from uic.schema import EVENT_COLUMNS, STANDARD_ATTRIBUTES, PartnerMapping
from uic.values import RowProblem, silent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from numpy.typing import NDArray

    from uic.partner.codes.people import Flaw
    from uic.partner.schemes import Scheme
    from uic.values import Progress

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

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Hand the table to pandas, polars, DuckDB or Arrow."""
        if self.table is None:
            raise ValueError("the table was written to a file and is not kept")
        return self.table.__arrow_c_stream__(requested_schema)


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
        progress: Called with the step "coding", rows done, and 0, as their number is not known.

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
    export = opened(data, found, mapping, frozenset(no_name))
    return _coded(export, output, progress)


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


def _coded(export: Opened, output: str | Path | BinaryIO | None, progress: Progress) -> Coded:
    rows, count = 0, 0
    problems: list[RowProblem] = []
    tables: list[pa.Table] = []
    speller = Speller(export.scheme.scripts)
    with sink_for(output, tables) as write:
        for piece in pieces_of(export):
            problems += piece.problems
            for chunk in _chunks(len(piece.rows)):
                composed = compose(records_at(export, piece, chunk), export.scheme, speller)
                write(_table(export, piece, chunk, composed))
                problems += _flawed(export, piece, chunk, composed.flaws)
                count += len(chunk) - composed.codes.null_count
            rows += len(piece.rows)
            progress("coding", rows, 0)
    table = pa.concat_tables(tables) if output is None else None
    return Coded(table, rows, count, label_of(export.scheme), tuple(sorted(problems)))


def _chunks(rows: int) -> Iterator[NDArray[np.int64]]:
    for start in range(0, max(rows, 1), CHUNK):
        yield np.arange(start, min(start + CHUNK, rows))


def _table(export: Opened, piece: Piece, chunk: NDArray[np.int64], composed: Composed) -> pa.Table:
    """Return some rows as they stand in the export, with their codes."""
    label = pa.scalar(label_of(export.scheme))
    if len(export.scheme.scripts) > 1:
        label = pc.coalesce(pc.binary_join_element_wise(label, composed.scripts, "/"), label)
    label = pc.if_else(pc.is_valid(composed.codes), label, pa.scalar(None, pa.string()))
    columns = [words.at(chunk).to_arrow() for words in piece.raw]
    names = [*export.source.headers, *ADDED]
    return pa.table([*columns, composed.codes, composed.checks, label], names=names)


def _flawed(
    export: Opened, piece: Piece, chunk: NDArray[np.int64], flaws: tuple[Flaw, ...]
) -> list[RowProblem]:
    """Turn flaws into row problems; a value that was unusable is not also listed as missing."""
    unusable = {(problem.row, problem.column) for problem in piece.problems}
    found = []
    for row, attribute, rule in flaws:
        place, header = int(piece.rows[chunk[row]]), header_of(export, attribute)
        if rule != "missing" or (place, header) not in unusable:
            found.append(RowProblem(export.partner, place, header, rule))
    return found


__all__ = ["ADDED", "Coded", "code", "label_of"]
