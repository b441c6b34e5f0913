"""The gate from file to file: what it refuses, what it writes, what it never says."""

from __future__ import annotations

import csv
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest

from uic.analysis.release import release, verify_log
from uic.analysis.release.refusing import Permit
from uic.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from uic.analysis.release import Release

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
HEADER = "channel,partner,contacts,individuals"
ROWS = (
    "outreach,north,120,40",
    "outreach,south,95,31",
    "outreach,all,215,60",
    "centre,north,7,3",
    "centre,south,80,35",
    "centre,all,87,37",
    "referral,north,60,30",
    "referral,south,55,25",
    "referral,all,115,50",
    "all,north,187,55",
    "all,south,230,70",
    "all,all,417,110",
)


def table(folder: Path, *rows: str, header: str = HEADER, name: str = "counts.csv") -> Path:
    """Write a table, the usual one by default."""
    path = folder / name
    path.write_text("\n".join([header, *(rows or ROWS)]) + "\n", encoding="utf-8")
    return path


def pass_gate(folder: Path, *paths: Path, **terms: Any) -> Release:
    """Send tables through the gate."""
    defaults = {"to": "AIDS office", "log": folder / "log.jsonl", "output": folder / "out"}
    return release(paths, **(defaults | {"now": NOW} | terms))


def refused(folder: Path, *paths: Path, **terms: Any) -> str:
    """Return why the gate refuses; nothing must have been written."""
    with pytest.raises(InputError) as caught:
        pass_gate(folder, *paths, **terms)
    assert not (folder / "out").exists()
    assert not (folder / "log.jsonl").exists()
    return str(caught.value)


def read(path: Path) -> dict[tuple[str, ...], dict[str, str]]:
    """Read a released table, by its labels."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {(row["channel"], row["partner"]): row for row in rows}


def test_small_cells_and_their_complements_are_hidden_and_the_rest_is_told(tmp_path: Path) -> None:
    """A number below ten is hidden, one hidden cell a row and column is never alone."""
    done = pass_gate(tmp_path, table(tmp_path))
    told = read(tmp_path / "out" / "counts.csv")
    assert told["centre", "north"]["contacts"] == "*"
    assert told["centre", "north"]["individuals"] == "*"
    for row in ROWS:
        *labels, contacts, individuals = row.split(",")
        cells = told[tuple(labels)]
        assert cells["contacts"] in {contacts, "*"}
        assert cells["individuals"] in {individuals, "*"}
    hidden = [key for key, row in told.items() if row["contacts"] == "*"]
    assert sum(key[0] == "centre" for key in hidden) >= 2
    assert sum(key[1] == "north" for key in hidden) >= 2
    texts = [row[column] for row in told.values() for column in ("contacts", "individuals")]
    assert done.hidden == texts.count("*")
    assert done.numbers == len(texts) == 24
    assert done.threshold == 10


def test_the_log_has_an_entry_that_verifies(tmp_path: Path) -> None:
    """The entry says to whom, when and under which terms; the method text carries its hash."""
    done = pass_gate(tmp_path, table(tmp_path))
    entry = json.loads((tmp_path / "log.jsonl").read_text(encoding="utf-8"))
    assert entry["to"] == "AIDS office"
    assert entry["released"] == "2026-11-22T12:00:00Z"
    assert entry["threshold"] == 10
    assert entry["hash"] == done.head == verify_log(tmp_path / "log.jsonl").head
    assert entry["tables"][0]["hidden"] == done.hidden
    told = (tmp_path / "out" / "counts.csv").read_bytes()
    kept = tmp_path / "log.tables" / f"{entry['tables'][0]['sha256']}.csv"
    assert kept.read_bytes() == told
    assert done.head in (tmp_path / "out" / "method.md").read_text(encoding="utf-8")


def test_two_inputs_that_differ_only_in_hidden_numbers_leave_the_same_log(tmp_path: Path) -> None:
    """Nothing in the log depends on a hidden number, so it cannot be used to try one out."""
    logs = []
    for number, shift in enumerate((0, 1)):
        folder = tmp_path / str(number)
        folder.mkdir()
        # The four corners of a square move by one: they are what is hidden of the contacts.
        moved = {
            "centre,north,7": f"centre,north,{7 + shift}",
            "centre,south,80": f"centre,south,{80 - shift}",
            "referral,north,60": f"referral,north,{60 - shift}",
            "referral,south,55": f"referral,south,{55 + shift}",
        }
        rows = [",".join(row.split(",")[:3]) for row in ROWS]
        rows = [moved.get(row, row) for row in rows]
        pass_gate(folder, table(folder, *rows, header="channel,partner,contacts"))
        told = read(folder / "out" / "counts.csv")
        assert {key for key, row in told.items() if row["contacts"] == "*"} == {
            tuple(key.split(",")[:2]) for key in moved
        }
        logs.append((folder / "log.jsonl").read_bytes())
    assert logs[0] == logs[1]


def test_rounding_tells_multiples_and_needs_fewer_complements(tmp_path: Path) -> None:
    """With base 5 every told number is a multiple of 5 within 2 of the truth."""
    plain = pass_gate(tmp_path, table(tmp_path))
    done = pass_gate(
        tmp_path, table(tmp_path), rounding=5, log=tmp_path / "b.jsonl", output=tmp_path / "b"
    )
    told = read(tmp_path / "b" / "counts.csv")
    for row in ROWS:
        *labels, contacts, _ = row.split(",")
        text = told[tuple(labels)]["contacts"]
        if text != "*":
            assert int(text) % 5 == 0
            assert abs(int(text) - int(contacts)) <= 2
    assert done.hidden <= plain.hidden


def test_overlap_of_two_organisations_stays_hidden_when_few(tmp_path: Path) -> None:
    """Two parts and their union tell how many went to both: below ten, one of them is hidden."""
    header = "partner,individuals"
    few = table(tmp_path, "north,100", "south,50", "all,147", header=header)
    pass_gate(tmp_path, few)
    with (tmp_path / "out" / "counts.csv").open(newline="") as stream:
        assert "*" in {row["individuals"] for row in csv.DictReader(stream)}
    many = table(tmp_path, "north,100", "south,50", "all,130", header=header)
    done = pass_gate(tmp_path, many, log=tmp_path / "other.jsonl", output=tmp_path / "other")
    assert done.hidden == 0


def test_tables_that_share_margins_are_checked_together(tmp_path: Path) -> None:
    """A margin hidden in one table is hidden in the other, where it would tell the small cell."""
    by_sex = table(
        tmp_path, "2026,m,40", "2026,f,4", "2026,all,44", header="period,sex,contacts", name="a.csv"
    )
    by_place = table(
        tmp_path, "2026,east,24", "2026,west,20", "2026,all,44",
        header="period,channel,contacts", name="b.csv",
    )  # fmt: skip
    pass_gate(tmp_path, by_sex, by_place)
    told = [
        (tmp_path / "out" / name).read_text(encoding="utf-8").splitlines()
        for name in ("a.csv", "b.csv")
    ]
    assert told[0][2] == "2026,f,*"
    margins = {lines[3].rsplit(",", 1)[1] for lines in told}
    assert len(margins) == 1
    if margins == {"*"}:  # then its parts in the other table must not add up to it
        assert any(line.endswith("*") for line in told[1][1:3])
    else:
        assert told[0][1] == "2026,m,*"


def test_months_and_their_year_are_tied(tmp_path: Path) -> None:
    """A year in one table and its months in another are margin and parts."""
    counts = [30, 25, 4, 30, 25, 40, 30, 25, 40, 30, 25, 40]
    rows = [f"2026-{month:02},{count}" for month, count in enumerate(counts, start=1)]
    months = table(tmp_path, *rows, header="period,contacts", name="months.csv")
    year = table(tmp_path, f"2026,{sum(counts)}", header="period,contacts", name="year.csv")
    pass_gate(tmp_path, months, year)
    lines = (tmp_path / "out" / "months.csv").read_text(encoding="utf-8").splitlines()[1:]
    whole = (tmp_path / "out" / "year.csv").read_text(encoding="utf-8").splitlines()[1]
    assert lines[2] == "2026-03,*"
    assert whole.endswith("*") or sum(line.endswith("*") for line in lines) > 1


def test_formulas_in_labels_are_neutralised(tmp_path: Path) -> None:
    """A label that a spreadsheet would run goes out with an apostrophe."""
    rows = ("=cmd|' /C calc'!A0,100", "@SUM(A1),200", "all,300")
    pass_gate(tmp_path, table(tmp_path, *rows, header="partner,contacts"))
    lines = (tmp_path / "out" / "counts.csv").read_text(encoding="utf-8").splitlines()
    assert lines[1].startswith("'=cmd")
    assert lines[2].startswith("'@SUM")


@pytest.mark.parametrize(
    ("header", "row", "rule"),
    [
        ("person_id,contacts", "P1,12", "belongs to persons"),
        ("Date of birth,contacts", "1990-01-01,12", "belongs to persons"),
        ("uic,contacts", "SOKDAM01,12", "belongs to persons"),
        ("latitude,longitude,contacts", "11.5,104.9,12", "belongs to persons or to a map"),
        ("favourite,contacts", "tea,12", "does not know"),
        ("partner,age", "north,12", "does not know"),
    ],
)
def test_columns_of_persons_maps_and_unknown_ones_are_refused(
    tmp_path: Path, header: str, row: str, rule: str
) -> None:
    """Nothing is published that the gate does not know; the message holds no cell of the file."""
    why = refused(tmp_path, table(tmp_path, row, header=header))
    assert rule in why
    assert row.split(",")[0] not in why


def test_a_persons_column_is_refused_even_when_it_is_declared(tmp_path: Path) -> None:
    """Declaring a column of persons as a dimension does not let it through."""
    path = table(tmp_path, "A1,12", "A2,14", header="record_id,contacts")
    assert "belongs to persons" in refused(tmp_path, path, dimensions=["record_id"])


def test_a_row_a_person_is_refused_without_a_telling_header(tmp_path: Path) -> None:
    """Codes as labels, or counts that are all one, are persons under another name."""
    coded = table(tmp_path, *(f"KH19900{n}{n}X,12" for n in range(6)), header="member,contacts")
    assert "look like codes" in refused(tmp_path, coded, dimensions=["member"])
    singles = table(tmp_path, *(f"visitor {n},1" for n in range(8)), header="who,people_met")
    why = refused(tmp_path, singles, dimensions=["who"], people=["people_met"])
    assert "row a person" in why
    mixed = [*(f"visitor {n},1" for n in range(8)), "all,8"]
    path = table(tmp_path, *mixed, header="who,people_met")
    assert "at most 1 person" in refused(tmp_path, path, dimensions=["who"], people=["people_met"])


def test_small_places_need_a_permission_that_goes_into_the_log(tmp_path: Path) -> None:
    """Hot spots of a criminalised group leave only when somebody is named who permits it."""
    path = table(
        tmp_path, "by the river,40", "old station,60", "all,100", header="hotspot,contacts"
    )
    assert "below a district" in refused(tmp_path, path)
    assert "needs both" in refused(tmp_path, path, permit=["small-places"])
    pass_gate(tmp_path, path, permit=["small-places"], permitted_by="Dr Example, NAC")
    entry = json.loads((tmp_path / "log.jsonl").read_text(encoding="utf-8"))
    assert entry["permits"] == [{"what": "small-places", "by": "Dr Example, NAC"}]
    assert "Dr Example, NAC" in (tmp_path / "out" / "method.md").read_text(encoding="utf-8")


def test_the_default_threshold_is_ten_and_five_only_for_national_tables(tmp_path: Path) -> None:
    """Five holds for a national table of a group that is not criminalised; less needs a permit."""
    rows, header = ("2026,m,40", "2026,f,50", "2026,all,90"), "period,sex,contacts"
    national = table(tmp_path, *rows, header=header)
    assert pass_gate(tmp_path, national, criminalised=False).threshold == 5
    assert pass_gate(tmp_path, national).threshold == 10
    by_partner = table(tmp_path, "a,40", "b,50", header="partner,contacts", name="b.csv")
    assert pass_gate(tmp_path, by_partner, criminalised=False).threshold == 10
    with pytest.raises(InputError, match="below 10"):
        pass_gate(tmp_path, by_partner, threshold=7)
    terms = {"permit": [Permit.low_threshold], "permitted_by": "NAC"}
    assert pass_gate(tmp_path, by_partner, threshold=7, **terms).threshold == 7
    assert pass_gate(tmp_path, by_partner, threshold=20).threshold == 20


def test_thin_capture_histories_are_refused_and_thick_ones_told_whole(tmp_path: Path) -> None:
    """Histories are useless with holes, so below the threshold none is released."""
    header = "dic,outreach,count"
    thin = table(tmp_path, "1,1,9", "1,0,40", "0,1,50", header=header, name="histories.csv")
    why = refused(tmp_path, thin)
    assert "1 of 3 capture histories" in why
    assert " 9 " not in why
    thick = table(tmp_path, "1,1,10", "1,0,40", "0,1,50", header=header, name="histories.csv")
    assert pass_gate(tmp_path, thick).hidden == 0
    moved = table(tmp_path, "1,1,13", "1,0,40", "0,1,50", header=header, name="histories.csv")
    with pytest.raises(InputError, match="changed by few"):
        pass_gate(tmp_path, moved)


def test_numbers_that_contradict_their_columns_are_named_by_place(tmp_path: Path) -> None:
    """A margin below its parts, and people above contacts, are not what their columns say."""
    rows = ("north,100,30", "south,50,60", "all,140,55")
    why = refused(tmp_path, table(tmp_path, *rows, header="partner,contacts,individuals"))
    assert "row 4, column contacts: this margin is smaller than the sum of its parts" in why
    assert "row 4, column individuals: this margin is smaller than one of its parts" in why
    assert "row 3, column contacts: it is smaller than individuals in the same row" in why


def test_bad_cells_are_listed_together_without_their_text(tmp_path: Path) -> None:
    """Every wrong cell is named by row and column; none is quoted."""
    rows = ("north,twelve", "south,-4", ",12", "Total,40", "all,60", "all,61")
    why = refused(tmp_path, table(tmp_path, *rows, header="partner,contacts"))
    for place in ("row 2, column contacts", "row 3, column contacts", "row 4", "row 5", "row 7"):
        assert place in why
    assert "twelve" not in why
    assert "61" not in why


def test_two_tables_that_disagree_are_refused(tmp_path: Path) -> None:
    """Linked tables must be counted from the same data."""
    first = table(tmp_path, "a,40", "all,40", header="partner,contacts", name="a.csv")
    second = table(tmp_path, "2026,41", "all,41", header="period,contacts", name="b.csv")
    assert "another number for the same column" in refused(tmp_path, first, second)


def test_a_held_log_refuses_a_second_release(tmp_path: Path) -> None:
    """One release at a time: else two could pass that together tell too much."""
    path = table(tmp_path)
    (tmp_path / "log.jsonl.lock").touch()
    with pytest.raises(InputError, match="another release is being made"):
        pass_gate(tmp_path, path)
    (tmp_path / "log.jsonl.lock").unlink()
    assert pass_gate(tmp_path, path).number == 1
