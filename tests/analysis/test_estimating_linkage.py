"""Linkage error: reference cases, exact limits, and what must not depend on the threshold."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from uic.analysis.estimating import LinkageQuality, models
from uic.analysis.estimating.histories import Histories
from uic.analysis.estimating.linkage_error import corrected, ding_fienberg, from_probabilities
from uic.analysis.estimating.linkage_models import corrected_models
from uic.analysis.estimating.loglinear import loglinear
from uic.analysis.estimating.mixing import mixing, mixing_matrix, unmix
from uic.analysis.estimating.thresholds import linkage_quality, threshold_curve
from uic.errors import EstimationError

REFERENCE = Path(__file__).parent / "reference"
CASES = json.loads((REFERENCE / "linkage_error.json").read_text())
TABLES = json.loads((REFERENCE / "tables.json").read_text())["tables"]
THREE = CASES["three_list"]
PAIRS = {("P", "Q"): THREE["alpha12"], ("P", "E"): THREE["alpha13"], ("Q", "E"): THREE["alpha23"]}
ORDER = [int(name, 2) - 1 for name in THREE["order"]]


def hepatitis() -> Histories:
    item = TABLES["hav_taiwan"]
    return Histories(tuple(item["lists"]), tuple(item["counts"]))


@pytest.mark.parametrize("name", CASES["two_list"])
def test_two_list_cases_come_out(name: str) -> None:
    """N, SE, interval and overlap of every case agree to the printed digits."""
    case = CASES["two_list"][name]
    found = ding_fienberg(
        case["n1"],
        case["n2"],
        case["links_observed"],
        alpha=case["alpha"],
        beta=case["beta"],
        alpha_se=case["var_alpha"] ** 0.5,
        beta_se=case["var_beta"] ** 0.5,
    )
    done = found.corrected
    assert done.abundance == pytest.approx(case["N_DF"], rel=1e-10)
    assert done.stderr == pytest.approx(case["se"], rel=1e-10)
    limits = done.interval.low, done.interval.high
    assert limits == pytest.approx(case["ci95_lognormal"], rel=1e-10)
    assert found.naive.abundance == pytest.approx(case["naive_LP"], rel=1e-10)
    assert found.overlap == pytest.approx(case["true_overlap_estimate"], rel=1e-10)


@pytest.mark.parametrize("name", CASES["two_list"])
def test_sensitivity_and_ppv_say_the_same(name: str) -> None:
    """With the PPV the error rates imply, both forms give the same N and sampling error."""
    case = CASES["two_list"][name]
    counts = case["n1"], case["n2"], case["links_observed"]
    quality = LinkageQuality(case["alpha"], case["implied_precision"])
    one = corrected(*counts, quality).corrected
    two = ding_fienberg(*counts, alpha=case["alpha"], beta=case["beta"]).corrected
    assert one.abundance == pytest.approx(two.abundance, rel=1e-10)
    assert one.stderr == pytest.approx(two.stderr, rel=1e-10)


def test_uncertain_rates_widen_the_interval() -> None:
    """A standard error of the sensitivity or the PPV adds (N/rate SE)^2 to the variance."""
    sure = corrected(4000, 3000, 1220, LinkageQuality(0.9, 0.95)).corrected
    unsure = corrected(4000, 3000, 1220, LinkageQuality(0.9, 0.95, 0.02, 0.01)).corrected
    added = unsure.stderr**2 - sure.stderr**2
    size = sure.abundance
    assert added == pytest.approx((size / 0.9 * 0.02) ** 2 + (size / 0.95 * 0.01) ** 2)


def test_perfect_links_change_nothing() -> None:
    """Sensitivity and PPV of 1 give Lincoln-Petersen."""
    found = corrected(467, 450, 54, LinkageQuality(1.0, 1.0))
    assert found.corrected.abundance == pytest.approx(found.naive.abundance)


@pytest.mark.parametrize(
    ("links", "quality"), [(1200, LinkageQuality(0.2)), (2900, LinkageQuality(0.9))]
)
def test_impossible_rates_are_refused(links: int, quality: LinkageQuality) -> None:
    """Rates that imply more shared people than a list has are refused."""
    with pytest.raises(EstimationError, match="more people on both"):
        corrected(4000, 3000, links, quality)


def test_shares_outside_their_range_are_refused() -> None:
    """A sensitivity of 0 or above 1 is refused when the value is made."""
    for share in (0.0, 1.2):
        with pytest.raises(EstimationError, match="sensitivity"):
            LinkageQuality(share)


def test_mixing_matrix_equals_the_reference() -> None:
    """The matrix of three lists, what it does to the true counts and back, are the reference's."""
    matrix = mixing_matrix(mixing(("P", "Q", "E"), PAIRS))
    assert matrix[np.ix_(ORDER, ORDER)] == pytest.approx(np.array(THREE["T"]), abs=1e-12)
    observed = matrix @ hepatitis().low
    assert observed[ORDER] == pytest.approx(THREE["expected_observed"], rel=1e-12)
    assert np.linalg.solve(matrix, observed) == pytest.approx(hepatitis().low, rel=1e-12)


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("[1,2,3]", "N_independence"),
        ("[12,13,23]", "N_all_two_way"),
        ("[12,3]", "N_one_interaction_12"),
    ],
)
def test_correction_undoes_the_amplification(label: str, key: str) -> None:
    """A table seen a thousand times larger through missed links comes back to the true N."""
    matrix = mixing_matrix(mixing(("P", "Q", "E"), PAIRS))
    scale = 10_000  # 1e-4 is the last digit of the expected counts, so that they become whole
    counts = np.rint(matrix @ hepatitis().low * scale).astype(int)
    observed = Histories(("P", "Q", "E"), tuple(counts.tolist()))
    terms = [models.parse_label(label, 3)]
    plain = loglinear(observed, terms)[0][0].abundance / scale
    done = corrected_models(observed, mixing(observed.lists, PAIRS), terms)[0][0].abundance / scale
    assert plain == pytest.approx(THREE[key]["observed_uncorrected"], rel=1e-6)
    assert done == pytest.approx(THREE[key]["true"], rel=1e-6)


def test_no_error_is_the_plain_model() -> None:
    """With sensitivity 1 the corrected models are the plain ones, errors included."""
    terms = models.all_models(3, 2)
    plain, _ = loglinear(hepatitis(), terms, profiled=0)
    done, _ = corrected_models(hepatitis(), mixing(("P", "Q", "E"), 1.0), terms)
    for one, other in zip(plain, done, strict=True):
        assert other.abundance == pytest.approx(one.abundance, rel=1e-9)
        assert other.stderr == pytest.approx(one.stderr, rel=1e-4)
        assert (other.aic, other.bic) == pytest.approx((one.aic, one.bic), rel=1e-9)


def test_many_lists_with_two_are_ding_and_fienberg() -> None:
    """The general correction, given two lists, is the two-list one, errors included."""
    observed = Histories(("A", "B"), (3000 - 1220, 4000 - 1220, 1220))
    rates = mixing(("A", "B"), 0.9, 0.05, sensitivity_se=0.02, false_links_se=0.01)
    done = corrected_models(observed, rates, [models.main_effects(2)])[0][0]
    expected = CASES["two_list"]["with_uncertain_rates"]
    assert done.abundance == pytest.approx(expected["N_DF"], rel=1e-9)
    assert done.stderr == pytest.approx(expected["se"], rel=1e-4)


def test_correction_needs_every_pair_and_exact_counts() -> None:
    """A pair without a rate is named; masked counts are refused."""
    with pytest.raises(EstimationError, match="P and E"):
        mixing(("P", "Q", "E"), {("P", "Q"): 0.9, ("Q", "E"): 0.9})
    masked = Histories(("A", "B"), (5, 6, 1), (5, 6, 4))
    with pytest.raises(EstimationError, match="linkage error"):
        unmix(masked, np.eye(3))


def test_without_a_threshold() -> None:
    """N is n1 n2 over the sum of probabilities; certain pairs give Lincoln-Petersen."""
    found = from_probabilities(200, 150, [1.0] * 60).corrected
    assert found.abundance == pytest.approx(500.0)
    half = from_probabilities(200, 150, [0.5] * 120).corrected
    assert half.abundance == pytest.approx(500.0)
    assert half.stderr > found.stderr


@pytest.mark.parametrize("probabilities", [[], [0.0, 0.0], [1.2], [float("nan")]])
def test_probabilities_are_checked(probabilities: list[float]) -> None:
    """No probability, only zeros, or a number outside 0 to 1 is refused."""
    with pytest.raises(EstimationError):
        from_probabilities(20, 15, probabilities)


def test_threshold_curve_is_flat_after_correction() -> None:
    """The plain N climbs with the threshold; the corrected one is the threshold-free N."""
    rng = np.random.default_rng(3)
    p = np.concatenate([rng.beta(9, 1, 1200), rng.beta(1, 9, 3000)])
    curve = threshold_curve(4000, 3000, p, [0.3, 0.5, 0.7, 0.9, 1.1])
    numbers = [point.number for point in curve]
    assert len(curve) == 4
    assert numbers == sorted(numbers)
    free = from_probabilities(4000, 3000, p).corrected.abundance
    assert [point.corrected for point in curve] == pytest.approx([free] * 4, rel=1e-9)
    assert [point.precision for point in curve] == sorted(point.precision for point in curve)


def test_quality_from_probabilities() -> None:
    """PPV is the mean probability of the links, sensitivity the share of probability linked."""
    found = linkage_quality([0.9, 0.9, 0.2, 0.1], 0.5)
    assert found.ppv == pytest.approx(0.9)
    assert found.sensitivity == pytest.approx(1.8 / 2.1)
    assert found.ppv_se == pytest.approx((2 * 0.09) ** 0.5 / 2)
    with pytest.raises(EstimationError, match="lower it"):
        linkage_quality([0.1], 0.5)
