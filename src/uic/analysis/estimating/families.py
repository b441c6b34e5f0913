"""Models that share a design matrix: fit them all, and say which have no estimate and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from uic.analysis.estimating import existence
from uic.analysis.estimating.fitting import Fits, Problem, fit, means, problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

CERTAIN = 1e-6
"""A fit that came to rest with every mean above this is itself the proof that it exists."""
_STEPS = 30


@dataclass(frozen=True)
class Family:
    """Models of one table, fitted.

    Attributes:
        names: Name of each model.
        columns: (models, p) columns a model has, as its number of parameters counts them.
        low: (cells,) counts, or the smallest each can be.
        high: (cells,) the largest each can be.
        task: What was fitted: without the parameters at minus infinity and their cells.
        fits: The fits; those of models with a reason mean nothing.
        reasons: Why a model has no estimate; empty where it has one.
    """

    names: tuple[str, ...]
    columns: Mask
    low: Floats
    high: Floats
    task: Problem
    fits: Fits
    reasons: tuple[str, ...]

    @property
    def rows(self) -> list[int]:
        """Places of the models that have an estimate."""
        return [row for row, reason in enumerate(self.reasons) if not reason]


def fit_all(
    low: Floats, high: Floats, design: Floats, names: tuple[str, ...], columns: Mask
) -> Family:
    """Fit every model that is identifiable, and find out which have no estimate.

    Args:
        low: (cells,) counts, or the smallest each can be.
        high: (cells,) the largest each can be.
        design: (cells, p); the first column is the intercept.
        names: Name of each model.
        columns: (models, p) columns of each model.
    """
    kept, cells = existence.drop_empty_terms(design, low, columns)
    ranked = existence.full_rank(design, kept, cells)
    safe = kept & ranked[:, None]  # what is not identifiable is not fitted, but keeps its row
    safe[:, 0] = True
    task = problem(design, low, high, safe, cells)
    fits = fit(task, steps=_STEPS)
    least = np.where(cells, means(task, fits.coef), np.inf).min(axis=1)
    proven = fits.converged & (least > CERTAIN)
    reasons = ["" if good else existence.NOT_IDENTIFIABLE for good in ranked]
    for row, cause in _doubtful(low, task, columns, np.flatnonzero(ranked & ~proven)):
        where = "" if row == cause else f" (as in {names[cause]}, which it holds)"
        reasons[row] = existence.NO_MLE + where
    return Family(names, columns, low, high, task, fits, tuple(reasons))


def _doubtful(
    low: Floats, task: Problem, columns: Mask, rows: NDArray[np.intp]
) -> list[tuple[int, int]]:
    """Put the linear programme to the models no fit has proven, smallest first.

    A model that holds a refused one is refused as well: what runs to infinity there still does.

    Returns:
        The refused models, each with the model that shows why.
    """
    smallest: list[int] = []
    refused = []
    for row in sorted(rows.tolist(), key=lambda i: int(columns[i].sum())):
        inside = [i for i in smallest if not (columns[i] & ~columns[row]).any()]
        at = np.ix_(task.cells[row], task.columns[row])
        if inside:
            refused.append((row, inside[0]))
        elif existence.runs_away(task.design[at], low[task.cells[row]]):
            smallest.append(row)
            refused.append((row, row))
    return refused
