"""A file of an export: on disk, or unpacked and held in memory.

What was packed is never unpacked to disk: a temporary file would hold names.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa


@dataclass(frozen=True, repr=False)
class Held:
    """A file that was unpacked, in memory.

    Attributes:
        name: What messages call it.
        data: Its bytes.
    """

    name: str
    data: bytes


File: TypeAlias = Path | Held


def opened(file: File) -> io.BufferedReader:
    """Open a file to read its bytes."""
    if isinstance(file, Held):
        return io.BufferedReader(io.BytesIO(file.data))
    return file.open("rb")


def for_arrow(file: File) -> pa.NativeFile:
    """Open a file for Arrow. Given a path, Arrow would unpack whatever is called ``.gz``."""
    return pa.BufferReader(file.data) if isinstance(file, Held) else pa.OSFile(str(file))


def digest_of(file: File) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with opened(file) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest_of_all(files: tuple[File, ...]) -> str:
    """Return one SHA-256 for an export of several files; their order does not matter."""
    digests = sorted(map(digest_of, files))
    return (
        digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    )
