"""What every file format gives: headers first, then the cells of the columns that are used."""

from __future__ import annotations

import datetime as dt
import numbers
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from uic.errors import InputError, Problem
from uic.partner.reading.held import digest_of as digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from uic.partner.reading.words import Words
    from uic.values import RowProblem

TITLE_ROWS = 20
LONGEST_FIELD = 1_000_000
"""Bytes one cell may hold; a longer one is a quotation mark that is not closed, or an attack."""


@dataclass(frozen=True, repr=False)
class Cells:
    """The cells of the wanted columns.

    Attributes:
        columns: One :class:`Words` a wanted column, in the order they were asked for.
        rows: Shape (rows,), int64: the row as a person counts it; the header is row 1.
        short: Rows that have fewer cells than the header.
        long: Rows that have more; which cell belongs where is unknown, so all are empty.
        silent: Rows that hold a person and are no contact.
    """

    columns: tuple[Words, ...]
    rows: NDArray[np.int64]
    short: tuple[int, ...] = ()
    long: tuple[int, ...] = ()
    silent: tuple[int, ...] = ()


@dataclass(frozen=True, repr=False)
class Source:
    """An opened export: its headers, and how to get the cells of some columns.

    Attributes:
        name: What messages call it: the file's name, or the partner of a table.
        headers: Texts of the header row, trimmed; may be empty or repeated.
        digest: SHA-256 of the bytes, hexadecimal.
        load: Takes positions of columns, gives their cells.
        advice: What else to try when columns are missing; may be empty.
        problems: Rows of the export that could not be placed.
        located: Says where a problem of a row stands, where the rows are put together from
            several sheets or files; None where they stand as they are.
        repeats: Other tables of the export, which a mapping may name as its ``repeat``.
        stream: The same as ``load``, piece by piece, for formats that can be read so.
    """

    name: str
    headers: tuple[str, ...]
    digest: str
    load: Callable[[tuple[int, ...]], Cells]
    advice: str = ""
    problems: tuple[RowProblem, ...] = ()
    located: Callable[[RowProblem], RowProblem] | None = None
    repeats: tuple[str, ...] = ()
    stream: Callable[[tuple[int, ...]], Iterator[Cells]] | None = None

    def pieces(self, wanted: tuple[int, ...]) -> Iterator[Cells]:
        """Give the cells of the wanted columns in pieces, or in one piece where it must be."""
        return iter((self.load(wanted),)) if self.stream is None else self.stream(wanted)


def refusal(name: str, where: str, rule: str, hint: str = "") -> InputError:
    """Build the error for one problem of one file."""
    return InputError(Problem(name, where, rule, hint))


def tidy_header(text: str) -> str:
    """Trim a header: spreadsheets leave spaces, byte order marks and line breaks in it."""
    return " ".join(text.replace("\ufeff", "").replace("\u200b", "").split())


def folded(text: str) -> str:
    """Reduce a header to its letters and digits: 'Birth-Date' and 'birth_date' are one."""
    return "".join(sign for sign in text.casefold() if sign not in " _-")


def header_position(records: Sequence[Sequence[str]], wanted: frozenset[str]) -> int | None:
    """Find the header among the first rows of a file; None where all of them are empty.

    It is the first filled row, unless titles stand above it: then it is the row that holds most
    of the wanted names, and at least two of them.
    """
    hits = {
        place: len(wanted & {folded(tidy_header(cell)) for cell in cells})
        for place, cells in enumerate(records[:TITLE_ROWS])
        if any(cell.strip() for cell in cells)
    }
    if not hits:
        return None
    best = max(hits, key=lambda place: (hits[place], -place))
    return best if hits[best] > 1 else next(iter(hits))


def cell_text(value: object) -> str | None:
    """Return one cell as text: a number keeps its digits, a date is ISO, empty is None."""
    if value is None or isinstance(value, str):
        return value or None
    if type(value).__name__ in ("NAType", "NaTType") or value != value:
        return None
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real):
        return number_text(float(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def number_text(value: float) -> str:
    """Write a number as a person typed it: 85512345678.0 is 85512345678."""
    return str(int(value)) if value.is_integer() else repr(value)
