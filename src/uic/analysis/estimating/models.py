"""The hierarchical log-linear models of k lists and the names Rcapture gives them.

A term is a set of lists whose captures depend on each other, held as a binary number exactly as
a history is: ``110`` is the interaction of the first two lists, ``000`` the intercept. A model is
a set of terms that contains, with a term, all its parts (it is hierarchical). Every model here
holds all main effects and not the interaction of all lists, which cannot be estimated.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from uic.analysis.estimating.histories import bit
from uic.errors import EstimationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

Terms = frozenset[int]


def design(k: int) -> NDArray[np.float64]:
    """Return the 0/1 matrix of all terms: (2^k - 1 histories) x (2^k terms).

    An entry is 1 where the history is on all lists of the term. The row of the unseen history
    would be 1, 0, ..., 0: what it adds is exp(intercept).
    """
    cells = np.arange(1, 2**k)[:, None]
    terms = np.arange(2**k)[None, :]
    return np.asarray(cells & terms == terms, dtype=float)


@cache
def all_models(k: int, order: int) -> tuple[Terms, ...]:
    """List every hierarchical model with interactions of at most ``order`` lists.

    8, 113 and 6,893 models for 3, 4 and 5 lists with order k - 1; 1,024 for 5 lists and order 2.
    The main-effects model comes first.
    """
    models: list[Terms] = [main_effects(k)]
    for size in range(2, min(order, k - 1) + 1):
        models = [larger for model in models for larger in _grow(model, k, size)]
    return tuple(sorted(models, key=lambda terms: (len(terms), sorted(terms))))


def main_effects(k: int) -> Terms:
    """Return the model in which every list catches independently of the others."""
    return frozenset([0, *(bit(i, k) for i in range(k))])


def _grow(model: Terms, k: int, size: int) -> Iterator[Terms]:
    """Yield the model with every choice of the terms of ``size`` lists whose parts it holds."""
    sets = (sum(bit(i, k) for i in chosen) for chosen in combinations(range(k), size))
    free = [term for term in sets if all(term ^ one in model for one in ones(term))]
    for number in range(len(free) + 1):
        for chosen in combinations(free, number):
            yield model | frozenset(chosen)


def ones(term: int) -> Iterator[int]:
    """Yield the single-list terms a term is made of."""
    while term:
        lowest = term & -term
        yield lowest
        term ^= lowest


def generators(model: Terms) -> tuple[int, ...]:
    """Return the terms of a model that are part of no other term of it."""
    return tuple(t for t in model if t and not any(t != u and t & u == t for u in model))


def label(model: Terms, k: int) -> str:
    """Name a model as Rcapture does: its generators, longest first, ``[12,3]``."""
    names = (_digits(term, k) for term in generators(model))
    return "[" + ",".join(sorted(names, key=lambda name: (-len(name), name))) + "]"


def parse_label(text: str, k: int) -> Terms:
    """Return the model a label such as ``[12,3]`` names.

    Raises:
        EstimationError: the label names an unknown list, or the interaction of all lists.
    """
    model = set(main_effects(k))
    for name in text.strip().strip("[]").split(","):
        lists = [int(digit) - 1 for digit in name.strip() if digit.isdigit()]
        if len(lists) != len(name.strip()) or not all(0 <= i < k for i in lists):
            raise EstimationError(f"a model is named like [12,3], with lists 1 to {k}")
        model |= set(_parts(sum(bit(i, k) for i in set(lists))))
    if 2**k - 1 in model:
        raise EstimationError("the interaction of all lists cannot be estimated: leave it out")
    return frozenset(model)


def _parts(term: int) -> Iterator[int]:
    part = term
    while part:
        yield part
        part = (part - 1) & term


def _digits(term: int, k: int) -> str:
    return "".join(str(i + 1) for i in range(k) if term & bit(i, k))


def masks(models: tuple[Terms, ...], k: int) -> NDArray[np.bool_]:
    """Return the models as a 0/1 matrix: (models) x (2^k terms)."""
    out = np.zeros((len(models), 2**k), dtype=bool)
    for row, model in enumerate(models):
        out[row, list(model)] = True
    return out


def pair_terms(k: int) -> tuple[int, ...]:
    """Return the interactions of every two of k lists."""
    return tuple(bit(i, k) | bit(j, k) for i, j in combinations(range(k), 2))
