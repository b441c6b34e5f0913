"""Referrals that were completed: the same person, the same service, elsewhere, within n days.

A referral that was made is completed when the person has, from that day to ``n`` days later, a
row with the same service that is marked ``completed``, at any partner; or one without a referral
status at another partner: the receiving service has its own register. Who completed what is a
matter of persons, so a slip that was lost does not lose the referral.

Three things keep a referral out of the share: it has no person to match (a contact without a
code), it has no date, or its ``n`` days were not over when the data end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.analysis.indicators.coding import mask
from uic.analysis.indicators.engine import assignments, with_all_time
from uic.analysis.indicators.model import Where
from uic.analysis.indicators.periods import start_sql

if TYPE_CHECKING:
    from uic.analysis.indicators.engine import Slicing
    from uic.analysis.indicators.linked import Linked
    from uic.analysis.indicators.model import Completion


def count_completions(linked: Linked, what: Completion, slicing: Slicing) -> pa.Table:
    """Count the referrals of a service by the period in which they were made.

    Returns:
        One row a draw and period, and one for all time (``start`` null): ``made``,
        ``without_person``, and for each n of ``within_days``: ``due_n`` (could have been
        completed within n days) and ``completed_n`` (of these, were).
    """
    rows = _rows(linked.events, what)
    last = pc.max(linked.events["date"]).as_py()
    start = start_sql("day", slicing.period, slicing.fiscal_start)
    tables = []
    with duckdb.connect(config={"temp_directory": ""}) as database:  # no person on a disk
        database.register("rows", rows)
        for who, join in assignments(linked):
            database.register("who", who)
            sql = _COMPLETED.format(join=join, start=start, **_items(what))
            tables.append(database.sql(sql, params={"last": last}).to_arrow_table())
            database.unregister("who")
    return with_all_time(pa.concat_tables(tables))


def _rows(events: pa.Table, what: Completion) -> pa.Table:
    """Return the dated rows of the service, as what the question needs."""
    served = mask(events, Where(service=what.service)) & np.asarray(events["date"].is_valid())
    rows = events.filter(pa.array(served))
    statuses = {name: mask(rows, Where(referral=(name,))) for name in ("made", "completed")}
    return pa.table(
        {"record": rows["record"], "day": rows["date"], "partner": rows["partner"]}
        | statuses
        | {"unmarked": rows["referral"].is_null()}
    )


def _items(what: Completion) -> dict[str, str]:
    within = [f"coalesce(bool_or(after <= {n}), FALSE) AS within{n}" for n in what.within_days]
    counted = [
        f"count(*) FILTER ({_DUE.format(n)}) AS due_{n},"
        f" count(*) FILTER ({_DUE.format(n)} AND within{n}) AS completed_{n}"
        for n in what.within_days
    ]
    return {"within": ", ".join(within), "counted": ", ".join(counted)}


_DUE = "person IS NOT NULL AND day + {0} <= $last"

# One referral is one person, day and partner, however often it was written down; without a
# person each row is one. A referral is numbered by its first row.
_COMPLETED = """
WITH assigned AS (
    SELECT coalesce(draw, 0) AS draw, person, rows.*, row_number() OVER () AS number
    FROM rows {join} JOIN who USING (record)
),
referral AS (
    SELECT draw, person, partner, day, min(number) AS number
    FROM assigned
    WHERE made
    GROUP BY draw, person, partner, day, CASE WHEN person IS NULL THEN number END
),
answer AS (
    SELECT referral.number, a.day - referral.day AS after
    FROM referral JOIN assigned AS a ON a.draw = referral.draw AND a.person = referral.person
    WHERE a.day >= referral.day
        AND (a.completed OR (a.unmarked AND a.partner <> referral.partner))
),
followed AS (
    SELECT draw, person, day, {start} AS start, {within}
    FROM referral LEFT JOIN answer USING (number)
    GROUP BY number, draw, person, day
)
SELECT draw, start, count(*) AS made, count(*) FILTER (person IS NULL) AS without_person, {counted}
FROM followed
GROUP BY GROUPING SETS ((draw, start), (draw))
"""
