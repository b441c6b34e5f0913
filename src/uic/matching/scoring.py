"""Fellegi-Sunter weights from pattern counts alone, by EM, without truth.

A candidate pair is one person, two relatives, two neighbours, or two strangers. Relatives share
what a household shares (family name, parents' names, street, telephone), neighbours where they
live, as often as one person's two records do, and both share the rest no more often than strangers:
without these classes brothers, or all who live at one postcode, became one person
(docs/decisions/0101-relatives-and-neighbours.md).

The u of each level comes from the partners' random pairs; m is shared by all passes. Two forms
are fitted (docs/decisions/0100-two-forms-of-em.md):

total  every pass scores the whole pattern; the prior is its matches over all pairs there are.
cond   given the key, only the rest counts: shared m outside the key, and for key attributes the
       levels that remain inside a block, with m and u of that pass; the prior is the share of
       matches among the pass's candidates.

The form that expects fewer matches is kept: each of the two collapses on some registers, and a
collapsed fit always expects too many.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.levels import BASE, Comparison

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_ROUNDS = 200
_CONDITIONED_STEPS = 3
_HOLDING = 20  # rounds over which m is set free
_TOLERANCE = 1e-6
_PSEUDO = 0.5  # added to every level count, so that an unseen level keeps a finite weight
_START = {
    "text": (0.0, 0.85, 0.07, 0.03, 0.045, 0.005),
    "code": (0.0, 0.95, 0.05),
    "date": (0.0, 0.85, 0.01, 0.06, 0.02, 0.02, 0.02, 0.005, 0.01, 0.005),
}
_ORDER = {"text": (1, 2, 3, 4), "code": (1, 2), "date": (1, 3, 5, 9)}
"""Levels from full agreement to none, along which a weight must not rise."""


_HOME = frozenset({"birth_place", "place", "postcode"})
_FAMILY = frozenset({"family_name", "father_given_name", "mother_given_name", "phone", "street"})
SHARED = (_HOME | _FAMILY, _HOME)
"""What relatives, and what neighbours, share: one class of pairs each, beside the strangers."""


@dataclass(frozen=True)
class PassPatterns:
    """Pattern counts of one pass.

    Attributes:
        name: Name of the pass.
        pattern: Packed levels, one a distinct pattern, ascending.
        pairs: Number of candidate pairs with that pattern.
        key: Positions of the comparisons whose attribute is part of the pass's key.
    """

    name: str
    pattern: NDArray[np.int64]
    pairs: NDArray[np.float64]
    key: frozenset[int]

    def level(self, position: int) -> NDArray[np.int64]:
        """Return the level of one comparison in every pattern."""
        return (self.pattern >> (4 * position)) % BASE


@dataclass(frozen=True)
class Weights:
    """Fitted parameters.

    Attributes:
        form: Which form was kept, ``total`` or ``cond``.
        expected: Expected number of matches among the candidates, per pass.
        ratio: Expected matches of the dropped form over those of the kept one; above 1.3 the
            two disagree and the user is warned.
        m: Per attribute, probability of each level among matches.
        u: Per attribute, probability of each level among strangers.
        log_odds: Per pass, patterns and their log-odds of being a match.
    """

    form: str
    expected: dict[str, float]
    ratio: float
    m: dict[str, tuple[float, ...]]
    u: dict[str, tuple[float, ...]]
    log_odds: dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]] = field(repr=False)

    def table(self, name: str) -> pa.Table:
        """Return ``pattern`` and ``log_odds`` of one pass as a table."""
        pattern, odds = self.log_odds[name]
        return pa.table({"pattern": pattern, "log_odds": odds})


@dataclass(frozen=True)
class _Chances:
    """Expected pairs of one pass: matches per pattern, and the sum of every class of ``SHARED``."""

    matches: NDArray[np.float64]
    others: tuple[float, ...]


@dataclass(frozen=True)
class _Fit:
    m: list[NDArray[np.float64]]
    chances: list[_Chances]
    odds: list[NDArray[np.float64]]  # per pass, log-odds of every pattern

    def matches(self) -> list[float]:
        """Expected matches of every pass."""
        return [float(chance.matches.sum()) for chance in self.chances]


def fit(
    passes: Sequence[PassPatterns],
    items: Sequence[Comparison],
    frequencies: pa.Table,
    pairs_in_all: int,
) -> Weights:
    """Fit both forms and keep the one that expects fewer matches.

    Args:
        passes: Pattern counts per pass.
        items: The comparisons, in the order of the pattern.
        frequencies: Pooled ``uic.exchange.FREQUENCIES`` of the partners.
        pairs_in_all: Number of pairs of records that could be compared at all.
    """
    u = [_chance(item, frequencies) for item in items]
    total = _total(passes, items, u, pairs_in_all)
    others = [chance.others for chance in total.chances]
    conditioned = _conditioned(passes, items, u, _strict(passes, items, u, others), others, _ROUNDS)
    stepped = _conditioned(passes, items, u, total, others, _CONDITIONED_STEPS)
    forms = {"cond": conditioned, "total": stepped}
    sums = {name: sum(form.matches()) for name, form in forms.items()}
    kept = min(forms, key=lambda name: (sums[name], name))
    best = forms[kept]
    return Weights(
        form=kept,
        expected=dict(zip((p.name for p in passes), best.matches(), strict=True)),
        ratio=max(sums.values()) / max(min(sums.values()), 1e-9),
        m={i.attribute: tuple(m.tolist()) for i, m in zip(items, best.m, strict=True)},
        u={i.attribute: tuple(v.tolist()) for i, v in zip(items, u, strict=True)},
        log_odds={p.name: (p.pattern, o) for p, o in zip(passes, best.odds, strict=True)},
    )


def _total(
    passes: Sequence[PassPatterns],
    items: Sequence[Comparison],
    u: list[NDArray[np.float64]],
    pairs_in_all: int,
) -> _Fit:
    m = [_start(item) for item in items]
    guess = [p.pairs.sum() / 2 / pairs_in_all for p in passes]
    priors = [(share,) * (1 + len(SHARED)) for share in guess]
    found = _Fit(m, [], [])
    for step in range(_ROUNDS):
        weights = [_weights(*triple) for triple in zip(items, m, u, strict=True)]
        scored = [_posterior(p, items, weights, q) for p, q in zip(passes, priors, strict=True)]
        before, found = found, _Fit(m, [c for c, _ in scored], [odds for _, odds in scored])
        priors = [
            tuple(size / pairs_in_all for size in (float(c.matches.sum()), *c.others))
            for c in found.chances
        ]
        matches = [chance.matches for chance in found.chances]
        m = [_held(i, _shares(i, passes, matches, n), step) for n, i in enumerate(items)]
        if step > _HOLDING and _settled(before, found):
            break
    return found


def _conditioned(
    passes: Sequence[PassPatterns],
    items: Sequence[Comparison],
    u: list[NDArray[np.float64]],
    start: _Fit,
    others: Sequence[tuple[float, ...]],
    rounds: int,
) -> _Fit:
    """Fit given the keys. Relatives and neighbours of each pass are those of the total form.

    Given a key of date of birth alone, relatives would be twins, of whom there are few; only
    the form that scores the whole pattern knows that.
    """
    found = start
    for step in range(rounds):
        matches = [chance.matches for chance in found.chances]
        m = [_outside(item, passes, matches, n, found.m[n]) for n, item in enumerate(items)]
        if rounds > _CONDITIONED_STEPS:
            m = [_held(item, free, step) for item, free in zip(items, m, strict=True)]
        scored = [
            _given_key(p, chance.matches, known, items, m, u)
            for p, chance, known in zip(passes, found.chances, others, strict=True)
        ]
        before, found = found, _Fit(m, [c for c, _ in scored], [odds for _, odds in scored])
        if step > _HOLDING and _settled(before, found):
            break
    return found


def _given_key(
    item: PassPatterns,
    matches: NDArray[np.float64],
    others: tuple[float, ...],
    items: Sequence[Comparison],
    m: list[NDArray[np.float64]],
    u: list[NDArray[np.float64]],
) -> tuple[_Chances, NDArray[np.float64]]:
    """Score one pass given its key: attributes outside, and the levels that remain inside."""
    size = item.pairs.sum() + 2 * _PSEUDO
    prior = ((float(matches.sum()) + _PSEUDO) / size, *(other / size for other in others))
    weights = []
    for position, comparison in enumerate(items):
        if position in item.key:
            m_in = _shares(comparison, [item], [matches], position)
            u_in = _shares(comparison, [item], [item.pairs - matches], position)
            weights.append(_weights(comparison, m_in, u_in))
        else:
            weights.append(_weights(comparison, m[position], u[position]))
    return _posterior(item, items, weights, prior)


def _strict(
    passes: Sequence[PassPatterns],
    items: Sequence[Comparison],
    u: list[NDArray[np.float64]],
    others: Sequence[tuple[float, ...]],
) -> _Fit:
    """First guess: attributes outside the key only, half of the candidates being matches."""
    scored = [
        _posterior(
            p,
            items,
            [_weights(item, _start(item), u[n]) * (n not in p.key) for n, item in enumerate(items)],
            (0.5, *(size / (p.pairs.sum() + 1) for size in known)),
        )
        for p, known in zip(passes, others, strict=True)
    ]
    return _Fit([_start(i) for i in items], [c for c, _ in scored], [o for _, o in scored])


def _posterior(
    item: PassPatterns,
    items: Sequence[Comparison],
    weights: Sequence[NDArray[np.float64]],
    prior: tuple[float, ...],
) -> tuple[_Chances, NDArray[np.float64]]:
    """Return the expected pairs of every class, and the log-odds of a match per pattern.

    ``prior`` is the share of matches, then of each class of ``SHARED``; strangers are the rest.
    """
    evidence = [weight[item.level(n)] for n, weight in enumerate(weights)]
    one, *others = [float(np.clip(share, 1e-15, 0.33)) for share in prior]
    rest = [np.full(len(item.pairs), np.log(1 - one - sum(others)))]
    for share, shared in zip(others, SHARED, strict=True):
        known = [e for e, i in zip(evidence, items, strict=True) if i.attribute in shared]
        rest.append(np.log(share) + sum(known, np.zeros(len(item.pairs))))
    against = np.logaddexp.reduce(rest, axis=0)
    odds: NDArray[np.float64] = np.log(one) + sum(evidence, -against)
    chance = item.pairs * _sigmoid(odds)
    left = item.pairs - chance
    sizes = tuple(float(left @ np.exp(part - against)) for part in rest[1:])
    return _Chances(chance, sizes), odds


def _settled(before: _Fit, found: _Fit) -> bool:
    old, new = sum(before.matches()), sum(found.matches())
    return abs(new - old) <= _TOLERANCE * max(new, 1)


def _weights(
    item: Comparison, m: NDArray[np.float64], u: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return log(m/u) per level; missing weighs nothing; a weaker level never weighs more."""
    weight = np.log(m / u)
    order = list(_ORDER[item.kind])
    weight[order] = np.minimum.accumulate(weight[order])
    weight[0] = 0.0
    return weight


def _shares(
    item: Comparison,
    passes: Sequence[PassPatterns],
    chances: Sequence[NDArray[np.float64]],
    position: int,
) -> NDArray[np.float64]:
    """Return the share of every level among the weighted pairs; level 0 is left out."""
    counts = np.zeros(len(item.levels))
    for patterns, weight in zip(passes, chances, strict=True):
        counts += np.bincount(patterns.level(position), weights=weight, minlength=len(counts))
    return _normalised(counts)


def _held(item: Comparison, free: NDArray[np.float64], step: int) -> NDArray[np.float64]:
    """Let m loose slowly: first the classes find their sizes, then m is estimated.

    Set free at once, m drifts: a few thousand neighbours among the first guesses teach it that
    one person has two names, and in the end all neighbours are matches.
    """
    hold = max(0.0, 1 - step / _HOLDING)
    return hold * _start(item) + (1 - hold) * free


def _outside(
    item: Comparison,
    passes: Sequence[PassPatterns],
    chances: Sequence[NDArray[np.float64]],
    position: int,
    fallback: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return shared m from the passes whose key does not use the attribute."""
    free = [n for n, patterns in enumerate(passes) if position not in patterns.key]
    if not free:
        return fallback
    return _shares(item, [passes[n] for n in free], [chances[n] for n in free], position)


def _chance(item: Comparison, frequencies: pa.Table) -> NDArray[np.float64]:
    counts = np.zeros(len(item.levels))
    for row in frequencies.to_pylist():
        if row["attribute"] == item.attribute:
            counts[row["level"]] += row["pairs"]
    return _normalised(counts)


def _normalised(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    smoothed = counts + _PSEUDO
    smoothed[0] = 0.0
    shares: NDArray[np.float64] = smoothed / smoothed.sum()
    shares[0] = 1.0  # never used: missing weighs nothing
    return shares


def _start(item: Comparison) -> NDArray[np.float64]:
    start = np.array(_START[item.kind])
    start[0] = 1.0
    return start


def _sigmoid(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-np.clip(odds, -500, 500)))
