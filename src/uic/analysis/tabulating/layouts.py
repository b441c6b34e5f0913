"""Numbers laid out as programmes print them: a row an indicator, a column a period."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.analysis.tabulating.pivoting import pivoted, printed
from uic.analysis.tabulating.values import Tabulation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.analysis.indicators import IndicatorSet

_UNITS = ("people", "contacts", "group_contacts", "given", "returned", "referrals")
"""Units that are whole numbers; the other is a ratio."""


def laid_out(
    numbers: pa.Table, indicators: IndicatorSet, by: Sequence[str], notes: Sequence[str]
) -> Tabulation:
    """Lay out the numbers of a set: the axes, section and indicator, then a column a period.

    The column ``all`` (all time) is left out where there is one period only. A count that no
    contact of the period reaches is 0; a number that has no meaning there is empty.
    """
    keys = [*by, "section", "label", "unit", "indicator"]
    rows, columns = pivoted(numbers, keys, "period", "value")
    whole = np.asarray(pc.is_in(rows["unit"], pa.array(_UNITS)))
    table = {name: rows[name] for name in (*by, "section", "label")}
    shown = list(columns)[:-1] if len(columns) == 2 else list(columns)
    for period in shown:
        values, there = columns[period]
        table[period] = printed(np.where(whole & ~there, 0, values), whole)
    people = tuple(pc.equal(rows["unit"], "people").to_pylist())
    return Tabulation(indicators.id, indicators.title, _named(table), tuple(notes), people)


def limits_table(numbers: pa.Table, by: Sequence[str]) -> Tabulation | None:
    """Return the numbers that have limits, one row each; None where there is none."""
    known = numbers.filter(pc.is_valid(numbers["low"]))
    if not len(known):
        return None
    table = {column: known[column] for column in ("period", *by, "section", "label")}
    whole = np.asarray(pc.not_equal(known["unit"], "ratio"))
    for column in ("value", "low", "high"):
        table[column] = printed(known[column].to_numpy(zero_copy_only=False), whole)
    title = "Limits of what the linkage leaves open (95%)"
    people = tuple(pc.equal(known["unit"], "people").to_pylist())
    return Tabulation("limits", title, _named(table), (), people)


def cells_table(numbers: pa.Table, by: Sequence[str]) -> pa.Table:
    """Return one row a cell and one column an indicator, as other programs want it.

    Columns: ``period``, the axes, the indicators by their ids, ``new_is_censored``. This is the
    shape that ``uic release`` and ``uic export dhis2`` take.
    """
    keys = ["period", *by]
    rows, columns = pivoted(numbers, keys, "indicator", "value")
    units = dict(zip(numbers["indicator"].to_pylist(), numbers["unit"].to_pylist(), strict=True))
    table = {name: rows[name] for name in keys}
    for indicator, (values, there) in columns.items():
        whole = np.full(len(rows), units[indicator] in _UNITS)
        table[indicator] = printed(np.where(whole & ~there, 0, values), whole)
    first = numbers["indicator"][0].as_py()
    marks = numbers.filter(pc.equal(numbers["indicator"], first))["new_is_censored"]
    return pa.table(table | {"new_is_censored": marks})


def _named(columns: dict[str, pa.Array]) -> pa.Table:
    """Name the columns as the published tables do; a section that is always empty goes."""
    if not any(columns["section"].to_pylist()):
        columns = {name: column for name, column in columns.items() if name != "section"}
    names = ["indicator" if name == "label" else name for name in columns]
    return pa.table(list(columns.values()), names=names)
