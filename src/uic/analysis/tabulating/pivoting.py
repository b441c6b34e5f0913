"""A long table as people read it: some columns down the side, one across the top."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.analysis.indicators.coding import ALL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]


def pivoted(
    table: pa.Table, keys: Sequence[str], across: str, value: str
) -> tuple[pa.Table, dict[str, tuple[Numbers, NDArray[np.bool_]]]]:
    """Return the rows, and for each column across the top its numbers and where it has any.

    Rows and columns come in the order of the table, the column ``all`` last. A number that is
    null is nan and there; one that no row of the table gives is nan and not there.
    """
    codes = codes_of(table, keys)
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.argsort(order)[inverse]
    rows = table.select(list(keys)).take(first[order])
    values = table[value].cast(pa.float64()).to_numpy(zero_copy_only=False)
    columns = {}
    names = pc.unique(table[across]).to_pylist()
    for name in sorted(names, key=lambda text: text == ALL):
        inside = np.asarray(pc.equal(table[across], name))
        numbers, there = np.full(len(rows), np.nan), np.zeros(len(rows), dtype=np.bool_)
        numbers[place[inside]], there[place[inside]] = values[inside], True
        columns[name] = (numbers, there)
    return rows, columns


def printed(numbers: Numbers, whole: NDArray[np.bool_], decimals: int = 4) -> pa.Array:
    """Return numbers as they are printed: integers, or decimals where a row has a ratio."""
    if whole.all():
        return pa.array(numbers, pa.float64(), from_pandas=True).cast(pa.int64())
    return pa.array(numbers.round(decimals), pa.float64(), from_pandas=True)


def codes_of(table: pa.Table, keys: Sequence[str]) -> NDArray[np.int64]:
    """Return one number a row, equal where all the keys are equal."""
    codes = np.zeros(len(table), dtype=np.int64)
    for name in keys:
        encoded = table[name].combine_chunks().dictionary_encode()
        codes = codes * (len(encoded.dictionary) + 1) + encoded.indices.fill_null(-1).to_numpy() + 1
    return codes
