"""A daily treatment as a cohort: who began, who came back, who stayed.

Days with a dose make episodes. A row covers the days it gives doses for: ``quantity`` of them, or
one. An episode ends when ``missed_days`` days in a row are not covered, on the last of them;
whoever comes after that is enrolled again. Where the data end sooner nobody knows yet: the person
is still active, and the retention curve stops watching at the last covered day.

Rows with a referral status say that somebody was sent, not that somebody got a dose; they are
left out. Retention is the estimate of Kaplan and Meier (1958) over first episodes.
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
from uic.analysis.indicators.periods import MONTHS, start_sql

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.analysis.indicators.engine import Slicing
    from uic.analysis.indicators.linked import Linked
    from uic.analysis.indicators.model import Cohort

COHORT_COUNTS = ("enrolled", "re_enrolled", "dropped_out", "active_at_end")

RETENTION = pa.schema(
    [
        ("day", pa.int32()),
        ("at_risk", pa.int64()),
        ("retained", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
    ]
)
_Z = 1.959964  # 95% of a normal distribution


def count_cohort(linked: Linked, what: Cohort, slicing: Slicing) -> pa.Table:
    """Count the people of a daily treatment, by period.

    Returns:
        One row a draw and period from the first dose to the end of the data, and one for all
        time (``start`` null): ``enrolled`` (first dose in all linked data), ``re_enrolled``
        (first dose after a drop-out), ``dropped_out``, ``active_at_end`` (of the period or, in
        the last, of the data). Always active_at_end = the one before + enrolled + re_enrolled
        - dropped_out.
    """
    start = start_sql("day", slicing.period, slicing.fiscal_start)
    sql = _COUNTED.format(start=start, length=MONTHS[slicing.period])
    return with_all_time(pa.concat_tables(_run(linked, what, sql)))


def retention(linked: Linked, what: Cohort) -> pa.Table:
    """Estimate the share still in treatment on each of ``retention_days``, from the first dose.

    Returns:
        A table of schema ``RETENTION``: the day, the first episodes still watched on it, the
        share retained, and its 95% interval (Greenwood, on the log-log scale: chance only, the
        linkage is taken as it is). Days that nobody was watched for are left out.
    """
    first = next(iter(_run(linked, what, _FIRST)))
    days, dropped = first["days"].to_numpy(), first["dropped"].to_numpy(zero_copy_only=False)
    rows = [_retained(days, dropped, day) for day in what.retention_days]
    return pa.Table.from_pylist([row for row in rows if row["at_risk"]], schema=RETENTION)


def _retained(
    days: NDArray[np.int64], dropped: NDArray[np.bool_], day: int
) -> dict[str, float | int]:
    times, events = np.unique(days[dropped & (days < day)], return_counts=True)
    at_risk = (days[None, :] >= times[:, None]).sum(axis=1)
    share = float(np.prod(1 - events / at_risk))
    result = {"day": day, "at_risk": int((days >= day).sum()), "retained": share}
    if not 0 < share < 1:
        return result | {"low": share, "high": share}
    variance = float(np.sum(events / (at_risk * (at_risk - events)))) / np.log(share) ** 2
    wide = float(np.exp(_Z * np.sqrt(variance)))
    return result | {"low": share**wide, "high": share ** (1 / wide)}


def _run(linked: Linked, what: Cohort, sql: str) -> list[pa.Table]:
    """Ask one question of the episodes of every draw."""
    tables = []
    with duckdb.connect(config={"temp_directory": ""}) as database:  # no person on a disk
        database.register("doses", _doses(linked.events, what))
        settings = {"last": pc.max(linked.events["date"]).as_py()}
        for who, _ in assignments(linked):
            database.register("who", who)
            episodes = _EPISODES.format(missed=what.missed_days)
            tables.append(database.sql(episodes + sql, params=settings).to_arrow_table())
            database.unregister("who")
    return tables


def _doses(events: pa.Table, what: Cohort) -> pa.Table:
    given = mask(events, Where(service=what.service)) & np.asarray(events["referral"].is_null())
    rows = events.filter(pa.array(given)).select(["record", "date", "quantity"])
    return rows.filter(pc.is_valid(rows["date"])).rename_columns(["record", "day", "quantity"])


_EPISODES = """
WITH covered AS (
    SELECT draw, person, day, day + CAST(greatest(coalesce(quantity, 1), 1) AS INT) - 1 AS until
    FROM doses JOIN who USING (record)
),
before AS (
    SELECT *, max(until) OVER (
        PARTITION BY draw, person ORDER BY day, until
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered_until
    FROM covered
),
numbered AS (
    SELECT *, count(*) FILTER (covered_until IS NULL OR day - covered_until - 1 >= {missed}) OVER (
        PARTITION BY draw, person ORDER BY day, until ROWS UNBOUNDED PRECEDING) AS nth
    FROM before
),
episode AS (
    SELECT draw, person, nth, min(day) AS begun, max(until) AS until,
        CASE WHEN max(until) + {missed} <= $last THEN max(until) + {missed} END AS dropped
    FROM numbered
    GROUP BY draw, person, nth
)
"""

_FIRST = """
SELECT CAST(least(until, $last) - begun + 1 AS BIGINT) AS days, dropped IS NOT NULL AS dropped
FROM episode
WHERE nth = 1
"""

_COUNTED = """,
bounds AS (SELECT {start} AS start FROM (SELECT min(day) AS day FROM doses)),
period AS (
    SELECT CAST(first AS DATE) AS start, least(CAST(first + to_months({length}) AS DATE) - 1, $last)
        AS until
    FROM (SELECT unnest(generate_series(
        CAST(bounds.start AS TIMESTAMP), CAST($last AS TIMESTAMP), to_months({length}))) AS first
        FROM bounds)
    UNION ALL SELECT NULL, $last
)
SELECT draw, start,
    count(*) FILTER (nth = 1 AND begun >= coalesce(start, begun) AND begun <= period.until)
        AS enrolled,
    count(*) FILTER (nth > 1 AND begun >= coalesce(start, begun) AND begun <= period.until)
        AS re_enrolled,
    count(*) FILTER (dropped >= coalesce(start, dropped) AND dropped <= period.until)
        AS dropped_out,
    count(*) FILTER (begun <= period.until AND (dropped IS NULL OR dropped > period.until))
        AS active_at_end
FROM episode CROSS JOIN period
GROUP BY draw, start, period.until
"""
