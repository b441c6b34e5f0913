"""The one estimate a report may quote, chosen by a written rule, with its assumptions.

Two lists: Chapman with the log-normal interval. Three or more: the AIC average over the models
that pass the guard, because choosing one model hides most of the error. Where no model passes,
the fitted model with the smallest BIC, with a warning in the note.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.analysis.estimating.results import Headline
from uic.errors import NotIdentifiableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.analysis.estimating.histories import Histories
    from uic.analysis.estimating.results import Average, Estimate, Fitted

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


def headline(
    histories: Histories,
    two: Sequence[Estimate],
    fitted: Sequence[Fitted],
    averages: Sequence[Average],
) -> Headline:
    """Choose the headline estimate.

    Raises:
        NotIdentifiableError: no method has an estimate.
    """
    common = (CLOSED, LINKED, TARGET)
    if two:
        one = next(item for item in two if item.method == "Chapman")
        return Headline(
            "Chapman", one.abundance, one.stderr, one.interval, (*common, ALIKE, INDEPENDENT)
        )
    last = INDEPENDENT if histories.k == 2 else HIGHEST
    if averages:
        one_ = averages[0]
        note = f"Weighted average of {len(one_.weights)} log-linear models by {one_.criterion}."
        return Headline(
            f"log-linear {one_.criterion} average",
            one_.abundance,
            one_.stderr,
            one_.interval,
            (*common, last),
            note,
        )
    if not fitted:
        raise NotIdentifiableError(
            "no log-linear model has an estimate on these counts: merge lists that share nobody, "
            "or use another method (multiplier, survey)"
        )
    best = min(fitted, key=lambda model: model.bic)
    note = "" if histories.k == 2 else "No model passed the checks for an average: use with care."
    return Headline(
        f"log-linear {best.model}",
        best.abundance,
        best.stderr,
        best.interval,
        (*common, last),
        note,
    )
