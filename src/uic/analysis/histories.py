"""Capture histories: how many people stand on which lists, the input of a size estimate.

A list is a partner's register or a channel of service. A history says on which lists a person
stands (1) and does not stand (0); the people on none are nowhere in the data, and are what an
estimate is about.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.analysis.tables import write_csv

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

Lists = Literal["partner", "channel"]

COUNT = "count"
_MOST_WRITTEN_OUT = 8  # 255 rows

OVERLAP = pa.schema(
    [
        ("list_a", pa.string()),
        ("list_b", pa.string()),
        ("n_a", pa.int64()),
        ("n_b", pa.int64()),
        ("n_both", pa.int64()),
    ]
)


def histories(people: pa.Table, *, lists: Lists = "partner") -> pa.Table:
    """Count the people of every capture history.

    Args:
        people: ``persons`` (one row a record: every person a partner has registered, also those
            without a contact) or ``person_events``; a table or anything with the Arrow C stream.
        lists: Which column names the list: ``"partner"``, or ``"channel"`` of ``person_events``.

    Returns:
        One 0/1 column (int8) a list, in alphabetic order, and ``count`` (int64), one row a
        history; those with more lists of the front come first. Up to eight lists every history
        is written, also those nobody has (an estimate must know a 0 from a gap); beyond, only
        those somebody has. Rows without a person or without a list are left out.

    Raises:
        ValueError: a column is missing, or a list is called ``count``.

    A holder learns how many people share two partners, and small counts among them: this table
    has not passed the release gate.
    """
    if lists not in get_args(Lists):
        raise ValueError("lists must be 'partner' or 'channel'")
    table = pa.table(people)
    for name in (lists, "person_id"):
        if name not in table.column_names:
            raise ValueError(f"the table lacks the column {name!r}")
    keys = [lists, "person_id"]
    texts = table.select(keys).cast(pa.schema([(key, pa.string()) for key in keys]))
    pairs = texts.drop_null().group_by(keys).aggregate([])
    names = sorted(pc.unique(pairs[lists]).to_pylist())
    if COUNT in names:
        raise ValueError(f"a list cannot be called {COUNT!r}: rename the {lists}")
    return _counted(_memberships(pairs, lists, names), names)


def list_overlap(table: pa.Table) -> pa.Table:
    """Count the people on each two lists, and on both, from a table of :func:`histories`.

    Returns:
        A table of schema ``OVERLAP``, one row a pair of lists.
    """
    members, names = _read_table(table)
    counts = table[COUNT].to_numpy()
    both = (members * counts[:, None]).T @ members
    rows = [
        (names[a], names[b], int(both[a, a]), int(both[b, b]), int(both[a, b]))
        for a, b in itertools.combinations(range(len(names)), 2)
    ]
    columns = zip(*rows, strict=True) if rows else [[]] * len(OVERLAP)
    return pa.table([list(column) for column in columns], schema=OVERLAP)


def write_histories(table: pa.Table, path: str | Path) -> None:
    """Write a table of :func:`histories` as CSV; ``uic estimate`` reads it."""
    write_csv(table, path)


def _memberships(pairs: pa.Table, lists: str, names: Sequence[str]) -> NDArray[np.int8]:
    people = pc.dictionary_encode(pairs["person_id"].combine_chunks())
    members = np.zeros((len(people.dictionary), len(names)), dtype=np.int8)
    column = pc.index_in(pairs[lists], pa.array(names, pa.string())).to_numpy()
    members[people.indices.to_numpy(), column] = 1
    return members


def _counted(members: NDArray[np.int8], names: Sequence[str]) -> pa.Table:
    if names and len(names) <= _MOST_WRITTEN_OUT:
        every = np.array(list(itertools.product((0, 1), repeat=len(names)))[1:], dtype=np.int8)
        members = np.concatenate([every, members])  # each history once more than somebody has it
        found, counts = np.unique(members, axis=0, return_counts=True)
        return _table(found, counts - 1, names)
    found, counts = np.unique(members, axis=0, return_counts=True)
    return _table(found, counts, names)


def _table(members: NDArray[np.int8], counts: NDArray[np.int64], names: Sequence[str]) -> pa.Table:
    order = np.lexsort(members.T[::-1])[::-1] if len(names) else np.arange(0)
    columns = [pa.array(members[order, place], pa.int8()) for place in range(len(names))]
    return pa.table([*columns, pa.array(counts[order], pa.int64())], names=[*names, COUNT])


def _read_table(table: pa.Table) -> tuple[NDArray[np.int64], list[str]]:
    names = [name for name in table.column_names if name != COUNT]
    columns = [table[name].to_numpy().astype(np.int64) for name in names]
    return np.stack(columns, axis=1) if columns else np.zeros((len(table), 0), np.int64), names
