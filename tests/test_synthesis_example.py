"""The simulated partners: calibrated, repeatable, readable, and apart from the truth."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import typer
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from uic.cli.simulate import command
from uic.files import example_path
from uic.partner.reading import read_registers
from uic.schema import load_schema
from uic.synthesis import Simulation, simulate

if TYPE_CHECKING:
    from pathlib import Path

    from uic.partner.registers import Register

EXPORTS = ("outreach.csv", "dic.xlsx", "referrals.csv")
COMBINATIONS = {"100": 198, "010": 63, "001": 22, "110": 52, "101": 41, "011": 49, "111": 62}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the full-size simulation."""
    return tmp_path_factory.mktemp("phnom-penh")


@pytest.fixture(scope="module")
def made(folder: Path) -> Simulation:
    """The simulation that the committed example came from."""
    return simulate(folder, seed=2014)


@pytest.fixture(scope="module")
def registers(made: Simulation, folder: Path) -> dict[str, Register]:
    """The partners' files as the library reads them."""
    schema = load_schema(folder / "schema.toml")
    found = read_registers([folder / name for name in EXPORTS], schema)
    assert made.files
    return {register.partner: register for register in found}


def cells(path: Path) -> list[list[object]]:
    """Return every cell of a workbook's only sheet."""
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def reached(made: Simulation) -> dict[str, float]:
    return {figure.name: figure.reached for figure in made.figures}


def test_the_registered_cohort_is_the_published_one(made: Simulation) -> None:
    """496 people, 22.4 % inject, 15 % women, 16 to 52 years with mean 26, 47 % under 25."""
    registered = made.people["registered"].cast(pa.string()).to_pylist()
    cohort = made.people.filter(
        pa.array([bool(day) and "2010-06-01" <= day <= "2012-06-30" for day in registered])
    )
    age = np.array(
        [
            day.year - born.year - ((day.month, day.day) < (born.month, born.day))
            for day, born in zip(
                cohort["registered"].to_pylist(), cohort["born"].to_pylist(), strict=True
            )
        ]
    )
    assert len(cohort) == 496
    assert round(100 * pc.mean(cohort["injects"].cast(pa.int8())).as_py(), 1) == 22.4
    assert round(100 * pc.mean(pc.equal(cohort["sex"], "F").cast(pa.int8())).as_py()) == 15
    assert (age.min(), age.max(), age.mean()) == (16, 52, 26)
    assert round(100 * float((age < 25).mean())) == 47


@pytest.mark.parametrize(
    ("partner", "contacts", "individuals"),
    [("outreach", 18_737, 353), ("dic", 7_736, 226), ("referrals", 1_546, 174)],
)
def test_contacts_and_individuals_are_the_published_ones(
    made: Simulation,
    registers: dict[str, Register],
    partner: str,
    contacts: int,
    individuals: int,
) -> None:
    """Counted in the files as they are read: contacts, and people by the truth, exactly."""
    register = registers[partner]
    entity = dict(
        zip(
            made.records[partner]["record_id"].to_pylist(),
            made.records[partner]["entity"].to_pylist(),
            strict=True,
        )
    )
    seen = pc.unique(register.events["record"].drop_null())
    ids = register.records["record_id"].take(seen).to_pylist()
    assert pc.count_distinct(register.events["contact"]).as_py() == contacts
    assert len({entity[record_id] for record_id in ids}) == individuals
    assert set(pc.unique(pc.year(register.events["date"])).to_pylist()) == {2014}


def test_new_people_and_supplies_are_the_published_ones(made: Simulation) -> None:
    """54 and 36 people are new in 2014; needles, condoms and lubricant add up."""
    figures = reached(made)
    assert figures["of them new in 2014, outreach"] == 54
    assert figures["of them new in 2014, dic"] == 36
    assert figures["needles handed out in 2014"] == 100_678
    assert figures["condoms handed out in 2014"] == 35_231
    assert figures["lubricant handed out in 2014"] == 23_052


def test_pieces_in_the_files_add_up(registers: dict[str, Register]) -> None:
    """The pieces read from outreach and centre are the published ones, each on its own service."""
    given: Counter[str] = Counter()
    for partner in ("outreach", "dic"):
        services = registers[partner].events.group_by("service")
        for row in services.aggregate([("quantity", "sum")]).to_pylist():
            given[row["service"]] += row["quantity_sum"] or 0
    assert +given == {"ns": 100_678, "condom": 35_231, "lubricant": 23_052}


def test_contacts_with_sexual_partners_are_the_published_ones(made: Simulation) -> None:
    """Contacts with male and female partners of people who inject: 4 and 16, and 4 and 13."""
    figures = reached(made)
    found = [
        figures[f"contacts of {name} with {sex} partners of people who inject"]
        for name in ("outreach", "dic")
        for sex in ("male", "female")
    ]
    assert found == [4, 16, 4, 13]


def test_referrals_by_service_are_the_published_ones(registers: dict[str, Register]) -> None:
    """Each service has exactly as many completed referrals as published for 2014."""
    assert Counter(registers["referrals"].events["service"].to_pylist()) == {
        "methadone therapy": 109,
        "VCCT": 134,
        "STI service": 279,
        "other reproductive health": 28,
        "ARV/OI and monitoring": 49,
        "TB treatment and monitoring": 31,
        "primary health care": 916,
    }


def test_every_figure_of_the_table_is_met(made: Simulation) -> None:
    """At scale 1 nothing in the calibration table is off by more than the published rounding."""
    targets = [figure for figure in made.figures if figure.target is not None]
    assert len(targets) > 20
    for figure in targets:
        assert round(figure.reached, 1 if figure.target % 1 else 0) == figure.target, figure.name


def test_people_on_several_lists_are_as_stated(made: Simulation, folder: Path) -> None:
    """Each combination of partners met the stated number of people; the README says so."""
    met = zip(
        *(
            made.people[f"{partner}_2014"].to_pylist()
            for partner in ("outreach", "dic", "referrals")
        ),
        strict=True,
    )
    found = Counter("".join(str(int(there)) for there in person) for person in met)
    text = (folder / "README.md").read_text("utf-8")
    assert {key: count for key, count in found.items() if key != "000"} == COMBINATIONS
    assert "| x | x | x | 62 |" in text


def test_truth_covers_every_record_and_no_other(
    made: Simulation, registers: dict[str, Register]
) -> None:
    """Every record that is read stands once in the truth, and everybody there exists."""
    listed = Counter(
        zip(made.truth["partner"].to_pylist(), made.truth["record_id"].to_pylist(), strict=True)
    )
    read = {
        (partner, record_id)
        for partner, register in registers.items()
        for record_id in register.records["record_id"].to_pylist()
    }
    assert set(listed) == read
    assert set(listed.values()) == {1}
    assert set(made.truth["entity"].to_pylist()) <= set(made.people["entity"].to_pylist())


def test_the_truth_file_is_the_truth(made: Simulation, folder: Path) -> None:
    """``truth/truth.csv`` holds partner, record_id and entity of every record."""
    with (folder / "truth" / "truth.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows == made.truth.to_pylist()


def test_no_partner_file_names_an_entity(made: Simulation, folder: Path) -> None:
    """What a partner holds has no trace of the truth, in a cell or in the order of rows."""
    text = "".join((folder / name).read_text("utf-8") for name in ("outreach.csv", "referrals.csv"))
    text += str(cells(folder / "dic.xlsx"))
    assert "entity" not in text
    for table in made.records.values():
        entity = [int(name.split("-")[1]) for name in table["entity"].to_pylist()]
        assert abs(np.corrcoef(entity, np.arange(len(entity)))[0, 1]) < 0.2


def test_some_people_hold_two_records(made: Simulation) -> None:
    """Client numbers are more than people, by the stated rates of double registration."""
    extra = {
        partner: len(table) - pc.count_distinct(table["entity"]).as_py()
        for partner, table in made.records.items()
    }
    assert extra == {"outreach": 21, "dic": 5, "referrals": 9}
    assert all(
        set(made.contacts[partner]["record_id"].drop_null().to_pylist())
        == set(table["record_id"].to_pylist())
        for partner, table in made.records.items()
    )


def test_group_contacts_have_no_client(registers: dict[str, Register]) -> None:
    """Talks to groups stay contacts without a person, in outreach only."""
    alone = {
        partner: pc.count_distinct(
            register.events.filter(pc.is_null(register.events["record"]))["contact"]
        ).as_py()
        for partner, register in registers.items()
    }
    assert alone == {"outreach": 212, "dic": 0, "referrals": 0}


def test_only_the_intended_values_are_unusable(registers: dict[str, Register]) -> None:
    """Reading lists two impossible dates, one future date, one unknown code, and nothing else."""
    found = [(p.partner, p.rule) for register in registers.values() for p in register.problems]
    assert sorted(found) == [
        ("dic", "future_date"),
        ("outreach", "impossible_date"),
        ("referrals", "impossible_date"),
        ("referrals", "unknown_code"),
    ]


def test_what_is_read_is_what_was_written_down(
    made: Simulation, registers: dict[str, Register]
) -> None:
    """Reading gives back the attributes of every record, so no shape of file loses one."""
    for partner in ("outreach", "referrals"):
        written = {row["record_id"]: row for row in made.records[partner].to_pylist()}
        for row in registers[partner].records.to_pylist():
            shown = written[row["record_id"]]
            assert (row["given_name"], row["place"]) == (shown["given_name"], shown["place"])
            year = int(shown["birth_date"].lstrip("~")[:4]) if shown["birth_date"] else None
            assert row["birth_date_year"] == year


def test_the_workbook_types_its_cells(folder: Path) -> None:
    """Codes and telephones are numbers, dates are dates, names are in Khmer script."""
    header, *rows = cells(folder / "dic.xlsx")
    kinds = {
        str(name): Counter(type(row[place]).__name__ for row in rows)
        for place, name in enumerate(header)
    }
    assert set(kinds["លេខកូដ Code"]) == {"float"}
    assert kinds["Phone"]["float"] > 2_000
    assert set(kinds["Visit date"]) == {"date"}
    assert kinds["ថ្ងៃកំណើត Birth date"]["date"] > 5_000
    assert kinds["ថ្ងៃកំណើត Birth date"]["float"] > 0
    assert kinds["ថ្ងៃកំណើត Birth date"]["str"] > 0
    registered, visited = header.index("Registered"), header.index("Visit date")
    assert all(row[registered] <= row[visited] for row in rows)
    place = header.index("នាម")
    assert all("\u1780" <= str(row[place])[0] <= "\u17b3" for row in rows)


def test_the_text_files_have_their_shapes(folder: Path) -> None:
    """Outreach has commas and day-first dates, referrals a byte order mark and semicolons."""
    outreach = (folder / "outreach.csv").read_bytes()
    referrals = (folder / "referrals.csv").read_bytes()
    assert outreach.startswith(b"Client No,Family name,")
    assert referrals.startswith(b"\xef\xbb\xbfclient_ref;surname;")
    assert b",31/12/2014," in outreach


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """Every file, the workbook too, is repeated byte for byte; another seed changes them."""
    for name, seed in (("first", 3), ("again", 3), ("other", 4)):
        simulate(tmp_path / name, seed=seed, scale=0.1)
    first, again, other = (digests(tmp_path / name) for name in ("first", "again", "other"))
    assert first == again
    assert len(first) == 7
    assert {name for name in first if first[name] == other[name]} == {"schema.toml"}


def test_the_committed_example_is_what_the_command_writes(made: Simulation, folder: Path) -> None:
    """``examples/phnom-penh`` is the simulation with seed 2014, texts byte for byte.

    The workbook is compared cell by cell, because compressors differ between machines.
    """
    example = example_path("phnom-penh")
    names = [path.relative_to(folder).as_posix() for path in made.files]
    assert sorted(digests(example)) == sorted(names)
    for name in names:
        if name.endswith(".xlsx"):
            assert cells(example / name) == cells(folder / name)
        else:
            assert (example / name).read_bytes() == (folder / name).read_bytes(), name


def test_the_example_is_small_and_marked(folder: Path) -> None:
    """Each file is under 3 MB, and the README says first of all that nobody in it lives."""
    assert all(path.stat().st_size < 3_000_000 for path in folder.rglob("*"))
    text = (folder / "README.md").read_text("utf-8")
    assert text.startswith("# SYNTHETIC")
    assert "uic simulate --preset phnom-penh --seed 2014 --out examples/phnom-penh" in text


def test_the_readme_explains_every_column(folder: Path) -> None:
    """Each header of the three files stands in the README."""
    text = (folder / "README.md").read_text("utf-8")
    with (folder / "outreach.csv").open(encoding="utf-8") as file:
        headers = file.readline().strip().split(",")
    with (folder / "referrals.csv").open(encoding="utf-8-sig") as file:
        headers += file.readline().strip().split(";")
    headers += [str(header) for header in cells(folder / "dic.xlsx")[0]]
    assert [header for header in headers if f"`{header}`" not in text] == []


@pytest.mark.parametrize("scale", [0.05, 0.3, 1.3])
def test_scale_multiplies_people_and_contacts(tmp_path: Path, scale: float) -> None:
    """At another scale every count is the published one times the scale, up to rounding."""
    made = simulate(tmp_path, seed=1, scale=scale)
    for figure in made.figures:
        if figure.target is not None and not figure.unit:
            assert figure.reached == pytest.approx(figure.target, abs=2), figure.name


def test_a_simulation_shows_no_person(made: Simulation) -> None:
    """Its ``repr`` counts and names nobody."""
    assert repr(made) == f"<Simulation: {len(made.people)} people, {len(made.truth)} records>"
    assert dataclasses.is_dataclass(made)


@pytest.mark.parametrize("scale", [0.01, 1_000, float("nan")])
def test_a_scale_outside_its_range_is_refused(tmp_path: Path, scale: float) -> None:
    """Nothing is written for a scale that cannot be simulated."""
    with pytest.raises(ValueError, match="scale lies between"):
        simulate(tmp_path, seed=1, scale=scale)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_preset_is_refused(tmp_path: Path) -> None:
    """The message names the preset that exists."""
    with pytest.raises(ValueError, match="phnom-penh"):
        simulate(tmp_path, seed=1, preset="paris")  # type: ignore[arg-type]


def test_the_command_writes_what_the_function_writes(tmp_path: Path) -> None:
    """``uic simulate`` is the function of the same name; it says on stderr what it wrote."""
    app = typer.Typer()
    app.command()(command)
    arguments = ["--out", str(tmp_path / "command"), "--seed", "5", "--scale", "0.05"]
    result = CliRunner().invoke(app, arguments)
    simulate(tmp_path / "function", seed=5, scale=0.05)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "wrote 7 files" in result.stderr
    assert digests(tmp_path / "command") == digests(tmp_path / "function")
