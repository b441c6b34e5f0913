"""Reading histories: every form, masked counts, strata, and a named error for bad input."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uic.analysis.estimating.checks import check
from uic.analysis.estimating.histories import Histories, censor
from uic.analysis.estimating.reading import read_strata
from uic.errors import EstimationError, InputError, NoOverlapError

GOOD = "A,B,C,count\n1,1,1,28\n1,1,0,21\n1,0,1,17\n1,0,0,69\n0,1,1,18\n0,1,0,55\n0,0,1,63\n"
COUNTS = (63, 55, 18, 69, 17, 21, 28)


def write(folder: Path, text: str) -> Path:
    path = folder / "histories.csv"
    path.write_text(text, encoding="utf-8")
    return path


def only(source: object, **options: object) -> Histories:
    (table,) = read_strata(source, **options).values()  # type: ignore[arg-type]
    return table


def test_csv_is_read(tmp_path: Path) -> None:
    """Rows in any order give the counts in the order of the histories."""
    found = only(write(tmp_path, GOOD))
    assert found == Histories(("A", "B", "C"), COUNTS)
    assert found.seen == 271
    assert found.list_sizes == {"A": 135, "B": 122, "C": 126}
    assert found.pair_overlaps == {("A", "B"): 49, ("A", "C"): 45, ("B", "C"): 46}
    assert found.capture_frequencies == (187, 56, 28)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_are_read(tmp_path: Path, separator: str) -> None:
    """Semicolons and tabs are understood, as is a byte-order mark."""
    text = "\ufeff" + GOOD.replace(",", separator)
    assert only(write(tmp_path, text)).counts == COUNTS


def test_tables_of_other_libraries_are_read() -> None:
    """Arrow, pandas and polars tables give the same, also with booleans and floats."""
    rows = [line.split(",") for line in GOOD.splitlines()]
    columns = {n: [int(row[i]) for row in rows[1:]] for i, n in enumerate(rows[0])}
    for table in (pa.table(columns), pd.DataFrame(columns), pl.DataFrame(columns)):
        assert only(table).counts == COUNTS
    flags = columns | {name: [bool(x) for x in columns[name]] for name in "ABC"}
    assert only(pa.table(flags)).counts == COUNTS
    floats = columns | {"count": [float(x) for x in columns["count"]]}
    assert only(pa.table(floats)).counts == COUNTS


def test_mappings_are_read() -> None:
    """A mapping of histories names the lists A, B, C; overlaps carry their own names."""
    names = [f"{cell:03b}" for cell in range(1, 8)]
    found = only(dict(zip(names, COUNTS, strict=True)))
    assert found == Histories(("A", "B", "C"), COUNTS)
    overlaps = {
        "P": 135, "Q": 122, "E": 126, "P&Q": 49, "P&E": 45, "Q&E": 46, "P&Q&E": 28
    }  # fmt: skip
    assert only(overlaps) == Histories(("P", "Q", "E"), COUNTS)


@given(st.lists(st.integers(0, 1000), min_size=7, max_size=7).filter(any))
def test_overlaps_lead_back_to_histories(counts: list[int]) -> None:
    """Overlap counts hold the same as histories."""
    table = Histories(("A", "B", "C"), tuple(counts))
    overlaps = {"A": table.on(0), "B": table.on(1), "C": table.on(2), "A&B": table.on(0, 1)}
    overlaps |= {"A&C": table.on(0, 2), "B&C": table.on(1, 2), "A&B&C": table.on(0, 1, 2)}
    assert only(overlaps) == table


def test_overlap_files_are_read(tmp_path: Path) -> None:
    """A CSV with the columns lists and count holds overlaps."""
    text = "lists,count\nA,9\nB,7\nA&B,3\n"
    assert only(write(tmp_path, text)) == Histories(("A", "B"), (4, 6, 3))


def test_contradicting_overlaps_are_refused() -> None:
    """More people on both lists than on one of them cannot be."""
    with pytest.raises(EstimationError, match="contradict"):
        only({"A": 3, "B": 9, "A&B": 5})


def test_a_missing_overlap_is_named() -> None:
    """Every overlap must be given, also when it is 0."""
    with pytest.raises(EstimationError, match="A&B"):
        only({"A": 3, "B": 9})


def test_masked_counts_become_intervals(tmp_path: Path) -> None:
    """<5 is one to four, 0-4 and 3-9 are what they say."""
    text = GOOD.replace("1,1,1,28", "1,1,1,<5").replace("0,1,1,18", "0,1,1,0-4")
    found = only(write(tmp_path, text))
    assert not found.exact
    assert (found.counts[6], found.upper[6]) == (1, 4)
    assert (found.counts[2], found.upper[2]) == (0, 4)
    assert only({"11": (3, 9), "10": 5, "01": 6}).upper == (6, 5, 9)


def test_strata_are_divided(tmp_path: Path) -> None:
    """The column named by ``by`` divides the table; without its name it is a problem."""
    lines = GOOD.splitlines()
    text = "\n".join([lines[0] + ",sex", *(f"{r},{s}" for s in "fm" for r in lines[1:])])
    tables = read_strata(write(tmp_path, text), by="sex")
    assert list(tables) == ["f", "m"]
    assert all(table.counts == COUNTS for table in tables.values())
    with pytest.raises(InputError, match="column sex"):
        read_strata(write(tmp_path, text))


BAD = {
    "negative": (GOOD.replace(",28", ",-28"), "row 2, column count: this count is negative"),
    "fraction": (GOOD.replace(",28", ",2.5"), "row 2, column count: this count is not a whole"),
    "word": (GOOD.replace(",28", ",many"), "row 2, column count: this is not a count"),
    "empty count": (GOOD.replace(",28", ","), "row 2, column count: the count is missing"),
    "all zero": (GOOD + "0,0,0,500\n", "row 9: this history is on no list"),
    "missing history": (GOOD.replace("1,0,1,17\n", ""), "lacks the history 101"),
    "twice": (GOOD + "1,0,1,17\n", "row 9: this history came before"),
    "not 0 or 1": (GOOD.replace("1,1,1,28", "1,x,1,28"), "row 2, column B: this is neither"),
    "no count": (GOOD.replace("count", "number"), "there is no column 'count'"),
    "short row": (GOOD + "1,1\n", "row 9: too few or too many cells"),
    "two names": (GOOD.replace("A,B,", "A,A,"), "two columns have the same name"),
    "nothing": ("A,B,count\n", "no row of counts"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_tables_are_refused_by_place_and_rule(tmp_path: Path, name: str) -> None:
    """Every problem names the file, the row or column and the rule."""
    text, message = BAD[name]
    with pytest.raises(InputError) as caught:
        read_strata(write(tmp_path, text))
    assert "histories.csv" in str(caught.value)
    assert message in str(caught.value)
    assert "hint:" in str(caught.value) or name == "nothing"


def test_all_problems_are_listed_at_once(tmp_path: Path) -> None:
    """A file with three problems is answered once, with all three."""
    text = GOOD.replace(",28", ",-28").replace(",21", ",2.5") + "0,0,0,5\n"
    with pytest.raises(InputError) as caught:
        read_strata(write(tmp_path, text))
    assert len(caught.value.problems) == 3


def test_no_message_holds_a_cell(tmp_path: Path) -> None:
    """Messages speak of rows and columns, never of what stands there."""
    text = GOOD.replace("1,1,1,28", "1,Sokha,1,Dara")
    with pytest.raises(InputError) as caught:
        read_strata(write(tmp_path, text))
    assert "Sokha" not in str(caught.value)
    assert "Dara" not in str(caught.value)


def test_absent_histories_can_be_zero(tmp_path: Path) -> None:
    """A history without a row is an error, unless the caller says it has nobody."""
    text = GOOD.replace("1,0,1,17\n", "")
    assert only(write(tmp_path, text), absent="zero").counts[4] == 0


def test_one_list_is_refused() -> None:
    """One list cannot be estimated from, and the message says what to do."""
    with pytest.raises(EstimationError, match="one list"):
        only({"1": 40})


def test_lists_without_overlap_are_refused() -> None:
    """Lists that share nobody have their own error."""
    with pytest.raises(NoOverlapError, match="nobody is on two lists"):
        Histories(("A", "B"), (4, 6, 0)).need_overlap()


def test_an_empty_list_is_refused_by_name() -> None:
    """A list with nobody on it is named."""
    with pytest.raises(EstimationError, match="list C has nobody"):
        Histories(("A", "B", "C"), (0, 6, 0, 4, 0, 3, 0)).need_overlap()


def test_nobody_seen_is_refused() -> None:
    """A table of zeros is refused."""
    with pytest.raises(EstimationError, match="every count is zero"):
        Histories(("A", "B"), (0, 0, 0))


def test_too_many_lists_are_refused() -> None:
    """Ten lists are too many, and the message says so."""
    with pytest.raises(EstimationError, match="at most 9"):
        Histories(tuple("ABCDEFGHIJ"), (1,) * 1023)


@pytest.mark.parametrize("source", [3, ["a"], None])
def test_what_is_no_table_is_refused(source: object) -> None:
    """A number, a list of words or nothing is no table."""
    with pytest.raises(InputError):
        read_strata(source)


def test_a_list_with_outsiders_is_an_interval() -> None:
    """People on a censored list only may be anybody from none to all."""
    found = censor(Histories(("A", "B"), (40, 60, 30)), "B")
    assert found.counts == (0, 60, 30)
    assert found.upper == (40, 60, 30)


def test_checks_name_what_is_odd() -> None:
    """Empty overlaps, a list that shares nobody and a list inside another are named."""
    found = check(Histories(("A", "B", "C"), (20, 30, 0, 40, 0, 6, 0)))
    assert found.empty_overlaps == ("A&C", "B&C")
    assert any("List C shares nobody" in sentence for sentence in found.warnings)
    inside = check(Histories(("A", "B"), (0, 60, 30)))
    assert any("List B lies wholly inside list A" in sentence for sentence in inside.warnings)
