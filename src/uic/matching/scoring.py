"""Fellegi-Sunter weights from pattern counts alone, by EM, without truth.

The u of each level comes from the partners' random pairs; m is shared by all passes, and what a
pair may be beside one person and two strangers stands in ``classes``. A fit has two parts:

1. Every pass scores the whole pattern; the prior of a class is its pairs over all pairs there are.
   The m of an attribute comes from all passes (*careful*: half of it from those whose key leaves
   the attribute free) or from the latter alone (*free*: a key of family names says nothing about
   how often family names agree).
2. One step given the keys: the prior is the share of matches among the pass's candidates, and of
   an attribute in the key only the levels that remain inside a block count, with m and u of that
   pass. More such steps drift where matches are few.

Both are fitted and the one that expects fewer matches is kept: *free* is a little better
where it holds and collapses on some registers, and a collapsed fit always expects too many. Where
relatives outnumber matches both may collapse: a third fit, anchored to the m of an ordinary
register, is kept if they expect a tenth more than it does
(docs/decisions/0100-two-forms-of-em.md, 0140-moved-and-one-step.md, 0145-an-anchored-form.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from uic.matching.classes import HOME, classes_of
from uic.matching.patterns import Weights
from uic.matching.shares import (
    HOLDING,
    chance_shares,
    held,
    level_shares,
    steadied,
)
from uic.ordinary import first_guess, level_weights
from uic.weighing import Alike, Moved, PassWeights

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from uic.levels import Comparison
    from uic.matching.classes import PairClass
    from uic.matching.patterns import PassPatterns

    Numbers = NDArray[np.float64]

FORMS = {"careful": 0.5, "free": 1.0}
"""Each form, and how much of m comes from the passes whose key leaves the attribute free."""

ANCHORED = "anchored"
"""The form that finds the sizes of the classes only, with m as in an ordinary register."""

_TOO_MANY = 1.1  # times the matches of the anchored form

_ROUNDS = 200
_TOLERANCE = 1e-5
_MOST = 0.99  # share of all classes together: some pairs are strangers
_LEAST = 1e-15


@dataclass(frozen=True)
class _Problem:
    """What is given: counts, levels, u, the m that EM starts from, and the classes."""

    passes: Sequence[PassPatterns]
    items: Sequence[Comparison]
    u: list[Numbers]
    guess: list[Numbers]
    classes: tuple[PairClass, ...]
    pairs_in_all: int

    @property
    def same(self) -> NDArray[np.bool_]:
        """Which classes are one person."""
        return np.array([one.same for one in self.classes])

    def telling(self, position: int) -> NDArray[np.bool_]:
        """Tell which classes say how often one person's records agree in a comparison."""
        return np.array([one.same and one.shared[position] for one in self.classes])


@dataclass(frozen=True)
class _Scored:
    """One pass under some weights: expected pairs per class and pattern, log-odds per pattern."""

    pairs: Numbers
    odds: Numbers
    weights: PassWeights


@dataclass(frozen=True)
class _Fit:
    m: list[Numbers]
    scored: list[_Scored]
    matches: list[float]


def fit(
    passes: Sequence[PassPatterns],
    items: Sequence[Comparison],
    frequencies: pa.Table,
    pairs_in_all: int,
) -> Weights:
    """Fit both forms and keep the one that expects fewer matches, or the anchored one.

    Args:
        passes: Pattern counts per pass.
        items: The comparisons, in the order of the pattern.
        frequencies: Pooled ``uic.exchange.FREQUENCIES`` of the partners.
        pairs_in_all: Number of pairs of records that could be compared at all.
    """
    u = [chance_shares(item, frequencies) for item in items]
    guess = [first_guess(item, each) for item, each in zip(items, u, strict=True)]
    given = _Problem(passes, items, u, guess, classes_of(items), pairs_in_all)
    forms = {name: _given_keys(given, _whole(given, free)) for name, free in FORMS.items()}
    forms[ANCHORED] = _given_keys(given, _whole(given, None))
    sums = {name: sum(form.matches) for name, form in forms.items()}
    kept = min(FORMS, key=lambda name: (sums[name], name))
    if sums[kept] > _TOO_MANY * sums[ANCHORED]:
        kept = ANCHORED
    best = forms[kept]
    return Weights(
        form=kept,
        expected=dict(zip((p.name for p in passes), best.matches, strict=True)),
        ratio=max(sums.values()) / max(min(sums.values()), 1e-9),
        m={i.attribute: tuple(m.tolist()) for i, m in zip(items, best.m, strict=True)},
        u={i.attribute: tuple(v.tolist()) for i, v in zip(items, u, strict=True)},
        log_odds={p.name: (p.pattern, s.odds) for p, s in zip(passes, best.scored, strict=True)},
        passes={p.name: s.weights for p, s in zip(passes, best.scored, strict=True)},
    )


def _whole(given: _Problem, free: float | None) -> _Fit:
    """Score the whole pattern in every pass until the matches settle; without ``free`` m stays."""
    m = given.guess
    sizes = [np.full(len(given.classes), p.pairs.sum() / 2) for p in given.passes]
    found = _Fit(m, [], [])
    for step in range(_ROUNDS):
        weights = [level_weights(*each) for each in zip(given.items, m, given.u, strict=True)]
        scored = [
            _score(given, one, weights, size / given.pairs_in_all)
            for one, size in zip(given.passes, sizes, strict=True)
        ]
        before, found = found, _fit_of(given, m, scored)
        sizes = _sizes(given, found)
        if free is not None:
            found_m = [_m(given, found, n, free) for n in range(len(m))]
            m = [held(*each, step) for each in zip(given.guess, found_m, strict=True)]
        if step > HOLDING and _settled(before, found):
            break
    return found


def _sizes(given: _Problem, found: _Fit) -> list[Numbers]:
    """Return how many pairs each class has, for every pass.

    The whole pattern is scored, so what a pair is does not depend on the pass it met in, and a
    class of two people is as large in one pass as in another: as many as agree exactly in the keys,
    over the share of the class that does. A pass keyed on given names meets few relatives, all of
    one given name, and alone would take them for one person.
    """
    exact = [_in_key(one) for one in given.passes]
    every = np.zeros(len(given.classes))
    for number, one in enumerate(given.classes):
        agreeing = zip(found.m, given.u, one.shared, strict=True)
        share = np.array([m[1] if shared else u[1] for m, u, shared in agreeing])
        reached = [share[list(item.key)].prod() for item in given.passes if len(item.pairs)]
        seen = [
            s.pairs[number, inside].sum() for s, inside in zip(found.scored, exact, strict=True)
        ]
        every[number] = sum(seen) / max(sum(reached), _LEAST)
    return [np.where(given.same, one.pairs.sum(axis=1), every) for one in found.scored]


def _in_key(one: PassPatterns) -> NDArray[np.bool_]:
    """Tell which patterns agree exactly in every attribute of the key."""
    inside = np.ones(len(one.pairs), dtype=np.bool_)
    for position in one.key:
        inside &= one.level(position) == 1
    return inside


def _given_keys(given: _Problem, start: _Fit) -> _Fit:
    """Score once more, given the keys. Classes that are two people keep the sizes they have.

    Given a key of date of birth alone, relatives would be twins, of whom there are few; only
    scoring the whole pattern tells that.
    """
    m = [_m(given, start, n, 1.0) for n in range(len(given.items))]
    scored = []
    for one, before in zip(given.passes, start.scored, strict=True):
        weights = [
            _inside(given, one, before, n)
            if n in one.key
            else level_weights(item, m[n], given.u[n])
            for n, item in enumerate(given.items)
        ]
        pseudo = np.where(given.same, 0.5 / given.same.sum(), 0)
        size = before.pairs.sum(axis=1) + pseudo
        scored.append(_score(given, one, weights, size / (one.pairs.sum() + 1)))
    return _fit_of(given, m, scored)


def _inside(given: _Problem, one: PassPatterns, before: _Scored, position: int) -> Numbers:
    """Return the weights of a key's attribute from the levels that remain inside the blocks."""
    item = given.items[position]
    agreeing = before.pairs[given.telling(position)].sum(axis=0)
    others = one.pairs - before.pairs[given.same].sum(axis=0)
    m, u = (level_shares(item, [one], [pairs], position) for pairs in (agreeing, others))
    return level_weights(item, m, u)


def _m(given: _Problem, found: _Fit, position: int, free: float) -> Numbers:
    """Return m of a comparison: ``free`` of it from passes whose key leaves the attribute free."""
    telling = given.telling(position)
    counts = [one.pairs[telling].sum(axis=0) for one in found.scored]
    outside = [n for n, one in enumerate(given.passes) if position not in one.key]
    every = _shares(given, counts, range(len(counts)), position)
    if not outside:
        return every
    return (1 - free) * every + free * _shares(given, counts, outside, position)


def _shares(
    given: _Problem, counts: list[Numbers], chosen: Sequence[int], position: int
) -> Numbers:
    passes = [given.passes[n] for n in chosen]
    chances = [counts[n] for n in chosen]
    return steadied(given.items[position], passes, chances, position, given.guess[position])


def _score(
    given: _Problem, one: PassPatterns, weights: Sequence[Numbers], shares: Numbers
) -> _Scored:
    """Return the expected pairs of every class, and the log-odds of one person per pattern."""
    prior = np.maximum(shares, _LEAST)
    prior /= max(1.0, float(prior.sum()) / _MOST)
    evidence = np.stack([weight[one.level(n)] for n, weight in enumerate(weights)])
    shared = np.array([each.shared for each in given.classes], dtype=float)
    part = np.log(prior)[:, None] + shared @ evidence
    strangers = np.full((1, len(one.pairs)), np.log(1 - prior.sum()))
    against = np.logaddexp.reduce(np.concatenate([strangers, part[~given.same]]), axis=0)
    odds: Numbers = np.logaddexp.reduce(part[given.same], axis=0) - against
    pairs = one.pairs * np.exp(part - np.logaddexp(odds, 0) - against)
    return _Scored(pairs, odds, _as_value(given, weights, prior))


def _as_value(given: _Problem, weights: Sequence[Numbers], prior: Numbers) -> PassWeights:
    names = [item.attribute for item in given.items]
    shares = dict(zip((one.name for one in given.classes), prior.tolist(), strict=True))
    return PassWeights(
        matches=float(prior[given.same].sum()),
        moved=Moved(shares.get("moved", 0.0), tuple(name for name in names if name in HOME)),
        alike=tuple(
            Alike(one.name, shares[one.name], tuple(np.array(names)[list(one.shared)].tolist()))
            for one in given.classes
            if not one.same
        ),
        weights={name: tuple(w.tolist()) for name, w in zip(names, weights, strict=True)},
    )


def _fit_of(given: _Problem, m: list[Numbers], scored: list[_Scored]) -> _Fit:
    return _Fit(m, scored, [float(one.pairs[given.same].sum()) for one in scored])


def _settled(before: _Fit, found: _Fit) -> bool:
    old, new = sum(before.matches), sum(found.matches)
    return abs(new - old) <= _TOLERANCE * max(new, 1)
