"""Scored pairs as a file: from the matcher to the resolver, and to nobody else.

The header says of which exports the pairs are, by digest. The resolver's compartment holds pairs
of pass row ids with their levels and scores, and what the matcher counted and fitted.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from uic.crypto.pairs import PrivateKey, PublicKey, as_private, as_public
from uic.envelope.headers import PAIRS as FORMAT
from uic.envelope.opening import opened_part
from uic.envelope.tables import batches_of, chunks_of
from uic.envelope.writing import write_envelope
from uic.errors import FormatError
from uic.exchange import PAIRS, Scored

if TYPE_CHECKING:
    from pathlib import Path

    from uic.envelope.exports import Expected

_PREFIX = "pairs/"
_TOLD = pa.schema([("text", pa.string())])


def write_pairs(
    scored: Scored, path: str | Path, *, resolver: PublicKey, signer: PrivateKey
) -> None:
    """Write scored pairs to a file sealed to the resolver and signed by the matcher.

    Whoever holds the file sees which exports were matched and how many pairs each pass has.

    Args:
        scored: The matcher's answer.
        path: The file, by custom ``pairs-EPOCH.uicp``.
        resolver: Public key of the resolver.
        signer: The matcher's own pair.
    """
    passes = pc.unique(scored.pairs["pass"]).to_pylist()
    tables = {
        _PREFIX + name: scored.pairs.filter(pc.field("pass") == name).select(PAIRS.names)
        for name in sorted(passes)
    }
    fields = {
        "epoch": scored.epoch,
        "exports": sorted(scored.exports),
        "fingerprint": scored.fingerprint,
        "format": FORMAT,
        "key_id": scored.key_id,
        "passes": {name.removeprefix(_PREFIX): len(table) for name, table in tables.items()},
        "project": scored.project,
    }
    told = pa.table({"text": [json.dumps(scored.told)]}, schema=_TOLD)
    compartment = (resolver, chunks_of(tables | {"told": told}))
    write_envelope(path, fields, {"resolver": compartment}, signer)


def read_pairs(
    path: str | Path,
    *,
    key: PrivateKey | str | Path,
    signer: PublicKey | str | Path,
    expected: Expected,
) -> Scored:
    """Check a file of scored pairs and open it.

    Args:
        path: The file.
        key: The resolver's private key.
        signer: Public key of the matcher.
        expected: Project, epoch and schema it must be of.

    Raises:
        FormatError: the file is not what it must be; ``layer`` says where.
        InputError: the file cannot be read.
        KeyMaterialError: a key file cannot be used.
    """
    own, sender = as_private(key), as_public(signer)
    with opened_part(
        path, FORMAT, "resolver", key=own, signer=sender, expected=vars(expected)
    ) as (fields, chunks):  # fmt: skip
        wanted = {_PREFIX + name: rows for name, rows in fields["passes"].items()}
        batches = list(batches_of(chunks, _fits, wanted | {"told": 1}))
    pairs = [_with_pass(name, batch) for name, batch in batches if name.startswith(_PREFIX)]
    (told,) = (batch for name, batch in batches if name == "told")
    return Scored(
        project=fields["project"],
        epoch=fields["epoch"],
        key_id=fields["key_id"],
        fingerprint=fields["fingerprint"],
        exports=tuple(fields["exports"]),
        pairs=pa.concat_tables([_EMPTY, *pairs]),
        told=_parsed(told["text"][0].as_py()),
    )


_EMPTY = pa.schema([("pass", pa.string()), *PAIRS]).empty_table()


def _fits(name: str, schema: pa.Schema) -> bool:
    return bool(schema.equals(PAIRS if name.startswith(_PREFIX) else _TOLD))


def _with_pass(name: str, batch: pa.RecordBatch) -> pa.Table:
    label = pa.repeat(pa.scalar(name.removeprefix(_PREFIX), pa.string()), len(batch))
    return pa.Table.from_arrays([label, *batch.columns], schema=_EMPTY.schema)


def _parsed(text: str | None) -> dict[str, Any]:
    try:
        told = json.loads(text or "")
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise FormatError("what the matcher tells is no mapping", layer="content")
    return told
