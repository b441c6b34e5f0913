"""Tables written piece by piece, so that a large export never stands in memory twice."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from uic.errors import InputError, Problem
from uic.files import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, BinaryIO

    Write = Callable[[pa.Table], None]


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
