"""What a draft needs to know of an export: its system, its headers, dates and answers."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from uic.errors import InputError
from uic.partner.reading.archives import files_of
from uic.partner.reading.cleaning import ascii_digits, tidy
from uic.partner.reading.contacts import NO, YES
from uic.partner.reading.dates import read_date
from uic.partner.reading.formats.files import sheets_of
from uic.partner.reading.formats.hints import looks_like
from uic.partner.reading.held import opened
from uic.partner.reading.opening import open_source
from uic.partner.reading.partners import export_of
from uic.partner.reading.zones import in_utc
from uic.schema import default_schema, parse_schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from uic.partner.reading.partners import Export
    from uic.partner.reading.sources import Source
    from uic.partner.reading.words import Words


@dataclass(frozen=True)
class Dates:
    """How the dates of an export are written.

    Attributes:
        order: ``date_order`` for it.
        sure: How many different dates can only be read in this order; 0 where none can tell.
        utc: Whether there are moments in UTC, so that a ``time_zone`` is needed.
    """

    order: str
    sure: int
    utc: bool


def format_of(paths: Sequence[Path]) -> str:
    """Tell which system an export looks like, by its first files; ``plain`` where by none.

    Raises:
        InputError: a file is missing, or an archive is not safe to open.
    """
    files = files_of(paths)
    if any(_begins(file) for file in files):
        return "dhis2-tracker"
    export = export_of("draft", paths[0], default_schema())
    for file in files:
        try:
            headers = [header for part in sheets_of(file, export) for header in part.headers]
        except InputError:
            continue
        if system := looks_like(headers):
            return system
    return "plain"


def _begins(file: Any) -> bool:  # noqa: ANN401 - a path or a file in memory
    with opened(file) as stream:
        return stream.read(16).lstrip(b"\xef\xbb\xbf \r\n").startswith((b"{", b"["))


def opened_as(paths: Sequence[Path], partner: str, mapping: Mapping[str, Any]) -> Source:
    """Open an export by a mapping that is not finished yet.

    Raises:
        InputError: the export cannot be opened.
    """
    export = exported(paths, partner, mapping)
    return open_source(export)


def exported(paths: Sequence[Path], partner: str, mapping: Mapping[str, Any]) -> Export:
    """Build the export that a mapping describes."""
    schema = parse_schema({"partners": {partner: dict(mapping)}})
    system = schema.partners[partner].format
    return export_of(partner, paths[0] if system == "plain" else tuple(paths), schema)


def column_of(source: Source, header: str) -> Words | None:
    """Return a column; None where there is none, or it cannot be read (GPS positions)."""
    if header not in source.headers:
        return None
    try:
        return tidy(source.load((source.headers.index(header),)).columns[0])
    except InputError:
        return None


def dates_of(columns: Sequence[Words]) -> Dates:
    """Find the order of day and month that the dates themselves show."""
    votes: Counter[tuple[str, ...]] = Counter()
    today = dt.datetime.now().astimezone().date()
    for words in columns:
        for word, times in zip(words.listed(), words.weights().tolist(), strict=True):
            if times:
                votes[read_date(ascii_digits(word), "DMY", today).votes] += 1
    utc = any(pc.any(in_utc(words)).as_py() for words in columns)
    first, last = votes[("DMY",)], votes[("MDY",)]
    if not first and not last:
        return Dates("DMY" if votes[("DMY", "MDY")] else "YMD", 0, utc)
    return Dates("DMY" if first >= last else "MDY", max(first, last), utc)


def is_flag(words: Words | None) -> bool:
    """Tell whether a column holds nothing but yes and no."""
    if words is None:
        return False
    held = zip(words.listed(), words.weights().tolist(), strict=True)
    return all(word.casefold().removesuffix(".0") in (*YES, *NO) for word, n in held if n)
