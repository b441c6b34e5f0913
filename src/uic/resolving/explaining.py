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
    from uic.resolving.chains import Link
    from uic.weighing import PassWeights

_SLACK = 1e-6
PARTED = (
    "They are two people now although so probable a pair is a link: too little else spoke for the"
    " records that hung together there, a list without duplicates would hold one person twice, or"
    " people decided about others there."
)
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
        probability: That the two are one person, 0 to 1; after decisions of people. None if the
            two have no pair of their own.
        passes: The passes in which the two met, the one with these weights first.
        same: Whether the two are one person now.
        decided: Whether people decided it.
        chain: The links that joined the two where their own pair did not.
        parted: Whether they are two people although their own pair is probable enough.
    """

    terms: tuple[Term, ...]
    log_odds: float | None
    probability: float | None
    passes: tuple[str, ...]
    same: bool
    decided: bool
    chain: tuple[Link, ...] = ()
    parted: bool = False

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


def explain_chain(chain: Sequence[Link]) -> Explanation:
    """Explain why two records without a pair of their own are one person."""
    return Explanation((), None, None, (), same=True, decided=False, chain=tuple(chain))


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
    told = [*_sure(found), *_now(found)]
    if found.probability is None:
        return told
    if not found.passes:
        return [*told, "They met in no pass."]
    told.append("Met in the passes " + ", ".join(found.passes) + ".")
    if found.terms:
        told.append(f"The weights are those of {found.passes[0]}. {KEY_NOTE}")
    return told


def link_chance(link: Link) -> str:
    """Say how sure a link is, or that people decided it."""
    return "decided by people" if link.decided else chance(link.probability)


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


def _sure(found: Explanation) -> list[str]:
    """Say how sure it is that two records are one person."""
    if found.decided:
        return ["People decided that they are " + ("one person." if found.same else "two people.")]
    if found.probability is None:
        return ["They have no pair of their own: they never met, or agree too little to be kept."]
    return [f"Probability of one person: {chance(found.probability)}"]


def _now(found: Explanation) -> list[str]:
    """Say what the two are, unless people decided it, and through whom they became it."""
    if found.chain:
        return _joined(found.chain)
    if found.decided:
        return []
    if found.parted:
        return [PARTED]
    return ["They are one person now." if found.same else "They are two people now."]


def _joined(chain: Sequence[Link]) -> list[str]:
    between = len(chain) - 1
    others = "one other record" if between == 1 else f"{between} other records"
    weakest = min(chain, key=lambda link: link.probability)
    return [
        f"They are one person now, but joined only through {others}:",
        *(f"- pair {n.number}, {' and '.join(n.partners)}: {link_chance(n)}" for n in chain),
        f"The weakest of these links is pair {weakest.number}.",
    ]


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
