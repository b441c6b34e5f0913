"""Rows of a table: an indicator in every cell, and all of them put together and in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from uic.analysis.indicators.coding import ALL
from uic.analysis.indicators.periods import period_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from uic.analysis.indicators.engine import Slicing
    from uic.analysis.indicators.ratios import Values

NUMBERS = pa.schema(
    [
        ("section", pa.string()),
        ("indicator", pa.string()),
        ("label", pa.string()),
        ("unit", pa.string()),
        ("value", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("new_is_censored", pa.bool_()),
    ]
)
"""Columns of a table of numbers, behind ``period`` and the axes."""


@dataclass(frozen=True, repr=False)
class Series:
    """An indicator in every cell.

    Attributes:
        section: Part of the table it stands in; may be empty.
        indicator: Its id.
        label: What the table calls it.
        unit: ``people``, ``contacts``, ``group_contacts``, ``given``, ``returned``,
            ``referrals`` or ``ratio``.
        keys: ``start`` and the axes of every cell; an axis that is left out is ``all``.
        values: The numbers.
        censored: Where "new" may mean "new to our files".
    """

    section: str
    indicator: str
    label: str
    unit: str
    keys: pa.Table
    values: Values
    censored: NDArray[np.bool_]


def table_of(series: Sequence[Series], slicing: Slicing) -> pa.Table:
    """Put everything in one table: periods in order, all time last, then the axes, then rows."""
    parts = [_part(number, item, slicing) for number, item in enumerate(series)]
    table = pa.concat_tables(parts)
    ordered = table.take(in_order(table, slicing.by, "row"))
    return ordered.select(["period", *slicing.by, *NUMBERS.names])


def in_order(cells: pa.Table, by: Sequence[str], *then: str) -> pa.Array:
    """Return the order of cells: by their start, all time last, then by axes, ``all`` last."""
    order = [("start", "ascending")]
    for name in by:
        cells = cells.append_column(f"{name} last", pc.equal(cells[name], ALL))
        order += [(f"{name} last", "ascending"), (name, "ascending")]
    order += [(name, "ascending") for name in then]
    return pc.sort_indices(cells, order)  # null comes last


def _part(number: int, item: Series, slicing: Slicing) -> pa.Table:
    rows = len(item.keys)
    starts = item.keys["start"].to_pylist()
    names = {s: period_name(s, slicing.period, slicing.fiscal_start) for s in set(starts)}
    columns = {
        "start": item.keys["start"],
        "period": pa.array([names[start] for start in starts], pa.string()),
        "row": pa.repeat(pa.scalar(number), rows),
        "new_is_censored": pa.array(item.censored, pa.bool_()),
    }
    for name in slicing.by:
        given = name in item.keys.column_names
        columns[name] = item.keys[name] if given else _repeated(ALL, rows)
    for name in ("section", "indicator", "label", "unit"):
        columns[name] = _repeated(getattr(item, name), rows)
    for name in ("value", "low", "high"):
        columns[name] = pa.array(getattr(item.values, name), pa.float64(), from_pandas=True)
    return pa.table(columns)


def _repeated(text: str, rows: int) -> pa.Array:
    return pa.repeat(pa.scalar(text, pa.string()), rows)
