"""Sample coverage estimates for lists that depend on each other (Chao & Tsay 1998, JASA 93:283).

S_j are people seen only on list j, n_j the list sizes, t the number of lists, M the people seen.
C = 1 - mean(S_j / n_j) estimates the share of people, weighted by how easily they are seen, that
the lists know; D = M - mean(S_j).

* N0 = D / C: lists independent of each other.
* N = [D - (1/t) sum A_ij] / [C - (1/t) sum A_ij B_ij / (n_i n_j)]: high coverage, C above .55.
* N1 = D/C + 1/(tC) sum A_ij r_ij: one step from N0, for low coverage;
  r_ij = B_ij / (n_i n_j) [D/C + 1/(tC) sum A_kl (D/C B_kl/(n_k n_l) - 1)] - 1.

A_ij is people seen on i only, plus on j only, plus twice those on exactly i and j; B_ij is people
on both. Dependence within each pair is allowed for; the dependence of all lists at once is not.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from uic.analysis.estimating.histories import bit
from uic.analysis.estimating.intervals import lognormal
from uic.analysis.estimating.results import Coverage, Estimate, Interval, Refused
from uic.errors import EstimationError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.analysis.estimating.histories import Histories

    Floats = NDArray[np.float64]

LOW = 0.55
"""Below this coverage N is unstable and N1 is used (Chao & Tsay 1998)."""
FORMS = {"Indep": "independent (N0)", "HSC": "high coverage (N)", "LSC": "low coverage (N1)"}
_ENOUGH = 0.9


def sample_coverage(
    histories: Histories, *, replicates: int = 1000, seed: int = 1, level: float = 0.95
) -> Coverage:
    """Estimate the population by sample coverage, in its three forms.

    The SE comes from a bootstrap: tables of N people drawn from the cells, the unseen one
    included. An estimate below the people seen is set to them, as CARE1 does, and says so.

    Args:
        histories: An exact table of three or more lists.
        replicates: Bootstrap tables for each form.
        seed: Of the bootstrap.
        level: Of the log-normal interval.

    Raises:
        EstimationError: fewer than three lists, masked counts, or a list with nobody on it.
    """
    histories.need_exact("sample coverage")
    if histories.k < 3:
        raise EstimationError("sample coverage needs three lists: use the two-list methods")
    histories.need_overlap()
    rng = np.random.default_rng(seed)
    share, values = _three_forms(histories.low[None], histories.k)
    done = {
        name: _estimate(histories, name, float(value), rng, replicates, level)
        for name, value in zip(FORMS, values[0], strict=True)
    }
    return Coverage(
        coverage=float(share[0]),
        chosen="HSC" if share[0] >= LOW else "LSC",
        estimates=tuple(item for item in done.values() if isinstance(item, Estimate)),
        refused=tuple(item for item in done.values() if isinstance(item, Refused)),
    )


def _estimate(
    histories: Histories,
    name: str,
    value: float,
    rng: np.random.Generator,
    tables: int,
    level: float,
) -> Estimate | Refused:
    seen = histories.seen
    if not np.isfinite(value):
        return Refused(name, "its denominator is zero: the overlaps say nothing about coverage")
    if value < seen:
        note = "The formula gives less than the people seen and was set to them: do not use."
        return Estimate(name, seen, math.nan, Interval(seen, seen, level, "none"), note)
    cells = np.append(histories.low, value - seen)
    drawn = rng.multinomial(round(value), cells / cells.sum(), size=tables)[:, :-1]
    again = _three_forms(drawn.astype(float), histories.k)[1][:, list(FORMS).index(name)]
    again = np.maximum(again, drawn.sum(axis=1))[np.isfinite(again)]
    if len(again) < _ENOUGH * tables:
        return Refused(name, "the bootstrap has no value on too many tables: overlaps are too few")
    stderr = float(again.std(ddof=1))
    return Estimate(name, value, stderr, lognormal(seen, value - seen, stderr, level))


def _three_forms(counts: Floats, t: int) -> tuple[Floats, Floats]:
    """Return C and the three estimates of many tables: (tables,) and (tables, 3)."""
    cells = np.arange(1, 2**t)
    on = np.array([(cells & bit(i, t)) > 0 for i in range(t)], dtype=float)
    only = counts[:, [bit(i, t) - 1 for i in range(t)]]
    sizes = counts @ on.T
    a, b = _pairs(counts, only, sizes, on, t)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = 1 - (only / sizes).mean(axis=1)
        known = counts.sum(axis=1) - only.mean(axis=1)
        base = known / share
        high = (known - a.sum(axis=1) / t) / (share - (a * b).sum(axis=1) / t)
        inner = base + (a * (base[:, None] * b - 1)).sum(axis=1) / (t * share)
        low = base + (a * (b * inner[:, None] - 1)).sum(axis=1) / (t * share)
    return share, np.column_stack([base, high, low])


def _pairs(
    counts: Floats, only: Floats, sizes: Floats, on: Floats, t: int
) -> tuple[Floats, Floats]:
    """Return A_ij and B_ij / (n_i n_j) of every pair: (tables, pairs) each."""
    first, second = np.array(list(combinations(range(t), 2))).T
    exactly = counts[:, [bit(i, t) + bit(j, t) - 1 for i, j in zip(first, second, strict=True)]]
    both = counts @ (on[first] * on[second]).T
    with np.errstate(divide="ignore", invalid="ignore"):
        share = both / (sizes[:, first] * sizes[:, second])
    return only[:, first] + only[:, second] + 2 * exactly, share
