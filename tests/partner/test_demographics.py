"""Coarse demographics: age groups of one stated day, and nothing finer."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import register_of
from uic.partner.demographics import AGES, DEMOGRAPHICS, demographics

ON = dt.date(2014, 12, 31)


def groups(*born: str | None, on: dt.date = ON) -> list[str | None]:
    """Return the age groups of people born on these days."""
    register = register_of("centre", [{"birth_date": day, "sex": "M"} for day in born])
    return demographics(register, on=on)["age_group"].to_pylist()


def test_age_groups_turn_on_the_birthday() -> None:
    """Somebody is 25 from the birthday on, and not a day before."""
    assert groups("1989-06-15", on=dt.date(2014, 6, 14)) == ["18-24"]
    assert groups("1989-06-15", on=dt.date(2014, 6, 15)) == ["25-34"]


def test_what_is_unknown_stays_unknown() -> None:
    """A missing year has no group; a year alone has one; an impossible age has none."""
    assert groups(None, "1980", "1700", "2015") == [None, "25-34", None, None]
    assert groups("2000", "1960-01") == ["0-17", "45+"]


def test_only_coarse_values_come_out() -> None:
    """The table holds the declared columns only; no date and no finer age."""
    register = register_of("centre", [{"birth_date": "1989-06-15", "family_name": "Sok"}])
    table = demographics(register, on=ON)
    assert table.schema == DEMOGRAPHICS
    assert table.to_pylist() == [
        {"record": 0, "age_group": "25-34"}
        | dict.fromkeys(("sex", "marital_status", "disclosure", "hiv_status"))
    ]


def test_characteristics_are_taken_from_their_own_table() -> None:
    """What is counted and never compared stands apart from the records."""
    register = dataclasses.replace(
        register_of("centre", [{"sex": "F"}, {"sex": "M"}]),
        characteristics=pa.table({"hiv_status": ["positive", None]}),
    )
    table = demographics(register, on=ON)
    assert table["hiv_status"].to_pylist() == ["positive", None]
    assert table["marital_status"].to_pylist() == [None, None]


@pytest.mark.parametrize("ages", [(), (5, 18), (18, 20), (25, 18)])
def test_groups_that_would_tell_too_much_are_refused(ages: tuple[int, ...]) -> None:
    """Groups are at least five years wide and ordered."""
    with pytest.raises(ValueError, match="5 years"):
        demographics(register_of("centre", [{"sex": "M"}]), on=ON, ages=ages)


@given(st.dates(dt.date(1935, 1, 1), dt.date(2014, 1, 1)), st.dates(dt.date(2014, 1, 1), ON))
def test_groups_are_those_of_the_completed_years(born: dt.date, on: dt.date) -> None:
    """Every age falls into the group that holds its completed years."""
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    expected = "0-17" if age < AGES[0] else "45+" if age >= AGES[-1] else None
    (group,) = groups(born.isoformat(), on=on)
    if expected is None:
        low, high = (int(part) for part in str(group).split("-"))
        assert low <= age <= high
    else:
        assert group == expected
