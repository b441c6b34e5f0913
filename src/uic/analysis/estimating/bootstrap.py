"""Parametric bootstrap with reselection: how much choosing among models adds to the error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from uic.analysis.estimating import models
from uic.analysis.estimating.averaging import average
from uic.analysis.estimating.families import fit_all
from uic.analysis.estimating.fitting import means
from uic.analysis.estimating.histories import Histories
from uic.analysis.estimating.loglinear import loglinear
from uic.analysis.estimating.results import Bootstrap, Interval
from uic.errors import EstimationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from uic.analysis.estimating.averaging import Criterion

    Floats = NDArray[np.float64]


def bootstrap(
    histories: Histories,
    terms: Sequence[models.Terms],
    *,
    criterion: Criterion = "AIC",
    averaged: bool = True,
    replicates: int = 200,
    seed: int = 1,
    level: float = 0.95,
) -> Bootstrap:
    """Draw tables from the best model and choose or average anew on each.

    Tables of N people are drawn from the best model that passes the guard, the unseen cell
    included; on each the whole procedure runs again, so that the interval holds the error of
    choosing (Norris & Pollock 1996; Buckland et al. 1997).

    Args:
        histories: Exact counts.
        terms: Models to choose from.
        criterion: AIC or BIC.
        averaged: Average the models; otherwise take the best.
        replicates: Number of tables.
        seed: Of the draws.
        level: Of the percentile interval.

    Raises:
        EstimationError: masked counts, or fewer than half of the tables have an estimate.
        NotIdentifiableError: no model of the table passes the guard.
    """
    histories.need_exact("the bootstrap")
    rng = np.random.default_rng(seed)
    start, label = _choose(histories, terms, criterion, averaged=averaged)
    shares, size = _shares(histories, models.parse_label(label, histories.k))
    found = []
    for counts in rng.multinomial(round(size), shares, size=replicates)[:, :-1]:
        try:
            again = Histories(histories.lists, tuple(counts.tolist()))
            found.append(_choose(again, terms, criterion, averaged=averaged)[0])
        except EstimationError:
            continue
    if len(found) < replicates / 2:
        raise EstimationError("the bootstrap has no estimate on most tables: overlaps are too few")
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2]).tolist()
    return Bootstrap(
        model=label,
        abundance=start,
        stderr=float(np.std(found, ddof=1)),
        interval=Interval(low, high, level, "bootstrap percentile"),
        replicates=replicates,
        failed=replicates - len(found),
    )


def _choose(
    histories: Histories, terms: Sequence[models.Terms], criterion: Criterion, *, averaged: bool
) -> tuple[float, str]:
    """Return the estimate of the procedure and the best model."""
    fitted, _ = loglinear(histories, terms, profiled=0)
    mean = average(fitted, histories.seen, criterion)
    best = mean.weights[0][0]
    if averaged:
        return mean.abundance, best
    return next(model.abundance for model in fitted if model.model == best), best


def _shares(histories: Histories, model: models.Terms) -> tuple[Floats, float]:
    """Return the chance of every cell under a model, the unseen one last, and N."""
    design = models.design(histories.k)
    columns = models.masks((model,), histories.k)
    family = fit_all(histories.low, histories.high, design, ("",), columns)
    unseen = float(np.exp(family.fits.coef[0, 0]))
    cells = np.append(means(family.task, family.fits.coef)[0], unseen)
    return cells / cells.sum(), float(cells.sum())
