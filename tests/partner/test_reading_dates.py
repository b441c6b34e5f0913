"""Dates as people write them: one declared order, nothing guessed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_helpers import (
    column,
    csv_file,
    events,
    places,
    read,
    read_lines,
    refusal,
    rules,
    schema,
)

from uic.partner.reading.dates import read_date

if TYPE_CHECKING:
    from pathlib import Path

TODAY = dt.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "order", "found"),
    [
        ("1990-05-12", "YMD", "1990-05-12"),
        ("1990/5/2", "DMY", "1990-05-02"),
        ("1990.05.12", "MDY", "1990-05-12"),
        ("12/05/1990", "DMY", "1990-05-12"),
        ("12-05-1990", "MDY", "1990-12-05"),
        ("12.5.1990", "DMY", "1990-05-12"),
        ("12 05 1990", "DMY", "1990-05-12"),
        ("19900512", "YMD", "1990-05-12"),
        ("12051990", "DMY", "1990-05-12"),
        ("1990-05-12T10:20:30", "YMD", "1990-05-12"),
        ("1990-05-12 10:20", "YMD", "1990-05-12"),
        ("12-May-1990", "YMD", "1990-05-12"),
        ("May 12, 1990", "DMY", "1990-05-12"),
        ("12 September 1990", "MDY", "1990-09-12"),
        ("1990", "DMY", "1990"),
        ("1990-05", "DMY", "1990-05"),
        ("05/1990", "DMY", "1990-05"),
        ("00/05/1990", "DMY", "1990-05"),
        ("99-99-1990", "DMY", "1990"),
        ("1990-00-00", "YMD", "1990"),
        ("1990-05-99", "YMD", "1990-05"),
        ("~1990", "YMD", "~1990"),
        ("29/02/1992", "DMY", "1992-02-29"),
        ("1900-01-01", "YMD", "1900-01-01"),
        ("2026-11-22", "YMD", "2026-11-22"),
        ("2026", "YMD", "2026"),
    ],
)
def test_readable_dates(text: str, order: str, found: str) -> None:
    """Every usual way to write a date gives its canonical form."""
    read = read_date(text, order, TODAY)
    assert (read.text, read.rule) == (found, "")


@pytest.mark.parametrize("text", ["0000-00-00", "99/99/9999", "99999999", "9999"])
def test_dates_that_say_unknown(text: str) -> None:
    """A date of nothing but zeros or nines is missing and breaks no rule."""
    read = read_date(text, "DMY", TODAY)
    assert (read.text, read.rule) == (None, "")


@pytest.mark.parametrize(
    ("text", "order", "rule"),
    [
        ("31/02/1990", "DMY", "impossible_date"),
        ("29/02/1990", "DMY", "impossible_date"),
        ("1990-13-01", "YMD", "impossible_date"),
        ("1990-25-12", "YMD", "impossible_date"),
        ("32874", "YMD", "impossible_date"),
        ("1051990", "DMY", "impossible_date"),
        ("abc", "DMY", "impossible_date"),
        ("May", "DMY", "impossible_date"),
        ("", "DMY", "impossible_date"),
        ("1/2/3/1990", "DMY", "impossible_date"),
        ("12/05/990", "DMY", "impossible_date"),
        ("12/05/90", "DMY", "two_digit_year"),
        ("12-May-90", "DMY", "two_digit_year"),
        ("12/05/1890", "DMY", "before_1900"),
        ("1899-12-31", "YMD", "before_1900"),
        ("2026-11-23", "YMD", "future_date"),
        ("2027", "YMD", "future_date"),
        ("2972-12-22", "YMD", "future_date"),
        ("12/05/2533", "DMY", "buddhist_era"),
        ("12/13/1990", "DMY", "date_order"),
        ("13/12/1990", "MDY", "date_order"),
        ("12/05/1990", "YMD", "date_order"),
    ],
)
def test_unusable_dates(text: str, order: str, rule: str) -> None:
    """What cannot be read is missing and says which rule it breaks."""
    read = read_date(text, order, TODAY)
    assert (read.text, read.rule) == (None, rule)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.dates(dt.date(1900, 1, 1), TODAY), st.sampled_from("-/. "))
def test_every_day_survives_every_order(day: dt.date, sign: str) -> None:
    """A day written in the declared order, with any separator, is that day again."""
    year, month, date = f"{day.year:04d}", str(day.month), f"{day.day:02d}"
    written = {"YMD": (year, month, date), "DMY": (date, month, year), "MDY": (month, date, year)}
    for order, parts in written.items():
        assert read_date(sign.join(parts), order, TODAY).text == day.isoformat()


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text(max_size=20), st.sampled_from(["YMD", "DMY", "MDY"]))
def test_any_text_is_a_date_or_breaks_a_rule(text: str, order: str) -> None:
    """No text makes the reader fail: it is a date, breaks a rule, or says unknown."""
    found = read_date(text, order, TODAY)
    assert found.text is None or not found.rule


def test_birth_dates_have_four_columns(tmp_path: Path) -> None:
    """Year, month, day and precision; unknown parts are null; Khmer and Thai digits are read."""
    lines = ["1990-05-12", "1990-05", "១៩៩០-០០-៩៩", "๑๙๙๐", "~1990", "-", "1990-02-30"]
    register = read_lines(tmp_path, "birth_date,sex", *(f"{text},M" for text in lines))
    assert column(register, "birth_date_year") == [1990, 1990, 1990, 1990, 1990, None, None]
    assert column(register, "birth_date_month") == [5, 5, None, None, None, None, None]
    assert column(register, "birth_date_day") == [12, *[None] * 6]
    found = column(register, "birth_date_precision")
    assert found == ["day", "month", "year", "year", "estimated", None, None]
    assert [str(field.type) for field in register.records.schema][1:4] == ["int16", "int8", "int8"]
    assert places(register) == [(8, "birth_date", "impossible_date")]


def test_contacts_need_a_whole_day(tmp_path: Path) -> None:
    """A contact's date without a day, or in the future, is missing; the contact stays."""
    lines = ["1,2014-01-02", "1,2014-01", "1,2999-01-01", "1,"]
    register = read_lines(tmp_path, "record_id,date", *lines)
    assert events(register, "contact", "date") == [
        (2, dt.date(2014, 1, 2)),
        (3, None),
        (4, None),
        (5, None),
    ]
    assert places(register) == [(3, "date", "incomplete_date"), (4, "date", "future_date")]


def test_earliest_year_of_the_mapping(tmp_path: Path) -> None:
    """A historical register lowers the earliest year, and the rule is named after it."""
    path = csv_file(tmp_path, "birth_date", "1830-08-01", "1699-01-01", "1899")
    register = read(path, earliest_year=1700)
    assert column(register, "birth_date_year") == [1830, None, 1899]
    assert rules(register) == {("birth_date", "before_1700"): 1}


def test_a_few_dates_in_the_other_order_are_row_problems(tmp_path: Path) -> None:
    """Four dates of the other order are listed; they do not stop the file."""
    lines = ["31/01/1990"] * 20 + ["01/31/1990"] * 4
    register = read_lines(tmp_path, "birth_date,sex", *(f"{d},M" for d in lines), date_order="DMY")
    assert rules(register) == {("birth_date", "date_order"): 4}


@pytest.mark.parametrize(
    ("order", "lines", "hint"),
    [
        ("DMY", ["01/31/1990"] * 6 + ["05/06/1990"] * 90, 'set date_order = "MDY"'),
        ("MDY", ["31/01/1990"] * 6 + ["01/31/1990"], 'set date_order = "DMY"'),
        ("DMY", ["31/01/1990"] * 10 + ["01/31/1990"] * 5, "both orders"),
        ("YMD", ["31/01/1990"] * 6, 'set date_order = "DMY"'),
        ("YMD", ["05/06/1990"] * 6, 'set date_order = "DMY" (day first) or "MDY"'),
    ],
)
def test_wrong_or_mixed_order_stops_the_file(
    tmp_path: Path, order: str, lines: list[str], hint: str
) -> None:
    """More than a fifth of the dates that can tell, and at least five, stop the file."""
    path = csv_file(tmp_path, "birth_date,sex", *(f"{day},M" for day in lines))
    (problem,) = refusal([path], schema(date_order=order)).problems
    assert problem.rule == "mixed or wrong date order"
    assert hint in problem.hint


def test_dates_that_a_spreadsheet_turned_round(tmp_path: Path) -> None:
    """Real dates all with a day up to 12, texts all above 12: a spreadsheet exchanged them."""
    turned = [f"1990-{n % 12 + 1:02d}-{n % 12 + 1:02d}" for n in range(40)]
    texts = [f"{13 + n % 15}/01/1990" for n in range(40)]
    path = csv_file(tmp_path, "birth_date,sex", *(f"{day},M" for day in turned + texts))
    (problem,) = refusal([path], schema(date_order="DMY")).problems
    assert "exchanged day and month" in problem.hint
    path = csv_file(
        tmp_path, "birth_date,sex", *(f"{d},M" for d in [*turned, "1990-01-13", *texts])
    )
    assert len(read(path, date_order="DMY").records) == 81
