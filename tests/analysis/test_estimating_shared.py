"""Every reference value beside the repository, where the shared folder is present."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from uic.analysis.estimating import Histories, models
from uic.analysis.estimating.decomposable import decomposable
from uic.analysis.estimating.heterogeneity import heterogeneity
from uic.analysis.estimating.loglinear import loglinear
from uic.analysis.estimating.two_lists import pair_table

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "size"
pytestmark = pytest.mark.skipif(
    not SHARED.exists(), reason="the shared reference folder is not beside this repository"
)
RCAPTURE = sorted(path.name for path in SHARED.glob("expected_rcapture_*.json"))
DGA = sorted(path.name for path in SHARED.glob("expected_dga_*.json"))
NO_ESTIMATE = 1e9


def load(name: str) -> Any:
    return json.loads((SHARED / name).read_text())


def table(name: str) -> Histories:
    data = load(f"data_{name}.json")
    k = len(data["lists"])
    counts = (data["histories"][f"{cell:0{k}b}"] for cell in range(1, 2**k))
    return Histories(tuple(data["lists"]), tuple(counts))


def close(model: Any, expected: dict[str, Any]) -> None:
    names = ("abundance", "stderr", "deviance", "df", "AIC", "BIC")
    found = (model.abundance, model.stderr, model.deviance, model.df, model.aic, model.bic)
    wanted = [expected[name] for name in names]
    assert found == pytest.approx(wanted, rel=1e-5, abs=1e-6), model.model


@pytest.mark.parametrize("name", RCAPTURE)
def test_every_loglinear_model(name: str) -> None:
    """All models Rcapture lists (up to 200 a table) agree within 1e-5, or have no estimate."""
    data = load(name)
    if "closedpMS_t" not in data:
        pytest.skip("this table has no list of hierarchical models")
    histories, expected = table(data["dataset"]), data["closedpMS_t"]["models"]
    terms = [models.parse_label(label, histories.k) for label in expected]
    fitted, refused = loglinear(histories, terms, profiled=0)
    for model in fitted:
        close(model, expected[model.model])
    assert all(expected[item.model]["abundance"] > NO_ESTIMATE for item in refused)
    assert len(fitted) == sum(item["abundance"] < NO_ESTIMATE for item in expected.values())


@pytest.mark.parametrize("name", RCAPTURE)
def test_every_heterogeneity_model_and_pair(name: str) -> None:
    """Mh and Mth families agree within 1e-5, the pairwise table exactly."""
    data = load(name)
    histories = table(data["dataset"])
    for model in heterogeneity(histories)[0]:
        close(model, data["closedp_t"]["results"][model.model])
    for pair in pair_table(histories):
        i, j = (histories.lists.index(one) + 1 for one in pair.lists)
        expected = data["pairs"]["results"][f"pa{i}{j}"]
        found = (pair.chapman, pair.stderr, pair.interval.low, pair.interval.high)
        wanted = [expected[key] for key in ("Chapman", "se", "cil", "ciu")]
        assert found == pytest.approx(wanted, rel=2e-5)  # CARE1 takes 1.96 for the quantile


@pytest.mark.parametrize("name", DGA)
def test_every_graph_average(name: str) -> None:
    """Means, deviations and quantiles over graphs agree within 1e-4 on the same grid."""
    data = load(name)
    bound = re.search(r"Nmissing=1:(\d+)", data["commands"])
    assert bound is not None
    for expected, saturated in ((data, True), (data["without_saturated"], False)):
        found = decomposable(table(data["dataset"]), most_unseen=int(bound[1]), saturated=saturated)
        numbers = (found.abundance, found.stderr, found.mode, found.median)
        numbers += (found.interval.low, found.interval.high)
        quantiles = expected["quantiles"]
        wanted = [expected["mean"], expected["sd"], expected["mode"]]
        wanted += [quantiles[key] for key in ("50%", "2.5%", "97.5%")]
        assert numbers == pytest.approx(wanted, rel=1e-4)
