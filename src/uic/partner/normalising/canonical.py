"""One value to its canonical form. Pure Python; the columns call it on distinct values only."""

from __future__ import annotations

import functools
import re
import unicodedata

from uic.partner.normalising import khmer, thai
from uic.partner.normalising.tables import UNKNOWN, load

_LATIN = re.compile("[A-Za-z]")
_KHMER = re.compile("[\u1780-\u17dd]")
_THAI = re.compile("[\u0e01-\u0e4e]")
_CYRILLIC = re.compile("[\u0400-\u052f]")


def name(text: str) -> str:
    """Return the letters of a name: canonical, nothing else (``spec/normalisation.md``)."""
    letters = text.translate(load().names).replace(" ", "").replace(UNKNOWN, "")
    letters = ordered(letters)
    return _cyrillic_names().get(letters, letters) if _CYRILLIC.search(letters) else letters


def text(value: str) -> str:
    """Return a place or street: canonical letters, ASCII digits, single spaces."""
    return " ".join(ordered(value.translate(load().texts).replace(UNKNOWN, " ")).split())


def words(value: str) -> str:
    """Return the words of a name, with one space between; unknown characters are marked."""
    return " ".join(ordered(value.translate(load().names)).split())


def ordered(letters: str) -> str:
    """Return letters with the signs of Khmer, Thai and the kept scripts in canonical order."""
    if letters.isascii():
        return letters
    if _KHMER.search(letters):
        letters = khmer.reorder(letters)
    if _THAI.search(letters):
        letters = thai.reorder(letters)
    return unicodedata.normalize("NFC", letters) if _has_kept(letters) else letters


def script(text: str) -> str | None:
    """Return the one script of the letters, ``mixed``, or None where there is no letter."""
    if text.isascii():
        return "latin" if _LATIN.search(text) else None
    scripts = load().scripts
    found = {scripts[letter] for letter in set(text) if letter in scripts}
    return "mixed" if len(found) > 1 else next(iter(found), None)


def has_unknown(text: str) -> bool:
    """Return whether the text holds a character that no table lists."""
    return not text.isascii() and UNKNOWN in text.translate(load().names)


@functools.cache
def _cyrillic_names() -> dict[str, str]:
    table = load().data["cyrillic"]["names"]
    return {form: target for target, forms in table.items() for form in forms}


@functools.cache
def _kept() -> frozenset[str]:
    kept = load().data["other"]["kept"]
    return frozenset(letter for letter, script in load().scripts.items() if script in kept)


def _has_kept(letters: str) -> bool:
    return not _kept().isdisjoint(letters)
