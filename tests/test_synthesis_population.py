"""Hidden populations and the registers drawn from them."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from uic.schema import STANDARD_ATTRIBUTES
from uic.synthesis import NO_DEFECTS, Customs, DefectRates, observe, population

PEOPLE = 20_000


@pytest.fixture(scope="module")
def people() -> pa.Table:
    """Twenty thousand made-up people with Khmer names."""
    return population(PEOPLE, seed=7)


def share(mask: pa.ChunkedArray) -> float:
    return float(pc.mean(pc.cast(mask, pa.float64())).as_py())


def full_names(table: pa.Table) -> list[tuple[str, str]]:
    return list(zip(table["family_name"].to_pylist(), table["given_name"].to_pylist(), strict=True))


def test_a_population_has_every_standard_attribute(people: pa.Table) -> None:
    """Columns are the entity and the attributes a register may carry; entities are unique."""
    assert people.column_names == ["entity", *STANDARD_ATTRIBUTES]
    assert pc.count_distinct(people["entity"]).as_py() == PEOPLE


def test_the_same_seed_gives_the_same_people(people: pa.Table) -> None:
    """A population is repeated by its seed and changed by another."""
    assert population(PEOPLE, seed=7).equals(people)
    assert not population(PEOPLE, seed=8).equals(people)


def test_customs_are_met(people: pa.Table) -> None:
    """Shares of women, of unknown birthdays and of no telephone are those of the customs."""
    customs = Customs()
    length = pc.utf8_length(people["birth_date"])
    assert share(pc.equal(people["sex"], "F")) == pytest.approx(customs.women, abs=0.02)
    assert share(pc.equal(length, 4)) == pytest.approx(customs.month_unknown, abs=0.01)
    assert share(pc.equal(length, 7)) == pytest.approx(customs.day_unknown, abs=0.01)
    assert share(pc.is_null(people["phone"])) == pytest.approx(customs.no_phone, abs=0.02)


def test_a_quarter_is_named_after_the_father(people: pa.Table) -> None:
    """The family name is the father's given name for the stated share of people."""
    named = pc.equal(people["family_name"], people["father_given_name"])
    assert share(named) == pytest.approx(Customs().named_after_father, abs=0.02)


def test_nobody_can_be_called(people: pa.Table) -> None:
    """Every telephone number begins with the prefix that nobody has, and has nine digits."""
    phones = people["phone"].drop_null()
    assert share(pc.match_substring_regex(phones, "^040[0-9]{6}$")) == 1


def test_dense_people_share_names_and_sparse_people_hardly(people: pa.Table) -> None:
    """With Khmer names most people share their full name; with made-up names few do."""
    sparse = population(PEOPLE, style="sparse", seed=7)
    shared = {
        style: sum(count for count in Counter(full_names(table)).values() if count > 1) / PEOPLE
        for style, table in (("dense", people), ("sparse", sparse))
    }
    assert shared["dense"] > 0.6
    assert shared["sparse"] < 0.1


def test_siblings_share_parents_and_place() -> None:
    """When everybody has a sibling, parents and place come from few families."""
    alone = population(2_000, seed=3, customs=Customs(siblings=0.0))
    related = population(2_000, seed=3, customs=Customs(siblings=0.5))

    def families(table: pa.Table) -> int:
        keys = ["family_name", "mother_given_name", "father_given_name", "place"]
        return len(table.group_by(keys).aggregate([]))

    assert families(related) < 0.75 * families(alone)


def test_twins_share_a_birth_date() -> None:
    """Siblings who are twins are born on the day of the other."""
    twins = population(2_000, seed=3, customs=Customs(siblings=0.5, twins=1.0))
    apart = population(2_000, seed=3, customs=Customs(siblings=0.5, twins=0.0))
    distinct = [pc.count_distinct(table["birth_date"]).as_py() for table in (twins, apart)]
    assert distinct[0] < 0.8 * distinct[1]


def test_nobody_is_a_population_too() -> None:
    """An empty population and its register have columns and no rows."""
    nobody = population(0, seed=1)
    assert observe(nobody, share=0.5, seed=1).num_rows == nobody.num_rows == 0


def test_a_register_holds_a_share_of_the_people(people: pa.Table) -> None:
    """About the share of people is on it, each record of somebody who exists, ids unique."""
    register = observe(people, share=0.3, rates=NO_DEFECTS, seed=1)
    assert len(register) == pytest.approx(0.3 * PEOPLE, rel=0.05)
    assert pc.count_distinct(register["record_id"]).as_py() == len(register)
    assert share(pc.is_in(register["entity"], people["entity"])) == 1


def test_a_register_without_defects_shows_the_truth(people: pa.Table) -> None:
    """With every rate 0 a record holds what the person would say."""
    register = observe(people, share=0.2, rates=NO_DEFECTS, seed=1)
    truth = people.take(pc.index_in(register["entity"], people["entity"]).combine_chunks())
    assert register.drop_columns(["record_id"]).equals(truth)


def test_a_register_is_repeated_by_its_seed(people: pa.Table) -> None:
    """Same seed, same register; another seed, other people."""
    first, again, other = (observe(people, share=0.2, seed=seed) for seed in (1, 1, 2))
    assert first.equals(again)
    assert not first.equals(other)


def test_a_register_with_the_seed_of_the_population_is_no_special_register(
    people: pa.Table,
) -> None:
    """Who is on a register has nothing to do with the numbers that made the people."""
    register = observe(people, share=0.5, rates=NO_DEFECTS, seed=7)
    assert share(pc.equal(register["sex"], "F")) == pytest.approx(0.5, abs=0.03)


def test_record_ids_do_not_follow_the_truth(people: pa.Table) -> None:
    """The order of the records tells nothing about the order of the entities."""
    register = observe(people, share=0.5, seed=1)
    entity = np.array([int(name.split("-")[1]) for name in register["entity"].to_pylist()])
    assert abs(np.corrcoef(entity, np.arange(len(entity)))[0, 1]) < 0.05


def test_two_registers_share_people_by_chance(people: pa.Table) -> None:
    """Two registers of 40 % and 50 % share about 20 % of the people."""
    first = observe(people, share=0.4, rates=NO_DEFECTS, seed=1)
    second = observe(people, share=0.5, rates=NO_DEFECTS, seed=2)
    both = pc.sum(pc.is_in(first["entity"], second["entity"])).as_py()
    assert both == pytest.approx(0.2 * PEOPLE, rel=0.06)


def test_some_people_hold_two_records(people: pa.Table) -> None:
    """The stated share of people is registered twice, nobody three times."""
    register = observe(people, share=0.5, rates=DefectRates(registered_twice=0.1), seed=1)
    held = Counter(Counter(register["entity"].to_pylist()).values())
    assert set(held) == {1, 2}
    assert held[2] / (held[1] + held[2]) == pytest.approx(0.1, abs=0.015)


@pytest.mark.parametrize("wrong", [-0.1, 1.1])
def test_a_share_is_between_0_and_1(people: pa.Table, wrong: float) -> None:
    """A share outside 0 to 1 is refused."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        observe(people, share=wrong, seed=1)


def test_a_negative_seed_is_refused() -> None:
    """A seed below 0 is refused with what to give."""
    with pytest.raises(ValueError, match="0 or more"):
        population(10, seed=-1)
