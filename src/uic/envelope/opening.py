"""Open an envelope: look, check, then decrypt. Nothing is decrypted before all of it is checked.

The order of the layers is fixed, so that a file that breaks two rules always gives the same
error: magic, version, frame, header, signer, signature, digest, replay, recipient, seal, chunk,
content (spec/exchange.md).
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uic.crypto.seal import unseal
from uic.crypto.sign import verifies
from uic.crypto.stream import open_chunk
from uic.envelope import headers
from uic.envelope.frames import (
    CHUNK,
    HEADER,
    LAST,
    Compartment,
    frame,
    read_compartment,
    read_frame,
    read_magic,
    read_signature,
)
from uic.envelope.headers import decode_header
from uic.envelope.writing import PURPOSE, sealing_info, signed_message
from uic.errors import FormatError, InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

    from uic.crypto.pairs import PrivateKey, PublicKey


@dataclass(frozen=True, repr=False)
class Envelope:
    """An envelope as anybody may see it, without a key.

    Attributes:
        fields: The header.
        header: The header's frame, to the byte.
        compartments: Where each recipient's compartment lies, by role.
        digests: What the signature says about each compartment, in order.
        signature: Ed25519 signature.
        size: Length of the file in bytes.
    """

    fields: dict[str, Any]
    header: bytes
    compartments: dict[str, Compartment]
    digests: list[bytes]
    signature: bytes
    size: int


@contextmanager
def opened(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file for reading; what the block finds wrong with its format gets the file's name.

    Raises:
        InputError: it does not exist or cannot be read.
    """
    name = Path(path).name
    try:
        file = Path(path).open("rb")  # noqa: SIM115 - closed below; errors of the block are not ours
    except OSError:
        rule, hint = "the file does not exist or cannot be read", "check the name and the folder"
        raise InputError(Problem(name, "", rule, hint)) from None
    with file:
        try:
            yield file
        except FormatError as error:
            told, layer = str(error).removeprefix(f"{error.layer}: "), error.layer
            found = FormatError(f"{name}: {told}", layer=layer)
        else:
            return
    raise found from None


@contextmanager
def opened_part(
    path: str | Path,
    form: str,
    role: str,
    *,
    key: PrivateKey,
    signer: PublicKey,
    expected: Mapping[str, object],
) -> Iterator[tuple[dict[str, Any], Iterator[tuple[bytes, bool]]]]:
    """Check all of a file, then open one compartment.

    Args:
        path: The file.
        form: Format it must be of.
        role: Whose compartment is opened.
        key: Private key of that role.
        signer: Public key of whoever is said to have made it.
        expected: Header fields and what they must be; None means that anything will do.

    Yields:
        The header, and the chunks of the compartment, each with whether it is the last.

    Raises:
        FormatError: the file is not what it must be; ``layer`` says where.
        InputError: the file cannot be read.
    """
    with opened(path) as file:
        envelope = read_envelope(file)
        check_form(envelope.fields, form)
        check_signature(envelope, signer)
        check_expected(envelope, expected)
        yield envelope.fields, open_compartment(file, envelope, role, key)


HOLDS = {
    headers.EXPORT: "a partner's encoded records",
    headers.PAIRS: "the matcher's scored pairs",
    headers.RETURN: "a partner's person ids",
    headers.REVIEW: "questions to a partner",
    headers.ANSWERS: "a partner's answers",
    headers.WRAPPED_KEY: "an epoch key on its way",
    headers.WITHDRAWAL: "rows that are withdrawn",
}
"""What a file of each format holds, in words."""


def read_envelope(file: BinaryIO) -> Envelope:
    """Walk over a file without any key.

    Raises:
        FormatError: layers ``magic`` to ``header``.
    """
    read_magic(file)
    letter, raw = read_frame(file, HEADER)
    fields = decode_header(raw)
    compartments = {item["role"]: read_compartment(file) for item in fields["recipients"]}
    digests, signature = read_signature(file, len(compartments))
    return Envelope(fields, frame(letter, raw), compartments, digests, signature, file.tell())


def check_form(fields: Mapping[str, Any], form: str) -> None:
    """Refuse a file of another format.

    Raises:
        FormatError: layer ``header``.
    """
    if fields["format"] != form:
        raise FormatError(
            f"this sealed file holds {HOLDS[fields['format']]}; this step needs {HOLDS[form]}\n"
            "  hint: name the right file; uic inspect shows what one is",
            layer="header",
        )


def check_digests(envelope: Envelope) -> None:
    """Compare every compartment with what was signed; needs no key and proves no signer.

    Raises:
        FormatError: layer ``digest``: a compartment was changed.
    """
    pairs = zip(envelope.compartments.items(), envelope.digests, strict=True)
    for (role, compartment), signed in pairs:
        if compartment.digest != signed:
            raise FormatError(
                f"the {role}'s part of the file was changed after it was signed\n"
                "  hint: ask for the file again",
                layer="digest",
            )


def check_signature(envelope: Envelope, signer: PublicKey) -> None:
    """Check that the file is whole and that ``signer`` made it.

    Raises:
        FormatError: layers ``signer``, ``signature``, ``digest``.
    """
    if envelope.fields["signer"] != signer.key_id:
        raise FormatError(
            f"the file was not signed by {signer.name} but by the key {envelope.fields['signer']}\n"
            "  hint: name the public key of whoever sent it, got from them by another way",
            layer="signer",
        )
    message = signed_message(envelope.header, envelope.digests)
    if not verifies(signer, PURPOSE, message, envelope.signature):
        raise FormatError(
            "the signature does not fit: the header was changed, or somebody else signed",
            layer="signature",
        )
    check_digests(envelope)


def check_expected(envelope: Envelope, expected: Mapping[str, object]) -> None:
    """Refuse a file that was made for another project, epoch or schema.

    Args:
        envelope: The file.
        expected: Header fields and what they must be; None means that anything will do.

    Raises:
        FormatError: layer ``replay``.
    """
    for name, wanted in expected.items():
        if wanted is not None and envelope.fields.get(name) != wanted:
            raise FormatError(
                f"the file was made for another {name} than this run\n"
                "  hint: ask for a file made for this one; an old file is not used again",
                layer="replay",
            )


def open_compartment(
    file: BinaryIO, envelope: Envelope, role: str, key: PrivateKey
) -> Iterator[tuple[bytes, bool]]:
    """Decrypt one compartment chunk by chunk; yields each chunk and whether it is the last.

    Raises:
        FormatError: layers ``recipient``, ``seal``, ``chunk``.
    """
    recipients = {item["role"]: item["key"] for item in envelope.fields["recipients"]}
    if role not in recipients:
        raise FormatError(f"the file has no part for a {role}", layer="recipient")
    if recipients[role] != key.public.key_id:
        raise FormatError(
            f"the {role}'s part is sealed to the key {recipients[role]}, not to {key.name}\n"
            "  hint: name the private key of that pair",
            layer="recipient",
        )
    compartment = envelope.compartments[role]
    stream_key = unseal(key, compartment.sealed_key, sealing_info(envelope.header, role))
    file.seek(compartment.start)
    for number in range(compartment.chunks):
        letter, body = read_frame(file, CHUNK + LAST)
        last = letter == LAST
        yield open_chunk(stream_key, number, body, last=last), last
