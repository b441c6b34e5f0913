"""Two lists: published and computed reference values, and the intervals' promises."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uic.analysis.estimating.two_lists import (
    binomial_quantile,
    chapman,
    lincoln_petersen,
    profile_interval,
    transformed_logit,
)
from uic.errors import EstimationError, NoOverlapError

CASES = json.loads((Path(__file__).parent / "reference" / "two_lists.json").read_text())["cases"]


def limits(interval: object) -> tuple[float, float]:
    return interval.low, interval.high  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", CASES)
def test_estimates_and_intervals_equal_the_reference(name: str) -> None:
    """Both estimates, their errors and every interval agree with the reference values."""
    case = CASES[name]
    n1, n2, m, expected = case["n1"], case["n2"], case["m"], case["CI95"]
    plain, better = lincoln_petersen(n1, n2, m), chapman(n1, n2, m)
    assert plain.abundance == pytest.approx(case["LP"], rel=1e-12)
    assert plain.stderr == pytest.approx(case["LP_se_multinomial"], rel=1e-12)
    assert better.abundance == pytest.approx(case["Chapman"], rel=1e-12)
    assert better.stderr == pytest.approx(case["Chapman_se"], rel=1e-12)
    found = {
        "LP_lognormal": plain.interval,
        "Chapman_lognormal": better.interval,
        "LP_wald": lincoln_petersen(n1, n2, m, interval="Wald").interval,
        "Chapman_wald": chapman(n1, n2, m, interval="Wald").interval,
        "transformed_logit_Sadinle": transformed_logit(n1, n2, m),
    }
    for key, interval in found.items():
        assert limits(interval) == pytest.approx(expected[key], rel=1e-10), key
    assert limits(profile_interval(n1, n2, m)) == pytest.approx(
        expected["profile_multinomial"], rel=1e-8
    )


def test_published_kampala_interval() -> None:
    """The binomial-quantile interval is the one published for Kampala, 3,090 to 5,126."""
    assert limits(binomial_quantile(467, 450, 54)) == pytest.approx((3090.4, 5125.6), abs=0.1)


def test_published_luanda_estimate() -> None:
    """Luanda 2011: 792 objects, 353 surveyed, 45 with both gives 6,212.8."""
    assert lincoln_petersen(792, 353, 45).abundance == pytest.approx(6212.8, abs=0.05)


@given(st.integers(1, 400), st.integers(0, 400), st.integers(0, 400))
def test_default_interval_never_falls_below_the_people_seen(m: int, a: int, b: int) -> None:
    """Every interval but Wald starts at or above the people seen and holds the estimate."""
    n1, n2 = m + a, m + b
    for estimate in (lincoln_petersen(n1, n2, m), chapman(n1, n2, m)):
        assert estimate.interval.low >= (n1 + n2 - m) * (1 - 1e-12)
        assert estimate.interval.low <= estimate.abundance * (1 + 1e-12)
        assert estimate.abundance <= estimate.interval.high * (1 + 1e-12)


def test_wald_goes_below_zero_and_only_by_name() -> None:
    """On a small overlap Wald is absurd, and no other interval is called so."""
    assert lincoln_petersen(120, 80, 3, interval="Wald").interval.low < 0
    assert lincoln_petersen(120, 80, 3).interval.method == "log-normal"


def test_lists_without_overlap_are_refused_by_name() -> None:
    """An overlap of zero has its own error."""
    with pytest.raises(NoOverlapError, match="share nobody"):
        chapman(10, 10, 0)


@pytest.mark.parametrize(("n1", "n2", "m"), [(10, 10, 11), (-1, 5, 1)])
def test_impossible_counts_are_refused(n1: int, n2: int, m: int) -> None:
    """An overlap above a list, or a negative size, is refused."""
    with pytest.raises(EstimationError):
        lincoln_petersen(n1, n2, m)


def test_unknown_interval_names_the_known_ones() -> None:
    """A wrong interval name is answered with the right ones."""
    with pytest.raises(EstimationError, match="log-normal"):
        chapman(10, 10, 5, interval="magic")  # type: ignore[arg-type]
