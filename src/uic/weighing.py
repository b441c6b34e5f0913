"""How the levels of a pair add up to log-odds: the fitted parameters of one pass, as a value.

The matcher fits them, the resolver explains pairs with them, a later round may use them again.
They are sums over all pairs and tell nothing about a person. For a pair with the weights w:

    log-odds = log(matches) + sum(w) + log(1 - r + r * exp(-sum of w over the home))
             - log(strangers + sum over classes(share * exp(sum of w over what the class shares)))

where strangers = 1 - matches - all shares, and r is the share of the matches that moved house.
Source: Fellegi & Sunter 1969, with further classes of pairs as in
docs/decisions/0101-relatives-and-neighbours.md and 0140-moved-and-one-step.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from uic.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Alike:
    """A class of pairs of two people who share more than strangers do.

    Attributes:
        name: What they are, as ``relatives``.
        share: Their share of the pairs.
        attributes: What they share as often as one person's two records do.
    """

    name: str
    share: float
    attributes: tuple[str, ...]


@dataclass(frozen=True)
class Moved:
    """Matches whose two records tell of two homes.

    Attributes:
        share: Their share of the pairs; part of the matches.
        attributes: What tells of a home, and agrees no more often than among strangers.
    """

    share: float = 0.0
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PassWeights:
    """The fitted parameters of one pass.

    Attributes:
        matches: Share of matches among the pairs, 0 to 1.
        alike: Classes of pairs beside matches and strangers.
        weights: Per attribute, natural log(m/u) of each level; level 0, missing, weighs nothing.
        moved: Matches that moved house.
    """

    matches: float
    alike: tuple[Alike, ...]
    weights: dict[str, tuple[float, ...]]
    moved: Moved = Moved()

    @property
    def strangers(self) -> float:
        """Share of the pairs that are neither matches nor alike."""
        return 1 - self.matches - sum(item.share for item in self.alike)

    def prior(self) -> float:
        """Log-odds of a match before anything is compared: matches against strangers."""
        return math.log(self.matches / self.strangers)

    def evidence(self, levels: Mapping[str, int]) -> dict[str, float]:
        """Return the weight of every attribute at its level."""
        return {name: self.weights[name][level] for name, level in levels.items()}

    def doubt(self, levels: Mapping[str, int]) -> float:
        """Return what must be taken off because two people may share these values; 0 or less."""
        found = self.evidence(levels)
        against = self.strangers
        for item in self.alike:
            shared = sum(found[name] for name in item.attributes if name in found)
            against += item.share * math.exp(shared)
        return math.log(self.strangers / against)

    def relief(self, levels: Mapping[str, int]) -> float:
        """Return what is given back since a person may have moved house."""
        found = self.evidence(levels)
        home = sum(found[name] for name in self.moved.attributes if name in found)
        moved = self.moved.share / self.matches
        return math.log(1 - moved + moved * math.exp(-home))

    def log_odds(self, levels: Mapping[str, int]) -> float:
        """Return the log-odds of a pair: prior, evidence, relief and doubt."""
        evidence = sum(self.evidence(levels).values())
        return self.prior() + evidence + self.relief(levels) + self.doubt(levels)

    def to_dict(self) -> dict[str, Any]:
        """Return the parameters as JSON holds them, no digit lost."""
        return {
            "matches": self.matches,
            "alike": [
                {"name": i.name, "share": i.share, "attributes": list(i.attributes)}
                for i in self.alike
            ],
            "weights": {name: list(levels) for name, levels in self.weights.items()},
            "moved": {"share": self.moved.share, "attributes": list(self.moved.attributes)},
        }


def parse_weights(data: object) -> PassWeights:
    """Read parameters as :meth:`PassWeights.to_dict` writes them.

    Raises:
        FormatError: layer ``content``: something is missing or not a number.
    """
    try:
        found = _parse(data)
        usable = 0 < found.matches < 1 and found.strangers > 0
        usable = usable and 0 <= found.moved.share < found.matches
    except (TypeError, KeyError, ValueError, AttributeError):
        usable = False
    if not usable:
        raise FormatError("these are not the saved weights of a pass", layer="content") from None
    return found


def _parse(data: Any) -> PassWeights:  # noqa: ANN401 - anything that JSON can hold
    moved = data["moved"]
    return PassWeights(
        matches=float(data["matches"]),
        moved=Moved(float(moved["share"]), tuple(map(str, moved["attributes"]))),
        alike=tuple(
            Alike(str(i["name"]), float(i["share"]), tuple(map(str, i["attributes"])))
            for i in data["alike"]
        ),
        weights={
            str(name): tuple(float(weight) for weight in levels)
            for name, levels in data["weights"].items()
        },
    )
