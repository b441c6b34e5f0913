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

import duckdb
import pyarrow as pa

from uic.analysis.tables import write_csv

if TYPE_CHECKING:
    from pathlib import Path

Period = Literal["year", "quarter", "month"]

LOOK_BACK_MONTHS = 3
"""How long after a partner's data begin a first contact may be an old client's first record."""

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
_NEEDED = ("partner", "contact", "person_id", "date", "channel")


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
    _check(period, fiscal_start)
    events = pa.table(person_events)
    missing = [name for name in _NEEDED if name not in events.column_names]
    if missing:
        raise ValueError(f"person_events lacks the column {missing[0]!r}")
    with duckdb.connect(config={"temp_directory": ""}) as connection:  # no person id on a disk
        connection.register("person_events", events.select(_NEEDED))
        settings = {"unit": period, "shift": fiscal_start - 1, "look_back": LOOK_BACK_MONTHS}
        return connection.sql(_CELLS, params=settings).to_arrow_table().cast(COUNTS)


def write_counts(counts: pa.Table, path: str | Path) -> None:
    """Write the table of :func:`count` as CSV; text that a spreadsheet would run is defused."""
    write_csv(counts, path)


def _check(period: str, fiscal_start: int) -> None:
    if period not in get_args(Period):
        raise ValueError("period must be 'year', 'quarter' or 'month'")
    if not 1 <= fiscal_start <= 12:
        raise ValueError("fiscal_start must be a month, 1 to 12")


# Where a partner's data begin is the day by which one in a thousand of its contacts has happened,
# not the first day: a year mistyped decades ago must not make everybody else look truly new.
# Periods are compared by their first day, which orders as the days of the contacts do.
# People are numbered because counting distinct integers is much faster than counting strings.
_CELLS = """
WITH contact AS (
    SELECT partner, contact, min(person_id) AS person_id, min(date) AS day,
        coalesce(nullif(trim(min(channel)), ''), 'not recorded') AS channel
    FROM person_events
    GROUP BY partner, contact
),
person AS (
    SELECT person_id, row_number() OVER (ORDER BY person_id) AS person
    FROM (SELECT DISTINCT person_id FROM contact WHERE person_id IS NOT NULL)
),
begun AS (
    SELECT partner, quantile_disc(day, 0.001) + to_months($look_back) AS settled
    FROM contact
    GROUP BY partner
),
shifted AS (
    SELECT contact.partner, channel, person, settled,
        date_trunc('month', day) - to_months($shift) AS month
    FROM contact JOIN begun USING (partner) LEFT JOIN person USING (person_id)
),
visit AS (
    SELECT person, settled, count(*) AS contacts,
        CASE WHEN lower(channel) = 'all' THEN 'all (as recorded)' ELSE channel END AS channel,
        CASE WHEN lower(partner) = 'all' THEN 'all (as recorded)' ELSE partner END AS partner,
        CAST(date_trunc($unit, month) + to_months($shift) AS DATE) AS start,
        CAST(date_trunc('year', month) + to_months($shift) AS DATE) AS year
    FROM shifted
    GROUP BY ALL
),
dated AS (
    SELECT *, start < settled AS censored,
        start = min(start) OVER (PARTITION BY person) AS new_to_programme,
        start = min(start) OVER (PARTITION BY person, partner) AS new_to_partner,
        start = min(start) OVER (PARTITION BY person, year) AS new_in_year
    FROM visit
),
cell AS (
    SELECT start, channel, partner,
        grouping(start) = 1 AS all_time, grouping(channel) = 1 AS all_channels,
        grouping(partner) = 1 AS all_partners,
        coalesce(sum(contacts), 0) AS contacts,
        count(DISTINCT person) AS individuals,
        count(DISTINCT person) FILTER (new_to_programme) AS new_to_programme,
        count(DISTINCT person) FILTER (new_to_partner) AS new_to_partner,
        count(DISTINCT person) FILTER (new_in_year) AS new_in_year,
        coalesce(sum(contacts) FILTER (person IS NULL), 0) AS group_contacts,
        coalesce(sum(contacts) FILTER (start IS NULL), 0) AS undated,
        bool_or(censored) AS censored
    FROM dated
    GROUP BY CUBE (start, channel, partner)
    HAVING grouping(start) = 1 OR start IS NOT NULL
)
SELECT
    CASE WHEN all_time THEN 'all'
        WHEN $unit = 'month' THEN strftime(start, '%Y-%m')
        WHEN $shift = 0 AND $unit = 'year' THEN strftime(start, '%Y')
        WHEN $shift = 0 THEN strftime(start, '%Y') || '-Q' || quarter(start)
        ELSE strftime(start, '%Y-%m') || '/' || strftime(
            start + to_months(CASE WHEN $unit = 'year' THEN 11 ELSE 2 END), '%Y-%m')
    END AS period,
    CASE WHEN all_channels THEN 'all' ELSE channel END AS channel,
    CASE WHEN all_partners THEN 'all' ELSE partner END AS partner,
    contacts, individuals,
    CASE WHEN NOT all_time THEN new_to_programme END AS new_to_programme,
    CASE WHEN NOT all_time THEN new_to_partner END AS new_to_partner,
    CASE WHEN NOT all_time THEN new_in_year END AS new_in_year,
    group_contacts, undated, all_time OR censored AS new_is_censored
FROM cell
ORDER BY all_time, start, all_channels, cell.channel, all_partners, cell.partner
"""
