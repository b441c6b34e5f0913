"""Small files with one compartment: tables of known columns, from one party to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from uic.envelope.opening import (
    check_expected,
    check_signature,
    open_compartment,
    opened,
    read_envelope,
)
from uic.envelope.tables import batches_of, chunks_of
from uic.envelope.writing import write_envelope
from uic.errors import FormatError
from uic.returning import Errand

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from uic.crypto.pairs import PrivateKey, PublicKey

Tables = dict[str, pa.Table]


def write_sealed(
    path: str | Path,
    fields: dict[str, Any],
    tables: Mapping[str, pa.Table],
    *,
    role: str,
    to: PublicKey,
    signer: PrivateKey,
) -> None:
    """Write tables sealed to one party."""
    write_envelope(path, fields, {role: (to, chunks_of(dict(tables)))}, signer)


def read_sealed(
    path: str | Path,
    form: str,
    schemas: Mapping[str, tuple[pa.Schema, str | None]],
    *,
    role: str,
    key: PrivateKey,
    signer: PublicKey,
    expected: Mapping[str, object],
) -> tuple[dict[str, Any], Tables]:
    """Check a file and open its tables.

    Args:
        path: The file.
        form: Format it must be of.
        schemas: Columns of each table, and the header's field that counts its rows.
        role: The reader's role.
        key: The reader's private key.
        signer: Public key of whoever is said to have made it.
        expected: Header fields and what they must be; None means that anything will do.

    Raises:
        FormatError: the file is not what it must be; ``layer`` says where.
        InputError: the file cannot be read.
    """
    with opened(path) as file:
        envelope = read_envelope(file)
        if envelope.fields["format"] != form:
            raise FormatError(
                "this sealed file is of another sort than this step reads\n"
                "  hint: uic inspect shows what it is",
                layer="header",
            )
        check_signature(envelope, signer)
        check_expected(envelope, expected)
        chunks = open_compartment(file, envelope, role, key)
        counted = {
            name: envelope.fields[count] if count else None for name, (_, count) in schemas.items()
        }
        found = list(batches_of(chunks, lambda name, has: _fits(name, has, schemas), counted))
    tables = {
        name: pa.Table.from_batches([b for n, b in found if n == name], schema=columns)
        for name, (columns, _) in schemas.items()
    }
    return envelope.fields, tables


def errand_of(fields: Mapping[str, Any]) -> Errand:
    """Return the part of a header that says what a file belongs to."""
    return Errand(**{name: fields[name] for name in Errand.__dataclass_fields__})


def refuse_unless(holds: object, why: str) -> None:
    """Refuse tables that are of the right columns and still not what they must be."""
    if not holds:
        raise FormatError(why, layer="content")


def _fits(
    name: str, schema: pa.Schema, schemas: Mapping[str, tuple[pa.Schema, str | None]]
) -> bool:
    return name in schemas and bool(schema.equals(schemas[name][0]))
