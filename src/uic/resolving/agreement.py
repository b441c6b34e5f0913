"""Fellegi-Sunter over passes: the score of a pair when there are no signatures to compare.

Under the profile ``tokens`` all that is known of a pair is in which passes it met. The resolver,
who alone can join passes, fits two classes by EM to the agreement patterns of *all* pairs: the
pairs that met nowhere count too, as one number, so that the share of matches is estimated and
not assumed. u comes from the partners' chance agreement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from uic.resolving.records import RecordPairs

_ROUNDS = 500
_TOLERANCE = 1e-9
_START = 0.7


def score_agreement(
    pairs: RecordPairs, masks: NDArray[np.int64], chance: pa.Table, passes: list[str]
) -> NDArray[np.float64]:
    """Return the log-odds of every pair being one person.

    Args:
        pairs: Candidate pairs with their agreement.
        masks: Usable passes of every node, as a bit mask.
        chance: Pooled ``uic.exchange.CHANCE`` of the partners.
        passes: Names of the passes, in the order of the bits.
    """
    seen = np.stack([pairs.agreeing, pairs.comparable])
    patterns, which, counts = np.unique(seen, axis=1, return_inverse=True, return_counts=True)
    unmet = _unmet(masks, patterns[1], counts, len(passes))
    agree = np.concatenate([patterns[0], np.zeros(len(unmet), np.int64)])
    usable = np.concatenate([patterns[1], np.array(list(unmet), np.int64)])
    weight = np.concatenate([counts, np.array(list(unmet.values()), float)]).astype(float)
    seen_bits = (_bits(agree, len(passes)), _bits(usable, len(passes)))
    odds = _em(*seen_bits, weight, _chances(chance, passes))
    return odds[: patterns.shape[1]][which.ravel()]


def _em(
    agree: NDArray[np.bool_],
    usable: NDArray[np.bool_],
    weight: NDArray[np.float64],
    u: NDArray[np.float64],
) -> NDArray[np.float64]:
    m = np.full(len(u), _START)
    share = weight[agree.any(axis=1)].sum() / 2 / max(weight.sum(), 1)
    odds = np.zeros(len(weight))
    for _ in range(_ROUNDS):
        evidence = np.where(agree, np.log(m / u), np.log((1 - m) / (1 - u)))
        odds = np.log(share / (1 - share)) + np.where(usable, evidence, 0.0).sum(axis=1)
        matched = weight / (1 + np.exp(-np.clip(odds, -500, 500)))
        before, share = share, float(np.clip(matched.sum() / weight.sum(), 1e-15, 0.5))
        hits = (matched[:, None] * (agree & usable)).sum(axis=0)
        m = np.clip((hits + 0.5) / ((matched[:, None] * usable).sum(axis=0) + 1), 0.01, 0.99)
        if abs(share - before) <= _TOLERANCE * share:
            break
    return odds


def _unmet(
    masks: NDArray[np.int64], comparable: NDArray[np.int64], met: NDArray[np.int64], passes: int
) -> dict[int, float]:
    """Count, per comparable mask, the pairs that met in no pass."""
    values, sizes = np.unique(masks, return_counts=True)
    pairs: dict[int, float] = {}
    for n, (first, size) in enumerate(zip(values, sizes, strict=True)):
        pairs[int(first)] = pairs.get(int(first), 0.0) + size * (size - 1) / 2
        for second, other in zip(values[n + 1 :], sizes[n + 1 :], strict=True):
            both = int(first & second)
            pairs[both] = pairs.get(both, 0.0) + float(size) * float(other)
    for mask, count in zip(comparable, met, strict=True):
        pairs[int(mask)] -= float(count)
    return {mask: max(count, 0.0) for mask, count in pairs.items() if 0 < mask < 1 << passes}


def _chances(chance: pa.Table, passes: list[str]) -> NDArray[np.float64]:
    totals = {name: [0.5, 1.0] for name in passes}
    for row in chance.to_pylist():
        totals[row["pass"]][0] += row["agreeing"]
        totals[row["pass"]][1] += row["pairs"]
    return np.array([min(agreeing / pairs, 0.5) for agreeing, pairs in totals.values()])


def _bits(masks: NDArray[np.int64], passes: int) -> NDArray[np.bool_]:
    bits: NDArray[np.bool_] = (masks[:, None] >> np.arange(passes)) & 1 == 1
    return bits
