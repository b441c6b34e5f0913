"""Who was met when in 2014, what was done and how much was handed out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from uic.synthesis.cells import cells
from uic.synthesis.phnom_penh import scaled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.synthesis.cells import Cells
    from uic.synthesis.phnom_penh import Hidden

CONTACTS = {"outreach": 18_737, "dic": 7_736}
"""Contacts in 2014, published."""

REFERRALS = {
    "methadone therapy": 109,
    "VCCT": 134,
    "STI service": 279,
    "other reproductive health": 28,
    "ARV/OI and monitoring": 49,
    "TB treatment and monitoring": 31,
    "primary health care": 916,
}
"""Completed referrals in 2014 by service, published."""

DISPENSED = {"needles": 100_678, "condoms": 35_231, "lubricant": 23_052}
"""Handed out in 2014 by outreach and centre together, published."""

OUTREACH_SHARE = {"needles": 0.75, "condoms": 0.75, "lubricant": 1.0}
"""Our choice of how much of it outreach handed out; the published figure is the sum."""

PARTNER_CONTACTS = {"outreach": {"M": 4, "F": 16}, "dic": {"M": 4, "F": 13}}
"""Contacts with sexual partners of people who inject in 2014, by their sex, published."""

GROUP_CONTACTS = 212
"""Our choice of how many of the outreach contacts were talks to a group, without a person."""

# Chance of each service at a contact: of a person who injects, of one who does not.
SERVICES = {
    "outreach": {
        "ns": (0.85, 0.0),
        "condom": (0.35, 0.5),
        "lubricant": (0.2, 0.3),
        "iec": (0.4, 0.6),
    },
    "dic": {
        "ns": (0.65, 0.0),
        "condom": (0.2, 0.25),
        "hygiene": (0.6, 0.7),
        "counselling": (0.25, 0.25),
        "first_aid": (0.15, 0.05),
    },
}
GIVEN = {"needles": "ns", "condoms": "condom", "lubricant": "lubricant"}


@dataclass(frozen=True, repr=False)
class Contacts:
    """One partner's contacts of 2014, in the order of their dates.

    Attributes:
        person: Position of the person in the hidden population, -1 for a group.
        date: Day of the contact.
        services: For each service, at which contacts it was given.
        given: For each good, how many pieces.
        kind: As which kind of client the person was met: ``IDU``, ``DU`` or ``partner of IDU``;
            None for a group, and where nobody writes it down.
    """

    person: NDArray[np.int64]
    date: NDArray[np.datetime64]
    services: dict[str, NDArray[np.bool_]]
    given: dict[str, NDArray[np.int64]]
    kind: Cells


def contacts(partner: str, hidden: Hidden, scale: float, rng: np.random.Generator) -> Contacts:
    """Draw the contacts of outreach or centre, exactly as many as published times ``scale``."""
    groups = scaled(GROUP_CONTACTS, scale) if partner == "outreach" else 0
    people = np.flatnonzero(hidden.met[partner])
    total = max(scaled(CONTACTS[partner], scale) - groups, len(people))
    faithful = np.where(hidden.injects[people], 1.6, 1.0)
    person = np.repeat(people, _shared_out(total, len(people), 0.8, rng, faithful))
    person = np.concatenate([person, np.full(groups, -1)])
    date = _dates(person, hidden, rng)
    order = np.lexsort((rng.random(len(date)), date))
    person, date = person[order], date[order]
    services = _services(partner, hidden.injects[person] & (person >= 0), rng)
    given = _given(partner, services, scale, rng)
    return Contacts(person, date, services, given, _kinds(partner, person, hidden, scale, rng))


def referrals(partner: str, hidden: Hidden, scale: float, rng: np.random.Generator) -> Contacts:
    """Draw the completed referrals, of each service as many as published times ``scale``."""
    people = np.flatnonzero(hidden.met[partner])
    counts = [scaled(count, scale) for count in REFERRALS.values()]
    total = max(sum(counts), len(people))
    counts[-1] += total - sum(counts)
    person = np.repeat(people, _shared_out(total, len(people), 0.7, rng))
    service = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    date = _dates(person, hidden, rng)
    order = np.lexsort((rng.random(total), date))
    services = {name: service[order] == number for number, name in enumerate(REFERRALS)}
    return Contacts(person[order], date[order], services, {}, cells([None] * total))


def _shared_out(
    total: int,
    people: int,
    spread: float,
    rng: np.random.Generator,
    faithful: NDArray[np.float64] | float = 1.0,
) -> NDArray[np.int64]:
    """Share ``total`` contacts out among people: everybody gets one, some get very many."""
    weights = np.minimum(rng.lognormal(0.0, spread, people), 5.0) * faithful
    return 1 + rng.multinomial(total - people, weights / weights.sum())


def _dates(
    person: NDArray[np.int64], hidden: Hidden, rng: np.random.Generator
) -> NDArray[np.datetime64]:
    """Draw a day of 2014 that is no Sunday, and not before the person was registered."""
    first, last = np.datetime64("2014-01-02"), np.datetime64("2014-12-31")
    registered = np.where(person >= 0, hidden.registered[person], np.datetime64("NaT"))
    start = np.where(registered > first, registered, first)
    span = (last - start).astype(np.int64) + 1
    days = start + (rng.random(len(person)) * span).astype(np.int64)
    return np.busday_offset(days, 0, roll="forward", weekmask="Mon Tue Wed Thu Fri Sat")


def _services(
    partner: str, injects: NDArray[np.bool_], rng: np.random.Generator
) -> dict[str, NDArray[np.bool_]]:
    n = len(injects)
    services = {
        name: rng.random(n) < np.where(injects, *chances)
        for name, chances in SERVICES[partner].items()
    }
    nothing = ~np.logical_or.reduce(list(services.values()))
    services["iec" if partner == "outreach" else "hygiene"] |= nothing
    return services


def _given(
    partner: str,
    services: dict[str, NDArray[np.bool_]],
    scale: float,
    rng: np.random.Generator,
) -> dict[str, NDArray[np.int64]]:
    given = {}
    for good, service in GIVEN.items():
        if service in services:
            total = scaled(DISPENSED[good], scale)
            outreach = round(total * OUTREACH_SHARE[good])
            pieces = outreach if partner == "outreach" else total - outreach
            given[good] = _handed_out(pieces, services[service], rng)
    return given


def _kinds(
    partner: str, person: NDArray[np.int64], hidden: Hidden, scale: float, rng: np.random.Generator
) -> Cells:
    """Say as whom each was met; of those who do not inject, some came as somebody's partner."""
    kind = np.where(hidden.injects[person], "IDU", "DU").astype(object)
    kind[person < 0] = None
    for sex, count in PARTNER_CONTACTS[partner].items():
        rows = np.flatnonzero((kind == "DU") & (hidden.columns["sex"][person] == sex))
        kind[rng.permutation(rows)[: scaled(count, scale)]] = "partner of IDU"
    return kind


def _handed_out(
    pieces: int, contacts: NDArray[np.bool_], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Spread pieces over the contacts where the good was given, at least one each."""
    rows = np.flatnonzero(contacts)
    result = np.zeros(len(contacts), np.int64)
    weights = rng.gamma(4.0, size=len(rows))
    result[rows] = 1
    if len(rows) and pieces > len(rows):
        result[rows] += rng.multinomial(pieces - len(rows), weights / weights.sum())
    return result
