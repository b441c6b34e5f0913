"""One table, corrected for linkage error with what is known about the links of each two lists."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING

from uic.analysis.estimating import models
from uic.analysis.estimating.averaging import average
from uic.analysis.estimating.linkage_error import LinkageQuality, corrected
from uic.analysis.estimating.linkage_models import corrected_models
from uic.analysis.estimating.mixing import mixing, mixing_matrix, unmix
from uic.analysis.estimating.results import Estimate, LinkageCorrection, PairRates
from uic.errors import EstimationError, NotIdentifiableError

if TYPE_CHECKING:
    from uic.analysis.estimating.histories import Histories
    from uic.analysis.estimating.mixing import Mixing
    from uic.analysis.estimating.results import Fitted, Headline

Linkage = LinkageQuality | Mapping[tuple[str, str], LinkageQuality]
"""One quality for all pairs of lists, or one a pair."""

MOST_MODELS = 113
"""Beyond so many models (four lists) the correction uses two-list interactions only."""


def correct_linkage(
    histories: Histories, linkage: Linkage, naive: Headline, *, level: float = 0.95
) -> LinkageCorrection:
    """Estimate again with missed and false links taken into account.

    Two lists: N = n1 n2 sensitivity / (links PPV). More: the AIC average of the models fitted to
    the histories the rates imply. The PPV of a pair becomes the rate at which people on the first
    list only get a false link, beta = (1 - PPV) m / (n1 - PPV m / sensitivity).

    Raises:
        EstimationError: a pair has no quality, the rates cannot have given these counts, or
            counts are masked.
    """
    histories.need_exact("the correction for linkage error")
    pairs = pair_rates(histories, linkage)
    plain = Estimate(naive.method, naive.abundance, naive.stderr, naive.interval)
    if histories.k == 2:
        quality = _quality(linkage, histories.lists[0], histories.lists[1])
        found = corrected(*histories.pair(0, 1), quality, level=level)
        return LinkageCorrection(pairs, found.naive, found.corrected)
    return _many(histories, pairs, plain, level)


def pair_rates(histories: Histories, linkage: Linkage) -> tuple[PairRates, ...]:
    """Return the quality of the links of every two lists.

    Raises:
        EstimationError: a pair has no quality.
    """
    pairs = combinations(range(histories.k), 2)
    return tuple(_rates(histories, linkage, i, j) for i, j in pairs)


def _many(
    histories: Histories, pairs: tuple[PairRates, ...], plain: Estimate, level: float
) -> LinkageCorrection:
    rates = _mixing(histories, pairs)
    terms = models.all_models(histories.k, histories.k - 1 if histories.k < 5 else 2)
    fitted, _ = corrected_models(histories, rates, terms, level=level)
    if not fitted:
        raise EstimationError("no model has an estimate under these error rates")
    seen = float(unmix(histories, mixing_matrix(rates)).sum())
    return LinkageCorrection(pairs, plain, _chosen(fitted, seen, level), fitted)


def _chosen(fitted: tuple[Fitted, ...], seen: float, level: float) -> Estimate:
    """Choose as the headline does: the AIC average, or the smallest BIC where none may enter."""
    try:
        mean = average(fitted, seen, "AIC", level=level)
    except NotIdentifiableError:
        best = min(fitted, key=lambda model: model.bic)
        name = f"log-linear {best.model}, linkage-corrected"
        return Estimate(name, best.abundance, best.stderr, best.interval)
    name = "log-linear AIC average, linkage-corrected"
    return Estimate(name, mean.abundance, mean.stderr, mean.interval)


def _mixing(histories: Histories, pairs: tuple[PairRates, ...]) -> Mixing:
    alpha = {pair.lists: pair.sensitivity for pair in pairs}
    errors = {pair.lists: pair.sensitivity_se for pair in pairs}
    beta = {pair.lists: _beta(histories, pair, pair.ppv) for pair in pairs}
    spread = {
        pair.lists: abs(_beta(histories, pair, pair.ppv - pair.ppv_se) - beta[pair.lists])
        for pair in pairs
    }
    return mixing(histories.lists, alpha, beta, sensitivity_se=errors, false_links_se=spread)


def _beta(histories: Histories, pair: PairRates, ppv: float) -> float:
    first, second = (histories.lists.index(name) for name in pair.lists)
    n1, _, links = histories.pair(first, second)
    alone = n1 - ppv * links / pair.sensitivity
    if alone <= 0:
        raise EstimationError(
            f"the rates of {pair.lists[0]} and {pair.lists[1]} imply more people on both than the "
            "first list has: the sensitivity is higher than was said"
        )
    return (1 - ppv) * links / alone


def _rates(histories: Histories, linkage: Linkage, i: int, j: int) -> PairRates:
    one, other = histories.lists[i], histories.lists[j]
    known = _quality(linkage, one, other)
    return PairRates(
        lists=(one, other),
        sensitivity=known.sensitivity,
        ppv=known.ppv,
        sensitivity_se=known.sensitivity_se,
        ppv_se=known.ppv_se,
    )


def _quality(linkage: Linkage, one: str, other: str) -> LinkageQuality:
    if isinstance(linkage, LinkageQuality):
        return linkage
    found = linkage.get((one, other), linkage.get((other, one)))
    if found is None:
        raise EstimationError(f"the linkage quality of {one} and {other} is missing")
    return found
