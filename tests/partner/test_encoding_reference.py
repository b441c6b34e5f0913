"""A whole encoding against the hand-written reference of the specification."""

from __future__ import annotations

import functools
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from conftest import register_of
from uic.crypto.keys import EpochKey
from uic.partner.encoding import encode, encode_to_leave
from uic.pipeline.own_pairs import compare_own
from uic.schema import default_schema

REFERENCE = Path(__file__).parents[2] / "spec" / "vectors" / "reference.py"
PEOPLE = [
    {"family_name": "Sok", "given_name": "Dara", "birth_date": "1990-05-07", "sex": "M"},
    {"family_name": "សុខ", "given_name": "វណ្ណា", "birth_date": "1985-01-01", "sex": "F"},
]
BLOCKS = {  # typed by hand from spec/encoding.md; the second person has no usable day
    "birth-date": ["1990-5-7", None],
    "name-sounds": ["D600\x1fS200", "វន\x1fសខ"],
    "names-year": ["D600\x1fS200\x1f1990", "វន\x1fសខ\x1f1985"],
}
FIXED = {  # columns that the key of the pass fixes, and that stand in no row
    "birth-date": ["birth_date_year", "birth_date_month", "birth_date_day"],
    "name-sounds": [],
    "names-year": ["birth_date_year"],
}
CANONICAL = [
    {"family_name": "SOK", "given_name": "DARA", "date": (1990, 5, 7), "sex": "M"},
    {"family_name": "សុខ", "given_name": "វណ្ណា", "date": (1985, None, None), "sex": "F"},
]


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    """The slow second implementation, which uses nothing but hashlib and hmac."""
    spec = importlib.util.spec_from_file_location("spec_vectors_reference", REFERENCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["spec_vectors_reference"] = module
    spec.loader.exec_module(module)
    return module


def expected(reference: ModuleType, key: EpochKey, scope: str, n: int) -> dict[str, int | None]:
    """Return token and signatures of one person in one pass, by the reference."""
    tag = reference.tag(key.sub_key("block", scope), BLOCKS[scope][n])
    salt, person = int.from_bytes(tag[16:24], "big"), CANONICAL[n]
    names, sex, date, day = (
        key.sub_key("signature", scope, *parts)
        for parts in (["name"], ["sex"], ["birth_date"], ["birth_date", "day-month"])
    )
    found = {
        "token_hi": int.from_bytes(tag[:8], "big", signed=True),
        "token_lo": int.from_bytes(tag[8:16], "big", signed=True),
        "sex": reference.value_code(sex, salt, person["sex"]),
    }
    for name in ("family_name", "given_name"):
        word = reference.text_signature(names, salt, person[name])
        found[name] = word - 2**64 if word >= 2**63 else word
    for name, used, number in zip(
        ("birth_date_year", "birth_date_month", "birth_date_day"),
        (date, day, day),
        person["date"],
        strict=True,
    ):
        found[name] = None if number is None else reference.number_code(used, salt, number)
    return {name: value for name, value in found.items() if name not in FIXED[scope]}


def test_aes_of_the_reference_is_that_of_fips_197(reference: ModuleType) -> None:
    """The published vector of AES-256 (FIPS 197, appendix C.3)."""
    plain = bytes.fromhex("00112233445566778899aabbccddeeff")
    made = reference.aes256(bytes(range(32)), plain)
    assert made.hex() == "8ea2b7ca516745bfeafc49904b496089"


@pytest.mark.parametrize("scope", BLOCKS)
def test_export_is_what_the_specification_says(
    reference: ModuleType, key: EpochKey, scope: str
) -> None:
    """Every token and every signature of two people, to the bit; a dummy is none of them."""
    export = encode(register_of("a", PEOPLE), default_schema(), key)
    record = {
        row["row_id"]: row["record"]
        for row in export.resolver.row_map.to_pylist()
        if row["pass"] == scope and row["usable"]
    }
    rows = [row for row in export.matcher.pass_rows[scope].to_pylist() if row["row_id"] in record]
    assert len(rows) == sum(block is not None for block in BLOCKS[scope])
    for row in rows:
        found = {name: value for name, value in row.items() if name != "row_id"}
        assert found == expected(reference, key, scope, record[row["row_id"]])


def test_a_register_without_given_names_can_be_compared(key: EpochKey) -> None:
    """Its family names are signed as those of a register that has both."""
    person = {"family_name": "Sok", "birth_date": "1990-05-07", "sex": "M"}
    signed = [
        encode(register_of("a", [one]), default_schema(), key).matcher.pass_rows["birth-date"]
        for one in (person, person | {"given_name": "Dara"})
    ]
    assert signed[0]["family_name"].to_pylist() == signed[1]["family_name"].to_pylist()


def test_the_row_that_leaves_is_the_one_of_the_specification(
    reference: ModuleType, key: EpochKey
) -> None:
    """Of five people born on one day the row with the smallest rank leaves, nobody else's."""
    names = ("Dara", "Sokha", "Vanna", "Phalla", "Bopha")
    people = [PEOPLE[0] | {"given_name": name} for name in names]
    register = register_of("a", people)
    leaving = encode_to_leave(register, default_schema(), key, compare_own)
    (row,) = leaving.matcher.pass_rows["birth-date"].to_pylist()
    row_map = {one["row_id"]: one["record"] for one in leaving.resolver.row_map.to_pylist()}
    sub_key = functools.partial(reference.sub_key, bytes(range(32)), key.project, key.epoch)

    def rank(person: dict[str, str]) -> int:
        values = {name: person[name].upper() for name in ("family_name", "given_name")}
        year, month, day = (str(int(part)) for part in person["birth_date"].split("-"))
        values |= {"birth_date_year": year, "birth_date_month": month, "birth_date_day": day}
        values |= {"sex": person["sex"]} if "sex" in person else {}
        words = [reference.tag(sub_key("mark", name), text) for name, text in values.items()]
        return int(reference.rank(sub_key("rank", "birth-date"), reference.mark(words)))

    assert row_map[row["row_id"]] == min(range(len(people)), key=lambda n: rank(people[n]))
