"""Models in which people differ in how easily they are seen (M0, Mt, Mh, Mth).

With j the number of lists a person is on, the log-linear model of M0 is b0 + b j and that of Mt
has one effect a list. A column h(j) adds heterogeneity (Rivest & Baillargeon 2007, Biometrics
63:999; names as in Rcapture's ``closedp``):

* Poisson2: 2^j - 1; Darroch: j^2 / 2; Gamma3.5: log(3.5 / (3.5 + j)).
* Chao (LB): bends max(j - 2, 0), max(j - 3, 0), ... that may only turn upwards, which makes N a
  lower bound. A bend that turns down is taken out, the first one first, until none does.

Which h is true cannot be tested: with three lists all fit alike while N runs over a factor of
five. Models with a reaction to capture (Mb, Mbh) need lists in time order and are not offered.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from uic.analysis.estimating import existence
from uic.analysis.estimating.families import fit_all
from uic.analysis.estimating.fitting import fit, problem
from uic.analysis.estimating.intervals import lognormal
from uic.analysis.estimating.loglinear import describe
from uic.analysis.estimating.results import Estimate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.analysis.estimating.histories import Histories
    from uic.analysis.estimating.results import Fitted, Refused

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

UNTESTABLE = (
    "How people differ in being seen cannot be tested: these models can fit alike and give very "
    "different numbers of people. Chao's is a lower bound."
)
SHAPES = ("Poisson2", "Darroch", "Gamma3.5")
NAMES = (
    "M0",
    "Mt",
    *(f"{base} {shape}" for base in ("Mh", "Mth") for shape in ("Chao (LB)", *SHAPES)),
)
"""Models in Rcapture's order."""


def heterogeneity(
    histories: Histories, *, level: float = 0.95
) -> tuple[tuple[Fitted, ...], tuple[Refused, ...]]:
    """Fit M0, Mt and the Mh and Mth families to a table of three or more lists.

    Returns:
        The models with an estimate and those refused, with Rcapture's names and in its order.
    """
    design, columns = heterogeneity_models(histories)
    family = fit_all(histories.low, histories.high, design, NAMES, columns)
    return describe(family, level=level)


def heterogeneity_models(histories: Histories) -> tuple[Floats, Mask]:
    """Return the design matrix of all these models, (cells, p), and the columns each uses."""
    k = histories.k
    design = _design(k)
    base = {"Mh": [0, 1], "Mth": [0, *range(2, 2 + k)]}
    bends = list(range(2 + k + len(SHAPES), design.shape[1]))
    columns = np.zeros((len(NAMES), design.shape[1]), dtype=bool)
    for row, name in enumerate(NAMES):
        family, _, shape = name.partition(" ")
        columns[row, base["Mh" if family in {"M0", "Mh"} else "Mth"]] = True
        if shape in SHAPES:
            columns[row, 2 + k + SHAPES.index(shape)] = True
        elif shape:
            columns[row, _upward(histories, design, columns[row], bends)] = True
    return design, columns


def _design(k: int) -> Floats:
    """Columns: intercept, j, one a list, one a shape, and the bends at 3, ... k."""
    cells = np.arange(1, 2**k)
    lists = (cells[:, None] >> np.arange(k - 1, -1, -1)) & 1
    j = lists.sum(axis=1).astype(float)
    shapes = np.column_stack([2.0**j - 1, j**2 / 2, np.log(3.5 / (3.5 + j))])
    bends = np.maximum(j[:, None] - np.arange(2, k), 0)
    return np.column_stack([np.ones(len(j)), j, lists, shapes, bends])


def _upward(histories: Histories, design: Floats, base: Mask, bends: list[int]) -> list[int]:
    """Return the bends that turn upwards, taking out the first that does not until all do."""
    kept = list(bends)
    while kept:
        columns = base[None].copy()
        columns[0, kept] = True
        used, cells = existence.drop_empty_terms(design, histories.low, columns)
        fits = fit(problem(design, histories.low, histories.high, used, cells))
        bad = [bend for bend in kept if not used[0, bend] or fits.coef[0, bend] < 0]
        if not bad:
            break
        kept.remove(bad[0])
    return kept


def chao(histories: Histories, *, level: float = 0.95) -> Estimate:
    """Estimate Chao's bias-corrected lower bound, which exists even when nobody is on two lists.

    N = M + (t-1)/t f1(f1-1)/(2(f2+1)) with f_j people seen on j of t lists (Chao 1987, Biometrics
    43:783; bias-corrected form and variance as in Chao & Chiu 2016, SpadeR).
    """
    histories.need_exact("Chao's lower bound")
    f1, f2 = histories.capture_frequencies[:2]
    share = (histories.k - 1) / histories.k
    unseen = share * f1 * (f1 - 1) / (2 * (f2 + 1))
    variance = (
        unseen
        + share**2 * f1 * (2 * f1 - 1) ** 2 / (4 * (f2 + 1) ** 2)
        + share**2 * f1**2 * f2 * (f1 - 1) ** 2 / (4 * (f2 + 1) ** 4)
    )
    stderr = math.sqrt(variance)
    interval = lognormal(histories.seen, unseen, stderr, level)
    return Estimate("Chao bias-corrected", histories.seen + unseen, stderr, interval)
