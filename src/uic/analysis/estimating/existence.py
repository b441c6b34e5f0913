"""Which models have an estimate at all on a table with empty cells.

Three questions, in this order, after Fienberg & Rinaldo (2012, Annals of Statistics 40:996) and
Chan, Silverman & Vincent (2021, JASA 116:1297):

1. A term nobody shows (the people on all its lists number zero) has its parameter at minus
   infinity. Its cells are certain to be empty; they and the parameter leave the model.
2. The columns that stay must be linearly independent on the cells that stay, otherwise many
   population sizes explain the counts equally well: not identifiable.
3. Is there a direction in which parameters can run to infinity for ever while the likelihood
   rises? That is a linear programme: a ``z`` with ``X z = 0`` on the cells with people and
   ``X z <= 0``, not all 0, on the empty ones. If there is, there is no estimate.

A model that fails stays out of every average: its numbers (an N of 1e13 with a fine AIC) are
artefacts of the point at which an algorithm gave up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linprog

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

NOT_IDENTIFIABLE = "not identifiable: many population sizes fit these counts equally well"
NO_MLE = "no maximum-likelihood estimate: with these empty cells a parameter runs to infinity"


def drop_empty_terms(design: Floats, counts: Floats, columns: Mask) -> tuple[Mask, Mask]:
    """Take out the terms that nobody shows, and the cells that are then certain to be empty.

    Args:
        design: (cells, terms) 0/1 matrix.
        counts: (cells,) counts; a masked count is 0 when it can be 0.
        columns: (models, terms) which terms each model holds.

    Returns:
        The terms that stay, (models, terms), and the cells that stay, (models, cells).
    """
    empty = columns & (counts @ design == 0)
    cells = ~(empty @ design.T.astype(bool))
    return columns & ~empty, cells


def full_rank(design: Floats, columns: Mask, cells: Mask) -> Mask:
    """Tell for each model whether its columns are independent on its cells."""
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    size = design.shape[1]
    gram = (cells @ products).reshape(-1, size, size)
    gram *= columns[:, :, None] & columns[:, None, :]
    index = np.arange(size)
    gram[:, index, index] += ~columns
    scale = 1 / np.sqrt(np.maximum(gram[:, index, index], 1e-300))
    gram *= scale[:, :, None] * scale[:, None, :]
    return np.asarray(np.linalg.eigvalsh(gram)[:, 0] > 1e-10)


def runs_away(design: Floats, counts: Floats) -> bool:
    """Solve the linear programme: can parameters run to infinity on these counts?

    Args:
        design: (cells, columns) of one model, only cells and columns that stay.
        counts: (cells,) counts; a masked count is 0 when it can be 0.
    """
    empty = counts == 0
    if not empty.any():
        return False
    design = design / np.abs(design).max(axis=0)
    answer = linprog(
        design[empty].sum(axis=0),
        A_ub=design[empty],
        b_ub=np.zeros(int(empty.sum())),
        A_eq=design[~empty] if (~empty).any() else None,
        b_eq=np.zeros(int((~empty).sum())) if (~empty).any() else None,
        bounds=(-1, 1),
        method="highs",
    )
    return bool(answer.fun < -1e-7)
