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
from scipy.special import gammaln, logsumexp, xlogy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

TOLERANCE = 1e-18  # of the Newton decrement, in units of log-likelihood
GLM_TOLERANCE = 1e-8  # of the relative change of the deviance: where R's glm() stops
_HALVINGS = 30
_RIDGE = 1e-13  # keeps matrices invertible for models that run to infinity; no effect on others


@dataclass(frozen=True)
class Fits:
    """Fitted models, one row each.

    Attributes:
        coef: (models, columns) coefficients; 0 where a model does not use a column.
        mu: (models, cells) expected counts; 0 in cells the model was told to leave out.
        expected: (models, cells) the counts, with a masked count replaced by its mean.
        variance: (models,) variance of the first coefficient, the intercept.
        bias: (models,) second-order bias of exp(intercept), as a share of it.
        loglik: (models,) log-likelihood with all constants, as R reports it.
        converged: (models,) whether Newton's method came to rest.
    """

    coef: Floats
    mu: Floats
    expected: Floats
    variance: Floats
    bias: Floats
    loglik: Floats
    converged: Mask


def fit(
    design: Floats,
    low: Floats,
    high: Floats,
    columns: Mask,
    cells: Mask | None = None,
    *,
    steps: int = 60,
) -> Fits:
    """Fit ``log E(count) = design @ coef`` for many choices of columns.

    Args:
        design: (cells, p) columns; the first is the intercept.
        low: (cells,) or (models, cells) smallest possible counts.
        high: the same for the largest; equal to ``low`` where a count is known.
        columns: (models, p) which columns each model uses.
        cells: (models, cells) which cells each model uses; all when None.
        steps: Newton steps before giving up.
    """
    problem = _Problem.of(design, low, high, columns, cells)
    coef, alive = problem.start(), np.arange(len(columns))
    variance = np.full(len(columns), np.nan)
    loglik, best = problem.loglik(coef), saturated_loglik(problem.low, problem.high, problem.cells)
    for _ in range(steps):
        part, old = problem.only(alive), loglik[alive]
        step, gain, spread = part.newton(coef[alive])
        coef[alive], loglik[alive] = part.climb(coef[alive], old, step)
        change = 2 * np.abs(loglik[alive] - old) / (2 * np.abs(best - loglik)[alive] + 0.1)
        first = np.isnan(variance[alive]) & (change < GLM_TOLERANCE)
        variance[alive[first]] = spread[first]
        alive = alive[gain > TOLERANCE]
        if not len(alive):
            break
    return problem.results(coef, variance, loglik, alive)


@dataclass(frozen=True)
class _Problem:
    design: Floats
    products: Floats
    low: Floats
    high: Floats
    columns: Mask
    cells: Mask

    @classmethod
    def of(
        cls, design: Floats, low: Floats, high: Floats, columns: Mask, cells: Mask | None
    ) -> _Problem:
        shape = (len(columns), len(design))
        products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
        used = np.ones(shape, dtype=bool) if cells is None else cells
        low, high = np.broadcast_to(low, shape), np.broadcast_to(high, shape)
        return cls(design, products, low, high, columns, used)

    def only(self, rows: NDArray[np.intp]) -> _Problem:
        if len(rows) == len(self.columns):
            return self
        picked = (self.low[rows], self.high[rows], self.columns[rows], self.cells[rows])
        return _Problem(self.design, self.products, *picked)

    def start(self) -> Floats:
        """One weighted least-squares step from the counts themselves."""
        guess = (self.low + np.minimum(self.high, self.low + 5)) / 2
        mu = guess + 0.1
        target = (mu * np.log(mu) + guess - mu) * self.cells
        right = (target @ self.design) * self.columns
        curvature = self.curvature(mu * self.cells)
        return np.asarray(_solve(curvature, right[:, :, None])[:, :, 0])

    def curvature(self, weight: Floats) -> Floats:
        size = self.columns.shape[1]
        full = (weight @ self.products).reshape(-1, size, size)
        full *= self.columns[:, :, None] & self.columns[:, None, :]
        index = np.arange(size)
        full[:, index, index] = np.where(self.columns, full[:, index, index] * (1 + _RIDGE), 1.0)
        return full

    def mu(self, coef: Floats) -> Floats:
        return np.asarray(np.exp(np.minimum(coef @ self.design.T, 300)) * self.cells)

    def moments(self, mu: Floats) -> tuple[Floats, Floats]:
        """Mean and variance of every count, given the interval it lies in."""
        mean, variance = self.low.copy(), np.zeros_like(mu)
        for cell in np.flatnonzero((self.low < self.high).any(axis=0)):
            moments = interval(mu[:, cell], self.low[:, cell], self.high[:, cell])
            _, mean[:, cell], variance[:, cell] = moments
        return mean, variance

    def newton(self, coef: Floats) -> tuple[Floats, Floats, Floats]:
        """Return Newton's step, twice the likelihood it promises, and the intercept's variance."""
        mu = self.mu(coef)
        mean, variance = self.moments(mu)
        right = np.zeros((*coef.shape, 2))
        right[:, :, 0] = (((mean - mu) * self.cells) @ self.design) * self.columns
        right[:, 0, 1] = 1
        answer = _solve(self.curvature(mu - variance * self.cells), right)
        gain = np.einsum("mp,mp->m", answer[:, :, 0], right[:, :, 0])
        return np.asarray(answer[:, :, 0]), np.asarray(gain), np.asarray(answer[:, 0, 1])

    def climb(self, coef: Floats, old: Floats, step: Floats) -> tuple[Floats, Floats]:
        """Take the step; halve it where the likelihood would fall."""
        new = coef + step
        value = self.loglik(new)
        for _ in range(_HALVINGS):
            worse = ~(value >= old - 1e-9 * (1 + np.abs(old)))
            if not worse.any():
                break
            step = np.where(worse[:, None], step / 2, step)
            new = coef + step
            value = self.loglik(new)
        return new, value

    def loglik(self, coef: Floats) -> Floats:
        eta = np.minimum(coef @ self.design.T, 300)
        terms = self.low * eta - np.exp(eta) - gammaln(self.low + 1)
        for cell in np.flatnonzero((self.low < self.high).any(axis=0)):
            bounds = (self.low[:, cell], self.high[:, cell])
            terms[:, cell] = interval(np.exp(eta[:, cell]), *bounds)[0]
        return np.asarray((terms * self.cells).sum(axis=1))

    def results(
        self, coef: Floats, variance: Floats, loglik: Floats, alive: NDArray[np.intp]
    ) -> Fits:
        mu = self.mu(coef)
        mean, spread = self.moments(mu)
        identity = np.eye(coef.shape[1])[None].repeat(len(coef), axis=0)
        inverse = _solve(self.curvature(mu - spread * self.cells), identity)
        exact = self.cells.all(axis=1) & (self.low == self.high).all(axis=1) & ~np.isnan(variance)
        variance = np.where(exact, variance, inverse[:, 0, 0])
        converged = np.ones(len(coef), dtype=bool)
        converged[alive] = False
        return Fits(coef, mu, mean, variance, self.bias(mu, inverse), loglik, converged)

    def bias(self, mu: Floats, inverse: Floats) -> Floats:
        """Bias of exp(intercept), relative (Cordeiro & McCullagh 1991, JRSS B 53:629)."""
        used = inverse * (self.columns[:, :, None] & self.columns[:, None, :])
        leverage = np.einsum("cp,mpq,cq->mc", self.design, used, self.design, optimize=True)
        pull = (-0.5 * mu * leverage) @ self.design
        return np.asarray(np.einsum("mp,mp->m", used[:, 0], pull) + 0.5 * used[:, 0, 0])


def _solve(matrices: Floats, right: Floats) -> Floats:
    """Solve many systems; a matrix that is singular to the last bit gets a larger ridge."""
    try:
        return np.asarray(np.linalg.solve(matrices, right))
    except np.linalg.LinAlgError:
        index = np.arange(matrices.shape[1])
        matrices[:, index, index] = matrices[:, index, index] * (1 + 1e-9) + 1e-12
        return np.asarray(np.linalg.solve(matrices, right))


def interval(mu: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats, Floats]:
    """Return log P(low <= Y <= high), and the mean and variance of Y there, for Y ~ Poisson(mu)."""
    values = np.arange(low.min(), high.max() + 1)
    inside = (values >= low[:, None]) & (values <= high[:, None])
    logs = xlogy(values, np.maximum(mu, 1e-300)[:, None]) - mu[:, None] - gammaln(values + 1)
    logs = np.where(inside, logs, -np.inf)
    total = logsumexp(logs, axis=1)
    share = np.exp(logs - total[:, None])
    mean = share @ values
    return total, mean, share @ values**2 - mean**2


def saturated_loglik(low: Floats, high: Floats, cells: Mask | None = None) -> Floats:
    """Return the largest log-likelihood any model can reach on these counts (summed last axis)."""
    terms = xlogy(low, low) - low - gammaln(low + 1)
    best = np.exp((gammaln(high + 1) - gammaln(np.maximum(low, 1))) / (high - low + 1))
    for at in map(tuple, np.argwhere(low < high)):
        one = interval(best[at][None], low[at][None], high[at][None])[0][0]
        terms[at] = one if low[at] > 0 else 0.0
    return np.asarray((terms if cells is None else terms * cells).sum(axis=-1))
