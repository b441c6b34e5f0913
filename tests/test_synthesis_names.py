"""Names and birth dates of made-up people."""

from __future__ import annotations

import csv
import datetime as dt
import unicodedata
from collections import defaultdict
from importlib import resources

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from uic.synthesis.births import Births, from_days, from_iso, to_iso, written
from uic.synthesis.cells import cells
from uic.synthesis.names import khmer_names, khmer_script, made_up_names, spellings


def rows() -> list[dict[str, str]]:
    text = resources.files("uic.synthesis").joinpath("khmer_names.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def test_the_lists_are_long_enough() -> None:
    """There are about 60 family names and 150 given names for each sex."""
    names = khmer_names()
    assert [len(kind.latin) for kind in (names.family, names.male, names.female)] >= [60, 150, 150]


def test_a_latin_spelling_stands_for_one_khmer_name() -> None:
    """The usual Latin spelling of a name leads to one Khmer writing, whatever its role."""
    writings = defaultdict(set)
    roles = defaultdict(list)
    for row in rows():
        usual = row["latin"].split()[0]
        writings[usual].add(row["khmer"])
        roles[row["role"]].append(usual)
    assert [name for name, khmer in writings.items() if len(khmer) > 1] == []
    assert all(len(set(names)) == len(names) for names in roles.values())


def test_khmer_names_are_khmer_letters_in_normal_form() -> None:
    """Every Khmer writing holds Khmer letters and signs only, in NFC."""
    for row in rows():
        assert all("KHMER" in unicodedata.name(sign) for sign in row["khmer"])
        assert unicodedata.is_normalized("NFC", row["khmer"])


def test_every_khmer_name_has_another_latin_spelling() -> None:
    """A listed name has at least one other spelling, and none equals the usual one."""
    for row in rows():
        usual = row["latin"].split()[0]
        assert spellings(usual)
        assert usual not in spellings(usual)


def test_khmer_script_is_missing_for_names_that_are_not_listed() -> None:
    """A made-up name has no Khmer writing."""
    assert khmer_script(cells(["Sok", "Zzyzx"])).tolist() == ["សុខ", None]


def test_common_names_are_drawn_more_often() -> None:
    """The first family name comes about as often as its chance says, and oftener than the last."""
    family = khmer_names().family
    drawn = family.draw(50_000, np.random.default_rng(1))
    first, last = (np.mean(drawn == family.latin[place]) for place in (0, -1))
    assert abs(first - family.chances[0]) < 0.01
    assert first > 5 * last


def test_made_up_names_are_many_and_no_list_of_real_ones() -> None:
    """Syllables give nearly as many names as asked for, by rule spelled otherwise too."""
    names = made_up_names(np.random.default_rng(2), families=5_000, given=1_000)
    assert len(names.family.latin) > 4_500
    assert len(set(names.family.latin) & set(khmer_names().family.latin)) < 10


@settings(deadline=None)
@given(st.lists(st.dates(dt.date(1900, 1, 1), dt.date(2030, 12, 31)), max_size=20))
def test_births_keep_the_day(days: list[dt.date]) -> None:
    """A birth taken from a day and written as ISO is that day, and every day exists."""
    births = from_days(np.array(days, dtype="datetime64[D]"))
    assert to_iso(births).tolist() == [day.isoformat() for day in days]
    assert births.exist().all()


def test_births_of_every_length_come_back_as_written() -> None:
    """Partial and guessed dates survive reading and writing."""
    texts = cells(["1990-05-12", "1990-05", "1990", "~1990", None])
    assert to_iso(from_iso(texts)).tolist() == texts.tolist()


def test_births_are_written_day_first() -> None:
    """Another order and mark changes the text, not what is known."""
    births = from_iso(cells(["1990-05-12", "1990-05", "~1990"]))
    order = ("day", "month", "year")
    assert written(births, order, "/").tolist() == ["12/05/1990", "05/1990", "~1990"]


@settings(deadline=None)
@given(st.integers(1900, 2100), st.integers(0, 14), st.integers(0, 33))
def test_a_date_exists_when_the_calendar_has_it(year: int, month: int, day: int) -> None:
    """``exist`` agrees with the calendar of Python on every whole date."""
    births = Births(*(np.array([part]) for part in (year, month, day)), np.array([False]))
    if month and day:
        assert births.exist()[0] == _in_calendar(year, month, day)


def _in_calendar(year: int, month: int, day: int) -> bool:
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True
