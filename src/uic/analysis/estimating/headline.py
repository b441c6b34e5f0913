"""The one estimate a report may quote, chosen by a written rule, with its assumptions.

Two lists: Chapman with the log-normal interval. Three or more: the AIC average over the models
that pass the guard, because choosing one model hides most of the error. Where no model passes,
the fitted model with the smallest BIC, with a warning in the note. Where the quality of the links
is known the corrected estimate stands in front, where the table is divided the sum of its strata;
the note then names the other number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.analysis.estimating.covariates import sum_of_strata
from uic.analysis.estimating.results import Headline
from uic.errors import NotIdentifiableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.analysis.estimating.histories import Histories
    from uic.analysis.estimating.results import (
        Average,
        Estimate,
        Fitted,
        LinkageCorrection,
        Stratum,
    )

CLOSED = "Nobody entered or left the population while the lists were made."
LINKED = "The same person on two lists was always recognised, and nobody was taken for another."
TARGET = "Everybody on the lists belongs to the population, and anybody in it could be listed."
ALIKE = "Within a list, people are about equally likely to be on it, or the lists see all alike."
INDEPENDENT = (
    "Being on one list says nothing about being on the other. With two lists the data cannot "
    "test this: lists that refer to each other make the estimate too low."
)
HIGHEST = (
    "There is no interaction of all lists at once. The data cannot test this; models that fit "
    "equally well can differ by far more than the interval says."
)
STRATA = "Nobody is in two strata."


def choose(
    histories: Histories,
    two: Sequence[Estimate],
    fitted: Sequence[Fitted],
    averages: Sequence[Average],
) -> Headline:
    """Choose the headline estimate of one table.

    Raises:
        NotIdentifiableError: no method has an estimate.
    """
    common = (CLOSED, LINKED, TARGET)
    if two:
        one = next(item for item in two if item.method == "Chapman")
        return _of("Chapman", one, (*common, ALIKE, INDEPENDENT))
    if averages:
        mean = averages[0]
        note = f"Weighted average of {len(mean.weights)} log-linear models by {mean.criterion}."
        return _of(f"log-linear {mean.criterion} average", mean, (*common, HIGHEST), note)
    if not fitted:
        raise NotIdentifiableError(
            "no log-linear model has an estimate on these counts: merge lists that share nobody, "
            "or use another method (multiplier, survey)"
        )
    best = min(fitted, key=lambda model: model.bic)
    if histories.k == 2:
        return _of(f"log-linear {best.model}", best, (*common, ALIKE, INDEPENDENT))
    note = "No model passed the checks for an average: use with care."
    return _of(f"log-linear {best.model}", best, (*common, HIGHEST), note)


def corrected_headline(plain: Headline, linkage: LinkageCorrection) -> Headline:
    """Put the estimate that allows for linkage error in front, and name the plain one."""
    sentence = (
        f"The links find {_shares(linkage, 'sensitivity')} of the true pairs, and "
        f"{_shares(linkage, 'ppv')} of the links are right."
    )
    note = (
        f"Without correction for linkage error: {plain.abundance:,.0f} people "
        f"({plain.interval.low:,.0f} to {plain.interval.high:,.0f})."
    )
    assumptions = tuple(sentence if item == LINKED else item for item in plain.assumptions)
    return _of(linkage.corrected.method, linkage.corrected, assumptions, note)


def _shares(linkage: LinkageCorrection, name: str) -> str:
    shares = [getattr(rate, name) for rate in linkage.rates]
    low, high = f"{min(shares):.1%}", f"{max(shares):.1%}"
    return low if low == high else f"{low} to {high}"


def strata_headline(plain: Headline, strata: Sequence[Stratum], level: float) -> Headline:
    """Put the sum of the strata in front, and name the estimate of all together."""
    parts = {item.name: (item.seen, item.abundance, item.stderr) for item in strata}
    note = (
        f"Sum of {len(strata)} strata; all together: {plain.abundance:,.0f} people "
        f"({plain.interval.low:,.0f} to {plain.interval.high:,.0f})."
    )
    total = sum_of_strata(parts, level=level)
    return _of(total.method, total, (*plain.assumptions, STRATA), note)


def _of(
    method: str,
    found: Estimate | Average | Fitted,
    assumptions: tuple[str, ...],
    note: str = "",
) -> Headline:
    numbers = (found.abundance, found.stderr, found.interval)
    return Headline(method, *numbers, assumptions, note)
