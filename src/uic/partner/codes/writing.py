"""Tables written piece by piece, so that a large export never stands in memory twice."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from uic.errors import InputError, Problem
from uic.files import writing
from uic.sheets import defuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, BinaryIO

    Write = Callable[[pa.Table], None]


# As in uic.sheets, but a telephone or another signed number is no formula: the file is the
# partner's own, and is read again by column.
_RUNS = r"^[\t\r\n]|^\s*[=@\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}]|^\s*[+\-][\d\s.()/-]*[^\d\s.()/-]"


@contextlib.contextmanager
def sink_for(output: str | Path | BinaryIO | None, tables: list[pa.Table]) -> Iterator[Write]:
    """Yield a function that takes pieces of a table: into a file, a stream, or ``tables``.

    Raises:
        InputError: the file's name ends with neither ``.csv`` nor ``.parquet``.
    """
    if output is None:
        yield tables.append
    elif not isinstance(output, str | os.PathLike):
        with _Pieces(output, ".csv") as pieces:
            yield pieces.write
    else:
        path = Path(output)
        suffix = path.suffix.lower()
        if suffix not in (".csv", ".parquet"):
            hint = "write to a name that ends with .csv or .parquet"
            raise InputError(Problem(path.name, "", "this kind of file cannot be written", hint))
        with writing(path) as temporary, _Pieces(temporary, suffix) as pieces:
            yield pieces.write


class _Pieces:
    """One writer, opened at the first piece, when the columns are known."""

    def __init__(self, target: Path | BinaryIO, suffix: str) -> None:
        self.target, self.suffix = target, suffix
        self.writer: Any = None

    def __enter__(self) -> _Pieces:
        return self

    def write(self, piece: pa.Table) -> None:
        """Write one piece."""
        if self.suffix == ".csv":
            piece = _defused(piece)
        if self.writer is None:
            self.writer = self._opened(piece.schema)
        self.writer.write_table(piece)

    def _opened(self, schema: pa.Schema) -> Any:  # noqa: ANN401 - one of two writers
        if self.suffix == ".parquet":
            return pq.ParquetWriter(self.target, schema)
        options = pacsv.WriteOptions(quoting_style="needed")
        return pacsv.CSVWriter(self.target, schema, write_options=options)

    def __exit__(self, *_: object) -> None:
        if self.writer is not None:
            self.writer.close()


def _defused(piece: pa.Table) -> pa.Table:
    """Put an apostrophe before every text, also of the header, that a spreadsheet would run."""
    columns = [_harmless(column) for column in piece.columns]
    names = [defuse(name) for name in piece.column_names]
    return pa.table(columns, names=names)


def _harmless(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    runs = pc.match_substring_regex(column, _RUNS)
    if not pc.any(runs).as_py():
        return column
    marked = pc.binary_join_element_wise(
        pa.scalar("'", column.type), column, pa.scalar("", column.type)
    )
    return pc.if_else(runs, marked, column)
