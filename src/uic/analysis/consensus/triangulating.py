"""The Triangulator model (Fearon et al.; fellstat/triangulator), without a sampler.

y_i = ln N_i of each study is normal around theta = ln N with variance tau^2 + (s_i/c_i)^2: s_i is
its standard error, c_i the meeting's confidence in it, tau the disagreement that neither explains.
theta has a normal prior, cut at hard bounds; tau is half-Cauchy with scale 0.01 sd(y).

Given tau, theta is a normal distribution cut at the bounds, in closed form. So the posterior of N
is a mixture of cut log-normals over a grid of tau, and the only quadrature is the one over tau:
the trapezoid rule in ln tau, which converges exponentially for a function that dies at both ends.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import log_ndtr, logsumexp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from uic.analysis.consensus.record import Prior
    from uic.analysis.consensus.studies import Study

    Array = NDArray[np.float64]

QUARTILE = 0.674
"""Normal 75% point as Triangulator writes it; sigma of the prior = (ln q75 - ln median)/.674."""

REACH = math.log(5)
"""How far beyond the smallest and largest study N may lie when the meeting sets no prior."""

MOST_STEPS, LEAST_MISS, LEAST_STEP = 100, 1e-13, 1e-14
"""When a quantile is found. Importing a solver would take longer than the whole meeting."""

NEGLIGIBLE = 1e-18
"""Weight of a tau that is left out of the mixture."""

LEAST_SPREAD = 1e-3
"""sd(y) where all studies give the same number, as in Triangulator (variance + 1e-6)."""


@dataclass(frozen=True)
class Belief:
    """A distribution of N: a mixture of log-normals, all cut at the same two bounds.

    Attributes:
        weights: Weight of each component; they add up to 1.
        means: Mean of ln N in each component, before the cut.
        sds: Standard deviation of ln N in each component, before the cut.
        lower: Lower bound of ln N; may be minus infinity.
        upper: Upper bound of ln N; may be infinity.
    """

    weights: Array
    means: Array
    sds: Array
    lower: float
    upper: float

    def below(self, number: float) -> float:
        """Return the probability that N is at most ``number``."""
        return self._below(math.log(number))

    def quantile(self, probability: float) -> float:
        """Return the N below which ``probability`` of the belief lies (Newton in a bracket)."""
        low = max(self.lower, float(np.min(self.means - 12 * self.sds)))
        high = min(self.upper, float(np.max(self.means + 12 * self.sds)))
        point = min(max(float(self.weights @ self.means), low), high)
        for _ in range(MOST_STEPS):
            miss = self._below(point) - probability
            if abs(miss) < LEAST_MISS or high - low < LEAST_STEP:
                break
            low, high = (point, high) if miss < 0 else (low, point)
            slope = float(self.density(np.array([math.exp(point)]))[0])
            jump = point - miss / slope if slope > 0 else low
            point = jump if low < jump < high else (low + high) / 2
        return math.exp(point)

    def _below(self, point: float) -> float:
        edge = min(max(point, self.lower), self.upper)
        inside = _log_mass(self._z(self.lower), self._z(edge))
        return float(np.sum(self.weights * np.exp(inside - self._log_kept())))

    def density(self, numbers: Array) -> Array:
        """Return the density of ln N at each number; 0 beyond the bounds."""
        points = np.log(numbers)[:, None]
        scaled = (points - self.means) / self.sds
        logs = -0.5 * scaled**2 - np.log(self.sds * math.sqrt(2 * math.pi)) - self._log_kept()
        inside = (points >= self.lower) & (points <= self.upper)
        return np.asarray(np.exp(np.where(inside, logs, -np.inf)) @ self.weights)

    @property
    def mean(self) -> float:
        """Mean of N."""
        return self._moment(1)

    @property
    def sd(self) -> float:
        """Standard deviation of N."""
        return math.sqrt(max(0.0, self._moment(2) - self._moment(1) ** 2))

    def _moment(self, power: int) -> float:
        shifted = (edge - power * self.sds for edge in (self._z(self.lower), self._z(self.upper)))
        logs = power * self.means + 0.5 * (power * self.sds) ** 2 + _log_mass(*shifted)
        return float(np.sum(self.weights * np.exp(logs - self._log_kept())))

    def _z(self, point: float) -> Array:
        return (point - self.means) / self.sds

    def _log_kept(self) -> Array:
        return _log_mass(self._z(self.lower), self._z(self.upper))


@dataclass(frozen=True)
class Triangulated:
    """The posterior, and how much the studies disagree beyond their stretched intervals.

    Attributes:
        belief: Distribution of N after the studies.
        tau: Posterior median of tau, on the log scale.
    """

    belief: Belief
    tau: float


def prior_belief(prior: Prior) -> Belief | None:
    """Return the meeting's prior as a distribution; none where it only set bounds or nothing."""
    if prior.median is None or prior.q75 is None:
        return None
    middle, sd = _prior_moments(prior)
    lower, upper = _bounds(prior, ())
    return Belief(np.ones(1), np.array([middle]), np.array([sd]), lower, upper)


def triangulate(studies: Sequence[Study], prior: Prior, tau_multiplier: float) -> Triangulated:
    """Pool the studies, which must each have an interval and a confidence above 0.

    Without a prior the posterior mean does not exist (its tail is too long), so N is then kept
    within a factor of 5 of the smallest and the largest study, unless the meeting set bounds.
    """
    y = np.array([study.log for study in studies])
    s = np.array([study.spread / study.confidence for study in studies])
    scale = tau_multiplier * _sd(y)
    log_tau = np.arange(math.log(scale) - 20, math.log(1e4), 0.1)
    means, sds, fit = _given_tau(y, s, prior, np.exp(2 * log_tau))
    lower, upper = _bounds(prior, y)
    inside = _log_mass((lower - means) / sds, (upper - means) / sds)
    cauchy = log_tau - np.log1p(np.exp(2 * (log_tau - math.log(scale))))
    logs = fit + inside + cauchy
    weights = np.exp(logs - logsumexp(logs))
    tau = math.exp(float(np.interp(0.5, np.cumsum(weights) - weights / 2, log_tau)))
    kept = weights > NEGLIGIBLE
    weights = weights[kept] / np.sum(weights[kept])
    return Triangulated(Belief(weights, means[kept], sds[kept], lower, upper), tau)


def _given_tau(y: Array, s: Array, prior: Prior, tau_squared: Array) -> tuple[Array, Array, Array]:
    """Return mean and sd of theta at each tau, before the cut, and the log likelihood of tau."""
    variances = tau_squared[:, None] + s**2
    precision = np.sum(1 / variances, axis=1)
    total = np.sum(y / variances, axis=1)
    squares = np.sum(y**2 / variances, axis=1)
    if prior.median is not None:
        middle, sd = _prior_moments(prior)
        precision = precision + sd**-2
        total = total + middle * sd**-2
        squares = squares + middle**2 * sd**-2
    means, sds = total / precision, precision**-0.5
    fit = -0.5 * (np.sum(np.log(variances), axis=1) + squares - total * means)
    return means, sds, fit + np.log(sds)


def _sd(y: Array) -> float:
    return max(float(np.std(y, ddof=1)), LEAST_SPREAD) if len(y) > 1 else LEAST_SPREAD


def _prior_moments(prior: Prior) -> tuple[float, float]:
    middle = math.log(prior.median or 1)
    return middle, (math.log(prior.q75 or 1) - middle) / QUARTILE


def _bounds(prior: Prior, y: Array | tuple[()]) -> tuple[float, float]:
    lower = math.log(prior.lower) if prior.lower is not None else -math.inf
    upper = math.log(prior.upper) if prior.upper is not None else math.inf
    if prior.median is None and len(y):
        known = [x for x in (*y, lower, upper) if math.isfinite(x)]
        lower = min(known) - REACH if prior.lower is None else lower
        upper = max(known) + REACH if prior.upper is None else upper
    return lower, upper


def _log_mass(low: Array, high: Array) -> Array:
    """Return ln(Phi(high) - Phi(low)), exact in both tails. Needs low <= high."""
    flip = low > 0
    left, right = np.where(flip, -high, low), np.where(flip, -low, high)
    top = log_ndtr(right)
    with np.errstate(divide="ignore", invalid="ignore"):
        lost = np.where(np.isneginf(left), 0.0, np.exp(log_ndtr(left) - top))
        return np.asarray(top + np.log1p(-np.minimum(lost, 1.0)))
