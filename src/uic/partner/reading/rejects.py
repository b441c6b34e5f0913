"""The list of values that could not be used: where they stand and why, never what they are."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np

from uic.files import writing
from uic.sheets import defuse
from uic.values import RowProblem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

RULES = (
    "attribute_conflict",
    "before_1900",
    "buddhist_era",
    "date_order",
    "digits_lost",
    "duplicate_record_id",
    "future_date",
    "impossible_date",
    "incomplete_date",
    "long_row",
    "not_a_count",
    "not_a_number",
    "question_marks",
    "repeated_row",
    "short_row",
    "two_digit_year",
    "unknown_code",
    "unmatched_row",
)
"""Rules that a row problem may name; docs/schema.md says what each means. A mapping with another
``earliest_year`` has its year in the place of 1900."""
_ONE_LINE = str.maketrans("\t\r\n", "   ")


def problems_at(
    partner: str, column: str, rule: str, rows: NDArray[np.int64], marked: NDArray[np.bool_]
) -> list[RowProblem]:
    """List one problem for every marked row."""
    numbers = rows[np.flatnonzero(marked)].tolist()
    return [RowProblem(partner, number, column, rule) for number in numbers]


def write_rejects(problems: Iterable[RowProblem], path: str | Path) -> None:
    """Write row problems as CSV: partner, row, column, rule; sorted, UTF-8, never a value.

    The file says where to look in the partner's own export and is useless to anybody who does
    not hold it. A text that a spreadsheet would run as a formula gets a leading apostrophe.
    """
    with writing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["partner", "row", "column", "rule"])
        for item in sorted(problems):
            partner, column = (
                defuse(text).translate(_ONE_LINE) for text in (item.partner, item.column)
            )
            table.writerow([partner, item.row, column, item.rule])
