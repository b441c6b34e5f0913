"""The attack that runs before every file leaves finds what the suite's attack finds."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

GATE = Path(__file__).parents[1] / "benchmarks" / "attack" / "gate.py"


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """Run both attacks on the same rows, as a reviewer does."""
    out = tmp_path_factory.mktemp("gate")
    asked = ["--n", "500", "--overlaps", "1", "--dummies", "0,1", "--rows-per-block", "1,3"]
    subprocess.run(
        [sys.executable, str(GATE), *asked, "--out", str(out)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    with (out / "gate.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_both_attacks_find_the_same_within_noise(rows: list[dict[str, str]]) -> None:
    """Three rows a block: as many people of 500, give or take three standard deviations."""
    suite, gate = (float(rows[2][name]) for name in ("suite", "gate"))
    assert suite > 0.2
    assert abs(suite - gate) < 3 * (2 * suite * (1 - suite) / 470) ** 0.5


def test_neither_finds_anybody_in_one_row_a_block(rows: list[dict[str, str]]) -> None:
    """With dummies and without: there is nothing to compare."""
    assert [(row["suite"], row["gate"]) for row in rows[:2]] == [("0.0", "0.0")] * 2


def test_dummies_hide_people_where_rows_can_be_compared(rows: list[dict[str, str]]) -> None:
    """As many dummies as rows, three rows a block: an attacker unaware of them finds fewer."""
    assert float(rows[3]["suite"]) < float(rows[2]["suite"])
    assert float(rows[3]["gate"]) < float(rows[2]["gate"])
