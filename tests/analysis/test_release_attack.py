"""Attacks on what the gate lets through, by attackers that share no code with it (T14)."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from uic.analysis.release import release
from uic.analysis.release.columns import known_columns
from uic.analysis.release.hiding import hide
from uic.analysis.release.tables import HIDDEN, read_table
from uic.errors import InputError

THRESHOLD = 5


def _attacks() -> Any:
    path = Path(__file__).parents[2] / "benchmarks" / "attack" / "release.py"
    spec = importlib.util.spec_from_file_location("attack_release", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["attack_release"] = module
    spec.loader.exec_module(module)
    return module


attacks = _attacks()


def test_primary_suppression_alone_is_recovered_and_the_gate_is_not(tmp_path: Path) -> None:
    """On random tables with totals: most small cells are found exactly; behind the gate none."""
    base = ours = attacks.Score(0, 0, 0)
    for seed in range(15):
        folder = tmp_path / str(seed)
        folder.mkdir()
        before, after, *_ = attacks.attack_margins(seed, folder)
        base, ours = base + before, ours + after
    assert base.exact > 0.6 * base.cells > 0
    assert base.bounded > 0.9 * base.cells
    assert ours.cells > base.cells
    assert ours.bounded == 0


def test_two_releases_are_differenced_without_the_log_and_not_with_it(tmp_path: Path) -> None:
    """One cell grew between two releases: kept apart they give cells away, with one log none."""
    base = ours = attacks.Score(0, 0, 0)
    for seed in (1, 3, 4, 7, 9, 11):
        folder = tmp_path / str(seed)
        folder.mkdir()
        before, after = attacks.attack_differences(seed, folder)
        base, ours = base + before, ours + after
    assert base.bounded > 0
    assert ours.cells > 0
    assert ours.bounded == 0


def test_counts_of_people_withstand_every_set_system() -> None:
    """Inequalities between unions and parts are not enough against reasoning with sets."""
    base = ours = attacks.Score(0, 0, 0)
    for seed in range(9):
        before, after = attacks.attack_sets(seed)
        base, ours = base + before, ours + after
    assert base.bounded > 0
    assert ours.cells > 0
    assert ours.bounded == 0


def test_a_total_that_comes_later_does_not_tell_the_missing_month(tmp_path: Path) -> None:
    """Eleven months are out and one is hidden; the year of the same data would tell it."""
    months = {f"2026-{month:02}": 30 + month for month in range(1, 13)} | {"2026-07": 4}
    lines = [f"{month},{count}" for month, count in months.items()]
    first, second = tmp_path / "months.csv", tmp_path / "year.csv"
    first.write_text("\n".join(["period,contacts", *lines]) + "\n")
    second.write_text(f"period,contacts\n2026,{sum(months.values())}\n")
    terms: dict[str, Any] = {"to": "a", "output": tmp_path / "out"}
    release([first], log=tmp_path / "log.jsonl", **terms)
    release([second], log=tmp_path / "log.jsonl", **terms)
    assert (tmp_path / "out" / "year.csv").read_text().splitlines()[1] == "2026,*"
    release([second], log=tmp_path / "new.jsonl", **terms)  # the baseline: no log, no check
    assert (tmp_path / "out" / "year.csv").read_text().splitlines()[1] != "2026,*"


def test_a_number_that_changed_by_few_is_hidden(tmp_path: Path) -> None:
    """Who kept the earlier table would see that three people came; later growth is told."""
    terms: dict[str, Any] = {"to": "a", "log": tmp_path / "log.jsonl", "output": tmp_path / "out"}
    path = tmp_path / "table.csv"
    header = "period,partner,individuals"
    for north, south, union, told in (
        (40, 100, 120, "40"),
        (43, 100, 123, "*"),
        (90, 150, 220, "90"),
    ):
        rows = (f"2026,north,{north}", f"2026,south,{south}", f"2026,all,{union}")
        path.write_text("\n".join([header, *rows]) + "\n")
        release([path], **terms)
        lines = (tmp_path / "out" / "table.csv").read_text().splitlines()
        assert lines[1] == f"2026,north,{told}"


def test_another_scope_is_not_compared(tmp_path: Path) -> None:
    """Tables about other people share labels but no number."""
    path = tmp_path / "table.csv"
    for total, scope in ((40, "PWID"), (43, "PWUD")):
        path.write_text(f"period,individuals\n2026,{total}\n")
        release([path], to="a", log=tmp_path / "log.jsonl", output=tmp_path / "out", scope=scope)
        assert (tmp_path / "out" / "table.csv").read_text().splitlines()[1] == f"2026,{total}"


def test_what_was_hidden_once_stays_hidden_while_it_is_the_same(tmp_path: Path) -> None:
    """A lower threshold later does not tell what the first release hid."""
    path = tmp_path / "table.csv"
    path.write_text("partner,contacts\na,7\nb,8\nc,60\nall,75\n")
    terms: dict[str, Any] = {"to": "a", "log": tmp_path / "log.jsonl", "output": tmp_path / "out"}
    release([path], **terms)
    first = (tmp_path / "out" / "table.csv").read_text()
    release([path], **terms, threshold=5, permit=["low-threshold"], permitted_by="x")
    second = (tmp_path / "out" / "table.csv").read_text()
    assert [line.endswith("*") for line in first.splitlines()] == [
        line.endswith("*") for line in second.splitlines()
    ]


def test_what_a_lower_threshold_told_is_public_and_needs_a_permission(tmp_path: Path) -> None:
    """The gate cannot hide what is out; it says so and asks for a name."""
    path = tmp_path / "table.csv"
    path.write_text("partner,contacts\na,7\nb,80\nc,60\nall,147\n")
    terms: dict[str, Any] = {"to": "a", "log": tmp_path / "log.jsonl", "output": tmp_path / "out"}
    release([path], **terms, threshold=5, permit=["low-threshold"], permitted_by="x")
    with pytest.raises(InputError, match="row 2, column contacts: it must be hidden") as caught:
        release([path], **terms)
    assert "7" not in str(caught.value)
    done = release([path], **terms, permit=["already-public"], permitted_by="x")
    assert done.public == 1


def test_a_closed_year_and_a_growing_one_release_quarter_by_quarter(tmp_path: Path) -> None:
    """Real growth is no difference of few: later totals are told, hidden numbers may appear."""
    terms: dict[str, Any] = {"to": "a", "log": tmp_path / "log.jsonl", "output": tmp_path / "out"}
    path = tmp_path / "table.csv"
    path.write_text("period,partner,contacts\n2026,a,6\n2026,b,90\n2026,c,70\n2026,all,166\n")
    release([path], **terms)
    path.write_text("period,partner,contacts\n2026,a,46\n2026,b,190\n2026,c,170\n2026,all,406\n")
    done = release([path], **terms)
    assert done.hidden == 0
    assert done.earlier == 1


counts = st.lists(st.integers(0, 30), min_size=9, max_size=9)


def _people(draws: list[int], extra: list[int]) -> list[str]:
    """Build a consistent table of contacts and people: some people visit two cells."""
    inner = np.array(draws).reshape(3, 3)
    more = np.array(extra).reshape(3, 3)
    rows = []
    for row in range(4):
        for column in range(4):
            rows_in = slice(row, row + 1) if row < 3 else slice(None)
            columns_in = slice(column, column + 1) if column < 3 else slice(None)
            cells = inner[rows_in, columns_in]
            # One person is in every cell that has anybody.
            people = int(np.maximum(cells - 1, 0).sum() + (cells > 0).any())
            contacts = int(cells.sum() + (more[rows_in, columns_in] * (cells > 0)).sum())
            label = (f"c{row}" if row < 3 else "all", f"p{column}" if column < 3 else "all")
            rows.append(f"{label[0]},{label[1]},{contacts},{people}")
    return rows


@settings(
    max_examples=15, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
@given(counts, counts, st.sampled_from([1, 5]))
def test_laws_of_a_release(draws: list[int], extra: list[int], base: int) -> None:
    """Told is true or rounded, small is hidden, and hidden is not bounded tightly."""
    header = ("channel", "partner", "contacts", "individuals")
    rows = list(enumerate((tuple(row.split(",")) for row in _people(draws, extra)), start=2))
    table = read_table("t.csv", header, rows, known_columns(), "")
    told = hide([table], known_columns(), [], threshold=THRESHOLD, base=base)
    for cell, value in table.known().items():
        text = told.texts[cell]
        if 0 < value < THRESHOLD:
            assert text == HIDDEN
        elif text != HIDDEN:
            assert int(text) % base == 0
            assert abs(int(text) - value) <= base // 2
    if base == 1:
        shown = {(row[0], row[1]): told.texts[table.cell(row, "contacts")] for _, row in rows}
        assert attacks.bound([shown], same=[]).bounded == 0
