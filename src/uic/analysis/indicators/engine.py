"""Count every cell from rows, in DuckDB: no number of people is ever a sum of others.

The steps, each a relation:

1. ``contact``: one row a contact, with the filters it meets, a bit each. It has one person, one
   day and one place; should its rows disagree, the smallest value stands.
2. ``visit``: contacts of one record with the same partner, period and places, together.
3. ``dated``: visits under persons, with what was a first time for the person.
4. ``in_cell``: one row a person and cell; a person stands in many cells.
5. The numbers, one row a cell.

The last two are made for one combination of axes after the other: that is three times as fast as
one ``CUBE``, and twice as fast as ``count(DISTINCT ...)``. A row a person also lets an indicator
ask how often somebody came.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pyarrow as pa

from uic.analysis.indicators.coding import coded, labelled
from uic.analysis.indicators.compiling import CENSORED, plan_for
from uic.analysis.indicators.linked import AXES
from uic.analysis.indicators.periods import MONTHS, start_sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from uic.analysis.indicators.compiling import Plan
    from uic.analysis.indicators.linked import Linked
    from uic.analysis.indicators.model import Indicator, Period

LOOK_BACK_MONTHS = 3
"""How long after a partner's data begin a first contact may be an old client's first record."""

LINKED, UNLINKED, QUESTIONED = 0, -1, -2
"""What stands in ``draw`` below 1: persons as linked, every record a person of its own, and the
records in question alone, as linked."""


@dataclass(frozen=True)
class Slicing:
    """How the cells are cut.

    Attributes:
        by: Columns of ``AXES``: the axes beside the period.
        period: Length of a period: year, half, quarter or month.
        fiscal_start: Month, 1 to 12, in which a year begins; other periods count from it.

    Raises:
        ValueError: one of them is not what it must be.
    """

    by: tuple[str, ...] = ("channel", "partner")
    period: Period = "year"
    fiscal_start: int = 1

    def __post_init__(self) -> None:
        if self.period not in MONTHS:
            raise ValueError("period must be 'year', 'half', 'quarter' or 'month'")
        if not 1 <= self.fiscal_start <= 12:
            raise ValueError("fiscal_start must be a month, 1 to 12")
        if len(set(self.by)) < len(self.by) or not set(self.by) <= set(AXES):
            raise ValueError(f"by takes each of {', '.join(AXES)} once")


def count_cells(
    linked: Linked, indicators: Sequence[Indicator], slicing: Slicing, *, unlinked: bool = False
) -> pa.Table:
    """Count indicators in every cell of period x axes, margins included, for every draw.

    Args:
        linked: The events, and who the records are.
        indicators: What to count.
        slicing: How the cells are cut.
        unlinked: Also count with every record a person of its own.

    Returns:
        One row a draw and cell that holds a contact: ``draw`` (see ``LINKED``; from 1 the draws,
        which hold the records in question alone), ``start`` (first day of the period, null for
        all time), one column an axis (``all`` is the margin), ``contacts``, ``undated``,
        ``censored``, and one column an indicator, ``i0``, ``i1``, ... in order. Over all time,
        "new" is null.
    """
    plan = plan_for(indicators)
    events = coded(linked.events, slicing.by, plan.filters)
    tables: list[pa.Table] = []
    with duckdb.connect(config={"temp_directory": ""}) as database:  # no person on a disk
        database.register("events", events.table)
        database.execute(_visit_sql(plan, slicing))
        for who, join in assignments(linked, unlinked=unlinked):
            database.register("who", who)
            database.execute(_DATED.format(join=join, first=plan.first, seen=plan.seen))
            queries = _cell_sqls(plan, indicators, slicing)
            tables += [database.sql(sql).to_arrow_table() for sql in queries]
            database.unregister("who")
    seen = [f"i{n}" for n, item in enumerate(indicators) if item.seen]
    cells = with_all_time(pa.concat_tables(tables), [*slicing.by, *seen])
    return labelled(cells, events.labels, slicing.by)


def with_all_time(cells: pa.Table, empty: Sequence[str] = ()) -> pa.Table:
    """Add the cell of all time where nothing happened at all: it is always there.

    ``empty`` are the columns that have no number over all time.
    """
    if (cells["draw"].to_numpy() == LINKED).any():
        return cells
    numbers = {field.name: 0 for field in cells.schema if pa.types.is_integer(field.type)}
    row: dict[str, Any] = dict.fromkeys(cells.column_names) | numbers | {"draw": LINKED}
    row |= dict.fromkeys(empty) | ({"censored": True} if "censored" in row else {})
    return pa.concat_tables([cells, pa.Table.from_pylist([row], schema=cells.schema)])


def assignments(linked: Linked, *, unlinked: bool = False) -> Iterator[tuple[pa.Table, str]]:
    """Yield who the records are, and how to join: contacts with groups belong to one draw only."""
    records = np.arange(len(linked.persons))
    yield _who(LINKED, records, linked.persons), "LEFT"
    if unlinked:
        yield _who(UNLINKED, records, records), "INNER"
    draws = linked.draws
    if draws is not None and draws.records.size:
        yield _who(QUESTIONED, draws.records, linked.persons[draws.records]), "INNER"
        for first in range(0, len(draws.persons), _AT_ONCE):
            some = draws.persons[first : first + _AT_ONCE]
            numbers = np.repeat(np.arange(len(some)) + first + 1, len(draws.records))
            yield _who(numbers, np.tile(draws.records, len(some)), some.ravel()), "INNER"


_AT_ONCE = 20  # draws in one query: bounds the memory


def _who(draw: Any, records: Any, persons: Any) -> pa.Table:  # noqa: ANN401 - arrays or a number
    numbers = np.broadcast_to(np.asarray(draw, dtype=np.int32), records.shape)
    return pa.table({"draw": numbers.copy(), "record": records, "person": persons.astype(np.int32)})


def _visit_sql(plan: Plan, slicing: Slicing) -> str:
    axes = [name for name in slicing.by if name != "partner"]
    return _VISIT.format(
        smallest="".join(f", coalesce(min({name}), -1) AS {name}" for name in axes),
        axes="".join(f", {name}" for name in axes),
        contact=plan.contact,
        visit=plan.visit,
        look_back=LOOK_BACK_MONTHS,
        year=start_sql("start", "year", slicing.fiscal_start),
        start=start_sql("day", slicing.period, slicing.fiscal_start),
    )


def _cell_sqls(plan: Plan, indicators: Sequence[Indicator], slicing: Slicing) -> Iterator[str]:
    """Yield the counting of every combination of axes; an axis that is left out is a margin."""
    axes = ("start", *slicing.by)
    for size in range(len(axes) + 1):
        for kept in itertools.combinations(axes, size):
            dated = "start" in kept
            yield _CELL.format(
                keys="".join(f", {name}" for name in kept),
                columns="".join(
                    f", {name}"
                    if name in kept
                    else f", CAST(NULL AS {_TYPES.get(name, 'INT')}) AS {name}"
                    for name in axes
                ),
                where="WHERE start IS NOT NULL" if dated else "",
                undated="0" if dated else "sum(contacts) FILTER (start IS NULL)",
                censored=CENSORED if dated else "TRUE",
                person=plan.person,
                cell=plan.cell,
                numbers="".join(
                    f", {'CAST(NULL AS BIGINT) AS ' if item.seen and not dated else ''}i{n}"
                    for n, item in enumerate(indicators)
                ),
            )


_TYPES = {"start": "DATE"}

# Where a partner's data begin is the day by which one in a thousand of its contacts has happened,
# not the first day: a year mistyped decades ago must not make everybody else look truly new.
_VISIT = """
CREATE TEMP TABLE visit AS
WITH contact AS (
    SELECT partner, contact, min(record) AS record, min(date) AS day{smallest}{contact}
    FROM events
    GROUP BY partner, contact
),
begun AS (
    SELECT partner, CAST(quantile_disc(day, 0.001) + to_months({look_back}) AS DATE) AS settled
    FROM contact
    GROUP BY partner
),
together AS (
    SELECT record, partner, start{axes}, CAST(count(*) AS INT) AS contacts{visit}
    FROM (SELECT *, {start} AS start FROM contact)
    GROUP BY record, partner, start{axes}
)
SELECT *, {year} AS year FROM together JOIN begun USING (partner)
"""

# Periods are compared by their first day, which orders as the days of the contacts do.
_DATED = """
CREATE OR REPLACE TEMP TABLE dated AS
WITH assigned AS (
    SELECT coalesce(draw, 0) AS draw, person, visit.* FROM visit {join} JOIN who USING (record)
),
known AS (SELECT *{first} FROM assigned)
SELECT *, CASE WHEN start < settled THEN 1 ELSE 0 END{seen} AS seen FROM known
"""

_CELL = """
WITH in_cell AS (
    SELECT draw, person{keys}, sum(contacts) AS contacts, {undated} AS undated,
        bit_or(seen) AS seen{person}
    FROM dated {where}
    GROUP BY draw, person{keys}
),
cell AS (
    SELECT draw{keys}, CAST(sum(contacts) AS BIGINT) AS contacts,
        CAST(coalesce(sum(undated), 0) AS BIGINT) AS undated, {censored} AS censored{cell}
    FROM in_cell
    GROUP BY draw{keys}
)
SELECT draw{columns}, contacts, undated, censored{numbers} FROM cell
"""
