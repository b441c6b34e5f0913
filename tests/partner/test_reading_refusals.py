"""Files that cannot be used: every problem of every file in one report, with what to do."""

from __future__ import annotations

import os
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reading_helpers import csv_file, refusal, schema, workbook

from uic.partner.reading import containers, read_registers

if TYPE_CHECKING:
    from pathlib import Path

GOOD = ("record_id,family_name", "1,Sok")


def only(inputs: Any, **mapping: Any) -> tuple[str, str, str]:
    """Place, rule and hint of the one problem that reading ends with."""
    (problem,) = refusal(inputs, schema(**mapping)).problems
    return problem.where, problem.rule, problem.hint


def test_every_problem_of_every_file_is_reported_at_once(tmp_path: Path) -> None:
    """Three bad files and a good one give one error that names the three files."""
    good = csv_file(tmp_path, *GOOD, name="good.csv")
    empty = csv_file(tmp_path, name="empty.csv")
    header = csv_file(tmp_path, GOOD[0], name="header.csv")
    error = refusal([tmp_path / "none.csv", empty, good, header])
    found = [(problem.file, problem.rule) for problem in error.problems]
    assert found == [
        ("none.csv", "the file does not exist"),
        ("empty.csv", "the file is empty"),
        ("header.csv", "the file has a header and no rows"),
    ]
    assert all(problem.hint for problem in error.problems)
    assert error.exit_code == 1


def test_no_input_at_all() -> None:
    """An empty list of files is said to be empty."""
    assert only([])[1] == "no file is given"


def test_folder_and_blank_file(tmp_path: Path) -> None:
    """A folder is not a file; a file of spaces and line ends is empty."""
    assert only([tmp_path])[1] == "this is a folder"
    blank = csv_file(tmp_path, " ", "", name="blank.csv")
    assert only([blank])[1] == "the file is empty"


def test_nearest_header_is_suggested(tmp_path: Path) -> None:
    """A mapped column that is missing names the header most like it; all missing are listed."""
    path = csv_file(tmp_path, "client,Famly name,place", "1,Sok,x")
    columns = {"record_id": "client", "family_name": "Family name", "phone": "Mobile"}
    problems = refusal([path], schema(columns=columns)).problems
    assert [(item.where, item.hint) for item in problems] == [
        ("column 'Family name'", "did you mean 'Famly name'?"),
        ("column 'Mobile'", "compare with the first row of the file"),
    ]


def test_file_without_header_repeats_nothing_of_its_first_person(tmp_path: Path) -> None:
    """Where the first row is a person, no suggestion is made from it."""
    path = csv_file(tmp_path, "Famli name,1990-05-12", "Sok,1985-01-31")
    (problem,) = refusal([path], schema(columns={"family_name": "Family name"})).problems
    assert "looks like data" in problem.hint
    assert "Famli" not in str(problem)


def test_repeated_header_that_is_used(tmp_path: Path) -> None:
    """Two columns with the header that is needed cannot be told apart."""
    path = csv_file(tmp_path, "record_id,sex,Sex", "1,M,F")
    assert only([path])[1] == "two columns have this header"
    assert only([path], columns={"sex": "SEX"})[1] == "two columns have this header"


def test_no_column_of_a_person(tmp_path: Path) -> None:
    """A file without any attribute lists the names that are understood."""
    path = csv_file(tmp_path, "date,amount", "2014-01-02,3")
    where, rule, hint = only([path])
    assert (where, rule) == ("row 1", "no column holds an attribute of a person")
    assert "family_name" in hint


def test_partners_and_files_fit_one_to_one(tmp_path: Path) -> None:
    """Two files of a partner, a file of two partners, a file of none, a file given twice."""
    first = csv_file(tmp_path, *GOOD, name="outreach-1.csv")
    second = csv_file(tmp_path, *GOOD, name="outreach-2.csv")
    other = csv_file(tmp_path, *GOOD, name="other.csv")
    from uic.schema import parse_schema

    using = parse_schema(
        {"partners": {"a": {"files": ["Outreach*"]}, "b": {"files": ["*-2.csv", "x*"]}}}
    )
    rules = [problem.rule for problem in refusal([first, second, other, first], using).problems]
    assert rules == [
        "the same file is given twice",
        "the file fits the 'files' of 2 partners: a, b",
        "no partner of the schema fits this file",
        "two files belong to the partner 'a': outreach-1.csv",
    ]


def test_two_files_with_one_stem_are_one_partner(tmp_path: Path) -> None:
    """Without mappings the partner is the file's stem, so two endings collide."""
    paths = [csv_file(tmp_path, *GOOD), workbook(tmp_path, ["record_id"], [1])]
    assert only(paths)[1] == "two files belong to the partner 'ngo': ngo.csv"


@pytest.mark.parametrize("suffix", ["xlsx", "parquet"])
def test_truncated_files(tmp_path: Path, suffix: str) -> None:
    """Half a workbook or half a Parquet file is not a whole one."""
    path = tmp_path / f"ngo.{suffix}"
    if suffix == "xlsx":
        workbook(tmp_path, ["record_id"], *[[n] for n in range(500)])
    else:
        pq.write_table(pa.table({"record_id": [str(n) for n in range(500)]}), path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "not a whole" in only([path])[1]


def test_damaged_byte_in_a_workbook(tmp_path: Path) -> None:
    """A flipped byte inside a packed part is caught by its checksum."""
    path = workbook(tmp_path, ["record_id"], *[[n] for n in range(500)])
    data = bytearray(path.read_bytes())
    data[data.index(b"sheet1.xml") + 200] ^= 0xFF
    path.write_bytes(data)
    assert "not a whole" in only([path])[1]


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("ngo.xlsx", b"record_id,sex\n1,M\n", "this is not a whole Excel workbook (.xlsx)"),
        ("ngo.parquet", b"record_id,sex\n1,M\n", "this is not a whole Parquet file"),
        ("ngo.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "this is an old Excel file (.xls)"),
        ("ngo.csv", b"\x1f\x8b\x08\0\0", "this is a packed archive"),
        ("ngo.xls", b"<html><table>", "this is a web page, XML or JSON, not a table"),
        ("ngo.csv", b"record_id,sex\n1,\0M\n", "the file holds NUL bytes"),
        ("ngo.csv", "record_id,sex\n1,M\n".encode("utf-16-le"), "the file holds NUL bytes"),
        ("ngo.csv", b"record_id,sex\n1,\x81\xff\n", "the encoding of the file cannot be read"),
    ],
)
def test_files_that_are_something_else(
    tmp_path: Path, name: str, content: bytes, rule: str
) -> None:
    """A file that is not what its name says is named for what it is."""
    (tmp_path / name).write_bytes(content)
    assert only([tmp_path / name])[1] == rule


def test_locked_workbook(tmp_path: Path) -> None:
    """An encrypted workbook is an OLE file with a stream of that name: remove the password."""
    path = tmp_path / "ngo.xlsx"
    stream = "EncryptedPackage".encode("utf-16-le")
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1016 + stream + b"\0" * 480)
    _, rule, hint = only([path])
    assert rule == "the workbook is locked by a password"
    assert "password" in hint


def test_workbook_that_unpacks_to_far_more(tmp_path: Path) -> None:
    """A part of 20 MB zeros in 20 kB is refused before it is unpacked."""
    path = workbook(tmp_path, ["record_id"], [1])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.bin", b"\0" * 20_000_000)
    assert only([path])[1] == "the workbook is far too large when unpacked"


def test_cell_far_away(tmp_path: Path) -> None:
    """One cell in the last corner of a sheet would fill the memory and is refused."""
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "record_id", 1
    book.save(tmp_path / "ngo.xlsx")
    assert only([tmp_path / "ngo.xlsx"])[1] == "the sheet is far too large"


def test_formulas_without_results(tmp_path: Path) -> None:
    """A used column of formulas that no spreadsheet ever computed is refused, an unused is not."""
    book = openpyxl.Workbook()
    for cells in (["record_id", "family_name", "note"], [1, "Sok", "=1+1"], [2, '=UPPER("a")', 1]):
        book.active.append(cells)
    book.save(tmp_path / "ngo.xlsx")
    where, rule, _ = only([tmp_path / "ngo.xlsx"])
    assert (where, rule[:26]) == ("column 'family_name'", "the column holds formulas ")
    using = schema(columns={"family_name": ""})
    (register,) = read_registers([tmp_path / "ngo.xlsx"], using)
    assert register.records.column_names == ["record_id"]


def test_wrong_sheet(tmp_path: Path) -> None:
    """A sheet that does not exist suggests the nearest; an empty sheet says so."""
    path = workbook(tmp_path, ["record_id"], [1], sheet="Visits 2014")
    where, _, hint = only([path], sheet="visit 2014")
    assert (where, hint) == ("sheet 'visit 2014'", "did you mean 'Visits 2014'?")
    assert only([workbook(tmp_path)])[1] == "the sheet is empty"


def test_other_sheets_are_named_when_columns_are_missing(tmp_path: Path) -> None:
    """Where the first sheet holds no attribute, the hint names the sheets there are."""
    book = openpyxl.Workbook()
    book.active.append(["How to fill in this form"])
    book.active.append(["text"])
    book.create_sheet("Visits 2014").append(["record_id"])
    book.save(tmp_path / "ngo.xlsx")
    assert "set 'sheet' to one of 'Sheet', 'Visits 2014'" in only([tmp_path / "ngo.xlsx"])[2]
    assert "'Visits 2014'" in only([tmp_path / "ngo.xlsx"], columns={"sex": "Sex"})[2]


def test_formula_scan_sees_prefixed_xml(tmp_path: Path) -> None:
    """Workbooks of other software write a namespace prefix; the scan understands it."""
    path = workbook(tmp_path, ["record_id"], [1])
    parts = {}
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = (
        b'<x:sheetData><x:row r="2"><x:c r="AB2"><x:f>A1</x:f><x:v/></x:c></x:row></x:sheetData>'
    )
    parts["xl/worksheets/sheet1.xml"] = sheet
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert containers.unfinished_columns(path, 0) == {27}


@pytest.mark.parametrize("text", ["ចាន់", "Sök Chéa", "Дара", "สมชาย"])
def test_garbled_letters(tmp_path: Path, text: str) -> None:
    """UTF-8 that was read as cp1252 and saved again is refused, in every script."""
    garbled = text.encode().decode("cp1252", "replace").replace("�", "\u009d")
    path = csv_file(tmp_path, "record_id,family_name,place", f"1,{garbled},{garbled}x")
    lines = [f"{n},{garbled}{n},x" for n in range(2, 5)]
    path = csv_file(tmp_path, "record_id,family_name,place", *lines)
    where, rule, hint = only([path])
    assert (where, rule[:23]) == ("column 'family_name'", "the letters are garbled")
    assert "UTF-8" in hint


def test_replacement_characters(tmp_path: Path) -> None:
    """A letter that was lost for good (U+FFFD) is refused too."""
    path = csv_file(tmp_path, "record_id,family_name", "1,S�k")
    assert "garbled" in only([path])[1]


def test_question_marks_for_letters(tmp_path: Path) -> None:
    """A column of '????' was saved without its script; a single one is only a missing value."""
    lines = [f"{n},???? ??" for n in range(6)]
    path = csv_file(tmp_path, "record_id,family_name", *lines, "7,Sok")
    assert only([path])[1] == "letters were replaced by question marks"
    path = csv_file(tmp_path, "record_id,family_name", "1,Sok", "2,??", "3,Chan")
    (register,) = read_registers([path], schema())
    assert [item.rule for item in register.problems] == ["question_marks"]


def test_encoding_that_cannot_be_guessed(tmp_path: Path) -> None:
    """Thai in windows-874 would be accents in cp1252: it is refused, not guessed."""
    lines = [f"{n},สมชาย" for n in range(5)]
    path = csv_file(tmp_path, "record_id,family_name", *lines, encoding="cp874")
    assert only([path])[1] == "the encoding of the file cannot be read"
    assert only([path], encoding="klingon")[1] == "the mapping names an unknown encoding"
    assert only([path], encoding="zlib")[1] == "the mapping names an unknown encoding"
    assert only([path], encoding="utf-8")[1] == "the encoding of the file cannot be read"
    path.write_bytes("record_id,family_name\n1,\x9d".encode() + b"\xc2")  # cut inside a letter
    assert only([path])[1] == "the encoding of the file cannot be read"


def test_open_quotation_mark(tmp_path: Path) -> None:
    """A quotation mark that swallows the rows after it is found, whether it closes or not."""
    rest = [f"{n},Chan,y" for n in range(3, 9)]
    for opened in ('2,"Sok,x', '2,Sok,"x'):
        for last in ([], ['9,"Kim",z']):
            path = csv_file(tmp_path, "record_id,family_name,place", "1,a,b", opened, *rest, *last)
            assert only([path])[:2] == ("row 3", "a cell holds whole rows")


def test_long_notes_are_no_open_quotation_mark(tmp_path: Path) -> None:
    """Notes of several lines with commas in them are just notes."""
    lines = [
        "record_id,family_name,notes",
        '1,Sok,"met, talked, left',
        'came, ate, left"',
        "2,Chan,",
    ]
    (register,) = read_registers([csv_file(tmp_path, *lines)], schema())
    assert len(register.records) == 2


def test_oversized_cells(tmp_path: Path) -> None:
    """A cell above 1 MB is refused, whether it fits a block of the reader or not."""
    for size in (1_200_000, 20_000_000):
        path = csv_file(tmp_path, "record_id,family_name", "1,Sok", f"2,{'x' * size}")
        assert only([path])[1] == "a cell is longer than 1 MB"


def test_many_rows_with_too_many_cells(tmp_path: Path) -> None:
    """Where every tenth row has too many cells the separator is wrong, not the rows."""
    lines = ["1,Sok,x"] * 20 + ["2,Chan, Dara,y"] * 5
    path = csv_file(tmp_path, "record_id,family_name,place", *lines)
    where, rule, _ = only([path])
    assert (where, rule) == ("row 22", "5 rows have too many cells")


@pytest.mark.parametrize("separator", ['"', "\n", "។"])
def test_separators_that_cannot_be(tmp_path: Path, separator: str) -> None:
    """A quotation mark, a line end or a sign outside ASCII is no separator."""
    path = csv_file(tmp_path, *GOOD)
    assert only([path], separator=separator)[1] == "the mapping's separator cannot be used"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipe(tmp_path: Path) -> None:
    """A named pipe would never end, so it is not opened."""
    os.mkfifo(tmp_path / "ngo.csv")
    assert only([tmp_path / "ngo.csv"])[1] == "this is not a regular file"


def test_bad_constants(tmp_path: Path) -> None:
    """A constant is a value like any other: one that breaks a rule stops the file."""
    path = csv_file(tmp_path, *GOOD)
    where, rule, _ = only([path], constants={"sex": "boy"})
    assert (where, rule) == ("[partners.ngo.constants] sex", "the constant cannot be used")


@pytest.mark.parametrize("table", [3, "x", {"record_id": object()}, [1, 2], b"abc"])
def test_things_that_are_no_tables(table: Any) -> None:
    """What is not a table is said not to be one."""
    assert refusal({"ngo": table}).problems


def test_nested_and_oversized_columns_of_a_table() -> None:
    """A used column that is nested, or holds a giant cell, is refused by name."""
    nested = pa.table({"record_id": ["a"], "sex": [["M"]]})
    (problem,) = refusal({"ngo": nested}).problems
    assert (problem.file, problem.where) == ("table 'ngo'", "column 'sex'")
    giant = pa.table({"record_id": ["a" * 1_000_001]})
    assert refusal({"ngo": giant}).problems[0].rule == "a cell is longer than 1 MB"
