"""From headers and answers to a guess, or to a question."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from uic.partner.drafting.words import CODES, COLUMNS, KNOWN, OTHERS, WHOLE, plain
from uic.partner.reading.formats.naming import suffixes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LONGEST_CODE = 2
MOST_CODES = 30
"""A column with more different answers is no list of codes: none of them is shown."""
SEPARATORS = ("/", ".", "-", ":")


@dataclass(frozen=True)
class Guesses:
    """Which header is which column.

    Attributes:
        columns: The header of each attribute or event column.
        rivals: Other headers that could be it.
    """

    columns: dict[str, str]
    rivals: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Answers:
    """The answers of one column that may be shown.

    Attributes:
        shown: Answers that are codes or words of the trade, with how many rows hold each.
        hidden: How many rows hold other answers.
    """

    shown: dict[str, int]
    hidden: int


def guessed(headers: Sequence[str], known: Iterable[str]) -> Guesses:
    """Guess the columns by the words of their headers; each header is used once."""
    allowed = set(known)
    found: dict[str, list[tuple[tuple[int, int], int]]] = {}
    for place, header in enumerate(headers):
        fits = [(_fit(header, words), name) for name, words in COLUMNS.items() if name in allowed]
        fit, name = min(fits, key=lambda item: item[0])
        if fit < _NONE:
            found.setdefault(name, []).append((fit, place))
    columns, rivals = {}, {}
    for name in COLUMNS:
        if name in found:
            ranked = sorted(found[name])
            (best, _), first = ranked[0]
            columns[name] = headers[first]
            near = [headers[place] for (kind, _), place in ranked[1:] if kind < 2 or best == 2]
            if near:
                rivals[name] = tuple(dict.fromkeys(near))
    return Guesses(columns, rivals)


_NONE = (9, 0)


def _fit(header: str, words: Sequence[str]) -> tuple[int, int]:
    """Say how well a header fits some words; the smaller the better, ``_NONE`` for not at all.

    First come headers that are one of the words, then those that end with one behind their groups,
    then those that hold one among others; within each the words in their order.
    """
    whole = plain(header)
    ends = {plain(name) for separator in SEPARATORS for name in suffixes(header, separator)[1:]}
    for rank, word in enumerate(words):
        if whole == plain(word):
            return 0, rank
    for rank, word in enumerate(words):
        if plain(word) in ends:
            return 1, rank
    inside = [
        (-len(word), rank)
        for rank, word in enumerate(words)
        if word not in WHOLE and _holds(whole, plain(word))
    ]
    return (2, min(inside)[1]) if inside else _NONE


def _holds(whole: str, word: str) -> bool:
    """Tell whether words stand in a header that is not about somebody or something else."""
    if not word.isascii():
        return word in whole
    rest = f" {whole} ".replace(f" {word} ", " ", 1).split()
    held = f" {word} " in f" {whole} "
    return held and len(rest) <= 6 and not OTHERS & set(rest)


def answers_of(counts: Mapping[str, int]) -> Answers:
    """Choose the answers of a column that may be shown: codes of two signs, and known words."""
    few = len(counts) <= MOST_CODES
    shown = {word: times for word, times in counts.items() if few and _may_be_shown(word)}
    return Answers(dict(sorted(shown.items())), sum(counts.values()) - sum(shown.values()))


def _may_be_shown(word: str) -> bool:
    meanings = {
        known for words in CODES.values() for several in words.values() for known in several
    }
    return len(word) <= LONGEST_CODE or plain(word) in KNOWN | meanings


def meaning(attribute: str, word: str) -> str:
    """Return what a code word means for an attribute; empty where that is not known."""
    for value, several in CODES.get(attribute, {}).items():
        if plain(word) in several:
            return value
    return ""
