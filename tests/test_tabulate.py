"""The chain: exports and a run in, the tables that programmes report out."""

from __future__ import annotations

import csv
import dataclasses
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
from uic.analysis.tabulating import tabulated
from uic.cli import count as count_command
from uic.cli import export
from uic.errors import InputError, SchemaError
from uic.partner.registers import DETAILS, EVENTS, Register
from uic.pipeline.linking import draws_of, link_events
from uic.pipeline.tabulating import tabulate
from uic.synthesis import simulate

if TYPE_CHECKING:
    from pathlib import Path

    from uic.synthesis.simulating import Simulation

FILES = ("outreach.csv", "dic.xlsx", "referrals.csv")
GOODS = {"ns": "needles_given", "condom": "condoms_given", "lubricant": "lubricant_given"}
CHANNELS = {"outreach": "outreach", "dic": "drop-in centre", "referrals": "referral"}

# KHANA 2014 as published (khana-nsp-2010-2014.csv, column 2014), the figures the example is made
# to reach: all but the rows it has nothing for (new, sexual partners).
PUBLISHED = {
    ("outreach", "contacts"): 18737, ("outreach", "individuals"): 353,
    ("drop-in centre", "contacts"): 7736, ("drop-in centre", "individuals"): 226,
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
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Simulation:
    """The example with its truth: who every record is."""
    return simulate(tmp_path_factory.mktemp("simulated"), seed=2014)


@pytest.fixture(scope="module")
def truth(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A persons.parquet that is right: the truth of the example as a run would write it."""
    table = pa_csv.read_csv(example / "truth" / "truth.csv")
    path = tmp_path_factory.mktemp("run") / "persons.parquet"
    pq.write_table(table.rename_columns(["partner", "record_id", "person_id"]), path)
    return path


def register_of(partner: str, made: Simulation) -> Register:
    """Put simulated contacts into the event model: a row a service, its own pieces in it."""
    contacts, records = made.contacts[partner], made.records[partner]
    place = {name: number for number, name in enumerate(records["record_id"].to_pylist())}
    services = [n for n in contacts.column_names if pa.types.is_boolean(contacts[n].type)]
    rows, details = [], []
    for number, contact in enumerate(contacts.to_pylist()):
        for service in [name for name in services if contact[name]] or [None]:
            rows.append(
                {
                    "contact": number,
                    "record": place.get(contact["record_id"]),
                    "date": contact["date"],
                    "channel": CHANNELS[partner],
                    "service": service,
                    "quantity": contact.get(GOODS.get(service, "")),
                    "site": None,
                }
            )
            details.append({"referral": "completed" if partner == "referrals" else None})
    return Register(
        partner, records.drop_columns(["entity"]), pa.Table.from_pylist(rows, schema=EVENTS), (),
        len(contacts), "", details=pa.Table.from_pylist(details, schema=DETAILS),
    )  # fmt: skip


def test_simulated_events_give_the_published_table(simulated: Simulation) -> None:
    """Every figure of 2014 that the example is made to reach stands in the NSP table."""
    registers = [register_of(partner, simulated) for partner in CHANNELS]
    persons = simulated.truth.rename_columns(["partner", "record_id", "person_id"])
    linked = link_events(
        [dataclasses.replace(r, records=r.records.select(["record_id", "sex"])) for r in registers],
        persons,
    )
    main = tabulated(linked, "khana-nsp").tables[0].table
    found = {(row["section"], row["indicator"]): row["2014"] for row in main.to_pylist()}
    assert {key: found[key] for key in PUBLISHED} == PUBLISHED


def test_exports_and_persons_become_tables(example: Path, truth: Path) -> None:
    """The example's files and the right persons give the published people of both channels."""
    found = tabulate(
        [example / name for name in FILES], schema=example / "schema.toml", persons=truth,
        table="khana-nsp",
    )  # fmt: skip
    rows = {(r["section"], r["indicator"]): r["2014"] for r in found.tables[0].table.to_pylist()}
    for section in ("outreach", "drop-in centre"):
        for row in ("contacts", "individuals"):
            assert rows[section, row] == PUBLISHED[section, row]
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
