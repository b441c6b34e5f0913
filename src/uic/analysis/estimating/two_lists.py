"""Two lists: Lincoln-Petersen and Chapman, with every interval people publish.

n1 and n2 are the list sizes, m the people on both, M = n1 + n2 - m the people seen. All methods
assume that the population is closed, that nobody is linked wrongly or missed, and that being on
one list says nothing about being on the other; the last cannot be tested with two lists.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from uic.analysis.estimating import models
from uic.analysis.estimating.intervals import lognormal, quantile, wald
from uic.analysis.estimating.profile import profile
from uic.analysis.estimating.results import Estimate, Interval, Pair
from uic.errors import EstimationError, NoOverlapError

if TYPE_CHECKING:
    from collections.abc import Callable

    from uic.analysis.estimating.histories import Histories

IntervalName = Literal["log-normal", "transformed logit", "profile", "binomial", "Wald"]


def lincoln_petersen(
    n1: int, n2: int, m: int, *, interval: IntervalName = "log-normal", level: float = 0.95
) -> Estimate:
    """Estimate N = n1 n2 / m, with multinomial variance n1 n2 (n1-m)(n2-m) / m^3.

    Args:
        n1: People on the first list.
        n2: People on the second list.
        m: People on both.
        interval: Which interval goes with the estimate.
        level: Its nominal coverage.

    Raises:
        NoOverlapError: m is 0.
        EstimationError: the numbers contradict each other.
    """
    check_two(n1, n2, m)
    estimate = n1 * n2 / m
    stderr = math.sqrt(n1 * n2 * (n1 - m) * (n2 - m) / m**3)
    limits = _interval(interval, n1, n2, m, estimate, stderr, level)
    return Estimate("Lincoln-Petersen", estimate, stderr, limits)


def chapman(
    n1: int, n2: int, m: int, *, interval: IntervalName = "log-normal", level: float = 0.95
) -> Estimate:
    """Estimate N = (n1+1)(n2+1)/(m+1) - 1 (Chapman 1951), nearly unbiased on small overlaps.

    Variance (Seber 1970): (n1+1)(n2+1)(n1-m)(n2-m) / ((m+1)^2 (m+2)). Arguments and errors as
    :func:`lincoln_petersen`.
    """
    check_two(n1, n2, m)
    estimate, stderr = _chapman(n1, n2, m)
    limits = _interval(interval, n1, n2, m, estimate, stderr, level)
    return Estimate("Chapman", estimate, stderr, limits)


def check_two(n1: int, n2: int, m: int) -> None:
    """Refuse list sizes and overlaps that cannot be, or that say nothing.

    Raises:
        NoOverlapError: m is 0.
        EstimationError: a number is negative, or the overlap is larger than a list.
    """
    if min(n1, n2, m) < 0:
        raise EstimationError("a list size or an overlap is negative: give counts of people")
    if m > min(n1, n2):
        raise EstimationError("the overlap is larger than one of the lists: check the counts")
    if m == 0:
        raise NoOverlapError(
            "the two lists share nobody, so nothing is known about the people on neither: "
            "check the linkage, or use another method (multiplier, survey)"
        )


def _interval(
    name: IntervalName, n1: int, n2: int, m: int, estimate: float, stderr: float, level: float
) -> Interval:
    seen = n1 + n2 - m
    makers: dict[str, Callable[[], Interval]] = {
        "log-normal": lambda: lognormal(seen, estimate - seen, stderr, level),
        "transformed logit": lambda: transformed_logit(n1, n2, m, level=level),
        "profile": lambda: profile_interval(n1, n2, m, level=level),
        "binomial": lambda: binomial_quantile(n1, n2, m, level=level),
        "Wald": lambda: wald(estimate, stderr, level),
    }
    check_interval(name)
    return makers[name]()


def check_interval(name: str) -> None:
    """Refuse a name that is no interval's.

    Raises:
        EstimationError: there is no interval of this name; the message lists them.
    """
    if name not in get_args(IntervalName):
        raise EstimationError(f"the interval is one of: {', '.join(get_args(IntervalName))}")


def transformed_logit(n1: int, n2: int, m: int, *, level: float = 0.95) -> Interval:
    """Return Sadinle's (2009, Communications in Statistics 38:1909) transformed logit interval.

    With a = m, b = n1-m, c = n2-m: n1+n2-a-.5 + (b+.5)(c+.5)/(a+.5) exp(-+ z s), where
    s^2 = 1/(a+.5) + 1/(b+.5) + 1/(c+.5) + (a+.5)/((b+.5)(c+.5)).
    """
    a, b, c = m + 0.5, n1 - m + 0.5, n2 - m + 0.5
    s = math.sqrt(1 / a + 1 / b + 1 / c + a / (b * c))
    factor = math.exp(quantile(level) * s)
    base, odds = n1 + n2 - m - 0.5, b * c / a
    return Interval(base + odds / factor, base + odds * factor, level, "transformed logit")


def binomial_quantile(n1: int, n2: int, m: int, *, level: float = 0.95) -> Interval:
    """Return n1 n2 / q with q the upper and lower quantile of Binomial(n2, m/n2)."""
    from scipy.stats import binom  # half a second to load, and one interval needs it

    low, high = (float(q) for q in binom.ppf([(1 - level) / 2, (1 + level) / 2], n2, m / n2))
    return Interval(n1 * n2 / high, n1 * n2 / low if low else math.inf, level, "binomial")


def profile_interval(n1: int, n2: int, m: int, *, level: float = 0.95) -> Interval:
    """Return the profile-likelihood interval of the independence model (Cormack 1992)."""
    counts = np.array([n2 - m, n1 - m, m], dtype=float)
    if min(n1 - m, n2 - m) == 0:
        return Interval(float(n1 + n2 - m), float(n1 + n2 - m), level, "profile")
    columns = models.masks((models.main_effects(2),), 2)
    cells = np.ones((1, 3), dtype=bool)
    return profile(models.design(2), counts, columns, cells, level=level)[0].interval


def two_list_estimates(
    histories: Histories, *, interval: IntervalName = "log-normal", level: float = 0.95
) -> tuple[Estimate, ...]:
    """Return both estimates of a table of two lists, each with the interval asked for.

    Raises:
        NoOverlapError: the lists share nobody.
        EstimationError: counts are masked, or the interval has another name.
    """
    histories.need_exact("the two-list estimates")
    pair = histories.pair(0, 1)
    return tuple(method(*pair, interval=interval, level=level) for method in METHODS)


def other_intervals(histories: Histories, *, level: float = 0.95) -> tuple[Interval, ...]:
    """Return the intervals of two lists that do not belong to one estimate."""
    n1, n2, m = histories.pair(0, 1)
    makers = (transformed_logit, profile_interval, binomial_quantile)
    return tuple(maker(n1, n2, m, level=level) for maker in makers)


METHODS = (lincoln_petersen, chapman)


def pair_table(histories: Histories, *, level: float = 0.95) -> tuple[Pair, ...]:
    """Estimate from every two lists alone; estimates that disagree show dependent lists."""
    histories.need_exact("the pairwise table")
    return tuple(_pair(histories, i, j, level) for i, j in combinations(range(histories.k), 2))


def _pair(histories: Histories, i: int, j: int, level: float) -> Pair:
    n1, n2, m = histories.pair(i, j)
    estimate, stderr = _chapman(n1, n2, m)
    seen = n1 + n2 - m
    return Pair(
        lists=(histories.lists[i], histories.lists[j]),
        n1=n1,
        n2=n2,
        overlap=m,
        petersen=n1 * n2 / m if m else math.inf,
        chapman=estimate,
        stderr=stderr,
        interval=lognormal(seen, estimate - seen, stderr, level),
    )


def _chapman(n1: int, n2: int, m: int) -> tuple[float, float]:
    variance = (n1 + 1) * (n2 + 1) * (n1 - m) * (n2 - m) / ((m + 1) ** 2 * (m + 2))
    return (n1 + 1) * (n2 + 1) / (m + 1) - 1, math.sqrt(variance)
