"""What thresholds are expected to bring, from probabilities alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uic.errors import LinkError
from uic.resolving.thresholds import Target, bands, best_threshold, expect, threshold_for

CHANCE = np.array([0.99, 0.9, 0.9, 0.6, 0.3, 0.02])
chances = st.lists(st.floats(0.001, 0.999), min_size=1, max_size=40).map(np.array)
unmets = st.floats(0, 20)


def test_expected_figures_by_hand() -> None:
    """Three links of .99, .9 and .9: 2.79 of 3.71 true pairs, and of 4.71 if one met nowhere."""
    found = expect(CHANCE, 1.0, 0.7)
    assert found.links == 3
    assert found.precision == pytest.approx(0.93)
    assert found.recall == pytest.approx(2.79 / 4.71)
    assert found.f1 == pytest.approx(2 * 2.79 / (3 + 4.71))


def test_targets_by_hand() -> None:
    """Precision .9 allows the three surest; recall .9 needs the four surest."""
    assert threshold_for(CHANCE, 0.0, Target("precision", 0.9)) == pytest.approx(0.9)
    assert threshold_for(CHANCE, 0.0, Target("recall", 0.9)) == pytest.approx(0.6)


def test_nobody_is_promised_what_cannot_be() -> None:
    """A target that no threshold reaches is refused, with what to do."""
    with pytest.raises(LinkError, match="ask for less"):
        threshold_for(CHANCE, 0.0, Target("precision", 0.999))
    with pytest.raises(LinkError, match=r"the most is 0\.\d+\n  hint: ask for less") as told:
        threshold_for(CHANCE, 5.0, Target("recall", 0.9))
    most = float(str(told.value).partition("the most is ")[2].partition("\n")[0])
    threshold_for(CHANCE, 5.0, Target("recall", most))
    with pytest.raises(LinkError, match="ask for less"):
        threshold_for(np.empty(0), 0.0, Target("precision", 0.5))


@given(chances, unmets)
def test_the_best_threshold_is_the_best(chance: np.ndarray, unmet: float) -> None:
    """No threshold is expected to bring a larger F1 than the best one."""
    best = expect(chance, unmet, best_threshold(chance, unmet)).f1
    assert all(expect(chance, unmet, t).f1 <= best + 1e-9 for t in (*chance, 0.01, 0.5, 0.99))


@given(chances, unmets, st.floats(0.05, 0.95), st.sampled_from(["precision", "recall"]))
def test_a_target_is_reached_or_refused(
    chance: np.ndarray, unmet: float, least: float, figure: str
) -> None:
    """The threshold for a target is expected to reach it; a refusal means that none does."""
    target = Target(figure, least)  # type: ignore[arg-type]
    try:
        found = expect(chance, unmet, threshold_for(chance, unmet, target))
    except LinkError:
        reached = [getattr(expect(chance, unmet, t), figure) for t in chance]
        assert max(reached) < least + 1e-9
    else:
        assert getattr(found, figure) >= least - 1e-9


@given(chances)
def test_bands_hold_every_pair_once(chance: np.ndarray) -> None:
    """Link, possible and no link together are all pairs."""
    assert sum(bands(chance).values()) == len(chance)
