"""The decision log: complete, chained, and enough to run the meeting again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uic.analysis.consensus import append_log, consensus, parse_record, read_log, replay
from uic.analysis.consensus.log import decide
from uic.errors import FormatError, InputError

if TYPE_CHECKING:
    from pathlib import Path

    from uic.analysis.consensus import Record

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def record_of(*confidences: float, **more: Any) -> Record:
    """Build a record of studies with these confidences."""
    estimates = [
        {
            "label": f"study {n}",
            "method": "rds",
            "place": "A",
            "period": "2012",
            "population": "pwid",
            "number": 1000.0 + 100 * n,
            "low": 700.0,
            "high": 1900.0,
            "confidence": confidence,
            "set_by": "group",
            "why": f"reason {confidence}",
        }
        for n, confidence in enumerate(confidences)
    ]
    return parse_record({"estimates": estimates, **more})


def test_a_first_run_logs_every_part(tmp_path: Path) -> None:
    """The log begins with the whole record, so that nothing else is needed later."""
    log = tmp_path / "decisions.jsonl"
    assert append_log(log, record_of(0.5, 0.8, prior={"median": 900.0, "q75": 1500.0}), NOW) == 3
    parts = [decision.what for decision in read_log(log)]
    assert parts == [("prior",), ("estimates", "study 0"), ("estimates", "study 1")]


def test_a_changed_weight_is_one_line_with_who_and_why(tmp_path: Path) -> None:
    """Only what changed is appended: from, to, who, when, why."""
    log = tmp_path / "decisions.jsonl"
    append_log(log, record_of(0.5, 0.8), NOW)
    assert append_log(log, record_of(0.5, 0.3), NOW) == 1
    last = read_log(log)[-1]
    assert (last.before["confidence"], last.after["confidence"]) == (0.8, 0.3)
    assert (last.who, last.why, last.logged) == ("group", "reason 0.3", "2026-11-22T10:00:00Z")


def test_the_same_record_adds_nothing(tmp_path: Path) -> None:
    """Running the same meeting twice leaves the log byte for byte as it was."""
    log = tmp_path / "decisions.jsonl"
    append_log(log, record_of(0.5, 0.8), NOW)
    before = log.read_bytes()
    assert append_log(log, record_of(0.5, 0.8), NOW) == 0
    assert log.read_bytes() == before


def test_who_is_the_meeting_or_the_command_where_the_entry_is_silent() -> None:
    """A decision has a name: the entry's, else the meeting's, else that of the run."""
    prior = {"median": 900.0, "q75": 1500.0}
    assert decide((), record_of(0.5, prior=prior), NOW, "me")[0].who == "me"
    named = record_of(0.5, prior=prior, meeting={"set_by": "the chair"})
    assert {decision.who for decision in decide((), named, NOW, "me")} == {"the chair", "group"}


def test_the_meeting_runs_again_from_the_log_alone(tmp_path: Path) -> None:
    """After each decision the log gives the record as it stood, with the same result."""
    log = tmp_path / "decisions.jsonl"
    first = record_of(0.5, 0.8, 1.0, prior={"median": 900.0, "q75": 1500.0, "set_on": NOW.date()})
    second = record_of(0.2, 0.8, pooling={"method": "median"})
    append_log(log, first, NOW)
    steps = len(read_log(log))
    append_log(log, second, NOW)
    decisions = read_log(log)
    assert replay(decisions, "log", steps) == first
    assert replay(decisions, "log") == second
    again = consensus(replay(decisions, "log", steps))
    assert again.headline == consensus(first).headline


confidences = st.lists(st.floats(0.01, 1), min_size=1, max_size=4)


@settings(max_examples=50, deadline=None)
@given(st.lists(confidences, min_size=1, max_size=4))
def test_any_course_of_a_meeting_is_replayed(course: list[list[float]]) -> None:
    """Whatever is added, changed or dropped: the log always ends at the last record."""
    log: tuple[Any, ...] = ()
    for confidence in course:
        log += decide(log, record_of(*confidence), NOW)
    assert replay(log, "log") == record_of(*course[-1])
    assert [decision.decision for decision in log] == list(range(1, len(log) + 1))


@pytest.mark.parametrize("line", [0, 1, 2])
def test_an_altered_line_breaks_the_chain(line: int, tmp_path: Path) -> None:
    """A weight that is changed in the log afterwards is found, with its line."""
    log = tmp_path / "decisions.jsonl"
    append_log(log, record_of(0.5, 0.8, 1.0), NOW)
    lines = log.read_text(encoding="utf-8").splitlines()
    data = json.loads(lines[line])
    data["after"]["confidence"] = 0.99
    lines[line] = json.dumps(data, sort_keys=True, separators=(",", ":"))
    log.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(FormatError, match=f"line {line + 1}: the chain is broken"):
        read_log(log)


@pytest.mark.parametrize("change", ["drop", "swap", "repeat"])
def test_a_missing_moved_or_repeated_line_breaks_the_chain(change: str, tmp_path: Path) -> None:
    """Lines cannot be taken out, put elsewhere or put in twice."""
    log = tmp_path / "decisions.jsonl"
    append_log(log, record_of(0.5, 0.8, 1.0), NOW)
    one, two, three = log.read_text(encoding="utf-8").splitlines()
    lines = {"drop": [one, three], "swap": [two, one, three], "repeat": [one, one, two, three]}
    log.write_text("\n".join(lines[change]) + "\n", encoding="utf-8")
    with pytest.raises(FormatError, match="the chain is broken"):
        read_log(log)


@pytest.mark.parametrize("tail", ['{"decision": 4, "log', "[]", "", '{"decision":4}', "null"])
def test_a_cut_or_foreign_line_is_named(tail: str, tmp_path: Path) -> None:
    """A line that was cut off, or is none of ours, is refused and not skipped."""
    log = tmp_path / "decisions.jsonl"
    append_log(log, record_of(0.5, 0.8), NOW)
    with log.open("a", encoding="utf-8") as stream:
        stream.write(tail + "\n")
    with pytest.raises(FormatError, match="line 3: this is no line of a decision log"):
        read_log(log)


def test_a_refused_log_is_left_as_it_is(tmp_path: Path) -> None:
    """Nothing is appended to a log whose chain is broken."""
    log = tmp_path / "decisions.jsonl"
    log.write_text("not ours\n", encoding="utf-8")
    with pytest.raises(FormatError):
        append_log(log, record_of(0.5), NOW)
    assert log.read_text(encoding="utf-8") == "not ours\n"


def test_odd_characters_in_a_note_do_not_split_a_line(tmp_path: Path) -> None:
    """Line separators of other scripts stay inside their line."""
    log = tmp_path / "decisions.jsonl"
    record = record_of(0.5, meeting={"comment": "one\u2028two\x85three\nfour ភ្នំពេញ"})
    append_log(log, record, NOW)
    assert replay(read_log(log), "log") == record


def test_a_decision_that_does_not_exist_is_named(tmp_path: Path) -> None:
    """An empty log and a number beyond the last decision are refused."""
    with pytest.raises(FormatError, match="empty or does not exist"):
        replay(read_log(tmp_path / "none.jsonl"), "none.jsonl")
    log = decide((), record_of(0.5), NOW)
    with pytest.raises(FormatError, match="the log has 1"):
        replay(log, "log", 2)


def test_a_point_before_any_estimate_is_no_meeting() -> None:
    """After the first decision there may be a prior and no estimate yet."""
    log = decide((), record_of(0.5, prior={"median": 900.0, "q75": 1500.0}), NOW)
    with pytest.raises(InputError, match="estimates"):
        replay(log, "log", 1)


def test_a_line_with_a_new_hash_of_its_own_is_found_at_the_next(tmp_path: Path) -> None:
    """Altering a line and sealing it again does not help: the next line holds the old hash."""
    log = tmp_path / "decisions.jsonl"
    append_log(log, record_of(0.5, 0.8, 1.0), NOW)
    one, two, three = read_log(log)
    forged = replace(two, after={**two.after, "confidence": 0.99}).sealed()
    log.write_text("".join(f"{item.line()}\n" for item in (one, forged, three)), encoding="utf-8")
    with pytest.raises(FormatError, match="line 3: the chain is broken"):
        read_log(log)
