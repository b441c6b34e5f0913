"""What each partner wrote down of the people it met in 2014."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from uic.synthesis.defects import DefectRates, disturb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.synthesis.contacts import Contacts
    from uic.synthesis.phnom_penh import Hidden
    from uic.synthesis.population import Columns

RATES = {
    "outreach": DefectRates(
        spelling=0.15, typing=0.03, age_only=0.04, parents_missing=0.08, registered_twice=0.06
    ),
    "dic": DefectRates(spelling=0.1, typing=0.015, age_only=0.01, registered_twice=0.02),
    "referrals": DefectRates(spelling=0.15, typing=0.03, phone_missing=0.35, registered_twice=0.05),
}
"""Outreach writes on paper in the street, the centre at a desk, clinics write what they hear."""

# Values no reader can use, put into the records with fewest contacts: attribute and value.
SLIPS = {
    "outreach": (("birth_date", "1989-02-31"),),
    "dic": (("birth_date", "2094-05-02"),),
    "referrals": (("birth_date", "1990-13-04"), ("sex", "9")),
}
SECOND_FROM = 4
"""A person who holds two records has at least so many contacts, shared between the two."""


@dataclass(frozen=True, repr=False)
class Records:
    """One partner's client list.

    Attributes:
        record_id: The partner's own number of each record.
        person: Position in the hidden population of the person behind each record.
        shown: Attributes as written down, None where missing; birth dates ISO.
        of_contact: For each contact its record's position, -1 for a group.
    """

    record_id: NDArray[np.object_]
    person: NDArray[np.int64]
    shown: Columns
    of_contact: NDArray[np.int64]


def record(partner: str, met: Contacts, hidden: Hidden, rng: np.random.Generator) -> Records:
    """Write down the people of some contacts, with the partner's rates of defects."""
    rates = RATES[partner]
    person, of_contact = _share_records(met.person, rates.registered_twice, rng)
    told = {name: values[person] for name, values in hidden.columns.items()}
    shown = disturb(told, rates, rng)
    _slip(shown, SLIPS[partner], np.bincount(of_contact[of_contact >= 0], minlength=len(person)))
    return Records(_numbers(partner, len(person)), person, shown, of_contact)


def _share_records(
    met: NDArray[np.int64], registered_twice: float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give everybody met a record and some a second one, which takes over from some day on."""
    people, counts = np.unique(met[met >= 0], return_counts=True)
    second = rng.permutation(people[counts >= SECOND_FROM])[: round(registered_twice * len(people))]
    person = rng.permutation(np.concatenate([people, second]))
    first_record = {who: place for place, who in reversed(list(enumerate(person)))}
    of_contact = np.array([first_record.get(who, -1) for who in met])
    for place in np.flatnonzero(np.isin(person, second)):
        who = person[place]
        if place != first_record[who]:
            theirs = np.flatnonzero(met == who)
            of_contact[theirs[rng.integers(1, len(theirs)) :]] = place
    return person, of_contact


def _slip(shown: Columns, slips: tuple[tuple[str, str], ...], contacts: NDArray[np.int64]) -> None:
    rare = np.argsort(contacts, kind="stable")
    for row, (attribute, value) in zip(rare, slips, strict=False):
        shown[attribute][row] = value


def _numbers(partner: str, n: int) -> NDArray[np.object_]:
    """Return the partner's own record numbers; records stand in random order already."""
    form = {"outreach": "OW-{:04d}", "dic": "1{:04d}", "referrals": "R14/{:04d}"}[partner]
    return np.array([form.format(number) for number in range(1, n + 1)], dtype=object)
