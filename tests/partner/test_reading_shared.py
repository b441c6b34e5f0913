"""Reading published registers that lie beside the checkout; skipped where they do not."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from uic.partner.reading import read_registers
from uic.schema import parse_schema

if TYPE_CHECKING:
    from uic.partner.registers import Register

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "linkage"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the shared registers are not here")

PARTY = {
    "date_order": "DMY",
    "columns": {
        "given_name": "givenname",
        "family_name": "surname",
        "birth_date": "dob",
        "sex": "gender",
        "place": "city",
        "income": "income",
        "phone": "phone number",
    },
}


def _rules(register: Register) -> dict[str, int]:
    return dict(Counter(problem.rule for problem in register.problems))


def test_five_parties() -> None:
    """Misspelt sexes, impossible years and broken incomes are listed; nobody is lost."""
    partners = {f"party-{n}": {**PARTY, "files": [f"party-{n}.csv"]} for n in range(1, 6)}
    schema = parse_schema({"attributes": {"income": "number"}, "partners": partners})
    registers = read_registers([DATA / f"{name}.csv" for name in partners], schema)
    assert [len(register.records) for register in registers] == [3228, 3242, 3256, 3242, 3260]
    assert _rules(registers[0]) == {
        "unknown_code": 499,
        "impossible_date": 177,
        "future_date": 106,
        "before_1900": 72,
        "not_a_number": 54,
        "date_order": 2,
    }


def test_historical_persons() -> None:
    """Persons of four centuries need an earlier first year; corrupted dates are listed."""
    columns = {
        "given_name": "first_name",
        "family_name": "surname",
        "birth_date": "dob",
        "sex": "gender",
        "birth_place": "birth_place",
        "postcode": "postcode_fake",
        "record_id": "unique_id",
    }
    mapping = {"files": ["historical-persons.parquet"], "columns": columns, "earliest_year": 1}
    schema = parse_schema({"partners": {"wikidata": mapping}})
    (register,) = read_registers([DATA / "historical-persons.parquet"], schema)
    assert len(register.records) == 50_578
    assert _rules(register) == {"impossible_date": 2539, "unknown_code": 30}
