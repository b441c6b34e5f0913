"""What rows of one block say about each other: seen encoded in the file, and in clear on a list.

In the file: how many bits of two text signatures agree, in classes, and which codes are equal. On
the list: how alike the letter pairs are, in tenths, and which parts are equal. ``tables`` gives the
probability of each under the other: it needs the specification and no key. A gap in the file tells
nothing, because a list has gaps of its own; only days and months that every reader leaves out (1
January) are gaps on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from uic.levels import BITS
from uic.partner.gate.attacking import Side
from uic.partner.mixing import mixed
from uic.partner.signatures import coded, letter_pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from uic.levels import Comparison
    from uic.partner.gate.attacking import Feature, Numbers, Rows

    Compare = Callable[[str, str], Feature]

EDGES = np.array([0, 31, 34, 37, 40, 43, 46, 49, 52, 56, 60, 64])  # agreeing bits, in classes
STEPS = 10
"""Similarities on the list are rounded to tenths; two more numbers are for equal and missing."""
EQUAL, MISSING = STEPS + 1, STEPS + 2
FLOOR = 1e-5
"""About the chance that two keyed codes of 16 bits are equal by accident."""
_WORDS = 8  # letter pairs fall into 512 places


class Look(NamedTuple):
    """One thing that two rows say about each other.

    Attributes:
        kind: ``text``, ``code``, or ``part`` for a day or month, whose gaps are on both sides.
        first: Column of the one row.
        second: Column of the other row: the same, or one that it may be mistaken for.
    """

    kind: str
    first: str
    second: str


@dataclass(frozen=True, repr=False)
class People:
    """Values in clear, as numbers: what a list holds of each person.

    Attributes:
        texts: Per text attribute the number of each person's text, -1 where it is missing.
        letters: Shape (texts, 8): the letter pairs of each text, as bits.
        codes: Per other column a number of each person's value, -1 where it is missing.
    """

    texts: Mapping[str, Rows]
    letters: NDArray[np.uint64]
    codes: Mapping[str, Rows]


def people_of(columns: Mapping[str, pa.Array], items: Sequence[Comparison]) -> People:
    """Return canonical columns as numbers."""
    texts, codes, distinct = {}, {}, [pa.array([], pa.string())]
    for item in items:
        for name in item.columns:
            values = coded(columns[name])
            numbers = values.indices.fill_null(-1).to_numpy().astype(np.int64)
            if item.kind == "text":
                numbers = np.where(numbers >= 0, numbers + sum(map(len, distinct)), -1)
                distinct.append(values.dictionary.cast(pa.string()))
                texts[name] = numbers
            elif item.kind == "date":  # days and months are held against each other
                codes[name] = columns[name].fill_null(-1).to_numpy().astype(np.int64)
            else:
                codes[name] = numbers
    return People(texts, _letters(pa.concat_arrays(distinct)), codes)


def _letters(texts: pa.Array) -> NDArray[np.uint64]:
    pairs, starts = letter_pairs(texts)
    place = mixed(pairs.astype(np.uint64)) >> np.uint64(55)
    text = np.repeat(np.arange(len(texts)), np.diff(starts))
    letters = np.zeros((len(texts), _WORDS), dtype=np.uint64)
    bits = np.uint64(1) << (place & np.uint64(63))
    np.bitwise_or.at(letters, (text, (place >> np.uint64(6)).astype(np.int64)), bits)
    return letters


def list_side(
    people: People, lent: Mapping[str, Rows], blocks: Rows, looks: Sequence[Look]
) -> Side:
    """Return rows of a list.

    Args:
        people: Who lends the values.
        lent: Per column the person whose value each row of the list has.
        blocks: Block of each row.
        looks: What is looked at.
    """

    def alike(first: str, second: str) -> Feature:
        one, two = people.texts[first][lent[first]], people.texts[second][lent[second]]

        def compare(left: Rows, right: Rows) -> Rows:
            a, b = one[left], two[right]
            both, either = (
                people.letters[a] & people.letters[b],
                people.letters[a] | people.letters[b],
            )
            share = _bits(both) / np.maximum(_bits(either), 1)
            level = np.where(share == 1, EQUAL, np.round(share * STEPS).astype(np.int64))
            return np.where((a >= 0) & (b >= 0), level, MISSING)

        return compare

    def equal(first: str, second: str) -> Feature:
        return _equal(people.codes[first][lent[first]], people.codes[second][lent[second]])

    return Side(blocks, _each(looks, alike, equal))


def _bits(words: NDArray[np.uint64]) -> Rows:
    return np.asarray(np.bitwise_count(words).sum(axis=1, dtype=np.int64))


def file_side(rows: pa.Table, looks: Sequence[Look]) -> Side:
    """Return rows of a file; rows that share the first word of their token share a block."""
    columns = {look.first: rows[look.first].combine_chunks() for look in looks}

    def agreeing(first: str, second: str) -> Feature:
        one, two = (columns[name].fill_null(0).to_numpy() for name in (first, second))
        known, also = (np.asarray(columns[name].is_valid()) for name in (first, second))

        def compare(left: Rows, right: Rows) -> Rows:
            differing = np.bitwise_count((one[left] ^ two[right]).view(np.uint64)).astype(np.int64)
            level = np.searchsorted(EDGES, BITS - differing, side="right") - 1
            return np.where(known[left] & also[right], level, len(EDGES))

        return compare

    def equal(first: str, second: str) -> Feature:
        one, two = (
            columns[name].fill_null(-1).to_numpy().astype(np.int64) for name in (first, second)
        )
        return _equal(one, two)

    return Side(rows["token_hi"].to_numpy(), _each(looks, agreeing, equal))


def _each(looks: Sequence[Look], text: Compare, code: Compare) -> tuple[Feature, ...]:
    return tuple((text if look.kind == "text" else code)(look.first, look.second) for look in looks)


def _equal(one: Rows, two: Rows) -> Feature:
    def compare(left: Rows, right: Rows) -> Rows:
        a, b = one[left], two[right]
        return np.where((a >= 0) & (b >= 0), np.where(a == b, 1, 2), 0)

    return compare


def features_of(items: Sequence[Comparison], fixed: frozenset[str]) -> tuple[Look, ...]:
    """Return what is looked at, without what the key of a pass fixes: it stands in no row."""
    found = []
    for item in items:
        name = item.attribute
        if item.kind == "text":  # names share a sub-key, so one's family is seen in another's
            found += [Look("text", name, other) for other in (name, item.swap) if other]
        elif item.kind == "code":
            found.append(Look("code", name, name))
        else:
            year, month, day = item.columns
            pairs = ((month, month), (day, day), (month, day), (day, month))
            found += [Look("code", year, year), *(Look("part", *pair) for pair in pairs)]
    return tuple(look for look in found if not fixed & {look.first, look.second})


def tables(looks: Sequence[Look]) -> list[Numbers]:
    """Return per feature ``log P(seen in the file | true on the list)``."""
    kinds = {
        "text": _text_table(),
        "code": _code_table(gaps=False),
        "part": _code_table(gaps=True),
    }
    return [kinds[look.kind] for look in looks]


def _text_table() -> Numbers:
    table = np.zeros((len(EDGES) + 1, MISSING + 1))
    for step in range(EQUAL):
        agree = (1 + min(step / STEPS, 0.97)) / 2
        chance = np.array(
            [comb(BITS, k) * agree**k * (1 - agree) ** (BITS - k) for k in range(BITS + 1)]
        )
        table[:-1, step] = np.add.reduceat(chance, EDGES)
    table[len(EDGES) - 1, EQUAL] = 1
    table[:-1, MISSING] = table[:-1, :MISSING].mean(axis=1)
    table[-1] = 1
    return np.log(np.maximum(table, FLOOR))


def _code_table(*, gaps: bool) -> Numbers:
    """Return the table of missing, equal, unequal; ``gaps`` are the same on both sides."""
    table = np.eye(3)
    if not gaps:
        table[0], table[1:, 0] = 1, 0.5
    return np.log(np.maximum(table, FLOOR))
