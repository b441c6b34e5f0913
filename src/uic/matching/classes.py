"""What two records that met in a pass may be: one person, two who share something, strangers.

One person's two records agree as m says, strangers' as u says. Between them:

moved       one person, but place, street and postcode of two homes; taken one by one, three
            disagreements would outweigh equal names and an equal date of birth
relatives   two people who share what a household shares: family name, parents' names, home
neighbours  two people who share where they live, and nothing else
namesakes   two people who share family name and father's name, which are one name by custom

Every class is a set of attributes that agree as in one person's records; the rest agrees as among
strangers (docs/decisions/0101-relatives-and-neighbours.md, 0129-namesakes.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.levels import Comparison

HOME = frozenset({"place", "postcode", "street"})
_NEAR = frozenset({"birth_place", "place", "postcode"})
_AFTER_FATHER = frozenset({"family_name", "father_given_name"})
_FAMILY = frozenset({"family_name", "father_given_name", "mother_given_name", "phone", "street"})


@dataclass(frozen=True)
class PairClass:
    """One class of pairs.

    Attributes:
        name: What they are.
        same: They are one person.
        shared: Of every comparison, whether it agrees as in one person's records.
    """

    name: str
    same: bool
    shared: tuple[bool, ...]


def classes_of(items: Sequence[Comparison]) -> tuple[PairClass, ...]:
    """Return the classes beside strangers, one person at one home first.

    One who moved is a class of its own only where two or more attributes tell of a home; of
    one alone, m says how often it changes. Namesakes need both names.
    """
    names = [item.attribute for item in items]
    one = PairClass("one person", True, (True,) * len(names))
    moved = PairClass("moved", True, tuple(name not in HOME for name in names))
    namesakes = PairClass("namesakes", False, tuple(name in _AFTER_FATHER for name in names))
    return (
        one,
        *([moved] if moved.shared.count(False) > 1 else []),
        PairClass("relatives", False, tuple(name in _NEAR | _FAMILY for name in names)),
        PairClass("neighbours", False, tuple(name in _NEAR for name in names)),
        *([namesakes] if namesakes.shared.count(True) > 1 else []),
    )
