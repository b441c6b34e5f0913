"""Fellegi-Sunter weights from pattern counts alone, by EM, without truth.

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

Array = "NDArray[np.float64]"

_ROUNDS = 200
_CONDITIONED_STEPS = 3
_TOLERANCE = 1e-6
_PSEUDO = 0.5  # added to every level count, so that an unseen level keeps a finite weight
_START = {
    "text": (0.0, 0.85, 0.07, 0.03, 0.045, 0.005),
    "code": (0.0, 0.95, 0.05),
    "date": (0.0, 0.85, 0.01, 0.06, 0.02, 0.02, 0.02, 0.005, 0.01, 0.005),
}
_ORDER = {"text": (1, 2, 3, 4), "code": (1, 2), "date": (1, 3, 5, 9)}
"""Levels from full agreement to none, along which a weight must not rise."""


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
class _Fit:
    m: list[NDArray[np.float64]]
    odds: list[NDArray[np.float64]]  # per pass, log-odds of every pattern

    def matches(self, passes: Sequence[PassPatterns]) -> list[float]:
        """Expected matches of every pass."""
        return [float(p.pairs @ _sigmoid(o)) for p, o in zip(passes, self.odds, strict=True)]


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
    start = _Fit([_start(item) for item in items], _strict_odds(passes, items, u))
    conditioned = _conditioned(passes, items, u, start, _ROUNDS)
    stepped = _conditioned(passes, items, u, total, _CONDITIONED_STEPS)
    forms = {"cond": conditioned, "total": stepped}
    sums = {name: sum(form.matches(passes)) for name, form in forms.items()}
    kept = min(forms, key=lambda name: (sums[name], name))
    best = forms[kept]
    return Weights(
        form=kept,
        expected=dict(zip((p.name for p in passes), best.matches(passes), strict=True)),
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
    prior = [float(p.pairs.sum()) / 2 / pairs_in_all for p in passes]
    expected = 0.0
    for _ in range(_ROUNDS):
        odds = [_logit(q) + _sum_weights(p, items, m, u) for p, q in zip(passes, prior, strict=True)]
        chances = [p.pairs * _sigmoid(o) for p, o in zip(passes, odds, strict=True)]
        prior = [min(c.sum() / pairs_in_all, 0.5) for c in chances]
        m = [_shares(item, passes, chances, n) for n, item in enumerate(items)]
        before, expected = expected, sum(c.sum() for c in chances)
        if abs(expected - before) <= _TOLERANCE * max(expected, 1):
            break
    return _Fit(m, odds)


def _conditioned(
    passes: Sequence[PassPatterns],
    items: Sequence[Comparison],
    u: list[NDArray[np.float64]],
    start: _Fit,
    rounds: int,
) -> _Fit:
    m, odds, expected = start.m, start.odds, 0.0
    for _ in range(rounds):
        chances = [p.pairs * _sigmoid(o) for p, o in zip(passes, odds, strict=True)]
        m = [_outside(item, passes, chances, n, m[n]) for n, item in enumerate(items)]
        odds = [
            _pass_odds(p, c, items, m, u) for p, c in zip(passes, chances, strict=True)
        ]
        before, expected = expected, sum(c.sum() for c in chances)
        if abs(expected - before) <= _TOLERANCE * max(expected, 1):
            break
    return _Fit(m, odds)


def _pass_odds(
    item: PassPatterns,
    chances: NDArray[np.float64],
    items: Sequence[Comparison],
    m: list[NDArray[np.float64]],
    u: list[NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Log-odds of one pass, given its key: prior, attributes outside, levels that remain inside."""
    share = (chances.sum() + _PSEUDO) / (item.pairs.sum() + 2 * _PSEUDO)
    odds = np.full(len(item.pairs), _logit(share))
    for position, comparison in enumerate(items):
        if position in item.key:
            m_in = _shares(comparison, [item], [chances], position)
            u_in = _shares(comparison, [item], [item.pairs - chances], position)
            odds += _weights(comparison, m_in, u_in)[item.level(position)]
        else:
            odds += _weights(comparison, m[position], u[position])[item.level(position)]
    return odds


def _strict_odds(
    passes: Sequence[PassPatterns], items: Sequence[Comparison], u: list[NDArray[np.float64]]
) -> list[NDArray[np.float64]]:
    """First guess: attributes outside the key only, half of the candidates being matches."""
    odds = []
    for item in passes:
        weight = np.zeros(len(item.pairs))
        for position, comparison in enumerate(items):
            if position not in item.key:
                weight += _weights(comparison, _start(comparison), u[position])[item.level(position)]
        odds.append(weight)
    return odds


def _sum_weights(
    item: PassPatterns,
    items: Sequence[Comparison],
    m: list[NDArray[np.float64]],
    u: list[NDArray[np.float64]],
) -> NDArray[np.float64]:
    weight = np.zeros(len(item.pairs))
    for position, comparison in enumerate(items):
        weight += _weights(comparison, m[position], u[position])[item.level(position)]
    return weight


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


def _logit(share: float) -> float:
    bounded = min(max(share, 1e-15), 1 - 1e-9)
    return float(np.log(bounded / (1 - bounded)))


def _sigmoid(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-np.clip(odds, -500, 500)))
