"""The attack on one pass alone: whose block is this, and who is who inside it.

Size and pair types of every encoded block against every block of the list, the best ones
matched row by row, then each block of the list given to at most one block of the file. The
attacker has the list in clear, the schema and the specification, and no key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from blocks import by_themselves, candidates, likelihoods, size_log, squares
from inside import Match, match
from scipy.sparse import coo_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching
from scipy.special import logsumexp

if TYPE_CHECKING:
    from blocks import Squares
    from numpy.typing import NDArray
    from patterns import Side

WIDE = 64  # blocks with more rows have sizes of their own: three candidates are enough


@dataclass(frozen=True)
class Claims:
    """What the attacker says: this row is that person, and how sure he is (0 to 1)."""

    rows: NDArray[np.int64]
    persons: NDArray[np.int64]
    sure: NDArray[np.float64]


NOTHING = Claims(np.empty(0, int), np.empty(0, int), np.empty(0))


def attack(
    file: Side, listed: Side, share: float, known: dict[int, int], rng: np.random.Generator
) -> Claims:
    """Claim a person of the list for every row that shares its block with another.

    Args:
        file: Rows of one pass of the matcher's file.
        listed: The list under the same pass.
        share: Share of the list that is in the file, which the sizes of both tell.
        known: Rows whose person is known.
        rng: For restarts.
    """
    noisy, true = squares(file), squares(listed)
    if not len(noisy.ids) or not len(true.ids):
        return NOTHING
    table = likelihoods(file, noisy, true)
    tried = _matches(noisy, true, table, candidates(noisy, true, table, share), known, share, rng)
    return _claims(noisy, true, tried)


def alone(
    file: Side, listed: Side, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Claim for every row somebody whose own values would look like it, and how sure that is."""
    seen, held = (by_themselves(side) for side in (file, listed))
    table = likelihoods(file, seen, held)
    count = np.bincount(held.types, minlength=len(held.known))
    best = (table - np.log(count)[None, :] * 1e-6).argmax(axis=1)  # of equals the rarest
    order = np.argsort(held.types, kind="stable")
    starts = np.cumsum(count) - count
    kind = best[seen.types]
    place = starts[kind] + (rng.random(len(kind)) * count[kind]).astype(int)
    return order[place], 1 / count[kind]


Tried = list[dict[int, Match]]


def _matches(
    noisy: Squares,
    true: Squares,
    table: NDArray,
    likely: NDArray,
    known: dict[int, int],
    share: float,
    rng: np.random.Generator,
) -> Tried:
    block_of, place_of = _places(true)
    tried: Tried = []
    for number in range(len(noisy.ids)):
        members = noisy.members(number)
        anchors = {at: known[row] for at, row in enumerate(members.tolist()) if row in known}
        choices = likely[number][: 3 if len(members) > WIDE else None]
        if anchors:
            choices = [block_of.get(next(iter(anchors.values())), -1)]
        found = {}
        for choice in choices:
            if choice < 0 or true.sizes[choice] < len(members):
                continue
            fixed = {at: place_of[person] for at, person in anchors.items()}
            result = match(noisy.square(number), true.square(choice), table, rng, fixed)
            size = size_log(noisy.sizes[[number]], true.sizes[[choice]], share)[0, 0]
            found[int(choice)] = result._replace(evidence=result.evidence + float(size))
        tried.append(found)
    return tried


def _places(true: Squares) -> tuple[dict[int, int], dict[int, int]]:
    block = np.repeat(np.arange(len(true.ids)), true.sizes)
    place = np.arange(len(true.rows)) - true.starts[block]
    rows = true.rows.tolist()
    return dict(zip(rows, block.tolist(), strict=True)), dict(
        zip(rows, place.tolist(), strict=True)
    )


def _claims(noisy: Squares, true: Squares, tried: Tried) -> Claims:
    rows, persons, sure = [], [], []
    for number, choice in enumerate(_one_each(tried, len(true.ids))):
        if choice < 0:
            continue
        found = tried[number]
        evidence = np.array([item.evidence for item in found.values()])
        chance = np.exp(found[choice].evidence - logsumexp(evidence))
        rows.append(noisy.members(number))
        persons.append(true.members(choice)[found[choice].places])
        sure.append(chance * found[choice].sure)
    return Claims(*map(np.concatenate, (rows, persons, sure))) if rows else NOTHING


def _one_each(tried: Tried, listed: int) -> NDArray[np.int64]:
    """Give every block of the file one block of the list, none twice, most likely as a whole."""
    cells = [
        (number, choice, found[choice].evidence - max(m.evidence for m in found.values()))
        for number, found in enumerate(tried)
        for choice in found
    ]
    n = len(tried)
    at = np.array([c[0] for c in cells] + list(range(n)))
    to = np.array([c[1] for c in cells] + [listed + k for k in range(n)])
    # A place of his own for every block keeps the problem solvable; it is worse than any claim.
    cost = np.array([1 - max(c[2], -200) for c in cells] + [1_000.0] * n)
    graph = coo_array((cost, (at, to)), shape=(n, listed + n)).tocsr()
    _, chosen = min_weight_full_bipartite_matching(graph)
    return np.where(chosen < listed, chosen, -1)
