"""Withdrawals between two offices: the resolver's file, and the store that loses its rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from rounds_helpers import SCHEMA, Office, as_matcher, office, people, resolved, who

import uic
from uic.envelope.safe import KeySafe
from uic.matching.store import current_exports, open_store, stored_exports
from uic.pipeline.rounds import Matched, Notice, withdraw

ROWS = people(60)
A, B = ROWS[:40], ROWS[20:]


@pytest.fixture
def desk(tmp_path: Path) -> Office:
    """A linkage unit that has received nothing yet."""
    return office(tmp_path)


@pytest.fixture
def sent(desk: Office) -> list[Path]:
    """The files of both partners."""
    return [desk.send("a", A), desk.send("b", B)]


def _rows(desk: Office) -> int:
    with open_store(desk.folder / "m.duckdb", KeySafe.of(desk.pairs["matcher"])) as store:
        parts = stored_exports(store, list(current_exports(store).values()))
        return sum(len(part.pass_rows[name]) for part in parts for name in part.pass_rows)


def _sizes(found: dict[tuple[str, str], str]) -> dict[str, int]:
    persons = list(found.values())
    return {person: persons.count(person) for person in sorted(set(persons))}


def _in_two_offices(desk: Office, sent: list[Path], *withdrawn: Path) -> Matched:
    return as_matcher(desk, sent, "two", withdrawn=withdrawn)


def test_a_matcher_in_another_office_is_told_who_withdrew(desk: Office, sent: list[Path]) -> None:
    """The person's rows go from its store, then the partner's list, and never a newer list."""
    register = desk.folder / "other.duckdb"
    first = resolved(desk, _in_two_offices(desk, sent).path, sent)
    shared = next(p for p, n in _sizes(who(first)).items() if n == 2)
    before = _rows(desk)
    files = [desk.folder / f"{name}.uicw" for name in ("person", "partner")]
    person, partner = (
        Notice(file, desk.pairs["resolver"], desk.pairs["matcher"].public) for file in files
    )
    withdraw(register, person=shared, tell=person)
    matched = _in_two_offices(desk, [], files[0])
    gone = before - _rows(desk)
    assert 0 < gone <= 2 * len(SCHEMA.active_passes)
    done = resolved(desk, matched.path, [])
    assert set(who(done).values()) == set(who(first).values()) - {shared}
    withdraw(register, partner="b", tell=partner)
    assert _in_two_offices(desk, [], files[1]).exports == 1
    assert [item.news for item in _in_two_offices(desk, sent[1:]).arrivals] == ["withdrawn"]
    newer = desk.send("b", B, name="b-newer")
    assert _in_two_offices(desk, [newer]).exports == 2
    assert _in_two_offices(desk, [], *files).exports == 2


def test_a_withdrawal_is_of_the_resolver_and_for_the_matcher(
    desk: Office, sent: list[Path]
) -> None:
    """Nobody else can delete rows, and where the file cannot be made nothing is withdrawn."""
    register = desk.folder / "other.duckdb"
    first = resolved(desk, _in_two_offices(desk, sent).path, sent)
    shared = next(p for p, n in _sizes(who(first)).items() if n == 2)
    before = _rows(desk)
    file, stranger = desk.folder / "w.uicw", desk.pairs["stranger"]
    nothing = Notice(file, desk.folder / "none.private", stranger.public)
    with pytest.raises(uic.KeyMaterialError):
        withdraw(register, person=shared, tell=nothing)
    withdraw(register, person=shared, tell=Notice(file, stranger, stranger.public))
    with pytest.raises(uic.FormatError) as told:
        _in_two_offices(desk, [], file)
    assert told.value.layer == "signer"
    assert _rows(desk) == before
    (desk.folder / "m.duckdb").unlink()
    with pytest.raises(uic.InputError, match="nothing to withdraw from"):
        _in_two_offices(desk, [], file)
