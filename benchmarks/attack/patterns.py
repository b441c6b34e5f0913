"""What an attacker compares: pairs of rows inside one block, seen encoded and seen in clear.

A *type* is one number for everything that two rows of a block say about each other. An encoded
pair has a noisy type (how many of 64 bits agree, which codes are equal); a pair of the
attacker's own list has a true one (how alike the letter pairs are, which parts of the dates are
equal). ``likelihoods`` gives the probability of every noisy type under every true one: it needs
the specification and no key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_array
from scipy.stats import binom

from uic.levels import BITS, Comparison
from uic.partner.composites import block_values
from uic.partner.signatures import letter_pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.schema import Pass

EDGES = np.array([0, 31, 34, 37, 40, 43, 46, 49, 52, 56, 60, 64])  # agreeing bits, in classes
STEPS = 10  # true similarities are rounded to tenths
EQUAL, MISSING = STEPS + 1, STEPS + 2
FLOOR = 1e-5  # a keyed code of 16 bits collides once in 65,536


@dataclass
class Widths:
    """How many bits the encoding uses: the attacker reads it in the specification."""

    text: int = BITS
    date: int = 16


WIDTHS = Widths()


@dataclass(frozen=True)
class Side:
    """Rows of one pass: which block each is in, and how any two of them compare.

    Attributes:
        blocks: Block of each row, numbered from 0.
        features: Per feature a function of two arrays of rows that gives small numbers.
        tables: Per feature ``log P(noisy | true)``; the same on both sides.
    """

    blocks: NDArray[np.int64]
    features: list
    tables: list


def encoded_side(table: pa.Table, items: tuple[Comparison, ...]) -> Side:
    """Return one pass of a matcher's compartment as the attacker sees it."""
    tokens = np.stack([table[name].to_numpy() for name in ("token_hi", "token_lo")], 1)
    _, blocks = np.unique(tokens, axis=0, return_inverse=True)
    every = [name for item in items for name in item.columns]
    fixed = frozenset(every) - set(table.column_names)  # by the key of the pass: in no row
    columns = {name: _column(table, name) for name in every if name not in fixed}
    features = _features(items, columns, _agreement_class, columns, fixed)
    return Side(blocks.ravel(), *features)


def clear_side(
    columns: dict[str, pa.Array], item: Pass, items: tuple[Comparison, ...], rows: int
) -> Side:
    """Return the attacker's own list under one pass; unusable rows are blocks of one."""
    values = block_values(item, columns, rows)
    usable = np.asarray(values.is_valid())
    _, inverse = np.unique(
        values.fill_null("").to_numpy(zero_copy_only=False).astype(str), return_inverse=True
    )
    blocks = np.where(usable, inverse, rows + np.arange(rows))
    _, blocks = np.unique(blocks, return_inverse=True)
    carried = {name: _clear(columns[name]) for part in items for name in part.columns}
    letters = _incidence([carried[i.attribute][0] for i in items if i.kind == "text"])
    sets = {i.attribute: next(letters) for i in items if i.kind == "text"}
    return Side(blocks, *_features(items, carried, _similarity_class, sets, item.fixed))


def _column(table: pa.Table, name: str) -> tuple[NDArray, NDArray]:
    column = table[name].combine_chunks()
    return column.fill_null(0).to_numpy(), np.asarray(column.is_valid())


def _clear(column: pa.Array) -> tuple[NDArray, NDArray]:
    known = np.asarray(column.is_valid())
    if pa.types.is_integer(column.type):
        return column.fill_null(0).to_numpy(), known
    return column.fill_null("").to_numpy(zero_copy_only=False).astype(str), known


def _incidence(texts: list[NDArray]):  # noqa: ANN202 - sparse rows over one alphabet of pairs
    pairs = [letter_pairs(list(column)) for column in texts]
    _, numbers = np.unique(np.concatenate([q for q, _ in pairs] or [[]]), return_inverse=True)
    width, at = int(numbers.max(initial=0)) + 1, 0
    for found, starts in pairs:
        columns = numbers[at : at + len(found)]
        at += len(found)
        held = csr_array((np.ones(len(found)), columns, starts), shape=(len(starts) - 1, width))
        held.sum_duplicates()
        held.data[:] = 1
        yield held


def _agreement_class(columns: dict, first: str, second: str):  # noqa: ANN202
    (one, known), (two, also) = columns[first], columns[second]

    def compare(left: NDArray, right: NDArray) -> NDArray:
        agree = BITS - np.bitwise_count((one[left] ^ two[right]).view(np.uint64)).astype(int)
        level = np.searchsorted(EDGES, agree, side="right") - 1
        return np.where(known[left] & also[right], level, len(EDGES))

    return compare


def _similarity_class(sets: dict, first: str, second: str):  # noqa: ANN202
    one, two = sets[first], sets[second]
    sizes, others = one.sum(axis=1), two.sum(axis=1)

    def compare(left: NDArray, right: NDArray) -> NDArray:
        both = (one[left] * two[right]).sum(axis=1)
        alike = both / (sizes[left] + others[right] - both)
        level = np.where(alike == 1, EQUAL, np.round(alike * STEPS).astype(int))
        return np.where((sizes[left] > 1) & (others[right] > 1), level, MISSING)

    return compare


def _equality(columns: dict, first: str, second: str):  # noqa: ANN202
    (one, known), (two, also) = columns[first], columns[second]

    def compare(left: NDArray, right: NDArray) -> NDArray:
        same = np.where(one[left] == two[right], 1, 2)
        return np.where(known[left] & also[right], same, 0)

    return compare


def _features(
    items: tuple[Comparison, ...],
    columns: dict,
    text,  # noqa: ANN001 - one of the two classes above
    texts: dict,
    fixed: frozenset[str],
) -> tuple[list, list]:
    """Return features and their tables; not of columns that the key of the pass fixes."""
    names, codes = _text_table(WIDTHS.text), _code_table(16)
    dates, found = _code_table(WIDTHS.date), []
    for item in items:
        if item.kind == "text":
            pairs = [(item.attribute, item.attribute)]
            if item.swap:  # names share a sub-key, so one person's family is seen in another's
                pairs.append((item.attribute, item.swap))
            found += [(text, texts, pair, names) for pair in pairs]
        elif item.kind == "code":
            found.append((_equality, columns, (item.attribute, item.attribute), codes))
        else:
            _, month, day = item.columns
            pairs = [(name, name) for name in item.columns] + [(month, day), (day, month)]
            found += [(_equality, columns, pair, dates) for pair in pairs]
    found = [one for one in found if not fixed & set(one[2])]
    return [how(held, *pair) for how, held, pair, _ in found], [one[3] for one in found]


def _text_table(bits: int) -> NDArray:
    """Log-probability of each class of agreeing bits for each true similarity."""
    table = np.zeros((len(EDGES) + 1, MISSING + 1))
    for step in range(EQUAL):
        agree = (1 + min(step / STEPS, 0.97)) / 2
        below = binom.cdf(np.append(EDGES[1:], BITS + 1) - 1 - (BITS - bits), bits, agree)
        table[:-1, step] = np.diff(below, prepend=0)
    table[len(EDGES) - 1, EQUAL] = table[len(EDGES), MISSING] = 1
    return np.log(np.maximum(table, FLOOR))


def _code_table(bits: int) -> NDArray:
    """Log-probability of missing, equal and unequal codes for missing, equal, unequal values."""
    table = np.eye(3)
    table[1:, 2] = 2.0**-bits, 1 - 2.0**-bits
    return np.log(np.maximum(table, FLOOR))
