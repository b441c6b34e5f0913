"""What comes back to a partner: its own record ids, and nothing of anybody else."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pytest

from uic.crypto.keys import EpochKey
from uic.crypto.pairs import new_pair
from uic.envelope.returns import write_return
from uic.envelope.reviews import read_answers, write_questions
from uic.errors import InputError, KeyMaterialError, SchemaMismatchError, UicWarning
from uic.levels import Comparison
from uic.partner.handles import record_handles
from uic.partner.reading import read_registers
from uic.partner.receiving import ELSEWHERE, answer, receive
from uic.resolving.reviewing import DECIDED, Asked, ask, decided
from uic.returning import Errand, Returned
from uic.schema import default_schema
from uic.sheets import write_sheet
from uic.weighing import PassWeights

PARTNER, RESOLVER, OTHER = new_pair("dic"), new_pair("resolver"), new_pair("clinic")
ITEMS = (Comparison("family_name", "text"), Comparison("birth_date", "date"))
NAME, DATE = (0.0, 4.0, 2.0, 1.0, -3.0, 1.0), (0.0, 6.0, 5.0, 3.0, *[-1.0] * 6)
WEIGHTS = {"p": PassWeights(0.01, (), {"family_name": NAME, "birth_date": DATE})}
NEAR_AND_EXACT = 2 + 16 * 1
NAMES = ["Sok", "Chan", "Heng", "Kim"]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A partner's export of four records with ids that a spreadsheet likes to spoil."""
    path = tmp_path / "dic.csv"
    rows = [["record_id", "family_name", "birth_date"]]
    rows += [[f"00{n}", name, f"199{n}-05-17"] for n, name in enumerate(NAMES)]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def handles_of(own: Path, key: EpochKey) -> list[tuple[int, int]]:
    register = read_registers([own], default_schema())[0]
    table = record_handles(register, key)
    return list(zip(table["handle_hi"].to_pylist(), table["handle_lo"].to_pylist(), strict=True))


def errand(key: EpochKey, partner: str = "dic") -> Errand:
    return Errand(key.project, key.epoch, key.key_id, "2026Q4", partner)


def pairs_of(own: Path, key: EpochKey) -> pa.Table:
    """Four pairs of the register: doubtful inside, doubtful across, parted, and a sure one."""
    mine = handles_of(own, key)
    rows = [
        ("dic", mine[0], "dic", mine[1], 0.5, False),
        ("dic", mine[2], "clinic", (7, 8), 1.0, True),
        ("dic", mine[1], "dic", mine[3], 6.0, False),
        ("dic", mine[0], "dic", mine[2], 9.0, True),
    ]
    return pa.Table.from_pylist(
        [
            {
                "partner_a": a, "handle_a_hi": first[0], "handle_a_lo": first[1],
                "partner_b": b, "handle_b_hi": second[0], "handle_b_lo": second[1],
                "log_odds": odds, "same": same, "decided": False, "best": 0, "met": 1,
                "pattern": NEAR_AND_EXACT,
            }
            for a, first, b, second, odds, same in rows
        ]
    )  # fmt: skip


def asked(own: Path, key: EpochKey, *, across: bool = True) -> Asked:
    pairs = pairs_of(own, key)
    return ask(pairs, errand=errand(key), passes=["p"], items=ITEMS, weights=WEIGHTS, across=across)


def test_person_ids_come_back_under_the_partners_own_record_ids(
    tmp_path: Path, own: Path, key: EpochKey
) -> None:
    """Every record of the export has its id, in the order of the export."""
    mine = handles_of(own, key)
    rows = [
        [h[0] for h in mine],
        [h[1] for h in mine],
        ["P000001", "P000002", "P000001", "P000003"],
    ]
    path = tmp_path / "return.uicr"
    returned = Returned(errand(key), pa.table(rows, names=["handle_hi", "handle_lo", "person_id"]))
    write_return(returned, path, to=PARTNER.public, signer=RESOLVER)
    table = receive(path, [own], key=PARTNER, signer=RESOLVER.public, epoch_key=key)
    assert table.to_pydict() == {
        "record_id": ["000", "001", "002", "003"],
        "person_id": ["P000001", "P000002", "P000001", "P000003"],
    }


def test_a_return_of_another_key_partner_or_export_is_told(
    tmp_path: Path, own: Path, key: EpochKey
) -> None:
    """A handle under another key means nothing; records that are not there are counted."""
    path = tmp_path / "return.uicr"
    rows = pa.table([[1], [2], ["P000001"]], names=["handle_hi", "handle_lo", "person_id"])
    write_return(Returned(errand(key), rows), path, to=PARTNER.public, signer=RESOLVER)
    mine = {"key": PARTNER, "signer": RESOLVER.public}
    other = EpochKey(key.project, "2026Q3", bytes(32))
    with pytest.raises(KeyMaterialError, match="epoch key"):
        receive(path, [own], epoch_key=other, **mine)
    with pytest.raises(SchemaMismatchError, match="clinic"):
        receive(path, {"clinic": pa.table({"family_name": ["Sok"]})}, epoch_key=key, **mine)
    with pytest.warns(UicWarning) as caught:
        table = receive(path, [own], epoch_key=key, **mine)
    assert table["person_id"].null_count == 4
    assert {str(w.message).split(" ")[0] for w in caught} == {"1", "4"}


def test_rows_that_stand_for_ids_are_warned_of(tmp_path: Path, key: EpochKey) -> None:
    """Without ids of their own, records are found by their rows only."""
    path = tmp_path / "return.uicr"
    rows = pa.table([[1], [2], ["P1"]], names=["handle_hi", "handle_lo", "person_id"])
    write_return(Returned(errand(key), rows), path, to=PARTNER.public, signer=RESOLVER)
    own = {"dic": pa.table({"family_name": ["Sok"]})}
    with pytest.warns(UicWarning) as caught:
        receive(path, own, key=PARTNER, signer=RESOLVER.public, epoch_key=key)
    assert "1 of your 1 records have no id of their own" in str(caught[0].message)


def test_a_partner_is_asked_about_its_own_records_only(own: Path, key: EpochKey) -> None:
    """Doubtful and parted pairs are asked; the other side is a null; numbers differ by partner."""
    found = asked(own, key)
    assert [item.errand.partner for item in found.questions] == ["clinic", "dic"]
    clinic, dic = found.questions
    assert len(dic.pairs) == 3
    assert clinic.pairs["other_hi"].null_count == len(clinic.pairs) == 1
    assert clinic.pairs["handle_hi"].to_pylist() == [7]
    assert dic.pairs["other_hi"].null_count == 1
    numbers = found.ledger["question"].to_pylist()
    assert len(set(numbers)) == len(numbers) == 4
    shown = set(dic.pairs["handle_hi"].to_pylist() + dic.pairs["other_hi"].to_pylist())
    assert shown - {None} <= {handle[0] for handle in handles_of(own, key)}
    assert set(dic.levels["level"].to_pylist()) == {"near", "exact"}
    alone = asked(own, key, across=False)
    assert [item.errand.partner for item in alone.questions] == ["dic"]
    assert alone.questions[0].pairs["other_hi"].null_count == 0


def test_answers_travel_back_and_decide(tmp_path: Path, own: Path, key: EpochKey) -> None:
    """From the resolver's question to the partner's spreadsheet and back to a decision."""
    found = asked(own, key)
    review, sheet = tmp_path / "review.uicr", tmp_path / "questions.xlsx"
    write_questions(found.questions[1], review, to=PARTNER.public, signer=RESOLVER)
    table = receive(review, [own], key=PARTNER, signer=RESOLVER.public, epoch_key=key)
    assert set(table["family_name"].to_pylist()) == {"near (+2.0)"}
    by_pair = {
        (row["record_id"], row["other_record_id"]): n for n, row in enumerate(table.to_pylist())
    }
    assert by_pair.keys() == {("000", "001"), ("001", "003"), ("002", ELSEWHERE)}
    said = ["unknown"] * 3
    said[by_pair["000", "001"]], said[by_pair["001", "003"]] = "Yes", "no"
    place = table.column_names.index("same_person")
    write_sheet(table.set_column(place, "same_person", pa.array(said)), sheet)
    out = tmp_path / "answers.uica"
    assert answer(sheet, review, out, key=PARTNER, resolver=RESOLVER.public) == 3
    answers = read_answers(out, key=RESOLVER, signer=PARTNER.public, partner="dic")
    binding = decided(found.ledger, [answers]).to_pylist()
    mine = handles_of(own, key)
    assert {(r["handle_a_hi"], r["handle_b_hi"], r["same"]) for r in binding} == {
        (mine[0][0], mine[1][0], True),
        (mine[1][0], mine[3][0], False),
    }


@pytest.mark.parametrize(
    ("dic", "clinic", "binds"),
    [
        (True, True, [True]),
        (False, False, [False]),
        (True, False, []),
        (True, None, []),
        (None, None, []),
    ],
)
def test_a_pair_between_partners_needs_both(
    own: Path, key: EpochKey, dic: bool | None, clinic: bool | None, binds: list[bool]
) -> None:
    """One side alone cannot join its client to another NGO's, or part them."""
    found = asked(own, key)
    across = {
        row["partner"]: row["question"]
        for row in found.ledger.to_pylist()
        if row["partner_b"] == "clinic"
    }
    answers = [
        _answers(key, partner, across[partner], said)
        for partner, said in (("dic", dic), ("clinic", clinic))
    ]
    assert decided(found.ledger, answers)["same"].to_pylist() == binds
    assert decided(found.ledger, answers[:1]).num_rows == 0
    stolen = _answers(key, "outreach", across["dic"], True)
    assert decided(found.ledger, [stolen, answers[1]]).schema == DECIDED
    assert decided(found.ledger, [stolen]).num_rows == 0


def _answers(key: EpochKey, partner: str, question: int, same: bool | None) -> object:
    from uic.returning import ANSWERS, Answers

    return Answers(errand(key, partner), pa.table([[question], [same]], schema=ANSWERS))


def test_a_table_that_was_not_made_by_us_is_refused(
    tmp_path: Path, own: Path, key: EpochKey
) -> None:
    """Unknown questions, double answers and other words are listed by row, never shown."""
    review = tmp_path / "review.uicr"
    found = asked(own, key).questions[1]
    write_questions(found, review, to=PARTNER.public, signer=RESOLVER)
    number = found.pairs["question"][0].as_py()
    sheet = tmp_path / "q.csv"
    cases = {
        "question,same_person\n123456,yes\n": "row 2.*no question",
        f"question,same_person\n{number},yes\n{number},no\n": "row 3.*twice",
        f"question,same_person\n{number},Sok Dara\n": "row 2.*no answer",
        f"question\n{number}\n": "same_person",
    }
    for text, rule in cases.items():
        sheet.write_text(text, "utf-8")
        with pytest.raises(InputError, match=f"(?s){rule}") as caught:
            answer(sheet, review, tmp_path / "a", key=PARTNER, resolver=RESOLVER.public)
        assert "Sok" not in str(caught.value)
        assert "123456" not in str(caught.value)
    assert not (tmp_path / "a").exists()
