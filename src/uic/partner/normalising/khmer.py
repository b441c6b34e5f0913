"""Khmer: one order for the signs around a letter, one letter for look-alikes.

The order and the folds are those of Unicode Technical Note 61 (Khmer Encoding Structure) as far
as names need them; the rule with examples is in ``spec/normalisation.md``, section 4.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from uic.partner.normalising.tables import load

COENG = "\u17d2"  # makes the next letter a subscript


@dataclass
class _Cluster:
    """One letter with everything that is written around it, as typed."""

    base: str
    subscripts: list[str]
    marks: list[str]

    @property
    def letters(self) -> set[str]:
        return {self.base, *self.subscripts}


@functools.cache
def _rank() -> dict[str, int]:
    table = load().data["khmer"]
    order = table["robat"] + table["shifters"] + table["vowels"] + table["signs"]
    return {mark: place for place, mark in enumerate(order)}


def is_base(character: str) -> bool:
    """Return whether this is a consonant or an independent vowel."""
    return "\u1780" <= character <= "\u17b3"


def reorder(text: str) -> str:
    """Return the text with every cluster in canonical order; other scripts pass unchanged."""
    pieces: list[str] = []
    cluster: _Cluster | None = None
    pending = False  # a coeng waits for its letter, whatever marks stand between
    for character in text:
        if is_base(character) and cluster is not None and pending:
            cluster.subscripts.append(character)
            pending = False
        elif is_base(character):
            pieces.append(_written(cluster))
            cluster, pending = _Cluster(character, [], []), False
        elif character == COENG:
            pending = True
        elif character in _rank():
            if cluster is not None:
                cluster.marks.append(character)
        else:
            pieces.extend((_written(cluster), character))
            cluster, pending = None, False
    pieces.append(_written(cluster))
    return "".join(pieces)


def _written(cluster: _Cluster | None) -> str:
    if cluster is None:
        return ""
    table = load().data["khmer"]
    marks = set(cluster.marks)
    for first, second, both in table["vowel_folds"]:
        if first in marks and second in marks:
            marks = marks - {first, second} | {both}
    _fold_subscripts(cluster)
    _raise_lowered(cluster, marks)
    order = sorted(marks, key=_rank().__getitem__)
    robat = [mark for mark in order if mark == table["robat"]]
    rest = [mark for mark in order if mark != table["robat"]]
    subscripts = [COENG + letter for letter in cluster.subscripts]
    return cluster.base + "".join(robat + subscripts + rest)


def _fold_subscripts(cluster: _Cluster) -> None:
    """Fold look-alike subscripts, keep each once, and put subscript RO last."""
    table = load().data["khmer"]
    folded = [table["subscript_folds"].get(item, item) for item in cluster.subscripts]
    once = list(dict.fromkeys(folded))
    cluster.subscripts = sorted(once, key=lambda item: item == table["last_subscript"])


def _raise_lowered(cluster: _Cluster, marks: set[str]) -> None:
    """Turn a vowel U that looks exactly like a lowered shifter into that shifter."""
    lowered = load().data["khmer"]["lowered"]
    above = marks & set(lowered["above"]) or marks >= set(lowered["pair"])
    if lowered["vowel"] not in marks or not above:
        return
    marks.discard(lowered["vowel"])
    if marks & {lowered["strong"], lowered["weak"]}:
        return
    weak = cluster.letters & set(lowered["always_weak"]) or not (
        cluster.letters & set(lowered["series_one"])
    )
    marks.add(lowered["weak"] if weak else lowered["strong"])


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
