"""rejects.csv: where to look in the partner's own file, and nothing a spreadsheet would run."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from uic.partner.reading import write_rejects
from uic.values import RowProblem

if TYPE_CHECKING:
    from pathlib import Path


def _written(problems: list[RowProblem], folder: Path) -> list[list[str]]:
    write_rejects(problems, folder / "rejects.csv")
    with (folder / "rejects.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_rejects_are_sorted_and_headed(tmp_path: Path) -> None:
    """Rows stand by partner, row, column and rule, under a header."""
    problems = [
        RowProblem("b", 2, "Sex", "unknown_code"),
        RowProblem("a", 10, "ថ្ងៃកំណើត", "impossible_date"),
        RowProblem("a", 9, "Sex", "unknown_code"),
    ]
    assert _written(problems, tmp_path) == [
        ["partner", "row", "column", "rule"],
        ["a", "9", "Sex", "unknown_code"],
        ["a", "10", "ថ្ងៃកំណើត", "impossible_date"],
        ["b", "2", "Sex", "unknown_code"],
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_formulas_are_made_inert(tmp_path: Path, start: str) -> None:
    """A column that a spreadsheet would run as a formula gets an apostrophe."""
    rows = _written([RowProblem(f"{start}p", 2, f"{start}cmd()", "long_row")], tmp_path)
    shown = start.replace("\t", " ").replace("\r", " ")
    assert rows[1] == [f"'{shown}p", "2", f"'{shown}cmd()", "long_row"]


def test_same_problems_same_bytes_and_nothing_half_done(tmp_path: Path) -> None:
    """The file is the same for the same problems in any order; a failed write leaves the old."""
    problems = [RowProblem("a", n, "x", "long_row") for n in (3, 2, 9)]
    write_rejects(problems, tmp_path / "one.csv")
    write_rejects(reversed(problems), tmp_path / "two.csv")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()

    def failing() -> list[RowProblem]:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_rejects((item for item in failing()), tmp_path / "one.csv")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.csv", "two.csv"]


def test_no_problems(tmp_path: Path) -> None:
    """Without problems there is a header and nothing else."""
    assert _written([], tmp_path) == [["partner", "row", "column", "rule"]]
