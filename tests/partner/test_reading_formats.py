"""Reading CSV, TSV, XLSX, Parquet and tables in memory, as partners' software writes them."""

from __future__ import annotations

import datetime as dt
import decimal
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reading_helpers import (
    column,
    csv_file,
    events,
    places,
    read,
    read_lines,
    rules,
    schema,
    workbook,
)

from uic.partner.reading import read_registers
from uic.schema import default_schema

if TYPE_CHECKING:
    from pathlib import Path

ROWS = ["record_id,family_name,birth_date", "7,Sök,1990-05-12", "8,ចាន់,1985-01-31"]
LATIN = ["record_id,family_name,birth_date", "7,Sök,1990-05-12", "8,Chéa,1985-01-31"]


@pytest.mark.parametrize(
    ("lines", "encoding"),
    [
        (ROWS, "utf-8"),
        (ROWS, "utf-8-sig"),
        (ROWS, "utf-16"),
        (LATIN, "cp1252"),
    ],
)
def test_encoding_is_detected(tmp_path: Path, lines: list[str], encoding: str) -> None:
    """The same names come out of UTF-8 with and without mark, UTF-16 and cp1252."""
    register = read(csv_file(tmp_path, *lines, encoding=encoding))
    assert column(register, "record_id") == ["7", "8"]
    assert column(register, "family_name") == [line.split(",")[1] for line in lines[1:]]


def test_encoding_of_the_mapping_wins(tmp_path: Path) -> None:
    """A Thai file in windows-874 is read when the mapping says so."""
    path = csv_file(tmp_path, "record_id,family_name", "1,สมชาย", encoding="cp874")
    assert column(read(path, encoding="cp874"), "family_name") == ["สมชาย"]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separator_is_detected(tmp_path: Path, separator: str) -> None:
    """Comma, semicolon, tab and bar are told apart, also with the others inside quotes."""
    lines = [separator.join(cells) for cells in (["record_id", "family_name"], ["1", '"a,b;c|d"'])]
    assert column(read_lines(tmp_path, *lines), "family_name") == ["a,b;c|d"]


def test_line_that_names_the_separator_is_not_the_header(tmp_path: Path) -> None:
    """Excel's first line 'sep=;' is understood and the header is row 2."""
    register = read_lines(tmp_path, "sep=;", "record_id;sex", "1;x")
    assert column(register, "record_id") == ["1"]
    assert places(register) == [(3, "sex", "unknown_code")]


def test_quotes_line_breaks_and_line_ends(tmp_path: Path) -> None:
    """Quoted separators, doubled quotes and line breaks inside a cell survive, also with CRLF."""
    path = tmp_path / "ngo.csv"
    path.write_bytes(b'record_id,family_name,place\r\n1,"So ""K""","a, b\r\nc"\r\n2,Chan,\r\n')
    register = read(path)
    assert column(register, "family_name") == ['So "K"', "Chan"]
    assert column(register, "place") == ["a, b c", None]


def test_titles_above_the_header(tmp_path: Path) -> None:
    """Title lines above the header are skipped and rows keep their numbers."""
    register = read_lines(tmp_path, "Outreach 2014", "", "record_id,sex,place", "1,M,x", "2,?x,y")
    assert column(register, "record_id") == ["1", "2"]
    assert places(register) == [(5, "sex", "unknown_code")]


def test_rows_are_counted_as_records_of_the_file(tmp_path: Path) -> None:
    """Blank lines count, a cell of two lines is one row, blank rows hold nobody."""
    register = read_lines(tmp_path, "record_id,sex", '1,"M\nx"', "", "2,z", ",", "")
    assert places(register) == [(2, "sex", "unknown_code"), (4, "sex", "unknown_code")]
    assert (register.rows, len(register.records)) == (2, 2)


def test_short_and_long_rows_are_listed(tmp_path: Path) -> None:
    """A short row is filled, a long row with text too many is emptied, trailing blanks are fine."""
    lines = ["record_id,family_name,sex", "1,Sok", "2,Chan,F,,", "3,Kim,Ly,M", "4,Nou,M"]
    register = read_lines(tmp_path, *lines)
    assert column(register, "record_id") == ["1", "2", "row-4", "4"]
    assert register.made_up.tolist() == [False, False, True, False]
    assert column(register, "family_name") == ["Sok", "Chan", None, "Nou"]
    assert places(register) == [(2, "", "short_row"), (4, "", "long_row")]


def test_columns_without_header_and_unused_columns_are_ignored(tmp_path: Path) -> None:
    """Empty headers, and repeated headers of unused columns, do not stop a file."""
    register = read_lines(tmp_path, "record_id,,Other,Other,", "1,a,b,c,d")
    assert register.records.column_names == ["record_id"]


def test_workbook_keeps_digits_and_dates(tmp_path: Path) -> None:
    """A telephone number typed as a number keeps its digits, date cells stay dates."""
    path = workbook(
        tmp_path,
        ["record_id", "phone", "birth_date", "income"],
        [1, 85512345678, dt.date(1990, 5, 12), 12.5],
        [2, "012 345", "31/01/1985", 7],
    )
    register = read(path, {"income": "number"}, date_order="DMY")
    assert column(register, "record_id") == ["1", "2"]
    assert column(register, "phone") == ["85512345678", "012 345"]
    assert column(register, "birth_date_day") == [12, 31]
    assert column(register, "income") == ["12.5", "7"]


def test_workbook_sheet_rows_and_offset(tmp_path: Path) -> None:
    """The mapping names the sheet; titles and an empty first column move nothing."""
    book = openpyxl.Workbook()
    page = book.create_sheet("Visits 2014")
    page["B2"] = "Drop-in centre"
    for cell, value in {
        "B4": "record_id",
        "C4": "sex",
        "B5": 1,
        "C5": "M",
        "B7": 2,
        "C7": "x",
    }.items():
        page[cell] = value
    book.save(tmp_path / "ngo.xlsx")
    register = read(tmp_path / "ngo.xlsx", sheet="Visits 2014")
    assert column(register, "record_id") == ["1", "2"]
    assert places(register) == [(7, "sex", "unknown_code")]


def test_workbook_formula_results(tmp_path: Path) -> None:
    """The saved result of a formula is its value; an error cell is missing."""
    path = tmp_path / "ngo.xlsx"
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["record_id", "family_name"])
        page.write_formula("A2", "=6*7", None, 42)
        page.write_formula("B2", '=UPPER("sok")', None, "SOK")
        page.write_formula("A3", "=A2+1", None, 43)
        page.write_formula("B3", "=NA()", None, "#N/A")
    register = read(path)
    assert column(register, "record_id") == ["42", "43"]
    assert column(register, "family_name") == ["SOK", None]


def test_merged_cells_hold_for_all_their_rows(tmp_path: Path) -> None:
    """A record id merged over the rows of its contacts belongs to each of them."""
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "ngo.xlsx") as book:
        page = book.add_worksheet()
        page.merge_range("B1:D1", "Outreach 2014")
        page.write_row("B2", ["record_id", "date", "site"])
        page.merge_range("B3:B5", "A7")
        page.write_column("C3", ["2014-01-02", "2014-01-03", "2014-01-04", "2014-01-05"])
        page.merge_range("D4:D5", "Depot")
    register = read(tmp_path / "ngo.xlsx")
    assert column(register, "record_id") == ["A7"]
    assert events(register, "contact", "record", "site") == [
        (3, 0, None),
        (4, 0, "Depot"),
        (5, 0, "Depot"),
        (6, None, None),
    ]


def test_first_visible_sheet(tmp_path: Path) -> None:
    """Without a sheet in the mapping the first sheet that is not hidden is read."""
    book = openpyxl.Workbook()
    book.active.append(["hidden"])
    book.active.sheet_state = "hidden"
    book.create_sheet("Visits").append(["record_id"])
    book["Visits"].append(["A7"])
    book.save(tmp_path / "ngo.xlsx")
    assert column(read(tmp_path / "ngo.xlsx"), "record_id") == ["A7"]


def test_workbook_is_recognised_by_its_bytes(tmp_path: Path) -> None:
    """A workbook or Parquet file with a wrong ending is read for what it is."""
    path = workbook(tmp_path, ["record_id", "sex"], [1, "M"], name="ngo.csv")
    assert column(read(path), "sex") == ["M"]
    pq.write_table(pa.table({"record_id": [1], "sex": ["M"]}), tmp_path / "ngo.dat")
    assert column(read(tmp_path / "ngo.dat"), "sex") == ["M"]


PEOPLE = [
    {"record_id": 1, "phone": 85512345678.0, "birth_date": dt.date(1990, 5, 12), "sex": "F"},
    {"record_id": 2, "phone": None, "birth_date": None, "sex": "m"},
]


@pytest.mark.parametrize(
    "table",
    [PEOPLE, pd.DataFrame(PEOPLE), pl.DataFrame(PEOPLE), pa.Table.from_pylist(PEOPLE)],
    ids=["rows", "pandas", "polars", "arrow"],
)
def test_tables_in_memory(table: Any) -> None:
    """pandas, polars, Arrow and a list of rows give the same register and the same digest."""
    (register,) = read_registers({"ngo": table}, default_schema())
    (again,) = read_registers({"ngo": pa.Table.from_pylist(PEOPLE)}, default_schema())
    assert register.records.equals(again.records)
    assert register.digest == again.digest
    assert column(register, "phone") == ["85512345678", None]
    assert column(register, "birth_date_year") == [1990, None]


def test_digest_of_a_table_does_not_depend_on_chunks() -> None:
    """Two chunks or one, the table has one digest; another cell has another."""
    whole = pa.table({"record_id": ["a", "b", None], "sex": ["M", None, "F"]})
    cut = pa.concat_tables([whole.slice(0, 1), whole.slice(1)])
    other = pa.table({"record_id": ["a", "b", None], "sex": ["M", None, "M"]})
    digests = [
        read_registers({"ngo": table}, default_schema())[0].digest for table in (whole, cut, other)
    ]
    assert digests[0] == digests[1] != digests[2]


def test_types_of_arrow_columns() -> None:
    """Timestamps become days, decimals and dictionaries text, booleans yes and no."""
    table = pa.table(
        {
            "record_id": pa.array([decimal.Decimal("12.00"), decimal.Decimal("13.00")]),
            "place": pa.array(["a", "b"]).dictionary_encode(),
            "date": pa.array(["2014-01-02T23:59:00", None]).cast(pa.timestamp("s")),
            "ns": pa.array([True, False]),
            "unused": pa.array([[1], [2]]),
        }
    )
    using = schema(service_columns={"needles": "ns"})
    (register,) = read_registers({"ngo": table}, using)
    assert column(register, "place") == ["a", "b"]
    assert column(register, "record_id") == ["12", "13"]
    assert events(register, "date", "service") == [(dt.date(2014, 1, 2), "needles"), (None, None)]


def test_mixed_columns_of_pandas() -> None:
    """A pandas column of dates, texts and numbers is read cell by cell."""
    frame = pd.DataFrame(
        {"record_id": [1, "b", None], "birth_date": [dt.date(1990, 5, 12), "1985-01", pd.NaT]}
    )
    (register,) = read_registers({"ngo": frame}, default_schema())
    assert column(register, "record_id") == ["1", "b"]
    assert column(register, "birth_date_precision") == ["day", "month"]


def test_parquet_reads_the_columns_it_needs(tmp_path: Path) -> None:
    """A nested column that nobody uses does not matter."""
    table = pa.table({"record_id": ["a"], "sex": ["F"], "notes": [[{"x": 1}]]})
    pq.write_table(table, tmp_path / "ngo.parquet")
    assert column(read(tmp_path / "ngo.parquet"), "sex") == ["F"]


def test_large_csv_is_read_in_blocks(tmp_path: Path) -> None:
    """A file of many blocks keeps its rows, and a ragged row far down keeps its number."""
    path = tmp_path / "ngo.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("record_id,family_name,place,sex\n")
        file.writelines(f"{n},{'x' * 40},{'y' * 60},M\n" for n in range(2, 100_000))
        file.write("100000,short\n100001,last,place,z\n")
    register = read(path)
    assert (register.rows, len(register.records)) == (100_000, 100_000)
    assert places(register) == [(100_000, "", "short_row"), (100_001, "sex", "unknown_code")]
    assert rules(register) == {("", "short_row"): 1, ("sex", "unknown_code"): 1}
