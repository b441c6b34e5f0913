"""Review, return, explanation and comparison in the clear print no name, record id or code.

Every way they can fail, and the ways that work, are driven with marked people and marked record
ids. Messages, tracebacks, representations, screens, logs and what lies in temporary folders are
searched; only the file that says it holds names may hold them.
"""

from __future__ import annotations

import csv
import logging
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import typer
from openpyxl import load_workbook
from typer.testing import CliRunner

from uic.cli import answer, dedupe, explain, receive
from uic.crypto.keys import EpochKey
from uic.crypto.pairs import new_pair
from uic.envelope.returns import write_return
from uic.envelope.reviews import write_questions
from uic.errors import UicError
from uic.partner.handles import record_handles
from uic.partner.reading import read_registers
from uic.partner.receiving import answer as seal_answers
from uic.partner.receiving import receive as take_in
from uic.pipeline import dedupe as link
from uic.pipeline import write_results
from uic.pipeline.explaining import explain as why
from uic.pipeline.local import dedupe_local, write_local
from uic.pipeline.reviewing import write_review
from uic.returning import LEVELS, QUESTIONS, Errand, Questions, Returned
from uic.schema import default_schema

FAMILY, GIVEN, DATE, PLACE, ID = "Zqxfamilia", "Zqxgivena", "1987-09-23", "Zqxvillage", "zqxid"
MARKS = ("zqx", DATE, "19870923", "23/09/1987")
PARTNER, RESOLVER = new_pair("dic"), new_pair("resolver")
KEY = EpochKey("project", "2026Q4", bytes(range(32)))


def rows(count: int, start: int = 0) -> list[list[str]]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [
        [f"{ID}{n:03d}", FAMILY + letters[n % 26], GIVEN + letters[n * 7 % 26], DATE, PLACE]
        for n in range(start, start + count)
    ]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two partners with marked people, and a temporary folder that is searched later."""
    header = ["record_id", "family_name", "given_name", "birth_date", "place"]
    for name, people in (("dic", rows(30)), ("clinic", rows(20, 15))):
        with (tmp_path / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *people])
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    return tmp_path


def told(error: BaseException) -> str:
    """Return everything an error shows: its text, its causes, its attributes, its traceback."""
    return repr(error) + str(vars(error)) + "".join(traceback.format_exception(error))


def leaks(text: str) -> list[str]:
    """Return which marks stand in a text, whatever their letters' size."""
    return [mark for mark in MARKS if mark in text.casefold()]


def failing(calls: list[Callable[[], Any]]) -> str:
    """Run what must fail; return all that is told."""
    texts = []
    for call in calls:
        with pytest.raises(UicError) as caught:
            call()
        texts.append(told(caught.value))
    return "\n".join(texts)


def test_explanations_and_reviews_that_fail(folder: Path) -> None:
    """Pairs that are not there, spoilt answers, records of others, damaged runs."""
    files = [folder / "dic.csv", folder / "clinic.csv"]
    result = link(files, key=KEY)
    write_results(result, folder / "out")
    write_review(result, folder / "review.csv", lower=0, upper=1)
    head = "partner_a,record_id_a,partner_b,record_id_b,same_person\n"
    spoilt = {
        "words.csv": head + f"dic,{ID}000,clinic,{ID}015,{GIVEN}\n",
        "lost.csv": head + f"dic,{ID}999,clinic,{ID}015,yes\n",
        "columns.csv": f"record_id_a,{FAMILY}\n{ID}000,yes\n",
        "long.csv": head + f"dic,{ID}000,clinic,{ID}015,yes,{GIVEN}\n",
    }
    for name, text in spoilt.items():
        (folder / name).write_text(text, "utf-8")
    out = folder / "out"
    (folder / "broken").mkdir()
    (folder / "broken" / "run.json").write_text(f'{{"a": "{FAMILY}"', "utf-8")
    (folder / "broken" / "candidates.parquet").write_text(FAMILY, "utf-8")
    calls: list[Callable[[], Any]] = [
        lambda: why(out, f"dic:{ID}000", f"clinic:{ID}999"),
        lambda: why(out, f"{ID}000", f"{ID}001"),
        lambda: why(out, f"{ID}000"),
        lambda: why(folder / "broken", "1"),
        *(lambda name=name: link(files, key=KEY, decisions=folder / name) for name in spoilt),
    ]
    assert leaks(failing(calls)) == []
    assert leaks(str(why(out, "1")) + repr(why(out, "1")) + repr(result)) == []


def test_the_comparison_in_the_clear_leaves_one_file(
    folder: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Names are in the file that says so and nowhere else, also when something fails."""
    pytest.importorskip("rapidfuzz", reason="the extra 'local' (rapidfuzz) is not installed")
    caplog.set_level(logging.DEBUG)
    found = dedupe_local([folder / "dic.csv"])
    write_local(found, folder / "own.csv")
    assert FAMILY in (folder / "own.csv").read_text("utf-8")
    (folder / "bad.csv").write_text(f"record_id_a,record_id_b,same_person\n{ID}0,{ID}1,yes\n")
    (folder / "here").write_text("a file, not a folder")
    calls: list[Callable[[], Any]] = [
        lambda: dedupe_local([folder / "dic.csv", folder / "clinic.csv"]),
        lambda: dedupe_local([folder / "dic.csv"], decisions=folder / "bad.csv"),
        lambda: dedupe_local([folder / f"{'none'}.csv"]),
    ]
    texts = failing(calls) + caplog.text + repr(found)
    with pytest.raises(OSError, match="here") as caught:
        write_local(found, folder / "here" / "own.csv")
    shown = capfd.readouterr()
    assert leaks(texts + told(caught.value) + shown.out + shown.err) == []
    assert [path.name for path in (folder / "tmp").rglob("*") if path.is_file()] == []
    assert [path.name for path in folder.glob(".writing-*")] == []


def sent(folder: Path, partner: str = "dic", key: EpochKey = KEY) -> tuple[Path, Path]:
    """Write a return and a review about the partner's marked records."""
    register = read_registers([folder / "dic.csv"], default_schema())[0]
    handles = record_handles(register, KEY).select(["handle_hi", "handle_lo"])
    errand = Errand("project", "2026Q4", key.key_id, "2026Q4", partner)
    persons = handles.append_column("person_id", pa.array([f"P{n:06d}" for n in range(30)]))
    hi, lo = (column.to_pylist() for column in handles.columns)
    pairs = pa.table([[111111111], hi[:1], lo[:1], hi[1:2], lo[1:2], [0.5]], schema=QUESTIONS)
    levels = pa.table([[111111111], ["family_name"], ["near"], [1.5]], schema=LEVELS)
    paths = folder / f"{partner}.uicr", folder / f"{partner}-review.uicr"
    write_return(Returned(errand, persons), paths[0], to=PARTNER.public, signer=RESOLVER)
    write_questions(Questions(errand, pairs, levels), paths[1], to=PARTNER.public, signer=RESOLVER)
    return paths


def test_returns_and_answers_that_fail(folder: Path) -> None:
    """Other keys, other lists, spoilt tables; warnings count and do not name."""
    returned, review = sent(folder)
    other, _ = sent(folder, partner="clinic")
    old = EpochKey("project", "2026Q3", bytes(32))
    wrong, _ = sent(folder, partner="outreach", key=old)
    known: dict[str, Any] = {"key": PARTNER, "signer": RESOLVER.public, "epoch_key": KEY}
    own = [folder / "dic.csv"]
    (folder / "cut.uicr").write_bytes(returned.read_bytes()[:-9])
    spoilt = {
        "q1.csv": f"question,same_person\n111111111,{FAMILY}\n",
        "q2.csv": f"question,same_person\n{ID},yes\n",
        "q3.csv": f"record_id,{FAMILY}\n{ID},yes\n",
    }
    for name, text in spoilt.items():
        (folder / name).write_text(text, "utf-8")
    sealed = {"key": PARTNER, "resolver": RESOLVER.public}
    calls: list[Callable[[], Any]] = [
        lambda: take_in(other, own, **known),
        lambda: take_in(wrong, own, **known),
        lambda: take_in(folder / "cut.uicr", own, **known),
        lambda: take_in(returned, own, **known | {"key": RESOLVER}),
        lambda: take_in(returned, own, **known | {"epoch_key": old}),
        lambda: take_in(returned, [*own, folder / "clinic.csv"], **known),
        *(
            lambda name=name: seal_answers(folder / name, review, folder / "a.uica", **sealed)
            for name in spoilt
        ),
    ]
    assert leaks(failing(calls)) == []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        less = {"dic": pa.table({"record_id": [f"{ID}000"], "family_name": [FAMILY]})}
        take_in(returned, less, **known)
        take_in(review, less, **known)
    assert len(caught) == 2
    assert leaks("".join(str(item.message) for item in caught)) == []
    assert not (folder / "a.uica").exists()


def test_the_screen_shows_counts_only(folder: Path) -> None:
    """The commands, from review to sealed answers, say where they wrote and how many."""
    pytest.importorskip("rapidfuzz", reason="the extra 'local' (rapidfuzz) is not installed")
    for name, pair in (("dic", PARTNER), ("resolver", RESOLVER)):
        save(folder, name, pair)
    returned, review = sent(folder)
    built = typer.Typer(pretty_exceptions_enable=False)
    for module in (answer, dedupe, explain, receive):
        built.command(module.__name__.rpartition(".")[2])(module.command)
    here = {name: str(folder / name) for name in (
        "dic.csv", "clinic.csv", "e.key", "own.xlsx", "review.xlsx", "out", "ids.csv", "q.xlsx",
        "dic.private", "resolver.public", "a.uica",
    )}  # fmt: skip
    mine = ["--own", here["dic.csv"], "--key", here["dic.private"], "--epoch-key", here["e.key"],
            "--signer", here["resolver.public"]]  # fmt: skip
    lines = [
        ["dedupe", here["dic.csv"], "--local", here["own.xlsx"]],
        ["dedupe", here["dic.csv"], here["clinic.csv"], "--key", here["e.key"], "-o", here["out"],
         "--review", here["review.xlsx"]],
        ["explain", "1", "--results", here["out"]],
        ["receive", str(returned), *mine, "-o", here["ids.csv"]],
        ["receive", str(review), *mine, "-o", here["q.xlsx"]],
        ["answer", here["q.xlsx"], "--review", str(review), "--key", here["dic.private"],
         "--resolver", here["resolver.public"], "-o", here["a.uica"]],
    ]  # fmt: skip
    texts = []
    for words in lines:
        if words[0] == "answer":
            book = load_workbook(here["q.xlsx"])
            book.active["D2"] = "yes"
            book.save(here["q.xlsx"])
        done = CliRunner().invoke(built, words)
        assert done.exit_code == 0, (words[0], done.exception)
        texts.append(done.output)
    assert leaks("".join(texts)) == []
    assert leaks((folder / "a.uica").read_bytes().decode("latin-1")) == []
    assert leaks(returned.read_bytes().decode("latin-1")) == []


def save(folder: Path, name: str, pair: Any) -> None:
    """Write a pair, and the epoch key beside it."""
    from uic.crypto.keys import save_key
    from uic.crypto.pairs import save_pair

    save_pair(pair, folder)
    if not (folder / "e.key").exists():
        save_key(KEY, folder / "e.key")
    assert (folder / f"{name}.public").exists()


def test_the_search_would_find_a_leak(folder: Path) -> None:
    """The same search over the partner's own file finds the marks: it is able to fail."""
    assert set(leaks((folder / "dic.csv").read_text("utf-8"))) >= {"zqx", DATE}
