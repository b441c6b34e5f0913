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
    ids = register.records["record_id"].to_pylist()
    now = _words(ids, key, register.partner)
    before = _before(register, ids, key, previous)
    columns = [np.arange(len(ids), dtype=np.int32), *now, *before]
    return pa.Table.from_arrays([pa.array(column) for column in columns], schema=RECORDS)


def _before(
    register: Register, ids: list[str], key: EpochKey, previous: EpochKey | None
) -> list[pa.Array]:
    if previous is None:
        return [pa.nulls(len(ids), pa.int64())] * 2
    if previous.project != key.project or previous.epoch == key.epoch:
        raise KeyMaterialError(
            "the previous key must be of the same project and of another epoch\n"
            "  hint: name the old epoch's key with --previous"
        )
    if _are_row_numbers(ids, register.rows):
        raise InputError(
            Problem(
                register.source or register.partner,
                "",
                "the records have no ids of their own, only row numbers",
                "map a column to record_id: a hand-over finds a person by it",
            )
        )
    stable = _stable(ids)
    words = _words(ids, previous, register.partner)
    return [pa.array(word, mask=~stable) for word in words]


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


def _are_row_numbers(ids: list[str], rows: int) -> bool:
    """Tell whether the ids are what reading gives to a file without a column of ids."""
    if not ids or not all(text.isascii() and text.isdigit() for text in ids):
        return False
    numbers = sorted(map(int, ids))
    return numbers[0] in _FIRST_ROWS and numbers[-1] - numbers[0] < max(rows, len(ids))
