"""Every command of docs/rounds.md runs, in the order in which it stands there."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from page_helpers import program, run

PAGE = Path(__file__).resolve().parents[2] / "docs" / "rounds.md"
PUBLISHED = {  # of khana-nsp-2010-2014.csv, column 2014: from sealed files alone
    ("outreach", "contacts"): "18737",
    ("outreach", "contacts female sexual partners/spouses of IDU"): "16",
    ("dispensed", "needles/syringes"): "100678",
    ("completed referrals", "VCCT"): "134",
    ("completed referrals", "primary health care"): "916",
}
VERBS = ("keys", "encode", "match", "resolve", "link", "rounds", "count")


def commands() -> list[str]:
    """Return every command of the page that is marked to be run."""
    blocks = re.findall(r"<!-- run -->\n```\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def test_every_command_of_the_page_runs(
    tmp_path: Path, example: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is followed from the keys to the last check, and its results are what it says."""
    for name in ("outreach.csv", "dic.xlsx", "referrals.csv", "schema.toml"):
        shutil.copy(example / name, tmp_path)
    chosen = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    with (tmp_path / "schema.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + "".join(chosen))
    monkeypatch.chdir(tmp_path)
    app = program(VERBS)
    said = {line: run(line, app) for line in commands()}
    listed = next(text for command, text in said.items() if command.startswith("uic rounds --reg"))
    assert "2014Q3/1" in listed
    assert "2014Q3/2" in listed
    strict = next(text for command, text in said.items() if "show 2014Q4-strict" in command)
    assert "0 pairs became one person" in strict
    counted = next(text for command, text in said.items() if "--table khana-nsp" in command)
    assert "Not told: population by referrals" in counted
    with Path("nsp.csv").open(encoding="utf-8") as file:
        printed = {(row["section"], row["indicator"]): row["2014"] for row in csv.DictReader(file)}
    assert {key: printed[key] for key in PUBLISHED} == PUBLISHED
    assert abs(int(printed["outreach", "individuals"]) - 353) < 8  # as published, by the links
    assert abs(int(printed["drop-in centre", "individuals"]) - 226) < 5
    with Path("core.csv").open(encoding="utf-8") as file:
        whole = [row for row in csv.DictReader(file) if row["channel"] == "all"]
    cells = {row["indicator"].casefold(): row["all"] for row in whole}
    assert 0 < int(cells["individuals"]) <= int(cells["contacts"])
    persons = pq.read_table("results/persons.parquet")
    assert persons.column_names == ["partner", "handle", "person_id"]
    assert set(persons["partner"].to_pylist()) == {"outreach"}
    with Path("results/changes.csv").open(encoding="utf-8") as file:
        events = {row["event"] for row in csv.DictReader(file)}
    assert events <= {"new", "merged", "split", "left", "returned"}
    again = run("uic rounds --register r.duckdb show 2014Q3/1", app)
    assert "2014Q3, revision 1" in again  # the register may stand before the verb as well
    for verb in VERBS:
        assert any(command.startswith(f"uic {verb} ") for command in said)
