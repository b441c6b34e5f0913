"""Latent classes: known sizes come back, the same seed gives the same, disagreement is said."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import typer
from scipy.special import gammaln
from typer.testing import CliRunner

from uic.analysis.estimating import Histories, estimate, models
from uic.analysis.estimating.chains import effective_size, split_r_hat
from uic.analysis.estimating.latent_class import latent_class
from uic.analysis.estimating.loglinear import loglinear
from uic.cli.estimate import command
from uic.errors import EstimationError, NoOverlapError, UicWarning

TABLES = json.loads((Path(__file__).parent / "reference" / "tables.json").read_text())["tables"]


def table(name: str) -> Histories:
    return Histories(tuple(TABLES[name]["lists"]), tuple(TABLES[name]["counts"]))


def simulated(people: int, k: int, rates: tuple[float, ...], seed: int) -> Histories:
    """Draw people in equal classes; every list reaches a class at the same rate."""
    random = np.random.default_rng(seed)
    mine = np.array(rates)[random.integers(len(rates), size=people)]
    seen = random.random((people, k)) < mine[:, None]
    cells = np.bincount(seen @ (1 << np.arange(k)), minlength=2**k)[1:]
    return Histories(tuple("ABCDE"[:k]), tuple(cells.tolist()))


def test_two_classes_with_known_size_are_covered() -> None:
    """3,000 people in two classes: the interval holds them, independence is far below."""
    histories = simulated(3000, 5, (0.75, 0.25), seed=3)
    found = latent_class(histories, classes=5, draws=2000, burn=1000)
    assert found.interval.low < 3000 < found.interval.high
    assert found.r_hat < 1.05
    assert found.settled
    assert found.interval.high - found.interval.low < 500
    (independent,), _ = loglinear(histories, [models.parse_label("[1,2,3,4,5]", 5)])
    assert independent.abundance < found.interval.low


def test_independent_lists_give_the_log_linear_estimate() -> None:
    """Where nothing depends, latent classes say within 2 % what the independence model says."""
    histories = simulated(2000, 4, (0.35,), seed=7)
    found = latent_class(histories, classes=5, draws=2000, burn=1000)
    (independent,), _ = loglinear(histories, [models.parse_label("[1,2,3,4]", 4)])
    assert found.abundance == pytest.approx(independent.abundance, rel=0.02)
    assert found.interval.low < independent.abundance < found.interval.high


def test_one_class_is_exact_independence() -> None:
    """With one class the median is that of a closed posterior, here summed up without sampling."""
    histories = simulated(400, 3, (0.4,), seed=5)
    found = latent_class(histories, classes=1, draws=6000, burn=200)
    unseen = np.arange(2000)
    size = histories.seen + unseen
    logs = gammaln(size) - gammaln(unseen + 1)
    for on in histories.list_sizes.values():
        logs += gammaln(1 + size - on) - gammaln(2 + size)
    shares = np.cumsum(np.exp(logs - logs.max()))
    for share, limit in ((0.025, found.interval.low), (0.5, found.abundance)):
        exact = size[np.searchsorted(shares, share * shares[-1])]
        assert limit == pytest.approx(exact, abs=3)


@pytest.mark.filterwarnings("ignore::uic.errors.UicWarning")
def test_hepatitis_lies_between_the_published_estimates() -> None:
    """HAV Taiwan: the interval holds the 545 found later, the median lies below the largest.

    Chao et al. 2001: 508 and 971 by sample coverage, about 545 after screening the college. The
    271 people seen and Lincoln-Petersen of the lists alone, 336 to 378, are too low.
    """
    found = latent_class(table("hav_taiwan"), draws=4000, burn=2000)
    assert 378 < found.abundance < 971
    assert found.interval.low < 545 < found.interval.high


@pytest.mark.filterwarnings("ignore::uic.errors.UicWarning")
def test_the_same_seed_gives_the_same_numbers() -> None:
    """A seed fixes everything; another seed gives another sample."""
    histories = simulated(2000, 4, (0.35,), seed=7)
    first, again, other = (
        latent_class(histories, classes=3, draws=400, burn=200, seed=seed) for seed in (4, 4, 5)
    )
    assert first == again
    assert first.medians != other.medians


def test_chains_that_have_not_met_are_said() -> None:
    """A run too short for its table warns, is not settled, and says so in its note."""
    with pytest.warns(UicWarning, match="do not quote"):
        found = latent_class(table("hav_taiwan"), draws=100, burn=0)
    assert not found.settled
    assert "more draws" in found.note


def test_r_hat_and_effective_size_of_known_chains() -> None:
    """Independent draws have R-hat 1 and full size, shifted ones not, AR(1) a ninth."""
    random = np.random.default_rng(2)
    free = random.normal(size=(4, 5000))
    assert split_r_hat(free) == pytest.approx(1, abs=0.002)
    assert effective_size(free) == pytest.approx(20_000, rel=0.1)
    assert split_r_hat(free + np.arange(4)[:, None]) > 1.3
    assert split_r_hat(np.ones((2, 100))) == 1.0
    slow = free.copy()
    for place in range(1, 5000):
        slow[:, place] += 0.8 * slow[:, place - 1]
    assert effective_size(slow) == pytest.approx(20_000 * 0.2 / 1.8, rel=0.25)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"classes": 0}, "1 class or more"),
        ({"chains": 1}, "one chain"),
        ({"draws": 99}, "100 draws"),
        ({"burn": -1}, "fewer than 0"),
        ({"seed": -1}, "seed"),
        ({"level": 1.0}, "between 0 and 1"),
    ],
)
def test_settings_out_of_range_are_refused(change: dict[str, float], words: str) -> None:
    """A setting that gives no sample is refused with what to do."""
    with pytest.raises(EstimationError, match=words):
        latent_class(table("hav_taiwan"), **change)  # type: ignore[arg-type]


def test_tables_that_say_nothing_are_refused() -> None:
    """Two lists, masked counts and lists that share nobody have named errors."""
    with pytest.raises(EstimationError, match="3 lists or more"):
        latent_class(table("kampala_pwid_2017"))
    masked = Histories(("A", "B", "C"), (1, 5, 5, 5, 5, 5, 5), (4, 5, 5, 5, 5, 5, 5))
    with pytest.raises(EstimationError, match="latent classes cannot use masked"):
        latent_class(masked)
    with pytest.raises(NoOverlapError):
        latent_class(Histories(("A", "B", "C"), (9, 9, 0, 9, 0, 0, 0)))


def test_two_lists_refuse_it_and_keep_the_rest() -> None:
    """Asked for on two lists, the report says why not, and its headline stands."""
    report = estimate(table("kampala_pwid_2017"), latent_class=True)
    assert report.latent_class is None
    assert any(item.model == "latent classes" for item in report.refused)
    assert report.headline.method == "Chapman"


def test_command_shows_it_only_when_asked(tmp_path: Path) -> None:
    """--latent-class adds the method, its note and its diagnostics; without it there is none."""
    histories = table("hav_taiwan")
    rows = zip(histories.names, histories.counts, strict=True)
    path = tmp_path / "histories.csv"
    path.write_text("P,Q,E,count\n" + "".join(f"{','.join(n)},{c}\n" for n, c in rows))
    app = typer.Typer()
    app.command()(command)
    plain = CliRunner().invoke(app, [str(path), "--format", "json"])
    assert json.loads(plain.stdout)["latent_class"] is None
    words = [str(path), "--latent-class", "--format", "json"]
    found = json.loads(CliRunner().invoke(app, words).stdout)["latent_class"]
    assert 378 < found["abundance"] < 971
    assert len(found["medians"]) == 4
    assert f"R-hat {found['r_hat']:.3f}" in found["note"]
