"""The attack suite on a small register: the baseline falls, ours stays under the recorded bars."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

SUITE = Path(__file__).parents[1] / "benchmarks" / "attack" / "suite.py"
MUST_FALL = 0.95
# Measured with a list of 500, "dense", ten keys: see the table in benchmarks/attack/README.md.
BARS = {
    ("names", "125", "any pass"): 0.25,
    ("names", "500", "any pass"): 0.50,
    ("linked", "500", "with the resolver's map"): 0.60,
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """Run the suite as a reviewer does; it exits 1 when plain CLK survives."""
    out = tmp_path_factory.mktemp("attack")
    asked = ["--n", "500", "--styles", "dense", "--overlaps", ".25,1", "--known", "30"]
    parts = ["--parts", "names,linked,keys", "--registry", "3000", "--out", str(out)]
    subprocess.run(
        [sys.executable, str(SUITE), *asked, *parts], check=True, capture_output=True, timeout=120
    )
    with (out / "attack.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_baseline_falls_in_the_same_run(results: list[dict[str, str]]) -> None:
    """Plain CLK is re-identified at both overlaps: the attacker is strong enough to count."""
    fallen = [float(row["plain_clk"]) for row in results if row["part"] == "names"]
    assert fallen
    assert min(fallen) >= MUST_FALL


def test_ours_stays_under_the_recorded_bars(results: list[dict[str, str]]) -> None:
    """No change of the encoding may make it weaker against the same attacks unseen."""
    found = {
        (row["part"], row["file"], row["attack"]): float(row["found"])
        for row in results
        if row["part"] != "keys"
    }
    assert {case: found[case] for case, bar in BARS.items() if found[case] > bar} == {}


def test_one_pass_attack_is_a_real_one(results: list[dict[str, str]]) -> None:
    """The attack finds people at full overlap: a zero here would be a broken attack."""
    found = [
        float(row["found"])
        for row in results
        if row["part"] == "names" and row["file"] == "500" and row["attack"] == "name-sounds"
    ]
    assert min(found) > 0.05


def test_a_leaked_key_tells_nearly_everything_and_no_key_nothing(
    results: list[dict[str, str]],
) -> None:
    """With the key a dictionary finds the clients; without it, not one row."""
    found = {
        (row["profile"], row["attack"]): float(row["found"])
        for row in results
        if row["part"] == "keys"
    }
    assert {share for (_, attack), share in found.items() if attack.endswith("no key")} == {0.0}
    assert found["names", "dictionary, key leaked"] > 0.9
