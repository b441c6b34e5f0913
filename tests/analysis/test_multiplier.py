"""Multiplier method: published formulas to the last digit, and a named error outside them."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from uic.analysis.multiplier import DESIGN_EFFECTS, multiplier
from uic.errors import EstimationError

HERE = Path(__file__).parent
SHARED = HERE.parents[1].parent / "shared" / "data" / "size" / "expected_multiplier.json"
CASES = json.loads((HERE / "reference" / "multiplier.json").read_text(encoding="utf-8"))["cases"]


def _check(case: dict[str, Any]) -> None:
    found = multiplier(case["count"], case["p"], case["sample"], deff=case["deff"])
    assert found.abundance == pytest.approx(case["N"], rel=1e-12)
    assert found.stderr == pytest.approx(case["se"], rel=1e-12)
    limits = found.interval.low, found.interval.high
    assert limits == pytest.approx(tuple(case["ci_log"]), rel=1e-12)
    inverted = found.logit_interval.low, found.logit_interval.high
    assert inverted == pytest.approx(tuple(case["ci_logit_inverse"]), rel=1e-12)


@pytest.mark.parametrize("name", sorted(CASES))
def test_reference_cases_come_out(name: str) -> None:
    """N, SE, log and inverted logit intervals are those of the reference."""
    _check(CASES[name])


def test_shared_cases_come_out() -> None:
    """The cases beside the repository come out too, where they are present."""
    if not SHARED.exists():
        pytest.skip("the shared reference folder is not beside this repository")
    for case in json.loads(SHARED.read_text(encoding="utf-8")).values():
        _check(case)


def test_design_gives_the_design_effect() -> None:
    """Without a design effect the usual one of the design is taken."""
    for design, deff in DESIGN_EFFECTS.items():
        assert multiplier(600, 0.2, 300, design=design) == multiplier(600, 0.2, 300, deff=deff)


def test_an_uncertain_count_widens_both_intervals() -> None:
    """Linkage error of the count adds in squares to the error of the survey."""
    sure, unsure = multiplier(1200, 0.3, 400), multiplier(1200, 0.3, 400, count_stderr=120)
    cv = math.hypot(sure.stderr / 4000, 0.1)
    assert unsure.stderr == pytest.approx(4000 * cv)
    for name in ("interval", "logit_interval"):
        assert getattr(unsure, name).low < getattr(sure, name).low
        assert getattr(unsure, name).high > getattr(sure, name).high


def test_intervals_cover_where_the_model_is_true() -> None:
    """Over 2,000 seeded surveys of a simple sample the intervals hold the true size 93-97%."""
    random = np.random.default_rng(20261122)
    people, clients, sample = 5000, 1000, 400
    met = random.binomial(sample, clients / people, size=2000)
    found = [multiplier(clients, m / sample, sample, design="simple") for m in met]
    for name in ("interval", "logit_interval"):
        inside = [getattr(f, name).low <= people <= getattr(f, name).high for f in found]
        assert 0.93 <= np.mean(inside) <= 0.97


def test_the_inverted_interval_never_falls_below_the_count() -> None:
    """People on the list exist: dividing by a share below 1 cannot give fewer."""
    assert multiplier(100, 0.97, 30).logit_interval.low > 100


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"count": 0}, "number of people reached"),
        ({"count": -5}, "number of people reached"),
        ({"proportion": 0.0}, "another service"),
        ({"proportion": 1.0}, "lower bound"),
        ({"sample": 1}, "sample size"),
        ({"deff": 0.0}, "design effect"),
        ({"count_stderr": -1.0}, "cannot be negative"),
        ({"level": 1.0}, "between 0 and 1"),
        ({"count": math.nan}, "finite"),
        ({"count": math.inf}, "finite"),
    ],
)
def test_numbers_out_of_range_are_refused(change: dict[str, float], words: str) -> None:
    """A number that gives no estimate is refused with what to do."""
    numbers: dict[str, Any] = {"count": 1200, "proportion": 0.3, "sample": 400} | change
    with pytest.raises(EstimationError, match=words):
        multiplier(**numbers)


def test_a_table_has_one_row() -> None:
    """The result goes into other tools as a table of one row."""
    table = multiplier(1200, 0.3, 400).to_table()
    assert table.num_rows == 1
    assert table["abundance"].to_pylist() == [4000.0]
    assert multiplier(1200, 0.3, 400).to_frame()["log_low"][0] == pytest.approx(3236.83, abs=0.01)
