"""Exports as files: one partner's encoded register in an envelope with two compartments."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from uic.crypto.pairs import PrivateKey, PublicKey, as_private, as_public
from uic.envelope.headers import EXPORT
from uic.envelope.opening import opened_part
from uic.envelope.tables import batches_of, chunks_of
from uic.envelope.writing import write_envelope
from uic.errors import KeyMaterialError
from uic.exchange import (
    CHANCE,
    FREQUENCIES,
    OWN_PAIRS,
    RECORDS,
    ROW_MAP,
    SENT_EVENTS,
    Export,
    Header,
    MatcherPart,
    ResolverPart,
    of_pass,
    sent_events,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from uic.envelope.tables import Stream

Role = Literal["matcher", "resolver"]
PASS, ROWS = "pass/", "rows/"
_ROWS = pa.schema([item for item in ROW_MAP if item.name != "pass"])
_PLAIN = {
    "matcher": {"frequencies": FREQUENCIES},
    "resolver": {
        "chance": CHANCE,
        "events": SENT_EVENTS,
        "own_pairs": OWN_PAIRS,
        "records": RECORDS,
    },
}
_PREFIX = {"matcher": PASS, "resolver": ROWS}
_TOKEN = ("row_id", "token_hi", "token_lo")


@dataclass(frozen=True)
class Expected:
    """What a reader was told to expect; None means that anything will do.

    Attributes:
        project: Project of the key.
        epoch: Epoch of the key. Without it an old file can be sent again unnoticed.
        fingerprint: Fingerprint of the linkage schema.
    """

    project: str | None = None
    epoch: str | None = None
    fingerprint: str | None = None


ANYTHING = Expected()


def write_export(
    export: Export,
    path: str | Path,
    *,
    matcher: PublicKey,
    resolver: PublicKey,
    signer: PrivateKey,
) -> None:
    """Write one export to a sealed and signed file, whole or not at all.

    Whoever holds the file sees its header (:func:`uic.inspect`) and its length. The matcher
    opens the pass rows and nothing else, the resolver the map, the events and nothing else.

    Args:
        export: The encoded register.
        path: The file, by custom ``PARTNER-EPOCH.uicx``.
        matcher: Public key of the matcher.
        resolver: Public key of the resolver; another than the matcher's.
        signer: The partner's own pair.

    Raises:
        KeyMaterialError: matcher and resolver are one key, or a key is not usable.
        FormatError: a name in the header cannot be written.
    """
    rows = {name: len(table) for name, table in export.matcher.pass_rows.items()}
    tables: dict[Role, dict[str, pa.Table]] = {
        "matcher": _matcher_tables(export.matcher),
        "resolver": _resolver_tables(export),
    }
    fields = fields_of(export.header, rows, len(export.resolver.events))
    write_tables(tables, fields, path, matcher=matcher, resolver=resolver, signer=signer)


def write_tables(
    tables: Mapping[Role, Mapping[str, pa.Table | Stream]],
    fields: dict[str, Any],
    path: str | Path,
    *,
    matcher: PublicKey,
    resolver: PublicKey,
    signer: PrivateKey,
) -> None:
    """Write an export whose tables are made while it is written, the matcher's part first.

    Args:
        tables: Per role the tables of its compartment under the names of :func:`open_batches`.
        fields: The header, as :func:`fields_of` gives it.
        path: The file.
        matcher: Public key of the matcher.
        resolver: Public key of the resolver; another than the matcher's.
        signer: The partner's own pair.

    Raises:
        KeyMaterialError: matcher and resolver are one key, or a key is not usable.
        FormatError: a name in the header cannot be written.
    """
    if matcher.key_id == resolver.key_id:
        raise KeyMaterialError(
            "matcher and resolver have the same key: one key would open both parts\n"
            "  hint: a small office makes two pairs and keeps them apart"
        )
    compartments = {
        "matcher": (matcher, chunks_of(tables["matcher"])),
        "resolver": (resolver, chunks_of(tables["resolver"])),
    }
    write_envelope(path, fields, compartments, signer)


def read_matcher(
    path: str | Path,
    *,
    key: PrivateKey | str | Path,
    signer: PublicKey | str | Path,
    expected: Expected = ANYTHING,
) -> MatcherPart:
    """Check a file and read the matcher's compartment into memory.

    Raises:
        FormatError: the file is not what it must be; ``layer`` says where.
        InputError: the file cannot be read.
        KeyMaterialError: a key file cannot be used.
    """
    with open_batches(path, "matcher", key=key, signer=signer, expected=expected) as (
        head,
        batches,
    ):
        tables = _collected(batches)
    rows = {name.removeprefix(PASS): t for name, t in tables.items() if name.startswith(PASS)}
    return MatcherPart(head, rows, tables["frequencies"])


def read_resolver(
    path: str | Path,
    *,
    key: PrivateKey | str | Path,
    signer: PublicKey | str | Path,
    expected: Expected = ANYTHING,
) -> ResolverPart:
    """Check a file and read the resolver's compartment into memory.

    Raises:
        FormatError: the file is not what it must be; ``layer`` says where.
        InputError: the file cannot be read.
        KeyMaterialError: a key file cannot be used.
    """
    with open_batches(path, "resolver", key=key, signer=signer, expected=expected) as (
        head,
        batches,
    ):
        tables = _collected(batches)
    mapped = [with_pass(name, t) for name, t in tables.items() if name.startswith(ROWS)]
    row_map = pa.concat_tables([ROW_MAP.empty_table(), *mapped])
    plain = (tables[name] for name in ("chance", "events", "records", "own_pairs"))
    return ResolverPart(head, row_map, *plain)


@contextmanager
def open_batches(
    path: str | Path,
    role: Role,
    *,
    key: PrivateKey | str | Path,
    signer: PublicKey | str | Path,
    expected: Expected = ANYTHING,
) -> Iterator[tuple[Header, Iterator[tuple[str, pa.RecordBatch]]]]:
    """Check a whole file, then give its header and, one at a time, the batches of one part.

    Memory is bounded by a chunk (about one megabyte), whatever the length of the file. What
    came before an error in a later chunk is genuine, but the part is not whole: throw it away.

    Yields:
        The header, and an iterator of table name (``pass/NAME`` and ``frequencies``, or
        ``rows/NAME``, ``chance``, ``events``, ``own_pairs`` and ``records``) and record batch.

    Raises:
        FormatError: the file is not what it must be; ``layer`` says where.
        InputError: the file cannot be read.
        KeyMaterialError: a key file cannot be used.
    """
    own, sender = as_private(key), as_public(signer)
    with opened_part(
        path, EXPORT, role, key=own, signer=sender, expected=vars(expected)
    ) as (fields, chunks):  # fmt: skip
        yield header_of(fields), batches_of(chunks, _fits, _wanted(fields, role))


def header_of(fields: dict[str, Any]) -> Header:
    """Return the header as a value."""
    names = ("partner", "fingerprint", "normaliser", "project", "epoch", "key_id", "records")
    return Header(
        **{name: fields[name] for name in names},
        attributes=frozenset(fields["attributes"]),
        vouched=fields["vouched"],
    )


def with_pass(name: str, rows: pa.Table | pa.RecordBatch) -> pa.Table:
    """Return rows of the resolver's map with the pass that the file says once for all of them."""
    label = of_pass(name.removeprefix(ROWS), len(rows))
    columns = [label, *(rows[column] for column in _ROWS.names)]
    return pa.Table.from_arrays(columns, schema=ROW_MAP)


def fields_of(header: Header, rows: Mapping[str, int], events: int) -> dict[str, Any]:
    """Return the header as it is written, with the rows of each pass and of the events."""
    names = ("epoch", "fingerprint", "key_id", "normaliser", "partner", "project", "records")
    fields = {name: getattr(header, name) for name in (*names, "vouched")}
    counted = {"events": events, "passes": dict(rows)}
    return fields | counted | {"attributes": sorted(header.attributes), "format": EXPORT}


def _matcher_tables(part: MatcherPart) -> dict[str, pa.Table]:
    rows = {PASS + name: table for name, table in part.pass_rows.items()}
    return rows | {"frequencies": part.frequencies.cast(FREQUENCIES)}


def _resolver_tables(export: Export) -> dict[str, pa.Table]:
    part = export.resolver
    rows = {
        ROWS + name: part.row_map.filter(pc.field("pass") == name).drop_columns(["pass"])
        for name in export.matcher.pass_rows
    }
    return rows | {
        "chance": part.chance.cast(CHANCE),
        "events": sent_events(part.events),
        "own_pairs": part.own_pairs.cast(OWN_PAIRS),
        "records": part.records.cast(RECORDS),
    }


def _wanted(fields: dict[str, Any], role: Role) -> dict[str, int | None]:
    """Return the tables of a part, with the number of rows where the header tells it."""
    # The map may name more rows than leave to the matcher: those of the partner's own pairs.
    counts = fields["passes"] if role == "matcher" else dict.fromkeys(fields["passes"])
    rows = {_PREFIX[role] + name: count for name, count in counts.items()}
    return (
        dict.fromkeys(_PLAIN[role])
        | rows
        | ({"events": fields["events"]} if role == "resolver" else {})
    )


def _fits(name: str, schema: pa.Schema) -> bool:
    """Tell whether a table may have these columns. Pass rows have the schema's signatures."""
    for part in _PLAIN.values():
        if name in part:
            return bool(schema.equals(part[name]))
    if name.startswith(ROWS):
        return bool(schema.equals(_ROWS))
    whole = (pa.int64(), pa.int32(), pa.int16())
    return (
        tuple(schema.names[: len(_TOKEN)]) == _TOKEN
        and all(schema.field(column).type == pa.int64() for column in _TOKEN)
        and all(item.type in whole for item in schema)
        and len(set(schema.names)) == len(schema.names)
    )


def _collected(batches: Iterator[tuple[str, pa.RecordBatch]]) -> dict[str, pa.Table]:
    parts: dict[str, list[pa.RecordBatch]] = {}
    for name, batch in batches:
        parts.setdefault(name, []).append(batch)
    return {name: pa.Table.from_batches(found) for name, found in parts.items()}
