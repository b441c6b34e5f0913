"""What a finder of files does first: look for everything that could name a person of his list.

Every needle is at least eight bytes: names together, birth dates, and the digests under which
the field ships them (MD5, SHA-1, SHA-256, HMAC under a key of the finder's own), as bytes, in
hexadecimal and in base64. Files are read as they lie on the disk, and once more with Parquet,
DuckDB and workbooks unpacked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import re
import zipfile
from itertools import pairwise
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow.parquet as pq

from uic.partner.composites import block_values, canonical_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from uic.crypto.keys import EpochKey
    from uic.partner.registers import Register
    from uic.schema import LinkageSchema

WIDTH = 8
BETWEEN = ("", " ", "|", ",", ";")
DIGESTS = (hashlib.md5, hashlib.sha1, hashlib.sha256)


def line_list(people: pa.Table) -> bytes:
    """Return the baseline: a list "without names" as programmes ship it, one SHA-256 a person."""
    lines = ["id,visits"]
    for family, given, born in _rows(people):
        digest = hashlib.sha256(f"{family}|{given}|{born}".upper().encode()).hexdigest()
        lines.append(f"{digest},1")
    return "\n".join(lines).encode()


def contents(paths: Iterable[Path]) -> Iterator[bytes]:
    """Yield every file as it lies there, and unpacked where it is a table."""
    for path in paths:
        data = path.read_bytes()
        yield data
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            yield str(table.to_pydict()).encode()
            yield from _words(table)
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                yield from (archive.read(name) for name in archive.namelist())
        elif data[8:12] == b"DUCK":
            yield from _tables(path)


def _tables(path: Path) -> Iterator[bytes]:
    with duckdb.connect(str(path), read_only=True) as database:
        for (name,) in database.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            table = database.sql(f'SELECT * FROM "{name}"').to_arrow_table()  # noqa: S608
            yield str(table.to_pydict()).encode()
            yield from _words(table)


def _words(table: pa.Table) -> Iterator[bytes]:
    """Yield pairs of 64-bit columns as the bytes of one 16-byte value."""
    found = [name for name in table.column_names if str(table[name].type) == "int64"]
    for one, two in pairwise(found):
        both = np.stack([table[name].fill_null(0).to_numpy() for name in (one, two)], 1)
        for order in (">i8", "<i8"):
            yield both.astype(order).tobytes()


def found_in(
    texts: Iterable[bytes], people: pa.Table, listed: Register, schema: LinkageSchema, key: EpochKey
) -> NDArray[np.int64]:
    """Return the people of the list (by number) of whom something stands in the texts."""
    needles, owners = _needles(people, listed, schema, key)
    heads = np.frombuffer(b"".join(needle[:WIDTH] for needle in needles), dtype="<u8")
    claimed: set[int] = set()
    for text in texts:
        if len(text) < WIDTH:
            continue
        windows = np.lib.stride_tricks.sliding_window_view(np.frombuffer(text, np.uint8), WIDTH)
        seen = np.unique(np.ascontiguousarray(windows).view("<u8").ravel())
        for number in np.flatnonzero(np.isin(heads, seen)).tolist():
            if owners[number] not in claimed and _stands(needles[number], text):
                claimed.add(owners[number])
    return np.array(sorted(claimed), dtype=np.int64)


def owners_of_standing(texts: Iterable[bytes], words: NDArray, owners: NDArray) -> NDArray:
    """Return whose words of 64 bits stand in the texts, wherever a word may begin."""
    stand = np.zeros(len(words), dtype=bool)
    for text in texts:
        for first in range(WIDTH):
            length = (len(text) - first) // WIDTH
            if length > 0:
                seen = np.frombuffer(text, "<u8", length, first)
                stand |= np.isin(words, seen[np.isin(seen, words)])
    return np.unique(owners[stand])


def _stands(needle: bytes, text: bytes) -> bool:
    """Tell whether it stands there; a date without separators not as a part of a longer number."""
    if needle.isdigit():
        return re.search(rb"(?<![0-9])" + needle + rb"(?![0-9])", text) is not None
    return needle in text


def _rows(people: pa.Table) -> list[tuple[str, ...]]:
    names = ("family_name", "given_name", "birth_date")
    return list(zip(*(people[name].to_pylist() for name in names), strict=True))


def _needles(
    people: pa.Table, listed: Register, schema: LinkageSchema, key: EpochKey
) -> tuple[list[bytes], list[int]]:
    """Return what may stand for a person: what two people share is left out."""
    held: dict[bytes, int | None] = {}

    def hold(needle: bytes, number: int) -> None:
        if len(needle) >= WIDTH:
            held[needle] = number if held.get(needle, number) == number else None

    for number, (family, given, born) in enumerate(_rows(people)):
        for needle in _spellings(family, given, born):
            hold(needle, number)
    columns = canonical_columns(listed, schema)
    for item in schema.active_passes:
        values = block_values(item, columns, len(people)).to_pylist()
        sub_key = key.sub_key("block", item.name)
        for number, value in enumerate(values):
            for needle in _digests(value, sub_key) if value else ():
                hold(needle, number)
    pairs = [(needle, number) for needle, number in held.items() if number is not None]
    return [needle for needle, _ in pairs], [number for _, number in pairs]


def _spellings(family: str, given: str, born: str) -> Iterator[bytes]:
    year, *rest = born.split("-")
    if len(rest) == 2:
        yield from (f"{year}-{'-'.join(rest)}".encode(), f"{year}{''.join(rest)}".encode())
        yield from (f"{rest[1]}/{rest[0]}/{year}".encode(), f"{rest[1]}{rest[0]}{year}".encode())
    for between in BETWEEN:
        for one, two in ((family, given), (given, family)):
            whole = f"{one}{between}{two}"
            yield from (whole.encode(), whole.upper().encode(), whole.lower().encode())
            for text in (f"{whole}{between}{born}", whole):
                for spelt in (text, text.upper(), text.lower()):
                    yield from _spelt(hashlib.sha256(spelt.encode()).digest())


def _digests(value: str, key: bytes) -> Iterator[bytes]:
    for digest in DIGESTS:
        yield from _spelt(digest(value.encode()).digest())
    yield hmac.digest(key, value.encode(), "sha256")[:16]


def _spelt(digest: bytes) -> Iterator[bytes]:
    yield from (digest[:16], digest.hex().encode(), base64.b64encode(digest))
