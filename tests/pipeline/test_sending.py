"""From a round back to the partners, and from their answers to the next round."""

from __future__ import annotations

import shutil
from contextlib import nullcontext
from pathlib import Path

import pyarrow as pa
import pytest
from rounds_helpers import FAMILY, KEY, Office, Person, office, people, who

from uic.engines.storing import fetched
from uic.envelope.returns import read_return
from uic.envelope.reviews import read_questions
from uic.errors import FormatError, InputError, KeyMaterialError, UicWarning
from uic.partner.receiving import ELSEWHERE, answer, receive
from uic.pipeline.explaining import explain, read_round
from uic.pipeline.rounds import Finished, verify, withdraw
from uic.pipeline.rounds.sending import Sent, decide, send
from uic.resolving.register.tables import open_register
from uic.sheets import write_sheet


def lists() -> dict[str, list[Person]]:
    """Two lists that share people, with doubtful records inside each list and between them."""
    known = people(60)
    a = [dict(person) for person in known[:45]]
    b = [dict(person) | {"record_id": f"zqb{n:04d}"} for n, person in enumerate(known[30:])]
    for n, person in enumerate(known[:12]):  # another given name, another day
        year, month, _ = person["birth_date"].split("-")
        twin = {"given_name": person["given_name"] + "r", "birth_date": f"{year}-{month}-09"}
        if n % 2:
            twin["family_name"] = FAMILY[n % 12]
        a.append(person | twin | {"record_id": f"zqa{n:04d}"})
        b.append(person | twin | {"record_id": f"zqc{n:04d}", "birth_date": f"{year}-01-20"})
    for n, person in enumerate(known[30:36]):  # twice on each list, with one letter more
        twice = person | {"given_name": person["given_name"] + "h"}
        a.append(twice | {"record_id": f"zqa1{n:03d}"})
        b.append(twice | {"record_id": f"zqc1{n:03d}"})
    return {"a": a, "b": b}


def linked(work: Office, name: str = "r1") -> Finished:
    return work.link([work.folder / "a.uicx", work.folder / "b.uicx"], name)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A finished round of two partners."""
    made = office(tmp_path_factory.mktemp("unit"))
    for name, rows in lists().items():
        made.send(name, rows)
    linked(made)
    return made


@pytest.fixture
def work(finished: Office, tmp_path: Path) -> Office:
    """A copy of it, for one test to write into."""
    shutil.copytree(finished.folder, tmp_path / "unit")
    return Office(tmp_path / "unit", finished.pairs)


@pytest.fixture
def sent(work: Office) -> Sent:
    """What was written for the partners, with questions across."""
    return to_partners(work, across=True)


def to_partners(work: Office, *, across: bool, out: str = "returns") -> Sent:
    told = pytest.warns(UicWarning, match="with two partners") if across else nullcontext()
    with told:
        return send(
            work.register, "r1", key=work.pairs["resolver"], partners=work.partners,
            out=work.folder / out, across=across, lower=0, upper=1,
        )  # fmt: skip


def own(name: str) -> dict[str, pa.Table]:
    return {name: pa.Table.from_pylist(lists()[name])}


def received(work: Office, path: Path, name: str) -> pa.Table:
    mine = {"key": work.pairs[name], "signer": work.pairs["resolver"].public, "epoch_key": KEY}
    return receive(path, own(name), **mine)


def test_each_partner_gets_its_own_records_and_nothing_else(work: Office, sent: Sent) -> None:
    """Every record of its list with the person of the round; the other's file stays closed."""
    done = who(linked(work))
    for name, path in zip("ab", sent.returns, strict=True):
        table = received(work, path, name)
        assert table["record_id"].to_pylist() == [p["record_id"] for p in lists()[name]]
        found = set(table["person_id"].to_pylist())
        assert found == {person for (partner, _), person in done.items() if partner == name}
        other = work.pairs["b" if name == "a" else "a"]
        with pytest.raises(FormatError) as caught:
            read_return(path, key=other, signer=work.pairs["resolver"].public)
        assert caught.value.layer == "recipient"


def test_questions_are_about_own_records(work: Office, sent: Sent) -> None:
    """No handle of the other partner is in a review; without consent no pair between them."""
    assert len(sent.reviews) == 2
    with open_register(work.register) as database:
        held = fetched(database, "SELECT partner, handle_hi, handle_lo FROM records"
                       " JOIN exports ON number = export").to_pylist()  # fmt: skip
    signer = work.pairs["resolver"].public
    for name, path in zip("ab", sent.reviews, strict=True):
        mine = {(r["handle_hi"], r["handle_lo"]) for r in held if r["partner"] == name}
        pairs = read_questions(path, key=work.pairs[name], signer=signer).pairs.to_pylist()
        assert {(r["handle_hi"], r["handle_lo"]) for r in pairs} <= mine
        assert {(r["other_hi"], r["other_lo"]) for r in pairs} - {(None, None)} <= mine
        assert {row["other_hi"] is None for row in pairs} == {True, False}
    within = to_partners(work, across=False, out="within")
    assert 0 < within.questions < sent.questions
    for name, path in zip("ab", within.reviews, strict=True):
        assert (
            not read_questions(path, key=work.pairs[name], signer=signer)
            .pairs["other_hi"]
            .null_count
        )


def answered(work: Office, path: Path, name: str, say: dict[bool, str]) -> Path:
    """Answer all questions: inside the own list, and between partners."""
    table = received(work, path, name)
    said = [say[other == ELSEWHERE] for other in table["other_record_id"].to_pylist()]
    sheet, out = work.folder / f"{name}.xlsx", work.folder / f"{name}.uica"
    place = table.column_names.index("same_person")
    write_sheet(table.set_column(place, "same_person", pa.array(said)), sheet)
    answer(sheet, path, out, key=work.pairs[name], resolver=work.pairs["resolver"].public)
    return out


def test_answers_bind_the_next_round_and_nothing_of_it_leaks(
    work: Office, capfd: pytest.CaptureFixture[str]
) -> None:
    """Pairs inside lists are parted, pairs between partners joined where both say so."""
    asked = to_partners(work, across=True, out="again")
    say = {False: "no", True: "yes"}
    answers = [answered(work, p, n, say) for n, p in zip("ab", asked.reviews, strict=True)]
    decide_ = {"key": work.pairs["resolver"], "partners": work.partners}
    number = decide(work.register, answers, **decide_)
    assert 0 < number < asked.questions  # a pair between partners is two questions
    done = linked(work)
    assert done.round.revision == 2
    persons = who(done)
    with open_register(work.register) as database:
        rows = fetched(
            database,
            "SELECT partner_a, printf('%016x%016x', handle_a_hi, handle_a_lo) AS a, partner_b,"
            " printf('%016x%016x', handle_b_hi, handle_b_lo) AS b, same FROM decisions",
        ).to_pylist()
    inside = [r for r in rows if r["partner_a"] == r["partner_b"]]
    assert inside
    assert not any(persons[r["partner_a"], r["a"]] == persons[r["partner_b"], r["b"]]
                   for r in inside)  # fmt: skip
    across = [r for r in rows if r["partner_a"] != r["partner_b"]]
    assert across
    assert all(r["same"] for r in across)
    verify(work.register)
    shown = capfd.readouterr()
    files = b"".join(p.read_bytes() for p in (*asked.returns, *asked.reviews, *answers))
    text = shown.out + shown.err + files.decode("latin-1")
    assert not [word for word in ("zqx", "zqa", "zqb", "zqc") if word in text]


def test_one_side_alone_decides_nothing_between_partners(work: Office) -> None:
    """Given alone, or with another answer, such a pair stays open."""
    asked = to_partners(work, across=True, out="third")
    known = {"key": work.pairs["resolver"], "partners": work.partners}
    one = answered(work, asked.reviews[0], "a", {False: "unknown", True: "yes"})
    other = answered(work, asked.reviews[1], "b", {False: "unknown", True: "no"})
    assert decide(work.register, [one], **known) == 0
    assert decide(work.register, [one, other], **known) == 0


def test_answers_of_nobody_are_refused(work: Office, sent: Sent) -> None:
    """Another signer, another sort of file, no file, an unknown partner."""
    known = {"key": work.pairs["resolver"], "partners": work.partners}
    path = answered(work, sent.reviews[0], "a", {False: "no", True: "no"})
    (work.folder / "other").mkdir()
    (work.folder / "other" / "a.public").write_bytes((work.partners / "b.public").read_bytes())
    with pytest.raises(FormatError) as caught:
        decide(work.register, [path], key=known["key"], partners=work.folder / "other")
    assert caught.value.layer == "signer"
    with pytest.raises(FormatError, match=r"return-a-r1\.uicr: .* holds a partner's person ids"):
        decide(work.register, [sent.returns[0]], **known)
    plain = work.folder / "plain.csv"
    plain.write_text("question,same_person\n", encoding="utf-8")
    with pytest.raises(FormatError, match=r"plain\.csv: this is not a sealed file"):
        decide(work.register, [plain], **known)
    with pytest.raises(InputError, match="0 rounds"):
        decide(work.register, [], **known)
    (work.folder / "none").mkdir()
    with pytest.raises(InputError, match="no public key"):
        decide(work.register, [path], key=known["key"], partners=work.folder / "none")
    with pytest.raises(KeyMaterialError, match="public key of the partner 'a'"):
        send(
            work.register, "r1", key=known["key"], partners=work.folder / "none",
            out=work.folder / "never",
        )  # fmt: skip
    assert not (work.folder / "never").exists()


def test_a_review_that_is_sent_again_takes_the_place_of_the_older(work: Office) -> None:
    """No file stays whose answers nobody could take; a band the wrong way round is refused."""
    first = to_partners(work, across=True, out="again")
    assert {path.name for path in first.reviews} == {"review-a-r1.uicr", "review-b-r1.uicr"}
    send(
        work.register, "r1", key=work.pairs["resolver"], partners=work.partners,
        out=work.folder / "again", lower=0.9998, upper=0.9999,
    )  # fmt: skip
    left = {path.name for path in (work.folder / "again").glob("review-*")}
    with open_register(work.register) as database:
        asked = fetched(database, "SELECT DISTINCT partner FROM questions")["partner"].to_pylist()
    assert left == {f"review-{partner}-r1.uicr" for partner in asked}
    with pytest.raises(InputError, match="the lower one first"):
        send(
            work.register, "r1", key=work.pairs["resolver"], partners=work.partners,
            out=work.folder / "again", lower=0.9, upper=0.1,
        )  # fmt: skip


def test_withdrawn_people_are_in_no_question(work: Office) -> None:
    """What was asked about somebody who withdraws is deleted with everything else."""
    to_partners(work, across=True, out="fourth")
    with open_register(work.register) as database:
        count = "SELECT COUNT(*) FROM questions"
        before = database.execute(count).fetchone()
        (handle,) = database.execute(
            "SELECT printf('%016x%016x', handle_a_hi, handle_a_lo) FROM questions LIMIT 1"
        ).fetchone() or ("",)
    withdraw(work.register, handle=handle)
    with open_register(work.register) as database:
        after = database.execute(count).fetchone()
        left = database.execute(
            "SELECT COUNT(*) FROM questions"
            " WHERE printf('%016x%016x', handle_a_hi, handle_a_lo) = $1",
            [handle],
        ).fetchone()
    assert before is not None
    assert after is not None
    assert after[0] < before[0]
    assert left == (0,)


def test_a_pair_of_a_round_is_explained_under_handles(work: Office) -> None:
    """The register alone is enough, and the weights add up to what was scored."""
    run = read_round(work.register, "r1")
    for number, row in enumerate(run.pairs.to_pylist(), start=1):
        found = explain(run, str(number))
        assert sum(term.weight for term in found.terms) == pytest.approx(row["log_odds"], abs=1e-6)
        ends = [f"{row[f'partner_{s}']}:{row[f'record_id_{s}']}" for s in "ab"]
        assert explain(run, *ends) == found
    with pytest.raises(InputError, match="no round"):
        read_round(work.register, "r9")
