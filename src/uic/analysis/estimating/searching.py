"""Which log-linear models to look at on a table: all of them, or the best on a walk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.analysis.estimating import models
from uic.analysis.estimating.loglinear import loglinear

if TYPE_CHECKING:
    from uic.analysis.estimating.histories import Histories

ALL_MODELS_TO = 5
"""Up to so many lists all hierarchical models are fitted."""


def candidates(histories: Histories, order: int | None = None) -> tuple[models.Terms, ...]:
    """Return the models to fit.

    Up to 5 lists every hierarchical model, or every one with interactions of at most ``order``
    lists. Beyond, two-list interactions only and not all of them (32,768 for 6 lists): the walk
    starts at the main effects and takes the step to or from a neighbour that lowers the AIC most
    until none does; every model it looked at is returned.
    """
    if histories.k <= ALL_MODELS_TO:
        return models.all_models(histories.k, order or histories.k - 1)
    at, seen = models.main_effects(histories.k), {models.main_effects(histories.k)}
    if order == 1:
        return (at,)
    best = float("inf")
    while True:
        around = [at, *(at ^ {term} for term in models.pair_terms(histories.k))]
        seen |= set(around)
        fitted, _ = loglinear(histories, around, profiled=0)
        if not fitted or min(model.aic for model in fitted) >= best:
            return tuple(sorted(seen, key=lambda terms: (len(terms), sorted(terms))))
        top = min(fitted, key=lambda model: model.aic)
        best, at = top.aic, models.parse_label(top.model, histories.k)
