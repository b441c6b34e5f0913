"""Is a code well formed, and if not, which part is wrong and why; the code is never repeated."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from uic.partner.codes.checkchars import check_character
from uic.partner.codes.reading import Written, bare
from uic.partner.normalising import script_of
from uic.partner.schemes import load_scheme, patterns
from uic.partner.schemes.model import CALENDARS, Date, Number

if TYPE_CHECKING:
    from pathlib import Path

    from uic.partner.schemes import Scheme
    from uic.partner.schemes.model import Component

CODE_RULES = {
    "empty": "there is no code",
    "too_short": "the code has too few characters",
    "too_long": "the code has too many characters",
    "wrong_form": "these characters cannot stand here",
    "impossible_date": "there is no such date",
    "out_of_range": "the number is outside what the scheme allows",
    "scripts_differ": "the letters are of more than one script",
    "wrong_check_character": "the check character does not fit: a character was copied wrongly",
}
"""Every rule a code can break, in words."""


@dataclass(frozen=True)
class CodeFlaw:
    """One thing that is wrong with a code.

    Attributes:
        part: Name of the component, or ``code`` or ``check``.
        rule: Name of the rule in :data:`CODE_RULES`.
        first: Position of the part's first character, counted from 1; 0 where it has none.
        last: Position of its last character.
    """

    part: str
    rule: str
    first: int = 0
    last: int = 0

    def __str__(self) -> str:
        place = f" (characters {self.first} to {self.last})" if self.first else ""
        return f"{self.part}{place}: {CODE_RULES[self.rule]}"


@dataclass(frozen=True)
class Verdict:
    """Whether a code is well formed. A well-formed code may still be a wrong one."""

    flaws: tuple[CodeFlaw, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.flaws

    def __bool__(self) -> bool:
        return self.ok


def check_code(code: str, scheme: str | Path | Scheme, check: str | None = None) -> Verdict:
    """Check one code against its scheme (``spec/code.md``, section 4).

    Args:
        code: The code as written: in groups or not, in small letters or not, with the check
            character after a slash or without one.
        scheme: Id of a shipped scheme, path of a scheme file, or a loaded scheme.
        check: The check character, where it is kept apart from the code.

    Returns:
        A verdict that is true for a well-formed code and lists every flaw otherwise. No part of
        the code is repeated in it.

    Raises:
        SchemaError: there is no such scheme, or its file breaks a rule.
    """
    return verdict(bare(code, check), load_scheme(scheme))


def verdict(written: Written, scheme: Scheme) -> Verdict:
    """Check a code that was read by :func:`uic.partner.codes.reading.bare`."""
    if not written.code:
        return Verdict((CodeFlaw("code", "empty"),))
    match = re.match(patterns.whole(scheme), written.code)
    flaws = _meaning(match, scheme) if match else _wrong_parts(written.code, scheme)
    if written.check and not flaws and check_character(written.code, scheme.check) != written.check:
        flaws.append(CodeFlaw("check", "wrong_check_character"))
    return Verdict(tuple(flaws))


def _wrong_parts(code: str, scheme: Scheme) -> list[CodeFlaw]:
    """Find out which part of a code cannot be what it should be."""
    widths = patterns.widths(scheme)
    low, high = sum(width[0] for width in widths), sum(width[1] for width in widths)
    if not low <= len(code) <= high:
        return [CodeFlaw("code", "too_short" if len(code) < low else "too_long")]
    fixed = all(width[0] == width[1] for width in widths)
    return _wrong_slices(code, scheme, widths) if fixed else _first_wrong(code, scheme)


def _wrong_slices(code: str, scheme: Scheme, widths: list[tuple[int, int]]) -> list[CodeFlaw]:
    flaws, start = [], 0
    for (name, pattern), (width, _) in zip(patterns.parts(scheme), widths, strict=True):
        if not re.fullmatch(pattern, code[start : start + width]):
            flaws.append(CodeFlaw(name, "wrong_form", start + 1, start + width))
        start += width
    return flaws


def _first_wrong(code: str, scheme: Scheme) -> list[CodeFlaw]:
    start = 0
    for name, pattern in patterns.parts(scheme):
        match = re.compile(pattern).match(code, start)
        if match is None:
            return [CodeFlaw(name, "wrong_form", min(start + 1, len(code)), len(code))]
        start = match.end()
    return [CodeFlaw("code", "too_long")]


def _meaning(match: re.Match[str], scheme: Scheme) -> list[CodeFlaw]:
    """Check what a pattern cannot: days of a month, ranges, one script."""
    if scheme.hash:
        return []
    flaws = [
        CodeFlaw(component.name, rule, match.start(component.name) + 1, match.end(component.name))
        for component in scheme.components
        if (rule := _rule_broken(component, match.group(component.name)))
    ]
    letters = [match.group(c.name) for c in scheme.components if c.kind in ("letters", "soundex")]
    signs = {sign for c in scheme.components if c.kind in ("letters", "soundex") for sign in c.pads}
    if len(scheme.scripts) > 1 and _scripts([text for text in letters if text not in signs]) > 1:
        flaws.append(CodeFlaw("code", "scripts_differ"))
    return flaws


def _scripts(texts: list[str]) -> int:
    return len(set(script_of(pa.array(texts, pa.string())).drop_null().to_pylist()))


def _rule_broken(component: Component, text: str) -> str | None:
    if text in component.pads:
        return None
    if isinstance(component, Number):
        return None if component.smallest <= int(text) <= component.top else "out_of_range"
    if not isinstance(component, Date):
        return None
    parts = date_parts(component, text)
    return None if _exists(*(parts.get(letter) for letter in "YMD")) else "impossible_date"


def date_parts(component: Date, text: str) -> dict[str, int]:
    """Return what a date's text says: ``Y`` (common era), ``y`` (two digits), ``M``, ``D``."""
    found: dict[str, int] = {}
    start = 0
    for token in component.tokens:
        end = len(text) - _rest(component, token) if token == "M" else start + len(token)  # noqa: S105
        part, start = text[start:end], end
        sign = {"D": component.unknown_day, "M": component.unknown_month}.get(token[0])
        if part != sign:
            found["y" if token == "YY" else token[0]] = int(part)  # noqa: S105
    if "Y" in found:
        found["Y"] -= CALENDARS[component.calendar]
    return found


def _rest(component: Date, token: str) -> int:
    """Return how many characters follow a month that is written without leading zero."""
    tokens = component.tokens
    return sum(len(item) for item in tokens[tokens.index(token) + 1 :])


def _exists(year: int | None, month: int | None, day: int | None) -> bool:
    """Return whether there is such a day; 29 February exists where the year is not known."""
    if day is None or month is None:
        return True
    return 1 <= day <= calendar.monthrange(year if year and 1 <= year <= 9999 else 2000, month)[1]
