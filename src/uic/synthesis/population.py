"""A hidden population: the people behind the registers, as they could describe themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa

from uic.schema import STANDARD_ATTRIBUTES
from uic.synthesis.births import Births, from_days, to_iso
from uic.synthesis.cells import cells, coded
from uic.synthesis.chance import stream
from uic.synthesis.names import NameList, Names, khmer_names, made_up_names, name_list
from uic.synthesis.places import COMMUNES, PROVINCES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.synthesis.cells import Cells

Style = Literal["khmer-dense", "sparse"]
Columns = dict[str, "Cells"]
"""Columns of one table by name; None is a missing value."""

STREETS = 598
"""Streets of Phnom Penh have numbers; made-up towns get as many."""

PHONE_PREFIX = "040"
"""No operator and no area of Cambodia that we know of has this prefix: nobody is called."""


@dataclass(frozen=True)
class Customs:
    """How the people of a population come by their attributes; every field is a share of people.

    Attributes:
        women: Women.
        named_after_father: Family name is the father's given name, as Khmer custom was.
        siblings: Shares parents, family name and place with another person.
        twins: Of the siblings, born on the same day.
        day_unknown: Knows month and year of birth only.
        month_unknown: Knows the year of birth only.
        no_phone: Has no telephone.
    """

    women: float = 0.5
    named_after_father: float = 0.25
    siblings: float = 0.05
    twins: float = 0.03
    day_unknown: float = 0.08
    month_unknown: float = 0.07
    no_phone: float = 0.3


@dataclass(frozen=True, repr=False)
class Stock:
    """What attributes are drawn from."""

    names: Names
    places: NameList
    provinces: NameList


def population(
    n: int, *, style: Style = "khmer-dense", seed: int, customs: Customs | None = None
) -> pa.Table:
    """Draw ``n`` made-up people, for tests and benchmarks.

    Args:
        n: Number of people.
        style: ``khmer-dense`` (common Khmer names: many people share a name, 40 birth years) or
            ``sparse`` (names made of syllables: few people share one).
        seed: Same seed, same people.
        customs: Shares of women, siblings, unknown birthdays and so on; the defaults if None.

    Returns:
        One row a person: ``entity`` (the truth) and every attribute of
        :data:`uic.schema.STANDARD_ATTRIBUTES` as text, null where the person has none. Names are
        in their usual Latin spelling. ``birth_date`` is ISO and as long as what the person
        knows: ``YYYY-MM-DD``, ``YYYY-MM`` or ``YYYY``.
    """
    rng = stream(seed, "population")
    customs = customs or Customs()
    women = rng.random(n) < customs.women
    born = np.datetime64("1960-01-01") + rng.integers(0, 40 * 365 + 10, n)
    columns = describe(women, born, stock(style, rng), customs, rng)
    return pa.table({"entity": entities(n)} | {name: columns[name] for name in STANDARD_ATTRIBUTES})


def entities(n: int) -> pa.Array:
    """Return ``n`` names of people for the truth; they stand in no register."""
    return pa.array([f"entity-{number:07d}" for number in range(1, n + 1)])


def stock(style: Style, rng: np.random.Generator) -> Stock:
    """Return the names and places of a style; made-up ones are drawn from ``rng``."""
    if style == "khmer-dense":
        return Stock(khmer_names(), name_list(list(COMMUNES)), name_list(list(PROVINCES)))
    towns = made_up_names(rng, families=2_000, given=25)
    return Stock(made_up_names(rng, families=20_000, given=4_000), towns.family, towns.male)


def describe(
    women: NDArray[np.bool_],
    born: NDArray[np.datetime64],
    stock: Stock,
    customs: Customs,
    rng: np.random.Generator,
) -> Columns:
    """Give people of known sex and day of birth all their other attributes."""
    n = len(women)
    names = stock.names
    columns: Columns = {
        "family_name": names.family.draw(n, rng),
        "given_name": np.where(women, names.female.draw(n, rng), names.male.draw(n, rng)),
        "mother_given_name": names.female.draw(n, rng),
        "father_given_name": names.male.draw(n, rng),
        "sex": np.where(women, "F", "M").astype(object),
        "birth_place": stock.provinces.draw(n, rng),
        "birth_order": np.minimum(rng.geometric(0.33, n), 9).astype(str).astype(object),
        **address(n, stock, rng),
        "phone": phones(n, rng),
    }
    after_father = rng.random(n) < customs.named_after_father
    columns["family_name"][after_father] = columns["father_given_name"][after_father]
    columns["phone"][rng.random(n) < customs.no_phone] = None
    born = _siblings(columns, born, customs, rng)
    columns["birth_date"] = to_iso(_known(from_days(born), customs, rng))
    return columns


def address(n: int, stock: Stock, rng: np.random.Generator) -> Columns:
    """Draw ``n`` addresses: place, street and postcode (numbered by place, not the real ones)."""
    places = stock.places.latin
    codes = {place: f"{120101 + number}" for number, place in enumerate(places)}
    place = stock.places.draw(n, rng)
    return {
        "place": place,
        "street": cells(f"St {number}" for number in rng.integers(1, STREETS + 1, n)),
        "postcode": coded(place, codes),
    }


def phones(n: int, rng: np.random.Generator) -> Cells:
    """Draw ``n`` telephone numbers of nine digits that nobody has."""
    numbers = rng.integers(0, 1_000_000, n)
    return cells(f"{PHONE_PREFIX}{number:06d}" for number in numbers)


def _siblings(
    columns: Columns, born: NDArray[np.datetime64], customs: Customs, rng: np.random.Generator
) -> NDArray[np.datetime64]:
    """Make some people siblings of others, in place; return the births, those of twins equal."""
    n = len(born)
    family = ("family_name", "mother_given_name", "father_given_name", "birth_place")
    chosen = np.flatnonzero(rng.random(n) < customs.siblings)
    elder = rng.integers(0, max(n, 1), len(chosen))
    for name in (*family, "place", "street", "postcode"):
        columns[name][chosen] = columns[name][elder]
    twin = rng.random(len(chosen)) < customs.twins
    born = born.copy()
    born[chosen[twin]] = born[elder[twin]]
    return born


def _known(births: Births, customs: Customs, rng: np.random.Generator) -> Births:
    """Drop the parts of birth dates that people do not know of themselves."""
    luck = rng.random(len(births.year))
    no_month = luck < customs.month_unknown
    no_day = luck < customs.month_unknown + customs.day_unknown
    month = np.where(no_month, 0, births.month)
    return Births(births.year, month, np.where(no_day, 0, births.day), births.guessed)
