"""Counting a finished round: the tables of today's count, without any partner's list."""

from __future__ import annotations

import csv
import datetime as dt
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import typer
from rounds_helpers import SCHEMA, Office, office, people, who
from typer.testing import CliRunner

from uic.analysis.tabulating import Tabulations
from uic.cli import count as count_command
from uic.errors import InputError, SchemaError
from uic.pipeline import dedupe, write_results
from uic.pipeline.rounds import tabulate_round, withdraw
from uic.pipeline.tabulating import tabulate
from uic.resolving.register.tables import open_register
from uic.schema import Counting

SERVED = [
    row
    | {
        "date": f"2026-{1 + number % 6:02d}-15",
        "channel": ("outreach", "dic")[number % 2],
        "service": ("ns", "condom")[number % 3 == 0],
        "quantity": str(number % 7),
        "site": f"spot {number % 3}",
        "referral": ("", "made", "completed")[number % 3],
        "population": ("pwid", "partner of pwid", "")[number % 3],
        "returned": str(number % 5),
    }
    for number, row in enumerate(people(60))
]
DETAILS = ("referral", "population", "returned")
A = SERVED[:40]
B = [{name: text for name, text in row.items() if name not in DETAILS} for row in SERVED[20:]]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A linkage unit with one finished round of two partners."""
    made = office(tmp_path_factory.mktemp("unit"))
    made.link([made.send("a", A), made.send("b", B)])
    return made


def in_the_clear(folder: Path, **options: Any) -> Tabulations:
    """Count the same rows as one machine does that has all lists."""
    lists = {name: pa.Table.from_pylist(rows) for name, rows in (("a", A), ("b", B))}
    write_results(dedupe(lists, schema=SCHEMA), folder)
    return tabulate(lists, persons=folder / "persons.parquet", schema=SCHEMA, **options)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"by": ("site", "population"), "period": "month"},
        {"table": "needles"},
        {"table": "referrals"},
    ],
)
def test_a_round_gives_the_tables_of_the_clear_lists(
    desk: Office, tmp_path: Path, options: dict[str, Any]
) -> None:
    """Every cell, people and pieces, is the one that the partners' own lists give."""
    found = tabulate_round(desk.register, "r1", draws=0, **options)
    clear = in_the_clear(tmp_path / "out", draws=0, **options)
    assert found.cells.equals(clear.cells)
    assert found.tables[0].table.equals(clear.tables[0].table)
    assert found.tables[0].notes == clear.tables[0].notes


def test_nobody_and_nothing_is_lost(desk: Office) -> None:
    """People, contacts and what only details tell are those that were sent."""
    rows = tabulate_round(desk.register, "r1", draws=0).cells.to_pylist()
    assert max(row["individuals"] for row in rows) == 60
    assert max(row["contacts"] for row in rows) == 80
    by = tabulate_round(desk.register, "r1", draws=0, by=("population",)).tables[0].table
    assert len(set(by["population"].to_pylist())) == 4  # two kinds, not recorded, and all


def test_limits_come_from_the_rounds_pairs(desk: Office) -> None:
    """Draws of the round's own links, and the least recall that the round expects of itself."""
    found = tabulate_round(desk.register, "r1", seed=3)
    method = dict(found.method)
    assert method["draws of the links"] == "100, seed 3"
    assert "of itself" in method["share of true links found"]
    assert method["round"].startswith("r1, revision 1, finished 20")
    limits = next(item for item in found.tables if item.name == "limits").table.to_pylist()
    assert limits
    assert all(row["low"] <= row["value"] <= row["high"] for row in limits)
    assert found.cells.equals(tabulate_round(desk.register, "r1", seed=3).cells)
    reviewed = dict(tabulate_round(desk.register, "r1", recall=0.9).method)
    assert reviewed["share of true links found"] == "0.9000, as given"


def test_the_table_says_what_sealed_exports_do_not_tell(desk: Office) -> None:
    """A column that nobody sends is named, so that its zeros are not read as nobody."""
    notes = " ".join(
        tabulate_round(desk.register, "r1", table="khana-nsp", draws=0).tables[0].notes
    )
    assert "population by b; " in notes
    assert "referral by b; " in notes
    assert "sex by any partner" in notes
    assert "0 may mean unknown" in notes
    assert "site" not in notes
    core = tabulate_round(desk.register, "r1", draws=0).tables[0].notes
    assert not any("Not told" in note for note in core)


def test_only_a_whole_round_is_counted(tmp_path: Path) -> None:
    """A round whose export was replaced is refused; one with a withdrawn person says so."""
    made = office(tmp_path)
    done = made.link([made.send("a", A), made.send("b", B)])
    person = next(iter(who(done).values()))
    withdraw(made.register, person=person)
    found = tabulate_round(made.register, "r1", draws=0)
    assert dict(found.method)["records withdrawn since the round"] in {"1", "2"}
    assert max(row["individuals"] for row in found.cells.to_pylist()) == 59
    made.link([made.send("b", B[:30], name="newer")], "r2")
    with pytest.raises(InputError, match="a newer export has come from b"):
        tabulate_round(made.register, "r1")
    tabulate_round(made.register, "r2", draws=0)
    with pytest.raises(InputError, match="there is no round 'r9'"):
        tabulate_round(made.register, "r9")
    with pytest.raises(InputError, match="does not exist"):
        tabulate_round(tmp_path / "none.duckdb", "r1")
    with pytest.raises(SchemaError, match="did you mean 'khana-nsp'"):
        tabulate_round(tmp_path / "none.duckdb", "r1", table="khana-nps")


def test_traits_are_sent_where_a_partner_chooses(tmp_path: Path) -> None:
    """Who chooses to sends sex and age group; the cells are then those of the clear lists."""
    made = office(tmp_path)
    told = SCHEMA.model_copy(
        update={"counting": Counting(traits=("sex", "age_group"), age_on=dt.date(2026, 12, 31))}
    )
    made.link([made.send(name, rows, schema=told) for name, rows in (("a", A), ("b", B))])
    options: dict[str, Any] = {"by": ("sex", "age_group"), "draws": 0}
    found = tabulate_round(made.register, "r1", **options)
    assert found.cells.equals(in_the_clear(tmp_path / "out", **options).cells)
    assert len(set(found.cells["age_group"].to_pylist())) >= 4
    sexes = Counting(traits=("sex",))
    only = SCHEMA.model_copy(update={"counting": sexes})
    made.link([made.send("b", B, name="newer", schema=only)], "r2")
    with open_register(made.register) as database:
        groups = "SELECT COUNT(age_group), COUNT(sex) FROM records r JOIN exports x"
        asked = f"{groups} ON x.number = r.export WHERE partner = 'b'"
        assert database.execute(asked).fetchall() == [(0, 40)]
    with pytest.raises(ValueError, match="needs 'age_on'"):
        Counting(traits=("age_group",))


# --- the command ----------------------------------------------------------------------------------


def run(*arguments: str | Path) -> Any:
    app = typer.Typer()
    app.command("count")(count_command.command)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_command_writes_tables_without_anybodys_id(desk: Office, tmp_path: Path) -> None:
    """From sealed files to a printed table, in which no handle, id or record id stands."""
    result = run(
        "--register", desk.register, "--round", "r1", "--by", "channel",
        "--cells", tmp_path / "cells.csv", "-o", tmp_path / "core.csv",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    with (tmp_path / "core.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    whole = [
        r for r in rows if r["channel"] == "all" and r["indicator"].casefold() == "individuals"
    ]
    assert [row["2026"] for row in whole] == ["60"]
    linked = desk.link([])  # recognised: the same round again
    handles = {handle for _, handle in who(linked)}
    texts = [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()]
    for text in (*texts, result.output):
        assert not re.search(r"zqx\d|P\d{6}|Dara|Sok", text)
        assert not any(handle in text or handle[:16] in text for handle in handles)


def test_a_round_and_a_run_are_not_mixed(desk: Office, tmp_path: Path) -> None:
    """Half of the one and half of the other is wrong usage, told before anything is read."""
    known: list[str | Path] = ["--register", desk.register, "-o", tmp_path / "t.csv"]
    for extra, told in (
        ([], "--round"),
        (["--round", "r1", "a.csv"], "not both"),
        (["--round", "r1", "--age-on", "2026-01-01"], "--age-on is for exports"),
        (["--round", "r1", "--schema", "s.toml"], "--schema is for exports"),
    ):
        result = run(*known, *extra)
        assert result.exit_code == 2, result.output
        assert told in re.sub(r"\s+", " ", result.output.replace("│", " ")), result.output
    assert run("-o", tmp_path / "t.csv").exit_code == 2
    assert not list(tmp_path.iterdir())
