"""What vouched lists tell of pairs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uic.resolving.records import Nodes
from uic.resolving.vouching import given_vouched


def nodes(sizes: tuple[int, ...], vouched: tuple[bool, ...]) -> Nodes:
    export = np.repeat(np.arange(len(sizes)), sizes)
    record = np.concatenate([np.arange(size) for size in sizes])
    return Nodes(tuple("abc"[: len(sizes)]), export, record, vouched)


def test_scores_stay_where_nobody_vouches() -> None:
    """Without a vouched list every pair stands alone."""
    odds = np.array([1.0, -2.0])
    found = given_vouched(nodes((2, 2), (False, False)), np.array([0, 0]), np.array([2, 3]), odds)
    assert found.tolist() == odds.tolist()


def test_who_is_found_is_taken() -> None:
    """A doubtful pair loses where one of its records has a sure other, and gains where none has."""
    a, b = np.array([0, 0, 1]), np.array([4, 5, 6])
    odds = np.array([12.0, -0.5, -0.5])
    found = given_vouched(nodes((4, 4), (True, True)), a, b, odds)
    assert found[1] < -5
    assert found[2] > -0.5


def test_a_list_that_nobody_vouches_for_takes_nobody() -> None:
    """Two records of an unvouched list may both be the one record of a vouched one."""
    a, b = np.array([0, 0]), np.array([2, 3])
    found = given_vouched(nodes((2, 2), (True, False)), a, b, np.array([9.0, 9.0]))
    assert (found >= 9).all()


@given(st.data())
def test_the_order_of_pairs_changes_nothing(data: st.DataObject) -> None:
    """Pairs in another order get the same log-odds."""
    pairs = [(i, 4 + j) for i in range(4) for j in range(4)]
    odds = np.array(data.draw(st.lists(st.floats(-6, 15), min_size=16, max_size=16)))
    order = np.array(data.draw(st.permutations(range(16))))
    a, b = np.array(pairs).T
    lists = nodes((4, 4), (True, True))
    found = given_vouched(lists, a, b, odds)
    again = given_vouched(lists, a[order], b[order], odds[order])
    assert again == pytest.approx(found[order], abs=1e-6)
