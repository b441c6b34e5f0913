"""Poisson regression of many models on one table at once, by Newton's method.

All models share one design matrix and differ in the columns they use, so that the curvature
matrices of a thousand models are one matrix product. A count may be an interval (a masked cell):
then the score uses the mean and the curvature the variance of a Poisson number known to lie in
that interval, which is the exact likelihood of interval-censored counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln

from uic.analysis.estimating.poisson import interval, saturated_loglik

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

TOLERANCE = 1e-18  # of the Newton decrement, in units of log-likelihood
GLM_TOLERANCE = 1e-8  # of the relative change of the deviance: where R's glm() stops
_HALVINGS = 30
_RIDGE = 1e-13  # keeps matrices invertible for models that run to infinity; no effect on others
_LARGEST_ETA = 300.0
_PART = 200_000  # numbers in the curvature matrices of the models fitted at once


@dataclass(frozen=True)
class Fits:
    """Fitted models, one row each.

    Attributes:
        coef: (models, columns) coefficients; 0 where a model does not use a column.
        variance: (models,) variance of the first coefficient, the intercept.
        loglik: (models,) log-likelihood with all constants, as R reports it.
        converged: (models,) whether Newton's method came to rest.
    """

    coef: Floats
    variance: Floats
    loglik: Floats
    converged: Mask


@dataclass(frozen=True)
class Problem:
    """What is fitted: make one with :func:`problem`.

    Attributes:
        design: (cells, p) columns; the first is the intercept.
        products: (cells, q) the different products of two columns.
        places: (p * p,) which of them each pair of columns has.
        low: (models, cells) smallest possible counts.
        high: (models, cells) largest possible counts; equal to ``low`` where a count is known.
        columns: (models, p) which columns each model uses.
        cells: (models, cells) which cells each model uses.
        masked: Places of the cells that are intervals in some model.
    """

    design: Floats
    products: Floats
    places: NDArray[np.intp]
    low: Floats
    high: Floats
    columns: Mask
    cells: Mask
    masked: tuple[int, ...]


def problem(
    design: Floats, low: Floats, high: Floats, columns: Mask, cells: Mask | None = None
) -> Problem:
    """Describe models to fit; ``low`` and ``high`` may be one table (cells,) or one a model."""
    shape = (len(columns), len(design))
    both = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    products, places = np.unique(both, axis=1, return_inverse=True)
    used = np.ones(shape, dtype=bool) if cells is None else cells
    low, high = np.broadcast_to(low, shape), np.broadcast_to(high, shape)
    masked = tuple(np.flatnonzero((low < high).any(axis=0)).tolist())
    return Problem(design, products, places.ravel(), low, high, columns, used, masked)


def fit(task: Problem, *, start: Floats | None = None, steps: int = 60) -> Fits:
    """Fit ``log E(count) = design @ coef`` for every choice of columns.

    The variance is taken where R's glm() takes it, one step before the deviance has come to rest
    within 1e-8, so that standard errors equal R's; at full rest they differ by up to 1e-4. Where
    cells are left out or masked there is no such habit, and the curvature at rest is used.

    Args:
        task: Models and counts.
        start: (models, p) coefficients to start from.
        steps: Newton steps before giving up.
    """
    parts = _parts(task)
    if len(parts) > 1:
        fits = [fit(_only(task, part), start=_rows(start, part), steps=steps) for part in parts]
        names = ("coef", "variance", "loglik", "converged")
        return Fits(*(np.concatenate([getattr(one, name) for one in fits]) for name in names))
    coef = _start(task) if start is None else start.copy()
    alive = np.arange(len(coef))
    habit, rest = np.full(len(coef), np.nan), np.full(len(coef), np.nan)
    loglik, best = _loglik(task, coef), saturated_loglik(task.low, task.high, task.cells)
    for _ in range(steps):
        part, old = _only(task, alive), loglik[alive]
        step, gain, rest[alive] = _newton(part, coef[alive])
        coef[alive], loglik[alive] = _climb(part, coef[alive], old, step)
        change = 2 * np.abs(loglik[alive] - old) / (2 * np.abs(best - loglik)[alive] + 0.1)
        habit[alive] = np.where(
            np.isnan(habit[alive]) & (change < GLM_TOLERANCE), rest[alive], habit[alive]
        )
        alive = alive[gain > TOLERANCE]
        if not len(alive):
            break
    plain = task.cells.all(axis=1) & (task.low == task.high).all(axis=1) & ~np.isnan(habit)
    converged = np.ones(len(coef), dtype=bool)
    converged[alive] = False
    return Fits(coef, np.where(plain, habit, rest), loglik, converged)


def _parts(task: Problem) -> list[NDArray[np.intp]]:
    """Divide the models so that the curvature matrices of a part stay in the processor's cache."""
    size = max(1, _PART // task.columns.shape[1] ** 2)
    rows = np.arange(len(task.columns))
    return [rows[at : at + size] for at in range(0, len(rows), size)] or [rows]


def _rows(start: Floats | None, rows: NDArray[np.intp]) -> Floats | None:
    return None if start is None else start[rows]


def means(task: Problem, coef: Floats) -> Floats:
    """Return the expected counts, (models, cells); 0 in cells a model leaves out."""
    return np.asarray(np.exp(np.minimum(coef @ task.design.T, _LARGEST_ETA)) * task.cells)


def expected(task: Problem, mu: Floats) -> tuple[Floats, Floats]:
    """Return mean and variance of every count given the interval it lies in."""
    mean, variance = task.low.copy(), np.zeros_like(mu)
    for cell in task.masked:
        moments = interval(mu[:, cell], task.low[:, cell], task.high[:, cell])
        _, mean[:, cell], variance[:, cell] = moments
    return mean, variance


def relative_bias(task: Problem, mu: Floats) -> Floats:
    """Return the second-order bias of exp(intercept), as a share of it.

    For a Poisson model with log link the coefficients are biased by V X'W xi, where xi is minus
    half the leverage (Cordeiro & McCullagh 1991, JRSS B 53:629); half the variance is added for
    the exponential. Rcapture warns where it makes more than a tenth of N.
    """
    parts = _parts(task)
    if len(parts) > 1:
        return np.concatenate([relative_bias(_only(task, part), mu[part]) for part in parts])
    identity = np.eye(task.columns.shape[1])[None].repeat(len(mu), axis=0)
    inverse = _solve(_curvature(task, mu - expected(task, mu)[1] * task.cells), identity)
    inverse *= task.columns[:, :, None] & task.columns[:, None, :]
    sums = np.zeros((len(mu), task.products.shape[1]))
    np.add.at(sums.T, task.places, inverse.reshape(len(mu), -1).T)
    leverage = sums @ task.products.T
    pull = (-0.5 * mu * leverage) @ task.design
    return np.asarray((inverse[:, 0] * pull).sum(axis=1) + 0.5 * inverse[:, 0, 0])


def _only(task: Problem, rows: NDArray[np.intp]) -> Problem:
    if len(rows) == len(task.columns):
        return task
    picked = (task.low[rows], task.high[rows], task.columns[rows], task.cells[rows])
    return Problem(task.design, task.products, task.places, *picked, task.masked)


def _start(task: Problem) -> Floats:
    """Take one weighted least-squares step from the counts themselves, as R does."""
    guess = np.maximum((task.low + np.minimum(task.high, task.low + 5)) / 2, 0)
    mu = guess + 0.1
    target = (mu * np.log(mu) + guess - mu) * task.cells
    right = (target @ task.design) * task.columns
    return _solve(_curvature(task, mu * task.cells), right[:, :, None])[:, :, 0]


def _curvature(task: Problem, weight: Floats) -> Floats:
    """Return X' W X of every model, with 1 on the diagonal of the columns it does not use.

    Columns of 0 and 1 have few different products (that of two terms is a term), so each sum is
    made once and copied to its places.
    """
    size = task.columns.shape[1]
    full = (weight @ task.products)[:, task.places].reshape(-1, size, size)
    full *= task.columns[:, :, None]
    full *= task.columns[:, None, :]
    index = np.arange(size)
    full[:, index, index] = np.where(task.columns, full[:, index, index] * (1 + _RIDGE), 1.0)
    return full


def _solve(matrices: Floats, right: Floats) -> Floats:
    """Solve many systems; a matrix that is singular to the last bit gets a larger ridge."""
    try:
        return np.asarray(np.linalg.solve(matrices, right))
    except np.linalg.LinAlgError:
        index = np.arange(matrices.shape[1])
        matrices[:, index, index] = matrices[:, index, index] * (1 + 1e-9) + 1e-12
        return np.asarray(np.linalg.solve(matrices, right))


def _newton(task: Problem, coef: Floats) -> tuple[Floats, Floats, Floats]:
    """Return Newton's step, twice the likelihood it promises, and the intercept's variance."""
    mu = means(task, coef)
    mean, variance = expected(task, mu)
    right = np.zeros((*coef.shape, 2))
    right[:, :, 0] = (((mean - mu) * task.cells) @ task.design) * task.columns
    right[:, 0, 1] = 1
    answer = _solve(_curvature(task, mu - variance * task.cells), right)
    gain = np.einsum("mp,mp->m", answer[:, :, 0], right[:, :, 0])
    return np.asarray(answer[:, :, 0]), np.asarray(gain), np.asarray(answer[:, 0, 1])


def _climb(task: Problem, coef: Floats, old: Floats, step: Floats) -> tuple[Floats, Floats]:
    """Take the step; halve it where the likelihood would fall."""
    new = coef + step
    value = _loglik(task, new)
    for _ in range(_HALVINGS):
        worse = ~(value >= old - 1e-9 * (1 + np.abs(old)))
        if not worse.any():
            break
        step = np.where(worse[:, None], step / 2, step)
        new = coef + step
        value = _loglik(task, new)
    return new, value


def _loglik(task: Problem, coef: Floats) -> Floats:
    eta = np.minimum(coef @ task.design.T, _LARGEST_ETA)
    terms = task.low * eta - np.exp(eta) - gammaln(np.maximum(task.low, 0) + 1)
    for cell in task.masked:
        bounds = (task.low[:, cell], task.high[:, cell])
        known = bounds[0] == bounds[1]
        terms[:, cell] = np.where(known, terms[:, cell], interval(np.exp(eta[:, cell]), *bounds)[0])
    return np.asarray((terms * task.cells).sum(axis=1))
