"""Handles: the partner's own record ids under the epoch key, so that records are found again.

A handle is HMAC-SHA256 of the record id, cut to 128 bits, under a sub-key of this partner. The
resolver sees which rows of two exports of one epoch are the same record, which is what keeps a
person's id stable over rounds. For the next epoch the partner, who holds both keys for one run,
adds the handle of the epoch before; once the old key is destroyed nobody can add more.

Where the partner has no id for a record, reading makes one up, a row number. It would name another
person in the next list, so its handle is made under a sub-key of this very export and found again
in no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.crypto.mac import hmac_each
from uic.errors import InputError, KeyMaterialError, Problem
from uic.exchange import RECORDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.crypto.keys import EpochKey
    from uic.partner.registers import Register

    Mask = NDArray[np.bool_]


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
        check_ids(bool(own_ids(register).any()), register.source or register.partner)
    return part_handles(register, key, previous)


def part_handles(
    part: Register, key: EpochKey, previous: EpochKey | None = None, first: int = 0
) -> pa.Table:
    """Return the handles of a part of a register whose first record is number ``first``.

    Nothing else of the records is in it: what a partner chooses to send is null here.
    Whoever asks for a hand-over calls :func:`check_previous` and :func:`check_ids`, too.
    """
    ids, own = part.records["record_id"].to_pylist(), own_ids(part)
    now = _words(ids, own, key, part)
    before = [pa.nulls(len(ids), pa.int64())] * 2
    if previous is not None:
        before = [pa.array(word, mask=~own) for word in _words(ids, own, previous, part)]
    columns = [np.arange(first, first + len(ids), dtype=np.int32), *now, *before]
    traits = [pa.nulls(len(ids), pa.string())] * 2
    return pa.Table.from_arrays([*map(pa.array, columns), *traits, pa.array(own)], schema=RECORDS)


def own_ids(register: Register) -> Mask:
    """Tell which records are named by an id that the partner gave them, shape (records,)."""
    if register.made_up is None:
        return np.ones(len(register.records), dtype=np.bool_)
    found: Mask = ~register.made_up
    return found


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


def check_ids(any_own: bool, source: str) -> None:
    """Refuse a hand-over of records that the partner has no ids for.

    Args:
        any_own: Whether one record at least has an id of its own.
        source: What messages call the export.

    Raises:
        InputError: none has.
    """
    if not any_own:
        rule = "the records have no ids of their own, only row numbers"
        hint = "map a column to record_id: a hand-over finds a person by it"
        raise InputError(Problem(source, "", rule, hint))


def _words(ids: list[str], own: Mask, key: EpochKey, part: Register) -> list[np.ndarray]:
    """Return both halves of every handle; what was made up is named under this very export."""
    words = np.empty((len(ids), 2), dtype=np.int64)
    for chosen, names in ((own, (part.partner,)), (~own, (part.partner, part.digest))):
        texts = [ids[place].encode() for place in np.flatnonzero(chosen)]
        tags = hmac_each(key.sub_key("handle", *names), texts)
        words[chosen] = np.frombuffer(tags, dtype=">i8").reshape(-1, 4)[:, :2]
    return [words[:, 0], words[:, 1]]
