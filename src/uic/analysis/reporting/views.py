"""From report data to what the page shows: rows chosen, totals found, nothing formatted."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from uic.analysis.reporting.data import Estimation, MissingValues, Model

ALL = "all"
MOST_CELLS = 200
_WIDEST_SCALE = 4.0

Cell = dict[str, Any]


@dataclass(frozen=True)
class Cells:
    """Rows of the counts table that fit on a page, and how many there are in all."""

    rows: tuple[Cell, ...]
    total: int


def totals(counts: pa.Table) -> tuple[tuple[Cell, ...], Cell]:
    """Return the cell of each period over all channels and partners, and the cell of everything."""
    rows = [row for row in counts.to_pylist() if row["channel"] == row["partner"] == ALL]
    periods = tuple(row for row in rows if row["period"] != ALL)
    (everything,) = (row for row in rows if row["period"] == ALL)
    return periods, everything


def newest(periods: Sequence[Cell]) -> Cell | None:
    """Return the latest period whose new people can be told, or None."""
    known = [row for row in periods if not row["new_is_censored"]]
    return known[-1] if known else None


def cells(counts: pa.Table) -> Cells:
    """Return the cells of the page: no total of one part; totals only where there are too many."""
    rows = counts.to_pylist()
    chosen = rows = _without_repeats(rows)
    for margins in (1, 2):
        if len(chosen) > MOST_CELLS:
            chosen = [row for row in rows if _margins(row) >= margins]
    return Cells(tuple(chosen), len(rows))


def _margins(row: Cell) -> int:
    return int(row["channel"] == ALL) + int(row["partner"] == ALL)


def _without_repeats(rows: list[Cell]) -> list[Cell]:
    """Leave out the total of a single part: it repeats the row of that part."""
    parts = Counter(
        (row["period"], axis, row[axis])
        for row in rows
        for axis in ("channel", "partner")
        if not _margins(row)
    )
    return [
        row
        for row in rows
        if _margins(row) != 1 or parts[(row["period"], axis := _kept_axis(row), row[axis])] > 1
    ]


def _kept_axis(row: Cell) -> str:
    return "partner" if row["channel"] == ALL else "channel"


@dataclass(frozen=True)
class MissingTable:
    """Missing shares, attributes down and partners across; None where a file has no column."""

    partners: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float | None, ...]], ...]


def missing_table(missing: Sequence[MissingValues]) -> MissingTable:
    """Arrange missing values by attribute and partner, in the order in which they came."""
    partners = tuple(dict.fromkeys(item.partner for item in missing))
    shares = {
        (item.attribute, item.partner): item.missing / item.records
        for item in missing
        if item.records
    }
    attributes = dict.fromkeys(item.attribute for item in missing)
    rows = (
        (attribute, tuple(shares.get((attribute, partner)) for partner in partners))
        for attribute in attributes
    )
    return MissingTable(partners, tuple(rows))


@dataclass(frozen=True)
class Scale:
    """The common axis of all models' intervals."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """Return where a value lies on the axis, 0 to 1; beyond the ends it is at the end."""
        span = self.high - self.low
        share = (min(value, self.high) - self.low) / span if span > 0 else 0.0
        return max(share, 0.0)

    def beyond(self, model: Model) -> bool:
        """Tell whether a model's interval runs off the axis."""
        return model.high > self.high


def scale_of(estimation: Estimation) -> Scale:
    """Choose an axis that one wild model cannot stretch until the others cannot be seen."""
    models = [model for model in estimation.models if math.isfinite(model.abundance)]
    if not models:
        return Scale(0.0, 0.0)
    anchor = models[0] if estimation.chosen is None else estimation.models[estimation.chosen]
    most = _WIDEST_SCALE * max(anchor.abundance, 1.0)
    highs = [model.high for model in models if model.high <= most]
    return Scale(min(model.low for model in models), max(highs, default=most))
