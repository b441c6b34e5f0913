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

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from uic.matching.patterns import Weights
from uic.matching.shares import (
    HOLDING,
    PSEUDO,
    chance_shares,
    first_guess,
    held,
    level_shares,
    level_weights,
    shares_outside_key,
)
from uic.weighing import Alike, PassWeights

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from uic.levels import Comparison
    from uic.matching.patterns import PassPatterns

_ROUNDS = 200
_CONDITIONED_STEPS = 3
_TOLERANCE = 1e-6


_HOME = frozenset({"birth_place", "place", "postcode"})
_FAMILY = frozenset({"family_name", "father_given_name", "mother_given_name", "phone", "street"})
CLASSES = ("relatives", "neighbours")
SHARED = (_HOME | _FAMILY, _HOME)
"""What relatives, and what neighbours, share: one class of pairs each, beside the strangers."""


@dataclass(frozen=True)
class _Chances:
    """Expected pairs of one pass: matches per pattern, and the sum of every class of ``SHARED``.

    ``weights`` are what they were computed with.
    """

    matches: NDArray[np.float64]
    others: tuple[float, ...]
    weights: PassWeights


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
    u = [chance_shares(item, frequencies) for item in items]
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
        passes={p.name: c.weights for p, c in zip(passes, best.chances, strict=True)},
    )


def _total(
    passes: Sequence[PassPatterns],
    items: Sequence[Comparison],
    u: list[NDArray[np.float64]],
    pairs_in_all: int,
) -> _Fit:
    m = [first_guess(item) for item in items]
    guess = [p.pairs.sum() / 2 / pairs_in_all for p in passes]
    priors = [(share,) * (1 + len(SHARED)) for share in guess]
    found = _Fit(m, [], [])
    for step in range(_ROUNDS):
        weights = [level_weights(*triple) for triple in zip(items, m, u, strict=True)]
        scored = [_posterior(p, items, weights, q) for p, q in zip(passes, priors, strict=True)]
        before, found = found, _Fit(m, [c for c, _ in scored], [odds for _, odds in scored])
        priors = [
            tuple(size / pairs_in_all for size in (float(c.matches.sum()), *c.others))
            for c in found.chances
        ]
        matches = [chance.matches for chance in found.chances]
        m = [held(i, level_shares(i, passes, matches, n), step) for n, i in enumerate(items)]
        if step > HOLDING and _settled(before, found):
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
        m = [
            shares_outside_key(item, passes, matches, n, found.m[n]) for n, item in enumerate(items)
        ]
        if rounds > _CONDITIONED_STEPS:
            m = [held(item, free, step) for item, free in zip(items, m, strict=True)]
        scored = [
            _given_key(p, chance.matches, known, items, m, u)
            for p, chance, known in zip(passes, found.chances, others, strict=True)
        ]
        before, found = found, _Fit(m, [c for c, _ in scored], [odds for _, odds in scored])
        if step > HOLDING and _settled(before, found):
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
    size = item.pairs.sum() + 2 * PSEUDO
    prior = ((float(matches.sum()) + PSEUDO) / size, *(other / size for other in others))
    weights = []
    for position, comparison in enumerate(items):
        if position in item.key:
            m_in = level_shares(comparison, [item], [matches], position)
            u_in = level_shares(comparison, [item], [item.pairs - matches], position)
            weights.append(level_weights(comparison, m_in, u_in))
        else:
            weights.append(level_weights(comparison, m[position], u[position]))
    return _posterior(item, items, weights, prior)


def _strict(
    passes: Sequence[PassPatterns],
    items: Sequence[Comparison],
    u: list[NDArray[np.float64]],
    others: Sequence[tuple[float, ...]],
) -> _Fit:
    """First guess: attributes outside the key only, half of the candidates being matches."""
    guess = [level_weights(item, first_guess(item), u[n]) for n, item in enumerate(items)]
    scored = [
        _posterior(
            p,
            items,
            [weight * (n not in p.key) for n, weight in enumerate(guess)],
            (0.5, *(size / (p.pairs.sum() + 1) for size in known)),
        )
        for p, known in zip(passes, others, strict=True)
    ]
    return _Fit([first_guess(i) for i in items], [c for c, _ in scored], [o for _, o in scored])


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
    return _Chances(chance, sizes, _as_value(items, weights, one, others)), odds


def _as_value(
    items: Sequence[Comparison],
    weights: Sequence[NDArray[np.float64]],
    one: float,
    others: Sequence[float],
) -> PassWeights:
    return PassWeights(
        matches=one,
        alike=tuple(
            Alike(name, share, tuple(i.attribute for i in items if i.attribute in shared))
            for name, share, shared in zip(CLASSES, others, SHARED, strict=True)
        ),
        weights={i.attribute: tuple(w.tolist()) for i, w in zip(items, weights, strict=True)},
    )


def _settled(before: _Fit, found: _Fit) -> bool:
    old, new = sum(before.matches()), sum(found.matches())
    return abs(new - old) <= _TOLERANCE * max(new, 1)


def _sigmoid(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-np.clip(odds, -500, 500)))
