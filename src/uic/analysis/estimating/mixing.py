"""Three or more lists whose links hold errors: a matrix from true to observed histories.

Missed links split a person: somebody on lists 1, 2 and 3 whose record on 3 was not linked is
counted once as 110 and once as 001. With links of different pairs missed independently and people
made of connected records, the expected number of records g from a person with true history h is

    T[g, h] = P(the records g hang together) * product over i in g, j in h - g of (1 - alpha_ij)

A false link joins a person to the lone record of somebody else: to first order in its rate
beta_ij (i < j), h becomes h + j and one person seen only on j disappears. For two lists this is
exactly Ding & Fienberg (1994); for more see Di Consiglio & Tuoto (2018) and Zult et al. (2021,
Journal of Official Statistics 37). Expected observed counts are T y, solved for y.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from uic.analysis.estimating.histories import bit
from uic.errors import EstimationError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.analysis.estimating.histories import Histories

    Floats = NDArray[np.float64]

Rates = float | Mapping[tuple[str, str], float]
Pairs = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Mixing:
    """Error rates of every pair of lists.

    Attributes:
        alpha: (k, k) symmetric, sensitivities.
        beta: (k, k) symmetric, false-link rates.
        alpha_se: (k, k) standard errors of the sensitivities.
        beta_se: (k, k) standard errors of the false-link rates.
    """

    alpha: Pairs
    beta: Pairs
    alpha_se: Pairs
    beta_se: Pairs

    @property
    def k(self) -> int:
        """Number of lists."""
        return len(self.alpha)


def mixing(
    lists: tuple[str, ...],
    sensitivity: Rates,
    false_links: Rates = 0.0,
    *,
    sensitivity_se: Rates = 0.0,
    false_links_se: Rates = 0.0,
) -> Mixing:
    """Collect the error rates of all pairs of lists; one number stands for all pairs.

    Args:
        lists: Names of the lists.
        sensitivity: alpha, the chance that a true pair is linked; above 0 to 1.
        false_links: beta, the chance that a person on the first list of a pair and not on the
            second gets a false link to it; 0 to below 1.
        sensitivity_se: Standard error of ``sensitivity``.
        false_links_se: Standard error of ``false_links``.

    Raises:
        EstimationError: a rate is outside its range, or a pair has none.
    """
    return Mixing(
        _square(lists, sensitivity, "the sensitivity", 1e-9, 1.0),
        _square(lists, false_links, "the false-link rate", 0.0, 0.999),
        _square(lists, sensitivity_se, "the standard error of the sensitivity", 0.0, 1.0),
        _square(lists, false_links_se, "the standard error of the false-link rate", 0.0, 1.0),
    )


def mixing_matrix(rates: Mixing) -> Floats:
    """Return T: (2^k - 1 observed histories) x (2^k - 1 true ones), in the order of a table."""
    size = 2**rates.k
    out = np.zeros((size - 1, size - 1))
    for true in range(1, size):
        for part in _parts(true):
            out[part - 1, true - 1] = _group(part, true, rates)
        for joined, lone, rate in _false_links(true, rates):
            for observed, change in ((joined, rate), (true, -rate), (lone, -rate)):
                out[observed - 1, true - 1] += change
    return out


def mixing_moments(rates: Mixing) -> Floats:
    """Return E[v v'] of every true history: (histories, cells, cells).

    v are the observed records one person of a history gives. A person who is split is in two
    cells at once and a false link takes somebody out of another, so observed cells are not
    independent: their covariance is the sum over histories of expected people times E[v v'].
    False links count to first order.
    """
    size = 2**rates.k - 1
    out = np.zeros((size, size, size))
    for true in range(1, size + 1):
        for one in _parts(true):
            alone = _group(one, true, rates)
            out[true - 1, one - 1, one - 1] = alone
            for other in _parts(true ^ one):
                both = alone * _group(other, true ^ one, rates)
                out[true - 1, one - 1, other - 1] = both
        for joined, lone, rate in _false_links(true, rates):
            _add_false(out[true - 1], true - 1, joined - 1, lone - 1, rate)
    return out


def _add_false(moments: Floats, true: int, joined: int, lone: int, rate: float) -> None:
    moments[true, true] -= rate
    moments[joined, joined] += rate
    moments[lone, lone] += rate
    moments[joined, lone] -= rate
    moments[lone, joined] -= rate


def mixing_slopes(rates: Mixing) -> list[tuple[float, Floats]]:
    """Return dT/drate of every rate that has a standard error, each with that error."""
    out = []
    for kind, errors in (("alpha", rates.alpha_se), ("beta", rates.beta_se)):
        for i, j in combinations(range(rates.k), 2):
            if errors[i][j]:
                lower, upper = (_moved(rates, kind, i, j, step) for step in (-_STEP, _STEP))
                slope = (mixing_matrix(upper) - mixing_matrix(lower)) / (2 * _STEP)
                out.append((errors[i][j], slope))
    return out


def _moved(rates: Mixing, kind: str, i: int, j: int, step: float) -> Mixing:
    table = [list(row) for row in getattr(rates, kind)]
    table[i][j] += step
    table[j][i] = table[i][j]
    return replace(rates, **{kind: tuple(map(tuple, table))})


_STEP = 1e-4


def unmix(histories: Histories, matrix: Floats) -> Floats:
    """Solve T y = observed counts for the true ones, (2^k - 1,).

    Small counts can come out below zero: sampling noise that the margins a model uses even out.

    Raises:
        EstimationError: counts are masked.
    """
    histories.need_exact("the correction for linkage error")
    return np.asarray(np.linalg.solve(matrix, histories.low))


def _square(lists: tuple[str, ...], rates: Rates, name: str, low: float, high: float) -> Pairs:
    out = [[0.0] * len(lists) for _ in lists]
    for i, j in combinations(range(len(lists)), 2):
        rate = _of_pair(rates, lists[i], lists[j])
        if rate is None or not low <= rate <= high:
            raise EstimationError(f"{name} of {lists[i]} and {lists[j]} is missing or out of range")
        out[i][j] = out[j][i] = float(rate)
    return tuple(map(tuple, out))


def _of_pair(rates: Rates, one: str, other: str) -> float | None:
    if isinstance(rates, Mapping):
        return rates.get((one, other), rates.get((other, one)))
    return rates


def _members(history: int, k: int) -> list[int]:
    return [i for i in range(k) if history & bit(i, k)]


def _parts(history: int) -> list[int]:
    """Return the non-empty sets of lists inside a history, itself included."""
    part, out = history, []
    while part:
        out.append(part)
        part = (part - 1) & history
    return out


def _group(part: int, true: int, rates: Mixing) -> float:
    """Return the chance that exactly these records of a person become one observed person."""
    return _together(part, rates) * _apart(part, true ^ part, rates)


def _apart(part: int, rest: int, rates: Mixing) -> float:
    """Return the chance that no link joins two groups of records of one person."""
    out = 1.0
    for i in _members(part, rates.k):
        for j in _members(rest, rates.k):
            out *= 1 - rates.alpha[i][j]
    return out


@cache
def _together(part: int, rates: Mixing) -> float:
    """Return the chance that records hang together: the first is in no smaller group."""
    first = part & -part
    smaller = (group for group in _parts(part) if group & first and group != part)
    return 1 - sum(_group(group, part, rates) for group in smaller)


def _false_links(true: int, rates: Mixing) -> list[tuple[int, int, float]]:
    """Return, for each list a person is not on, the history joined, the lone one and the rate."""
    links = []
    for j in range(rates.k):
        lone = bit(j, rates.k)
        before = [i for i in _members(true, rates.k) if i < j]
        if before and not true & lone:
            none = float(np.prod([1 - rates.beta[i][j] for i in before]))
            links.append((true | lone, lone, 1 - none))
    return links
