"""A very small export and the parties it travels between."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from uic.crypto.pairs import PrivateKey, new_pair
from uic.crypto.sign import sign
from uic.envelope.exports import write_export
from uic.envelope.frames import MAGIC, frame, read_frame, read_magic
from uic.envelope.writing import PURPOSE, signed_message
from uic.exchange import (
    CHANCE,
    FREQUENCIES,
    RECORDS,
    ROW_MAP,
    SENT_EVENTS,
    Export,
    Header,
    MatcherPart,
    ResolverPart,
)


@dataclass(frozen=True)
class Parties:
    """Everybody's private key."""

    matcher: PrivateKey
    resolver: PrivateKey
    partner: PrivateKey


PARTIES = Parties(new_pair("matcher"), new_pair("resolver"), new_pair("partner"))
HEADER = Header(
    partner="dic",
    fingerprint="ab" * 32,
    normaliser="1",
    project="project",
    epoch="2026Q4",
    key_id="cd" * 8,
    records=3,
    attributes=frozenset({"sex", "family_name"}),
    vouched=True,
)


def small_export(rows: int = 3, **changes: Any) -> Export:
    """Build an export of ``rows`` records, one pass and two events."""
    header = Header(**(vars(HEADER) | {"records": rows} | changes))
    ids = range(100, 100 + rows)
    pass_rows = pa.table(
        {
            "row_id": pa.array(ids, pa.int64()),
            "token_hi": pa.array([n * 7 for n in ids], pa.int64()),
            "token_lo": pa.array([-n for n in ids], pa.int64()),
            "family_name": pa.array([n if n % 3 else None for n in ids], pa.int64()),
            "sex": pa.array([n % 2 for n in ids], pa.int32()),
        }
    )
    row_map = pa.table(
        [["birth-date"] * rows, list(ids), list(range(rows)), [True] * rows], schema=ROW_MAP
    )
    events = pa.Table.from_pylist(
        [
            {"contact": 0, "record": 1, "service": "needles", "quantity": 10, "returned": 4},
            {"contact": 1},
        ],
        schema=SENT_EVENTS,
    )
    frequencies = pa.table([["sex", "sex"], [1, 2], [60, 40]], schema=FREQUENCIES)
    chance = pa.table([["birth-date"], [3], [0]], schema=CHANCE)
    records = pa.table(
        [list(range(rows)), list(ids), list(ids), *[[None] * rows] * 4, [True] * rows],
        schema=RECORDS,
    )
    return Export(
        header,
        MatcherPart(header, {"birth-date": pass_rows}, frequencies),
        ResolverPart(header, row_map, chance, events, records),
    )


def write_small(path: Path, export: Export | None = None) -> Path:
    """Write an export to its three parties."""
    write_export(
        export or small_export(),
        path,
        matcher=PARTIES.matcher.public,
        resolver=PARTIES.resolver.public,
        signer=PARTIES.partner,
    )
    return path


def frames_of(path: Path) -> list[tuple[bytes, bytes]]:
    """Return letter and body of every frame of a file."""
    with path.open("rb") as file:
        read_magic(file)
        frames = []
        while not frames or frames[-1][0] != b"S":
            frames.append(read_frame(file, b"HKCLS"))
    return frames


def write_frames(path: Path, frames: list[tuple[bytes, bytes]], signer: PrivateKey) -> Path:
    """Write frames again with fitting digests and a signature: what a dishonest signer can do."""
    header, parts = frame(*frames[0]), []
    for letter, body in frames[1:-1]:
        if letter == b"K":
            parts.append(b"")
        parts[-1] += frame(letter, body)
    digests = [hashlib.sha256(part).digest() for part in parts]
    signature = sign(signer, PURPOSE, signed_message(header, digests))
    end = frame(b"S", b"".join(digests) + signature)
    path.write_bytes(MAGIC + header + b"".join(parts) + end)
    return path
