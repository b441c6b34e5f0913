"""Consensus: the published model comes out, and what may not be pooled is refused by name."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uic.analysis.consensus import Pooling, Prior, Reached, consensus, parse_record
from uic.analysis.consensus.output import text, to_csv
from uic.analysis.consensus.unaids import rounded, unaids_fields
from uic.analysis.pictures import consensus_forest, prior_posterior, render
from uic.errors import EstimationError

HERE = Path(__file__).parent
SHARED = HERE.parents[1].parent / "shared" / "data" / "size" / "expected_consensus.json"
CASES = json.loads((HERE / "reference" / "consensus.json").read_text(encoding="utf-8"))["cases"]


def record_of(case: dict[str, Any], **more: Any) -> Any:
    """Build a record from a case of the reference."""
    given_ = case["input"]
    rows = zip(given_["est"], given_["lo"], given_["hi"], given_["conf"], strict=True)
    estimates = [
        entry(f"study {n}", number=e, low=lo, high=hi, confidence=float(c), set_by="the group")
        for n, (e, lo, hi, c) in enumerate(rows)
    ]
    names = {"med": "median", "q75": "q75", "low": "lower", "up": "upper"}
    prior = {names[key]: given_[key] for key in names if key in given_}
    return parse_record({"prior": prior, "estimates": estimates, **more})


def entry(label: str, **more: Any) -> dict[str, Any]:
    """Build an entry with everything that a record asks for."""
    whole = {"label": label, "method": "rds", "place": "A", "period": "2012", "population": "pwid"}
    return whole | more


def two(**more: Any) -> Any:
    """Build a record of two studies that agree."""
    estimates = [
        entry("one", number=1000, low=800, high=1250),
        entry("two", number=1100, low=900, high=1350),
    ]
    return parse_record({"estimates": estimates, **more})


def _check(case: dict[str, Any]) -> None:
    found = consensus(record_of(case))
    triangulator, random, fixed, median = found.methods
    out = case["output"]
    # The reference is a sum over a grid: it is off by about 1e-4 beside a hard bound.
    assert triangulator.number == pytest.approx(out["median"], rel=2e-5)
    assert triangulator.mean == pytest.approx(out["mean"], rel=1e-4)
    assert (triangulator.low, triangulator.high) == pytest.approx(tuple(out["ci95"]), rel=2e-4)
    nineties = found.posterior.quantile(0.05), found.posterior.quantile(0.95)
    assert nineties == pytest.approx(tuple(out["ci90"]), rel=2e-4)
    assert triangulator.tau == pytest.approx(out["tau_median"], rel=0.005)
    effect = case["fixed_effect_log"]
    assert fixed.number == pytest.approx(effect["N"], rel=1e-10)
    assert (fixed.low, fixed.high) == pytest.approx(tuple(effect["ci95"]), rel=1e-7)
    assert found.disagreement.q == pytest.approx(effect["Q"], rel=1e-10)
    assert found.disagreement.i2 == pytest.approx(effect["I2"], rel=1e-10, abs=1e-12)
    effect = case["random_effects_DL_log"]
    assert random.number == pytest.approx(effect["N"], rel=1e-10)
    assert random.tau**2 == pytest.approx(effect["tau2"], rel=1e-9, abs=1e-12)
    assert (random.low, random.high) == pytest.approx(tuple(effect["ci95"]), rel=1e-7)
    assert [median.number, median.low, median.high] == case["median_min_max"]


@pytest.mark.parametrize("name", sorted(CASES))
def test_reference_cases_come_out(name: str) -> None:
    """Triangulator, both effects, Q, I2 and the median are those of the reference."""
    _check(CASES[name])


def test_shared_cases_come_out() -> None:
    """The cases beside the repository come out too, where they are present."""
    if not SHARED.exists():
        pytest.skip("the shared reference folder is not beside this repository")
    for case in json.loads(SHARED.read_text(encoding="utf-8"))["cases"].values():
        _check(case)


def test_the_printed_example_comes_out_to_the_digit() -> None:
    """Three studies of the Triangulator manual: 3322.2, 3294.0, 2549.5 to 4255.0."""
    first = consensus(record_of(CASES["shape_of_docs_example"])).methods[0]
    assert f"{first.mean:.1f} {first.number:.1f} {first.low:.1f} {first.high:.1f}" == (
        "3322.2 3294.0 2549.5 4255.0"
    )


def test_a_fine_two_dimensional_sum_agrees_beside_a_hard_bound() -> None:
    """Where the reference's grid is coarse, an independent finer one gives our numbers."""
    case = CASES["bounded_by_service_count"]
    found = consensus(record_of(case)).methods[0]
    theta, mass = _posterior_by_force(case["input"])
    cumulated = np.cumsum(mass) - mass / 2
    low, middle, high = np.exp(np.interp((0.025, 0.5, 0.975), cumulated, theta))
    assert (found.low, found.number, found.high) == pytest.approx((low, middle, high), rel=1e-5)
    assert found.mean == pytest.approx(float(np.sum(mass * np.exp(theta))), rel=1e-5)


def _posterior_by_force(given_: dict[str, Any]) -> tuple[Any, Any]:
    """Sum the model's density over theta (mid-points between the bounds) and ln tau."""
    y = np.log(given_["est"])
    s = (np.log(given_["hi"]) - np.log(given_["lo"])) / 3.92 / np.array(given_["conf"])
    edges = np.linspace(math.log(given_["low"]), math.log(given_["up"]), 1501)
    theta = (edges[1:] + edges[:-1]) / 2
    scale = 0.01 * np.std(y, ddof=1)
    tau = np.exp(np.arange(math.log(scale) - 14, math.log(200), 0.05))
    logs = np.log(tau) - np.log1p((tau / scale) ** 2)
    logs = np.repeat(logs[:, None], len(theta), axis=1)
    for yi, si in zip(y, s, strict=True):
        variance = (tau**2 + si**2)[:, None]
        logs += -0.5 * np.log(variance) - 0.5 * (yi - theta) ** 2 / variance
    middle = math.log(given_["med"])
    logs += -0.5 * ((theta - middle) / ((math.log(given_["q75"]) - middle) / 0.674)) ** 2
    mass = np.exp(logs - logs.max()).sum(axis=0)
    return theta, mass / mass.sum()


def test_a_whole_meeting_takes_less_than_a_second() -> None:
    """Eight studies with every sensitivity analysis are done well under a second."""
    rows = [
        entry(f"s{n}", number=1000 + 90 * n, low=700 + 60 * n, high=1500 + 120 * n)
        for n in range(8)
    ]
    record = parse_record({"prior": {"median": 1200, "q75": 1700}, "estimates": rows})
    start = time.perf_counter()
    consensus(record)
    assert time.perf_counter() - start < 1


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(200, 20000), st.floats(1.05, 4), st.floats(0.05, 1)),
        min_size=2,
        max_size=6,
    ),
    st.booleans(),
)
def test_results_stay_in_order_whatever_comes_in(
    rows: list[tuple[float, float, float]],
    with_prior: bool,
) -> None:
    """Limits lie around the number for every method, shares add up to one, nothing overflows."""
    estimates = [
        entry(f"s{n}", number=x, low=x / r, high=x * r, confidence=c, set_by="group")
        for n, (x, r, c) in enumerate(rows)
    ]
    prior = {"median": 1500, "q75": 3000} if with_prior else {}
    found = consensus(parse_record({"estimates": estimates, "prior": prior}))
    for item in found.methods[:3]:
        assert 0 < item.low < item.number < item.high < math.inf
    assert sum(share for _, share in found.shares) == pytest.approx(1)
    assert found.posterior.below(found.methods[0].number) == pytest.approx(0.5, abs=1e-6)


def test_bounds_far_from_every_study_still_give_an_answer() -> None:
    """A hard bound wins over studies that lie beyond it, and the notes say so."""
    found = consensus(two(prior={"median": 30000, "q75": 40000, "lower": 20000, "upper": 60000}))
    first = found.methods[0]
    assert 20000 < first.low < first.number < first.high < 60000
    assert sum("beyond the lower bound" in note for note in found.notes) == 2


@pytest.mark.parametrize(
    "prior",
    [
        {},
        {"median": 1500, "q75": 1520},
        {"median": 1500, "q75": 140000},
        {"lower": 1e5},
        {"lower": 1, "upper": 2},
        {"upper": 1.5},
    ],
)
@pytest.mark.parametrize(
    "rows",
    [
        [(1000, 999.999, 1000.001, 1), (1000.5, 1000.4999, 1000.5001, 1)],
        [(1e9, 5e8, 2e9, 1), (3, 1, 10, 1)],
        [(1000, 800, 1200, 1e-6), (1100, 900, 1300, 1e-6)],
        [(1000, 1, 1e10, 1), (1100, 900, 1300, 1)],
        [(1000, 999.999999, 1000.000001, 1), (5000, 4999.999999, 5000.000001, 1)],
    ],
)
def test_extremes_give_finite_numbers_in_order(
    rows: list[tuple[float, float, float, float]], prior: dict[str, float]
) -> None:
    """Exact studies, useless ones, and bounds or priors far away: no overflow, no NaN."""
    estimates = [
        entry(str(k), number=n, low=lo, high=hi, confidence=float(c), set_by="group")
        for k, (n, lo, hi, c) in enumerate(rows)
    ]
    found = consensus(parse_record({"estimates": estimates, "prior": prior}))
    first = found.methods[0]
    assert 0 < first.low <= first.number <= first.high < math.inf
    assert prior.get("lower", 0) <= first.low * (1 + 1e-9)
    assert first.high <= prior.get("upper", math.inf) * (1 + 1e-9)
    assert "nan" not in render(consensus_forest(found)) + render(prior_posterior(found))


def test_studies_that_agree_to_the_digit_are_pooled() -> None:
    """Equal numbers have no spread between them; the scale of tau is then its least value."""
    rows = [entry(str(n), number=1000, low=800, high=1250) for n in range(3)]
    found = consensus(parse_record({"estimates": rows}))
    assert found.methods[0].number == pytest.approx(1000, rel=1e-6)
    assert found.disagreement.q == pytest.approx(0)


def test_leaving_one_out_is_the_meeting_without_it() -> None:
    """Each row of leave-one-out equals a meeting in which that study is not pooled."""
    record = record_of(CASES["shape_of_docs_example"])
    found = consensus(record)
    for position, row in enumerate(found.leave_one_out):
        rows = list(record.estimates)
        rows[position] = rows[position].model_copy(update={"left_out": "to see"})
        other = consensus(record.model_copy(update={"estimates": tuple(rows)}))
        assert row.triangulator == other.methods[0]
        assert row.random_effects == other.methods[1]


def test_tau_sensitivity_holds_the_records_own_scale() -> None:
    """The scales shown include the one the record uses, with the headline's number."""
    found = consensus(two(pooling={"tau_multiplier": 0.3}))
    scales = dict(found.tau_sensitivity)
    assert scales[0.3] == found.methods[0]
    assert list(scales) == [0.01, 0.1, 0.3, 0.5, 1.0]


@pytest.mark.parametrize("method", ["triangulator", "random-effects", "fixed-effect", "median"])
def test_the_record_chooses_the_headline(method: str) -> None:
    """The headline is the method the record names; all others stay beside it."""
    found = consensus(two(pooling={"method": method}))
    assert found.headline.method == method
    assert len(found.methods) == 4


def test_a_prior_is_shown_beside_and_pulls() -> None:
    """The prior is summarised by itself, has a share, and draws the number towards it."""
    without, with_ = consensus(two()), consensus(two(prior={"median": 3000, "q75": 3300}))
    assert with_.prior is not None
    assert with_.prior.number == pytest.approx(3000)
    assert dict(with_.shares)["prior"] > 0
    assert without.methods[0].number < with_.methods[0].number < 3000


@pytest.mark.parametrize("trait", ["population", "place", "age"])
def test_estimates_of_other_people_are_not_pooled(trait: str) -> None:
    """A difference in population, place or age is refused, naming entries and the field."""
    rows = [entry("one", number=1000, low=800, high=1250, age="15-49")]
    rows.append(entry("two", number=1100, low=900, high=1350, age="15-49") | {trait: "other"})
    with pytest.raises(EstimationError, match=f"differ in {trait}") as error:
        consensus(parse_record({"estimates": rows}))
    assert "one" in str(error.value)
    assert "two" in str(error.value)
    assert f'allow_mixed = ["{trait}"]' in str(error.value)
    allowed = {"allow_mixed": [trait], "why": "one is a part of the other"}
    found = consensus(parse_record({"estimates": rows, "pooling": allowed}))
    assert "one is a part of the other" in found.notes[0]


def test_the_meetings_own_target_counts() -> None:
    """Studies that agree with each other but not with the meeting's population are refused."""
    with pytest.raises(EstimationError, match="the meeting"):
        consensus(two(meeting={"population": "pwud"}))


def test_one_study_is_no_consensus() -> None:
    """A single study, or none, is refused with what to do instead."""
    rows = [entry("one", number=1000, low=800, high=1250)]
    with pytest.raises(EstimationError, match="one study only"):
        consensus(parse_record({"estimates": rows}))
    rows[0]["left_out"] = "old"
    with pytest.raises(EstimationError, match="no study"):
        consensus(parse_record({"estimates": rows}))


def test_a_study_without_an_interval_is_refused_by_name() -> None:
    """What cannot be weighed is not pooled silently."""
    rows = [entry("one", number=1000, low=800, high=1250), entry("bare", number=1100)]
    with pytest.raises(EstimationError, match="'bare' has no interval"):
        consensus(parse_record({"estimates": rows}))


def test_confidence_zero_means_shown_and_not_pooled() -> None:
    """Confidence 0 is an infinite interval: the study stays in the record without weight."""
    rows = [entry(str(n), number=1000 + n, low=800, high=1250) for n in range(3)]
    rows[2] |= {"confidence": 0.0, "set_by": "group"}
    found = consensus(parse_record({"estimates": rows}))
    assert [study.left_out for study in found.studies] == ["", "", "confidence 0"]


@pytest.mark.parametrize(
    ("parts", "number", "low", "high"),
    [
        # Kampala PWID 2017: Chapman 3,836.6, log-normal 3,075.1-4,860.3 (Rcapture, CARE1).
        ({"n1": 467, "n2": 450, "m": 54}, 3836.6, 3075.07, 4860.30),
        ({"count": 1200, "proportion": 0.3, "sample": 400}, 4000, 3236.83, 4943.11),
        ({"count": 600, "proportion": 0.2, "sample": 300, "deff": 1.5}, 3000, 2273.75, 3958.21),
        ({"number": 1000, "stderr": 100}, 1000, 822.0, 1216.5),
        ({"low": 600, "high": 1000}, 774.6, 600, 1000),
        ({"total": 13000, "proportion": 0.1, "low": 949, "high": 2800}, 1300, 949, 2800),
    ],
)
def test_missing_intervals_are_recovered(
    parts: dict[str, Any], number: float, low: float, high: float
) -> None:
    """Each stated rule gives the interval that its numbers determine."""
    rows = [entry("found", **parts), entry("other", number=1000, low=800, high=1250)]
    study = consensus(parse_record({"estimates": rows})).studies[0]
    assert (study.number, study.low, study.high) == pytest.approx((number, low, high), rel=1e-4)


def test_the_overlap_is_recovered_from_a_published_number() -> None:
    """The rule m = n1 n2/N gives the same interval as the overlap itself, for Lincoln-Petersen."""
    rows = [
        entry("given", n1=467, n2=450, m=54, number=467 * 450 / 54),
        entry("recovered", n1=467, n2=450, number=467 * 450 / 54),
    ]
    given_, recovered = consensus(parse_record({"estimates": rows})).studies
    assert (given_.low, given_.high) == pytest.approx((recovered.low, recovered.high))
    assert recovered.how == "from n1, n2 and m = n1 n2/N"


def test_a_proportion_of_a_known_total_has_its_survey_error() -> None:
    """Total times P with the logit interval of P at the effective sample size."""
    rows = [
        entry("p", total=10000, proportion=0.2, sample=200),
        entry("o", number=2000, low=1500, high=2600),
    ]
    study = consensus(parse_record({"estimates": rows})).studies[0]
    width = 1.959964 * math.sqrt(2 / (200 * 0.2 * 0.8))
    low, high = (10000 / (1 + math.exp(-(math.log(0.25) + side * width))) for side in (-1, 1))
    assert (study.low, study.high) == pytest.approx((low, high), rel=1e-6)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"n1": 100, "n2": 50, "number": 90}, "hold all of the other|does not fit"),
        ({"n1": 100, "n2": 50, "m": 50}, "hold all of the other"),
        ({"n1": 467, "n2": 450, "m": 54, "number": 9000}, "does not fit"),
        ({"count": 1200, "proportion": 0.3, "sample": 400, "number": 900}, "does not fit"),
    ],
)
def test_parts_that_contradict_the_number_are_refused(parts: dict[str, Any], words: str) -> None:
    """A number outside the interval of its own parts is a typing error or another study."""
    rows = [entry("odd", **parts), entry("other", number=1000, low=800, high=1250)]
    with pytest.raises(EstimationError, match=words):
        consensus(parse_record({"estimates": rows}))


def test_coverage_carries_both_uncertainties() -> None:
    """Share of people reached; its interval is wider than that of either number alone."""
    plain = consensus(two(reached={"number": 500}))
    linked = consensus(two(reached={"number": 500, "low": 450, "high": 560}))
    size = plain.headline
    assert plain.coverage is not None
    assert linked.coverage is not None
    assert plain.coverage.share == pytest.approx(500 / size.number)
    assert plain.coverage.low == pytest.approx(500 / size.high)
    assert plain.coverage.high == pytest.approx(500 / size.low)
    assert linked.coverage.low < plain.coverage.low
    assert linked.coverage.high > plain.coverage.high


def test_more_people_reached_than_exist_is_said() -> None:
    """Coverage above 100% is not cut away: it is shown and named as a contradiction."""
    found = consensus(two(reached={"number": 1500}))
    assert found.coverage is not None
    assert found.coverage.share > 1
    assert any("More people were reached" in note for note in found.notes)


def test_unaids_fields_are_complete() -> None:
    """Definition, method, rounded size, share of adults and every site estimate are there."""
    meeting = {"population": "pwid", "key_population": "C", "adults": 10_000_000, "age": "15+"}
    record = two(meeting=meeting, populations={"pwid": "injected in the last 12 months"})
    fields = unaids_fields(consensus(record))
    assert fields["definition"] == "injected in the last 12 months"
    assert fields["key_population"] == "people who inject drugs"
    assert fields["size_estimate"] == 1100
    assert fields["percent_of_adults"] == pytest.approx(0.0105, abs=2e-4)
    assert "one (confidence 1); two (confidence 1)" in fields["method"]
    assert [site["label"] for site in fields["site_estimates"]] == ["one", "two"]


@pytest.mark.parametrize(
    ("number", "expected"), [(1565.6, 1600), (98.7, 99), (4021.8, 4000), (0.0, 0), (12345.0, 12000)]
)
def test_numbers_are_published_with_two_digits(number: float, expected: int) -> None:
    """A size estimate is rounded to two significant digits."""
    assert rounded(number) == expected


def test_opinions_and_old_studies_are_named() -> None:
    """Expert opinion among the studies and years between them come as notes."""
    rows = [
        entry("opinion", method="expert", period="2004", number=1000, low=800, high=1250),
        entry("survey", number=1100, low=900, high=1350),
    ]
    notes = " ".join(consensus(parse_record({"estimates": rows})).notes)
    assert "Not a study: opinion" in notes
    assert "span 2004 to 2012" in notes


def test_conflict_is_named_where_the_default_tau_hides_it() -> None:
    """Q, I2 and the other methods tell what Triangulator's short interval does not."""
    found = consensus(record_of(CASES["nairobi_like_three_methods_flat"]))
    assert any("disagree more than chance" in note for note in found.notes)


def test_outputs_hold_the_same_numbers() -> None:
    """JSON, CSV, table and frame all carry the headline; JSON holds no NaN."""
    found = consensus(two(prior={"median": 1000, "q75": 1500}))
    data = json.loads(text(found, "json"), parse_constant=_refuse)
    assert data["headline"]["number"] == found.headline.number
    table = found.to_table().to_pylist()
    assert {row["kind"] for row in table} == {"study", "prior", "consensus", "pooled", "tau"}
    assert next(r for r in table if r["kind"] == "consensus")["number"] == found.headline.number
    assert f"{found.headline.number:,.0f}" in text(found, "table")
    assert list(found.to_frame()["name"])[:2] == ["one", "two"]
    assert to_csv(found).count("\n") == len(table) + 1


def _refuse(constant: str) -> None:
    raise AssertionError(constant)


def test_a_label_does_not_run_in_a_spreadsheet() -> None:
    """A label that starts like a formula is defused in CSV."""
    rows = [entry("=1+1", number=1000, low=800, high=1250), entry("b", number=3, low=2, high=4)]
    assert "'=1+1" in to_csv(consensus(parse_record({"estimates": rows})))


def test_the_same_record_gives_the_same_result() -> None:
    """Nothing is random: two runs are equal to the last bit."""
    record = record_of(CASES["shape_of_docs_example"])
    assert text(consensus(record), "json") == text(consensus(record), "json")


def test_repr_is_one_short_line() -> None:
    """A consensus prints as its number, not as all its arrays."""
    assert repr(consensus(two())).startswith("<Consensus 1,0")


def test_parts_can_be_built_in_python() -> None:
    """Prior, pooling and people reached are values that a script can set."""
    record = two().model_copy(
        update={"prior": Prior(lower=1000), "pooling": Pooling(), "reached": Reached(number=200)}
    )
    found = consensus(record)
    assert found.methods[0].low > 1000


@pytest.mark.parametrize(("confidence", "times"), [(1.0, 1), (0.5, 2), (0.25, 4)])
def test_confidence_stretches_the_interval_on_the_log_scale(confidence: float, times: int) -> None:
    """Confidence 0.5 doubles the standard error and 0.25 quadruples it."""
    rows = [
        entry("one", number=1000, low=800, high=1250, confidence=confidence, set_by="group"),
        entry("two", number=1100, low=900, high=1350),
    ]
    study = consensus(parse_record({"estimates": rows})).studies[0]
    assert study.stretched == pytest.approx((1000 * 0.8**times, 1000 * 1.25**times))
