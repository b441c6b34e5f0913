"""Log-linear models of three or more lists, with Rcapture's names and numbers.

The counts of the 2^k - 1 histories are Poisson with mean exp(X b). The unseen history adds
f0 = exp(b0), so N = M + exp(b0) and SE^2 = exp(b0) + exp(2 b0) Var(b0) (Rivest & Levesque 2001).
AIC = -2 loglik + 2 p; BIC = -2 loglik + p ln M with M the people seen. A model without an
estimate is refused with the reason (see ``existence``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from uic.analysis.estimating import models
from uic.analysis.estimating.families import Family, fit_all
from uic.analysis.estimating.fitting import expected, means, relative_bias
from uic.analysis.estimating.intervals import lognormal
from uic.analysis.estimating.poisson import saturated_loglik
from uic.analysis.estimating.profile import profile
from uic.analysis.estimating.results import Fitted, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from uic.analysis.estimating.histories import Histories

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

ALL_PROFILED = 113
"""Up to so many models (four lists) all get a profile interval; of more models,"""
BEST_PROFILED = 20
"""so many with the smallest AIC do."""


def loglinear(
    histories: Histories,
    terms: Sequence[models.Terms],
    *,
    level: float = 0.95,
    profiled: int | None = None,
) -> tuple[tuple[Fitted, ...], tuple[Refused, ...]]:
    """Fit hierarchical models to a table.

    Args:
        histories: Counts by history; masked counts enter as intervals.
        terms: Models, as :func:`models.all_models` or :func:`models.parse_label` give them.
        level: Of the intervals.
        profiled: How many models, those with the smallest AIC, get a profile interval; all of
            113 models and 20 of more when None. Masked counts have none.

    Returns:
        The models with an estimate and those refused, each in the order given.
    """
    design = models.design(histories.k)
    columns = models.masks(tuple(terms), histories.k)
    names = tuple(models.label(model, histories.k) for model in terms)
    used = columns.any(axis=0)
    low, high = histories.low, histories.high
    family = fit_all(low, high, design[:, used], names, columns[:, used])
    return describe(family, level=level, profiled=profiled)


def describe(
    family: Family, *, level: float = 0.95, profiled: int | None = None
) -> tuple[tuple[Fitted, ...], tuple[Refused, ...]]:
    """Turn fits into the numbers people read; arguments as :func:`loglinear`."""
    fitted = _numbers(family, level)
    refused = [
        Refused(name, reason)
        for name, reason in zip(family.names, family.reasons, strict=True)
        if reason
    ]
    number = len(fitted) if len(fitted) <= ALL_PROFILED else BEST_PROFILED
    number = number if profiled is None else profiled
    if fitted and number and (family.low == family.high).all():
        fitted = _with_profiles(family, fitted, level, number)
    return fitted, tuple(refused)


def _numbers(family: Family, level: float) -> tuple[Fitted, ...]:
    fits, mu = family.fits, means(family.task, family.fits.coef)
    seen = expected(family.task, mu)[0].sum(axis=1)
    saturated = saturated_loglik(family.low, family.high)
    parameters = family.columns.sum(axis=1)
    unseen = np.exp(fits.coef[:, 0])
    stderr = np.sqrt(unseen + unseen**2 * fits.variance)
    bias = unseen * relative_bias(family.task, mu)
    return tuple(
        Fitted(
            model=family.names[i],
            abundance=float(seen[i] + unseen[i]),
            stderr=float(stderr[i]),
            deviance=float(max(0.0, 2 * (saturated - fits.loglik[i]))),
            df=int(mu.shape[1] - parameters[i]),
            aic=float(2 * parameters[i] - 2 * fits.loglik[i]),
            bic=float(parameters[i] * np.log(seen[i]) - 2 * fits.loglik[i]),
            interval=lognormal(float(seen[i]), float(unseen[i]), float(stderr[i]), level),
            bias=float(bias[i]),
        )
        for i in family.rows
    )


def _with_profiles(
    family: Family, fitted: tuple[Fitted, ...], level: float, number: int
) -> tuple[Fitted, ...]:
    best = sorted(range(len(fitted)), key=lambda i: fitted[i].aic)[:number]
    rows = [family.rows[i] for i in best]
    task, coef = family.task, family.fits.coef[rows]
    found = profile(
        task.design, family.low, task.columns[rows], task.cells[rows], start=coef, level=level
    )
    by_place = dict(zip(best, found, strict=True))
    return tuple(replace(model, profile=by_place.get(i)) for i, model in enumerate(fitted))
