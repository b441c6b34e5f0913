"""The record is strict: every fault is named with its entry and key, and no value is repeated."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from uic.analysis.consensus import load_record, parse_record
from uic.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

ENTRY = """
[[estimates]]
label = "survey"
method = "rds"
place = "A"
period = "2012"
population = "pwid"
number = 1000
low = 800
high = 1250
"""


def faults(text: str, tmp_path: Path) -> list[str]:
    """Write a record and return the problems that reading it finds."""
    (tmp_path / "record.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_record(tmp_path / "record.toml")
    return [str(problem) for problem in error.value.problems]


def test_a_record_is_read_with_its_dates(tmp_path: Path) -> None:
    """Numbers may be whole, dates are dates, and defaults are Triangulator's."""
    text = ENTRY + 'set_by = "x"\nset_on = 2012-11-15\nconfidence = 0.5\n'
    (tmp_path / "record.toml").write_text("\ufeff" + text, encoding="utf-8")
    record = load_record(tmp_path / "record.toml")
    assert record.estimates[0].set_on == date(2012, 11, 15)
    assert record.pooling.tau_multiplier == 0.01
    assert record.definition("pwid") == "pwid"


@pytest.mark.parametrize(
    ("line", "where", "rule"),
    [
        ("confidense = 0.5", "estimate 1 (survey), confidense", "unknown key"),
        (
            'confidence = 1.5\nset_by = "x"',
            "estimate 1 (survey), confidence",
            "less than or equal to 1",
        ),
        (
            'confidence = -0.1\nset_by = "x"',
            "estimate 1 (survey), confidence",
            "greater than or equal",
        ),
        ("confidence = 0.5", "'survey'", "'confidence' needs 'set_by'"),
        ("count = -5", "estimate 1 (survey), count", "greater than or equal to 1"),
        ("proportion = 1.0", "estimate 1 (survey), proportion", "less than 1"),
        ("sample = 1", "estimate 1 (survey), sample", "greater than or equal to 2"),
        ('n1 = "<5"', "estimate 1 (survey), n1", "masked count"),
        ("m = 0", "estimate 1 (survey), m", "share nobody"),
        ("n1 = 10\nm = 11", "estimate 1 (survey)", "larger than a list"),
        ("n1 = inf", "estimate 1 (survey), n1", "finite"),
        ("n1 = true", "estimate 1 (survey), n1", "valid number"),
        ('deff = "2"', "estimate 1 (survey), deff", "valid number"),
    ],
)
def test_a_fault_of_an_entry_is_named(line: str, where: str, rule: str, tmp_path: Path) -> None:
    """Each fault says which entry, which key, which rule."""
    (found,) = faults(ENTRY + line, tmp_path)
    assert "record.toml" in found
    assert where in found
    assert rule in found


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (("number = 1000", "number = 2000"), "does not contain the number"),
        (("high = 1250", ""), "needs both 'low' and 'high'"),
        (("low = 800", ""), "needs both 'low' and 'high'"),
        (("low = 800", "low = 1250"), "must be below"),
        (("number = 1000", "number = -1"), "greater than or equal to 1"),
        (("number = 1000", "number = 1e12"), "less than or equal"),
        (('label = "survey"', 'label = "a\\nb"'), "line break"),
        (('method = "rds"', 'method = "guess"'), "'two-list'"),
        (('label = "survey"', ""), "Field required"),
        (("number = 1000", "number = nan"), "finite"),
    ],
)
def test_a_wrong_number_is_named(change: tuple[str, str], rule: str, tmp_path: Path) -> None:
    """Intervals that do not hold their number and numbers that cannot be are refused."""
    (found,) = faults(ENTRY.replace(*change), tmp_path)
    assert rule in found


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("[prior]\nmedian = 3000", "both 'median' and 'q75'"),
        ("[prior]\nmedian = 3000\nq75 = 2000", "must rise"),
        ("[prior]\nmedian = 3000\nq75 = 3000000", "100 times"),
        ("[prior]\nmedian = 3000\nq75 = 3001", "1.01"),
        ("[prior]\nlower = 5000\nmedian = 3000\nq75 = 4000", "must rise"),
        ('[pooling]\nallow_mixed = ["place"]', "needs 'why'"),
        ('[pooling]\nallow_mixed = ["colour"]', "'population'"),
        ("[reached]\nnumber = 5\nlow = 6\nhigh = 7", "does not contain"),
        ('[populations]\nother = "x"', "does not define"),
        ("[meting]\ntitle = 'x'", "unknown key"),
        (ENTRY, "the same label"),
        ('[pooling]\nmethod = "mean"', "'triangulator'"),
    ],
)
def test_a_fault_of_the_meeting_is_named(text: str, rule: str, tmp_path: Path) -> None:
    """Prior, pooling, populations and coverage have rules of their own."""
    (found,) = faults(text + ENTRY, tmp_path)
    assert rule in found


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    """One report names every fault, so that a record is mended in one go."""
    second = ENTRY.replace("survey", "second").replace("number = 1000", "number = -3")
    found = faults(ENTRY + "confidense = 1\nsampel = 5\n" + second, tmp_path)
    assert len(found) == 3


def test_no_message_repeats_a_value(tmp_path: Path) -> None:
    """A message names the place and the rule; the value stays in the file."""
    for problem in faults(ENTRY + 'n1 = "canary 987654"\ncount = -987654', tmp_path):
        assert "987654" not in problem
        assert "canary" not in problem


def test_text_that_is_no_toml_names_the_line(tmp_path: Path) -> None:
    """A broken file is one problem, with its line."""
    (tmp_path / "record.toml").write_text("[meeting]\ntitle = = 3\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"not TOML.*line 2"):
        load_record(tmp_path / "record.toml")


def test_a_missing_or_unreadable_file_is_named(tmp_path: Path) -> None:
    """A file that is not there, or is not text, is refused by name."""
    with pytest.raises(InputError, match=r"nothing.toml: the file does not exist"):
        load_record(tmp_path / "nothing.toml")
    (tmp_path / "record.toml").write_bytes(b"\xff\xfe\x00bad")
    with pytest.raises(InputError, match="save it as UTF-8"):
        load_record(tmp_path / "record.toml")


def test_a_record_without_estimates_is_refused(tmp_path: Path) -> None:
    """There is nothing to agree on without an estimate."""
    (tmp_path / "record.toml").write_text("[meeting]\ntitle = 'x'\n", encoding="utf-8")
    with pytest.raises(InputError, match="estimates"):
        load_record(tmp_path / "record.toml")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_is_read_with_any_usual_separator(separator: str, tmp_path: Path) -> None:
    """CSV from a spreadsheet of any country, with a byte order mark and empty cells."""
    rows = [
        "label,method,place,period,population,number,low,high,sample,confidence,set_by,set_on",
        "one,rds,A,2012,pwid,1000,800,1250,300,0.5,group,2012-11-15",
        "two,expert,A,2012,pwid,,900,1350,,,,",
    ]
    text = "\ufeff" + "\r\n".join(rows).replace(",", separator) + "\r\n"
    (tmp_path / "table.csv").write_text(text, encoding="utf-8", newline="")
    one, two = load_record(tmp_path / "table.csv").estimates
    assert (one.number, one.sample, one.confidence) == (1000.0, 300, 0.5)
    assert one.set_on == date(2012, 11, 15)
    assert (two.number, two.sample, two.confidence) == (None, None, 1.0)


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ('one,rds,A,2012,pwid,"1,200"', "row 2, number: Input should be a valid number"),
        ("one,rds,A,2012,pwid,<5", "row 2, number: a masked count"),
        ("one,rds,A,2012,pwid,-1", "row 2, number: Input should be greater than or equal to 1"),
        ("one,rds,A,2012,pwid,1,7", r"row 2, \(beyond the header\): unknown key"),
    ],
)
def test_a_fault_of_a_table_names_its_row(row: str, rule: str, tmp_path: Path) -> None:
    """The header is row 1, as a person counts."""
    header = "label,method,place,period,population,number\n"
    (tmp_path / "table.csv").write_text(header + row + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=rule):
        load_record(tmp_path / "table.csv")


def test_an_empty_table_is_refused(tmp_path: Path) -> None:
    """A header without rows says what a row needs."""
    (tmp_path / "table.csv").write_text("label,method\n", encoding="utf-8")
    with pytest.raises(InputError, match="no estimate"):
        load_record(tmp_path / "table.csv")


def test_a_record_cannot_be_changed_in_place() -> None:
    """A record is a value: a decision makes a new one."""
    entry: dict[str, Any] = {
        "label": "a",
        "method": "rds",
        "place": "A",
        "period": "2012",
        "population": "pwid",
    }
    record = parse_record({"estimates": [entry]})
    with pytest.raises(ValueError, match="frozen"):
        record.estimates[0].confidence = 0.1  # type: ignore[misc]
