"""``uic encode``: one partner's register to one sealed file. Nothing else leaves the partner."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.crypto.keys import EpochKey, check_key, load_key
from uic.crypto.pairs import PrivateKey, PublicKey, as_private, as_public
from uic.envelope.exports import PASS, ROWS, fields_of, write_tables
from uic.envelope.tables import Stream
from uic.errors import InputError, Problem
from uic.exchange import CHANCE, EVENTS, OWN_PAIRS, RECORDS, SENT_EVENTS, sent_events
from uic.partner.demographics import with_traits
from uic.partner.encoding import own_pairs
from uic.partner.encoding.deciding import decide
from uic.partner.encoding.frequencies import frequencies
from uic.partner.encoding.passes import (
    EMPTY,
    MAPPED,
    chance_table,
    leaving_sizes,
    pass_tables,
)
from uic.partner.encoding.preparing import prepare
from uic.partner.gate.judging import judge
from uic.partner.gate.staging import attacked
from uic.partner.handles import check_ids, check_previous, own_ids, part_handles
from uic.partner.reading import read_registers
from uic.partner.reading.parting import register_parts
from uic.partner.reading.partners import exports_of
from uic.partner.storing import Store
from uic.schema import LinkageSchema, as_schema
from uic.values import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from uic.envelope.exports import Role
    from uic.exchange import Header
    from uic.partner.encoding import CompareOwn
    from uic.partner.encoding.preparing import Prepared
    from uic.partner.reading.partners import Export as Input
    from uic.partner.registers import Register
    from uic.schema import Counting
    from uic.values import RowProblem


@dataclass(frozen=True)
class Encoded:
    """What was written.

    Attributes:
        path: The export.
        header: What anybody who holds it can read.
        problems: Row problems: the value counts as missing, the row stays.
        gate: What the gate measured before the file was let out: counts, for the partner only.
    """

    path: Path
    header: Header
    problems: tuple[RowProblem, ...]
    gate: Path


def encode(
    inputs: str | Path | Sequence[str | Path] | Mapping[str, Any],
    *,
    key: EpochKey | str | Path,
    matcher: PublicKey | str | Path,
    resolver: PublicKey | str | Path,
    signer: PrivateKey | str | Path,
    compare: CompareOwn,
    schema: LinkageSchema | str | Path | None = None,
    out: str | Path | None = None,
    previous: EpochKey | str | Path | None = None,
    progress: Progress = silent,
) -> Encoded:
    """Encode one partner's register, as :func:`uic.encode` says.

    ``compare`` compares the partner's own rows with each other before they are taken apart; it
    comes from outside because this room cannot reach the matcher's.
    """
    chosen = as_schema(schema)
    epoch_key = key if isinstance(key, EpochKey) else load_key(key)
    check_key(epoch_key, chosen.project)
    old_key = load_key(previous) if isinstance(previous, (str, Path)) else previous
    if old_key is not None:
        check_previous(epoch_key, old_key)
    recipients = {"matcher": as_public(matcher), "resolver": as_public(resolver)}
    sender = as_private(signer)
    export = _one_export(inputs, chosen, progress)
    path = Path(out or f"{export.partner}-{epoch_key.epoch}.uicx")
    folder = next(parent for parent in path.absolute().parents if parent.is_dir())
    seen = _Seen()
    with Store(folder) as store:
        parts = register_parts(export, chosen, store, progress=progress)
        arranged = _arranged(parts, store, seen, (epoch_key, old_key), chosen.counting)
        prepared = prepare(arranged, chosen, epoch_key, store, progress=progress)
        if old_key is not None:
            check_ids(seen.own_ids, seen.source)
        decide(prepared, apart=True)
        fields = fields_of(prepared.header, leaving_sizes(prepared), seen.events)
        report = path.with_name(f"{path.stem}.gate.json")
        tables = _tables(prepared, compare, report)
        write_tables(tables, fields, path, signer=sender, **recipients)
    return Encoded(path, prepared.header, tuple(sorted(seen.problems)), report)


@dataclass
class _Seen:
    """What is known of the whole register once all parts went by."""

    problems: list[RowProblem] = field(default_factory=list)
    own_ids: bool = False
    events: int = 0
    source: str = ""


def _arranged(
    parts: Iterable[Register],
    store: Store,
    seen: _Seen,
    keys: tuple[EpochKey, EpochKey | None],
    counting: Counting,
) -> Iterator[Register]:
    """Shuffle each part and put into the store what only the resolver gets of it."""
    key, previous = keys
    first = contact = 0
    for part in parts:
        mixed = shuffled(part)
        handles = part_handles(mixed, key, previous, first)
        store.put("records", with_traits(handles, mixed, counting))
        told = sent_events(mixed.events, mixed.details)
        store.put("events", _moved(told, first, contact))
        seen.own_ids |= bool(own_ids(mixed).any())
        seen.problems += part.problems
        seen.events += len(mixed.events)
        seen.source = part.source or part.partner
        first += len(mixed.records)
        contact += (pc.max(mixed.events["contact"]).as_py() or -1) + 1
        yield mixed


def _moved(events: pa.Table, first: int, contact: int) -> pa.Table:
    """Count the records and contacts of a part on from those of the parts before."""
    by = {"record": pa.scalar(first, pa.int32()), "contact": pa.scalar(contact, pa.int64())}
    for name, offset in by.items():
        place = events.column_names.index(name)
        events = events.set_column(place, EVENTS.field(name), pc.add(events[name], offset))
    return events


def _tables(
    prepared: Prepared, compare: CompareOwn, report: Path
) -> dict[Role, dict[str, pa.Table | Stream]]:
    """Return both compartments; the resolver's is complete once the matcher's was written."""
    store, passes, sums = prepared.store, prepared.passes, frequencies(prepared)
    matcher: dict[str, pa.Table | Stream] = {
        PASS + item.name: Stream(EMPTY, pass_tables(prepared, item)) for item in passes
    }
    rows: dict[str, pa.Table | Stream] = {
        ROWS + item.name: Stream(MAPPED, store.pieces(f"map/{item.name}")) for item in passes
    }
    return {
        "matcher": matcher | {"frequencies": sums},
        "resolver": rows
        | {
            "chance": Stream(CHANCE, _once_judged(prepared, report)),
            "events": Stream(SENT_EVENTS, store.pieces("events")),
            "own_pairs": Stream(OWN_PAIRS, (own_pairs(prepared, sums, compare) for _ in range(1))),
            "records": Stream(RECORDS, store.pieces("records")),
        },
    }


def _once_judged(prepared: Prepared, report: Path) -> Iterator[pa.Table]:
    """Let the gate judge what was written for the matcher before anything else is."""
    judge(prepared.measured, attacked(prepared), prepared.header, prepared.schema, report)
    yield chance_table(prepared)


def shuffled(register: Register) -> Register:
    """Return the register with records and contacts in a random order, contacts renumbered.

    A list kept by name or by date of enrolment would otherwise tell the resolver the rank of
    everybody's name, and the row in the source of every contact.
    """
    order = _random_order(len(register.records))
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    events, rows = _shuffled_events(register.events, place)
    return replace(
        register,
        records=register.records.take(pa.array(order)),
        events=events,
        details=None if register.details is None else register.details.take(rows),
        made_up=None if register.made_up is None else register.made_up[order],
    )


def _shuffled_events(events: pa.Table, place: NDArray[np.int32]) -> tuple[pa.Table, pa.Array]:
    """Return events under new numbers, and where each of them stood before."""
    record = events["record"].combine_chunks()
    moved = place[record.fill_null(0).to_numpy()] if len(place) else np.empty(0, np.int32)
    _, contact = np.unique(events["contact"].to_numpy(), return_inverse=True)
    fresh = _random_order(int(contact.max(initial=-1)) + 1)[contact]
    columns = {name: events[name] for name in EVENTS.names}
    columns["record"] = pa.array(moved, mask=np.asarray(record.is_null()))
    columns["contact"] = pa.array(fresh)
    rows = pc.sort_indices(columns["contact"])
    return pa.table(columns, schema=EVENTS).take(rows), rows


def _random_order(size: int) -> NDArray[np.int64]:
    """Return a random permutation from the operating system's random numbers."""
    return np.argsort(np.frombuffer(secrets.token_bytes(8 * size), dtype="<u8"))


def _one_export(
    inputs: str | Path | Sequence[str | Path] | Mapping[str, Any],
    schema: LinkageSchema,
    progress: Progress,
) -> Input:
    """Return the one partner's export; whatever keeps it from being one is reported at once."""
    exports, problems = exports_of(inputs, schema)
    if problems:
        read_registers(inputs, schema, progress=progress)  # reports the problems of all files
        raise InputError(problems)
    if len(exports) != 1:
        raise InputError(
            Problem(
                "inputs",
                "",
                f"the files belong to {len(exports)} partners",
                "encode one partner at a time: an export has one sender",
            )
        )
    return exports[0]
