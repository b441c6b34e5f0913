"""Log-linear models against Rcapture."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from uic.analysis.estimating import models
from uic.analysis.estimating.averaging import average
from uic.analysis.estimating.histories import Histories
from uic.analysis.estimating.loglinear import loglinear

REFERENCE = Path(__file__).parent / "reference"
TABLES = json.loads((REFERENCE / "tables.json").read_text())["tables"]
RCAPTURE = json.loads((REFERENCE / "rcapture.json").read_text())["tables"]
FITTED = [name for name, item in RCAPTURE.items() if item["loglinear"]]
NO_ESTIMATE = 1e9  # what Rcapture prints where the likelihood has no maximum


def table(name: str) -> Histories:
    return Histories(tuple(TABLES[name]["lists"]), tuple(TABLES[name]["counts"]))


@pytest.mark.parametrize("name", FITTED)
def test_models_equal_rcapture(name: str) -> None:
    """N, SE, AIC and BIC agree with Rcapture within 1e-5, degrees of freedom exactly."""
    histories = table(name)
    expected = {k: v for k, v in RCAPTURE[name]["loglinear"].items() if v[0] < NO_ESTIMATE}
    terms = [models.parse_label(label, histories.k) for label in expected]
    fitted, refused = loglinear(histories, terms)
    assert not refused
    assert [model.model for model in fitted] == list(expected)
    for model in fitted:
        numbers = (model.abundance, model.stderr, model.deviance, model.df, model.aic, model.bic)
        assert numbers == pytest.approx(expected[model.model], rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("name", [n for n in FITTED if RCAPTURE[n]["guarded"]])
def test_guarded_averages_equal_the_rule(name: str) -> None:
    """The guarded averages keep the models R's warnings keep, with the same mean and SE."""
    histories = table(name)
    fitted, _ = loglinear(histories, models.all_models(histories.k, histories.k - 1))
    for criterion, expected in RCAPTURE[name]["guarded"].items():
        mean = average(fitted, histories.seen, criterion)
        found = (mean.abundance, mean.stderr, len(mean.weights))
        assert found == pytest.approx(expected, rel=1e-6)


def test_models_without_an_estimate_are_refused() -> None:
    """On the artificial table exactly the models with the overlap of A and B are refused."""
    fitted, refused = loglinear(table("artificial_3"), models.all_models(3, 2))
    assert {item.model for item in refused} == {"[12,3]", "[12,13]", "[12,23]", "[12,13,23]"}
    assert {item.model for item in fitted} == {"[1,2,3]", "[13,2]", "[23,1]", "[13,23]"}


@pytest.mark.parametrize(("k", "order", "number"), [(3, 2, 8), (4, 3, 113), (5, 2, 1024)])
def test_number_of_models(k: int, order: int, number: int) -> None:
    """The hierarchical models are all there, each with a label that leads back to it."""
    all_of_them = models.all_models(k, order)
    labels = [models.label(model, k) for model in all_of_them]
    assert len(set(labels)) == number
    assert [models.parse_label(label, k) for label in labels] == list(all_of_them)


def test_five_lists_have_6893_models() -> None:
    """Five lists have 6,893 hierarchical models below the saturated one."""
    assert len(models.all_models(5, 4)) == 6893
