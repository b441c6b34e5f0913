"""``uic release`` as somebody types it: what it says, and what it refuses with which words."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from uic.analysis.release.linked import history_rows
from uic.analysis.release.tables import Cell
from uic.cli.release import command
from uic.errors import FormatError, InputError

if TYPE_CHECKING:
    from pathlib import Path

QUARTERS = """period,channel,contacts,individuals,regular
2014-Q1,outreach,900,200,120
2014-Q1,centre,700,150,100
2014-Q1,all,1600,320,200
2014-Q2,outreach,950,210,130
2014-Q2,centre,720,160,104
2014-Q2,all,1670,333,210
all,outreach,1850,310,260
all,centre,1420,230,190
all,all,3270,499,492
"""
YEAR = """period,channel,contacts,individuals
2014,outreach,1850,310
2014,centre,1420,230
2014,all,3270,499
"""
HISTORIES = "outreach,centre,count\n1,1,41\n1,0,269\n0,1,189\n"


def run(folder: Path, *words: str) -> Any:
    """Type a command; the log stands in the folder."""
    app = typer.Typer()
    app.command()(command)
    result = CliRunner().invoke(app, [*words, "--log", str(folder / "log.jsonl")])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def write(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def released(folder: Path, name: str, text: str) -> list[dict[str, str]]:
    """Release a table and return its rows as they went out."""
    path = write(folder, name, text)
    result = run(folder, path, "--to", "AIDS office", "-o", str(folder / "out"))
    assert result.exit_code == 0, result.output
    with (folder / "out" / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_year_after_its_quarters_keeps_hidden_what_they_hid(tmp_path: Path) -> None:
    """Seven people who came rarely are implied: their total is hidden in both releases."""
    quarters = released(tmp_path, "quarters.csv", QUARTERS)
    rare = quarters[-1]
    assert "*" in (rare["individuals"], rare["regular"])
    year = released(tmp_path, "year.csv", YEAR)
    assert year[-1]["contacts"] == "3270"
    if rare["individuals"] == "*":
        assert year[-1]["individuals"] == "*"


def test_all_histories_are_all_people() -> None:
    """The gate knows that the histories of a list are its people, and all of them everybody."""
    lists = [(("centre", a), ("outreach", b)) for a, b in (("1", "1"), ("1", "0"), ("0", "1"))]
    histories = [Cell("", "count", labels) for labels in lists]
    people = [Cell("", "individuals", ()), Cell("", "individuals", (("channel", "outreach"),))]
    found = dict(history_rows(dict.fromkeys([*histories, *people], 0)))
    assert found == {people[0]: histories, people[1]: [histories[0], histories[2]]}


def test_the_log_tells_what_went_to_whom(tmp_path: Path) -> None:
    """``uic release log --verify`` checks the log and lists the releases; a change is found."""
    released(tmp_path, "year.csv", YEAR)
    for words in (["log", "--verify"], ["log"], ["--verify"], ["log", str(tmp_path / "log.jsonl")]):
        result = run(tmp_path, *words)
        assert result.exit_code == 0, result.output
        assert re.search(r"1\t\d{4}-\d\d-\d\d\tAIDS office\tyear.csv", result.output)
        assert "1 release(s), every line and table as it was" in result.output
    log = tmp_path / "log.jsonl"
    log.write_bytes(log.read_bytes().replace(b"AIDS office", b"Home office"))
    with pytest.raises(FormatError, match=r"log.jsonl, line 1: this line was changed"):
        run(tmp_path, "log", "--verify")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("clients.csv", "client_id,sex,contacts\nA1,M,3\nB2,F,4\n", "belongs to persons"),
        (
            "map.csv",
            "latitude,longitude,contacts\n11.5,104.9,30\n",
            "belongs to persons or to a map",
        ),
        ("spots.csv", "hotspot,individuals\nHotspot 1,30\nHotspot 2,40\n", "--permit small-places"),
        ("thin.csv", HISTORIES.replace("41", "4"), "1 of 3 capture histories have fewer than 10"),
        ("odd.csv", "period,things\n2014,30\n2015,40\n", "--dimension, --events or --people"),
    ],
)
def test_what_is_no_table_of_counts_is_refused(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    """Persons, maps, small places, thin histories and unknown columns: each with what to do."""
    path = write(tmp_path, name, text)
    with pytest.raises(InputError) as caught:
        run(tmp_path, path, "--to", "AIDS office", "-o", str(tmp_path / "out"))
    assert words in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_release_without_a_receiver_is_wrong_usage(tmp_path: Path) -> None:
    """Nothing goes out before it is known to whom."""
    result = run(tmp_path, write(tmp_path, "year.csv", YEAR))
    assert result.exit_code == 2
    assert "--to" in result.output
