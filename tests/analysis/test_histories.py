"""Capture histories against sets of people, and files that cannot be one."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uic.analysis.estimating import estimate
from uic.analysis.histories import (
    OVERLAP,
    histories,
    list_overlap,
    write_histories,
)

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
        assert row["count"] == len(set.intersection(*on).difference(*off))
    assert sum(table["count"].to_pylist()) == len(everybody)
    assert len(table) == 2 ** len(members) - 1
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


def test_what_is_written_can_be_estimated(tmp_path: Path) -> None:
    """The written table says which histories nobody has, so that ``uic estimate`` can read it."""
    members = {"dic": {"p", "q", "r"}, "outreach": {"q", "r"}, "referrals": {"r", "s"}}
    write_histories(histories(persons(members)), tmp_path / "histories.csv")
    assert estimate(tmp_path / "histories.csv").histories.seen == 4


def test_many_lists_are_not_written_out() -> None:
    """Nine lists have 511 histories: only those somebody has are written."""
    table = histories(persons({f"list-{n}": {"p"} for n in range(9)}))
    assert table["count"].to_pylist() == [1]


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
        {"centre": 0, "street": 1, "count": 0},
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
