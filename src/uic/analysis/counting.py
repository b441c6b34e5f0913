"""Contacts and people by period, channel and partner; every cell is counted from rows.

Words (design, "Counting and release"):

* contact: one service event, that is one distinct ``contact`` of one partner, however many
  services it holds. It has one person, one date and one channel; should its rows disagree, the
  smallest value stands.
* individual: a person with at least one contact in the cell.
* new_to_programme: an individual of the cell whose first dated contact, in all linked data and
  whatever the channel or partner, falls in the cell's period.
* new_to_partner: an individual of the cell whose first dated contact with the partner of one of
  the cell's contacts falls in the cell's period. For partner ``all`` these are the people who
  were new to at least one partner.
* new_in_year: an individual of the cell whose first dated contact of the (fiscal) year, in all
  linked data, falls in the cell's period. With ``period="year"`` this is every individual.

Over all time everybody is new, so the three are null where the period is ``all``.

People must never be added up: one person may stand in many cells. That is why the table carries
its own margins, and why no margin is a sum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import pyarrow as pa

from uic.analysis.indicators.engine import LOOK_BACK_MONTHS, Slicing, count_cells
from uic.analysis.indicators.linked import linked
from uic.analysis.indicators.model import Indicator
from uic.analysis.indicators.periods import period_name
from uic.analysis.indicators.series import in_order
from uic.analysis.tables import write_csv

if TYPE_CHECKING:
    from pathlib import Path

    from uic.analysis.indicators.model import Seen, Unit

__all__ = ["COUNTS", "LOOK_BACK_MONTHS", "count", "write_counts"]

Period = Literal["year", "quarter", "month"]

COUNTS = pa.schema(
    [
        ("period", pa.string()),
        ("channel", pa.string()),
        ("partner", pa.string()),
        ("contacts", pa.int64()),
        ("individuals", pa.int64()),
        ("new_to_programme", pa.int64()),
        ("new_to_partner", pa.int64()),
        ("new_in_year", pa.int64()),
        ("group_contacts", pa.int64()),
        ("undated", pa.int64()),
        ("new_is_censored", pa.bool_()),
    ]
)


def count(person_events: pa.Table, *, period: Period = "year", fiscal_start: int = 1) -> pa.Table:
    """Count contacts and people in every cell of period x channel x partner, margins included.

    Args:
        person_events: One row a contact and service, as a table or anything with the Arrow C
            stream, with ``partner``, ``contact``, ``person_id`` (null for a group contact),
            ``date`` (null when unknown) and ``channel``.
        period: Length of a period.
        fiscal_start: Month (1 to 12) in which a year begins; quarters count from it.

    Returns:
        A table of schema ``COUNTS``, one row a cell that holds a contact, sorted, with the margin
        ``all`` last on each axis. The cell ``all`` x ``all`` x ``all`` is always there. Contacts
        without a date are counted (and told in ``undated``) where the period is ``all`` and
        nowhere else. ``new_is_censored`` is true where "new" may mean "new to our files": some
        contact of the cell comes from a partner whose data began less than ``LOOK_BACK_MONTHS``
        before the period (or in it).

    Raises:
        ValueError: a column is missing, or ``period`` or ``fiscal_start`` is out of range.

    A holder of the table learns counts only, but small ones: it has not passed the release gate.
    """
    if period not in get_args(Period):
        raise ValueError("period must be 'year', 'quarter' or 'month'")
    slicing = Slicing(("channel", "partner"), period, fiscal_start)
    cells = count_cells(linked(person_events), tuple(_COUNTED.values()), slicing)
    starts = cells["start"].to_pylist()
    names = {start: period_name(start, period, fiscal_start) for start in set(starts)}
    numbers = {name: cells[f"i{n}"] for n, name in enumerate(_COUNTED)}
    columns = {
        "period": pa.array([names[start] for start in starts], pa.string()),
        "channel": cells["channel"],
        "partner": cells["partner"],
        "undated": cells["undated"],
        "new_is_censored": cells["censored"],
    }
    table = pa.table({name: (columns | numbers)[name] for name in COUNTS.names}, schema=COUNTS)
    return table.take(in_order(cells, slicing.by))


def write_counts(counts: pa.Table, path: str | Path) -> None:
    """Write the table of :func:`count` as CSV; text that a spreadsheet would run is defused."""
    write_csv(counts, path)


def _indicator(name: str, unit: Unit, seen: Seen | None = None) -> Indicator:
    return Indicator(id=name, label=name, unit=unit, seen=seen)


_COUNTED = {
    "contacts": _indicator("contacts", "contacts"),
    "individuals": _indicator("individuals", "people"),
    "new_to_programme": _indicator("new_to_programme", "people", "new_to_programme"),
    "new_to_partner": _indicator("new_to_partner", "people", "new_to_partner"),
    "new_in_year": _indicator("new_in_year", "people", "new_in_year"),
    "group_contacts": _indicator("group_contacts", "group_contacts"),
}
