"""Why two records are, or are not, one person: the weights of a pair, in words.

A pair is explained by the levels of its best pass and by that pass's weights. There are no values
to show: nobody here ever had a name. A holder learns how much two records agree, and nothing that
they hold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uic.levels import unpack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from uic.levels import Comparison
    from uic.weighing import PassWeights

_SLACK = 1e-6
KEY_NOTE = "What all pairs of the pass share because they met in it weighs little."


@dataclass(frozen=True)
class Term:
    """One step of the sum.

    Attributes:
        name: An attribute in words, or what else adds to the sum.
        finding: The agreement level in words.
        weight: Natural log-odds; above 0 it speaks for one person.
    """

    name: str
    finding: str
    weight: float


@dataclass(frozen=True)
class Explanation:
    """The weights of a pair, and what came of it.

    Attributes:
        terms: The steps; their weights add up to ``log_odds``. Empty where nothing but tokens
            was compared, and where only people brought the two together.
        log_odds: As scored; None if the two were never compared.
        probability: That the two are one person, 0 to 1; after decisions of people.
        passes: The passes in which the two met, the one with these weights first.
        same: Whether the two are one person now.
        decided: Whether people decided it.
    """

    terms: tuple[Term, ...]
    log_odds: float | None
    probability: float
    passes: tuple[str, ...]
    same: bool
    decided: bool

    def __str__(self) -> str:
        return "\n".join(lines(self))


def explain_pair(
    *,
    pattern: int,
    best: int,
    met: int,
    log_odds: float | None,
    probability: float,
    same: bool,
    decided: bool,
    passes: Sequence[str],
    items: Sequence[Comparison],
    weights: Mapping[str, PassWeights],
) -> Explanation:
    """Explain one pair of ``uic.resolving.resolver.Resolution.compared``.

    Args:
        pattern: Its levels in the best pass, packed.
        best: Number of the best pass.
        met: Bit mask of the passes in which the two met.
        log_odds: As scored; None if the two were never compared.
        probability: Of being one person.
        same: The two are one person now.
        decided: People decided it.
        passes: Names of the passes, in the order of the bits.
        items: The comparisons, in the order of the pattern.
        weights: Fitted weights per pass; empty under the profile ``tokens``.
    """
    seen = [name for number, name in enumerate(passes) if met >> number & 1]
    found = log_odds if log_odds is None or math.isfinite(log_odds) else None
    terms: tuple[Term, ...] = ()
    if found is not None and weights:
        terms = _terms(pattern, items, weights[passes[best]], found, passes[best])
        seen.sort(key=lambda name: name != passes[best])
    return Explanation(terms, found, probability, tuple(seen), same, decided)


def lines(found: Explanation) -> list[str]:
    """Return the explanation as lines of text: the waterfall, the sum, the passes."""
    named = [(f"{t.name}: {t.finding}" if t.finding else t.name, t.weight) for t in found.terms]
    width = max((len(name) for name, _ in named), default=0)
    text = [f"{name:<{width}}  {signed(weight):>6}" for name, weight in named]
    if found.log_odds is not None and named:
        text.append(f"{'sum':<{width}}  {signed(found.log_odds):>6}")
    return [*text, *conclusion(found)]


def conclusion(found: Explanation) -> list[str]:
    """Return what came of the weights, in sentences."""
    told = [f"Probability of one person: {chance(found.probability)}"]
    if found.decided:
        told = ["People decided that they are " + ("one person." if found.same else "two people.")]
    elif found.same:
        told.append("They are one person now.")
    else:
        told.append("They are two people now.")
    if not found.passes:
        return [*told, "They met in no pass."]
    told.append("Met in the passes " + ", ".join(found.passes) + ".")
    if found.terms:
        told.append(f"The weights are those of {found.passes[0]}. {KEY_NOTE}")
    return told


def chance(probability: float) -> str:
    """Write a probability so that a sure one does not look certain."""
    if probability > 0.999:
        return "above .999"
    return "below .001" if probability < 0.001 else f"{probability:.3f}".lstrip("0")


def signed(weight: float) -> str:
    """Write a weight with its sign and one decimal; nothing is neither for nor against."""
    return f"{weight:+.1f}" if abs(weight) >= 0.05 else "0.0"


def words(attribute: str) -> str:
    """Return an attribute's name as people write it."""
    return attribute.replace("_", " ")


def _terms(
    pattern: int, items: Sequence[Comparison], weights: PassWeights, log_odds: float, name: str
) -> tuple[Term, ...]:
    levels = unpack(pattern, items)
    given = {item.attribute: item.levels for item in items}
    found = weights.evidence(levels)
    terms = [
        Term("before comparing", _prior_words(weights, name), weights.prior()),
        *(Term(words(n), given[n][levels[n]], found[n]) for n in levels),
    ]
    relief = weights.relief(levels)
    if abs(relief) > _SLACK:
        terms.append(Term("home", "a person may have moved", relief))
    doubt = weights.doubt(levels)
    if doubt:
        alike = " or ".join(item.name for item in weights.alike)
        terms.append(Term("doubt", f"{alike} share this too", doubt))
    rest = log_odds - sum(term.weight for term in terms)
    if abs(rest) > _SLACK:
        terms.append(Term("other passes and pairs", "what they add", rest))
    return tuple(terms)


def _prior_words(weights: PassWeights, name: str) -> str:
    odds = weights.matches / weights.strangers
    if odds >= 1:
        return f"of {name}, most pairs are one person"
    return f"of {name}, 1 pair is one person for {1 / odds:,.0f} of strangers"
