"""Small files with one compartment: tables of known columns, from one party to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

import pyarrow as pa

from uic.crypto.pairs import PrivateKey, PublicKey, as_private, as_public
from uic.envelope.opening import opened_part
from uic.envelope.tables import batches_of, chunks_of
from uic.envelope.writing import write_envelope
from uic.errors import FormatError
from uic.returning import Errand

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Tables = dict[str, pa.Table]


@dataclass(frozen=True)
class Sort:
    """One sort of small file.

    Attributes:
        form: Its format.
        role: Who opens it.
        tables: Columns of each table, and the header's field that counts its rows, if any.
    """

    form: str
    role: str
    tables: Mapping[str, tuple[pa.Schema, str | None]]


class Belongs(TypedDict, total=False):
    """What a file must belong to; what is missing or None may be anything."""

    project: str | None
    epoch: str | None
    partner: str | None


def write_sealed(
    path: str | Path,
    sort: Sort,
    fields: Mapping[str, Any],
    tables: Mapping[str, pa.Table],
    *,
    to: PublicKey,
    signer: PrivateKey,
) -> None:
    """Write tables sealed to one party, with their sort and sizes in the header."""
    sizes = {count: len(tables[name]) for name, (_, count) in sort.tables.items() if count}
    told = {**fields, **sizes, "format": sort.form}
    write_envelope(path, told, {sort.role: (to, chunks_of(dict(tables)))}, signer)


def read_sealed(
    path: str | Path,
    sort: Sort,
    *,
    key: PrivateKey | str | Path,
    signer: PublicKey | str | Path,
    expected: Belongs,
) -> tuple[dict[str, Any], Tables]:
    """Check a file and open its tables.

    Args:
        path: The file.
        sort: What it must be.
        key: The reader's private key.
        signer: Public key of whoever is said to have made it.
        expected: Project, epoch and partner it must belong to.

    Returns:
        The header, and the tables by name.

    Raises:
        FormatError: the file is not what it must be; ``layer`` says where.
        InputError: the file cannot be read.
        KeyMaterialError: a key file cannot be used.
    """
    own, sender = as_private(key), as_public(signer)
    with opened_part(
        path, sort.form, sort.role, key=own, signer=sender, expected=expected
    ) as (fields, chunks):  # fmt: skip
        counted = {
            name: fields[count] if count else None for name, (_, count) in sort.tables.items()
        }
        found = list(batches_of(chunks, lambda name, has: _fits(name, has, sort), counted))
    tables = {
        name: pa.Table.from_batches([b for n, b in found if n == name], schema=columns)
        for name, (columns, _) in sort.tables.items()
    }
    return fields, tables


def errand_of(fields: Mapping[str, Any]) -> Errand:
    """Return the part of a header that says what a file belongs to."""
    return Errand(**{name: fields[name] for name in Errand.__dataclass_fields__})


def refuse_unless(holds: object, why: str) -> None:
    """Refuse tables that are of the right columns and still not what they must be."""
    if not holds:
        raise FormatError(why, layer="content")


def _fits(name: str, schema: pa.Schema, sort: Sort) -> bool:
    return name in sort.tables and bool(schema.equals(sort.tables[name][0]))
