"""Codes: check characters, statuses, calendars, parts; and no error that holds a code."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uic.errors import InputError, SchemaError
from uic.partner.codes import (
    CODE_RULES,
    RULES,
    check_character,
    check_characters,
    check_code,
    check_codes,
    compose,
    grouped,
    parse_code,
    parse_codes,
    records_of,
)
from uic.partner.schemes import load_scheme, parse_scheme

ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CODES = st.text(alphabet=ALNUM, min_size=2, max_size=16)


def codes_of(scheme: str, *people: dict[str, str]) -> list[str | None]:
    found = load_scheme(scheme)
    return list(compose(records_of(people, found), found).codes.to_pylist())


@given(CODES, st.data())
@settings(max_examples=300, deadline=None)
def test_one_wrong_character_is_always_found(code: str, data: st.DataObject) -> None:
    """Both check characters see every substitution of one character."""
    place = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from([sign for sign in ALNUM if sign != code[place]]))
    wrong = code[:place] + other + code[place + 1 :]
    for method in ("mod37_36", "mod37_2"):
        assert check_character(code, method) != check_character(wrong, method)


@given(CODES, st.integers(0, 14))
@settings(max_examples=300, deadline=None)
def test_mod37_2_finds_every_swap_of_neighbours(code: str, place: int) -> None:
    """ISO 7064 MOD 37-2 sees two characters that changed places."""
    if place + 1 >= len(code) or code[place] == code[place + 1]:
        return
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert check_character(code, "mod37_2") != check_character(wrong, "mod37_2")


def plain_mod37_36(code: str) -> str:
    """ISO 7064:2003 clause 9, as written there, one character at a time."""
    product = 36
    for sign in code:
        total = (product + ALNUM.index(sign)) % 36
        product = (total or 36) * 2 % 37
    return next(sign for sign in ALNUM if (product + ALNUM.index(sign)) % 36 == 1)


@given(st.lists(st.none() | CODES, max_size=20))
@settings(max_examples=100, deadline=None)
def test_columns_give_the_check_character_of_each_code(codes: list[str | None]) -> None:
    """Mixed lengths and nulls in one column change nothing."""
    column = check_characters(pa.array(codes, pa.string())).to_pylist()
    assert column == [None if code is None else plain_mod37_36(code) for code in codes]


def test_the_five_ways_of_not_knowing_are_five_inputs() -> None:
    """Short, missing, unknown, refused and having no such name are told apart."""
    scheme = parse_scheme(
        """
        format = "uic-scheme/1"
        id = "five"
        version = "1"
        title = "Five"
        source = "test"
        status = "template"
        mononym = { source = "family_name", target = "given_name" }
        [[components]]
        name = "family"
        kind = "letters"
        attribute = "family_name"
        letters = [1, 2]
        short = "2"
        missing = "99"
        unknown = "88"
        refused = "77"
        [[components]]
        name = "given"
        kind = "letters"
        attribute = "given_name"
        letters = [1]
        missing = "0"
        """
    )
    people = [
        {"family_name": "O", "given_name": "A"},
        {"given_name": "A"},
        {"given_name": "A", "family_name_status": "unknown"},
        {"given_name": "A", "family_name_status": "refused"},
        {"family_name": "Suharto", "given_name_status": "none"},
        {"family_name": "Sok", "given_name_status": "refused"},
    ]
    made = compose(records_of(people, scheme), scheme)
    assert made.codes.to_pylist() == ["O2A", "99A", "88A", "77A", "99S", "SO0"]


def test_birth_dates_keep_their_precision() -> None:
    """A date known to the month or the year is never filled up to a day."""
    dates = ["1990-05-12", "1990-05", "1990", "~1990"]
    people = [{"birth_date": date, "given_name": "A"} for date in dates]
    codes = codes_of("us-hrsa-uci", *people)
    assert codes == ["A9990512909", "A9990599909", "A9999999909", "A9999999909"]


def test_the_buddhist_era_is_a_calendar() -> None:
    """The year of a code may be that of the Buddhist era, and is read back as common era."""
    scheme = parse_scheme(
        'format = "uic-scheme/1"\nid = "be"\nversion = "1"\ntitle = "t"\nsource = "s"\n'
        'status = "template"\n[[components]]\nname = "birth"\nkind = "date"\n'
        'attribute = "birth_date"\nformat = "DDMMYYYY"\ncalendar = "buddhist"\n'
    )
    made = compose(records_of([{"birth_date": "1990-02-28"}], scheme), scheme)
    assert made.codes.to_pylist() == ["28022533"]
    assert parse_codes(made.codes, scheme)["birth_date_year"].to_pylist() == [1990]
    assert check_code("29022531", scheme).ok  # 1988 was a leap year, 2531 would not have been


def test_scripts_are_never_mixed_silently() -> None:
    """A person with names in two scripts gets no code, and the reason is told."""
    scheme = load_scheme("kh-template")
    common = {"sex": "F", "birth_date": "1990", "birth_place": "1"}
    people = [
        {"mother_given_name": "សុខ", "father_given_name": "ដារ៉ា"} | common,
        {"mother_given_name": "Sok", "father_given_name": "Dara"} | common,
        {"mother_given_name": "សុខ", "father_given_name": "Dara"} | common,
    ]
    made = compose(records_of(people, scheme), scheme)
    assert made.scripts.to_pylist() == ["khmer", "latin", None]
    assert [flaw.rule for flaw in made.flaws] == ["scripts_differ"]
    assert made.codes[0].as_py()[:2] != made.codes[1].as_py()[:2]


def test_a_fallback_that_is_not_needed_is_not_judged() -> None:
    """A name in another script breaks no rule while both parents are known."""
    scheme = load_scheme("ph-doh")
    person = {
        "mother_given_name": "Maria", "father_given_name": "Renato", "given_name": "សុខ",
        "family_name": "សុខ", "birth_order": "1", "birth_date": "1970-01-01",
    }  # fmt: skip
    made = compose(records_of([person], scheme), scheme)
    assert made.codes.to_pylist() == ["MARE0101011970"]
    assert made.flaws == ()


def test_assigned_codes_are_checked_but_never_made() -> None:
    """A scheme that ends with a counter says why it makes no code."""
    scheme = load_scheme("ke-kp")
    with pytest.raises(SchemaError, match="running number"):
        compose(records_of([{}], scheme), scheme)
    assert check_code("01002WRD1IMPHOTFSWAKAOT40012", scheme)


def test_every_rule_is_told_in_words() -> None:
    """A rule's name is for programs; people get a sentence without a value in it."""
    assert all(len(words) > 10 for words in (RULES | CODE_RULES).values())


CANARY = "QX4Z"


@pytest.mark.parametrize(
    "code", [f"{CANARY}19121999", f"OE2{CANARY}191220001", f"OE2OH19122000{CANARY}"]
)
def test_no_error_repeats_a_code(code: str) -> None:
    """A verdict, an error, a repr: none of them holds a character sequence of the code."""
    verdict = check_code(code, "au-slk581")
    with pytest.raises(InputError) as caught:
        parse_code(code, "au-slk581")
    told = f"{verdict!r} {[str(flaw) for flaw in verdict.flaws]} {caught.value} {caught.value!r}"
    assert not verdict.ok
    assert CANARY not in told
    assert caught.value.__cause__ is None


def test_no_repr_holds_a_name() -> None:
    """What is passed around while codes are made shows no person when it is printed."""
    scheme = load_scheme("au-slk581")
    made = compose(records_of([{"family_name": CANARY, "given_name": CANARY}], scheme), scheme)
    assert CANARY not in repr(made)
    assert not [flaw for flaw in made.flaws if CANARY in str(flaw)]


def test_columns_of_codes_are_checked() -> None:
    """A column gets its first flaw a row; an empty cell is no flaw."""
    codes = pa.array(["OE2OH191220001", None, "OE2OH310220001", "X"])
    checks = pa.array(["T", None, None, None])
    assert check_codes(codes, "au-slk581", checks).to_pylist() == [
        {"part": None, "rule": None},
        {"part": None, "rule": None},
        {"part": "birth", "rule": "impossible_date"},
        {"part": "code", "rule": "too_short"},
    ]
    wrong = check_codes(codes.slice(0, 1), "au-slk581", pa.array(["A"]))
    assert wrong["rule"].to_pylist() == ["wrong_check_character"]


def test_codes_give_back_the_attributes_they_hold() -> None:
    """A register that holds only codes can be linked on their parts."""
    codes = pa.array(["MARE0101011970", "MARE9999999999", None, "rubbish"])
    told = parse_codes(codes, "ph-doh").to_pylist()
    assert told[0] == {
        "mother_given_name": "MA", "father_given_name": "RE", "birth_order": "01",
        "birth_date_year": 1970, "birth_date_month": 1, "birth_date_day": 1,
        "birth_date_precision": "day",
    }  # fmt: skip
    assert told[1]["birth_order"] is None
    assert told[1]["birth_date_year"] is None
    assert set(told[2].values()) == set(told[3].values()) == {None}


def test_two_digit_years_are_not_guessed() -> None:
    """A century is assumed only when the year of reading is given."""
    code = pa.array(["PUM3181"])
    assert parse_codes(code, "cam-pasmo")["birth_date_year"].to_pylist() == [None]
    assert parse_codes(code, "cam-pasmo", as_of=2026)["birth_date_year"].to_pylist() == [1981]
    assert parse_codes(code, "cam-pasmo", as_of=1980)["birth_date_year"].to_pylist() == [1881]


def test_short_and_missing_letters_do_not_come_back_as_letters() -> None:
    """The 2 of a short name and the 999 of a missing one are no evidence."""
    codes = pa.array(["AR2OH191220001", "99999191220001", "UA222191220001"])
    told = parse_codes(codes, "au-slk581")
    assert told["family_name"].to_pylist() == ["AR", None, "UA"]
    assert told["given_name"].to_pylist() == ["OH", None, None]


@given(st.text(alphabet=ALNUM, min_size=1, max_size=45))
def test_groups_lose_nothing(code: str) -> None:
    """A grouped code without its hyphens is the code, whatever its length."""
    for identifier in ("au-slk581", "us-hrsa-euci", "ls-cuic"):
        text = grouped(code, load_scheme(identifier), "K")
        assert text.replace("-", "") == f"{code}/K"


def test_an_empty_table_has_no_codes() -> None:
    """No row, no code, no error."""
    scheme = load_scheme("au-slk581")
    records = records_of([{"family_name": "a"}], scheme).slice(0, 0)
    assert compose(records, scheme).codes.to_pylist() == []


def test_unknown_inputs_of_published_rules() -> None:
    """More people than the vectors have, worked out by hand from the published rules."""
    slk = {"birth_date": "1984-02-29", "sex": "F"}
    people = [
        {"family_name": "McDonald-Smythe", "given_name": "Kathryn Anne"} | slk,
        {"family_name": "van der Berg", "given_name": "É."} | slk,
        {"family_name": "Lê", "given_name": "Thị Hồng"} | slk,
    ]
    assert codes_of("au-slk581", *people) == [
        "CDN" + "AT290219842",
        "ANE22290219842",
        "E22HI290219842",
    ]
    uci = {"birth_date": "2001-12-31", "sex": "M"}
    people = [
        {"given_name": "Ed", "family_name": "O'Neil"} | uci,
        {"given_name": "Mary-Jo", "family_name": "Li"} | uci,
    ]
    assert codes_of("us-hrsa-uci", *people) == ["E9OE1231011", "MRL91231011"]
