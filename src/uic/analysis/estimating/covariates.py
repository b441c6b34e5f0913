"""People who differ: estimates by stratum with their sum, and the doubly robust estimator.

Where groups of people are caught with different chances, the two-list estimate of all together is
too low. Estimating each stratum and adding up removes that, as far as the strata explain it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from uic.analysis.estimating.intervals import lognormal
from uic.analysis.estimating.results import Estimate
from uic.errors import EstimationError, NoOverlapError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_TINY = 1e-12


def sum_of_strata(
    strata: Mapping[str, tuple[int, float, float]], *, level: float = 0.95
) -> Estimate:
    """Add up the estimates of strata that share nobody: sizes and variances add.

    Args:
        strata: People seen, estimate and standard error of each stratum.
        level: Of the log-normal interval.
    """
    if not strata:
        raise EstimationError("there is no stratum to add up")
    seen = sum(part[0] for part in strata.values())
    size = sum(part[1] for part in strata.values())
    stderr = math.sqrt(sum(part[2] ** 2 for part in strata.values()))
    interval = lognormal(seen, size - seen, stderr, level)
    return Estimate("sum of strata", size, stderr, interval)


@dataclass(frozen=True)
class _People:
    """Cells of people alike in all covariates: who is on which list, and how many."""

    cell: NDArray[np.intp]
    first: Floats
    second: Floats
    count: Floats


def doubly_robust(
    people: Any,  # noqa: ANN401 - any table with the Arrow C stream
    lists: tuple[str, str],
    covariates: Sequence[str],
    *,
    folds: int = 1,
    seed: int = 1,
    level: float = 0.95,
) -> Estimate:
    """Estimate N from two lists that are independent given discrete covariates.

    Das, Kennedy & Jewell (2024, JASA 119): with q1, q2, q12 the chances that a seen person of
    covariates x is on a list, or on both, gamma = q1 q2 / q12 and
    phi = gamma (Y2/q2 + Y1/q1 - Y1 Y2/q12); 1/psi = mean phi, N = M/psi,
    Var = M Var(phi) + (M/psi)(1/psi - 1). Here the chances are shares by cell of the covariates,
    so that with one fold N is the sum of the cells' Lincoln-Petersen estimates.

    Args:
        people: One row a person, or a ``count`` column: 0/1 columns of the lists and covariates.
        lists: The two lists.
        covariates: Columns that say which people are alike.
        folds: Above 1, chances come from the other folds (cross-fitting); 1 takes all data.
        seed: Deals people to folds.
        level: Of the log-normal interval.

    Raises:
        NoOverlapError: in some cell of the covariates the lists share nobody.
        EstimationError: a column is missing.
    """
    table = _people(pa.table(people), lists, covariates)
    seen = float(table.count.sum())
    parts = _deal(table, folds, np.random.default_rng(seed))
    total = np.sum(parts, axis=0)
    phi = [_phi(table, total - part if folds > 1 else part) for part in parts]
    mean = sum(float(part @ value) for part, value in zip(parts, phi, strict=True)) / seen
    square = sum(float(part @ value**2) for part, value in zip(parts, phi, strict=True)) / seen
    size = seen * mean
    stderr = math.sqrt(max(seen * (square - mean**2) + size * (mean - 1), 0.0))
    return Estimate("doubly robust", size, stderr, lognormal(seen, size - seen, stderr, level))


def _people(table: pa.Table, lists: tuple[str, str], covariates: Sequence[str]) -> _People:
    lacking = [name for name in (*lists, *covariates) if name not in table.column_names]
    if lacking:
        raise EstimationError("a list or a covariate is not a column of the table: check the names")
    first, second = (table[name].cast(pa.int8()).to_numpy() for name in lists)
    count = table["count"].to_numpy() if "count" in table.column_names else np.ones(len(table))
    codes = np.zeros(len(table), dtype=np.intp)
    for name in covariates:
        values = table[name].combine_chunks().dictionary_encode(null_encoding="encode")
        codes = codes * (len(values.dictionary) + 1) + values.indices.to_numpy()
    kinds = np.column_stack([np.unique(codes, return_inverse=True)[1], first, second])
    kinds, place = np.unique(kinds[first + second > 0], axis=0, return_inverse=True)
    totals = np.bincount(place.ravel(), count[first + second > 0]).astype(float)
    return _People(kinds[:, 0], kinds[:, 1].astype(float), kinds[:, 2].astype(float), totals)


def _deal(table: _People, folds: int, rng: np.random.Generator) -> list[Floats]:
    if folds <= 1:
        return [table.count]
    dealt = rng.multinomial(table.count.astype(int), np.full(folds, 1 / folds))
    return list(dealt.T.astype(float))


def _phi(table: _People, count: Floats) -> Floats:
    """Return phi of each row, with the chances estimated from these counts."""
    cells = int(table.cell.max()) + 1
    seen, one, two, both = (
        np.bincount(table.cell, count * weight, minlength=cells)
        for weight in (1.0, table.first, table.second, table.first * table.second)
    )
    if (both < _TINY).any():
        raise NoOverlapError(
            f"in {int((both < _TINY).sum())} of {cells} cells of the covariates the lists share "
            "nobody: merge values of the covariates, or use fewer of them"
        )
    q1, q2, q12 = (part[table.cell] / seen[table.cell] for part in (one, two, both))
    weights = table.second / q2 + table.first / q1 - table.first * table.second / q12
    return np.asarray(q1 * q2 / q12 * weights)
