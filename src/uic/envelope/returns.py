"""Return files: to each partner its own records with their person ids, and nothing of others."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Unpack

import pyarrow as pa
import pyarrow.compute as pc

from uic.envelope.headers import RETURN
from uic.envelope.sealed import (
    Belongs,
    Sort,
    errand_of,
    read_sealed,
    refuse_unless,
    write_sealed,
)
from uic.errors import KeyMaterialError
from uic.returning import PERSON_IDS, Errand, Returned

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from uic.crypto.pairs import PrivateKey, PublicKey

_RETURN = Sort(RETURN, "partner", {"persons": (PERSON_IDS, "records")})
_PERSON = re.compile(r"[A-Za-z0-9_-]{1,64}")
_UNSAFE = re.compile(r"[^\w-]")  # what must not stand in the name of a file
_ORDER = [("handle_hi", "ascending"), ("handle_lo", "ascending")]


def write_returns(
    persons: pa.Table,
    folder: Path,
    *,
    project: str,
    epoch: str,
    key_id: str,
    round: str,  # noqa: A002 - the word of the field
    recipients: Mapping[str, PublicKey],
    signer: PrivateKey,
) -> tuple[Path, ...]:
    """Write one file a partner: its own handles with person ids, sealed to it.

    Whoever holds a file sees to whom it goes and how many records there are. The partner learns
    which of its records are one person. Person ids are the same for all partners: two that lay
    their files side by side learn whom they share.

    Args:
        persons: ``partner``, ``handle_hi``, ``handle_lo``, ``person_id`` of all records.
        folder: Where to; files are called ``return-PARTNER-ROUND.uicr``.
        project: Project of the epoch key.
        epoch: Epoch of the handles' key.
        key_id: Public name of that key.
        round: Name of the round.
        recipients: Public key of every partner that gets its file.
        signer: The resolver's own pair.

    Raises:
        KeyMaterialError: a partner has records and no public key.
        FormatError: a name cannot be written.
    """
    partners = sorted(set(persons["partner"].to_pylist()))
    without = [name for name in partners if name not in recipients]
    if without:
        raise KeyMaterialError(
            f"there is no public key of the partner {without[0]!r}\n"
            "  hint: name the NAME.public of every partner of the round"
        )
    written = []
    for partner in partners:
        errand = Errand(project, epoch, key_id, round, partner)
        own = persons.filter(pc.field("partner") == partner).select(PERSON_IDS.names)
        path = folder / file_name("return", partner, round)
        write_return(Returned(errand, own), path, to=recipients[partner], signer=signer)
        written.append(path)
    return tuple(written)


def file_name(kind: str, partner: str, round: str) -> str:  # noqa: A002
    """Return the name of a file to a partner, with nothing in it that moves to another folder."""
    return f"{kind}-{_UNSAFE.sub('_', partner)}-{_UNSAFE.sub('_', round)}.uicr"


def write_return(
    returned: Returned, path: str | Path, *, to: PublicKey, signer: PrivateKey
) -> None:
    """Write one partner's person ids to a file sealed to it."""
    persons = returned.persons.cast(PERSON_IDS).sort_by(_ORDER)
    _check(persons)
    write_sealed(path, _RETURN, vars(returned.errand), {"persons": persons}, to=to, signer=signer)


def read_return(
    path: str | Path,
    *,
    key: PrivateKey | str | Path,
    signer: PublicKey | str | Path,
    **expected: Unpack[Belongs],
) -> Returned:
    """Check a return file and open it.

    Args:
        path: The file.
        key: The partner's own pair.
        signer: Public key of the resolver.
        expected: ``project``, ``epoch`` and ``partner`` it must be for.

    Raises:
        FormatError: the file is not what it must be; ``layer`` says where.
        InputError: the file cannot be read.
        KeyMaterialError: a key file cannot be used.
    """
    fields, tables = read_sealed(path, _RETURN, key=key, signer=signer, expected=expected)
    _check(tables["persons"])
    return Returned(errand_of(fields), tables["persons"])


def _check(persons: pa.Table) -> None:
    refuse_unless(not any(c.null_count for c in persons.columns), "a record has no person id")
    handles = list(zip(*(persons[n].to_pylist() for n in PERSON_IDS.names[:2]), strict=True))
    ordered = all(a < b for a, b in itertools.pairwise(handles))
    refuse_unless(ordered, "records are not in the order of their handles, or stand there twice")
    ids = pc.unique(persons["person_id"]).to_pylist()
    refuse_unless(all(map(_PERSON.fullmatch, ids)), "a person id is not made of letters and digits")
