"""The gate's own attack on one pass: whose block is this, and who is who inside it.

The attacker has a list in clear, the schema and the specification, and no key. Every block of the
file is held against every block of the list by how much its rows resemble each other; in the
likeliest few each row is matched to a person; each block of the list is given away once. Rows can
also be guessed by what each shows by itself. It is the attack of benchmarks/attack/ made small
enough to run whenever a file is written.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from uic.partner.mixing import mixed

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Numbers = NDArray[np.float64]
    Feature = Callable[[Rows, Rows], NDArray[np.int64]]

LIKELY = 6
"""Blocks of the list that are tried in full for each block of the file."""
BEAM = 200
"""Ways of matching that are followed at a time."""


@dataclass(frozen=True, repr=False)
class Side:
    """Rows of one pass as an attacker has them, encoded or in clear.

    Attributes:
        blocks: Block of each row.
        features: What two rows say about each other: functions of two arrays of rows that give
            numbers below 16, the same number of them on both sides.
    """

    blocks: Rows
    features: tuple[Feature, ...]


class Claims(NamedTuple):
    """Rows of the file, the row of the list that each is said to be, and how sure that is."""

    rows: Rows
    persons: Rows
    sure: Numbers


class Match(NamedTuple):
    """The best way found to match a block: places, log-evidence, and how sure each row is."""

    places: Rows
    evidence: float
    sure: Numbers


@dataclass(frozen=True, repr=False)
class Squares:
    """Blocks as squares of types: what every row of a block says about every other.

    Attributes:
        rows: Rows of the blocks, block after block.
        sizes: Rows of each block.
        types: Type of every (row, row), a square after the other.
        known: Shape (types, features): what each type means.
    """

    rows: Rows
    sizes: Rows
    types: Rows
    known: Rows

    def members(self, block: int) -> Rows:
        """Return the rows of a block."""
        start = int(self.sizes[:block].sum())
        return self.rows[start : start + self.sizes[block]]

    def square(self, block: int) -> Rows:
        """Return the types of a block, rows by rows."""
        start, size = int((self.sizes[:block] ** 2).sum()), int(self.sizes[block])
        return self.types[start : start + size**2].reshape(size, size)

    def histograms(self) -> Numbers:
        """Return how often each type stands in each block."""
        block = np.repeat(np.arange(len(self.sizes)), self.sizes**2)
        counts = np.bincount(
            block * len(self.known) + self.types, minlength=len(self.sizes) * len(self.known)
        )
        return counts.reshape(len(self.sizes), -1).astype(float)


def attack(
    file: Side, listed: Side, tables: list[Numbers], share: float, known: dict[int, int]
) -> Claims:
    """Claim a person of the list for every row that shares its block with another.

    Args:
        file: Rows of one pass of the file.
        listed: The list under the same pass.
        tables: Per feature ``log P(seen in the file | true on the list)``.
        share: Share of the list that is in the file, which the sizes of both tell.
        known: Rows of the file whose row on the list is known.
    """
    seen = squares(file)
    if not len(seen.sizes):
        return NOBODY  # no two rows of the file can be compared
    held = squares(listed)
    if not len(held.sizes):
        return NOBODY  # who stands together in the file is not on the list
    table = likelihoods(tables, seen, held)
    fit = _fit(seen, held, table, share)
    block_of = np.full(len(listed.blocks), -1)
    block_of[held.rows] = np.repeat(np.arange(len(held.sizes)), held.sizes)
    tried = []
    for number in range(len(seen.sizes)):
        anchors = {
            n: known[row] for n, row in enumerate(seen.members(number).tolist()) if row in known
        }
        likely = np.argsort(-fit[number])[:LIKELY]
        if anchors:
            likely = block_of[list(anchors.values())[:1]]
        tried.append(
            {
                int(choice): _matched(seen, held, number, int(choice), table, share, anchors)
                for choice in likely
                if choice >= 0 and fit[number, choice] > -np.inf
            }
        )
    return _claims(seen, held, tried)


def guess(
    seen: Squares, held: Squares, tables: list[Numbers], draw: np.random.Generator
) -> tuple[Rows, Numbers]:
    """Return for every row of the file somebody whose own values would look like it, how surely.

    Args:
        seen: Rows of the file by themselves, as :func:`by_themselves` gives them.
        held: The list in the same way.
        tables: As for :func:`attack`.
        draw: Picks one of those who look alike.
    """
    table = likelihoods(tables, seen, held)
    count = np.bincount(held.types, minlength=len(held.known))
    best = (table - np.log(count) * 1e-6).argmax(axis=1)[seen.types]  # of equals the rarest
    order = np.argsort(held.types, kind="stable")
    place = (draw.random(len(best)) * count[best]).astype(np.int64)
    return order[(np.cumsum(count) - count)[best] + place], 1 / count[best]


def by_themselves(side: Side) -> Squares:
    """Return every row as a block of its own: what is seen of it without another row."""
    return squares(Side(np.arange(len(side.blocks)), side.features), 1)


def squares(side: Side, least: int = 2) -> Squares:
    """Return the types of all pairs inside blocks of at least so many rows."""
    _, block, counts = np.unique(side.blocks, return_inverse=True, return_counts=True)
    order = np.argsort(block, kind="stable")
    rows = order[counts[block[order]] >= least]
    sizes = counts[counts >= least]
    inside = np.repeat(sizes, sizes**2)
    place = np.arange(len(inside)) - np.repeat(np.cumsum(sizes**2) - sizes**2, sizes**2)
    first = np.repeat(np.cumsum(sizes) - sizes, sizes**2)
    left, right = rows[first + place // inside], rows[first + place % inside]
    codes = np.zeros(len(left), dtype=np.uint64)
    seen = [feature(left, right) for feature in side.features]
    for values in seen:
        codes = mixed(codes ^ values.astype(np.uint64))
    _, at, types = np.unique(codes, return_index=True, return_inverse=True)
    known = (
        np.stack([values[at] for values in seen], axis=1) if seen else np.zeros((len(at), 0), int)
    )
    return Squares(rows, sizes, types.ravel(), known)


def likelihoods(tables: list[Numbers], seen: Squares, held: Squares) -> Numbers:
    """Return ``log P(type in the file | type on the list)``, one row a type of the file."""
    table = np.zeros((len(seen.known), len(held.known)))
    for number, logs in enumerate(tables):
        table += logs[seen.known[:, number][:, None], held.known[:, number]]
    return table


def _fit(seen: Squares, held: Squares, table: Numbers, share: float) -> Numbers:
    """Return how well each block of the list fits each block of the file.

    Pairs count as independent draws from the pairs of the listed block: not true, and good enough
    to choose which blocks to look at closely.
    """
    mixture = (held.histograms() / (held.sizes**2)[:, None]) @ np.exp(table).T
    fit = 0.5 * seen.histograms() @ np.log(mixture + 1e-300).T
    sizes = seen.sizes.tolist(), held.sizes.tolist()
    logs = [[_size_log(k, n, share) for n in sizes[1]] for k in sizes[0]]
    return np.asarray(fit + np.array(logs))


@cache
def _size_log(file: int, listed: int, share: float) -> float:
    """Return ``log P(size in the file | size on the list)`` for a share of the list drawn."""
    if file > listed:
        return -math.inf
    rest = math.log(max(1 - share, 1e-9))
    return math.log(math.comb(listed, file)) + file * math.log(share) + (listed - file) * rest


def _matched(
    seen: Squares,
    held: Squares,
    number: int,
    choice: int,
    table: Numbers,
    share: float,
    anchors: dict[int, int],
) -> Match:
    place_of = {row: n for n, row in enumerate(held.members(choice).tolist())}
    fixed = {n: place_of[row] for n, row in anchors.items() if row in place_of}
    found = match(seen.square(number), held.square(choice), table, fixed)
    size = _size_log(int(seen.sizes[number]), int(held.sizes[choice]), share)
    return found._replace(evidence=found.evidence + size)


def match(seen: Rows, listed: Rows, table: Numbers, fixed: dict[int, int]) -> Match:
    """Match the rows of a square to places of another, the likeliest ways followed row by row."""
    own = table[np.diagonal(seen)][:, np.diagonal(listed)]
    ways, scores = np.empty((1, 0), dtype=np.int64), np.zeros(1)
    for row in range(len(seen)):
        more = scores[:, None] + own[row]
        for before in range(row):
            more += table[seen[row, before], listed[:, ways[:, before]]].T
        np.put_along_axis(more, ways, -np.inf, axis=1)
        if row in fixed:
            more[:, np.arange(len(listed)) != fixed[row]] = -np.inf
        best = np.argsort(-more, axis=None, kind="stable")[:BEAM]
        best = best[more.ravel()[best] > -np.inf]
        ways = np.column_stack([ways[best // len(listed)], best % len(listed)])
        scores = more.ravel()[best]
    if not len(scores):
        return Match(np.full(len(seen), -1), -1e9, np.zeros(len(seen)))
    chance = np.exp(scores - scores[0])
    sure = chance @ (ways == ways[0]) / chance.sum()
    total = float(scores[0] + np.log(chance.sum()))
    return Match(ways[0], total - math.log(math.perm(len(listed), len(seen))), sure)


def _claims(seen: Squares, held: Squares, tried: list[dict[int, Match]]) -> Claims:
    """Give every block of the file its likeliest of the list, the surest first, none twice."""
    cells = []
    for number, found in enumerate(tried):
        most = max((item.evidence for item in found.values()), default=0.0)
        chance = np.exp([item.evidence - most for item in found.values()])
        cells += [
            (c, number, choice) for c, choice in zip(chance / chance.sum(), found, strict=True)
        ]
    files, lists, claims = set[int](), set[int](), []
    for chance, number, choice in sorted(cells, reverse=True):
        if number in files or choice in lists:
            continue
        files.add(number)
        lists.add(choice)
        best = tried[number][choice]
        claims.append((seen.members(number), held.members(choice)[best.places], chance * best.sure))
    return Claims(*map(np.concatenate, zip(*claims, strict=True))) if claims else NOBODY


NOBODY = Claims(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
