"""Events as numbers: every text becomes its place among the distinct texts, every filter a bit.

A year of contacts holds a million cells and a few dozen words. Words are therefore looked at
once each, and the counting compares small numbers only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.analysis.indicators.loading import written_as
from uic.analysis.indicators.model import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from uic.analysis.indicators.model import Where

ALL, NOT_RECORDED = "all", "not recorded"
_ALL_AS_RECORDED = "all (as recorded)"

BITS = 60
"""Filters in one whole number: a row has one number for them all, and few have more."""


@dataclass(frozen=True, repr=False)
class Coded:
    """Events ready to be counted.

    Attributes:
        table: ``contact``, ``record``, ``date``, ``quantity``, ``returned``; ``partner`` and the
            axes as int32 (null where nothing is recorded); ``w0``, ``w1``, ... int64: filter n
            takes the row where bit ``n % BITS`` of ``w{n // BITS}`` is set.
        labels: For each coded column, what its numbers stand for.
    """

    table: pa.Table
    labels: dict[str, pa.Array]


def coded(events: pa.Table, by: Sequence[str], filters: Sequence[Where]) -> Coded:
    """Code the columns in ``by``, and ``partner``, and look which rows each filter takes."""
    columns = {name: events[name] for name in ("contact", "record", "date", "quantity", "returned")}
    labels = {}
    for name in dict.fromkeys(("partner", *by)):
        columns[name], labels[name] = _numbered(events[name])
    for number in range(0, len(filters), BITS):
        columns[f"w{number // BITS}"] = pa.array(_bits(events, filters[number : number + BITS]))
    return Coded(pa.table(columns), labels)


def labelled(cells: pa.Table, labels: dict[str, pa.Array], by: Sequence[str]) -> pa.Table:
    """Write words for the numbers of the axes: -1 is what nobody recorded, null the margin."""
    for name in by:
        words = pa.concat_arrays([labels[name], pa.array([NOT_RECORDED], pa.string())])
        place = pc.if_else(pc.less(cells[name], 0), len(words) - 1, cells[name])
        column = pc.fill_null(words.take(place.combine_chunks()), ALL)
        cells = cells.set_column(cells.column_names.index(name), name, column)
    return cells


def _numbered(column: pa.ChunkedArray) -> tuple[pa.Array, pa.Array]:
    """Number the distinct labels in alphabetic order, so that the smallest number is the first."""
    values, codes = _distinct(column)
    texts = [_label(value) for value in values]
    ordered = sorted({text for text in texts if text})
    place = {text: number for number, text in enumerate(ordered)}
    places = np.array([place.get(text, -1) for text in texts] + [-1], dtype=np.int32)[codes]
    return pa.array(places, mask=places < 0), pa.array(ordered, pa.string())


def _label(text: str) -> str:
    """Return what a table prints for a value: never the name of the margin."""
    plain = text.strip()
    return _ALL_AS_RECORDED if plain.lower() == ALL else plain


def mask(events: pa.Table, where: Where) -> NDArray[np.bool_]:
    """Mark the rows a filter takes; a missing value qualifies for nothing."""
    return np.asarray(_bits(events, [where]) != 0)


def _bits(events: pa.Table, filters: Sequence[Where]) -> NDArray[np.int64]:
    """Return one number a row: the bits of the filters that take it. A column is read once."""
    found = np.full(len(events), (1 << len(filters)) - 1, dtype=np.int64)
    for column in dict.fromkeys(name for where in filters for name, _ in where.items):
        values, codes = _distinct(events[column])
        found &= _accepted(column, values, filters)[codes]
    return found


def _accepted(column: str, values: Sequence[str], filters: Sequence[Where]) -> NDArray[np.int64]:
    """Return of each value which filters accept it; last, which accept that there is none."""
    accepted = np.zeros(len(values) + 1, dtype=np.int64)
    for number, where in enumerate(filters):
        wanted = dict(where.items).get(column)
        if wanted is None:
            accepted |= 1 << number
            continue
        spellings = {text for value in wanted for text in written_as(column, value)}
        for place, value in enumerate(values):
            accepted[place] |= (folded(value) in spellings) << number
    return accepted


def _distinct(column: pa.ChunkedArray) -> tuple[list[str], NDArray[np.int64]]:
    """Return the distinct texts, and of every row the place of its text, -1 where missing."""
    encoded = pc.dictionary_encode(column.combine_chunks())
    codes = pc.fill_null(encoded.indices, -1).to_numpy().astype(np.int64)
    return encoded.dictionary.to_pylist(), codes
