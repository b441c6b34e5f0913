"""What goes wrong between a person and a register, each at a stated rate."""

from __future__ import annotations

import functools
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from uic.synthesis.births import Births, from_iso, to_iso
from uic.synthesis.cells import coded, present
from uic.synthesis.names import spellings
from uic.synthesis.population import phones

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.synthesis.cells import Cells
    from uic.synthesis.population import Columns

NAMES = ("family_name", "given_name", "mother_given_name", "father_given_name")
PARENTS = ("mother_given_name", "father_given_name")
OTHER_SEX = {"M": "F", "F": "M"}

KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
"""Rows of keys; neighbours in a row are struck for one another."""


@dataclass(frozen=True)
class DefectRates:
    """Rates of defects, each the chance for one record, or for one value where it says so.

    Attributes:
        spelling: Per name: another accepted Latin spelling.
        typing: Per name: one letter inserted, left out, replaced by its neighbour on the
            keyboard, or two letters swapped.
        names_swapped: Family and given name in each other's column.
        sex_wrong: The other sex ticked.
        date_swapped: Day and month of birth exchanged, where that gives a date.
        date_digit: One digit of the birth date wrong, where that gives a date.
        age_only: Only an age was noted: the year is a guess, off by at most one.
        january: What is unknown of a birth date is filled up with ones (1 January).
        made_january: A fully known birth date is written as 1 January all the same.
        moved: The person lived elsewhere when registered: other place, street, postcode.
        birth_place_wrong: Another province of birth noted, such as that of the parents.
        phone_changed: Another telephone number.
        phone_missing: No telephone number noted.
        parents_missing: Per parent: name not noted.
        missing: Per value of every other attribute but the sex: not noted.
        registered_twice: The person holds two records in this register.
    """

    spelling: float = 0.12
    typing: float = 0.02
    names_swapped: float = 0.02
    sex_wrong: float = 0.004
    date_swapped: float = 0.01
    date_digit: float = 0.015
    age_only: float = 0.02
    january: float = 0.4
    made_january: float = 0.02
    moved: float = 0.1
    birth_place_wrong: float = 0.04
    phone_changed: float = 0.2
    phone_missing: float = 0.2
    parents_missing: float = 0.05
    missing: float = 0.02
    registered_twice: float = 0.04

    def __post_init__(self) -> None:
        wrong = [item.name for item in fields(self) if not 0 <= getattr(self, item.name) <= 1]
        if wrong:
            raise ValueError(f"defect rates lie between 0 and 1: {', '.join(wrong)}")


NO_DEFECTS = DefectRates(**dict.fromkeys((item.name for item in fields(DefectRates)), 0.0))
"""Every rate 0: what a register would hold if nothing ever went wrong."""


def disturb(columns: Columns, rates: DefectRates, rng: np.random.Generator) -> Columns:
    """Return the attributes of records with defects at the given rates.

    Args:
        columns: One array a standard attribute, all of one length, None where missing.
        rates: How often what goes wrong.
        rng: Source of chance; the same state gives the same defects.
    """
    result = {name: values.copy() for name, values in columns.items()}
    _replace(result, ("place", "street", "postcode"), rates.moved, rng)
    _replace(result, ("birth_place",), rates.birth_place_wrong, rng)
    _phone(result, rates, rng)
    result["birth_date"] = _birth_dates(result["birth_date"], rates, rng)
    for name in NAMES:
        _respell(result[name], rates.spelling, rng)
        mistype(result[name], rates.typing, rng)
    _swap_names(result, rates.names_swapped, rng)
    wrong = _chosen(result["sex"], rates.sex_wrong, rng)
    result["sex"][wrong] = coded(result["sex"][wrong], OTHER_SEX)
    _lose(result, rates, rng)
    return result


def mistype(values: Cells, rate: float, rng: np.random.Generator) -> None:
    """Put one typing error into a share of the texts, in place.

    Signs that are not on the Latin keyboard are doubled or left out.
    """
    rows = _chosen(values, rate, rng)
    luck = rng.random((len(rows), 3))
    values[rows] = [_typo(text, *three) for text, three in zip(values[rows], luck, strict=True)]


def _typo(text: str, kind: float, where: float, which: float) -> str:
    """Make one error; the numbers, each from 0 to 1, say which error, where, which neighbour."""
    place = int(where * len(text))
    before, letter, after = text[:place], text[place], text[place + 1 :]
    near = _neighbours(letter)
    key = near[int(which * len(near))] if near else letter
    if kind < 0.25 or len(text) == 1:
        wrong = before + letter + key + after
    elif kind < 0.5 or not near:
        wrong = before + after
    elif kind < 0.75 and after[:1].lower() not in ("", letter.lower()):
        wrong = before + after[0] + letter + after[1:]
    else:
        wrong = before + key + after
    return wrong.capitalize() if text.istitle() else wrong


@functools.cache
def _neighbours(letter: str) -> str:
    row = next((row for row in KEYBOARD if letter.lower() in row), "")
    place = row.find(letter.lower())
    return row[max(place - 1, 0) : place] + row[place + 1 : place + 2]


def _respell(values: Cells, rate: float, rng: np.random.Generator) -> None:
    rows = _chosen(values, rate, rng)
    for row, luck in zip(rows, rng.random(len(rows)), strict=True):
        others = spellings(values[row]) or (values[row],)
        values[row] = others[int(luck * len(others))]


def _swap_names(columns: Columns, rate: float, rng: np.random.Generator) -> None:
    rows = np.flatnonzero(rng.random(len(columns["sex"])) < rate)
    family, given = columns["family_name"][rows], columns["given_name"][rows]
    columns["family_name"][rows], columns["given_name"][rows] = given, family


def _replace(
    columns: Columns, names: tuple[str, ...], rate: float, rng: np.random.Generator
) -> None:
    """Give some records the values of another, of several columns together so that they fit."""
    n = len(columns["sex"])
    rows = np.flatnonzero(rng.random(n) < rate)
    others = rng.integers(0, max(n, 1), len(rows))
    for name in names:
        columns[name][rows] = columns[name][others]


def _phone(columns: Columns, rates: DefectRates, rng: np.random.Generator) -> None:
    rows = _chosen(columns["phone"], rates.phone_changed, rng)
    columns["phone"][rows] = phones(len(rows), rng)


def _birth_dates(texts: Cells, rates: DefectRates, rng: np.random.Generator) -> Cells:
    born = from_iso(texts)
    for defect in (_digit, _swap_parts, _only_age, _fill_up, _make_january):
        born = defect(born, rates, rng)
    return to_iso(born)


def _digit(born: Births, rates: DefectRates, rng: np.random.Generator) -> Births:
    """Change the last digit of year, month or day, or the year's decade."""
    n = len(born.year)
    part, step = rng.integers(0, 4, n), rng.integers(1, 10, n)
    decade = _turn(born.year, step, 10)
    other = Births(
        np.select([part == 0, part == 1], [_turn(born.year, step, 1), decade], born.year),
        np.where(part == 2, _turn(born.month, step, 1), born.month),
        np.where(part == 3, _turn(born.day, step, 1), born.day),
        born.guessed,
    )
    fits = other.exist() & (other.year > 1920) & (other.year < 2010)
    fits &= (other.month > 0) == (born.month > 0)
    fits &= (other.day > 0) == (born.day > 0)
    return born.where(fits & (rng.random(n) < rates.date_digit), other)


def _turn(numbers: NDArray[np.int64], step: NDArray[np.int64], unit: int) -> NDArray[np.int64]:
    digit = numbers // unit % 10
    return numbers + ((digit + step) % 10 - digit) * unit


def _swap_parts(born: Births, rates: DefectRates, rng: np.random.Generator) -> Births:
    fits = (born.day > 0) & (born.day <= 12)
    chosen = fits & (rng.random(len(born.year)) < rates.date_swapped)
    return born.where(chosen, Births(born.year, born.day, born.month, born.guessed))


def _only_age(born: Births, rates: DefectRates, rng: np.random.Generator) -> Births:
    n = len(born.year)
    unknown = np.zeros(n, np.int64)
    other = Births(born.year + rng.integers(-1, 2, n), unknown, unknown, np.ones(n, bool))
    return born.where((born.year > 0) & (rng.random(n) < rates.age_only), other)


def _fill_up(born: Births, rates: DefectRates, rng: np.random.Generator) -> Births:
    sure = np.zeros(len(born.year), bool)
    filled = Births(born.year, np.maximum(born.month, 1), np.maximum(born.day, 1), sure)
    coarse = (born.year > 0) & (born.day == 0)
    return born.where(coarse & (rng.random(len(born.year)) < rates.january), filled)


def _make_january(born: Births, rates: DefectRates, rng: np.random.Generator) -> Births:
    first = np.ones(len(born.year), np.int64)
    chosen = (born.day > 0) & (rng.random(len(born.year)) < rates.made_january)
    return born.where(chosen, Births(born.year, first, first, born.guessed))


def _lose(columns: Columns, rates: DefectRates, rng: np.random.Generator) -> None:
    special = dict.fromkeys(PARENTS, rates.parents_missing) | {"phone": rates.phone_missing}
    for name, values in columns.items():
        if name != "sex":
            values[rng.random(len(values)) < special.get(name, rates.missing)] = None


def _chosen(values: Cells, rate: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Choose each value that is there with the chance ``rate``; return the row numbers."""
    return np.flatnonzero((rng.random(len(values)) < rate) & present(values))
