"""One NGO's own list in the clear: the same levels and scoring, and names in one file only."""

from __future__ import annotations

import csv
import stat
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from uic.cli.app import app
from uic.errors import InputError, LinkError
from uic.levels import SWAPPED
from uic.partner.reading import read_registers
from uic.pipeline.clear import letters, match_clear
from uic.pipeline.clear.letters import (
    DIFFERENT,
    EXACT,
    FAR,
    NEAR,
    LocalMissingError,
    graded,
    swapped,
)
from uic.pipeline.local import WARNING, dedupe_local, write_local
from uic.schema import default_schema, parse_schema

pytest.importorskip("rapidfuzz", reason="the extra 'local' (rapidfuzz) is not installed")

FAMILY = ["Sok", "Chan", "Heng", "Kimsour", "Ly", "Measvong", "Nou", "Ouk", "Pich", "Rosneath"]
GIVEN = ["Dara", "Sophea", "Vuthy", "Sreymom", "Bopha", "Rith", "Kosal", "Maly", "Phalla", "Thida"]
HEADER = ["record_id", "family_name", "given_name", "birth_date", "sex", "place"]


def people(count: int) -> list[list[str]]:
    draw = np.random.default_rng(4)
    return [
        [
            f"{n:04d}",
            str(draw.choice(FAMILY)),
            str(draw.choice(GIVEN)) + str(draw.choice(GIVEN)).lower(),
            f"{draw.integers(1960, 2000)}-{draw.integers(1, 13):02d}-{draw.integers(2, 28):02d}",
            "MF"[n % 2],
            ["Takeo", "Kandal", "Kampot"][n % 3],
        ]
        for n in range(count)
    ]


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list of 300 people, 60 of them twice: misspelt, swapped, and with dates turned."""
    rows = people(300)
    for n in range(60):
        again = [f"9{n:03d}", *rows[n][1:]]
        if n % 3 == 0:
            again[2] = again[2][:-1] + "x"
        elif n % 3 == 1:
            again[1], again[2] = again[2], again[1]
        else:
            year, month, day = again[3].split("-")
            again[3] = f"{year}-{day}-{month}" if int(day) <= 12 else again[3]
        rows.append(again)
    path = tmp_path_factory.mktemp("own") / "dic.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path


def test_the_records_of_one_person_stand_side_by_side(listed: Path) -> None:
    """Nearly all of the sixty are found, nobody else is linked, both values are shown."""
    found = dedupe_local([listed])
    linked = [row for row in found.pairs.to_pylist() if row["linked"] == "yes"]
    right = [r for r in linked if int(r["record_id_b"][1:]) == int(r["record_id_a"])]
    assert len(right) >= 57
    assert len(linked) - len(right) <= 1
    assert found.records == 360
    assert found.persons == 360 - len(linked)
    levels = {row["given_name_level"] for row in right}
    assert {"near", "exact"} <= levels
    assert "swapped" in {row["family_name_level"] for row in right}
    near = next(row for row in right if row["given_name_level"] == "near")
    assert near["given_name_a"][:-1] == near["given_name_b"][:-1]
    assert near["birth_date_a"].count("-") == 2
    assert "Sok" not in repr(found)


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_the_file_says_that_it_holds_names_and_is_its_owners(
    listed: Path, tmp_path: Path, ending: str
) -> None:
    """The warning is the first line; nobody else on the machine may read the file."""
    path = tmp_path / f"pairs.{ending}"
    write_local(dedupe_local([listed]), path)
    if ending == "xlsx":
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    else:
        rows = list(csv.reader(path.read_text("utf-8").splitlines()))
    assert rows[0][0] == WARNING
    assert rows[1][:6] == [
        "pair",
        "probability",
        "linked",
        "record_id_a",
        "record_id_b",
        "same_person",
    ]
    assert len(rows) > 60
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_was_decided_binds_the_next_comparison(listed: Path, tmp_path: Path) -> None:
    """The same file, filled in below its warning line, is read back."""
    path = tmp_path / "pairs.csv"
    first = dedupe_local([listed])
    write_local(first, path)
    rows = list(csv.reader(path.read_text("utf-8").splitlines()))
    rows[2][5] = "no"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    again = dedupe_local([listed], decisions=path)
    assert again.persons == first.persons + 1
    asked = {(row["record_id_a"], row["record_id_b"]) for row in again.pairs.to_pylist()}
    assert (rows[2][3], rows[2][4]) not in asked


def test_the_terminal_sees_numbers_only(listed: Path, tmp_path: Path) -> None:
    """No name, no record id, no results folder, no key."""
    path = tmp_path / "pairs.xlsx"
    told = CliRunner().invoke(app, ["dedupe", str(listed), "--local", str(path)])
    assert told.exit_code == 0, told.output
    assert "360" in told.output
    assert not [w for w in (*FAMILY, *GIVEN, "0001", "9001") if w in told.output]
    assert [item.name for item in tmp_path.iterdir()] == ["pairs.xlsx"]


def test_two_partners_are_never_compared_in_the_clear(listed: Path, tmp_path: Path) -> None:
    """Names of two NGOs do not meet, and tokens alone have no levels."""
    other = tmp_path / "clinic.csv"
    other.write_bytes(listed.read_bytes())
    with pytest.raises(InputError, match="2 partners"):
        dedupe_local([listed, other])
    tokens = parse_schema({"profile": "tokens"})
    with pytest.raises(LinkError):
        match_clear(read_registers([listed], tokens), tokens)


def test_without_the_extra_it_says_what_to_install(
    listed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line with the command, before anything is written."""
    monkeypatch.setitem(sys.modules, "rapidfuzz.process", None)
    with pytest.raises(LocalMissingError, match=r"pip install 'uic-link\[local\]'"):
        dedupe_local([listed])


def test_a_large_block_is_narrowed_like_the_encoded_one(listed: Path) -> None:
    """Beyond the largest block only those are compared who agree in one more attribute."""
    schema = default_schema()
    small = schema.linking.model_copy(update={"largest_block": 2})
    registers = read_registers([listed], schema)
    whole = match_clear(registers, schema)
    narrowed = match_clear(registers, schema.model_copy(update={"linking": small}))
    assert 0 < len(narrowed.pairs) < len(whole.pairs)
    assert "Sok" not in repr(whole)


def test_texts_are_graded_once_and_swaps_are_one_level() -> None:
    """Exact, near, far, different; swapped names as in the encoded comparison."""
    seen: list[int] = []

    def measure(first: list[str], second: list[str]) -> np.ndarray:
        seen.append(len(first))
        return letters.by_letters(first, second)

    texts = ["sophea", "sophia", "sopheak", "vuthy", "sok"]
    a, b = np.array([0, 0, 0, 0, 0]), np.array([0, 1, 2, 3, 1])
    level = graded(np.array([EXACT, 2, 2, 2, 2]), a, b, texts, measure)
    assert level.tolist() == [EXACT, NEAR, NEAR, DIFFERENT, NEAR]
    assert seen == [3]
    family, given = (
        (["sok", "sophea"], np.array([0]), np.array([1])),
        (
            ["sophia", "sok"],
            np.array([0]),
            np.array([1]),
        ),
    )
    apart = np.array([DIFFERENT])
    one, other = swapped(apart, apart, family, given, measure)
    assert (one.tolist(), other.tolist()) == ([SWAPPED], [0])
    kept = swapped(np.array([NEAR]), apart, family, given, measure)
    assert (kept[0].tolist(), kept[1].tolist()) == ([NEAR], [DIFFERENT])
    assert FAR in letters.by_letters(["phalla", "measvong"], ["phallika", "meassok"]).tolist()


def test_a_table_in_memory_is_compared_too() -> None:
    """A mapping from the partner's name to a table, with two partners' worth of nothing."""
    table = pa.table(dict(zip(HEADER, map(list, zip(*people(40), strict=True)), strict=True)))
    found = dedupe_local({"dic": table}, lower=0.9)
    assert found.records == 40
