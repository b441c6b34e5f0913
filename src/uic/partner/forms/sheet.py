"""A sheet of cards to print: code groups and QR, and nothing that says what they are for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from uic.errors import InputError, Problem
from uic.partner.codes import check_character, check_code, grouped
from uic.partner.codes.reading import bare
from uic.partner.forms.page import asset, digest, template
from uic.partner.reading.opening import open_source
from uic.partner.reading.partners import Export
from uic.values import RowProblem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from uic.partner.schemes import Scheme

CODE, CHECK = "uic", "uic_check"
"""Columns of a file of codes, as ``uic code`` writes it."""


@dataclass(frozen=True, repr=False)
class Card:
    """One card: the groups of a code, its check character, and its QR code as SVG."""

    groups: tuple[str, ...]
    check: str
    qr: str


@dataclass(frozen=True, repr=False)
class Codes:
    """Codes to print, as written, with the rows they stand in."""

    name: str
    rows: tuple[tuple[int, str, str | None], ...]


def codes_of(source: str | Path | Iterable[str]) -> Codes:
    """Take codes from a file with a column ``uic`` (and ``uic_check``), or from texts.

    Raises:
        InputError: the file cannot be read, or has no such column.
    """
    if not isinstance(source, str | Path):
        return Codes("codes", tuple((row, code, None) for row, code in enumerate(source, start=1)))
    path = Path(source)
    opened = open_source(Export(path.stem, path, None, frozenset({CODE, CHECK})))
    places = [opened.headers.index(name) for name in (CODE, CHECK) if name in opened.headers]
    if CODE not in opened.headers:
        hint = f"'uic code' writes it; or rename your column to {CODE}"
        raise InputError(Problem(path.name, "row 1", f"there is no column {CODE!r}", hint))
    cells = opened.load(tuple(places))
    codes, *checks = (column.to_arrow().to_pylist() for column in cells.columns)
    given = checks[0] if checks else [None] * len(codes)
    rows = zip(cells.rows.tolist(), codes, given, strict=True)
    return Codes(path.name, tuple(row for row in rows if row[1]))


def checked(codes: Codes, scheme: Scheme) -> tuple[list[str], tuple[RowProblem, ...]]:
    """Return each different good code once, in order, and the rows of those that are not."""
    good: set[str] = set()
    problems = []
    for row, code, check in codes.rows:
        flaws = check_code(code, scheme, check).flaws
        problems += [RowProblem(codes.name, row, CODE, str(flaw)) for flaw in flaws[:1]]
        if not flaws:
            good.add(bare(code).code)
    if not good:
        raise InputError(Problem(codes.name, "", "there is no code of the scheme to print"))
    return sorted(good), tuple(problems)


def sheet(codes: Iterable[str], scheme: Scheme) -> str:
    """Return a page of HTML for every ten codes; A4, without script and without a network."""
    style = asset("sheet.css")
    cards = [_card(code, scheme) for code in codes]
    return template("sheet.html.jinja").render(cards=cards, style=style, style_hash=digest(style))


def _card(code: str, scheme: Scheme) -> Card:
    import segno

    check = check_character(code, scheme.check) or ""
    encoding = None if code.isascii() else "utf-8"
    drawn = segno.make_qr(f"{code}/{check}", error="m", boost_error=False, encoding=encoding)
    groups = tuple(grouped(code, scheme).split("-"))
    return Card(groups, check, drawn.svg_inline(border=4, omitsize=True))
