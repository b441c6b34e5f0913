"""How near two different texts are, letter by letter: the grades of a comparison in the clear."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from uic.errors import UicError
from uic.levels import MISSING, SWAPPED, TEXT_LEVELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Side = tuple[Sequence[str], Numbers, Numbers]

Measure = Callable[[Sequence[str], Sequence[str]], "NDArray[np.int64]"]
"""Takes two lists of texts, unequal place by place, and gives the level of each pair."""

EXACT, NEAR, FAR, DIFFERENT = (
    TEXT_LEVELS.index(word) for word in ("exact", "near", "far", "different")
)
_APART = 2  # the level of a code that differs
NEAR_SHARE, FAR_SHARE = 0.92, 0.84


class LocalMissingError(UicError, ImportError):
    """Comparing in the clear needs rapidfuzz, which is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "comparing in the clear needs rapidfuzz, which is not installed\n"
            "  hint: pip install 'uic-link[local]'"
        )


def by_letters(first: Sequence[str], second: Sequence[str]) -> NDArray[np.int64]:
    """Grade pairs of texts by Jaro-Winkler similarity (Winkler 1990), 0 to 1.

    Raises:
        LocalMissingError: rapidfuzz is not installed.
    """
    try:
        from rapidfuzz.distance import JaroWinkler
        from rapidfuzz.process import cpdist
    except ImportError:
        raise LocalMissingError from None
    share = cpdist(list(first), list(second), scorer=JaroWinkler.similarity, dtype=np.float32)
    levels = np.full(len(first), DIFFERENT, dtype=np.int64)
    levels[share >= FAR_SHARE] = FAR
    levels[share >= NEAR_SHARE] = NEAR
    return levels


def graded(
    level: Numbers, a: Numbers, b: Numbers, texts: Sequence[str], measure: Measure
) -> Numbers:
    """Return the level of a text in every pair; every two texts are looked at once.

    Args:
        level: As compared as codes: missing, exact or different.
        a: Number of the text on the one side.
        b: Number of the text on the other side.
        texts: The texts behind the numbers.
        measure: Grades two different texts.
    """
    found = level.copy()
    apart = np.flatnonzero(level == _APART)
    if len(apart):
        found[apart] = _of_distinct(a[apart], b[apart], texts, texts, measure)
    return found


def swapped(
    family: Numbers, given: Numbers, families: Side, givens: Side, measure: Measure
) -> tuple[Numbers, Numbers]:
    """Return the levels of family and given name, with a swap of the two as one joint level.

    A swap is seen where each name is near the other's other name, and neither is near its own:
    the rule of ``uic.levels``.

    Args:
        family: Level of the family name of every pair.
        given: Level of the given name.
        families: Family names, and their numbers on both sides.
        givens: Given names, and their numbers on both sides.
        measure: Grades two different texts.
    """
    asked = np.flatnonzero((family > NEAR) & (given > NEAR))
    if not len(asked):
        return family, given
    (family_texts, family_a, family_b), (given_texts, given_a, given_b) = families, givens
    one = _of_distinct(family_a[asked], given_b[asked], family_texts, given_texts, measure)
    other = _of_distinct(given_a[asked], family_b[asked], given_texts, family_texts, measure)
    turned = asked[(one <= NEAR) & (other <= NEAR)]
    family, given = family.copy(), given.copy()
    family[turned], given[turned] = SWAPPED, MISSING
    return family, given


def _of_distinct(
    a: Numbers, b: Numbers, first: Sequence[str], second: Sequence[str], measure: Measure
) -> Numbers:
    keys, which = np.unique(a.astype(np.int64) * len(second) + b, return_inverse=True)
    left = [first[n] for n in (keys // len(second)).tolist()]
    right = [second[n] for n in (keys % len(second)).tolist()]
    levels = measure(left, right)
    levels[[x == y for x, y in zip(left, right, strict=True)]] = EXACT
    return levels[which]
