"""A review file that people filled in: what they say of each pair, under their own record ids."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from uic.errors import InputError, Problem
from uic.partner.reading.opening import open_source
from uic.partner.reading.partners import Export
from uic.partner.reading.sources import folded
from uic.sheets import armed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.partner.reading.sources import Source

ANSWER = "same_person"
WORDS = ("yes", "no", "unknown")
"""What a person writes into the column ``same_person``; an empty cell is no answer yet."""

_SAME = {"yes": True, "y": True, "same": True, "1": True, "true": True}
_OTHER = {"no": False, "n": False, "different": False, "0": False, "false": False}
_OPEN = ("unknown", "don't know", "dont know", "do not know", "?")
_ROW = "_row"


def read_answers(path: str | Path, columns: Sequence[str]) -> pa.Table:
    """Read the pairs of a review file that have an answer.

    Args:
        path: CSV, XLSX or Parquet, as a spreadsheet saved it.
        columns: Columns that name a pair; they must be there.

    Returns:
        ``columns`` as strings, ``same_person`` (true, false; null for *unknown*) and ``_row``, the
        row as a person counts it. Pairs without an answer are left out.

    Raises:
        InputError: the file cannot be read, a column is missing, or cells hold other words; the
            rows are listed, never what they hold.
    """
    name = Path(path).name
    wanted = [*columns, ANSWER]
    source = open_source(Export("", Path(path), None, frozenset(map(folded, wanted))))
    places = _places(source, wanted)
    cells = source.load(tuple(places))
    texts = dict(zip(wanted, (column.to_arrow() for column in cells.columns), strict=True))
    given = [text.strip().casefold() if text else "" for text in texts[ANSWER].to_pylist()]
    _check(name, given, cells.rows.tolist(), cells.long)
    answered = [place for place, text in enumerate(given) if text]
    said = [(_SAME | _OTHER).get(given[place]) for place in answered]
    table = {column: _plain(texts[column], answered) for column in columns}
    rows = [int(cells.rows[place]) for place in answered]
    return pa.table(table | {ANSWER: pa.array(said, pa.bool_()), _ROW: pa.array(rows, pa.int64())})


def _places(source: Source, wanted: Sequence[str]) -> list[int]:
    known = [folded(header) for header in source.headers]
    missing = [name for name in wanted if folded(name) not in known]
    if missing:
        raise InputError(
            Problem(
                source.name,
                "",
                "the column " + ", ".join(map(repr, missing)) + " is missing",
                "give the review file itself, with the column 'same_person' filled in",
            )
        )
    return [known.index(folded(name)) for name in wanted]


def _check(name: str, given: Sequence[str], rows: Sequence[int], long: Sequence[int]) -> None:
    understood = {"", *_SAME, *_OTHER, *_OPEN}
    strange = [row for row, text in zip(rows, given, strict=True) if text not in understood]
    problems = [
        Problem(name, f"row {row}, column {ANSWER}", "this is no answer", _HINT) for row in strange
    ]
    hint = "a separator stands inside a cell: save it as .xlsx"
    problems += [Problem(name, f"row {row}", "more cells than the header", hint) for row in long]
    if problems:
        raise InputError(problems)


def _plain(column: pa.Array, chosen: Sequence[int]) -> pa.Array:
    texts = column.take(pa.array(chosen, pa.int64())).to_pylist()
    return pa.array([armed(text) if text else "" for text in texts], pa.string())


_HINT = "write yes, no or unknown, or leave it empty"
