"""Tables of counts as CSV files: the same bytes for the same table, and no formula in a cell."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any

from uic.files import writing

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

# What makes a spreadsheet run a cell (OWASP, "CSV Injection"): a sign or a control character at
# the front, also behind blanks, also in full width as Chinese and Japanese keyboards type it.
_RUNS = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")


def defuse(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    return f"'{text}" if _RUNS.match(text) else text


def write_csv(table: pa.Table, path: str | Path) -> None:
    """Write a table as UTF-8 CSV with commas, a header and Unix line ends, whole or not at all.

    Null is an empty cell, a boolean is ``true`` or ``false``, and text cells and headers are
    defused. Rows keep the order of the table.
    """
    columns = [[_cell(value) for value in column.to_pylist()] for column in table.columns]
    with writing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([defuse(name) for name in table.column_names])
        writer.writerows(zip(*columns, strict=True))


def _cell(value: Any) -> Any:  # noqa: ANN401 - a cell may hold anything
    if isinstance(value, bool):
        return str(value).lower()
    return defuse(value) if isinstance(value, str) else value
