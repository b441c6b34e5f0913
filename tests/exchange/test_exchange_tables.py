"""What is inside a compartment: whole tables in order, and no length that is believed."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uic.envelope.frames import CHUNK_BYTES
from uic.envelope.headers import canonical
from uic.envelope.tables import batches_of, chunks_of
from uic.errors import FormatError

SCHEMA = pa.schema([("n", pa.int64()), ("t", pa.string()), ("b", pa.bool_())])
TABLE = pa.table([[1, None, 3], ["a", "bb", None], [True, None, False]], schema=SCHEMA)
TABLES = {"one": TABLE, "two": TABLE.slice(1)}
WANTED = {"one": 3, "two": None}


def is_ours(name: str, schema: pa.Schema) -> bool:
    return name in WANTED and bool(schema.equals(SCHEMA))


def marked(chunks: Iterable[bytes]) -> list[tuple[bytes, bool]]:
    plain = list(chunks)
    return [(chunk, number == len(plain) - 1) for number, chunk in enumerate(plain)]


def read(chunks: Iterable[bytes]) -> dict[str, pa.Table]:
    found: dict[str, list[pa.RecordBatch]] = {}
    for name, batch in batches_of(marked(chunks), is_ours, WANTED):
        found.setdefault(name, []).append(batch)
    return {name: pa.Table.from_batches(batches) for name, batches in found.items()}


def refused(chunks: Iterable[bytes]) -> str:
    with pytest.raises(FormatError) as caught:
        read(chunks)
    assert caught.value.layer == "content"
    return str(caught.value)


def packed(table: pa.Table, name: str = "one", **options: object) -> bytes:
    batch = table.replace_schema_metadata({"table": name}).to_batches()[0]
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(**options)) as stream:
        stream.write_batch(batch)
    return bytes(sink.getvalue().to_pybytes())


ONE, TWO, LIST = list(chunks_of(TABLES))


@pytest.mark.parametrize("rows", [0, 1, 8192, 8193, 50_000])
def test_tables_come_back(rows: int) -> None:
    """Of any length, in chunks that fit."""
    table = pa.table([range(rows), ["x" * 30] * rows, [True] * rows], schema=SCHEMA)
    chunks = list(chunks_of({"one": table, "two": TABLE}))
    assert max(map(len, chunks)) <= CHUNK_BYTES
    wanted = {"one": rows, "two": 3}
    batches = list(batches_of(marked(chunks), is_ours, wanted))
    whole = pa.Table.from_batches([batch for name, batch in batches if name == "one"])
    assert whole == table


def test_rows_that_are_long_get_chunks_of_their_own() -> None:
    """A batch is halved until it fits; a row that cannot fit is refused."""
    table = pa.table([range(5), ["x" * 400_000] * 5, [True] * 5], schema=SCHEMA)
    chunks = list(chunks_of({"one": table, "two": TABLE}))
    assert len(chunks) == 3 + 1 + 1
    with pytest.raises(FormatError, match="one row"):
        list(chunks_of({"one": pa.table([[1], ["x" * 2 * CHUNK_BYTES], [True]], schema=SCHEMA)}))


@pytest.mark.parametrize(
    "chunks",
    [
        [TWO, ONE, LIST],
        [ONE, TWO, ONE, LIST],
        [ONE, LIST],
        [ONE, ONE, TWO, LIST],
        [ONE, TWO],
        [ONE, TWO, LIST, LIST],
        [LIST],
        [],
        [ONE, TWO, b"{}"],
        [ONE, TWO, LIST + b" "],
        [ONE, TWO, canonical({"tables": {"one": 3, "two": 3}})],
        [ONE, TWO, canonical({"tables": {"one": 3, "two": 2}, "x": 1})],
        [packed(TABLE, "three"), ONE, TWO, LIST],
        [packed(TABLE.select(["n"])), TWO, LIST],
        [packed(TABLE.rename_columns(["n", "t", "c"])), TWO, LIST],
        [ONE + b"\0", TWO, LIST],
        [ONE + ONE, TWO, LIST],
        [ONE[:-8], TWO, LIST],
        [packed(TABLE.slice(1)), TWO, canonical({"tables": {"one": 2, "two": 2}})],
    ],
)
def test_only_the_whole_list_in_order_is_taken(chunks: list[bytes]) -> None:
    """Tables out of order, missing, repeated, unlisted, renamed or followed by anything."""
    assert read([ONE, TWO, LIST]) == TABLES
    refused(chunks)


def test_compression_is_refused_before_anything_is_unpacked() -> None:
    """80 MB of zeros fit in a few kilobytes: the claim is never believed."""
    size = 10_000_000
    zeros = pa.table(
        [pa.repeat(0, size), pa.nulls(size, pa.string()), pa.nulls(size, pa.bool_())], schema=SCHEMA
    )
    for codec in ("zstd", "lz4"):
        bomb = packed(zeros, compression=codec)
        assert len(bomb) < CHUNK_BYTES
        before = pa.total_allocated_bytes()
        assert "compressed" in refused([bomb, TWO, LIST])
        assert pa.total_allocated_bytes() - before < CHUNK_BYTES


def test_dictionaries_and_other_messages_are_refused() -> None:
    """A chunk is a schema and one batch, and no column refers to anything else."""
    coded = TABLE.set_column(1, "t", TABLE["t"].dictionary_encode())
    refused([packed(coded), TWO, LIST])


@settings(max_examples=300)
@given(st.binary(max_size=400))
def test_any_chunk_is_a_format_error(chunk: bytes) -> None:
    """Arbitrary bytes never give another error."""
    refused([chunk, TWO, LIST])
    refused([ONE, TWO, chunk])


@settings(max_examples=600)
@given(st.integers(0, len(ONE) - 1), st.integers(1, 255))
def test_a_changed_byte_inside_arrow_is_read_or_refused(at: int, mask: int) -> None:
    """Also in bytes that only a dishonest signer could have written: no crash, no large memory."""
    chunk = ONE[:at] + bytes([ONE[at] ^ mask]) + ONE[at + 1 :]
    tracemalloc.start()
    before = pa.total_allocated_bytes()
    try:
        found = read([chunk, TWO, LIST])
    except FormatError as error:
        assert error.layer == "content"  # noqa: PT017 - either outcome is right
    else:
        found["one"].validate(full=True)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < CHUNK_BYTES
    assert pa.total_allocated_bytes() - before < CHUNK_BYTES
