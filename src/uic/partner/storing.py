"""Tables that wait for their turn: in memory while they are few, sealed on disk when they are many.

What goes to disk is encrypted under a key that exists in this process's memory and nowhere else,
in a file without a name: when the run ends, is killed or loses power, nobody can read it any more,
and the file is gone. Who holds the disk learns how much was written.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from os import SEEK_END
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Self

import pyarrow as pa

from uic.crypto.stream import close_chunk, new_stream_key, open_chunk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HELD = 1 << 28
"""Bytes held in memory before tables go to disk."""


class Sealed(NamedTuple):
    """Where a table lies on disk, and as which chunk it was sealed."""

    file: BinaryIO
    number: int
    place: int
    length: int


class Store:
    """Tables under names, each table taken out as often as it was put in. Use it with ``with``."""

    def __init__(self, folder: Path | None = None, held: int = HELD) -> None:
        """Wait in ``folder`` when more than ``held`` bytes wait; without one, always in memory."""
        self._folder, self._free = folder, held
        self._pieces: dict[str, list[pa.Table | Sealed]] = {}
        self._file: BinaryIO | None = None
        self._open = ExitStack()
        self._key, self._written = new_stream_key(), 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pieces.clear()
        self._key = b""
        self._open.close()

    def __repr__(self) -> str:
        return f"<Store: {len(self._pieces)} names>"

    def __contains__(self, name: str) -> bool:
        return name in self._pieces

    def put(self, name: str, table: pa.Table) -> None:
        """Add rows under a name."""
        size = table.nbytes
        held = self._folder is None or size <= self._free
        if held:
            self._free -= size
        self._pieces.setdefault(name, []).append(table if held else self._write(table))

    def pieces(self, name: str) -> Iterator[pa.Table]:
        """Yield the rows under a name as they were put, and forget each piece."""
        waiting = self._pieces.pop(name, [])
        waiting.reverse()
        while waiting:
            piece = waiting.pop()
            if isinstance(piece, pa.Table):
                self._free += piece.nbytes
                yield piece
            else:
                yield self._read(piece)

    def take(self, name: str) -> pa.Table:
        """Return all rows under a name, and forget them."""
        return pa.concat_tables(self.pieces(name))

    def look(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """Return all rows under a name, and keep them."""
        found = [
            piece if isinstance(piece, pa.Table) else self._read(piece)
            for piece in self._pieces[name]
        ]
        return pa.concat_tables(t.select(columns) if columns else t for t in found)

    def _write(self, table: pa.Table) -> Sealed:
        """Seal a table at the end of the file."""
        file = self._file = self._file or self._opened()
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table)
        number, self._written = self._written, self._written + 1
        closed = close_chunk(self._key, number, memoryview(sink.getvalue()).cast("B"), last=False)
        place = file.seek(0, SEEK_END)
        file.write(closed)
        return Sealed(file, number, place, len(closed))

    def _opened(self) -> BinaryIO:
        return self._open.enter_context(tempfile.TemporaryFile(dir=self._folder))

    def _read(self, piece: Sealed) -> pa.Table:
        piece.file.seek(piece.place)
        closed = piece.file.read(piece.length)
        plain = open_chunk(self._key, piece.number, closed, last=False)
        return pa.ipc.open_stream(plain).read_all()
