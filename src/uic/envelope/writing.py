"""Write an envelope: seal every compartment chunk by chunk, then sign the whole."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from uic.crypto.kdf import label
from uic.crypto.seal import seal
from uic.crypto.sign import sign
from uic.crypto.stream import close_chunk, new_stream_key
from uic.envelope.frames import CHUNK, HEADER, LAST, MAGIC, SEALED_KEY, SIGNATURE, frame
from uic.envelope.headers import encode_header
from uic.files import writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from uic.crypto.pairs import PrivateKey, PublicKey

PURPOSE = "envelope"


def write_envelope(
    path: str | Path,
    fields: dict[str, Any],
    compartments: Mapping[str, tuple[PublicKey, Iterable[bytes]]],
    signer: PrivateKey,
) -> None:
    """Write one envelope, whole or not at all.

    Args:
        path: The file.
        fields: The header but for ``recipients`` and ``signer``, which are filled in here.
        compartments: Per role its recipient and its chunks, each at most ``CHUNK_BYTES`` long;
            they are taken one at a time, so that memory does not grow with the file.
        signer: Signs header and compartments.

    Raises:
        FormatError: layer ``header``: a field is not what its format says.
        KeyMaterialError: a recipient's key is not usable.
    """
    header = frame(HEADER, encode_header(fields | _parties(compartments, signer)))
    with writing(path) as temporary, temporary.open("wb") as file:
        file.write(MAGIC + header)
        digests = [
            _write_compartment(file, recipient, chunks, sealing_info(header, role))
            for role, (recipient, chunks) in compartments.items()
        ]
        signature = sign(signer, PURPOSE, signed_message(header, digests))
        file.write(frame(SIGNATURE, b"".join(digests) + signature))


def sealing_info(header: bytes, role: str) -> bytes:
    """Return what a stream key is bound to: this header, this compartment, nothing else."""
    return label(PURPOSE, role) + MAGIC + header


def signed_message(header: bytes, digests: list[bytes]) -> bytes:
    """Return what is signed: digests of the header and of every compartment, in order."""
    return hashlib.sha256(MAGIC + header).digest() + b"".join(digests)


def _parties(
    compartments: Mapping[str, tuple[PublicKey, Iterable[bytes]]], signer: PrivateKey
) -> dict[str, Any]:
    recipients = [
        {"key": recipient.key_id, "role": role, "suite": recipient.suite}
        for role, (recipient, _) in compartments.items()
    ]
    return {"recipients": recipients, "signer": signer.public.key_id}


def _write_compartment(
    file: BinaryIO, recipient: PublicKey, chunks: Iterable[bytes], info: bytes
) -> bytes:
    """Write the frames of one compartment and return their digest."""
    key = new_stream_key()
    digest = hashlib.sha256()

    def put(letter: bytes, body: bytes) -> None:
        written = frame(letter, body)
        digest.update(written)
        file.write(written)

    put(SEALED_KEY, seal(recipient, key, info))
    for number, (chunk, last) in enumerate(with_last(chunks)):
        put(LAST if last else CHUNK, close_chunk(key, number, chunk, last=last))
    return digest.digest()


def with_last(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield every chunk and whether it is the last; of nothing, one empty last chunk."""
    waiting: bytes | None = None
    for chunk in chunks:
        if waiting is not None:
            yield waiting, False
        waiting = chunk
    yield waiting or b"", True
