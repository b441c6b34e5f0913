"""Draws of links: shares as the probabilities say, and what was sure stays."""

from __future__ import annotations

import numpy as np
import pytest

from uic.resolving.drawing import draw_persons

PERSONS = np.array([0, 0, 1, 1, 1, 2, 3])  # records 0-1, 2-3-4, 5, 6
A = np.array([0, 2, 3, 2])
B = np.array([1, 3, 4, 4])
CHANCE = np.array([0.7, 0.9, 0.6, 0.5])


def test_two_records_are_together_as_often_as_their_pair_is_probable() -> None:
    """A pair of probability .7 joins its records in about .7 of the draws."""
    records, drawn = draw_persons(PERSONS, A, B, CHANCE, draws=4000, seed=1)
    assert records.tolist() == [0, 1, 2, 3, 4]
    together = {
        (a, b): float((drawn[:, a] == drawn[:, b]).mean()) for a, b in ((0, 1), (2, 3), (3, 4))
    }
    assert together[0, 1] == pytest.approx(0.7, abs=0.03)
    assert together[2, 3] == pytest.approx(0.9, abs=0.03)
    assert together[3, 4] == pytest.approx(0.6, abs=0.03)  # 2-4 is the weakest: it adds nothing
    assert not (drawn[:, 0] == drawn[:, 2]).any()


def test_the_expected_number_of_people_grows_by_what_is_doubtful() -> None:
    """Draws hold, on average, one person more for every expected wrong link of the forest."""
    _, drawn = draw_persons(PERSONS, A, B, CHANCE, draws=4000, seed=2)
    people = np.array([len(np.unique(world)) for world in drawn])
    assert people.mean() == pytest.approx(2 + 0.3 + 0.1 + 0.4, abs=0.05)
    assert people.min() == 2
    assert people.max() == 5


def test_links_that_were_not_made_can_be_drawn() -> None:
    """A candidate below the threshold joins two persons in its share of the draws."""
    records, drawn = draw_persons(
        PERSONS, np.array([0, 5]), np.array([1, 6]), np.array([1.0, 0.2]), draws=4000, seed=3
    )
    assert records.tolist() == [5, 6]
    assert float((drawn[:, 0] == drawn[:, 1]).mean()) == pytest.approx(0.2, abs=0.03)


def test_what_no_pair_explains_is_never_taken_apart() -> None:
    """Records that a review or an earlier round put together stay together."""
    records, drawn = draw_persons(
        PERSONS, np.array([2]), np.array([3]), np.array([0.5]), draws=200, seed=4
    )
    assert records.tolist() == [2, 3, 4]
    assert (drawn[:, 0] == drawn[:, 2]).all()
    assert 0.3 < float((drawn[:, 0] == drawn[:, 1]).mean()) < 0.7


def test_a_weak_way_round_does_not_take_a_person_apart() -> None:
    """Two records tied by a review stay together, though candidates lead round by a third."""
    persons, pairs = np.array([0, 0, 1]), (np.array([0, 1]), np.array([2, 2]))
    _, drawn = draw_persons(persons, *pairs, np.array([0.2, 0.2]), draws=200, seed=6)
    assert (drawn[:, 0] == drawn[:, 1]).all()
    assert 0 < (drawn[:, 0] == drawn[:, 2]).mean() < 1


def test_nothing_in_question_is_an_empty_answer() -> None:
    """Sure links, or none at all, leave no record in question."""
    none = np.array([], dtype=np.int64)
    for a, b, p in ((none, none, np.array([])), (A[:1], B[:1], np.array([1.0]))):
        records, drawn = draw_persons(PERSONS, a, b, p, draws=5, seed=0)
        assert records.size == 0
        assert drawn.shape == (5, 0)


def test_same_seed_same_draws() -> None:
    """The draws are a function of the seed."""
    one, two, other = (draw_persons(PERSONS, A, B, CHANCE, draws=50, seed=s)[1] for s in (7, 7, 8))
    assert (one == two).all()
    assert (one != other).any()


def test_groups_never_mix_with_records_outside() -> None:
    """On random graphs, a record in question never shared a person with one that is not."""
    rng = np.random.default_rng(5)
    for _ in range(30):
        persons = rng.integers(0, 12, 30)
        a, b = rng.integers(0, 30, (2, 25))
        keep = a != b
        chance = rng.choice([0.2, 0.8, 1.0], keep.sum())
        records, drawn = draw_persons(persons, a[keep], b[keep], chance, draws=20, seed=1)
        outside = np.setdiff1d(np.arange(30), records)
        assert not set(persons[records]) & set(persons[outside])
        assert drawn.shape == (20, len(records))
