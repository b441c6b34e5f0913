"""Random pairs of a register, less those that look like one person."""

from __future__ import annotations

import numpy as np
import pytest

from uic.levels import BASE, Comparison
from uic.strangers import of_two_people

ITEMS = (
    Comparison("family_name", "text"),
    Comparison("given_name", "text"),
    Comparison("birth_date", "date"),
    Comparison("sex", "code"),
)
ONE = {
    "text": (0.85, 0.08, 0.03, 0.04),
    "date": (0.85, 0.01, 0.06, 0.03, 0.03, 0, 0.01, 0, 0.01),
    "code": (0.98, 0.02),
}
TWO = {
    "text": (0.01, 0.01, 0.04, 0.94),
    "date": (0.00004, 0.0001, 0.001, 0.003, 0.02, 0, 0.1, 0, 0.87586),
    "code": (0.5, 0.5),
}


def drawn(people_twice: int, strangers: int) -> tuple[np.ndarray, np.ndarray]:
    """Patterns of random pairs and how many there are of each."""
    draw = np.random.default_rng(1)
    pattern = np.zeros(people_twice + strangers, dtype=np.int64)
    for n, item in enumerate(ITEMS):
        sides = []
        for count, shares in ((people_twice, ONE), (strangers, TWO)):
            share = np.array(shares[item.kind])
            sides.append(draw.choice(len(share), count, p=share / share.sum()) + 1)
        pattern += np.concatenate(sides) * BASE**n
    values, counts = np.unique(pattern, return_counts=True)
    return values, counts.astype(float)


def test_agreement_on_a_date_is_that_of_strangers() -> None:
    """Of 1,000 people who are on the list twice hardly any is left among the random pairs."""
    pattern, pairs = drawn(1000, 1_000_000)
    exact = (pattern >> 8) % BASE == 1
    assert pairs[exact].sum() > 800
    two = of_two_people(pattern, pairs, ITEMS)
    assert two[exact].sum() == pytest.approx(40, abs=25)
    assert (pairs - two).sum() == pytest.approx(1000, rel=0.1)


def test_where_nobody_is_twice_nothing_is_left_out() -> None:
    """Strangers stay, though some of them agree in much."""
    pattern, pairs = drawn(0, 1_000_000)
    assert (pairs - of_two_people(pattern, pairs, ITEMS)).sum() < 5


def test_a_register_without_pairs_has_no_strangers() -> None:
    """One record has nobody to be compared with."""
    none = np.empty(0)
    assert len(of_two_people(none.astype(np.int64), none, ITEMS)) == 0
