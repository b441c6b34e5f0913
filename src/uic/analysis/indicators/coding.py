"""Events as numbers: every text becomes its place among the distinct texts, every filter a mask.

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


@dataclass(frozen=True, repr=False)
class Coded:
    """Events ready to be counted.

    Attributes:
        table: ``contact``, ``record``, ``date``, ``quantity``, ``returned``; ``partner`` and the
            axes as int32 (null where nothing is recorded); ``w0``, ``w1``, ... one truth value a
            filter.
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
    for number, where in enumerate(filters):
        columns[f"w{number}"] = pa.array(mask(events, where))
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
    taken = np.ones(len(events), dtype=np.bool_)
    for column, wanted in where.items:
        values, codes = _distinct(events[column])
        spellings = {text for value in wanted for text in written_as(column, value)}
        taken &= np.array([folded(value) in spellings for value in values] + [False])[codes]
    return taken


def _distinct(column: pa.ChunkedArray) -> tuple[list[str], NDArray[np.int64]]:
    """Return the distinct texts, and of every row the place of its text, -1 where missing."""
    encoded = pc.dictionary_encode(column.combine_chunks())
    codes = pc.fill_null(encoded.indices, -1).to_numpy().astype(np.int64)
    return encoded.dictionary.to_pylist(), codes
