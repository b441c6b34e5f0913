"""The finite character tables of ``spec/normalisation``, read once.

Finite tables, not "use NFKD and upper()": a phone, a Java database and this library each ship
another version of Unicode, and all of them must agree on every letter.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from typing import Any

from uic.files import spec_path

SCRIPTS = ("latin", "khmer", "thai", "cyrillic", "arabic")
"""The scripts with rules of their own; a scheme may allow any of these."""

UNKNOWN = "\ufffd"
"""Stands for a character that no table lists."""


class _Closed(dict[int, str]):
    """A translation table that marks every character it does not list."""

    def __missing__(self, point: int) -> str:
        return UNKNOWN


@dataclass(frozen=True)
class Tables:
    """The tables, in the form ``str.translate`` wants.

    Attributes:
        names: Code point to letters; digits and separators become a space.
        texts: The same, but a digit becomes its ASCII digit.
        scripts: Letter, canonical or not, to the name of its script.
        data: The tables as written, by file name.
    """

    names: dict[int, str]
    texts: dict[int, str]
    scripts: dict[str, str]
    data: dict[str, Any]


def points(ranges: list[str]) -> list[int]:
    """Return the code points of hexadecimal ranges such as ``0300-036F``."""
    found: list[int] = []
    for item in ranges:
        first, _, last = item.partition("-")
        found.extend(range(int(first, 16), int(last or first, 16) + 1))
    return found


@functools.cache
def load() -> Tables:
    """Read the tables; they are small, and read only when a name is first normalised."""
    files = ("shared", *SCRIPTS, "other")
    data = {
        name: json.loads(spec_path("normalisation", f"{name}.json").read_text(encoding="utf-8"))
        for name in files
    }
    shared = data["shared"]
    names, scripts = _letters(data)
    names |= dict.fromkeys(points(shared["dropped"]), "")
    names |= dict.fromkeys(map(ord, shared["apostrophes"] + data["cyrillic"]["dropped"]), "")
    names |= dict.fromkeys(points(shared["separators"]), " ")
    digits = {ord(form): digit for digit, forms in shared["digits"].items() for form in forms}
    spaces = dict.fromkeys(digits, " ")
    return Tables(_Closed(names | spaces), _Closed(names | digits), scripts, data)


def _letters(data: dict[str, Any]) -> tuple[dict[int, str], dict[str, str]]:
    """Return what every letter becomes, and the script of every letter."""
    groups = {script: data[script]["letters"] for script in SCRIPTS} | data["other"]["letters"]
    names: dict[int, str] = {}
    scripts: dict[str, str] = {}
    for script, letters in groups.items():
        for target, forms in letters.items():
            names |= dict.fromkeys(map(ord, forms), target)
            scripts |= dict.fromkeys(forms + target, script)
    for script, ranges in data["other"]["kept"].items():
        kept = points(ranges)
        names |= {point: chr(point) for point in kept}
        scripts |= dict.fromkeys(map(chr, kept), script)
    return names, scripts
