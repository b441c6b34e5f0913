"""A Poisson number of which only an interval is known: a masked count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln, logsumexp, xlogy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]


def interval(mu: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats, Floats]:
    """Return log P(low <= Y <= high), and the mean and variance of Y there, for Y ~ Poisson(mu).

    Args:
        mu: (models,) means.
        low: (models,) smallest values.
        high: (models,) largest values.
    """
    values = np.arange(low.min(), high.max() + 1)
    inside = (values >= low[:, None]) & (values <= high[:, None])
    logs = xlogy(values, np.maximum(mu, 1e-300)[:, None]) - mu[:, None] - gammaln(values + 1)
    logs = np.where(inside, logs, -np.inf)
    total = logsumexp(logs, axis=1)
    share = np.exp(logs - total[:, None])
    mean = share @ values
    return total, mean, share @ values**2 - mean**2


def saturated_loglik(low: Floats, high: Floats, cells: Mask | None = None) -> Floats:
    """Return the largest log-likelihood any model can reach on these counts (summed last axis).

    A masked count from a to b is most probable at mu = (b! / (a-1)!)^(1/(b-a+1)); one that may
    be zero is certain at mu = 0. A corrected count below zero enters as zero.
    """
    low = np.maximum(low, 0)
    terms = xlogy(low, low) - low - gammaln(low + 1)
    best = np.exp((gammaln(high + 1) - gammaln(np.maximum(low, 1))) / (high - low + 1))
    for at in map(tuple, np.argwhere(low < high)):
        one = interval(best[at][None], low[at][None], high[at][None])[0][0]
        terms[at] = one if low[at] > 0 else 0.0
    return np.asarray((terms if cells is None else terms * cells).sum(axis=-1))
