"""``uic encode``: one partner's register to one sealed file. Nothing else leaves the partner."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.crypto.keys import EpochKey, check_key, load_key
from uic.crypto.pairs import PrivateKey, PublicKey, as_private, as_public
from uic.envelope.exports import write_export
from uic.errors import InputError, Problem
from uic.exchange import EVENTS
from uic.partner import encoding
from uic.partner.handles import record_handles
from uic.partner.reading import read_registers
from uic.schema import LinkageSchema, default_schema, load_schema
from uic.values import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from uic.exchange import Header
    from uic.partner.registers import Register
    from uic.values import RowProblem


@dataclass(frozen=True)
class Encoded:
    """What was written.

    Attributes:
        path: The export.
        header: What anybody who holds it can read.
        problems: Row problems: the value counts as missing, the row stays.
    """

    path: Path
    header: Header
    problems: tuple[RowProblem, ...]


def encode(
    inputs: str | Path | Sequence[str | Path] | Mapping[str, Any],
    *,
    key: EpochKey | str | Path,
    matcher: PublicKey | str | Path,
    resolver: PublicKey | str | Path,
    signer: PrivateKey | str | Path,
    schema: LinkageSchema | str | Path | None = None,
    out: str | Path | None = None,
    previous: EpochKey | str | Path | None = None,
    progress: Progress = silent,
) -> Encoded:
    """Encode one partner's register and write it as one sealed, signed file.

    The file holds no name and no date of birth. Its header, readable by anybody, tells partner,
    project, epoch and how many records and events there are. The matcher's part holds tokens
    and signatures, the resolver's part row ids, events and handles; both in an order drawn from
    the operating system's random numbers. Whoever gets the epoch key can test any name against
    the tokens (docs/threat-model.md).

    Args:
        inputs: The partner's export, or a mapping from the partner's name to a table.
        key: The epoch key.
        matcher: ``NAME.public`` of the matcher.
        resolver: ``NAME.public`` of the resolver, another pair than the matcher's.
        signer: The partner's own ``NAME.private``.
        schema: The linkage schema; without one the default name-register schema.
        out: The file; by default ``PARTNER-EPOCH.uicx`` here.
        previous: The old epoch's key, once, to carry person ids into this epoch.
        progress: Called with each step.

    Raises:
        InputError: the input cannot be used, or it is not exactly one partner's.
        SchemaError: the schema breaks a rule.
        KeyMaterialError: a key cannot be used, or the epoch key is of another project.
    """
    chosen = _schema(schema)
    epoch_key = key if isinstance(key, EpochKey) else load_key(key)
    check_key(epoch_key, chosen.project)
    old_key = load_key(previous) if isinstance(previous, (str, Path)) else previous
    recipients = {"matcher": as_public(matcher), "resolver": as_public(resolver)}
    sender = as_private(signer)
    register = shuffled(_only(read_registers(inputs, chosen, progress=progress)))
    progress("encoding", 0, 1)
    export = encoding.encode(register, chosen, epoch_key)
    handles = record_handles(register, epoch_key, old_key)
    export = replace(export, resolver=replace(export.resolver, records=handles))
    progress("sealing", 0, 1)
    path = Path(out or f"{register.partner}-{epoch_key.epoch}.uicx")
    write_export(export, path, signer=sender, **recipients)
    return Encoded(path, export.header, register.problems)


def shuffled(register: Register) -> Register:
    """Return the register with records and contacts in a random order, contacts renumbered.

    A list kept by name or by date of enrolment would otherwise tell the resolver the rank of
    everybody's name, and the row in the source of every contact.
    """
    order = _random_order(len(register.records))
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return replace(
        register,
        records=register.records.take(pa.array(order)),
        events=_shuffled_events(register.events, place),
    )


def _shuffled_events(events: pa.Table, place: NDArray[np.int32]) -> pa.Table:
    record = events["record"].combine_chunks()
    moved = place[record.fill_null(0).to_numpy()] if len(place) else np.empty(0, np.int32)
    _, contact = np.unique(events["contact"].to_numpy(), return_inverse=True)
    fresh = _random_order(int(contact.max(initial=-1)) + 1)[contact]
    columns = {name: events[name] for name in EVENTS.names}
    columns["record"] = pa.array(moved, mask=np.asarray(record.is_null()))
    columns["contact"] = pa.array(fresh)
    return pa.table(columns, schema=EVENTS).sort_by("contact")


def _random_order(size: int) -> NDArray[np.int64]:
    """Return a random permutation from the operating system's random numbers."""
    return np.argsort(np.frombuffer(secrets.token_bytes(8 * size), dtype="<u8"))


def _schema(schema: LinkageSchema | str | Path | None) -> LinkageSchema:
    if isinstance(schema, LinkageSchema):
        return schema
    return default_schema() if schema is None else load_schema(schema)


def _only(registers: tuple[Register, ...]) -> Register:
    if len(registers) != 1:
        raise InputError(
            Problem(
                "inputs",
                "",
                f"the files belong to {len(registers)} partners",
                "encode one partner at a time: an export has one sender",
            )
        )
    return registers[0]
