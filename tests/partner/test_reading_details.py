"""What is known of a contact beside its service, and of a person beside what is compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reading_helpers import events, places, read_lines

from uic.errors import SchemaError
from uic.partner.registers import DETAILS, Register
from uic.schema import parse_schema

VISITS = (
    "record_id,sex,date,service,NS given,NS back,Condoms,population,hiv_status",
    "1,M,2014-01-02,counselling,5,3,10,PWID,unknown",
    "1,M,2014-03-02,,0,4,,PWID,positive",
    "1,M,2014-02-02,needles,7,,0,PWUD,negative",
    "2,F,2014-02-02,,,,,,",
)
COUNTED: dict[str, Any] = {
    "quantity_columns": {"needles": "NS given", "condoms": "Condoms"},
    "returned_columns": {"needles": "NS back"},
    "unknown": ["unknown"],
}


def rows(register: Register) -> list[tuple[Any, ...]]:
    """Contact, service, pieces given, pieces back."""
    assert register.details is not None
    back = register.details["returned"].to_pylist()
    found = events(register, "contact", "service", "quantity")
    return [(*event, came) for event, came in zip(found, back, strict=True)]


def test_pieces_stand_on_the_row_of_their_service(tmp_path: Path) -> None:
    """Needles are not counted under counselling, and what came back is a visit for needles."""
    register = read_lines(tmp_path, *VISITS, **COUNTED)
    assert rows(register) == [
        (2, "counselling", None, None), (2, "needles", 5, 3), (2, "condoms", 10, None),
        (3, "needles", 0, 4),
        (4, "needles", 7, None),
        (5, None, None, None),
    ]  # fmt: skip
    assert register.problems == ()
    assert register.details is not None
    assert register.details.schema == DETAILS


def test_one_quantity_stands_on_the_first_row(tmp_path: Path) -> None:
    """A quantity that names no service is counted once, and so is what came back."""
    lines = ["record_id,date,service,quantity,returned", "1,2014-01-02,ns condom,5,2"]
    register = read_lines(tmp_path, *lines, service_separator=" ")
    assert rows(register) == [(2, "ns", 5, 2), (2, "condom", None, None)]


def test_referrals_and_populations(tmp_path: Path) -> None:
    """A referral has three words or a code list; another word is listed and counts as missing."""
    lines = [
        "record_id,date,service,referral,population",
        "1,2014-01-02,hiv_testing,Made,PWID",
        "2,2014-01-02,art,completed,",
        "3,2014-01-02,art,perhaps,MSM",
        "4,2014-01-02,art,,MSM",
    ]
    register = read_lines(tmp_path, *lines)
    assert register.details is not None
    assert register.details["referral"].to_pylist() == ["made", "completed", None, None]
    assert register.details["population"].to_pylist() == ["PWID", None, "MSM", "MSM"]
    assert places(register) == [(4, "referral", "unknown_code")]
    coded = [line.replace("Made", "1").replace("perhaps", "0") for line in lines]
    codes = {"referral": {"1": "made", "0": ""}}
    register = read_lines(tmp_path, *coded, codes=codes, constants={"population": "PWUD"})
    assert register.details is not None
    assert register.details["referral"].to_pylist() == ["made", "completed", None, None]
    assert register.details["population"].to_pylist() == ["PWID", "PWUD", "MSM", "MSM"]
    assert register.problems == ()


def test_characteristics_are_the_last_known_and_never_attributes(tmp_path: Path) -> None:
    """The status of the latest day counts, wherever it stands in the file; a blank does not."""
    register = read_lines(tmp_path, *VISITS, **COUNTED)
    assert register.characteristics is not None
    assert register.characteristics.to_pydict() == {"hiv_status": ["positive", None]}
    assert register.records.column_names[:2] == ["record_id", "sex"]
    assert "hiv_status" not in register.records.column_names


def test_characteristics_of_a_list_of_persons(tmp_path: Path) -> None:
    """A list without dates has them too, and a constant fills what is empty."""
    lines = ["record_id,family_name,Married", "1,Sok,1", "2,Chan,"]
    register = read_lines(
        tmp_path,
        *lines,
        columns={"marital_status": "Married"},
        codes={"marital_status": {"1": "married"}},
        constants={"disclosure": "no"},
    )
    assert register.characteristics is not None
    assert register.characteristics.to_pydict() == {
        "marital_status": ["married", None],
        "disclosure": ["no", "no"],
    }
    assert register.details is None


def test_nothing_known_is_none(tmp_path: Path) -> None:
    """An export without any of it has neither table."""
    register = read_lines(tmp_path, "record_id,date,quantity", "1,2014-01-02,5")
    assert (register.details, register.characteristics) == (None, None)


def test_pieces_that_are_no_numbers(tmp_path: Path) -> None:
    """A count that is none is listed with its column."""
    lines = [VISITS[0], "1,M,2014-01-02,,five,3.5,-1,,"]
    register = read_lines(tmp_path, *lines, **COUNTED)
    headers = [column for _, column, rule in places(register) if rule == "not_a_count"]
    assert headers == ["Condoms", "NS back", "NS given"]
    assert rows(register) == [(2, None, None, None)]


def test_a_service_that_nobody_got(tmp_path: Path) -> None:
    """A yes/no column without any yes is a service without rows."""
    lines = ["record_id,date,food", "1,2014-01-02,0"]
    register = read_lines(tmp_path, *lines, service_columns={"food": "food"})
    assert events(register, "contact", "service") == [(2, None)]


def test_what_a_schema_refuses() -> None:
    """A status is no attribute that is compared; a quantity is mapped in one way."""
    with pytest.raises(SchemaError, match="hiv_status"):
        parse_schema({"attributes": {"hiv_status": "code"}})
    mapping = {"files": ["x"], "columns": {"quantity": "n"}, "quantity_columns": {"needles": "n"}}
    with pytest.raises(SchemaError, match="not both"):
        parse_schema({"partners": {"x": mapping}})
