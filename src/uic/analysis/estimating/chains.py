"""Whether the chains of a sampler agree: split R-hat and effective sample size.

Source: Gelman et al., Bayesian Data Analysis (2013), 11.4 and 11.5; Vehtari et al. 2021.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def split_r_hat(draws: Floats) -> float:
    """Return the potential scale reduction of (chains, draws), each chain cut in two.

    1 when the halves of all chains tell the same; above 1.05 they do not.
    """
    halves = _halves(draws)
    within, total = _variances(halves)
    return float(np.sqrt(total / within)) if within > 0 else float(total == 0) or np.inf


def effective_size(draws: Floats) -> float:
    """Return how many independent draws (chains, draws) are worth, at most their number.

    Autocorrelations are summed in pairs while the sum of a pair is positive (Geyer 1992).
    """
    halves = _halves(draws)
    within, total = _variances(halves)
    if total <= 0:
        return float(halves.size)
    rho = 1 - (within - _autocovariance(halves).mean(axis=0)) / total
    rho[0] = 1.0
    pairs = rho[: rho.size // 2 * 2].reshape(-1, 2).sum(axis=1)
    ends = np.flatnonzero(pairs <= 0)
    kept = np.minimum.accumulate(pairs[: ends[0] if ends.size else pairs.size])
    return float(min(halves.size, halves.size / max(2 * kept.sum() - 1, 1e-9)))


def _halves(draws: Floats) -> Floats:
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, -half:]])


def _variances(halves: Floats) -> tuple[float, float]:
    """Return the variance inside a half, and that of all halves together."""
    length = halves.shape[1]
    within = float(halves.var(axis=1, ddof=1).mean())
    between = float(halves.mean(axis=1).var(ddof=1))
    return within, within * (length - 1) / length + between


def _autocovariance(halves: Floats) -> Floats:
    """Return the autocovariance of every row, by Fourier transform."""
    length = halves.shape[1]
    centred = halves - halves.mean(axis=1, keepdims=True)
    power = np.abs(np.fft.rfft(centred, 2 * length, axis=1)) ** 2
    return np.asarray(np.fft.irfft(power, axis=1)[:, :length] / length)
