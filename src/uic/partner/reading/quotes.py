"""Quotation marks that are opened and not closed: they swallow the rows behind them in silence."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from uic.partner.reading.held import opened
from uic.partner.reading.sources import refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

    from uic.partner.reading.held import File
    from uic.partner.reading.sniffing import Survey

HINT = "look for a quotation mark that is opened and not closed"


def has_rows(column: pa.Array, found: Survey) -> bool:
    """Tell whether a cell of several lines holds a line that could be a row of its own."""
    return texts_have_rows(column.filter(pc.match_substring(column, "\n")).to_pylist(), found)


def texts_have_rows(texts: Iterable[str], found: Survey) -> bool:
    """The same for Python strings."""
    least = max(1, len(found.headers) - 1)
    lines = (line for text in texts if "\n" in text for line in text.split("\n"))
    return any(line.count(found.separator) >= least for line in lines)


def refuse_open_quote(path: File, found: Survey) -> None:
    """Read the file by the strict rule of RFC 4180; slow, so only where something looks odd.

    Raises:
        InputError: a closing quotation mark is missing; the row where it was opened is named.
    """
    done = 0
    with io.TextIOWrapper(opened(path), encoding=found.encoding, newline="") as file:
        try:
            for done, _ in enumerate(  # noqa: B007
                csv.reader(file, delimiter=found.separator, strict=True), start=1
            ):
                pass
        except csv.Error:
            pass
        else:
            return
    raise refusal(path.name, f"row {done + 1}", "a cell holds whole rows", HINT)
