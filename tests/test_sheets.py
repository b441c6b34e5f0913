"""Tables for people: nothing runs, nothing is lost, what was typed comes back."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from uic.errors import InputError
from uic.sheets import armed, defuse, write_csv, write_sheet

TABLE = pa.table(
    {"record_id": ["007", "-5", "=1+1"], "share": [0.5, None, 1.0], "same": ["", "", ""]}
)


@given(st.text(max_size=12).filter(lambda text: not text.startswith("'")))
def test_what_was_defused_is_armed_again(text: str) -> None:
    """Any text comes back as it was, and what a spreadsheet gets cannot run."""
    assert armed(defuse(text)) == text
    assert not defuse(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_workbook_keeps_text_as_text(tmp_path: Path) -> None:
    """Zeros stay, signs cannot run, numbers are numbers, a few words are offered."""
    path = tmp_path / "a.xlsx"
    write_sheet(TABLE, path, note="Mind this", choices={"same": ("yes", "no")})
    sheet = load_workbook(path).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[0][0] == "Mind this"
    assert cells[1] == ["record_id", "share", "same"]
    assert [row[0] for row in cells[2:]] == ["007", "'-5", "'=1+1"]
    assert [row[1] for row in cells[2:]] == [0.5, None, 1.0]
    assert sheet["A3"].data_type == "s"
    assert sheet["A3"].number_format == "@"
    (rule,) = sheet.data_validations.dataValidation
    assert (rule.formula1, str(rule.sqref)) == ('"yes,no"', "C3:C5")


def test_a_csv_has_its_note_above_the_header(tmp_path: Path) -> None:
    """One line, then the header, then the rows."""
    write_csv(TABLE, tmp_path / "a.csv", note="Mind this, please")
    rows = list(csv.reader((tmp_path / "a.csv").read_text("utf-8").splitlines()))
    assert rows[:2] == [["Mind this, please"], ["record_id", "share", "same"]]
    assert [row[0] for row in rows[2:]] == ["007", "'-5", "'=1+1"]


def test_colours_follow_the_cells(tmp_path: Path) -> None:
    """The colour that is asked for stands behind the cell, and no other."""
    path = tmp_path / "a.xlsx"
    write_sheet(TABLE, path, colour=lambda row, place: "#FFF4CE" if (row, place) == (1, 0) else "")
    sheet = load_workbook(path).active
    assert sheet["A3"].fill.fgColor.rgb == "FFFFF4CE"
    assert sheet["A2"].fill.fill_type is None


def test_more_rows_than_a_workbook_holds_are_refused(tmp_path: Path) -> None:
    """Nothing is cut off silently; a CSV holds any number."""
    long = pa.table({"n": pa.nulls(1_048_571, pa.string())})
    with pytest.raises(InputError, match="1,048,571"):
        write_sheet(long, tmp_path / "a.xlsx")
    assert not list(tmp_path.iterdir())
