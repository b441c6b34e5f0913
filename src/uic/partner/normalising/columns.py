"""Columns of values: every distinct value is worked out once, rows only look it up."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.partner.normalising import canonical, khmer, sound, thai
from uic.partner.normalising.tables import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    Column: TypeAlias = pa.Array | pa.ChunkedArray


def normalise_names(values: Column) -> pa.Array:
    """Return names as canonical letters: A-Z for Latin, their own script for every other.

    Case, accents, spaces, hyphens, apostrophes, digits and invisible characters are gone; a
    value without a letter is null. Idempotent. The result still is the person's name.
    Rules: ``spec/normalisation.md``.
    """
    return _distinct(values, _names)


def normalise_text(values: Column) -> pa.Array:
    """Return places and streets as canonical letters, ASCII digits and single spaces."""
    return _distinct(values, _each(canonical.text))


def name_words(values: Column) -> pa.Array:
    """Return the words of names, one space between; U+FFFD marks a character no table lists."""
    return _distinct(values, _words)


def unknown_characters(values: Column) -> pa.Array:
    """Return for each value whether it holds a character that no table lists; null for null."""
    return _distinct(values, lambda distinct: _flags(distinct, canonical.has_unknown))


def code_letters(names: Column) -> pa.Array:
    """Return the letters of canonical names that a code may use, in order.

    Latin, Cyrillic and Arabic: every letter. Khmer: base consonants. Thai: consonants.
    """
    return _distinct(names, _each(_code_letters))


def sounds(names: Column) -> pa.Array:
    """Return a phonetic key of canonical names: Soundex for Latin, consonant keys elsewhere.

    A pass key: for finding candidates, never part of a code.
    """
    return _distinct(names, _sounds)


def skeletons(names: Column) -> pa.Array:
    """Return the consonant skeleton of canonical names, made for Latin spellings of Khmer."""
    return _distinct(names, _each(sound.skeleton))


def script_of(values: Column) -> pa.Array:
    """Return the script of each value (``latin``, ``khmer``, ``mixed``); null without letters."""
    return _distinct(values, _each(canonical.script))


def _distinct(values: Column, work: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Apply ``work`` to the distinct values and put the answers back on the rows."""
    column = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    return work(column.dictionary.cast(pa.string())).take(column.indices)


def _each(function: Callable[[str], str | None]) -> Callable[[pa.Array], pa.Array]:
    def work(distinct: pa.Array) -> pa.Array:
        answers = (
            None if value is None else function(value) or None for value in distinct.to_pylist()
        )
        return pa.array(answers, pa.string())

    return work


def _flags(distinct: pa.Array, function: Callable[[str], bool]) -> pa.Array:
    answers = (None if value is None else function(value) for value in distinct.to_pylist())
    return pa.array(answers, pa.bool_())


def _names(distinct: pa.Array) -> pa.Array:
    letters = pc.replace_substring_regex(pc.ascii_upper(distinct), "[^A-Z]+", "")
    return _mended(distinct, letters, canonical.name)


def _words(distinct: pa.Array) -> pa.Array:
    joined = pc.replace_substring_regex(pc.ascii_upper(distinct), "['`]+", "")
    spaced = pc.replace_substring_regex(joined, "[^A-Z]+", " ")
    return _mended(distinct, pc.utf8_trim(spaced, " "), canonical.words)


def _mended(distinct: pa.Array, ascii_answer: pa.Array, function: Callable[[str], str]) -> pa.Array:
    """Keep the fast answer for ASCII values and work out the others one by one."""
    plain = pc.string_is_ascii(distinct)
    others = distinct.filter(pc.invert(plain))
    if len(others):
        worked = pa.array([function(value) for value in others.to_pylist()], pa.string())
        ascii_answer = pc.replace_with_mask(ascii_answer, pc.invert(plain), worked)
    return pc.if_else(pc.equal(ascii_answer, ""), None, ascii_answer)


def _sounds(distinct: pa.Array) -> pa.Array:
    """Work out A-Z names together and all others one by one."""
    latin = pc.fill_null(pc.match_substring_regex(distinct, "^[A-Z]+$"), fill_value=False)
    others = _each(sound.sound)(distinct.filter(pc.invert(latin)))
    if len(others) == len(distinct):
        return others
    keys = sound.soundexes(distinct.filter(latin))
    found = np.empty(len(distinct), dtype=np.int64)
    rows = np.asarray(latin)
    found[rows] = np.arange(len(keys))
    found[~rows] = np.arange(len(keys), len(distinct))
    return pa.concat_arrays([keys, others]).take(pa.array(found))


def _code_letters(name: str) -> str:
    letters = name.replace(UNKNOWN, "")
    if letters.isascii():
        return letters
    rules = {"khmer": khmer.code_letters, "thai": thai.code_letters}
    return rules.get(canonical.script(letters) or "", str)(letters)
