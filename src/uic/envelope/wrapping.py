"""An epoch key on its way to a partner: sealed to the partner, signed by whoever made it.

Without the signature anybody could send a partner a key of their own and later test every name
against the tokens made with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.crypto.keys import key_text, parse_key
from uic.envelope.headers import WRAPPED_KEY
from uic.envelope.opening import opened_part
from uic.envelope.writing import write_envelope
from uic.errors import FormatError, KeyMaterialError

if TYPE_CHECKING:
    from pathlib import Path

    from uic.crypto.keys import EpochKey
    from uic.crypto.pairs import PrivateKey, PublicKey


def write_wrapped(key: EpochKey, path: str | Path, *, to: PublicKey, signer: PrivateKey) -> None:
    """Write an epoch key sealed to one partner.

    Whoever holds the file sees project, epoch and key ids; only the partner gets the key.
    """
    fields = {
        "epoch": key.epoch,
        "format": WRAPPED_KEY,
        "key_id": key.key_id,
        "project": key.project,
    }
    write_envelope(path, fields, {"partner": (to, [key_text(key).encode()])}, signer)


def read_wrapped(
    path: str | Path,
    *,
    key: PrivateKey,
    signer: PublicKey,
    project: str | None = None,
    epoch: str | None = None,
) -> EpochKey:
    """Check a wrapped key and open it.

    Args:
        path: The file.
        key: The partner's own pair.
        signer: Public key of whoever hands out the keys of the project.
        project: Project it must be for.
        epoch: Epoch it must be for.

    Raises:
        FormatError: the file is not what it must be; ``layer`` says where.
        InputError: the file cannot be read.
    """
    expected = {"project": project, "epoch": epoch}
    with opened_part(
        path, WRAPPED_KEY, "partner", key=key, signer=signer, expected=expected
    ) as (fields, found_chunks):  # fmt: skip
        chunks = [chunk for chunk, _ in found_chunks]
    found = _parse(chunks)
    if found is None or any(
        getattr(found, name) != fields[name] for name in ("project", "epoch", "key_id")
    ):
        raise FormatError("the key inside is not the one the header names", layer="content")
    return found


def _parse(chunks: list[bytes]) -> EpochKey | None:
    if len(chunks) != 1 or not chunks[0].isascii():
        return None
    try:
        return parse_key(chunks[0].decode("ascii"))
    except KeyMaterialError:
        return None
