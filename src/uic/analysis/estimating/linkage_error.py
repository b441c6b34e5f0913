"""Two lists whose links hold errors: the size corrected for missed and false links.

n1 and n2 are the list sizes, m the links observed, alpha the sensitivity (the chance that a true
pair is linked), beta the chance that a person on the first list only gets a false link. Then
E m = alpha x11 + beta x10 (Ding & Fienberg 1994), so

    N = (alpha - beta) n1 n2 / (m - beta n1)  =  (n1 n2 / m) * sensitivity / PPV.

Missed links make the plain estimate too high, false ones too low.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from uic.analysis.estimating.intervals import lognormal
from uic.analysis.estimating.results import Corrected, Estimate
from uic.analysis.estimating.two_lists import check_two, lincoln_petersen
from uic.errors import EstimationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class LinkageQuality:
    """How well two lists were linked, as the linkage step reports it.

    Attributes:
        sensitivity: Share of true pairs that were linked, above 0 to 1.
        ppv: Share of links that are true (precision), above 0 to 1.
        sensitivity_se: Standard error of the sensitivity; 0 when it is taken as known.
        ppv_se: Standard error of the PPV.
    """

    sensitivity: float
    ppv: float = 1.0
    sensitivity_se: float = 0.0
    ppv_se: float = 0.0

    def __post_init__(self) -> None:
        _check_shares(sensitivity=self.sensitivity, ppv=self.ppv)
        if min(self.sensitivity_se, self.ppv_se) < 0:
            raise EstimationError("a standard error is negative")


def corrected(
    n1: int, n2: int, links: int, quality: LinkageQuality, *, level: float = 0.95
) -> Corrected:
    """Correct the two-list estimate with the sensitivity and PPV of the links.

    N = n1 n2 sensitivity / (links PPV). The sampling variance is that of :func:`ding_fienberg`
    with beta as the PPV implies it; the uncertainty of both rates adds (N/rate)^2 Var(rate).

    Raises:
        EstimationError: the rates imply more true pairs than a list has people.
    """
    check_two(n1, n2, links)
    overlap = quality.ppv * links / quality.sensitivity
    _check_overlap(overlap, n1, n2)
    size = n1 * n2 / overlap
    alone = n1 - overlap
    beta = (1 - quality.ppv) * links / alone if quality.ppv < 1 else 0.0
    variance = _sampling_variance(n1, n2, links, size, quality.sensitivity, beta)
    for rate, error in (
        (quality.sensitivity, quality.sensitivity_se),
        (quality.ppv, quality.ppv_se),
    ):
        variance += (size / rate * error) ** 2
    return _result(n1, n2, links, size, variance, level)


def ding_fienberg(
    n1: int,
    n2: int,
    links: int,
    *,
    alpha: float,
    beta: float = 0.0,
    alpha_se: float = 0.0,
    beta_se: float = 0.0,
    level: float = 0.95,
) -> Corrected:
    """Correct the two-list estimate with the two error rates of Ding & Fienberg (1994).

    V = n1 n2 (N-n1)(N-n2) / (N^2 (N-1)); Var m = (alpha-beta)^2 V + alpha(1-alpha) x11 +
    beta(1-beta) x10; dN/dm = -N/(m - beta n1), dN/dalpha = N/(alpha-beta), dN/dbeta =
    -N/(alpha-beta) + N n1/(m - beta n1); the squares times the variances add up.

    Args:
        n1: People on the first list.
        n2: People on the second list.
        links: Links observed.
        alpha: Chance that a true pair is linked.
        beta: Chance that a person on the first list only gets a false link.
        alpha_se: Standard error of ``alpha``.
        beta_se: Standard error of ``beta``.
        level: Of the log-normal interval.

    Raises:
        EstimationError: the rates cannot have given these links.
    """
    check_two(n1, n2, links)
    _check_shares(alpha=alpha)
    if not 0 <= beta < alpha or links <= beta * n1:
        raise EstimationError(
            "the false-link rate explains all links: it must be below alpha and links / n1"
        )
    overlap = (links - beta * n1) / (alpha - beta)
    _check_overlap(overlap, n1, n2)
    size = n1 * n2 / overlap
    by_alpha = size / (alpha - beta)
    by_beta = -by_alpha + size * n1 / (links - beta * n1)
    variance = _sampling_variance(n1, n2, links, size, alpha, beta)
    variance += (by_alpha * alpha_se) ** 2 + (by_beta * beta_se) ** 2
    return _result(n1, n2, links, size, variance, level)


def from_probabilities(
    n1: int,
    n2: int,
    probabilities: Sequence[float] | NDArray[np.float64],
    *,
    level: float = 0.95,
) -> Corrected:
    """Estimate without a threshold: N = n1 n2 / sum of the posterior match probabilities.

    Racinskij, Smith & van der Heijden (2019, arXiv:1901.09102). The variance of the sum is the
    hypergeometric V of :func:`ding_fienberg` plus sum p (1 - p). True only as far as the
    probabilities are calibrated and no true pair is outside the candidates.

    Args:
        n1: People on the first list.
        n2: People on the second list.
        probabilities: Posterior match probability of every candidate pair, 0 to 1.
        level: Of the log-normal interval.

    Raises:
        EstimationError: a probability is outside 0 to 1, or their sum is 0 or above a list.
    """
    p = np.asarray(probabilities, dtype=float)
    if not len(p) or not ((p >= 0) & (p <= 1)).all() or not p.sum():
        raise EstimationError("give probabilities from 0 to 1, at least one of them above 0")
    overlap = float(p.sum())
    _check_overlap(overlap, n1, n2)
    size = n1 * n2 / overlap
    variance = (size / overlap) ** 2 * (_hypergeometric(n1, n2, size) + float((p * (1 - p)).sum()))
    return _result(n1, n2, round(float((p >= 0.5).sum())) or 1, size, variance, level)


def _hypergeometric(n1: int, n2: int, size: float) -> float:
    return n1 * n2 * max(size - n1, 0) * max(size - n2, 0) / (size**2 * max(size - 1, 1))


def _sampling_variance(
    n1: int, n2: int, links: int, size: float, alpha: float, beta: float
) -> float:
    """Return the variance of N from the sampling of people and the chance of each link."""
    overlap = n1 * n2 / size
    spread = (alpha - beta) ** 2 * _hypergeometric(n1, n2, size)
    spread += alpha * (1 - alpha) * overlap + beta * (1 - beta) * (n1 - overlap)
    return (size / (links - beta * n1)) ** 2 * spread


def _result(n1: int, n2: int, links: int, size: float, variance: float, level: float) -> Corrected:
    overlap = n1 * n2 / size
    seen, stderr = n1 + n2 - overlap, math.sqrt(variance)
    interval = lognormal(seen, size - seen, stderr, level)
    return Corrected(
        naive=lincoln_petersen(n1, n2, links, level=level),
        corrected=Estimate("linkage-corrected", size, stderr, interval),
        overlap=overlap,
    )


def _check_shares(**shares: float) -> None:
    for name, share in shares.items():
        if not 0 < share <= 1:
            raise EstimationError(f"{name} is a share above 0 and up to 1")


def _check_overlap(overlap: float, n1: int, n2: int) -> None:
    if overlap > min(n1, n2):
        raise EstimationError(
            "the rates imply more people on both lists than one of them has: the sensitivity is "
            "too low or the PPV too high for these lists"
        )
