"""Who was met: sex, age group, marital status, disclosure, HIV status, by population."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.analysis.indicators import TRAITS, count_indicators, load_indicators
from uic.analysis.indicators.coding import ALL

if TYPE_CHECKING:
    from uic.analysis.indicators import IndicatorSet, Linked
    from uic.analysis.indicators.model import Period

TITLE = "Characteristics of the people met, by population"


def characteristics(
    linked: Linked,
    *,
    period: Period = "year",
    fiscal_start: int = 1,
    recall: float | None = None,
) -> pa.Table:
    """Count people by each trait and population, in every period.

    Returns:
        ``period``, ``characteristic``, ``value`` (``all`` for everybody), ``population`` (``all``
        for everybody), ``people``, ``share`` (of the people of that population in the period),
        ``low`` and ``high`` (limits of ``people``, null where unknown); all time comes last
        where there is more than one period. A person who was met as
        two kinds of client stands under both; of a trait everybody has one value.
    """
    tables = [_by_trait(linked, name, period, fiscal_start, recall) for name in TRAITS]
    table = pa.concat_tables(tables)
    if len(pc.unique(table["period"])) == 2:  # one period and all time say the same
        table = table.filter(pc.not_equal(table["period"], ALL))
    return table


def people_only() -> IndicatorSet:
    """Return a set that counts individuals and nothing else."""
    core = load_indicators("core")
    only = tuple(item for item in core.indicators if item.id == "individuals")
    return core.model_copy(update={"indicators": only, "ratios": ()})


def _by_trait(
    linked: Linked, trait: str, period: Period, fiscal_start: int, recall: float | None
) -> pa.Table:
    counted = count_indicators(
        linked,
        people_only(),
        by=(trait, "population"),
        period=period,
        fiscal_start=fiscal_start,
        recall=recall,
    )
    whole = counted.filter(pc.equal(counted[trait], ALL))
    sizes = pa.table(
        {name: whole[name] for name in ("period", "population")} | {"whole": whole["value"]}
    )
    rows = counted.append_column("at", pa.array(np.arange(len(counted))))
    rows = rows.join(sizes, ["period", "population"]).sort_by("at")
    return pa.table(
        {
            "period": rows["period"],
            "characteristic": pa.repeat(pa.scalar(trait), len(rows)),
            "value": rows[trait],
            "population": rows["population"],
            "people": rows["value"].cast(pa.int64()),
            "share": pc.divide(rows["value"], rows["whole"]),
            "low": rows["low"].cast(pa.int64()),
            "high": rows["high"].cast(pa.int64()),
        }
    )
