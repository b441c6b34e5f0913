"""Laws of reading: what was written is read again, and no bytes end in anything but a report."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tempfile
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from uic.errors import InputError, Problem
from uic.partner.reading import read_registers
from uic.partner.reading.opening import open_source
from uic.partner.reading.partners import export_of
from uic.schema import default_schema

if TYPE_CHECKING:
    from uic.partner.registers import Register

HEADERS = ["family_name", "given_name", "place"]
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
ODD = [",", ";", '"', '""', " a", "x,y", 'a"b', "a\nb", "a\r\nb", "'", "sep=;", "?", "="]
CELL = st.one_of(TEXT, st.sampled_from(ODD))
CODE = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 /-]{0,8}[A-Za-z0-9]", fullmatch=True)


def cells_of(path: Path) -> list[list[str | None]]:
    """The cells of a file before anything is cleaned."""
    source = open_source(export_of("x", path, default_schema()))
    assert list(source.headers) == HEADERS
    loaded = source.load((0, 1, 2))
    columns = [words.to_arrow().to_pylist() for words in loaded.columns]
    return [list(cells) for cells in zip(*columns, strict=True)]


def registers_or_problems(inputs: Any) -> tuple[list[Register], list[Problem]]:
    """What reading ends with: registers, or the problems of an InputError."""
    try:
        return list(read_registers(inputs, default_schema())), []
    except InputError as error:
        return [], list(error.problems)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(
    st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=12),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["\r\n", "\n"]),
)
def test_csv_is_read_as_it_was_written(
    rows: list[list[str]], separator: str, encoding: str, end: str
) -> None:
    """Any cells, separator, encoding and line end: the same cells come back."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=end).writerows([HEADERS, *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(text.getvalue().encode(encoding))
        assert cells_of(path) == [[cell or None for cell in row] for row in rows]


VALUE = st.one_of(
    CODE,
    st.integers(-(10**14), 10**14),
    st.dates(dt.date(1900, 3, 1), dt.date(2100, 1, 1)),
)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(st.lists(VALUE, min_size=3, max_size=3), min_size=1, max_size=8))
def test_every_format_gives_the_same_cells(rows: list[list[Any]]) -> None:
    """Text, whole numbers and dates are the same in a workbook and in rows of Python values."""
    expected = [[v.isoformat() if isinstance(v, dt.date) else str(v) for v in row] for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.xlsx"
        with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as book:
            page = book.add_worksheet()
            page.write_row(0, 0, HEADERS)
            for number, row in enumerate(rows, start=1):
                for place, value in enumerate(row):
                    write = page.write_string if isinstance(value, str) else page.write
                    write(number, place, value)
        assert cells_of(path) == expected
    source = open_source(
        export_of("x", [dict(zip(HEADERS, row, strict=True)) for row in rows], default_schema())
    )
    loaded = source.load((0, 1, 2))
    found = zip(*(words.to_arrow().to_pylist() for words in loaded.columns), strict=True)
    assert [list(cells) for cells in found] == expected


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=20))
def test_a_register_never_holds_an_untrimmed_or_empty_text(names: list[str]) -> None:
    """Texts of a register have no outer or doubled space, and are null rather than empty."""
    table = [{"record_id": str(n), "family_name": name} for n, name in enumerate(names)]
    found, problems = registers_or_problems({"x": table})
    assert {problem.rule for problem in problems} <= {
        "the letters are garbled: UTF-8 was read as another encoding",
        "letters were replaced by question marks",
    }
    for register in found:
        _check_texts(register, len(names))


def _check_texts(register: Register, rows: int) -> None:
    assert register.records["record_id"].to_pylist() == [str(n) for n in range(rows)]
    for text in register.records["family_name"].to_pylist():
        assert text is None or (text == " ".join(text.split()) and text)
        assert text is None or unicodedata.category(text[0]) not in ("Cc", "Cf", "Zs")


def _workbook() -> bytes:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for number, row in enumerate([["record_id", "birth_date"], [1, "1990-05-12"], [2, ""]]):
            page.write_row(number, 0, row)
    return held.getvalue()


def _parquet() -> bytes:
    held = io.BytesIO()
    columns = {"record_id": ["a", "b"] * 20, "birth_date": ["1990", None] * 20}
    pq.write_table(pa.table(columns), held)
    return held.getvalue()


LINES = 'record_id,family_name,date\n1,"Sok\nx",2014-01-02\n2,ស្រី,\n'
SEEDS = [
    (".xlsx", _workbook()),
    (".parquet", _parquet()),
    (".csv", LINES.encode()),
    (".csv", LINES.encode("utf-16")),
    ("", LINES.encode("cp1252", "replace")),
]


def _reads_or_refuses(content: bytes, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x{suffix}"
        path.write_bytes(content)
        found, problems = registers_or_problems(path)
    assert bool(found) != bool(problems)
    assert all(len(register.records) <= register.rows for register in found)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["", ".csv", ".tsv", ".xlsx", ".parquet"]))
def test_any_bytes_are_read_or_refused(content: bytes, suffix: str) -> None:
    """Whatever stands in a file, reading ends with registers or with an InputError."""
    _reads_or_refuses(content, suffix)


@settings(derandomize=True, max_examples=500, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4), st.integers(0, 6)), max_size=6),
    st.floats(0, 1),
)
def test_damaged_files_are_read_or_refused(
    seed: tuple[str, bytes], edits: list[tuple[float, bytes, int]], kept: float
) -> None:
    """A good file with bytes changed, removed, inserted or cut off does no more harm."""
    suffix, content = seed
    for place, new, removed in edits:
        at = int(place * len(content))
        content = content[:at] + new + content[at + removed :]
    _reads_or_refuses(content if edits else content[: int(kept * len(content))], suffix)
