"""Four ways to pool studies, and what shows whether they may be pooled at all.

Everything works on ln N. Fixed and random effects ignore the meeting's confidence on purpose:
they show what the numbers alone say beside what the meeting made of them.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uic.analysis.consensus.triangulating import triangulate
from uic.analysis.estimating.intervals import quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.analysis.consensus.record import Prior
    from uic.analysis.consensus.studies import Study
    from uic.analysis.consensus.triangulating import Belief

METHODS = ("triangulator", "random-effects", "fixed-effect", "median")


@dataclass(frozen=True)
class Pooled:
    """One pooled number. Holds no person and no study's microdata.

    Attributes:
        method: One of ``METHODS``, or ``prior``.
        number: The pooled N: the posterior median, or exp of the pooled logarithm.
        low: Lower limit; for ``median`` the smallest study.
        high: Upper limit; for ``median`` the largest study.
        level: Nominal coverage; 1 for ``median``, whose limits are the range of the studies.
        mean: Mean of N where the method has a distribution, else nan.
        tau: Disagreement between studies on the log scale: posterior median or
            DerSimonian-Laird; 0 for a fixed effect, nan for the median.
    """

    method: str
    number: float
    low: float
    high: float
    level: float
    mean: float = math.nan
    tau: float = math.nan


@dataclass(frozen=True)
class Heterogeneity:
    """How much studies differ from each other.

    Attributes:
        q: Cochran's Q on the log scale.
        df: Number of studies less one; the Q expected when only chance makes them differ.
        i2: Share of the variation that is not chance, max(0, 1 - df/Q), 0 to 1.
    """

    q: float
    df: int
    i2: float


def heterogeneity(studies: Sequence[Study], *, stretched: bool = False) -> Heterogeneity:
    """Return Q and I^2 (Higgins & Thompson 2002), optionally with confidence-stretched errors."""
    weights = _weights(studies, stretched=stretched)
    middle = _average([study.log for study in studies], weights)
    q = sum(w * (study.log - middle) ** 2 for w, study in zip(weights, studies, strict=True))
    df = len(studies) - 1
    return Heterogeneity(q, df, max(0.0, 1 - df / q) if q > 0 else 0.0)


def fixed_effect(studies: Sequence[Study], level: float = 0.95) -> Pooled:
    """Pool by inverse variance of ln N: right only if every study estimates the same number."""
    return _inverse_variance(studies, 0.0, level, "fixed-effect")


def random_effects(studies: Sequence[Study], level: float = 0.95) -> Pooled:
    """Pool with the variance between studies of DerSimonian & Laird (1986).

    With two or three studies that variance is poorly known and the interval is too short.
    """
    weights = _weights(studies)
    shape = sum(weights) - sum(w * w for w in weights) / sum(weights)
    found = heterogeneity(studies)
    tau2 = max(0.0, (found.q - found.df) / shape) if found.df else 0.0
    return _inverse_variance(studies, tau2, level, "random-effects")


def median(studies: Sequence[Study]) -> Pooled:
    """Return the median study with the smallest and the largest as its range."""
    numbers = [study.number for study in studies]
    middle = statistics.median(numbers)
    return Pooled("median", middle, min(numbers), max(numbers), 1.0)


def triangulator(
    studies: Sequence[Study], prior: Prior, tau_multiplier: float = 0.01, level: float = 0.95
) -> tuple[Pooled, Belief]:
    """Pool with prior and confidences; return the number and the whole posterior."""
    found = triangulate(studies, prior, tau_multiplier)
    return summary(found.belief, "triangulator", level, found.tau), found.belief


def summary(belief: Belief, method: str, level: float, tau: float = math.nan) -> Pooled:
    """Return median, mean and central interval of a distribution of N."""
    low, middle, high = (belief.quantile(p) for p in ((1 - level) / 2, 0.5, (1 + level) / 2))
    return Pooled(method, middle, low, high, level, belief.mean, tau)


def _inverse_variance(studies: Sequence[Study], tau2: float, level: float, method: str) -> Pooled:
    weights = [1 / (study.spread**2 + tau2) for study in studies]
    middle = _average([study.log for study in studies], weights)
    width = quantile(level) / math.sqrt(sum(weights))
    limits = math.exp(middle - width), math.exp(middle + width)
    return Pooled(method, math.exp(middle), *limits, level, tau=math.sqrt(tau2))


def _weights(studies: Sequence[Study], *, stretched: bool = False) -> list[float]:
    return [(study.spread / (study.confidence if stretched else 1.0)) ** -2 for study in studies]


def _average(values: Sequence[float], weights: Sequence[float]) -> float:
    return sum(w * x for w, x in zip(weights, values, strict=True)) / sum(weights)
