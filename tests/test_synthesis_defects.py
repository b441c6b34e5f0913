"""Defects happen as often as their rates say, and not otherwise."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uic.synthesis import NO_DEFECTS, Customs, DefectRates, population
from uic.synthesis.cells import cells, present
from uic.synthesis.defects import NAMES, PARENTS, disturb, mistype
from uic.synthesis.names import khmer_names, spellings
from uic.synthesis.registers import attributes

if TYPE_CHECKING:
    from uic.synthesis.population import Columns

RECORDS = 20_000
RATE = 0.1
NEAR = 0.012
"""Four standard errors of a share of 0.1 in 10,000 trials."""


@pytest.fixture(scope="module")
def told() -> Columns:
    """What twenty thousand people would say of themselves, all of it known."""
    known = Customs(day_unknown=0.0, month_unknown=0.0, no_phone=0.0, named_after_father=0.0)
    return attributes(population(RECORDS, seed=11, customs=known))


def only(told: Columns, **rates: float) -> Columns:
    """Disturb with the given rates and no others."""
    return disturb(told, dataclasses.replace(NO_DEFECTS, **rates), np.random.default_rng(5))


def differing(told: Columns, shown: Columns, name: str) -> np.ndarray:
    return np.asarray(told[name] != shown[name], dtype=bool)


def touched(told: Columns, shown: Columns) -> set[str]:
    return {name for name in told if differing(told, shown, name).any()}


def test_no_defects_change_nothing(told: Columns) -> None:
    """With every rate 0 the register shows what was told."""
    assert touched(told, only(told)) == set()


@pytest.mark.parametrize("name", NAMES)
def test_spellings_are_replaced_by_accepted_ones(told: Columns, name: str) -> None:
    """The stated share of names shows another spelling of the same name."""
    shown = only(told, spelling=RATE)
    other = differing(told, shown, name)
    assert other.mean() == pytest.approx(RATE, abs=NEAR)
    pairs = zip(told[name][other], shown[name][other], strict=True)
    assert all(new in spellings(old) for old, new in pairs)
    assert touched(told, shown) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_typing_errors_change_one_or_two_letters(told: Columns, name: str) -> None:
    """The stated share of names is mistyped; length changes by one letter at most."""
    shown = only(told, typing=RATE)
    other = differing(told, shown, name)
    assert other.mean() == pytest.approx(RATE, abs=NEAR)
    pairs = zip(told[name][other], shown[name][other], strict=True)
    assert all(abs(len(old) - len(new)) <= 1 for old, new in pairs)
    assert touched(told, shown) == set(NAMES)


def test_names_change_places_together(told: Columns) -> None:
    """Where names are swapped the family name is the given name and the other way round."""
    shown = only(told, names_swapped=RATE)
    other = differing(told, shown, "family_name")
    assert other.mean() == pytest.approx(RATE, abs=NEAR)
    assert (shown["given_name"][other] == told["family_name"][other]).all()
    assert (shown["family_name"][other] == told["given_name"][other]).all()
    assert touched(told, shown) == {"family_name", "given_name"}


def test_the_other_sex_is_ticked(told: Columns) -> None:
    """A wrong sex is the other sex."""
    shown = only(told, sex_wrong=RATE)
    assert differing(told, shown, "sex").mean() == pytest.approx(RATE, abs=NEAR)
    assert set(shown["sex"]) == {"M", "F"}
    assert touched(told, shown) == {"sex"}


def test_day_and_month_change_places(told: Columns) -> None:
    """Of dates that can be swapped the stated share is, and gives a date."""
    shown = only(told, date_swapped=RATE)
    old = told["birth_date"]
    can = np.array([int(text[8:]) <= 12 and text[5:7] != text[8:] for text in old])
    other = differing(told, shown, "birth_date")
    assert other[can].mean() == pytest.approx(RATE, abs=2 * NEAR)
    assert not other[~can].any()
    assert all(
        new == f"{was[:4]}-{was[8:]}-{was[5:7]}"
        for was, new in zip(old[other], shown["birth_date"][other], strict=True)
    )


def test_a_wrong_digit_is_one_digit_and_still_a_date(told: Columns) -> None:
    """A digit error changes one digit; fewer than the share, as some results are no date."""
    shown = only(told, date_digit=RATE)
    other = differing(told, shown, "birth_date")
    old, new = told["birth_date"][other], shown["birth_date"][other]
    assert RATE / 2 < other.mean() <= RATE
    assert all(
        sum(a != b for a, b in zip(*pair, strict=True)) == 1 for pair in zip(old, new, strict=True)
    )
    assert len(np.array(new, dtype="datetime64[D]")) == len(new)


def test_an_age_gives_a_guessed_year(told: Columns) -> None:
    """Where only an age was noted the year is marked as a guess and off by at most one."""
    shown = only(told, age_only=RATE)
    other = differing(told, shown, "birth_date")
    assert other.mean() == pytest.approx(RATE, abs=NEAR)
    years = [
        int(new.removeprefix("~")) - int(old[:4])
        for old, new in zip(told["birth_date"][other], shown["birth_date"][other], strict=True)
    ]
    assert {text[0] for text in shown["birth_date"][other]} == {"~"}
    assert set(years) == {-1, 0, 1}


def test_unknown_birthdays_are_filled_up_with_ones() -> None:
    """Of dates without a day or month the stated share becomes the first of the month or year."""
    coarse = Customs(day_unknown=0.5, month_unknown=0.5)
    told = attributes(population(RECORDS, seed=12, customs=coarse))
    shown = only(told, january=RATE)
    other = differing(told, shown, "birth_date")
    assert other.mean() == pytest.approx(RATE, abs=NEAR)
    assert {text[8:] for text in shown["birth_date"][other]} == {"01"}
    assert all(
        new.startswith(old)
        for old, new in zip(told["birth_date"][other], shown["birth_date"][other], strict=True)
    )


def test_known_birthdays_become_1_january(told: Columns) -> None:
    """The stated share of full dates becomes 1 January of the same year."""
    shown = only(told, made_january=RATE)
    other = differing(told, shown, "birth_date")
    assert other.mean() == pytest.approx(RATE, abs=NEAR)
    assert {text[4:] for text in shown["birth_date"][other]} == {"-01-01"}


def test_movers_have_a_whole_other_address(told: Columns) -> None:
    """Place, street and postcode change together: place and postcode still belong together."""
    shown = only(told, moved=RATE)
    belongs = dict(zip(told["place"], told["postcode"], strict=True))
    assert differing(told, shown, "street").mean() == pytest.approx(RATE, abs=NEAR)
    assert all(
        belongs[place] == code
        for place, code in zip(shown["place"], shown["postcode"], strict=True)
    )
    assert touched(told, shown) == {"place", "street", "postcode"}


def test_another_province_of_birth_is_noted(told: Columns) -> None:
    """The province differs for the stated share, less where chance gives the same one."""
    shown = only(told, birth_place_wrong=RATE)
    assert 0.8 * RATE < differing(told, shown, "birth_place").mean() < RATE + NEAR
    assert touched(told, shown) == {"birth_place"}


def test_telephones_change(told: Columns) -> None:
    """The stated share of numbers is another one."""
    shown = only(told, phone_changed=RATE)
    assert differing(told, shown, "phone").mean() == pytest.approx(RATE, abs=NEAR)
    assert touched(told, shown) == {"phone"}


@pytest.mark.parametrize(
    ("rate", "names"),
    [
        ("phone_missing", ("phone",)),
        ("parents_missing", PARENTS),
        ("missing", ("family_name", "given_name", "birth_date", "birth_place", "place")),
    ],
)
def test_values_get_lost(told: Columns, rate: str, names: tuple[str, ...]) -> None:
    """The stated share of values is missing, and only of the attributes the rate is for."""
    shown = only(told, **{rate: RATE})
    for name in names:
        assert (~present(shown[name])).mean() == pytest.approx(RATE, abs=NEAR)
    assert touched(told, shown) >= set(names)
    assert "sex" not in touched(told, shown)


def test_defects_are_repeated_by_the_state_of_chance(told: Columns) -> None:
    """The same random numbers give the same defects."""
    first, again = (disturb(told, DefectRates(), np.random.default_rng(9)) for _ in range(2))
    assert touched(first, again) == set()


def test_what_was_told_stays_as_it_was(told: Columns) -> None:
    """Disturbing returns new columns and leaves the given ones alone."""
    before = {name: values.copy() for name, values in told.items()}
    disturb(told, DefectRates(), np.random.default_rng(9))
    assert touched(before, told) == set()


@settings(deadline=None)
@given(
    st.text(st.characters(categories=("L", "M")), min_size=1, max_size=12),
    st.integers(0, 2**32 - 1),
)
def test_a_typing_error_never_empties_and_always_changes(text: str, seed: int) -> None:
    """In any script one error gives another text that is not empty."""
    values = cells([text])
    mistype(values, 1.0, np.random.default_rng(seed))
    assert values[0]
    assert values[0].casefold() != text.casefold() or len(values[0]) != len(text)


def test_khmer_names_can_be_mistyped() -> None:
    """Signs that no Latin keyboard has are doubled or left out."""
    names = cells(["សុភ័ក្ត្រ"] * 200)
    mistype(names, 1.0, np.random.default_rng(3))
    assert {len(name) for name in names} == {8, 10}


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(DefectRates)])
def test_a_rate_is_between_0_and_1(field: str) -> None:
    """A rate outside 0 to 1 is refused by its name."""
    with pytest.raises(ValueError, match=field):
        DefectRates(**{field: 1.5})


def test_listed_names_only_change_into_text(told: Columns) -> None:
    """Whatever goes wrong, a register holds text or nothing, in columns of one length."""
    shown = disturb(told, DefectRates(), np.random.default_rng(4))
    assert {len(values) for values in shown.values()} == {RECORDS}
    for values in shown.values():
        pa.array(values, pa.string())
    assert set(khmer_names().family.latin) < set(shown["family_name"])
