"""Handles: the partner's own record ids under the epoch key, so that records are found again.

A handle is HMAC-SHA256 of the record id, cut to 128 bits, under a sub-key of this partner. The
resolver sees which rows of two exports of one epoch are the same record, which is what keeps a
person's id stable over rounds. For the next epoch the partner, who holds both keys for one run,
adds the handle of the epoch before; once the old key is destroyed nobody can add more.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.crypto.mac import hmac_each
from uic.errors import InputError, KeyMaterialError, Problem
from uic.exchange import RECORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.crypto.keys import EpochKey
    from uic.partner.registers import Register

_NO_ID = re.compile(r"row-[0-9]+")
_NUMBERED = re.compile(r"(.*)#[0-9]+")
_FIRST_ROWS = range(2, 21)  # rows at which the data of a sheet may begin


def record_handles(register: Register, key: EpochKey, previous: EpochKey | None = None) -> pa.Table:
    """Return one row a record, as ``uic.exchange.RECORDS``.

    Args:
        register: The register, in the order in which it is exported.
        key: Epoch key of the export.
        previous: Epoch key of the epoch before, for the hand-over.

    Raises:
        InputError: a hand-over is asked for, but the register's records have no ids of their own.
        KeyMaterialError: ``previous`` is of another project or the same epoch.
    """
    if previous is not None:
        check_previous(key, previous)
        check_ids(
            [row_numbers(register)],
            max(register.rows, len(register.records)),
            register.source or register.partner,
        )
    return part_handles(register, key, previous)


def part_handles(
    part: Register, key: EpochKey, previous: EpochKey | None = None, first: int = 0
) -> pa.Table:
    """Return the handles of a part of a register whose first record is number ``first``.

    Nothing else of the records is in it: what a partner chooses to send is null here.
    Whoever asks for a hand-over calls :func:`check_previous` and :func:`check_ids`, too.
    """
    ids = part.records["record_id"].to_pylist()
    now = _words(ids, key, part.partner)
    before = [pa.nulls(len(ids), pa.int64())] * 2
    if previous is not None:
        stable = _stable(ids)
        before = [pa.array(word, mask=~stable) for word in _words(ids, previous, part.partner)]
    columns = [np.arange(first, first + len(ids), dtype=np.int32), *now, *before]
    traits = [pa.nulls(len(ids), pa.string())] * 2
    return pa.Table.from_arrays([*map(pa.array, columns), *traits], schema=RECORDS)


def check_previous(key: EpochKey, previous: EpochKey) -> None:
    """Refuse a key that cannot be that of the epoch before.

    Raises:
        KeyMaterialError: ``previous`` is of another project or the same epoch.
    """
    if previous.project != key.project or previous.epoch == key.epoch:
        raise KeyMaterialError(
            "the previous key must be of the same project and of another epoch\n"
            "  hint: name the old epoch's key with --previous"
        )


def row_numbers(part: Register) -> tuple[int, int] | None:
    """Return the least and the largest id where all of them are numbers."""
    ids = part.records["record_id"].to_pylist()
    if not ids or not all(text.isascii() and text.isdigit() for text in ids):
        return None
    numbers = list(map(int, ids))
    return min(numbers), max(numbers)


def check_ids(ranges: Sequence[tuple[int, int] | None], rows: int, source: str) -> None:
    """Refuse ids that are what reading gives to a file without a column of ids.

    Args:
        ranges: :func:`row_numbers` of every part.
        rows: Rows of the source, or its records.
        source: What messages call it.

    Raises:
        InputError: the records have no ids of their own.
    """
    if not ranges or None in ranges:
        return
    known = [found for found in ranges if found]
    least, most = min(low for low, _ in known), max(high for _, high in known)
    if least in _FIRST_ROWS and most - least < rows:
        raise InputError(
            Problem(
                source,
                "",
                "the records have no ids of their own, only row numbers",
                "map a column to record_id: a hand-over finds a person by it",
            )
        )


def _words(ids: list[str], key: EpochKey, partner: str) -> list[np.ndarray]:
    tags = hmac_each(key.sub_key("handle", partner), [text.encode() for text in ids])
    words = np.frombuffer(tags, dtype=">i8").reshape(-1, 4).astype(np.int64)
    return [words[:, 0], words[:, 1]]


def _stable(ids: list[str]) -> np.ndarray:
    """Tell which ids will name the same person again: not those that reading had to make up."""
    known = set(ids)
    made_up = [
        bool(_NO_ID.fullmatch(text))
        or bool((found := _NUMBERED.fullmatch(text)) and found[1] in known)
        for text in ids
    ]
    return ~np.array(made_up, dtype=np.bool_)
