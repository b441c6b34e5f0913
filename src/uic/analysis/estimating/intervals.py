"""Confidence intervals of a population size that respect the people already seen."""

from __future__ import annotations

import math
from functools import cache

from scipy.special import ndtri

from uic.analysis.estimating.results import Interval


@cache
def quantile(level: float) -> float:
    """Return the normal quantile of a two-sided interval, 1.96 for 0.95."""
    return float(ndtri((1 + level) / 2))


def lognormal(seen: float, unseen: float, stderr: float, level: float) -> Interval:
    """Return [M + f0/C, M + f0 C] with C = exp(z sqrt(ln(1 + SE^2/f0^2))).

    The number of unseen people f0 is taken as log-normal, so the interval never goes below the
    people seen (Burnham, in Chao 1987, Biometrics 43:783).
    """
    if unseen <= 0:
        return Interval(seen, seen, level, "log-normal")
    factor = math.exp(quantile(level) * math.sqrt(math.log1p((stderr / unseen) ** 2)))
    return Interval(seen + unseen / factor, seen + unseen * factor, level, "log-normal")


def wald(estimate: float, stderr: float, level: float) -> Interval:
    """Return estimate -+ z SE. Goes below the people seen on small overlaps: only by name."""
    width = quantile(level) * stderr
    return Interval(estimate - width, estimate + width, level, "Wald")
