"""Small steps on columns of cells: arrays of objects in which None is a missing value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    Cells = NDArray[np.object_]


def cells(values: Iterable[Any]) -> Cells:
    """Return values as a column; nothing is converted."""
    listed = list(values)
    column = np.empty(len(listed), dtype=object)
    column[:] = listed
    return column


def present(column: Cells) -> NDArray[np.bool_]:
    """Return which cells hold a value."""
    return np.asarray(column != np.array(None), dtype=bool)


def masked(column: Cells, kept: NDArray[np.bool_]) -> Cells:
    """Return the column with every cell that is not ``kept`` made missing."""
    result = column.copy()
    result[~kept] = None
    return result


def changed(column: Cells, change: Callable[[Any], Any]) -> Cells:
    """Apply ``change`` to every value; a missing one stays missing."""
    return cells(None if value is None else change(value) for value in column)


def coded(column: Cells, code: dict[str, str]) -> Cells:
    """Write values by a code list; a value without a code stays as it is."""
    return changed(column, lambda value: code.get(value, value))


def repeated(column: Cells, places: NDArray[np.int64]) -> Cells:
    """Take the cells at ``places``; -1 gives a missing value."""
    result = np.empty(len(places), dtype=object)
    there = places >= 0
    result[there] = column[places[there]]
    return result
