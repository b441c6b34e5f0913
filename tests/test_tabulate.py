"""The chain: exports and a run in, the tables that programmes report out."""

from __future__ import annotations

import csv
import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from uic.analysis.indicators import Linked, count_indicators
from uic.cli import count as count_command
from uic.cli import export
from uic.errors import InputError, SchemaError
from uic.partner.registers import EVENTS, Register
from uic.pipeline.linking import draws_of, link_events
from uic.pipeline.tabulating import tabulate

if TYPE_CHECKING:
    from pathlib import Path

FILES = ("outreach.csv", "dic.xlsx", "referrals.csv")

# KHANA 2014 as published (khana-nsp-2010-2014.csv, column 2014): all rows but "new individuals",
# which the example cannot tell, as its exports begin in 2014.
PUBLISHED = {
    ("outreach", "contacts"): 18737, ("outreach", "individuals"): 353,
    ("outreach", "contacts male sexual partners/spouses of IDU"): 4,
    ("outreach", "contacts female sexual partners/spouses of IDU"): 16,
    ("drop-in centre", "contacts"): 7736, ("drop-in centre", "individuals"): 226,
    ("drop-in centre", "contacts male sexual partners/spouses of IDU"): 4,
    ("drop-in centre", "contacts female sexual partners/spouses of IDU"): 13,
    ("dispensed", "condoms"): 35231, ("dispensed", "lubricant packs"): 23052,
    ("dispensed", "needles/syringes"): 100678,
    ("completed referrals", "methadone therapy"): 109, ("completed referrals", "VCCT"): 134,
    ("completed referrals", "STI service"): 279,
    ("completed referrals", "other reproductive health"): 28,
    ("completed referrals", "ARV/OI and monitoring"): 49,
    ("completed referrals", "TB treatment and monitoring"): 31,
    ("completed referrals", "primary health care"): 916,
}  # fmt: skip


@pytest.fixture(scope="module")
def truth(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A persons.parquet that is right: the truth of the example as a run would write it."""
    table = pa_csv.read_csv(example / "truth" / "truth.csv")
    path = tmp_path_factory.mktemp("run") / "persons.parquet"
    pq.write_table(table.rename_columns(["partner", "record_id", "person_id"]), path)
    return path


def test_exports_and_persons_become_tables(example: Path, truth: Path) -> None:
    """The example's files and the right persons give every published figure of 2014."""
    found = tabulate(
        [example / name for name in FILES], schema=example / "schema.toml", persons=truth,
        table="khana-nsp",
    )  # fmt: skip
    rows = {(r["section"], r["indicator"]): r["2014"] for r in found.tables[0].table.to_pylist()}
    assert {key: rows[key] for key in PUBLISHED} == PUBLISHED
    assert [name for _, name in rows if "new" in name] == ["new individuals"] * 2
    assert len(rows) == len(PUBLISHED) + 2
    method = dict(found.method)
    assert method["table"] == "khana-nsp, version 1.0"
    assert method["ages counted on"] == "2014-12-31"
    assert "No limits" in " ".join(found.tables[0].notes)


def test_other_exports_than_the_runs_are_refused(
    example: Path, truth: Path, tmp_path: Path
) -> None:
    """Records that the run does not know stop the count: nobody is dropped in silence."""
    fewer = pq.read_table(truth).slice(5)
    pq.write_table(fewer, tmp_path / "persons.parquet")
    with pytest.raises(InputError, match="5 of 788 records of the exports are not in it"):
        tabulate([example / name for name in FILES], schema=example / "schema.toml",
                 persons=tmp_path / "persons.parquet")  # fmt: skip
    pq.write_table(fewer.drop_columns(["person_id"]), tmp_path / "persons.parquet")
    with pytest.raises(InputError, match="'person_id' is missing"):
        tabulate([example / FILES[0]], schema=example / "schema.toml",
                 persons=tmp_path / "persons.parquet")  # fmt: skip


def two_registers() -> tuple[list[Register], pa.Table]:
    """Two partners with two records each, and persons that share one of each."""

    def made(partner: str, sexes: list[str | None]) -> Register:
        rows = [
            {"contact": n, "record": n, "date": dt.date(2014, 3, 1), "channel": "dic",
             "service": "ns", "quantity": 5, "site": "spot"}
            for n in range(2)
        ]  # fmt: skip
        records = pa.table({"record_id": [f"{partner}{n}" for n in range(2)], "sex": sexes})
        return Register(partner, records, pa.Table.from_pylist(rows, schema=EVENTS), (), 2, "")

    persons = pa.table(
        {
            "partner": ["a", "a", "b", "b"],
            "record_id": ["a0", "a1", "b0", "b1"],
            "person_id": ["P1", "P2", "P1", "P3"],
        }
    )
    return [made("a", ["M", None]), made("b", ["F", "F"])], persons


def test_a_person_has_one_value_of_each_trait() -> None:
    """Where records disagree the most frequent value counts, among equals the first by name."""
    registers, persons = two_registers()
    linked = link_events(registers, persons)
    assert linked.persons.tolist() == [0, 1, 0, 2]
    assert linked.events["sex"].to_pylist() == ["F", None, "F", "F"]
    table = count_indicators(linked, "core", by=("sex",)).to_pylist()
    people = {r["sex"]: r["value"] for r in table if r["indicator"] == "individuals"}
    assert people == {"F": 2, "not recorded": 1, "all": 3}


def test_pairs_give_limits() -> None:
    """A doubtful link lifts the upper limit; a candidate that was not made lowers the lower."""
    registers, persons = two_registers()
    linked = link_events(registers, persons)
    columns: dict[str, Any] = {
        "partner_a": ["a", "a"], "record_id_a": ["a0", "a1"],
        "partner_b": ["b", "b"], "record_id_b": ["b0", "b1"], "probability": [0.6, 0.3],
    }  # fmt: skip
    for rows, low, high, both in ((1, 3, 4, False), (2, 2, 4, True)):
        pairs = pa.table(columns).slice(0, rows)
        draws = draws_of(registers, linked.persons, pairs, draws=200, seed=1)
        assert draws.both_ways is both
        table = count_indicators(Linked(linked.events, linked.persons, draws), "core").to_pylist()
        row = next(r for r in table if r["indicator"] == "individuals")
        assert (row["low"], row["value"], row["high"]) == (low, 3, high)
    strange = pa.table(columns | {"record_id_a": ["a0", "SECRET"]})
    with pytest.raises(InputError, match="1 of its pairs name records") as caught:
        draws_of(registers, linked.persons, strange, draws=5, seed=1)
    assert "SECRET" not in str(caught.value)


# --- the commands ---------------------------------------------------------------------------------


def run(*arguments: str | Path) -> Any:
    app = typer.Typer()
    app.command("count")(count_command.command)
    app.add_typer(export.app, name="export")
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_commands_from_exports_to_dhis2(example: Path, truth: Path, tmp_path: Path) -> None:
    """``uic count`` writes a workbook and cells; ``uic export dhis2`` makes values of the cells."""
    result = run(
        "count", *(example / name for name in FILES), "--schema", example / "schema.toml",
        "--persons", truth, "--by", "channel", "--period", "quarter",
        "--cells", tmp_path / "cells.csv", "-o", tmp_path / "core.csv",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "Do not add" in result.output
    with (tmp_path / "core.csv").open(encoding="utf-8", newline="") as stream:
        header = next(csv.reader(stream))
    assert header == ["channel", "indicator", *(f"2014-Q{n}" for n in range(1, 5)), "all", "note"]
    (tmp_path / "dhis2.toml").write_text(
        'format = "uic-dhis2/1"\norg_unit = "DiszpKrYNg8"\n'
        '[[values]]\nindicator = "individuals"\ndata_element = "f7n9E0hX8qk"\n',
        encoding="utf-8",
    )
    result = run("export", "dhis2", tmp_path / "cells.csv", "--mapping", tmp_path / "dhis2.toml",
                 "-o", tmp_path / "values.json")  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "4 data values" in result.output
    assert '"2014Q4"' in (tmp_path / "values.json").read_text(encoding="utf-8")
    for path in tmp_path.iterdir():
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"OW-\d|R14/|entity-", text), "a record or a person left the partners"


def test_wrong_arguments_are_wrong_usage(example: Path, truth: Path, tmp_path: Path) -> None:
    """A misspelt axis or period is told as usage, with exit code 2 and no table."""
    common = [example / FILES[0], "--persons", truth, "--schema", example / "schema.toml",
              "-o", tmp_path / "t.xlsx"]  # fmt: skip
    for extra in (["--period", "week"], ["--size", "1", "2", "3"]):
        result = run("count", *common, *extra)
        assert result.exit_code == 2, result.output
    assert not (tmp_path / "t.xlsx").exists()


def test_an_unknown_table_is_told_before_anything_is_read() -> None:
    """A slip in the name costs no minutes of reading."""
    with pytest.raises(SchemaError, match="did you mean 'khana-nsp'"):
        tabulate(["nowhere.csv"], persons="nowhere.parquet", table="khana-nps")


def test_duplicates_are_written_as_bodies(tmp_path: Path) -> None:
    """``uic export dhis2-duplicates`` writes a line a pair of the one instance."""
    pq.write_table(
        pa.table(
            {
                "partner_a": ["dic"], "record_id_a": ["aaaaaaaaaa1"],
                "partner_b": ["dic"], "record_id_b": ["bbbbbbbbbb2"], "probability": [0.95],
            }
        ),
        tmp_path / "pairs.parquet",
    )  # fmt: skip
    result = run("export", "dhis2-duplicates", tmp_path / "pairs.parquet", "--partner", "dic",
                 "-o", tmp_path / "d.jsonl")  # fmt: skip
    assert result.exit_code == 0, result.output
    line = (tmp_path / "d.jsonl").read_text(encoding="utf-8")
    assert re.fullmatch(r'\{"original": "\w{11}", "duplicate": "\w{11}"\}\n', line)
