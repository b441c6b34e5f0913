"""Check characters of ISO 7064, over whole columns. The rule: ``spec/code.md``, section 3.

A check character finds copying errors. It knows nothing about an answer that was wrong before
the code was put together.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.partner.normalising.tables import load

if TYPE_CHECKING:
    from numpy.typing import NDArray

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
MOD37_36, MOD37_2 = "mod37_36", "mod37_2"


def check_characters(codes: pa.Array, method: str = MOD37_36) -> pa.Array:
    """Return the check character of each code, null where there is none.

    Codes over other letters than A-Z and Khmer consonants, as a programme's own scheme in Thai
    or Cyrillic may give, have no check character.

    Args:
        codes: Arrow array of strings over 0-9, A-Z and Khmer consonants; a Khmer consonant
            counts as its place in the alphabet.
        method: ``mod37_36`` (ISO 7064 MOD 37,36: one of 0-9A-Z) or ``mod37_2`` (MOD 37-2: may
            also be ``*``).
    """
    lengths = pc.fill_null(pc.utf8_length(codes), 0).to_numpy(zero_copy_only=False)
    answers = np.full(len(lengths), -1, dtype=np.int64)
    for length in np.unique(lengths[lengths > 0]):
        rows = np.flatnonzero(lengths == length)
        values = _values(codes.take(pa.array(rows)), int(length))
        answers[rows] = np.where((values < 0).any(axis=1), -1, _METHODS[method](values))
    symbols = pa.array(list(ALPHABET), pa.string())
    return symbols.take(pa.array(answers, mask=answers < 0))


def check_character(code: str, method: str = MOD37_36) -> str | None:
    """Return the check character of one code, None where there is none."""
    found: str | None = check_characters(pa.array([code], pa.string()), method)[0].as_py()
    return found


@functools.cache
def _places() -> NDArray[np.int64]:
    """Return the place of every code point in the alphabet; Khmer consonants count as theirs."""
    khmer = load().data["khmer"]["check_symbols"]
    signs = {sign: sign for sign in ALPHABET} | khmer
    places = np.full(max(map(ord, signs)) + 2, -1, dtype=np.int64)
    for sign, symbol in signs.items():
        places[ord(sign)] = ALPHABET.index(symbol)
    return places


def _values(codes: pa.Array, length: int) -> NDArray[np.int64]:
    """Return shape (codes, length): the place of every character, -1 outside the alphabet."""
    points = np.frombuffer("".join(codes.to_pylist()).encode("utf-32-le"), dtype=np.uint32)
    places = _places()
    return places[np.minimum(points, len(places) - 1)].reshape(-1, length)


def _mod37_36(values: NDArray[np.int64]) -> NDArray[np.int64]:
    product = np.full(len(values), 36, dtype=np.int64)
    for column in values.T:
        total = (product + column) % 36
        product = np.where(total == 0, 36, total) * 2 % 37
    return (37 - product) % 36


def _mod37_2(values: NDArray[np.int64]) -> NDArray[np.int64]:
    total = np.zeros(len(values), dtype=np.int64)
    for column in values.T:
        total = (total + column) * 2 % 37
    return (38 - total) % 37


_METHODS = {MOD37_36: _mod37_36, MOD37_2: _mod37_2}
