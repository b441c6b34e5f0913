"""Lists without record ids: a row number is no identity, and carries no person id."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from rounds_helpers import KEY, NEXT, Office, Person, office, people, who
from typer.testing import CliRunner

import uic
from uic.cli.rounds import app
from uic.pipeline.rounds import Finished, withdraw
from uic.resolving.register.audit import read_lines
from uic.resolving.register.tables import open_register

ROWS = people(60)


def without_ids(rows: list[Person]) -> list[Person]:
    """Return a list as somebody keeps it who never numbered the clients."""
    return [{name: text for name, text in row.items() if name != "record_id"} for row in rows]


@pytest.fixture
def desk(tmp_path: Path) -> Office:
    """A linkage unit that has received nothing yet."""
    return office(tmp_path)


def _held(done: Finished, partner: str) -> set[str]:
    return {person for (name, _), person in who(done).items() if name == partner}


def test_the_next_list_gives_nobody_the_id_of_the_row_before(desk: Office) -> None:
    """One row is taken out at the top, all others move up: no person id moves with them."""
    first = desk.link([desk.send("a", without_ids(ROWS[:40])), desk.send("b", ROWS[20:])])
    shared = _held(first, "a") & _held(first, "b")
    alone = _held(first, "a") - shared
    assert (len(shared), len(alone)) == (20, 20)
    newer = desk.send("a", without_ids(ROWS[1:40]), name="a-newer")
    second = desk.link([newer], "r2")
    # Whoever stands on b's list, which has ids, keeps the id through the link.
    assert _held(second, "a") & _held(second, "b") == shared
    assert _held(second, "b") == _held(first, "b")
    # The others have ids that were never given before, and the log says what became of theirs.
    assert not _held(second, "a") & alone
    kinds = Counter(second.changes["event"].to_pylist())
    assert kinds == {"left": 20, "new": 19}
    with_ids = desk.link([desk.send("b", ROWS[21:], name="b-newer")], "r3")
    assert set(with_ids.changes["event"].to_pylist()) <= {"left"}


def test_the_register_is_told_and_says_so(desk: Office) -> None:
    """Arrivals and the audit log count the records that have no id, and name none."""
    rows = [*ROWS[3:40], *without_ids(ROWS[:3])]
    done = desk.link([desk.send("a", rows), desk.send("b", ROWS[20:])])
    assert [item.without_id for item in done.arrivals] == [3, 0]
    with open_register(desk.register) as database:
        lines = [line for line in read_lines(database) if line["action"] == "export"]
    assert [line["without_id"] for line in lines] == [3, 0]


def test_the_same_list_again_is_the_same_people(desk: Office) -> None:
    """The very file encoded again, and another threshold over it, keep every id."""
    rows = without_ids(ROWS[:40])
    first = desk.link([desk.send("a", rows), desk.send("b", ROWS[20:])])
    again = desk.link([desk.send("a", rows, name="a-again")], "r2")
    assert len(again.changes) == 0
    assert who(again) == who(first)
    assert not set(desk.link([], "r3", threshold=0.9).changes["event"].to_pylist()) & {"new"}


def test_a_withdrawn_person_is_not_known_again_and_that_is_said(desk: Office) -> None:
    """Nobody else is passed over in the place of the one who withdrew."""
    first = desk.link([desk.send("a", without_ids(ROWS[:40])), desk.send("b", ROWS[20:])])
    shared = min(_held(first, "a") & _held(first, "b"))
    done = withdraw(desk.register, person=shared)
    assert (done.records, done.without_id) == (2, 1)
    newer = desk.send("a", without_ids(ROWS[:40][::-1]), name="a-newer")
    second = desk.link([newer], "r2")
    assert second.round.facts["records"] == 79  # a's 40 again, b's 39: only b's row is known
    assert shared not in who(second).values()
    one = min(_held(second, "a") - _held(second, "b"))
    options = ["withdraw", "--person", one, "--register", str(desk.register), "--yes"]
    said = CliRunner().invoke(app, options)
    assert said.exit_code == 0, said.output
    assert "1 of them had no id of its partner's own" in said.output


def test_a_hand_over_needs_ids(desk: Office) -> None:
    """Without ids nothing would be handed over, and the partner is told what to do."""
    with pytest.raises(uic.InputError, match="map a column to record_id"):
        desk.send("a", without_ids(ROWS[:5]), key=NEXT, previous=KEY)
