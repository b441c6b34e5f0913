"""Registers drawn from a hidden population: who is on them, and what they show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.synthesis.chance import stream
from uic.synthesis.defects import DefectRates, disturb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.synthesis.population import Columns


def observe(
    population: pa.Table, *, share: float, rates: DefectRates | None = None, seed: int
) -> pa.Table:
    """Draw one register from a population: a share of its people, with defects.

    Args:
        population: What :func:`uic.synthesis.population` returned.
        share: Share of the people who are on this register, 0 to 1.
        rates: How often what goes wrong; the defaults of :class:`DefectRates` if None.
        seed: Same seed, same register. Give each register its own seed.

    Returns:
        One row a record in random order: ``record_id`` (unique, tells nothing), ``entity`` (the
        truth: drop it before use) and the attributes as the register shows them. Birth dates
        are ISO and as long as what was noted, ``~YYYY`` where a year was guessed from an age.

    Raises:
        ValueError: ``share`` is not between 0 and 1.
    """
    if not 0 <= share <= 1:
        raise ValueError("the share of people on a register lies between 0 and 1")
    rng = stream(seed, "register")
    rates = rates or DefectRates()
    people = np.flatnonzero(rng.random(len(population)) < share)
    holders = record_holders(people, rates.registered_twice, rng)
    columns = disturb(attributes(population.take(holders)), rates, rng)
    record_id = [f"R{number:07d}" for number in range(1, len(holders) + 1)]
    return pa.table(
        {"record_id": record_id, "entity": population["entity"].take(holders)}
        | {name: pa.array(values, pa.string()) for name, values in columns.items()}
    )


def record_holders(
    people: NDArray[np.int64], registered_twice: float, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return who holds each record, in random order; some people hold two."""
    twice = people[rng.random(len(people)) < registered_twice]
    return rng.permutation(np.concatenate([people, twice]))


def attributes(table: pa.Table) -> Columns:
    """Return the attributes of a population as arrays, None where missing."""
    return {
        name: table[name].to_numpy(zero_copy_only=False).astype(object)
        for name in table.column_names
        if name != "entity"
    }
