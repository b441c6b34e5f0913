"""Frames: the bytes of an envelope, before anybody holds a key.

    magic | H header | (K sealed key, C chunk ..., L last chunk) per compartment | S signature

A frame is one letter, the length of its body in four bytes (big-endian), and its body. Every
letter has a largest length, checked before anything is read; nothing follows the last frame.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uic.crypto.seal import SUITES
from uic.crypto.sign import SIGNATURE_BYTES
from uic.crypto.stream import TAG_BYTES
from uic.errors import FormatError

if TYPE_CHECKING:
    from typing import BinaryIO

FAMILY = b"uic-envelope/"
MAGIC = FAMILY + b"1\n"
HEADER, SEALED_KEY, CHUNK, LAST, SIGNATURE = b"H", b"K", b"C", b"L", b"S"
DIGEST_BYTES = 32
CHUNK_BYTES = 1 << 20  # plain bytes in a chunk: what bounds memory on both sides
HEADER_BYTES = 1 << 16
_COMPARTMENTS = 8
_LARGEST = {
    HEADER: HEADER_BYTES,
    SEALED_KEY: max(suite.sealed_bytes for suite in SUITES.values()),
    CHUNK: CHUNK_BYTES + TAG_BYTES,
    LAST: CHUNK_BYTES + TAG_BYTES,
    SIGNATURE: _COMPARTMENTS * DIGEST_BYTES + SIGNATURE_BYTES,
}
_PREFIX = 5


@dataclass(frozen=True, repr=False)
class Compartment:
    """Where one compartment lies in the file.

    Attributes:
        sealed_key: Its stream key, sealed to its recipient.
        start: Position of its first chunk.
        chunks: Number of chunks.
        digest: SHA-256 of all its frames.
    """

    sealed_key: bytes
    start: int
    chunks: int
    digest: bytes


def frame(letter: bytes, body: bytes) -> bytes:
    """Return one frame."""
    return letter + len(body).to_bytes(4, "big") + body


def read_magic(file: BinaryIO) -> None:
    """Read the first line.

    Raises:
        FormatError: layer ``magic``: not one of our files; ``version``: made by a later version.
    """
    found = file.read(len(MAGIC))
    if found == MAGIC:
        return
    if found.startswith(FAMILY) and len(found) == len(MAGIC):
        raise FormatError(
            "this file is of a version this program does not know\n"
            "  hint: install the newest version of this library",
            layer="version",
        )
    raise FormatError(
        "this is not a sealed file of this library\n"
        "  hint: name the file that was sent, as it came (.uicx, .uicp, .uicr, .uica, .uick)",
        layer="magic",
    )


def read_frame(file: BinaryIO, letters: bytes) -> tuple[bytes, bytes]:
    """Read one frame whose letter is one of ``letters``; return letter and body.

    Raises:
        FormatError: layer ``frame``: cut short, out of order, or longer than any such frame.
    """
    prefix = file.read(_PREFIX)
    if len(prefix) < _PREFIX:
        raise _cut_short()
    letter, length = prefix[:1], int.from_bytes(prefix[1:], "big")
    if letter not in letters:
        raise FormatError("a part of the file is not where it belongs", layer="frame")
    if length > _LARGEST[letter]:
        raise FormatError("a part of the file claims to be longer than it can be", layer="frame")
    body = file.read(length)
    if len(body) < length:
        raise _cut_short()
    return letter, body


def read_compartment(file: BinaryIO) -> Compartment:
    """Walk over one compartment without a key.

    Raises:
        FormatError: layer ``frame``.
    """
    digest = hashlib.sha256()
    letter, sealed_key = read_frame(file, SEALED_KEY)
    digest.update(frame(letter, sealed_key))
    start, chunks = file.tell(), 0
    while letter != LAST:
        letter, body = read_frame(file, CHUNK + LAST)
        digest.update(letter + len(body).to_bytes(4, "big"))
        digest.update(body)
        chunks += 1
    return Compartment(sealed_key, start, chunks, digest.digest())


def read_signature(file: BinaryIO, compartments: int) -> tuple[list[bytes], bytes]:
    """Read the last frame: the signed digest of every compartment, and the signature.

    Raises:
        FormatError: layer ``frame``: of another length, or something follows.
    """
    _, body = read_frame(file, SIGNATURE)
    split = compartments * DIGEST_BYTES
    if len(body) != split + SIGNATURE_BYTES:
        raise FormatError("the signature has another length than it must have", layer="frame")
    if file.read(1):
        raise FormatError("something follows the end of the file's last part", layer="frame")
    digests = [body[at : at + DIGEST_BYTES] for at in range(0, split, DIGEST_BYTES)]
    return digests, body[split:]


def _cut_short() -> FormatError:
    return FormatError(
        "the file ends too early: it was cut short\n  hint: ask for the file again", layer="frame"
    )
