"""The partner's own random pairs at each agreement level: the only sums the matcher gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa

from uic.exchange import FREQUENCIES
from uic.levels import pattern_sql
from uic.partner.encoding.signing import signatures
from uic.partner.mixing import mixed
from uic.partner.signatures import coded
from uic.strangers import of_two_people

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.levels import Comparison
    from uic.partner.encoding.preparing import Prepared

RANDOM_PAIRS = 1_000_000
_NOTHING = 7_046_029_254_386_353_131  # stands for a missing value; hardly any signature is it


def frequencies(prepared: Prepared) -> pa.Table:
    """Compare random pairs of the partner's own records, all under one salt that nobody else uses.

    The linkage unit has no random pairs (its blocks are mostly matches), so it cannot know how
    often strangers agree. These few sums per attribute tell it, and nothing about a person. Pairs
    that look like one person are left out, unless the list is vouched for. The order of the
    records does not change them. Where a register came in parts, its largest part stands for it: a
    random sample of records.
    """
    rows = max(prepared.sizes, default=0)
    if rows < 2 or not prepared.items:
        return FREQUENCIES.empty_table()
    part = prepared.store.look(f"columns/{prepared.sizes.index(rows)}")
    columns = {name: part[name].combine_chunks() for name in part.column_names}
    salt = int.from_bytes(prepared.key.sub_key("frequencies")[:8], "little")
    salts = coded(np.full(rows, salt, dtype=np.uint64))
    signed = signatures(columns, prepared.items, salts, "frequencies", prepared.key)
    order = _by_value(signed, rows)
    left, right = (order[side] for side in _pairs_to_compare(rows))
    found = _patterns(signed, left, right, prepared.items)
    pattern, pairs = found["pattern"].to_numpy(), found["pairs"].to_numpy().astype(float)
    if not prepared.header.vouched:  # else nobody is on the list twice
        pairs = of_two_people(pattern, pairs, prepared.items)
    return _level_counts(pattern, pairs, prepared.items)


def _patterns(
    signed: dict[str, pa.Array],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    items: tuple[Comparison, ...],
) -> pa.Table:
    """Return how many pairs have each pattern of levels."""
    whole = pa.table(signed)
    with duckdb.connect(config={"temp_directory": ""}) as database:  # no row on a disk
        drawn = {}
        for side, rows in (("a", left), ("b", right)):
            taken = whole.take(pa.array(rows))
            drawn[side] = taken.append_column("n", pa.array(np.arange(len(rows))))
            database.register(side, drawn[side])
        return database.sql(
            f"SELECT {pattern_sql(items)} AS pattern, count(*) AS pairs"  # noqa: S608 - our names
            " FROM a POSITIONAL JOIN b GROUP BY 1 ORDER BY 1"
        ).to_arrow_table()


def _pairs_to_compare(rows: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return all pairs of a small register, a million random ones of a large one."""
    if rows * (rows - 1) // 2 <= RANDOM_PAIRS:
        return np.triu_indices(rows, 1)
    draw = np.random.default_rng(rows)  # which pairs are drawn is no secret and must repeat
    left, right = draw.integers(0, rows, (2, RANDOM_PAIRS))
    return left[left != right], right[left != right]


def _by_value(signed: dict[str, pa.Array], rows: int) -> NDArray[np.int64]:
    """Return the records in an order that their values alone decide, and the key.

    Records with the same values may change places: they make the same pairs.
    """
    words = np.zeros(rows, dtype=np.uint64)
    for column in signed.values():
        values = column.cast(pa.int64()).fill_null(_NOTHING).to_numpy()
        words = mixed(words ^ values.view(np.uint64))
    return np.argsort(words)


def _level_counts(
    pattern: NDArray[np.int64], pairs: NDArray[np.float64], items: tuple[Comparison, ...]
) -> pa.Table:
    rows = []
    for position, item in enumerate(items):
        level = (pattern >> (4 * position)) & 15
        counts = np.bincount(level, weights=pairs, minlength=len(item.levels))
        rows += [(item.attribute, number, round(count)) for number, count in enumerate(counts)]
    return pa.Table.from_pylist(
        [dict(zip(FREQUENCIES.names, row, strict=True)) for row in rows], schema=FREQUENCIES
    )
