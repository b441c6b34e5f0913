"""uic estimate as a whole: headline, JSON, strata, linkage error, covariates, the command."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import typer
from typer.testing import CliRunner

from uic.analysis.estimating import (
    EstimateReport,
    Histories,
    LinkageQuality,
    estimate,
    linkage_of,
    models,
    read_results,
)
from uic.analysis.estimating.bootstrap import bootstrap
from uic.analysis.estimating.covariates import doubly_robust, sum_of_strata
from uic.cli.estimate import command
from uic.errors import EstimationError, InputError, NoOverlapError, NotIdentifiableError

REFERENCE = Path(__file__).parent / "reference"
TABLES = json.loads((REFERENCE / "tables.json").read_text())["tables"]


def table(name: str) -> Histories:
    return Histories(tuple(TABLES[name]["lists"]), tuple(TABLES[name]["counts"]))


def csv_of(histories: Histories, path: Path) -> Path:
    rows = [
        f"{','.join(name)},{count}"
        for name, count in zip(histories.names, histories.counts, strict=True)
    ]
    path.write_text("\n".join([",".join([*histories.lists, "count"]), *rows, ""]))
    return path


@pytest.fixture(scope="module")
def hepatitis() -> EstimateReport:
    return estimate(table("hav_taiwan"))


def test_two_lists_lead_with_chapman() -> None:
    """The headline of two lists is Chapman with the log-normal interval."""
    top = estimate(table("kampala_pwid_2017")).headline
    assert (top.method, round(top.abundance, 1)) == ("Chapman", 3836.6)
    limits = top.interval.low, top.interval.high
    assert limits == pytest.approx((3075.1, 4860.3), abs=0.05)
    assert any("cannot test" in sentence for sentence in top.assumptions)


def test_two_lists_show_every_interval_and_wald_only_by_name() -> None:
    """The other intervals stand beside the default; Wald appears when it is asked for."""
    report = estimate(table("kampala_pwid_2017"))
    names = {item.method: item for item in report.intervals}
    assert set(names) == {"transformed logit", "profile", "binomial"}
    assert names["binomial"].low == pytest.approx(3090.4, abs=0.1)
    assert "Wald" not in report.to_json()
    wald = estimate(table("luanda_msm_2011"), interval="Wald")
    published = wald.two_lists[0].interval
    assert (published.low, published.high) == pytest.approx((4566.095, 7859.505), abs=0.1)
    with pytest.raises(EstimationError, match="transformed logit"):
        estimate(table("hav_taiwan"), interval="magic")  # type: ignore[arg-type]


def test_two_masked_lists_are_fitted_and_chapman_refused() -> None:
    """With a masked overlap the log-linear model leads and the two-list methods are refused."""
    report = estimate({"11": "<5", "10": 40, "01": 30})
    assert report.two_lists == ()
    assert report.headline.method == "log-linear [1,2]"
    assert any(item.model == "two lists" and "masked" in item.reason for item in report.refused)


def test_three_lists_lead_with_the_guarded_average(hepatitis: EstimateReport) -> None:
    """The headline of three lists is the AIC average without the saturated model."""
    top = hepatitis.headline
    assert top.abundance == pytest.approx(508.835195, rel=1e-7)
    assert top.stderr == pytest.approx(83.08976, rel=1e-6)
    assert "7 log-linear models" in top.note
    left_out = hepatitis.averages[0].left_out
    assert [item.model for item in left_out] == ["[12,13,23]"]
    assert "saturated" in left_out[0].reason


def test_sparse_table_falls_back_with_a_warning() -> None:
    """Where no model may be averaged the best by BIC leads, and the note warns."""
    report = estimate(table("artificial_3"))
    assert report.headline.method == "log-linear [1,2,3]"
    assert report.headline.abundance == pytest.approx(539.0939, abs=1e-3)
    assert "with care" in report.headline.note
    assert report.averages == ()
    refused = {item.model: item.reason for item in report.refused}
    assert "not identifiable" in refused["[12,13,23]"]
    assert "maximum-likelihood" in refused["[12,3]"]
    assert "[12,3]" in refused["[12,13]"]


def test_json_lists_every_model_with_the_names_of_rcapture(hepatitis: EstimateReport) -> None:
    """The JSON holds every model with Rcapture's labels and columns, and no infinity."""
    data = json.loads(hepatitis.to_json())
    assert data["format"] == "uic-estimate/1"
    assert data["lists"] == ["P", "Q", "E"]
    assert data["histories"]["111"] == 28
    labels = {item["model"] for item in data["loglinear"]}
    assert labels == {
        "[1,2,3]", "[12,3]", "[13,2]", "[23,1]", "[12,13]", "[12,23]", "[13,23]", "[12,13,23]"
    }  # fmt: skip
    model = next(item for item in data["loglinear"] if item["model"] == "[12,23]")
    assert model["abundance"] == pytest.approx(526.7058823529)
    assert model["stderr"] == pytest.approx(78.0217446088, rel=1e-6)
    assert (model["df"], model["aic"], model["bic"]) == (
        1,
        pytest.approx(62.5936859648),
        pytest.approx(84.20639889),
    )
    assert model["interval"]["method"] == "log-normal"
    assert model["profile"]["interval"]["low"] < model["abundance"]
    assert {item["model"] for item in data["heterogeneity"]} >= {"M0", "Mt", "Mh Chao (LB)"}
    assert {item["method"] for item in data["coverage"]["estimates"]} == {"Indep", "HSC", "LSC"}
    assert data["bayesian"]["abundance"] == pytest.approx(426.0883858, rel=1e-6)
    assert len(data["pairs"]) == 3


def test_every_output_form_holds_the_same_headline(hepatitis: EstimateReport) -> None:
    """Table, data frame, CSV and page begin with the same number."""
    frame = hepatitis.to_frame()
    assert isinstance(frame, pd.DataFrame)
    assert frame.loc[0, "abundance"] == hepatitis.headline.abundance
    assert hepatitis.to_table()["abundance"][0].as_py() == hepatitis.headline.abundance
    assert str(hepatitis.headline.abundance) in hepatitis.to_csv().splitlines()[1]
    page = hepatitis.to_text()
    assert page.startswith("509 people")
    assert "cannot be tested" in page


@pytest.mark.parametrize("name", TABLES)
def test_every_published_table_gives_a_report(name: str) -> None:
    """Every published table ends in a headline inside its interval, at or above those seen."""
    report = estimate(table(name), order=2)
    top = report.headline
    assert top.interval.low <= top.abundance <= top.interval.high
    assert report.checks.seen <= top.interval.low * (1 + 1e-12)
    json.loads(report.to_json())


def test_many_lists_walk_through_pairwise_models() -> None:
    """Six lists do not fit 32,768 models: the walk finds Mt first and better ones after."""
    report = estimate(table("snowshoe_hare"))
    labels = {model.model for model in report.loglinear}
    assert "[1,2,3,4,5,6]" in labels
    assert 20 < len(labels) < 500


def test_strata_are_estimated_alone_and_added_up(tmp_path: Path) -> None:
    """The headline of a divided table is the sum of its strata, with summed variances."""
    strata = TABLES["spina_bifida"]["strata"]
    rows = [
        [*f"{cell:03b}", name, str(counts[cell - 1])]
        for name, counts in strata.items()
        if name != "other"
        for cell in range(1, 8)
    ]
    path = tmp_path / "strata.csv"
    path.write_text("\n".join(",".join(row) for row in [["A", "B", "C", "group", "count"], *rows]))
    report = estimate(path, by="group")
    assert [item.name for item in report.strata] == ["caucasian", "afro-american"]
    total = sum(item.abundance for item in report.strata)
    assert report.headline.abundance == pytest.approx(total)
    spread = sum(item.stderr**2 for item in report.strata)
    assert report.headline.stderr == pytest.approx(math.sqrt(spread))
    alone = estimate(Histories(("A", "B", "C"), tuple(strata["caucasian"])))
    assert report.strata[0].abundance == alone.headline.abundance


def test_a_stratum_without_overlap_is_named_by_its_place(tmp_path: Path) -> None:
    """An empty overlap in one stratum has its own error, without the stratum's name."""
    path = tmp_path / "strata.csv"
    path.write_text(
        "A,B,sex,count\n1,1,f,5\n1,0,f,9\n0,1,f,7\n1,1,secret,0\n1,0,secret,9\n0,1,secret,7\n"
    )
    with pytest.raises(NoOverlapError, match="stratum 2") as caught:
        estimate(path, by="sex")
    assert "secret" not in str(caught.value)


def test_linkage_error_moves_the_headline_and_keeps_the_plain_number() -> None:
    """Given the quality of the links both numbers are shown and the corrected one leads."""
    plain = estimate(table("kampala_pwid_2017"))
    found = estimate(table("kampala_pwid_2017"), linkage=LinkageQuality(0.85, sensitivity_se=0.05))
    assert found.headline.abundance == pytest.approx(3307.9, abs=0.1)
    assert found.headline.stderr == pytest.approx(442.83, abs=0.01)
    assert found.linkage is not None
    assert found.linkage.naive.abundance == pytest.approx(3891.7, abs=0.1)
    assert f"{plain.headline.abundance:,.0f}" in found.headline.note
    assert any("85.0% of the true pairs" in sentence for sentence in found.headline.assumptions)


def test_linkage_error_of_three_lists(hepatitis: EstimateReport) -> None:
    """Missed links make three lists' estimate too high; perfect links change nothing."""
    less = estimate(table("hav_taiwan"), linkage=LinkageQuality(0.93, 0.98, 0.01, 0.01))
    same = estimate(table("hav_taiwan"), linkage=LinkageQuality(1.0))
    assert less.headline.abundance < hepatitis.headline.abundance
    assert same.headline.abundance == pytest.approx(hepatitis.headline.abundance, rel=1e-9)
    by_pair = {("P", "Q"): LinkageQuality(0.9), ("E", "P"): LinkageQuality(0.95)}
    with pytest.raises(EstimationError, match="Q and E"):
        estimate(table("hav_taiwan"), linkage=by_pair)


def test_impossible_linkage_rates_leave_the_plain_estimate() -> None:
    """Rates that cannot be are refused by name, and the plain number says so."""
    plain = estimate(table("luanda_msm_2011"))
    found = estimate(table("luanda_msm_2011"), linkage=LinkageQuality(0.1))
    assert found.headline.abundance == plain.headline.abundance
    assert "Not corrected for linkage error" in found.headline.note
    assert found.refused[-1].model == "linkage-corrected"


def test_results_folder_gives_histories_and_quality(tmp_path: Path) -> None:
    """From a folder of results, absent histories are nobody and the manifest gives the rates."""
    (tmp_path / "histories.csv").write_text("dic,outreach,count\n1,1,60\n1,0,140\n0,1,90\n")
    run = {"links": 60, "expected_precision": 0.98, "expected_links": 65.0}
    (tmp_path / "run.json").write_text(json.dumps(run))
    found, quality = read_results(tmp_path)
    assert found.pair(0, 1) == (200, 150, 60)
    assert quality is not None
    assert quality.sensitivity == pytest.approx(0.98 * 60 / 65)
    assert quality.ppv == 0.98
    fewer = linkage_of(run | {"expected_unmet": 5.0})  # between none of them and all
    assert fewer is not None
    assert fewer.sensitivity == pytest.approx(0.98 * 60 * (1 / 65 + 1 / 70) / 2)
    assert fewer.sensitivity_se > quality.sensitivity_se
    assert fewer.ppv == 0.98
    assert linkage_of({"links": 0, "expected_links": 0.0}) is None
    with pytest.raises(InputError, match="does not exist"):
        read_results(tmp_path / "nowhere")


def test_a_list_with_outsiders_lowers_the_estimate() -> None:
    """People on the censored list only no longer count as surely of the population."""
    plain = estimate(table("hav_taiwan"), order=1)
    found = estimate(table("hav_taiwan"), outside="E", order=1)
    assert found.headline.abundance != pytest.approx(plain.headline.abundance, rel=1e-3)
    assert any("masked" in sentence for sentence in found.checks.warnings)
    with pytest.raises(EstimationError, match="list to censor"):
        estimate(table("hav_taiwan"), outside="nobody")


def test_bootstrap_holds_the_error_of_choosing() -> None:
    """The bootstrap runs the whole choice again and repeats itself with its seed."""
    terms = models.all_models(3, 2)
    one = bootstrap(table("hav_taiwan"), terms, replicates=60, seed=5)
    assert one == bootstrap(table("hav_taiwan"), terms, replicates=60, seed=5)
    assert one.interval.low < one.abundance < one.interval.high
    assert one.stderr > 60
    with pytest.raises(NotIdentifiableError):
        bootstrap(table("artificial_3"), terms, replicates=5)


def people_of(rng: np.random.Generator, size: int) -> pa.Table:
    """Draw people of six kinds whose kind decides how likely each list is."""
    x, z = rng.integers(0, 3, size), rng.integers(0, 2, size)
    a = rng.random(size) < np.array([0.2, 0.4, 0.6])[x]
    b = rng.random(size) < np.array([0.3, 0.4, 0.7])[x] * np.array([1.0, 0.7])[z]
    whole = pa.table({"a": a.astype(int), "b": b.astype(int), "x": x, "z": z})
    return whole.filter(pa.array(a | b))


def test_doubly_robust_is_the_sum_of_stratum_estimates() -> None:
    """With saturated covariates the estimate is the sum of Lincoln-Petersen, near the truth."""
    people = people_of(np.random.default_rng(2), 20_000)
    found = doubly_robust(people, ("a", "b"), ["x", "z"])
    frame = people.to_pandas()
    sums = [
        g["a"].sum() * g["b"].sum() / (g["a"] * g["b"]).sum() for _, g in frame.groupby(["x", "z"])
    ]
    assert found.abundance == pytest.approx(sum(sums), rel=1e-9)
    assert found.interval.low < 20_000 < found.interval.high
    pooled = frame["a"].sum() * frame["b"].sum() / (frame["a"] * frame["b"]).sum()
    assert pooled < 19_000
    counted = pa.table(people.group_by(["a", "b", "x", "z"]).aggregate([([], "count_all")]))
    counted = counted.rename_columns(["a", "b", "x", "z", "count"])
    again = doubly_robust(counted, ("a", "b"), ["x", "z"])
    assert again.abundance == pytest.approx(found.abundance)
    assert again.stderr == pytest.approx(found.stderr)
    crossed = doubly_robust(people, ("a", "b"), ["x", "z"], folds=5)
    assert crossed.abundance == pytest.approx(found.abundance, rel=0.05)


def test_doubly_robust_names_an_empty_overlap() -> None:
    """A cell of the covariates whose lists share nobody has its own error."""
    people = pa.table({"a": [1, 0, 1, 1], "b": [0, 1, 1, 1], "x": ["u", "u", "v", "v"]})
    with pytest.raises(NoOverlapError, match="1 of 2 cells"):
        doubly_robust(people, ("a", "b"), ["x"])
    with pytest.raises(EstimationError, match="not a column"):
        doubly_robust(people, ("a", "c"), ["x"])


def test_sum_of_strata_adds_variances() -> None:
    """Sizes and variances of strata add up."""
    found = sum_of_strata({"f": (50, 100.0, 3.0), "m": (60, 150.0, 4.0)})
    assert (found.abundance, found.stderr) == (250.0, 5.0)


@pytest.fixture
def run() -> object:
    app = typer.Typer()
    app.command()(command)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def test_command_prints_and_writes(run: object, tmp_path: Path) -> None:
    """The command prints a page, JSON or CSV, and writes a file when told where."""
    path = csv_of(table("hav_taiwan"), tmp_path / "histories.csv")
    page = run(path)  # type: ignore[operator]
    assert page.exit_code == 0
    assert page.output.startswith("509 people, 393 to 734")
    printed = run(path, "--format", "json")  # type: ignore[operator]
    assert json.loads(printed.output)["headline"]["method"] == "log-linear AIC average"
    out = tmp_path / "out" / "estimate.csv"
    assert run(path, "--format", "csv", "-o", out).exit_code == 0  # type: ignore[operator]
    assert out.read_text().startswith("method,model,abundance")


def test_command_reads_a_results_folder(run: object, tmp_path: Path) -> None:
    """--from uses the linkage error without being asked and shows both numbers."""
    (tmp_path / "histories.csv").write_text("dic,outreach,count\n1,1,60\n1,0,140\n0,1,90\n")
    manifest = {"links": 60, "expected_precision": 0.98, "expected_links": 65.0}
    (tmp_path / "run.json").write_text(json.dumps(manifest))
    page = run("--from", tmp_path)  # type: ignore[operator]
    assert page.exit_code == 0, page.output
    assert "linkage-corrected" in page.output
    assert "Without correction for linkage error: 497 people" in page.output
    assert run().exit_code == 2  # type: ignore[operator]


def test_command_refuses_bad_input_by_name(run: object, tmp_path: Path) -> None:
    """A bad table ends in the named error that the command line prints."""
    path = tmp_path / "histories.csv"
    path.write_text("A,B,count\n1,1,-5\n1,0,9\n0,1,7\n")
    result = run(path)  # type: ignore[operator]
    assert isinstance(result.exception, InputError)
    assert "row 2, column count: this count is negative" in str(result.exception)
