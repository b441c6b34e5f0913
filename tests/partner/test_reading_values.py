"""Values of every kind: what is canonical, what counts as missing, what is listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from reading_helpers import column, csv_file, places, read, read_lines, rules

from uic.partner.reading.cleaning import (
    DEFAULT_MISSING,
    ascii_digits,
    canonical_code,
    canonical_count,
    canonical_number,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_text_is_trimmed_and_nothing_else(tmp_path: Path) -> None:
    """Outer invisible signs go, inner spaces fold, joiners inside a word and case stay."""
    cells = ["\u200b Sok\u00a0 \u3000Dara\ufeff", "ស្រី\u200bម៉ៅ", "sok\u200d", "\u00ad  ", "SOK"]
    register = read_lines(
        tmp_path, "record_id,family_name", *(f"{n},{c}" for n, c in enumerate(cells))
    )
    assert column(register, "family_name") == ["Sok Dara", "ស្រី\u200bម៉ៅ", "sok", None, "SOK"]


def test_default_words_for_missing(tmp_path: Path) -> None:
    """Dashes, NA, null and None are missing; the name 'Na' is a name."""
    cells = [*DEFAULT_MISSING, "", " ", "Na", "Nan", "0"]
    lines = [f"{n},{cell}" for n, cell in enumerate(cells)]
    register = read_lines(tmp_path, "record_id,family_name", *lines)
    found = column(register, "family_name")
    assert found == [None] * (len(cells) - 3) + ["Na", "Nan", "0"]
    assert not register.problems


def test_words_of_the_mapping(tmp_path: Path) -> None:
    """The mapping's words replace the default ones; unknown and refused are told apart."""
    register = read_lines(
        tmp_path,
        "record_id,family_name,birth_date,sex",
        "1,NA,not known,M",
        "2,no answer,declined,not known",
        "3,,1990,declined",
        "4,declined,0000-00-00,",
        missing=["no answer"],
        unknown=["not known"],
        refused=["declined"],
    )
    assert column(register, "family_name") == ["NA", None, None, None]
    assert column(register, "family_name_status") == [None, None, None, "refused"]
    assert column(register, "birth_date_status") == ["unknown", "refused", None, None]
    assert column(register, "sex_status") == [None, "unknown", "refused", None]
    assert not register.problems


def test_status_of_contacts(tmp_path: Path) -> None:
    """A record has a status only where no contact gave a value."""
    register = read_lines(
        tmp_path,
        "record_id,sex,place,date",
        "1,declined,x,2014-01-01",
        "1,M,declined,2014-01-01",
        "2,declined,,2014-01-01",
        refused=["declined"],
    )
    assert column(register, "sex_status") == [None, "refused"]
    assert column(register, "place_status") == [None, None]


def test_no_status_without_words(tmp_path: Path) -> None:
    """Without words for unknown or refused there is no status column."""
    register = read_lines(tmp_path, "record_id,sex", "1,M", missing=["-"])
    assert register.records.column_names == ["record_id", "sex"]


def test_sex(tmp_path: Path) -> None:
    """M, F, other, unknown, male and female in any case; everything else is listed."""
    cells = ["M", "f", "Male", "FEMALE", "Other", "unknown", "boy", "1", "MF"]
    register = read_lines(tmp_path, "record_id,sex", *(f"{n},{c}" for n, c in enumerate(cells)))
    assert column(register, "sex") == ["M", "F", "M", "F", "other", "unknown", None, None, None]
    assert places(register) == [(row, "sex", "unknown_code") for row in (8, 9, 10)]


def test_code_lists(tmp_path: Path) -> None:
    """A code list is read in any case and digits; '' is missing; a code outside is listed."""
    path = csv_file(
        tmp_path,
        "record_id,sex,caste,place",
        "1,1,K,pp",
        "2,១.0,k,PP",
        "3,3,z,x",
        "4,F,ក,pp",
        "5,9,K,y",
    )
    register = read(
        path,
        {"caste": "code"},
        codes={
            "sex": {"1": "M", "2": "F", "9": ""},
            "caste": {"k": "king", "ក": "king"},
            "place": {"pp": "Phnom Penh"},
        },
    )
    assert column(register, "sex") == ["M", "M", None, "F", None]
    assert column(register, "caste") == ["king", "king", None, "king", "king"]
    assert column(register, "place") == ["Phnom Penh", "Phnom Penh", "x", "Phnom Penh", "y"]
    assert places(register) == [
        (4, "caste", "unknown_code"),
        (4, "sex", "unknown_code"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("012 345", "012 345"),
        ("៨៥៥១២", "85512"),
        ("๑๒", "12"),
        ("٣٤", "34"),
        ("12", "12"),
        ("85512345678.0", "85512345678"),
        ("12.50", "12.50"),
        ("A-7", "A-7"),
        ("8.55123E+10", None),
        ("1E5", "1E5"),
    ],
)
def test_codes_keep_their_digits(text: str, code: str | None) -> None:
    """Digits of every script become ASCII; a number rounded by a spreadsheet has lost digits."""
    assert canonical_code(text) == code


def test_lost_digits_are_listed(tmp_path: Path) -> None:
    """Two record ids that a spreadsheet rounded to one must not become one person."""
    lines = ["1.23457E+11,Sok,1", "1.23457E+11,Chan,8.55E+10", "៧,Kim,៨៥៥", "8.0,Ly,1.0"]
    register = read_lines(tmp_path, "record_id,family_name,phone", *lines)
    assert column(register, "record_id") == ["row-2", "row-3", "7", "8"]
    assert column(register, "phone") == ["1", None, "855", "1"]
    assert rules(register) == {("record_id", "digits_lost"): 2, ("phone", "digits_lost"): 1}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", "12"),
        ("12.0", "12"),
        ("012.50", "12.5"),
        ("-3", "-3"),
        ("-0.0", "0"),
        ("0", "0"),
        ("100", "100"),
        ("1e3", "1000"),
        ("១២.៥", "12.5"),
        ("84052.973", "84052.973"),
        ("1,234", None),
        ("12 kg", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("", None),
        ("1_000", None),
        ("1.", "1"),
        ("+5", "5"),
        ("0e9999", "0"),
    ],
)
def test_numbers(text: str, number: str | None) -> None:
    """A number has one form, without useless zeros; anything else is no number."""
    assert canonical_number(text) == number


@pytest.mark.parametrize(
    ("text", "count"),
    [("3", "3"), ("3.0", "3"), ("0", "0"), ("2.5", None), ("-1", None), ("9" * 13, None)],
)
def test_counts(text: str, count: str | None) -> None:
    """A quantity is a whole number that is not negative."""
    assert canonical_count(text) == count


def test_numbers_and_quantities_in_a_file(tmp_path: Path) -> None:
    """Attributes of kind number and quantities are listed where they are none."""
    path = csv_file(
        tmp_path, "record_id,income,date,quantity", "1,12.0,2014-01-01,3", "2,much,2014-01-01,few"
    )
    register = read(path, {"income": "number"}, date_order="YMD")
    assert column(register, "income") == ["12", None]
    assert register.events["quantity"].to_pylist() == [3, None]
    assert places(register) == [(3, "income", "not_a_number"), (3, "quantity", "not_a_count")]


def test_digits_of_every_script() -> None:
    """Decimal digits become 0-9; other signs stay."""
    assert ascii_digits("០១២៣៤៥៦៧៨៩ ๙ ٠ ９ ½ a") == "0123456789 9 0 9 ½ a"
