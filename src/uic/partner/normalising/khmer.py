"""Khmer: one order for the signs around a letter, one letter for look-alikes.

The order and the folds are those of Unicode Technical Note 61 (Khmer Encoding Structure) as far
as names need them; the rule with examples is in ``spec/normalisation.md``, section 4.
"""

from __future__ import annotations

import functools
import re

from uic.partner.normalising.tables import load

COENG = "\u17d2"  # makes the next letter a subscript
_BASE, _MARK = "\u1780-\u17b3", "\u17b6-\u17d1\u17d3\u17dd"
_CLUSTERS = re.compile(
    f"[{_BASE}](?:[{_MARK}]|{COENG}[{_MARK}{COENG}]*[{_BASE}]?)*|[{_MARK}{COENG}]+"
)


@functools.cache
def _rank() -> dict[str, int]:
    table = load().data["khmer"]
    order = table["robat"] + table["shifters"] + table["vowels"] + table["signs"]
    return {mark: place for place, mark in enumerate(order)}


def is_base(character: str) -> bool:
    """Return whether this is a consonant or an independent vowel."""
    return "\u1780" <= character <= "\u17b3"


def reorder(text: str) -> str:
    """Return the text with every cluster in canonical order; other scripts pass unchanged.

    A cluster is a letter and all that is written around it. A coeng takes the next letter as
    subscript, whatever marks stand between; marks that have no letter are dropped.
    """
    return _CLUSTERS.sub(lambda match: _canonical_cluster(match.group()), text)


@functools.lru_cache(maxsize=65536)  # a language has few clusters, a register many names
def _canonical_cluster(typed: str) -> str:
    if not is_base(typed[0]):
        return ""
    table = load().data["khmer"]
    base, subscripts, marks = _taken_apart(typed)
    for first, second, both in table["vowel_folds"]:
        if first in marks and second in marks:
            marks = marks - {first, second} | {both}
    marks = _raised(marks, {base, *subscripts})
    order = sorted(marks, key=_rank().__getitem__)
    robat = [mark for mark in order if mark == table["robat"]]
    rest = [mark for mark in order if mark != table["robat"]]
    return base + "".join([*robat, *(COENG + letter for letter in subscripts), *rest])


def _taken_apart(typed: str) -> tuple[str, list[str], set[str]]:
    """Return the letter, its subscripts in canonical order, each once, and its marks."""
    table = load().data["khmer"]
    base, *letters = (sign for sign in typed if is_base(sign))
    marks = {sign for sign in typed if not is_base(sign) and sign != COENG}
    folded = dict.fromkeys(table["subscript_folds"].get(letter, letter) for letter in letters)
    return base, sorted(folded, key=lambda letter: letter == table["last_subscript"]), marks


def _raised(marks: set[str], letters: set[str]) -> set[str]:
    """Turn a vowel U that looks exactly like a lowered shifter into that shifter."""
    lowered = load().data["khmer"]["lowered"]
    above = marks & set(lowered["above"]) or marks >= set(lowered["pair"])
    if lowered["vowel"] not in marks or not above:
        return marks
    rest = marks - {lowered["vowel"]}
    if rest & {lowered["strong"], lowered["weak"]}:
        return rest
    weak = letters & set(lowered["always_weak"]) or not letters & set(lowered["series_one"])
    return rest | {lowered["weak"] if weak else lowered["strong"]}


def base_letters(text: str) -> list[tuple[str, bool, str]]:
    """Return the letters of canonical text in order: letter, is a subscript, marks after it."""
    found: list[tuple[str, bool, str]] = []
    subscript = False
    for character in text:
        if character == COENG:
            subscript = True
        elif is_base(character):
            found.append((character, subscript, ""))
            subscript = False
        elif found:
            letter, below, marks = found[-1]
            found[-1] = (letter, below, marks + character)
    return found


@functools.cache
def _code_letters() -> dict[str, str]:
    table = load().data["khmer"]["code_letters"]
    return {form: letter for letter, forms in table.items() for form in forms}


@functools.cache
def _sound_letters() -> dict[str, str]:
    table = load().data["khmer"]["sounds"]
    return {form: letter for letter, forms in table.items() for form in forms}


def code_letters(name: str) -> str:
    """Return the letters a code is made of: base consonants; subscripts do not count."""
    letters = _code_letters()
    return "".join(letters[base] for base, below, _ in base_letters(name) if not below)


def sound(name: str) -> str:
    """Return the consonant key: consonants that sound alike are one, silent ones are left out."""
    killer = load().data["khmer"]["killer"]
    clusters: list[str] = []
    silent: list[bool] = []
    for letter, below, marks in base_letters(name):
        if below:
            clusters[-1] += letter
            silent[-1] = silent[-1] or killer in marks
        else:
            clusters.append(letter)
            silent.append(killer in marks)
    spoken = "".join(item for item, dumb in zip(clusters, silent, strict=True) if not dumb)
    sounds = [_sound_letters()[letter] for letter in spoken]
    return "".join(
        letter for place, letter in enumerate(sounds) if not place or letter != sounds[place - 1]
    )
