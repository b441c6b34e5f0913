"""Capture histories against sets of people, and files that cannot be one."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uic.analysis.histories import (
    OVERLAP,
    histories,
    list_overlap,
    read_histories,
    write_histories,
)
from uic.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

MEMBERS = st.dictionaries(
    st.sampled_from(["dic", "outreach", "referrals", "ស្ថានីយ៍"]),
    st.sets(st.sampled_from([f"person-{n}" for n in range(12)]), min_size=1),
    min_size=1,
)


def persons(members: dict[str, set[str]]) -> pa.Table:
    """Register every person of a list twice, to be counted once."""
    rows = [
        {"partner": name, "record_id": f"{copy}-{person}", "person_id": person}
        for name, people in members.items()
        for person in sorted(people)
        for copy in (1, 2)
    ]
    return pa.Table.from_pylist(rows)


@given(MEMBERS)
@settings(max_examples=60, deadline=None)
def test_histories_count_people_by_the_lists_they_are_on(members: dict[str, set[str]]) -> None:
    """Each row says how many people are on exactly its lists, and the rows hold everybody once."""
    table = histories(persons(members))
    assert table.column_names == [*sorted(members), "count"]
    everybody = set().union(*members.values())
    for row in table.to_pylist():
        on = [members[name] for name in members if row[name]]
        off = [members[name] for name in members if not row[name]]
        assert on
        assert row["count"] == len(set.intersection(*on).difference(*off)) > 0
    assert sum(table["count"].to_pylist()) == len(everybody)
    flags = [tuple(row.values())[:-1] for row in table.to_pylist()]
    assert flags == sorted(set(flags), reverse=True)


@given(MEMBERS)
@settings(max_examples=60, deadline=None)
def test_overlap_of_each_two_lists(members: dict[str, set[str]]) -> None:
    """List sizes and overlaps are those of the sets of people."""
    table = list_overlap(histories(persons(members)))
    assert table.schema == OVERLAP
    assert table.to_pylist() == [
        {
            "list_a": a,
            "list_b": b,
            "n_a": len(members[a]),
            "n_b": len(members[b]),
            "n_both": len(members[a] & members[b]),
        }
        for a, b in itertools.combinations(sorted(members), 2)
    ]


@given(MEMBERS.filter(lambda members: len(members) > 1))
@settings(max_examples=20, deadline=None)
def test_reading_gives_back_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, members: dict[str, set[str]]
) -> None:
    """A written table of histories reads back as the same table."""
    path = tmp_path_factory.mktemp("histories") / "histories.csv"
    table = histories(persons(members))
    write_histories(table, path)
    assert read_histories(path).equals(table)


def test_channels_can_be_the_lists() -> None:
    """With events, a list may be a channel; group contacts and missing channels are left out."""
    events = pa.table(
        {
            "channel": ["street", "centre", "centre", None, "street"],
            "person_id": ["p", "p", "q", "r", None],
        }
    )
    assert histories(events, lists="channel").to_pylist() == [
        {"centre": 1, "street": 1, "count": 1},
        {"centre": 1, "street": 0, "count": 1},
    ]


@pytest.mark.parametrize("kind", ["pandas", "polars", "dictionary"])
def test_tables_of_other_libraries_are_taken(kind: str) -> None:
    """A pandas or polars frame, or a dictionary-encoded table, gives the same histories."""
    table = persons({"dic": {"p", "q"}, "outreach": {"q", "r"}})
    other: Any = {
        "pandas": table.to_pandas,
        "polars": lambda: pl.from_arrow(table),
        "dictionary": lambda: pa.table(
            [c.dictionary_encode() for c in table.columns], names=table.column_names
        ),
    }[kind]()
    assert histories(other).equals(histories(table))


def test_nobody_registered_gives_an_empty_table() -> None:
    """No person means no list, no row and no overlap."""
    table = histories(persons({"dic": {"p"}}).slice(0, 0))
    assert (table.column_names, len(table)) == (["count"], 0)
    assert len(list_overlap(table)) == 0


def test_wrong_arguments_are_refused() -> None:
    """An unknown kind of list, a missing column, and a list called count."""
    table = persons({"count": {"p"}})
    with pytest.raises(ValueError, match="'partner' or 'channel'"):
        histories(table, lists="site")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="'channel'"):
        histories(table, lists="channel")
    with pytest.raises(ValueError, match="cannot be called 'count'"):
        histories(table)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_files_of_others_are_read(separator: str, tmp_path: Path) -> None:
    """Excel's separators, a byte-order mark, blank lines, any column order, rows of nobody."""
    path = tmp_path / "theirs.csv"
    lines = [["Count", "b", "a"], [" 4", "1", "0"], [], ["0", "0", "1"], ["12", "1", "1 "]]
    text = "\r\n".join(separator.join(line) for line in lines)
    path.write_text(text, encoding="utf-8-sig", newline="")
    assert read_histories(path).to_pylist() == [
        {"b": 1, "a": 1, "count": 12},
        {"b": 1, "a": 0, "count": 4},
        {"b": 0, "a": 1, "count": 0},
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["the file is empty"]),
        ("a,b,count\n", ["there is only a header"]),
        ("a,b\n1,1\n", ["row 1: there is no column 'count'"]),
        ("a,count\n1,1\n", ["row 1: there are fewer than two lists"]),
        ("a,A,count\n1,1,1\n", ["row 1: two columns have the same name"]),
        ("a,b,count,COUNT\n1,1,1,1\n", ["row 1: two columns have the same name"]),
        ("a,,count\n1,1,1\n", ["row 1: a column has no name"]),
        ("a,b,count\n2,1,5\n", ["row 2, column a: this is not 0 or 1"]),
        ("a,b,count\n1,,5\n", ["row 2, column b: this is not 0 or 1"]),
        ("a,b,count\n1,1,-5\n", ["row 2, column count: this is not a count"]),
        ("a,b,count\n1,1,1.5\n", ["row 2, column count: this is not a count"]),
        ("a,b,count\n1,1,١\n", ["row 2, column count: this is not a count"]),
        ("a,b,count\n1,1,9999999999999999\n", ["row 2, column count: this is not a count"]),
        ("a,b,count\n1,1,5\n\n0,0,7\n", ["row 4: this history is on no list"]),
        ("a,b,count\n1,1,5\n1,1,7\n", ["row 3: the same history as row 2"]),
        ("a,b,count\n1,1\n", ["row 2: 2 cells where the header has 3"]),
        ("a,b,count\n1,1,0\n", ["column count: every count is 0"]),
        (
            "a,b,count\n1,7,x\n0,0,2\n",
            [
                "row 2, column b: this is not 0 or 1",
                "row 2, column count: this is not a count",
                "row 3: this history is on no list",
            ],
        ),
    ],
)
def test_every_problem_of_a_file_is_listed(text: str, expected: list[str], tmp_path: Path) -> None:
    """The error names file, row, column and rule of everything that is wrong, and no value."""
    path = tmp_path / "h.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_histories(path)
    found = [str(problem).split("\n")[0].removeprefix("h.csv") for problem in caught.value.problems]
    assert [rule.lstrip(",: ") for rule in found] == expected


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"\xff\xfe1\x00", "not UTF-8"),
        (b'a,b,count\n"' + b"1" * 200_000, "not CSV"),
        (None, "does not exist"),
    ],
)
def test_a_file_that_is_no_text_table_is_refused(
    content: bytes | None, rule: str, tmp_path: Path
) -> None:
    """A workbook saved under a wrong name, an endless cell and a missing file are input errors."""
    path = tmp_path / "h.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=rule) as caught:
        read_histories(path)
    assert caught.value.__cause__ is None


def test_a_very_broken_file_gives_a_short_report(tmp_path: Path) -> None:
    """Past fifty problems a list helps nobody."""
    path = tmp_path / "h.csv"
    path.write_text("a,b,count\n" + "x,y,z\n" * 500, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_histories(path)
    assert len(caught.value.problems) == 50
