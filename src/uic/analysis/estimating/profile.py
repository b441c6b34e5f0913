"""Profile-likelihood intervals of log-linear models, for many models at once.

For each number m0 of unseen people the model is fitted to the table with m0 put in the unseen
cell; l(N) is the multinomial log-likelihood of that table, N = M + m0. The interval holds every
N with 2 (max l - l(N)) below the chi-square quantile (Cormack 1992, Biometrics 48:567). The N
that maximises l is the multinomial estimate, a little below the Poisson one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import digamma, gammaln, ndtri

from uic.analysis.estimating.fitting import fit, problem
from uic.analysis.estimating.results import Interval, Profile

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]
    Curve = Callable[[Floats], tuple[Floats, Floats]]

_SMALLEST = 1e-6  # unseen people at which the lower limit is called M
_LARGEST = 1e9
_STEPS = 60
_CLOSE = 1e-10  # of log(unseen)


def profile(
    design: Floats,
    counts: Floats,
    columns: Mask,
    cells: Mask,
    *,
    start: Floats | None = None,
    level: float = 0.95,
) -> tuple[Profile, ...]:
    """Profile the population size under many models.

    Args:
        design: (cells, p), first column the intercept.
        counts: (cells,) exact counts.
        columns: (models, p) columns of each model, without parameters at minus infinity.
        cells: (models, cells) cells that are not certain to be empty.
        start: (models, p) coefficients of the Poisson fit, where they are known.
        level: Nominal coverage.
    """
    seen = float(counts.sum())
    if start is None:
        start = fit(problem(design, counts, counts, columns, cells)).coef
    curve = _likelihood(design, counts, columns, cells, start)
    best = _maximise(curve, np.clip(start[:, 0], np.log(_SMALLEST), np.log(_LARGEST)))
    cut = curve(best)[0] - ndtri((1 + level) / 2) ** 2 / 2
    low = _cross(curve, best, cut, 0.25, _SMALLEST)
    high = _cross(curve, best, cut, 4.0, _LARGEST)
    limits = zip(best.tolist(), low.tolist(), high.tolist(), strict=True)
    return tuple(
        Profile(seen + top, Interval(seen + a, seen + b, level, "profile")) for top, a, b in limits
    )


def _likelihood(design: Floats, counts: Floats, columns: Mask, cells: Mask, start: Floats) -> Curve:
    """Return the function (unseen people) -> (profile log-likelihood, its slope)."""
    unseen_row = np.zeros((1, design.shape[1]))
    unseen_row[0, 0] = 1
    full = np.vstack([unseen_row, design])
    used = np.column_stack([np.ones(len(columns), dtype=bool), cells])
    empty = np.zeros((len(columns), len(full)))
    task, coef = problem(full, empty, empty, columns, used), start

    def curve(unseen: Floats) -> tuple[Floats, Floats]:
        nonlocal coef  # each fit starts where the last one ended
        table = np.column_stack([unseen, np.tile(counts, (len(unseen), 1))])
        fits = fit(replace(task, low=table, high=table), start=coef)
        coef, total = fits.coef, table.sum(axis=1)
        value = fits.loglik + total - total * np.log(total) + gammaln(total + 1)
        slope = digamma(total + 1) - digamma(unseen + 1) + fits.coef[:, 0] - np.log(total)
        return value, slope

    return curve


def _maximise(curve: Curve, at: Floats) -> Floats:
    """Find where the slope is zero, by bisection and secant steps on log(unseen)."""
    low, high = np.full(len(at), np.log(_SMALLEST)), np.full(len(at), np.log(_LARGEST))
    last, before = at + 0.1, curve(np.exp(at + 0.1))[1]
    for _ in range(_STEPS):
        slope = curve(np.exp(at))[1]
        low, high = np.where(slope > 0, at, low), np.where(slope > 0, high, at)
        with np.errstate(invalid="ignore", divide="ignore"):
            secant = at - slope * (at - last) / (slope - before)
        inside = (secant > low) & (secant < high)
        last, before = at, slope
        at = np.where(inside, secant, (low + high) / 2)
        if np.all(np.abs(at - last) < _CLOSE):
            break
    return np.asarray(np.exp(at))


def _cross(curve: Curve, best: Floats, cut: Floats, factor: float, end: float) -> Floats:
    """Find where the likelihood falls to ``cut`` on one side of its top.

    Returns 0 (below) or infinity (above) where it never does.
    """
    inner, outer, never = _bracket(curve, best, cut, np.log(factor), np.log(end))
    at = (inner + outer) / 2
    for _ in range(_STEPS):
        value, slope = curve(np.exp(at))
        above = value > cut
        inner, outer = np.where(above, at, inner), np.where(above, outer, at)
        with np.errstate(invalid="ignore", divide="ignore"):
            newton = at - (value - cut) / (slope * np.exp(at))
        inside = (newton - inner) * (newton - outer) < 0
        last, at = at, np.where(inside, newton, (inner + outer) / 2)
        if np.all(never | (np.abs(at - last) < _CLOSE)):
            break
    return np.asarray(np.where(never, 0.0 if factor < 1 else np.inf, np.exp(at)))


def _bracket(
    curve: Curve, best: Floats, cut: Floats, step: float, end: float
) -> tuple[Floats, Floats, Mask]:
    """Walk away from the top in growing steps until below ``cut`` or at the end of the scale."""
    inner, outer = np.log(best), np.log(best) + step
    for _ in range(_STEPS):
        outer = np.minimum(outer, end) if step > 0 else np.maximum(outer, end)
        above = curve(np.exp(outer))[0] > cut
        inner = np.where(above, outer, inner)
        if not (above & (outer != end)).any():
            break
        step *= 1.5
        outer = np.where(above, outer + step, outer)
    return inner, outer, above
