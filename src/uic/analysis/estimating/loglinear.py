"""Log-linear models of three or more lists, with Rcapture's names and numbers.

The counts of the 2^k - 1 histories are Poisson with mean exp(X b). The unseen history adds
f0 = exp(b0), so N = M + exp(b0) and SE^2 = exp(b0) + exp(2 b0) Var(b0) (Rivest & Levesque 2001).
AIC = -2 loglik + 2 p; BIC = -2 loglik + p ln M with M the people seen. A model without an
estimate is refused with the reason (see ``existence``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from uic.analysis.estimating import existence, models
from uic.analysis.estimating.fitting import Fits, fit, saturated_loglik
from uic.analysis.estimating.intervals import lognormal
from uic.analysis.estimating.profile import profile
from uic.analysis.estimating.results import Fitted, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from uic.analysis.estimating.histories import Histories

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

MOST_PROFILED = 120
"""Models that get a profile interval: all of up to four lists, the best of more."""

CERTAIN = 1e-6
"""A fit that came to rest with every mean above this is itself the proof that it exists."""


@dataclass(frozen=True)
class Family:
    """Models of one table that share a design matrix, and which columns and cells each uses.

    Attributes:
        design: (cells, columns); the first column is the intercept.
        names: Name of each model.
        columns: (models, columns) columns a model has, as its number of parameters counts them.
        fitted_columns: The same less the parameters that are minus infinity.
        cells: (models, cells) cells not certain to be empty.
    """

    design: Floats
    names: tuple[str, ...]
    columns: Mask
    fitted_columns: Mask
    cells: Mask


def loglinear(
    histories: Histories,
    terms: Sequence[models.Terms],
    *,
    level: float = 0.95,
    profiled: int = MOST_PROFILED,
) -> tuple[tuple[Fitted, ...], tuple[Refused, ...]]:
    """Fit hierarchical models to a table.

    Args:
        histories: Counts by history; masked counts enter as intervals.
        terms: Models, as :func:`models.all_models` or :func:`models.parse_label` give them.
        level: Of the intervals.
        profiled: How many models, those with the smallest AIC, get a profile interval.

    Returns:
        The models with an estimate and those refused, each in the order given.
    """
    design = models.design(histories.k)
    columns = models.masks(tuple(terms), histories.k)
    names = tuple(models.label(model, histories.k) for model in terms)
    used = columns.any(axis=0)
    return fit_family(
        histories, design[:, used], names, columns[:, used], level=level, profiled=profiled
    )


def fit_family(
    histories: Histories,
    design: Floats,
    names: tuple[str, ...],
    columns: Mask,
    *,
    level: float = 0.95,
    profiled: int = MOST_PROFILED,
) -> tuple[tuple[Fitted, ...], tuple[Refused, ...]]:
    """Check, fit and describe models that share a design matrix.

    The ``profiled`` models with the smallest AIC get a profile interval, where counts are exact.
    """
    kept, cells = existence.drop_empty_terms(design, histories.high, columns)
    family = Family(design, names, columns, kept, cells)
    reasons, fits = _examine(histories, family)
    refused = [Refused(names[i], reason) for i, reason in enumerate(reasons) if reason]
    rows = [i for i, reason in enumerate(reasons) if not reason]
    fitted = _describe(histories, family, fits, rows, level)
    if histories.exact and fitted and profiled:
        fitted = _with_profiles(histories, family, fitted, rows, level, profiled)
    return fitted, tuple(refused)


def _with_profiles(
    histories: Histories,
    family: Family,
    fitted: tuple[Fitted, ...],
    rows: list[int],
    level: float,
    number: int,
) -> tuple[Fitted, ...]:
    best = sorted(range(len(rows)), key=lambda i: fitted[i].aic)[:number]
    chosen = [rows[i] for i in best]
    found = profile(
        family.design,
        histories.low,
        family.fitted_columns[chosen],
        family.cells[chosen],
        level=level,
    )
    by_place = dict(zip(best, found, strict=True))
    return tuple(replace(model, profile=by_place.get(i)) for i, model in enumerate(fitted))


def _examine(histories: Histories, family: Family) -> tuple[list[str], Fits]:
    """Fit everything that is identifiable; return a reason for each model that has no estimate."""
    low, high = histories.low, histories.high
    ranked = existence.full_rank(family.design, family.fitted_columns, family.cells)
    safe = np.where(ranked[:, None], family.fitted_columns, family.design[0] < 0)
    safe[:, 0] = True
    fits = fit(family.design, low, high, safe, family.cells, steps=30)
    least = np.where(family.cells, fits.mu, np.inf).min(axis=1)
    proven = fits.converged & (least > CERTAIN)
    reasons = ["" if good else existence.NOT_IDENTIFIABLE for good in ranked]
    _solve_doubtful(family, high, np.flatnonzero(ranked & ~proven), reasons)
    return reasons, fits


def _solve_doubtful(
    family: Family, high: Floats, doubtful: NDArray[np.intp], reasons: list[str]
) -> None:
    """Put the linear programme to the models no fit has proven, smallest first.

    A model that holds a refused one is refused as well: what runs to infinity there still does.
    """
    smallest: list[int] = []
    for row in sorted(doubtful, key=lambda i: int(family.columns[i].sum())):
        mine = family.columns[row]
        inside = [i for i in smallest if not (family.columns[i] & ~mine).any()]
        at = np.ix_(family.cells[row], family.fitted_columns[row])
        if inside:
            reasons[row] = f"{existence.NO_MLE} (as in {family.names[inside[0]]}, which it holds)"
        elif existence.runs_away(family.design[at], high[family.cells[row]]):
            reasons[row] = existence.NO_MLE
            smallest.append(int(row))


def _describe(
    histories: Histories, family: Family, fits: Fits, rows: list[int], level: float
) -> tuple[Fitted, ...]:
    seen = fits.expected.sum(axis=1)
    saturated = saturated_loglik(histories.low, histories.high)
    parameters = family.columns.sum(axis=1)
    unseen = np.exp(fits.coef[:, 0])
    stderr = np.sqrt(unseen + unseen**2 * fits.variance)
    return tuple(
        Fitted(
            model=family.names[i],
            abundance=float(seen[i] + unseen[i]),
            stderr=float(stderr[i]),
            deviance=float(max(0.0, 2 * (saturated - fits.loglik[i]))),
            df=int(len(family.design) - parameters[i]),
            aic=float(2 * parameters[i] - 2 * fits.loglik[i]),
            bic=float(parameters[i] * np.log(seen[i]) - 2 * fits.loglik[i]),
            interval=lognormal(float(seen[i]), float(unseen[i]), float(stderr[i]), level),
            bias=float(unseen[i] * fits.bias[i]),
        )
        for i in rows
    )
