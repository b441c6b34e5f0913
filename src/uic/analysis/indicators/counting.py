"""Count a set of indicators: one row a cell and indicator, with what the linkage leaves open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from uic.analysis.indicators.coding import ALL
from uic.analysis.indicators.cohorts import count_cohort
from uic.analysis.indicators.engine import Slicing, count_cells
from uic.analysis.indicators.intervals import limits, whole
from uic.analysis.indicators.linked import Linked, linked
from uic.analysis.indicators.loading import load_indicators
from uic.analysis.indicators.ratios import Size, Values, divided, per_size
from uic.analysis.indicators.referrals import count_completions
from uic.analysis.indicators.series import Series, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa

    from uic.analysis.indicators.model import Cohort, Completion, IndicatorSet, Period, Ratio

COHORT_LABELS = {
    "enrolled": "enrolled",
    "re_enrolled": "enrolled again",
    "dropped_out": "dropped out",
    "active_at_end": "active at the end",
}


@dataclass(frozen=True)
class _How:
    """What holds for the whole count."""

    slicing: Slicing
    uncertain: bool
    recall: float | None


def count_indicators(
    events: Linked | pa.Table,
    indicators: str | Path | IndicatorSet,
    *,
    by: Sequence[str] = (),
    period: Period | None = None,
    fiscal_start: int | None = None,
    size: Size | None = None,
    recall: float | None = None,
) -> pa.Table:
    """Count every indicator of a set in every cell of period x ``by``, margins included.

    Args:
        events: Linked events; or events under person ids, as ``uic.count`` takes them.
        indicators: A set: its id (``khana-nsp``), its file, or as loaded.
        by: Further axes: any of channel, partner, site, population, sex, age_group,
            marital_status, disclosure, hiv_status.
        period: Length of a period; the set's own if None.
        fiscal_start: Month in which a year begins; the set's own if None.
        size: Size of the population, for coverage and pieces a head; without it those are null.
        recall: Share of the true links that were found, above 0 and at most 1, where a review
            tells it: widens the limits by the links that are missing.

    Returns:
        ``period``, one column an axis (``all`` is the margin), and ``NUMBERS``: one row a cell
        and indicator, periods in order, ``all`` last, indicators in the order of the file.
        ``low`` and ``high`` are limits of what the linkage leaves open (95%), for people and for
        ratios, null where nothing is known about it. Referrals and cohorts are counted over all
        axes together.

    Raises:
        SchemaError: the set cannot be read.
        ValueError: an argument is out of its range, or the events lack a column.

    A holder of the table learns counts only, but small ones: it has not passed the release gate.
    """
    chosen = load_indicators(indicators)
    if recall is not None and not 0 < recall <= 1:
        raise ValueError("recall is a share, above 0 and at most 1")
    found = events if isinstance(events, Linked) else linked(events)
    slicing = Slicing(tuple(by), period or chosen.period, fiscal_start or chosen.fiscal_start)
    how = _How(slicing, found.draws is not None or recall is not None, recall)
    series = _counted(found, chosen, how, size)
    for completion in chosen.completions:
        series += _completed(found, completion, how)
    for cohort in chosen.cohorts:
        series += _cohort(found, cohort, how)
    return table_of(series, slicing)


def _counted(found: Linked, chosen: IndicatorSet, how: _How, size: Size | None) -> list[Series]:
    """Count the indicators and their ratios."""
    axes = ["start", *how.slicing.by]
    cells = count_cells(found, chosen.indicators, how.slicing, unlinked=how.recall is not None)
    base = whole(cells)
    values = {
        item.id: _values(cells, axes, f"i{n}", how, people=item.unit == "people")
        for n, item in enumerate(chosen.indicators)
    }
    units = {item.id: item.unit for item in chosen.indicators}
    for ratio in chosen.ratios:
        values[ratio.id] = _ratio(ratio, values, base, how.slicing, size)
    censored = base["censored"].to_numpy(zero_copy_only=False)
    keys = base.select(axes)
    return [
        Series(item.section, item.id, item.label, units.get(item.id, "ratio"), keys,
                values[item.id], censored)
        for item in (*chosen.indicators, *chosen.ratios)
    ]  # fmt: skip


def _values(
    cells: pa.Table, keys: Sequence[str], column: str, how: _How, *, people: bool
) -> Values:
    value = whole(cells)[column].to_numpy(zero_copy_only=False).astype(np.float64)
    if not (people and how.uncertain):
        return Values.exact(value)
    return Values(value, *limits(cells, keys, column, how.recall))


def _ratio(
    ratio: Ratio, values: dict[str, Values], cells: pa.Table, slicing: Slicing, size: Size | None
) -> Values:
    """Divide two indicators; a size is that of the whole population, not of a part of it."""
    nothing = Values.exact(np.full(len(cells), np.nan))
    if ratio.per != "size":
        result = divided(values[ratio.of], values[ratio.per])
    else:
        result = nothing if size is None else per_size(values[ratio.of], size)
    kept = np.ones(len(cells), dtype=np.bool_)
    if ratio.per == "size":
        for name in slicing.by:
            kept &= np.asarray(pc.equal(cells[name], ALL))
    if ratio.period is not None:
        kept &= np.asarray(cells["start"].is_valid()) & (ratio.period == slicing.period)
    numbers = (result.value, result.low, result.high)
    return Values(*(np.where(kept, number, np.nan) for number in numbers))


def _completed(found: Linked, what: Completion, how: _How) -> list[Series]:
    """Count the referrals of one service; a share is of those that were due."""
    cells = count_completions(found, what, how.slicing)
    columns = [("made", "made"), ("without_person", "made, nobody to match")]
    for n in what.within_days:
        columns += [(f"due_{n}", f"made {n} days before the data end or earlier")]
        columns += [(f"completed_{n}", f"completed within {n} days")]
    series = [_part(what, cells, name, label, "referrals", how) for name, label in columns]
    found_values = {item.indicator: item for item in series}
    for n in what.within_days:
        share = found_values[f"{what.id}_completed_{n}"]
        values = divided(share.values, found_values[f"{what.id}_due_{n}"].values)
        label = f"{what.label}: share completed within {n} days"
        series.append(replace(share, indicator=f"{what.id}_share_{n}", label=label, unit="ratio",
                              values=values))  # fmt: skip
    return series


def _cohort(found: Linked, what: Cohort, how: _How) -> list[Series]:
    cells = count_cohort(found, what, how.slicing)
    return [_part(what, cells, name, label, "people", how) for name, label in COHORT_LABELS.items()]


def _part(
    what: Completion | Cohort, cells: pa.Table, column: str, label: str, unit: str, how: _How
) -> Series:
    """Return one number of a completion or a cohort; missing links are not guessed at here."""
    base = whole(cells)
    linked_count = column.startswith("completed_") or unit == "people"
    value = base[column].to_numpy().astype(np.float64)
    values = (
        Values(value, *limits(cells, ["start"], column))
        if linked_count and how.uncertain
        else Values.exact(value)
    )
    return Series(what.section, f"{what.id}_{column}", f"{what.label}: {label}", unit,
                   base.select(["start"]), values, np.zeros(len(base), np.bool_))  # fmt: skip
