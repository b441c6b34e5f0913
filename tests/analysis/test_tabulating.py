"""Tables as programmes print them: layout, sheets, and no cell that runs."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from indicators_helpers import contacts, linked_from, persons
from python_calamine import CalamineWorkbook

from uic.analysis.indicators import LINKED_EVENTS, Draws, Linked, Size
from uic.analysis.tables import write_csv
from uic.analysis.tabulating import DO_NOT_ADD, Tabulations, tabulated, write_tables, write_workbook

HOSTILE = ("=cmd|' /C calc'!A0", "@SUM(1+1)", "+1+1", "-2+3", "\t=1", "\uff1d1+1", "00042", "all")
FEW = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)

# Rows of the published table, in its order.
NSP_ROWS = [
    *(
        (section, row)
        for section in ("outreach", "drop-in centre")
        for row in (
            "contacts",
            "individuals",
            "new individuals",
            "contacts male sexual partners/spouses of IDU",
            "contacts female sexual partners/spouses of IDU",
        )
    ),
    *(("dispensed", row) for row in ("condoms", "lubricant packs", "needles/syringes")),
    *(
        ("completed referrals", row)
        for row in (
            "methadone therapy",
            "VCCT",
            "STI service",
            "other reproductive health",
            "ARV/OI and monitoring",
            "TB treatment and monitoring",
            "primary health care",
        )
    ),
]


def events(*rows: dict[str, Any], persons: list[int] | None = None) -> Linked:
    """Build linked events; a row that names no contact is a contact of its own."""
    whole = [
        {"partner": "ngo", "contact": number, "date": dt.date(2014, 5, 1), "record": 0} | row
        for number, row in enumerate(rows)
    ]
    of = persons or list(range(1 + max((r["record"] or 0 for r in whole), default=0)))
    return Linked(pa.Table.from_pylist(whole, schema=LINKED_EVENTS), np.array(of))


def hostile() -> Linked:
    """Events whose every text is something a spreadsheet would run, or a code with zeros."""
    names = ("partner", "site", "channel", "population", "sex", "age_group", "hiv_status")
    return events(*(dict.fromkeys(names, text) | {"record": n} for n, text in enumerate(HOSTILE)))


def sheets_of(path: Path) -> dict[str, list[list[Any]]]:
    """Read a workbook with calamine, which Excel users' tools share."""
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_nsp_table_has_the_published_rows() -> None:
    """Section and indicator of every row, in the order of the published table."""
    table = tabulated(events({"channel": "outreach"}), "khana-nsp").tables[0].table
    rows = list(zip(table["section"].to_pylist(), table["indicator"].to_pylist(), strict=True))
    assert rows == NSP_ROWS
    published = Path(__file__).parents[2].parent / "shared" / "data" / "khana-nsp-2010-2014.csv"
    if published.exists():
        with published.open(encoding="utf-8", newline="") as stream:
            assert [(r["section"], r["indicator"]) for r in csv.DictReader(stream)] == NSP_ROWS


def test_the_nsp_table_has_a_column_a_year() -> None:
    """Years across the top in order; all time last; a year without outreach counts 0 there."""
    found = events(
        {"channel": "outreach", "date": dt.date(2012, 1, 1)},
        {"channel": "dic", "date": dt.date(2014, 1, 1)},
    )
    table = tabulated(found, "khana-nsp").tables[0].table
    assert table.column_names == ["section", "indicator", "2012", "2014", "all"]
    assert table.slice(0, 3).to_pylist() == [
        {"section": "outreach", "indicator": "contacts", "2012": 1, "2014": 0, "all": 1},
        {"section": "outreach", "indicator": "individuals", "2012": 1, "2014": 0, "all": 1},
        {"section": "outreach", "indicator": "new individuals", "2012": 1, "2014": 0, "all": None},
    ]


@FEW
@given(contacts, persons)
def test_identities_of_the_nsp_table(drawn: list[dict[str, Any]], of: list[int]) -> None:
    """In every section and year: new <= individuals <= contacts, partners' contacts <= contacts."""
    found = linked_from(drawn, of)
    table = tabulated(found, "khana-nsp").tables[0].table
    both = tabulated(found, "core").cells
    for year in table.column_names[2:]:
        cell = dict(zip(NSP_ROWS, table[year].to_pylist(), strict=True))
        people = []
        for section in ("outreach", "drop-in centre"):
            new = cell[section, "new individuals"]
            assert (new or 0) <= cell[section, "individuals"] <= cell[section, "contacts"]
            assert sum(cell[section, row] for _, row in NSP_ROWS[3:5]) <= cell[section, "contacts"]
            people.append(cell[section, "individuals"])
        row = next(r for r in both.to_pylist() if r["period"] == year or len(both) == 1)
        assert max(people) <= row["individuals"]


def test_every_table_says_do_not_add(tmp_path: Path) -> None:
    """In each sheet of people under the table, and in each row of people of a CSV."""
    found = events({"channel": "outreach", "site": "a", "population": "pwid"})
    for name in ("core", "khana-nsp", "characteristics", "overlap", "pepfar-kp-prev"):
        tables = tabulated(found, name)
        path = tmp_path / f"{name}.xlsx"
        write_workbook(tables, path)
        first = next(iter(sheets_of(path).values()))
        assert any(DO_NOT_ADD in map(str, row) for row in first)
        (main, *_) = write_tables(tables, tmp_path / f"{name}.csv")
        with main.open(encoding="utf-8", newline="") as stream:
            notes = [row["note"] for row in csv.DictReader(stream)]
        people = tables.tables[0].people
        assert any(people)
        assert all(("do not add" in note) == is_ for note, is_ in zip(notes, people, strict=True))


def test_new_is_marked_where_the_data_begin() -> None:
    """The left-censoring warning stands under a table that prints new people, and only there."""
    rows = [{"date": dt.date(2013, month, 1), "record": 0} for month in range(1, 13)]
    early = tabulated(events(*rows), "core")
    assert any("may look new" in note for note in early.tables[0].notes)
    assert not any("may look new" in n for n in tabulated(events(*rows), "needles").tables[0].notes)
    assert early.cells["new_is_censored"].to_pylist() == [True, True]


@pytest.mark.parametrize("name", ["core", "overlap", "characteristics"])
def test_partner_text_never_runs(tmp_path: Path, name: str) -> None:
    """Formulas, at signs, plus, minus and tabs from partner text are text in CSV and XLSX."""
    by = ("partner", "site", "population") if name == "core" else ()
    tables = tabulated(hostile(), name, by=by)
    path = tmp_path / "table.xlsx"
    write_workbook(tables, path)
    book = openpyxl.load_workbook(path)
    for sheet in book:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.data_type in {"s", "n"}, cell.coordinate
            assert cell.hyperlink is None
            if cell.data_type == "s" and cell.value is not None:
                _assert_inert(str(cell.value))
    for rows in sheets_of(path).values():
        for value in (value for row in rows for value in row):
            _assert_inert(value if isinstance(value, str) else "")
    written = [*write_tables(tables, tmp_path / "table.csv"), tmp_path / "cells.csv"]
    write_csv(tables.cells, written[-1])
    for part in written:
        with part.open(encoding="utf-8", newline="") as stream:
            for value in (value for row in csv.reader(stream) for value in row):
                _assert_inert(value)


def _assert_inert(text: str) -> None:
    stripped = text.lstrip()
    assert not stripped.startswith(tuple("=+-@\uff1d")), "a cell would run"
    assert not text.startswith(("\t", "\r", "\n"))


def test_codes_stay_text_in_a_workbook(tmp_path: Path) -> None:
    """A site code keeps its zeros, in a cell that stays text when somebody edits it."""
    write_workbook(tabulated(hostile(), "core", by=("site",)), tmp_path / "t.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["core"]
    codes = [cell for row in sheet.iter_rows() for cell in row if cell.value == "00042"]
    assert codes
    assert all(cell.data_type == "s" and cell.number_format == "@" for cell in codes)


def test_one_sheet_a_table_and_one_for_the_method(tmp_path: Path) -> None:
    """Table, limits, definitions and method; numbers are numbers, and equal tables equal bytes."""
    draws = Draws(np.array([0, 1]), np.array([[0, 0], [0, 1]]))
    plain = events({"channel": "dic"}, {"channel": "dic", "record": 1}, persons=[0, 1])
    tables = tabulated(Linked(plain.events, plain.persons, draws), "core", size=Size(10, 8, 12))
    tables = Tabulations(tables.tables, tables.cells, (*tables.method, ("software", "=1")))
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(tables, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    sheets = sheets_of(tmp_path / "a.xlsx")
    assert list(sheets) == ["core", "limits", "definitions", "method"]
    people = next(row for row in sheets["core"] if row[0] == "Individuals")
    assert people[1] == 2.0
    (header, *rows) = sheets["limits"][2:]
    limits = {row[1]: row for row in rows if row[0] == "2014"}
    assert header == ["period", "indicator", "value", "low", "high"]
    assert limits["Individuals"][2:] == [2.0, 1.0, 2.0]
    assert any(row[:2] == ["software", "'=1"] for row in sheets["method"])


def test_cells_are_one_row_a_cell_and_one_column_an_indicator() -> None:
    """The shape that release and DHIS2 export take: whole numbers, margins named all."""
    found = events({"channel": "dic", "site": "a"}, {"channel": "outreach", "record": 1})
    cells = tabulated(found, "core", by=("channel",)).cells
    assert cells.column_names[:5] == [
        "period",
        "channel",
        "contacts",
        "group_contacts",
        "individuals",
    ]
    assert cells.schema.field("individuals").type == pa.int64()
    assert [(r["period"], r["channel"], r["individuals"]) for r in cells.to_pylist()] == [
        (period, *rest) for period in ("2014", "all")
        for rest in (("dic", 1), ("outreach", 1), ("all", 2))
    ]  # fmt: skip


def test_characteristics_count_each_person_once_a_trait() -> None:
    """Values of a trait add up to everybody, and shares to one, in every population."""
    found = events(
        {"record": 0, "sex": "M", "population": "pwid", "age_group": "18-24"},
        {"record": 0, "sex": "M", "population": "pwud", "age_group": "18-24"},
        {"record": 1, "sex": "F", "population": "pwud", "age_group": "25-34"},
    )
    tables = tabulated(found, "characteristics")
    main = tables.tables[0].table
    assert main.column_names == ["period", "characteristic", "value", "pwid", "pwud", "all"]
    sex = [row for row in main.to_pylist() if row["characteristic"] == "sex"]
    assert [(r["value"], r["pwid"], r["pwud"], r["all"]) for r in sex] == [
        ("F", 0, 1, 1), ("M", 1, 1, 1), ("all", 1, 2, 2),
    ]  # fmt: skip
    shares = [row for row in tables.tables[1].table.to_pylist() if row["characteristic"] == "sex"]
    assert [row["pwud"] for row in shares] == [0.5, 0.5, 1.0]


@FEW
@given(contacts, persons)
def test_the_overlap_matrix_is_a_matrix_of_sets(drawn: list[dict[str, Any]], of: list[int]) -> None:
    """Each number is the size of an intersection of the sets of people met there."""
    found = linked_from(drawn, of)
    cells = tabulated(found, "overlap").cells.to_pylist()
    sets: dict[tuple[str, str], set[int]] = {}
    for row in found.events.to_pylist():
        if row["record"] is not None:
            for site in (row["site"] or "not recorded", "all"):
                sets.setdefault((site, row["partner"]), set()).add(
                    int(found.persons[row["record"]])
                )
    seen = {(r["site"], r["partner_a"], r["partner_b"]): r["people"] for r in cells
            if r["age_group"] == "all"}  # fmt: skip
    for (site, a), people in sets.items():
        assert seen[site, a, a] == len(people)
        for (other, b), others in sets.items():
            if other == site and a < b:
                assert seen.get((site, a, b), 0) == len(people & others)


def test_the_overlap_matrix_is_printed_whole() -> None:
    """Both halves and the diagonal, by place and age group."""
    found = events(
        {"partner": "a", "site": "spot", "record": 0, "age_group": "18-24"},
        {"partner": "b", "site": "spot", "record": 1, "age_group": "18-24"},
        {"partner": "b", "site": "spot", "record": 2, "age_group": "25-34"},
        persons=[0, 0, 1],
    )
    rows = tabulated(found, "overlap").tables[0].table.to_pylist()
    whole = [row for row in rows if (row["site"], row["age_group"]) == ("spot", "all")]
    assert [(r["partner_a"], r["a"], r["b"]) for r in whole] == [("a", 1, 1), ("b", 1, 2)]


def test_sheet_names_are_what_excel_takes(tmp_path: Path) -> None:
    """Long names and forbidden characters become a name that Excel opens; none is used twice."""
    from dataclasses import replace

    tables = tabulated(events({}), "core")
    odd = [replace(tables.tables[0], name=name) for name in ("a/b*c?[x]:'", "x" * 40, "X" * 40, "")]
    write_workbook(replace(tables, tables=tuple(odd)), tmp_path / "t.xlsx")
    names = openpyxl.load_workbook(tmp_path / "t.xlsx").sheetnames
    assert len(names) == len({name.lower() for name in names}) == 5
    assert all(len(name) <= 31 for name in names)


@given(st.text(max_size=12))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_no_text_at_all_runs(text: str) -> None:
    """Whatever a partner writes, its defused form begins with nothing that runs."""
    from uic.analysis.tables import defuse

    _assert_inert(defuse(text))
