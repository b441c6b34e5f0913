"""Matches that met in no pass, estimated from those that met in one and in two."""

from __future__ import annotations

import numpy as np
import pytest

from uic.resolving.unmet import unmet


def test_chao_by_hand() -> None:
    """Four passes, ten matches seen once and five twice: 3/4 x 10 x 9 / (2 x 6)."""
    met = [1] * 10 + [3] * 5 + [15]
    assert unmet(np.array(met, dtype=np.int64), np.ones(16), 4) == pytest.approx(3 / 4 * 90 / 12)


def test_half_probable_pairs_count_half_and_decided_ones_not() -> None:
    """Expected numbers, not pairs; a pair that people alone brought together met in no pass."""
    met = np.array([1] * 20 + [3] * 10 + [0])
    assert unmet(met, np.array([0.5] * 30 + [1.0]), 4) == pytest.approx(3 / 4 * 90 / 12)


def test_one_pass_tells_nothing() -> None:
    """Matches of a single pass are all seen once, which says nothing of the others."""
    assert unmet(np.ones(50, dtype=np.int64), np.ones(50), 1) == 0


def test_independent_passes_are_counted_about_right() -> None:
    """Of 10,000 matches that three passes find with chance .6 each, 640 are missed."""
    seen = np.random.default_rng(1).random((10_000, 3)) < 0.6
    met = (seen * [1, 2, 4]).sum(axis=1)
    kept = met[met > 0]
    assert unmet(kept, np.ones(len(kept)), 3) == pytest.approx((met == 0).sum(), rel=0.15)
