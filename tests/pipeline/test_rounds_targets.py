"""Rounds whose threshold is the one that is expected to reach a precision or a recall."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from rounds_helpers import FAMILY, GIVEN, Office, Person, matched, office, people, resolved
from typer.testing import CliRunner

import uic
from uic.cli.rounds import app
from uic.pipeline.rounds import show, verify
from uic.resolving.register.audit import read_lines
from uic.resolving.register.tables import open_register

CLI = CliRunner()


def _misspelt(rows: list[Person], seed: int) -> list[Person]:
    """Return the people with names, days and years that differ, so that some pairs are doubtful."""
    draw = random.Random(seed)
    changed = []
    for row in rows:
        other = dict(row)
        if draw.random() < 0.3:
            other["given_name"] = draw.choice(GIVEN)
        if draw.random() < 0.3:
            other["family_name"] = draw.choice(FAMILY)
        if draw.random() < 0.3:
            other["birth_date"] = row["birth_date"][:-2] + f"{draw.randint(1, 28):02d}"
        changed.append(other)
    return changed


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A linkage unit with one round of two lists that share people with many errors."""
    desk = office(tmp_path_factory.mktemp("targets"))
    rows = people(240, seed=3)
    files = [desk.send("a", rows[:160]), desk.send("b", _misspelt(rows[80:], 4))]
    desk.link(files, "plain")
    return desk


def test_a_round_reaches_the_precision_that_was_asked_for(desk: Office) -> None:
    """The threshold is that of the round's own pairs, and holds for its links and its questions."""
    plain = show(desk.register, "plain").round
    done = desk.link([], "sure", precision=0.995)
    found = done.round
    assert found.threshold > plain.threshold == 0.5
    assert found.inputs["target"] == {"precision": 0.995}
    assert "threshold" not in found.inputs
    assert done.result.run["target"] == {"precision": 0.995}
    assert plain.facts["target"] is None
    assert done.result.run["expected_precision"] >= 0.995
    assert found.facts["links"] < plain.facts["links"]
    least = min(done.result.pairs["probability"].to_pylist())
    assert least >= found.threshold - 1e-6  # shown with six digits
    assert done.result.run["expected_at"] == plain.facts["expected_at"]


def test_a_round_reaches_the_recall_that_was_asked_for(desk: Office) -> None:
    """A recall that the default already has is reached with fewer links, a larger with more."""
    told = show(desk.register, "plain").round.facts["expected_at"]
    recall = {item["threshold"]: item["recall"] for item in told}
    less = desk.link([], "less", recall=recall[0.5] - 0.1)
    more = desk.link([], "more", recall=recall[0.01] - 0.0005)
    assert less.round.threshold > 0.5 > more.round.threshold


def test_a_target_is_recognised_and_is_another_round_than_its_threshold(desk: Office) -> None:
    """The same wish again changes nothing; the threshold it led to, given itself, is a revision."""
    first = desk.link([], "again", precision=0.99)
    lines = verify(desk.register).lines
    assert desk.link([], "again", precision=0.99).recognised
    assert verify(desk.register).lines == lines
    second = desk.link([], "again", threshold=first.round.threshold)
    assert (second.recognised, second.round.revision) == (False, 2)
    assert second.result.pairs.equals(first.result.pairs)


def test_the_log_and_the_commands_tell_the_threshold(desk: Office) -> None:
    """What was asked for and what came of it stand in the audit log and in `uic rounds show`."""
    found = desk.link([], "told", precision=0.98).round
    with open_register(desk.register) as database:
        line = next(one for one in read_lines(database) if one.get("round") == "told/1")
    assert line["inputs"]["target"] == {"precision": 0.98}
    assert line["threshold"] == found.threshold
    options = ["--register", str(desk.register)]
    said = CLI.invoke(app, ["show", "told", *options]).output
    assert f"threshold         {found.threshold:.4g}, for a precision of 0.98" in said
    parameters = json.loads(CLI.invoke(app, ["show", "told", *options, "--parameters"]).output)
    assert parameters["threshold"] == found.threshold


def test_what_cannot_be_reached_is_said_and_leaves_no_round(desk: Office) -> None:
    """The message is that of uic dedupe, and the register is as it was."""
    before = verify(desk.register)
    with pytest.raises(uic.LinkError, match=r"to reach a recall of 0\.9999: the most is 0\.\d+"):
        desk.link([], "never", recall=0.9999)
    with pytest.raises(uic.InputError, match="precision and threshold exclude each other"):
        desk.link([], "never", precision=0.9, threshold=0.9)
    for wrong in ({"precision": 1.0}, {"recall": 0.0}, {"threshold": 1.0}):
        with pytest.raises(uic.InputError, match="lies between 0 and 1"):
            desk.link([], "never", **wrong)
    assert verify(desk.register) == before
    with pytest.raises(uic.InputError, match="no round 'never'"):
        show(desk.register, "never")


def test_two_offices_choose_the_threshold_of_one(desk: Office) -> None:
    """The resolver alone chooses: the matcher's file is the same for every target."""
    files = sorted(Path(desk.folder).glob("?.uicx"))
    pairs = matched(desk, files)
    done = resolved(desk, pairs, files, precision=0.99)
    one = desk.link([], "both", precision=0.99)
    assert done.round.threshold == pytest.approx(one.round.threshold, abs=1e-6)
    assert len(done.result.pairs) == len(one.result.pairs)
