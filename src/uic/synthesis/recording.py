"""What each partner wrote down of the people it met in 2014."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from uic.synthesis.cells import cells
from uic.synthesis.defects import DefectRates, disturb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.synthesis.cells import Cells
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

    record_id: Cells
    person: NDArray[np.int64]
    shown: Columns
    of_contact: NDArray[np.int64]


def record(partner: str, met: Contacts, hidden: Hidden, rng: np.random.Generator) -> Records:
    """Write down the people of some contacts, with the partner's rates of defects.

    What is written of a client stays the same at every contact, as where a form is copied.
    """
    rates = RATES[partner]
    person, of_contact = _share_records(met.person, rates.registered_twice, rng)
    told = {name: values[person] for name, values in hidden.columns.items()}
    shown = disturb(told, rates, rng)
    return Records(_numbers(partner, len(person)), person, shown, of_contact)


def _share_records(
    met: NDArray[np.int64], registered_twice: float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give everybody met a record and some a second one, which takes over at some contact.

    Args:
        met: The person of each contact in the order of dates, -1 for a group.
        registered_twice: Share of people with two records.
        rng: Source of chance.

    Returns:
        The person of each record, records in random order; the record of each contact.
    """
    people, who, counts = np.unique(met[met >= 0], return_inverse=True, return_counts=True)
    twice = np.zeros(len(people), bool)
    regulars = rng.permutation(np.flatnonzero(counts >= SECOND_FROM))
    twice[regulars[: round(registered_twice * len(people))]] = True
    shuffled = rng.permutation(len(people) + int(twice.sum()))
    first, second = shuffled[: len(people)], shuffled[: len(people)].copy()
    second[twice] = shuffled[len(people) :]
    change = np.where(twice, rng.integers(1, np.maximum(counts, 2)), counts)
    of_contact = np.full(len(met), -1)
    of_contact[met >= 0] = np.where(_nth(who) < change[who], first[who], second[who])
    person = np.empty(len(shuffled), np.int64)
    person[first], person[second] = people, people
    return person, of_contact


def _nth(who: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count, for each contact, how many of the same person came before."""
    order = np.argsort(who, kind="stable")
    starts = np.flatnonzero(np.diff(who[order], prepend=-1))
    lengths = np.diff(starts, append=len(who))
    nth = np.empty(len(who), np.int64)
    nth[order] = np.arange(len(who)) - np.repeat(starts, lengths)
    return nth


def _numbers(partner: str, n: int) -> Cells:
    """Return the partner's own record numbers; records stand in random order already."""
    form = {"outreach": "OW-{:04d}", "dic": "1{:04d}", "referrals": "R14/{:04d}"}[partner]
    return cells(form.format(number) for number in range(1, n + 1))
