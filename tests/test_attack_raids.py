"""Raids on a small project, as a reviewer runs them: what falls, what does not, and baselines."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

RAIDS = Path(__file__).parents[1] / "benchmarks" / "attack" / "raids.py"
MUST_FALL = 0.95
# A list of 500, a quarter of them clients of three partners: bars above five keys, as a tripwire.
BARS = {"b + matcher's key": 0.25, "c": 0.15}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """Run the raids; the script exits 1 when a baseline survives."""
    out = tmp_path_factory.mktemp("raids")
    asked = ["--n", "500", "--styles", "dense", "--overlaps", ".25", "--out", str(out)]
    subprocess.run(
        [sys.executable, str(RAIDS), *asked], check=True, capture_output=True, timeout=240
    )
    with (out / "raids.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_office_is_raided_beside_a_baseline_that_falls(rows: list[dict[str, str]]) -> None:
    """(a) to (e), and each baseline is found by the same finder in the same run."""
    assert {row["raid"][0] for row in rows} == set("abcde")
    fallen = [float(row["baseline_found"]) for row in rows if row["baseline"]]
    assert len(fallen) >= 8
    assert min(fallen) >= MUST_FALL


def test_nothing_in_sealed_files_a_partners_machine_or_the_analysts_files(
    rows: list[dict[str, str]],
) -> None:
    """The search that names every line of a hashed list, or of an open store, finds nobody."""
    searched = [row for row in rows if row["attack"].startswith("search")]
    assert [row["raid"] for row in searched] == ["a", "b", "d", "e"]
    assert {float(row["found"]) for row in searched} == {0.0}


def test_store_and_score_graph_stay_under_the_recorded_bars(rows: list[dict[str, str]]) -> None:
    """No change of the encoding may make the linkage unit's files weaker unseen."""
    told = [row for row in rows if row["raid"] in BARS and "if all" not in row["attack"]]
    assert len(told) == 3
    over = [row["attack"] for row in told if float(row["found"]) > BARS[row["raid"]]]
    assert over == []


def test_with_the_key_the_store_falls(rows: list[dict[str, str]]) -> None:
    """The leaked keys open it, and so does a wrapped key beside the pair that opens it."""
    opened = [float(row["found"]) for row in rows if "dictionary" in row["attack"]]
    assert len(opened) == 2
    assert min(opened) >= 0.9
