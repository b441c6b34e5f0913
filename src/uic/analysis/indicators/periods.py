"""Names of periods, as decision 0042 gives them."""

from __future__ import annotations

import datetime as dt

MONTHS: dict[str, int] = {"year": 12, "half": 6, "quarter": 3, "month": 1}
"""Length of each kind of period."""


def start_sql(day: str, period: str, fiscal_start: int) -> str:
    """Return the SQL of the first day of the period that holds the date column ``day``."""
    month = f"(date_trunc('month', {day}) - to_months({fiscal_start - 1}))"
    part = f"{MONTHS[period]} * ((month({month}) - 1) // {MONTHS[period]})"
    whole = f"date_trunc('year', {month}) + to_months(CAST({fiscal_start - 1} + {part} AS INT))"
    return f"CAST({whole} AS DATE)"


def period_name(start: dt.date | None, period: str, fiscal_start: int) -> str:
    """Name the period that begins on ``start``; without a start it is all time.

    ``2014``, ``2014-H1``, ``2014-Q1``, ``2014-01``; a year, half or quarter counted from another
    month than January is named by its first and last month, ``2013-10/2014-09``.
    """
    if start is None:
        return "all"
    if period == "month":
        return f"{start:%Y-%m}"
    if fiscal_start != 1:
        return f"{start:%Y-%m}/{_last_month(start, MONTHS[period]):%Y-%m}"
    part = {
        "year": "",
        "half": f"-H{(start.month + 5) // 6}",
        "quarter": f"-Q{(start.month + 2) // 3}",
    }
    return f"{start:%Y}{part[period]}"


def last_day(start: dt.date, period: str) -> dt.date:
    """Return the last day of the period that begins on ``start``."""
    after = _last_month(start, MONTHS[period] + 1)
    return after - dt.timedelta(days=1)


def _last_month(start: dt.date, months: int) -> dt.date:
    """Return the first day of the last of so many months."""
    number = start.year * 12 + start.month - 1 + months - 1
    return dt.date(number // 12, number % 12 + 1, 1)
