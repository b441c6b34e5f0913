"""CSV files of counts: the same bytes each time, and nothing a spreadsheet would run."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uic.analysis.tables import defuse, write_csv

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n", "  =cmd|' /C calc'!A0", "＝1", "＠x"],
)
def test_text_that_would_run_gets_an_apostrophe(text: str) -> None:
    """Signs at the front are defused, also behind blanks and in full width."""
    assert defuse(text) == f"'{text}"


@pytest.mark.parametrize("text", ["dic", "", "a=1", "2014-Q1", "ស្ថានីយ៍", "'quoted", "(=1)"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    """Text that a spreadsheet shows as text is not touched."""
    assert defuse(text) == text


@given(st.text())
def test_no_defused_text_starts_like_a_formula(text: str) -> None:
    """Whatever comes in, what goes out does not begin with a sign, blanks left aside."""
    assert not defuse(text).lstrip().startswith(("=", "+", "-", "@"))


def test_types_are_written_as_people_read_them(tmp_path: Path) -> None:
    """Null is empty, truth is a word, a negative number stays a number, a header is defused."""
    table = pa.table({"=name": ["a,b", None], "flag": [True, False], "n": [-5, None]})
    path = tmp_path / "t.csv"
    write_csv(table, path)
    assert path.read_bytes() == b'\'=name,flag,n\n"a,b",true,-5\n,false,\n'
    with path.open(encoding="utf-8", newline="") as stream:
        assert list(csv.reader(stream))[1] == ["a,b", "true", "-5"]
    assert [item.name for item in tmp_path.iterdir()] == ["t.csv"]
