"""What anybody may see of a sealed file, without any key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from uic.crypto.pairs import PublicKey, as_public
from uic.envelope.opening import check_digests, check_signature, opened, read_envelope

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Inspection:
    """The public side of a sealed file.

    Attributes:
        header: Its header, as written: partner, project, epoch, counts, recipients, ...
        size: Length of the file in bytes.
        signer_checked: Whether a public key was given and its owner did sign the file. Without
            it the file is known to be whole, but anybody may have made it.
    """

    header: dict[str, Any]
    size: int
    signer_checked: bool


def inspect(path: str | Path, *, signer: PublicKey | str | Path | None = None) -> Inspection:
    """Show the header of a sealed file; no private key is needed and nothing is decrypted.

    Args:
        path: An export or a wrapped key.
        signer: Public key, or its file, of whoever is said to have made it: checks who signed.

    Raises:
        FormatError: the file is damaged or cut short, or ``signer`` did not sign it.
        InputError: the file cannot be read.
        KeyMaterialError: the key file cannot be used.
    """
    with opened(path) as file:
        envelope = read_envelope(file)
    if signer is None:
        check_digests(envelope)
    else:
        check_signature(envelope, as_public(signer))
    return Inspection(envelope.fields, envelope.size, signer is not None)
