"""What a threshold is expected to bring, told by the probabilities alone, without truth.

If the probabilities are right, the pairs above a threshold hold as many true links as their sum,
and what lies below it, with the matches that met in no pass, is missed. Expected precision is the
mean of the accepted probabilities; expected recall their share of all that is expected to be true.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from uic.errors import InputError, LinkError, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Chances = NDArray[np.float64]

LOWER, UPPER = 0.1, 0.95
"""Above the second a pair is a link, below the first it is none, between them it is possible."""

SHOWN = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


@dataclass(frozen=True)
class Target:
    """What a run should reach instead of a fixed threshold.

    Attributes:
        figure: ``precision`` or ``recall``.
        least: The least that is expected of it, between 0 and 1.
    """

    figure: Literal["precision", "recall"]
    least: float

    @property
    def told(self) -> dict[str, float]:
        """The target as JSON holds it, as ``{"precision": 0.99}``."""
        return {self.figure: self.least}


def as_target(
    threshold: float | None, precision: float | None, recall: float | None
) -> Target | None:
    """Return the target among three wishes of which one at most is given.

    Raises:
        InputError: two are given, or one does not lie between 0 and 1.
    """
    wishes = {"precision": precision, "recall": recall, "threshold": threshold}
    given = {name: value for name, value in wishes.items() if value is not None}
    if len(given) > 1:
        first, second = list(given)[:2]
        raise InputError(
            Problem("options", "", f"{first} and {second} exclude each other", "give one")
        )
    for name, value in given.items():
        if not 0 < value < 1:
            rule = f"a {name} lies between 0 and 1, and is neither"
            raise InputError(Problem("options", "", rule, f"give a {name} as 0.95"))
    if precision is not None:
        return Target("precision", precision)
    return None if recall is None else Target("recall", recall)


@dataclass(frozen=True)
class Expected:
    """What is expected of the pairs at a threshold; it tells nothing about a single pair.

    Attributes:
        threshold: Probability from which a pair is a link.
        links: Pairs at or above it.
        precision: Expected share of them that is true, 0 to 1; 1 without any.
        recall: Expected share of the true pairs that is among them, 0 to 1; 1 without any.
        f1: Harmonic mean of both.
    """

    threshold: float
    links: int
    precision: float
    recall: float
    f1: float


def expect(chance: Chances, unmet: float, threshold: float) -> Expected:
    """Return what is expected at one threshold.

    Args:
        chance: Shape (pairs,): probability of every candidate pair.
        unmet: Matches expected to have met in no pass (:mod:`uic.resolving.unmet`).
        threshold: Probability from which a pair is a link.
    """
    accepted = chance[chance >= threshold]
    true, total = float(accepted.sum()), float(chance.sum()) + unmet
    precision = true / len(accepted) if len(accepted) else 1.0
    recall = true / total if total else 1.0
    both = len(accepted) + total
    return Expected(threshold, len(accepted), precision, recall, 2 * true / both if both else 1.0)


def best_threshold(chance: Chances, unmet: float) -> float:
    """Return the threshold at which the expected F1 of the pairs is largest."""
    values, true, links = _summed(chance)
    if not len(values):
        return 0.5
    f1 = 2 * true / (links + true[-1] + unmet)
    return _safe(values[int(f1.argmax())])


def threshold_for(chance: Chances, unmet: float, target: Target) -> float:
    """Return the threshold that reaches the target and gives away least of the other figure.

    Raises:
        LinkError: no threshold is expected to reach it.
    """
    values, true, links = _summed(chance)
    total = float(chance.sum()) + unmet or 1.0
    figures = true / (links if target.figure == "precision" else total)
    reached = np.flatnonzero(figures >= target.least)
    if not len(reached):
        raise LinkError(
            f"no threshold is expected to reach a {target.figure} of {target.least}:"
            f" the most is {_below(figures.max(initial=0.0))}\n"
            "  hint: ask for less; expected_at in run.json of a run without it tells what each"
            " threshold brings"
        )
    # Of precision as many links as it allows, of recall as few as it needs.
    place = reached[-1] if target.figure == "precision" else reached[0]
    return _safe(values[place])


def bands(chance: Chances) -> dict[str, int]:
    """Count the pairs that are links, possible links (worth a review), and none."""
    possible = int(((chance >= LOWER) & (chance < UPPER)).sum())
    links = int((chance >= UPPER).sum())
    return {"link": links, "possible": possible, "no_link": len(chance) - links - possible}


def _summed(chance: Chances) -> tuple[Chances, Chances, Chances]:
    """Return the distinct probabilities, falling; expected true pairs and pairs from each up."""
    values, counts = np.unique(chance, return_counts=True)
    values, counts = values[::-1], counts[::-1]
    return values, np.cumsum(values * counts), np.cumsum(counts).astype(float)


def _below(figure: float) -> float:
    """Round down to four digits, so that what is told can be asked for."""
    return int(figure * 10_000) / 10_000


def _safe(threshold: float) -> float:
    """Keep clear of 0 and 1, and below the probability itself, which was rounded on its way."""
    return float(np.clip(threshold - 1e-9, 1e-4, 1 - 1e-6))
