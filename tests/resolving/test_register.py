"""The register: stable ids, arrivals, withdrawal, decisions, a log that shows changes."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from register_helpers import (
    NOW,
    SCHEMA,
    Name,
    digest_of,
    groups,
    ids,
    part,
    receive,
    run,
    scored,
)

from uic.crypto.pairs import new_pair
from uic.engines.storing import Database, rewrite, transaction
from uic.envelope.safe import KeySafe
from uic.errors import FormatError, InputError, SchemaMismatchError
from uic.exchange import ResolverPart
from uic.matching.store import open_store
from uic.resolving.register.arrivals import add_export
from uic.resolving.register.audit import head, read_lines, verify
from uic.resolving.register.decisions import DECISIONS, keep_decisions
from uic.resolving.register.exports import current_exports, stored_exports
from uic.resolving.register.history import changes_of, history_of
from uic.resolving.register.reading import difference, events_of, links_of
from uic.resolving.register.rounds import find_round, finish_round, get_round, rounds_called
from uic.resolving.register.tables import open_register
from uic.resolving.register.withdrawing import withdraw_partner, withdraw_person

SURE, NO = 8.0, -8.0
PARTNERS = ("a", "b", "c")
Pairs = list[tuple[Name, Name, float]]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[dict[str, list[int]], Pairs]:
    """Three lists of handles and scores of some of their pairs."""
    lists = {
        partner: draw(st.lists(st.integers(1, 40), unique=True, min_size=1, max_size=6))
        for partner in PARTNERS
    }
    names = [(partner, handle) for partner, handles in lists.items() for handle in handles]
    chosen = draw(
        st.lists(
            st.tuples(st.sampled_from(names), st.sampled_from(names), st.sampled_from([SURE, NO])),
            max_size=12,
        )
    )
    pairs = {frozenset((a, b)): (a, b, odds) for a, b, odds in chosen if a != b}
    return lists, list(pairs.values())


def parts_of(lists: dict[str, list[int]]) -> list[ResolverPart]:
    return [part(partner, handles) for partner, handles in lists.items()]


def among(pairs: Pairs, partners: set[str]) -> Pairs:
    return [pair for pair in pairs if pair[0][0] in partners and pair[1][0] in partners]


@settings(max_examples=5)
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_rows_files_and_pairs_changes_nothing(
    world: tuple[dict[str, list[int]], Pairs], random: Random
) -> None:
    """The same lists in any order give the same persons under the same ids."""
    lists, pairs = world
    shuffled = {name: random.sample(handles, len(handles)) for name, handles in lists.items()}
    turned = [(b, a, odds) if random.random() < 0.5 else (a, b, odds) for a, b, odds in pairs]
    random.shuffle(turned)
    with open_register(None) as one, open_register(None) as other:
        first = run(one, "r", parts_of(lists), pairs)
        second = run(other, "r", random.sample(parts_of(shuffled), 3), turned)
        assert ids(one, first.number) == ids(other, second.number)


@settings(max_examples=5)
@given(worlds(), st.permutations(PARTNERS))
def test_two_rounds_find_the_persons_of_one(
    world: tuple[dict[str, list[int]], Pairs], order: list[str]
) -> None:
    """Partners who come one after the other end as partners who come at once."""
    lists, pairs = world
    with open_register(None) as slow, open_register(None) as fast:
        for number in (1, 2, 3):
            there = set(order[:number])
            run(
                slow,
                f"r{number}",
                [part(order[number - 1], lists[order[number - 1]])],
                among(pairs, there),
            )
        run(fast, "r", parts_of(lists), pairs)
        assert groups(ids(slow, 3)) == groups(ids(fast, 1))
        before, after = set(ids(slow, 2).values()), set(ids(slow, 3).values())
        told = {one for change in history_of(slow, 3) for one in (*change.before, *change.after)}
        assert {int(one[1:]) for one in before ^ after} <= told


@settings(max_examples=5)
@given(st.lists(worlds(), min_size=3, max_size=5), st.data())
def test_an_id_is_never_given_to_somebody_else(
    world_of: list[tuple[dict[str, list[int]], Pairs]], data: st.DataObject
) -> None:
    """Over rounds with changed lists, pairs and withdrawals every id keeps a record it had."""
    held: dict[str, set[Name]] = {}
    given_up: set[str] = set()
    with open_register(None) as database:
        for number, (lists, pairs) in enumerate(world_of):
            run(database, f"r{number}", parts_of(lists), pairs)
            last = len(rounds_called(database))
            now = ids(database, last)
            for person in set(now.values()):
                mine = {name for name, one in now.items() if one == person}
                assert person not in given_up
                assert person not in held or mine & held[person]
                held[person] = held.get(person, set()) | mine
            alive = set(now.values())
            for change in history_of(database, last):
                if change.kind == "merged":
                    gone = {f"P{one:06d}" for one in change.before} - alive
                    for one in gone:
                        heir = f"P{change.after[0]:06d}"
                        held[heir] |= held.get(one, set())
                    given_up |= gone
            if now and data.draw(st.booleans()):
                person = data.draw(st.sampled_from(sorted(set(now.values()))))
                with transaction(database):
                    withdraw_person(database, NOW, person=person)
                given_up.add(person)
            verify(database)


def test_a_round_is_recognised_by_its_inputs() -> None:
    """The same name and inputs are one round; other inputs are its next revision."""
    with open_register(None) as database:
        first = run(database, "2026Q3", [part("a", [1, 2])], [])
        assert find_round(database, "2026Q3", first.inputs) == first
        assert find_round(database, "2026Q3", first.inputs | {"threshold": 0.9}) is None
        second = run(database, "2026Q3", [part("b", [3])], [])
        assert (first.revision, second.revision) == (1, 2)
        assert get_round(database, "2026Q3") == second
        assert get_round(database, "2026Q3/1") == first
        with pytest.raises(InputError, match="rounds so far: 2026Q3"):
            get_round(database, "2026Q9")


def test_a_newer_export_takes_the_place_of_the_older() -> None:
    """Who is not on the newest list has left; a file sent again changes nothing."""
    first, second = part("a", [1, 2, 3]), part("a", [2, 3, 4])
    with open_register(None) as database:
        run(database, "r1", [first], [])
        run(database, "r2", [second], [])
        assert current_exports(database, "2026Q3") == {"a": digest_of(second)}
        kinds = [change.kind for change in history_of(database, 2)]
        assert sorted(kinds) == ["left", "new"]
        with transaction(database):
            again = [
                add_export(database, one, digest_of(one), file="f", signer="s", now=NOW).news
                for one in (first, second)
            ]
        assert again == ["outdated", "resent"]
        assert current_exports(database, "2026Q3") == {"a": digest_of(second)}
        with pytest.raises(InputError, match="outdated"):
            stored_exports(database, [digest_of(first)])


def test_who_comes_back_has_the_old_id() -> None:
    """A list that was cut short by mistake and sent again whole changes no id in the end."""
    with open_register(None) as database:
        run(database, "r1", [part("a", [1, 2, 3])], [])
        run(database, "r2", [part("a", [1])], [])
        run(database, "r3", [part("a", [3, 1, 2, 4])], [])
        first, third = ids(database, 1), ids(database, 3)
        assert {name: third[name] for name in first} == first
        kinds = sorted(change.kind for change in history_of(database, 3))
        assert kinds == ["new", "returned", "returned"]


def test_an_id_given_up_by_a_merger_stays_given_up() -> None:
    """A record of a merged person that was away comes back under the heir's id."""
    apart: Pairs = []
    joined: Pairs = [(("a", 1), ("a", 3), SURE)]
    with open_register(None) as database:
        pair_of_two: Pairs = [(("a", 3), ("a", 4), SURE)]
        run(database, "r1", [part("a", [1, 2, 3, 4])], [(("a", 1), ("a", 2), SURE), *pair_of_two])
        run(database, "r2", [part("a", [1, 2, 3])], [(("a", 1), ("a", 2), SURE), *joined])
        before, now = ids(database, 1), ids(database, 2)
        assert before["a", 3] not in now.values()
        run(database, "r3", [part("a", [1, 2, 3, 4, 5])], apart)
        assert before["a", 3] not in ids(database, 3).values()


def test_ids_are_carried_into_the_next_epoch() -> None:
    """A record with its handle of the old epoch keeps its person, decisions and withdrawal."""
    old = part("a", [1, 2, 3])
    new = part("a", [11, 12, 13], epoch="2026Q4", previous=[1, 2, 3])
    with open_register(None) as database:
        run(database, "r1", [old], [])
        keep(database, (("a", 1), ("a", 3), True))
        before = ids(database, 1)
        with transaction(database):
            withdraw_person(database, NOW, person=before["a", 2])
        run(database, "r2", [new], [], epoch="2026Q4")
        after = ids(database, 2)
        assert set(after) == {("a", 11), ("a", 13)}
        assert after["a", 11] == after["a", 13] in {before["a", 1], before["a", 3]}


def keep(database: Database, *decided: tuple[Name, Name, bool]) -> None:
    """Keep decisions."""
    rows = [
        dict(zip(DECISIONS.names, (a[0], a[1], -a[1], b[0], b[1], -b[1], same), strict=True))
        for a, b, same in decided
    ]
    with transaction(database):
        keep_decisions(database, pa.Table.from_pylist(rows, schema=DECISIONS), "a", NOW)


def test_decisions_bind_and_the_later_one_holds() -> None:
    """What people decided about two records outweighs their score, from the next round on."""
    a, b = part("a", [1, 2]), part("b", [3, 4])
    pairs: Pairs = [(("a", 1), ("b", 3), SURE)]
    with open_register(None) as database:
        run(database, "r1", [a, b], pairs)
        keep(database, (("b", 3), ("a", 1), False), (("a", 2), ("b", 4), True))
        run(database, "r2", [], pairs)
        assert groups(ids(database, 2)) == {
            frozenset({("a", 1)}),
            frozenset({("b", 3)}),
            frozenset({("a", 2), ("b", 4)}),
        }
        keep(database, (("a", 1), ("b", 3), True))
        run(database, "r3", [], pairs)
        assert frozenset({("a", 1), ("b", 3)}) in groups(ids(database, 3))
        assert len(database.execute("SELECT * FROM decisions").fetchall()) == 2


def test_a_withdrawn_person_is_gone_from_every_round_and_stays_gone() -> None:
    """Rows, pairs, events and earlier rounds lose the person; a new export cannot bring it back."""
    pairs: Pairs = [(("a", 1), ("b", 3), SURE)]
    with open_register(None) as database:
        found = run(database, "r1", [part("a", [1, 2]), part("b", [3, 4])], pairs)
        person = ids(database, 1)["a", 1]
        with transaction(database):
            done = withdraw_person(database, NOW, handle=f"{3:016x}{(1 << 64) - 3:016x}")
        assert (done.records, done.persons, len(done.rows)) == (2, 1, 2)
        for table in ("persons", "members", "records"):
            rows = database.execute(f"SELECT handle_hi FROM {table} ORDER BY 1").fetchall()
            assert rows == [(2,), (4,)], table
        assert database.execute("SELECT COUNT(*) FROM pairs").fetchall() == [(0,)]
        assert len(events_of(database, found)) == 2
        other: Pairs = [(("a", 2), ("b", 4), SURE), *pairs]
        run(database, "r2", [], other)
        assert groups(ids(database, 2)) == {frozenset({("a", 2), ("b", 4)})}
        run(database, "r3", [part("a", [1, 2, 5]), part("b", [3, 4])], pairs)
        assert set(ids(database, 3)) == {("a", 2), ("a", 5), ("b", 4)}
        assert person not in ids(database, 3).values()
        (withdrawn,) = [change for change in history_of(database) if change.kind == "withdrawn"]
        assert withdrawn.before == (int(person[1:]),)
        assert verify(database).rounds == 3


def test_only_one_partners_records_may_be_withdrawn() -> None:
    """The person stays with the records of the others."""
    pairs: Pairs = [(("a", 1), ("b", 3), SURE)]
    with open_register(None) as database:
        run(database, "r1", [part("a", [1]), part("b", [3])], pairs)
        person = ids(database, 1)["a", 1]
        with transaction(database):
            done = withdraw_person(database, NOW, person=person, partner="a")
        assert (done.records, done.persons) == (1, 0)
        run(database, "r2", [], [])
        assert ids(database, 2) == {("b", 3): person}
        with pytest.raises(InputError, match="no such person"), transaction(database):
            withdraw_person(database, NOW, person=person, partner="a")


def test_a_partner_who_withdraws_takes_its_list_along() -> None:
    """Nothing of the partner stays but the digest of its files; a new export is a new start."""
    old = part("a", [1, 2])
    with open_register(None) as database:
        run(database, "r1", [old, part("b", [3])], [])
        with transaction(database):
            assert withdraw_partner(database, "a", NOW).records == 2
        receive(database, [old])
        assert list(current_exports(database, "2026Q3")) == ["b"]
        run(database, "r2", [], [])
        assert set(ids(database, 2)) == {("b", 3)}
        run(database, "r3", [part("a", [1, 2, 9])], [])
        fresh = {person for name, person in ids(database, 3).items() if name[0] == "a"}
        assert not fresh & set(ids(database, 1).values()) | fresh & {ids(database, 2)["b", 3]}
        verify(database)


def test_the_log_tells_counts_and_never_who() -> None:
    """No handle, no row id and no person id stands in the log."""
    with open_register(None) as database:
        run(database, "r1", [part("a", [123456789, 987654321])], [])
        with transaction(database):
            withdraw_person(database, NOW, person="P000001")
        text = "".join(row[0] for row in database.execute("SELECT line FROM audit").fetchall())
        for handle in (123456789, 987654321):
            for secret in (str(handle), f"{handle:x}", str(-handle)):
                assert secret not in text
        assert "P000001" not in text
        assert [line["action"] for line in read_lines(database)] == [
            "export",
            "round",
            "withdrawal",
        ]


TAMPERINGS = {
    "a changed line": "UPDATE audit SET line = replace(line, '\"records\":2', '\"records\":3')",
    "a missing line": "DELETE FROM audit WHERE number = 2",
    "a swapped line": "UPDATE audit SET number = CASE number WHEN 1 THEN 2 WHEN 2 THEN 1 END",
    "a moved record": "UPDATE persons SET person = 1",
    "a lost record": "DELETE FROM persons WHERE handle_hi = 1",
    "a changed event": "UPDATE history SET kind = 'split'",
    "a missing round": "DELETE FROM rounds",
}


@pytest.mark.parametrize("case", TAMPERINGS)
def test_tampering_is_seen(case: str) -> None:
    """Whoever writes into the register afterwards breaks the chain or its digests."""
    with open_register(None) as database:
        run(database, "r1", [part("a", [1, 2])], [])
        verify(database)
        database.execute(TAMPERINGS[case])
        with pytest.raises(FormatError):
            verify(database)


def test_a_log_that_was_cut_off_shows_against_a_noted_hash() -> None:
    """The last line can be taken away unseen, but not from who noted its hash."""
    with open_register(None) as database:
        run(database, "r1", [part("a", [1])], [])
        receive(database, [part("b", [2])])
        noted = head(database)
        assert verify(database, noted).head == noted
        database.execute("DELETE FROM audit WHERE number = 3")
        verify(database)
        with pytest.raises(FormatError, match="no line"):
            verify(database, noted)


def test_events_are_shown_as_they_are_kept() -> None:
    """The table of events says in text what the history holds in numbers."""
    a = part("a", [1, 2, 3])
    with open_register(None) as database:
        run(database, "r1", [a], [])
        run(database, "r2", [part("a", [1, 2, 4])], [(("a", 1), ("a", 2), SURE)])
        for number in (1, 2):
            rows = changes_of(database, number).to_pylist()
            told = [
                (row["event"], tuple(row["before"].split()), tuple(row["after"].split()))
                for row in rows
            ]
            assert told == [
                (
                    change.kind,
                    tuple(f"P{n:06d}" for n in change.before),
                    tuple(f"P{n:06d}" for n in change.after),
                )
                for change in history_of(database, number)
            ]
        assert [row["event"] for row in rows] == ["merged", "left", "new"]


def test_the_difference_of_two_rounds_is_told_in_pairs() -> None:
    """Pairs that became, ceased to be, or still are one person."""
    a, b = part("a", [1, 2]), part("b", [3, 4])
    with open_register(None) as database:
        run(database, "r1", [a, b], [(("a", 1), ("b", 3), SURE)])
        run(database, "r2", [], [(("a", 1), ("b", 3), SURE), (("a", 2), ("b", 4), SURE)])
        run(database, "r3", [], [(("a", 1), ("b", 3), NO), (("a", 2), ("b", 4), SURE)])
        told = vars(difference(database, 1, 2)), vars(difference(database, 2, 3))
        assert told == ({"gained": 1, "lost": 0, "kept": 1}, {"gained": 0, "lost": 1, "kept": 1})
        assert len(links_of(database, 3, 0.5)) == 1


def test_a_failing_round_leaves_no_trace(tmp_path: Path) -> None:
    """An error in the middle of a round leaves exports, rounds and log as they were."""
    path = tmp_path / "r.duckdb"
    with open_register(path) as database:
        run(database, "r1", [part("a", [1, 2])], [])
        before = head(database), ids(database, 1)
    torn = replace(part("b", [3]), chance=pa.table({"pass": ["p"]}))
    with open_register(path) as database, pytest.raises(duckdb.Error), transaction(database):
        add_export(database, torn, "d", file="f", signer="s", now=NOW)
    with open_register(path) as database:
        assert (head(database), ids(database, 1)) == before
        assert list(current_exports(database, "2026Q3")) == ["a"]


def test_a_register_written_anew_is_the_same_register(tmp_path: Path) -> None:
    """Writing the file anew loses nothing, and only its owner may read it."""
    path = tmp_path / "it's mine.duckdb"
    with open_register(path) as database:
        run(database, "r1", [part("a", [1, 2])], [])
        before = verify(database), ids(database, 1), rounds_called(database)
    rewrite(path)
    assert path.stat().st_mode & 0o077 == 0
    with open_register(path) as database:
        assert (verify(database), ids(database, 1), rounds_called(database)) == before
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_what_was_withdrawn_is_not_left_in_the_file(tmp_path: Path) -> None:
    """A text that only the withdrawn person's contact had is in the file before, not after."""
    path = tmp_path / "r.duckdb"
    a = part("a", [1, 2])
    places = pa.array(["somewhere else", "Zqxmarkedsite at the river"])
    at = a.events.column_names.index("site")
    marked = replace(a, events=a.events.set_column(at, "site", places))
    with open_register(path) as database:
        run(database, "r1", [marked], [])
        person = ids(database, 1)["a", 2]
    assert b"Zqxmarkedsite" in path.read_bytes()
    with open_register(path) as database, transaction(database):
        withdraw_person(database, NOW, person=person)
    rewrite(path)
    assert b"Zqxmarkedsite" not in path.read_bytes()
    assert b"somewhere else" in path.read_bytes()


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_the_log_of_a_write_is_private_too(tmp_path: Path) -> None:
    """Register and write-ahead log are readable by their owner only, from the first byte."""
    path = tmp_path / "r.duckdb"
    with open_register(path) as database:
        run(database, "r1", [part("a", [1, 2])], [])
        files = list(tmp_path.iterdir())
        assert {one.name for one in files} >= {"r.duckdb", "r.duckdb.wal"}
        assert all(one.stat().st_mode & 0o077 == 0 for one in files)


HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(flush=True); sys.stdin.read()"


def test_two_runs_do_not_write_into_one_register(tmp_path: Path) -> None:
    """A register that another run has open is refused, and the message says to wait."""
    path = tmp_path / "r.duckdb"
    with open_register(path):
        pass
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(InputError, match="another run") as told, open_register(path):
            pass
        assert str(tmp_path) not in str(told.value)
        other.stdin.close()
    with open_register(path):
        pass


def test_another_file_is_no_register(tmp_path: Path) -> None:
    """What is no database, or another one, is refused by its name and without its path."""
    other = tmp_path / "other.duckdb"
    other.write_bytes(b"nothing of ours" * 100)
    with pytest.raises(FormatError, match=r"other\.duckdb") as told, open_register(other):
        pass
    assert str(tmp_path) not in str(told.value)
    with open_store(tmp_path / "s.duckdb", KeySafe.of(new_pair("matcher"))):
        pass
    with pytest.raises(FormatError, match="no uic-register"), open_register(tmp_path / "s.duckdb"):
        pass


WRONG = {
    "another project": (part("b", [1], project="elsewhere"), SchemaMismatchError),
    "the same handle twice": (part("b", [1, 1]), FormatError),
}


@pytest.mark.parametrize("case", WRONG)
def test_exports_that_do_not_fit_are_refused(case: str) -> None:
    """A part of another project or with broken tables changes nothing."""
    wrong, error = WRONG[case]
    with open_register(None) as database:
        receive(database, [part("a", [1])])
        with pytest.raises(error):
            receive(database, [wrong])
        assert list(current_exports(database, "2026Q3")) == ["a"]


def test_pairs_of_unknown_exports_are_refused() -> None:
    """The resolver says which files it needs, before anything is resolved."""
    with open_register(None) as database, pytest.raises(InputError, match="not in the register"):
        finish_round(
            database,
            scored(["ab" * 32], []),
            SCHEMA,
            name="r",
            inputs={"exports": []},
            facts=lambda _: {},
            now=NOW,
        )
