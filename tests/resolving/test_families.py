"""Relatives and neighbours stay apart: what a household or a street shares is not one person."""

from __future__ import annotations

import pyarrow as pa
import pytest

import uic
from uic.crypto.keys import EpochKey

FAMILY = ["mother_given_name", "father_given_name", "street", "phone"]
HOME = ["place", "postcode", "street"]
PERSON = ["record_id", "family_name", "given_name", "birth_date", "sex"]


@pytest.mark.parametrize("attributes", [[*FAMILY, "place"], HOME], ids=["family", "home"])
def test_relatives_and_neighbours_are_not_linked(attributes: list[str], key: EpochKey) -> None:
    """A register of families with few duplicates is linked with precision, not by households."""
    people = uic.population(6000, style="sparse", seed=11)
    seen = uic.observe(people, share=1.0, seed=12)
    register = seen.select([*PERSON, *attributes])
    result = uic.dedupe({"a": register}, key=key)
    truth = pa.table(
        {
            "partner": ["a"] * len(seen),
            "record_id": seen["record_id"],
            "entity": seen["entity"].cast(pa.string()),
        }
    )
    quality = uic.evaluate(result.persons, truth)
    assert quality.records == len(seen)
    assert quality.precision > 0.9
    assert quality.recall > 0.85
