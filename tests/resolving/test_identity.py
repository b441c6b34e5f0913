"""Person ids over rounds: laws that hold for any clusters, and the cases one can name."""

from __future__ import annotations

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from uic.resolving.identity import NOBODY, Carried, Change, carry_ids

LABELS = st.lists(st.integers(0, 8), max_size=30)


def carry(
    clusters: list[int],
    known: list[int],
    *,
    alive: list[int] | None = None,
    present: list[bool] | None = None,
    following: int = 100,
) -> Carried:
    here = [one != NOBODY for one in known] if present is None else present
    lived = sorted({one for one in known if one != NOBODY}) if alive is None else alive
    return carry_ids(
        np.array(clusters, dtype=np.int64),
        np.array(known, dtype=np.int64),
        np.array(here, dtype=np.bool_),
        np.array(lived, dtype=np.int64),
        following,
    )


@st.composite
def rounds(draw: st.DrawFn) -> tuple[list[int], list[int], list[bool], list[int]]:
    """Records with a cluster now, a person before, whether they stood there, and who lived."""
    clusters = draw(LABELS)
    size = len(clusters)
    known = draw(st.lists(st.integers(-1, 9), min_size=size, max_size=size))
    absent = draw(st.lists(st.booleans(), min_size=size, max_size=size))
    known = [one + 1 if one >= 0 else NOBODY for one in known]
    present = [one != NOBODY and not gone for one, gone in zip(known, absent, strict=True)]
    lived = {one for one, here in zip(known, present, strict=True) if here}
    lived |= set(draw(st.lists(st.integers(50, 55), max_size=3)))
    return clusters, known, present, sorted(lived)


@given(rounds())
def test_an_id_is_one_cluster_and_a_cluster_one_id(
    case: tuple[list[int], list[int], list[bool], list[int]],
) -> None:
    """Records share an id exactly when they share a cluster."""
    clusters, known, present, alive = case
    found = carry(clusters, known, present=present, alive=alive).persons.tolist()
    assert len(set(zip(clusters, found, strict=True))) == len(set(found)) == len(set(clusters))


@given(rounds())
def test_an_id_is_a_known_one_of_its_records_or_was_never_used(
    case: tuple[list[int], list[int], list[bool], list[int]],
) -> None:
    """No cluster gets the id of somebody with whom it shares no record."""
    clusters, known, present, alive = case
    carried = carry(clusters, known, present=present, alive=alive)
    for person in set(carried.persons.tolist()):
        mine = [k for k, p in zip(known, carried.persons, strict=True) if p == person]
        assert person in mine or 100 <= person < carried.following
    if any(one in set(carried.persons.tolist()) for one in range(50, 56)):
        raise AssertionError("an id without a record came back")


@given(rounds())
def test_the_same_clusters_again_change_nothing(
    case: tuple[list[int], list[int], list[bool], list[int]],
) -> None:
    """Who is given again what a round made keeps every id, without an event."""
    clusters, known, present, alive = case
    first = carry(clusters, known, present=present, alive=alive)
    again = carry(clusters, first.persons.tolist(), following=first.following)
    assert again.persons.tolist() == first.persons.tolist()
    assert again.changes == ()
    assert again.following == first.following


@given(rounds(), st.randoms(use_true_random=False))
def test_names_of_clusters_do_not_matter(
    case: tuple[list[int], list[int], list[bool], list[int]], random: Random
) -> None:
    """Clusters may be numbered in any way."""
    clusters, known, present, alive = case
    names = list(range(100))
    random.shuffle(names)
    renamed = [names[one] for one in clusters]
    first = carry(clusters, known, present=present, alive=alive)
    second = carry(renamed, known, present=present, alive=alive)
    assert first.persons.tolist() == second.persons.tolist()
    assert first.changes == second.changes


@given(rounds(), st.randoms(use_true_random=False))
def test_the_order_of_the_records_moves_no_known_id(
    case: tuple[list[int], list[int], list[bool], list[int]], random: Random
) -> None:
    """Shuffled records keep known ids but where two clusters have the same claim."""
    clusters, known, present, alive = case
    order = list(range(len(clusters)))
    random.shuffle(order)
    first = carry(clusters, known, present=present, alive=alive)
    second = carry(
        [clusters[n] for n in order],
        [known[n] for n in order],
        present=[present[n] for n in order],
        alive=alive,
    )
    claims = [
        (
            sum(present[n] for n in members),
            len(members),
            person,
        )
        for person in set(known) - {NOBODY}
        for cluster in set(clusters)
        if (members := [n for n, k in enumerate(known) if k == person and clusters[n] == cluster])
    ]
    if len(set(claims)) == len(claims):  # no tie
        back = dict(zip(order, second.persons.tolist(), strict=True))
        for n, person in enumerate(first.persons.tolist()):
            assert person == back[n] or min(person, back[n]) >= 100


@given(rounds())
def test_events_tell_all_that_changed(
    case: tuple[list[int], list[int], list[bool], list[int]],
) -> None:
    """From the ids before and the events follow the ids after, and nothing is told twice."""
    clusters, known, present, alive = case
    carried = carry(clusters, known, present=present, alive=alive)
    now = set(carried.persons.tolist())
    gone, come = set(), set()
    for change in carried.changes:
        gone |= set(change.before) - set(change.after)
        come |= set(change.after) - set(change.before)
    assert len(set(carried.changes)) == len(carried.changes)
    assert now - set(alive) <= come
    assert set(alive) - now <= gone


def test_most_shared_records_decide() -> None:
    """The larger part of a split person keeps the id; the smaller gets a new one."""
    carried = carry([0, 0, 0, 1, 1], [7, 7, 7, 7, 7])
    assert carried.persons.tolist() == [7, 7, 7, 100, 100]
    assert carried.changes == (Change("split", (7,), (7, 100)),)


def test_a_merger_keeps_the_id_of_the_larger_person() -> None:
    """Two persons become one, under the id of the one with more records."""
    carried = carry([0, 0, 0], [3, 8, 8])
    assert carried.persons.tolist() == [8, 8, 8]
    assert carried.changes == (Change("merged", (3, 8), (8,)),)


def test_a_tie_goes_to_the_lower_id() -> None:
    """Of two persons with as many records the older id stays."""
    assert carry([0, 0], [8, 3]).persons.tolist() == [3, 3]


def test_a_record_that_moves_is_a_split_and_a_merger() -> None:
    """One record goes from one person to another; both ids stay."""
    carried = carry([0, 0, 1, 1, 1], [3, 3, 3, 8, 8])
    assert carried.persons.tolist() == [3, 3, 8, 8, 8]
    assert carried.changes == (Change("merged", (3, 8), (8,)), Change("split", (3,), (3, 8)))


def test_who_is_on_no_list_any_more_has_left() -> None:
    """An id without records is told, and no one else gets it."""
    carried = carry([0], [NOBODY], alive=[5])
    assert carried.persons.tolist() == [100]
    assert carried.changes == (Change("left", (5,), ()), Change("new", (), (100,)))


def test_who_comes_back_finds_the_old_id() -> None:
    """Records that were away a round claim their person's id, after those that stayed."""
    away = carry([0], [5], present=[False], alive=[])
    assert away.persons.tolist() == [5]
    assert away.changes == (Change("returned", (), (5,)),)
    late = carry([0, 1, 1], [5, 5, 5], present=[True, False, False])
    assert late.persons.tolist() == [5, 100, 100]


def test_nobody_at_all() -> None:
    """An empty round is a round."""
    carried = carry([], [])
    assert carried.persons.tolist() == []
    assert carried.changes == ()
