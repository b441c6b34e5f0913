"""Rounds over real sealed files: one office or two, late and wrong files, nobody given away."""

from __future__ import annotations

import json
import random
import traceback
from pathlib import Path

import duckdb
import pytest
from rounds_helpers import FAMILY, NEXT, Office, matched, office, people, resolved, who

import uic
from uic.engines.storing import Database
from uic.envelope.exports import read_matcher
from uic.envelope.safe import KeySafe
from uic.matching.store import current_exports, open_store, stored_exports
from uic.pipeline.rounds import show, verify, withdraw, write_round
from uic.resolving.register.tables import TABLES, open_register

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


def test_two_offices_find_what_one_finds(desk: Office, sent: list[Path]) -> None:
    """Match and resolve over a sealed file of pairs give the persons and ids of link."""
    linked = desk.link(sent)
    pairs = matched(desk, sent)
    done = resolved(desk, pairs, sent)
    assert who(done) == who(linked)
    assert len(set(who(done).values())) == 60
    assert done.result.histories.equals(linked.result.histories)
    assert uic.inspect(pairs).header["exports"] == sorted(
        item["sha256"] for item in linked.result.run["inputs"]
    )


def test_two_offices_recognise_a_round_that_was_matched_again(
    desk: Office, sent: list[Path]
) -> None:
    """Pairs sealed anew are the same pairs; each office needs only the files it does not have."""
    first = resolved(desk, matched(desk, sent), sent)
    again = resolved(desk, matched(desk, [], "again"), [])
    assert (first.recognised, again.recognised) == (False, True)
    assert who(first) == who(again)


def test_results_have_the_shape_of_dedupe(desk: Office, sent: list[Path]) -> None:
    """The same files, with handles for record ids, and the changes."""
    done = desk.link(sent)
    names = {path.name for path in write_round(done, desk.folder / "out")}
    assert names == {
        "changes.csv",
        "counts.csv",
        "histories.csv",
        "pairs.parquet",
        "persons.parquet",
        "rejects.csv",
        "report.html",
        "run.json",
    }
    run = json.loads((desk.folder / "out" / "run.json").read_text())
    assert run["changes"] == {"new": 60}
    assert (run["records"], run["persons"], run["round"], run["revision"]) == (80, 60, "r1", 1)
    assert done.result.counts.to_pylist()[-1]["individuals"] == 60


def test_the_same_again_is_recognised(desk: Office, sent: list[Path]) -> None:
    """The same files, a part of them, or none at all: one round, nothing new in the log."""
    first = desk.link(sent)
    lines = verify(desk.register).lines
    for files in (sent, sent[::-1], sent[:1], []):
        again = desk.link(files)
        assert again.recognised
        assert who(again) == who(first)
    assert verify(desk.register).lines == lines
    assert not desk.link([], threshold=0.9).recognised
    assert show(desk.register, "r1").round.revision == 2


def test_the_order_of_a_partners_rows_changes_nothing(desk: Office, sent: list[Path]) -> None:
    """A list in another order, with other random numbers in it, keeps every id."""
    first = desk.link(sent)
    shuffled = [
        desk.send(name, random.Random(5).sample(rows, len(rows)), name=f"{name}-again")
        for name, rows in (("b", B), ("a", A))
    ]
    second = desk.link(shuffled)
    assert [item.news for item in second.arrivals] == ["newer", "newer"]
    assert who(second) == who(first)
    assert len(second.changes) == 0
    fresh = desk.link(shuffled, register=desk.folder / "other.duckdb")
    assert who(fresh) == who(first)


def test_partners_who_come_one_by_one_end_as_those_who_come_at_once(
    desk: Office, sent: list[Path]
) -> None:
    """A late partner changes nothing but what it brings."""
    alone = desk.link(sent[:1], "r1")
    both = desk.link(sent[1:], "r2")
    at_once = desk.link(sent, "r1", register=desk.folder / "other.duckdb")
    kept = who(both)
    assert {record: kept[record] for record in who(alone)} == who(alone)
    assert pairs_of(kept) == pairs_of(who(at_once))
    assert set(both.changes["event"].to_pylist()) == {"new"}


def pairs_of(found: dict[tuple[str, str], str]) -> set[frozenset[tuple[str, str]]]:
    together: dict[str, set[tuple[str, str]]] = {}
    for record, person in found.items():
        together.setdefault(person, set()).add(record)
    return {frozenset(one) for one in together.values()}


def test_ids_go_over_into_the_next_epoch(desk: Office, sent: list[Path]) -> None:
    """One run with both keys carries every person over; the old file is never needed again."""
    from rounds_helpers import KEY

    first = desk.link(sent)
    again = [
        desk.send(name, rows, name=f"{name}-next", key=NEXT, previous=KEY)
        for name, rows in (("a", A), ("b", B))
    ]
    second = desk.link(again, "r2")
    assert len(second.changes) == 0
    assert sorted(set(who(second).values())) == sorted(set(who(first).values()))
    assert not who(first).keys() & who(second).keys()


def test_saved_parameters_give_the_same_scores(desk: Office, sent: list[Path]) -> None:
    """A round under the parameters of another differs in nothing but what was asked for."""
    first = desk.link(sent, "r1")
    second = desk.link([], "r2", parameters="r1")
    assert second.round.inputs["parameters"] == "r1/1"
    assert second.result.pairs.equals(first.result.pairs)
    assert second.round.parameters["weights"] == first.round.parameters["weights"]
    with pytest.raises(uic.InputError, match="no round 'r9'"):
        desk.link([], "r3", parameters="r9")


def test_a_person_and_a_partner_withdraw(desk: Office, sent: list[Path]) -> None:
    """The next round counts without them; register and store have lost their rows."""
    first = desk.link(sent)
    store = desk.folder / "r-2026Q3.store.duckdb"
    shared = next(p for p, n in _sizes(who(first)).items() if n == 2)
    before, key = _rows(desk), desk.pairs["matcher"]
    assert withdraw(desk.register, person=shared, store=store, matcher_key=key).records == 2
    assert _rows(desk) < before
    second = desk.link([], "r2")
    assert set(who(second).values()) == set(who(first).values()) - {shared}
    newer = desk.send("a", A, name="a-newer")
    once = _rows(desk)
    assert set(who(desk.link([newer], "r2")).values()) == set(who(second).values())
    assert _rows(desk) == once
    with pytest.raises(uic.InputError, match="no such person"):
        withdraw(desk.register, person=shared)
    withdraw(desk.register, partner="b", store=store)
    with open_store(store, KeySafe.of(key)) as opened:
        assert list(current_exports(opened)) == ["a"]
    third = desk.link([], "r3")
    assert {partner for partner, _ in who(third)} == {"a"}
    assert [item.news for item in desk.link(sent, "r4").arrivals] == ["outdated", "withdrawn"]
    verify(desk.register)


def _sizes(found: dict[tuple[str, str], str]) -> dict[str, int]:
    persons = list(found.values())
    return {person: persons.count(person) for person in sorted(set(persons))}


def _rows(desk: Office) -> int:
    with open_store(desk.folder / "r-2026Q3.store.duckdb", _safe(desk)) as store:
        parts = stored_exports(store, list(current_exports(store).values()))
        return sum(len(part.pass_rows[name]) for part in parts for name in part.pass_rows)


def _safe(desk: Office) -> KeySafe:
    return KeySafe.of(desk.pairs["matcher"])


def test_without_the_matchers_key_a_withdrawal_waits(desk: Office, sent: list[Path]) -> None:
    """The rows are noted, unseen, and are gone with the next opening; a wrong key stops it all."""
    first = desk.link(sent)
    store = desk.folder / "r-2026Q3.store.duckdb"
    shared = next(p for p, n in _sizes(who(first)).items() if n == 2)
    stranger = desk.pairs["stranger"]
    with pytest.raises(uic.KeyMaterialError, match="another key pair"):
        withdraw(desk.register, person=shared, store=store, matcher_key=stranger)
    before = _rows(desk)
    assert withdraw(desk.register, person=shared, store=store).records == 2
    with open_store(store, KeySafe(desk.pairs["matcher"].public)) as closed:
        assert closed.database.execute("SELECT COUNT(*) FROM withdrawals").fetchall() == [(1,)]
    assert _rows(desk) < before
    with open_store(store, _safe(desk)) as opened:
        assert opened.database.execute("SELECT COUNT(*) FROM withdrawals").fetchall() == [(0,)]


def test_every_wrong_file_is_named_at_once(desk: Office, sent: list[Path]) -> None:
    """Unknown senders, two files of one partner and files of two epochs stop the run together."""
    (desk.partners / "b.public").unlink()
    other = desk.send("a", A, name="a-next", key=NEXT)
    with pytest.raises(uic.InputError) as told:
        desk.link([*sent, other])
    text = str(told.value)
    assert "b.uicx: there is no public key of this partner" in text
    assert "a.uicx: there are two files of this partner" in text
    assert "different epochs" in text
    assert not desk.register.exists()


def test_nobody_can_send_a_list_in_anothers_name(desk: Office, sent: list[Path]) -> None:
    """An export of a that b signed is refused, and the register keeps what it had."""
    desk.link(sent)
    forged = desk.send("a", A[:5], name="forged", signer="b")
    with pytest.raises(uic.FormatError, match=r"forged\.uicx") as told:
        desk.link([forged], "r2")
    assert told.value.layer == "signer"
    assert show(desk.register, "r1").round.facts["records"] == 80
    assert [len(desk.link([]).arrivals), verify(desk.register).rounds] == [0, 1]


def test_files_under_another_schema_are_refused(desk: Office, sent: list[Path]) -> None:
    """Everybody uses one schema; the message says what to compare."""
    schema = uic.default_schema()
    other = schema.model_copy(update={"attributes": {"tribe": "code"}})
    with pytest.raises(uic.InputError, match="another linkage schema"):
        desk.link(sent, schema=other)


def test_pairs_of_other_exports_are_refused(desk: Office, sent: list[Path]) -> None:
    """The resolver needs the very files that were matched."""
    pairs, stranger = matched(desk, sent), desk.pairs["stranger"]
    with pytest.raises(uic.InputError, match="not in the register"):
        resolved(desk, pairs, sent[:1])
    with pytest.raises(uic.FormatError) as told:
        resolved(desk, pairs, sent, matcher=stranger.public)
    assert told.value.layer == "signer"
    with pytest.raises(uic.FormatError) as opened:
        resolved(desk, pairs, sent, key=stranger)
    assert opened.value.layer == "recipient"


def test_what_is_not_there_is_named(desk: Office, sent: list[Path]) -> None:
    """A register, an epoch or a hash that a hand mistyped: what is missing, and what there is."""
    with pytest.raises(uic.InputError, match=r"r\.duckdb: there is no register yet"):
        desk.link([])
    assert not desk.register.exists()
    desk.link(sent)
    with pytest.raises(uic.InputError, match="no export of the epoch '2031Q1'"):
        desk.link([], epoch="2031Q1")
    with pytest.raises(uic.InputError, match="64 hexadecimal digits"):
        verify(desk.register, "abc")
    with pytest.raises(uic.InputError, match="partners so far: a, b"):
        withdraw(desk.register, partner="c")


def test_one_key_for_both_halves_is_refused(desk: Office, sent: list[Path]) -> None:
    """One pair that opens both parts would undo the separation."""
    with pytest.raises(uic.KeyMaterialError, match="two pairs"):
        desk.link(sent, matcher_key=desk.pairs["resolver"])


def _everything(database: Database, tables: list[str]) -> str:
    return "".join(str(database.execute(f'SELECT * FROM "{name}"').fetchall()) for name in tables)


def test_the_register_holds_no_name_no_code_and_no_token(desk: Office, sent: list[Path]) -> None:
    """Every value of every table is searched for names, dates, record ids and tokens."""
    done = desk.link(sent)
    names = [text.split()[2] for text in TABLES]
    with open_register(desk.register) as database:
        text = _everything(database, names)
        audit = _everything(database, ["audit"])
    part = read_matcher(sent[0], key=desk.pairs["matcher"], signer=desk.pairs["a"].public)
    tokens = {str(one) for rows in part.pass_rows.values() for one in rows["token_hi"].to_pylist()}
    signed = {
        str(one) for one in part.pass_rows["birth-date"]["family_name"].drop_null().to_pylist()
    }
    for secret in (*FAMILY, *(row["birth_date"] for row in ROWS), "zqx", *tokens, *signed):
        assert secret not in text
    handles = {handle for _, handle in who(done)}
    persons = set(who(done).values())
    assert not any(secret in audit for secret in handles | persons)
    with open_store(desk.folder / "r-2026Q3.store.duckdb", _safe(desk)) as store:
        kept = _everything(store.database, ["exports", "passes", "parameters"])
        (part, _) = stored_exports(store, list(current_exports(store).values()))
        opened = str([rows.to_pydict() for rows in part.pass_rows.values()])
    for secret in (*FAMILY, "zqx", *(str(int(one[:16], 16)) for one in handles)):
        assert secret not in kept
        assert secret not in opened


def test_the_store_on_the_disk_shows_no_token_and_no_signature(
    desk: Office, sent: list[Path]
) -> None:
    """Every token word is searched in the bytes of the file, as it would lie there unsealed."""
    desk.link(sent)
    path = desk.folder / "r-2026Q3.store.duckdb"
    with open_store(path, _safe(desk)) as store:
        (part, _) = stored_exports(store, list(current_exports(store).values()))
        rows = part.pass_rows["birth-date"]
        words = [
            word
            for name in ("token_hi", "token_lo", "family_name", "row_id")
            for word in rows[name].drop_null().to_pylist()
        ]
    data = path.read_bytes()
    assert len(words) > 100
    assert not any(word.to_bytes(8, "little", signed=True) in data for word in words)
    bare = desk.folder / "bare.duckdb"
    with duckdb.connect(bare) as database:
        database.register("rows", rows)
        database.execute("CREATE TABLE bare AS SELECT * FROM rows")
    data = bare.read_bytes()
    assert any(word.to_bytes(8, "little", signed=True) in data for word in words)


def test_no_failing_path_tells_of_people(desk: Office, sent: list[Path]) -> None:
    """Errors, with all that hangs on them, name files, rules and rounds only."""
    desk.link(sent)
    forged = desk.send("a", A[:5], name="forged", signer="b")
    cut = desk.folder / "cut.uicx"
    cut.write_bytes(sent[0].read_bytes()[:-100])
    told = ""
    for action in (
        lambda: desk.link([forged]),
        lambda: desk.link([cut]),
        lambda: desk.link([desk.folder / "none.uicx"]),
        lambda: desk.link([], "r", parameters="zzz"),
        lambda: withdraw(desk.register, person="P999999"),
        lambda: withdraw(desk.register, handle="ab" * 16),
        lambda: withdraw(desk.folder / "none.duckdb", partner="a"),
        lambda: show(desk.register, "r9"),
        lambda: verify(desk.register, "ab" * 32),
    ):
        with pytest.raises(uic.UicError) as caught:
            action()
        told += "".join(traceback.format_exception(caught.value)[-1:]) + repr(vars(caught.value))
    for secret in (*FAMILY, "zqx", str(desk.folder), *(row["birth_date"] for row in ROWS)):
        assert secret not in told
