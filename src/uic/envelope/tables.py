"""Tables in a compartment: each chunk is one Arrow IPC stream with one batch of one table.

A chunk is read by itself, so that memory is bounded by a chunk and a parser never waits for a
length that a file claims. The last chunk lists every table and its number of rows.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable  # noqa: TC003 - part of a public value
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from uic.envelope.frames import CHUNK_BYTES
from uic.envelope.headers import canonical, parse_canonical
from uic.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

TABLE = b"table"  # key of the schema's metadata that names the table
ROWS = 8192  # rows tried in one chunk; halved until they fit
_END = b"\xff\xff\xff\xff\0\0\0\0"  # end of an Arrow IPC stream
_HEADER_SLOT, _COMPRESSION_SLOT = 2, 3


@dataclass(frozen=True, repr=False)
class Stream:
    """A table that is made while it is written.

    Attributes:
        schema: Its columns.
        tables: Its rows in order, each table small enough to be held.
    """

    schema: pa.Schema
    tables: Iterable[pa.Table]


def chunks_of(tables: Mapping[str, pa.Table | Stream]) -> Iterator[bytes]:
    """Yield the chunks of a compartment: all tables in the order of their names, then the list.

    Raises:
        FormatError: layer ``content``: one row alone is longer than a chunk.
    """
    written: dict[str, int] = {}
    for name in sorted(tables):
        written[name] = 0
        for batch in _batches(tables[name]):
            written[name] += len(batch)
            yield from _pieces(batch.replace_schema_metadata({TABLE: name.encode()}))
    yield canonical({"tables": written})


def _batches(table: pa.Table | Stream) -> Iterator[pa.RecordBatch]:
    """Yield at most ``ROWS`` rows at a time; of an empty table, one empty batch."""
    pieces = table.tables if isinstance(table, Stream) else (table,)
    empty = True
    for piece in pieces:
        for batch in piece.to_batches(max_chunksize=ROWS):
            empty = False
            yield batch
    if empty:
        yield _empty(table.schema)


def batches_of(
    chunks: Iterable[tuple[bytes, bool]],
    fits: Callable[[str, pa.Schema], bool],
    wanted: Mapping[str, int | None],
) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Yield table name and batch of every chunk of a compartment.

    Args:
        chunks: Plain chunks, each with whether it is the last.
        fits: Tells whether a table of this name may have this schema.
        wanted: The tables that must be there, no more and no fewer, with the number of their
            rows where it is known.

    Raises:
        FormatError: layer ``content``: a chunk is not a batch of a table that belongs here, the
            tables are out of order, or rows are missing.
    """
    rows: dict[str, int] = {}
    for chunk, last in chunks:
        if last:
            _check_list(chunk, rows, wanted)
            return
        name, batch = _read(chunk, fits)
        if name not in wanted or name < next(reversed(rows), ""):
            raise _refused("a table does not belong here")
        rows[name] = rows.get(name, 0) + len(batch)
        yield name, batch
    raise _refused("the list of the tables is missing")


def _check_list(chunk: bytes, rows: dict[str, int], wanted: Mapping[str, int | None]) -> None:
    try:
        listed = parse_canonical(chunk)
    except FormatError:
        listed = {}
    if listed != {"tables": rows} or rows.keys() != wanted.keys():
        raise _refused("the tables are not the ones listed, or rows are missing")
    if any(count not in {None, rows[name]} for name, count in wanted.items()):
        raise _refused("a table has another number of rows than the header says")


def _pieces(batch: pa.RecordBatch) -> Iterator[bytes]:
    """Yield one chunk, or those of two halves where one would be too long."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    piece = sink.getvalue()
    if piece.size <= CHUNK_BYTES:
        yield piece.to_pybytes()
    elif len(batch) > 1:
        half = len(batch) // 2
        yield from _pieces(batch.slice(0, half))
        yield from _pieces(batch.slice(half))
    else:
        raise _refused("one row is longer than a chunk")


def _read(chunk: bytes, fits: Callable[[str, pa.Schema], bool]) -> tuple[str, pa.RecordBatch]:
    """Read one chunk. Arrow's own errors may quote a value, so none of them is passed on."""
    try:
        name, batch = _parse(chunk, fits)
    except FormatError:
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError, struct.error, StopIteration):
        batch = None
    if batch is None:
        raise _refused("a chunk is not a whole table in Arrow's stream format")
    return name, batch


def _parse(chunk: bytes, fits: Callable[[str, pa.Schema], bool]) -> tuple[str, pa.RecordBatch]:
    source = pa.BufferReader(chunk)
    messages = pa.ipc.MessageReader.open_stream(source)
    schema = pa.ipc.read_schema(messages.read_next_message())
    metadata = schema.metadata or {}
    name = metadata.get(TABLE, b"").decode("ascii")
    if metadata.keys() != {TABLE} or not fits(name, schema.remove_metadata()):
        raise _refused("a table has other columns than it must have")
    rows = messages.read_next_message()
    if _is_compressed(rows.metadata.to_pybytes()):
        raise _refused("a chunk is compressed, which may claim any length")
    batch = pa.ipc.read_record_batch(rows, schema)
    batch.validate(full=True)
    if source.tell() + len(_END) != len(chunk) or not chunk.endswith(_END):
        raise _refused("something follows a table in its chunk")
    return name, batch.replace_schema_metadata(None)


def _is_compressed(message: bytes) -> bool:
    """Tell whether a record batch's flatbuffer has its ``compression`` field set.

    Arrow would allocate whatever a compressed buffer claims to unpack to; nothing of ours is
    compressed, because tokens and signatures look random.
    """
    root = struct.unpack_from("<I", message)[0]
    at = _field(message, root, _HEADER_SLOT)
    batch: int = at + struct.unpack_from("<I", message, at)[0]
    return _field(message, batch, _COMPRESSION_SLOT) != batch


def _field(message: bytes, table: int, slot: int) -> int:
    """Return the position of a field of a flatbuffer table; the table's own where it is absent."""
    entries = table - struct.unpack_from("<i", message, table)[0]
    length = struct.unpack_from("<H", message, entries)[0]
    at = 4 + 2 * slot
    return table + (struct.unpack_from("<H", message, entries + at)[0] if at < length else 0)


def _empty(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([], schema=schema)


def _refused(why: str) -> FormatError:
    return FormatError(why, layer="content")
