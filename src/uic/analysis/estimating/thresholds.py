"""From posterior match probabilities: the quality of the links, and N against the threshold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from uic.analysis.estimating.linkage_error import LinkageQuality, corrected
from uic.errors import EstimationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Numbers = Sequence[float] | NDArray[np.float64]


@dataclass(frozen=True)
class ThresholdEstimate:
    """What linking at one threshold gives.

    Attributes:
        threshold: Posterior match probability from which a pair is a link, 0 to 1.
        links: Number of links.
        number: Lincoln-Petersen on those links.
        low: Lower limit of its log-normal interval.
        high: Upper limit.
        precision: Expected share of links that are true.
        recall: Expected share of true candidate pairs that are linked.
        corrected: N corrected for both; the same at every threshold when probabilities are true.
    """

    threshold: float
    links: int
    number: float
    low: float
    high: float
    precision: float
    recall: float
    corrected: float


def linkage_quality(probabilities: Numbers, threshold: float) -> LinkageQuality:
    """Say how well two lists are linked at a threshold, from the candidates' probabilities.

    The PPV is the mean probability of the links; the sensitivity the share of all probability
    that is linked. Standard errors take each pair as true with its own probability. Pairs that
    were never candidates are not counted, so the sensitivity is at most this.

    Args:
        probabilities: Posterior match probability of every candidate pair of the two lists.
        threshold: Pairs at or above it are links.

    Raises:
        EstimationError: a probability is outside 0 to 1, or no pair is linked.
    """
    p = _checked(probabilities)
    linked = p >= threshold
    hit, missed, links = p[linked].sum(), p[~linked].sum(), int(linked.sum())
    if not links or not hit:
        raise EstimationError("no pair reaches this threshold: lower it")
    spread_in, spread_out = (float((part * (1 - part)).sum()) for part in (p[linked], p[~linked]))
    total = hit + missed
    return LinkageQuality(
        sensitivity=float(hit / total),
        ppv=float(hit / links),
        sensitivity_se=math.sqrt(missed**2 * spread_in + hit**2 * spread_out) / total**2,
        ppv_se=math.sqrt(spread_in) / links,
    )


def threshold_curve(
    n1: int, n2: int, probabilities: Numbers, thresholds: Numbers, *, level: float = 0.95
) -> tuple[ThresholdEstimate, ...]:
    """Estimate N at each threshold, plain and corrected.

    Args:
        n1: People on the first list.
        n2: People on the second list.
        probabilities: Posterior match probability of every candidate pair, 0 to 1.
        thresholds: Thresholds to look at; those no pair reaches are left out.
        level: Of the interval.

    Raises:
        EstimationError: a probability is outside 0 to 1.
    """
    p = _checked(probabilities)
    used = [float(t) for t in thresholds if 0 < (p >= t).sum() <= min(n1, n2)]
    return tuple(_point(n1, n2, p, threshold, level) for threshold in used)


def _point(
    n1: int, n2: int, p: NDArray[np.float64], threshold: float, level: float
) -> ThresholdEstimate:
    quality, links = linkage_quality(p, threshold), int((p >= threshold).sum())
    found = corrected(n1, n2, links, quality, level=level)
    return ThresholdEstimate(
        threshold=threshold,
        links=links,
        number=found.naive.abundance,
        low=found.naive.interval.low,
        high=found.naive.interval.high,
        precision=quality.ppv,
        recall=quality.sensitivity,
        corrected=found.corrected.abundance,
    )


def _checked(probabilities: Numbers) -> NDArray[np.float64]:
    p = np.asarray(probabilities, dtype=float)
    if not ((p >= 0) & (p <= 1)).all():
        raise EstimationError("a match probability is outside 0 to 1")
    return p
