"""From a finished run: explain a pair, review the doubtful ones, and bind what people decided."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer
from python_calamine import CalamineWorkbook
from rounds_helpers import office, who
from rounds_helpers import people as marked
from typer.testing import CliRunner

import uic
from uic.cli.app import app
from uic.cli.explain import command
from uic.crypto.keys import EpochKey
from uic.engines.storing import transaction
from uic.errors import FormatError, InputError
from uic.pipeline import Deduplication, dedupe, write_results
from uic.pipeline.explainable import Run, read_round, read_run
from uic.pipeline.explaining import explain, explanation_pictures, write_explanation
from uic.pipeline.reviewing import review_table, write_review
from uic.resolving.register.decisions import keep_decisions
from uic.resolving.register.tables import open_register

NAMES = ["Sok", "Chan", "Heng", "Kim", "Ly", "Meas", "Nou", "Ouk", "Pich", "Ros"]
GIVEN = ["Dara", "Sophea", "Vuthy", "Srey", "Bopha", "Rith", "Kosal", "Maly", "Phalla", "Thida"]


def people(count: int) -> list[list[str]]:
    """Made-up people with ids that spreadsheets spoil: leading zeros, and a minus sign."""
    return [
        [
            f"-0{n:03d}",
            NAMES[n % 10],
            GIVEN[(n * 7 // 10) % 10] + GIVEN[n % 7].lower(),
            f"{1960 + n % 40}-{1 + n % 12:02d}-{2 + n % 26:02d}",
            "MF"[n % 2],
            ["Takeo", "Kandal", "Kampot"][n % 3],
        ]
        for n in range(count)
    ]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two partners that share people, some of them doubtful."""
    folder = tmp_path_factory.mktemp("partners")
    first, second = people(120), [row[:] for row in people(120)[60:]]
    for n, row in enumerate(second):
        if n % 3 == 0:  # another given name or another date: a doubtful pair
            row[2] = GIVEN[n % 10]
            row[3] = f"{row[3][:4]}-{1 + n % 12:02d}-28"
    header = ["record_id", "family_name", "given_name", "birth_date", "sex", "place"]
    written = []
    for name, rows in (("dic", first), ("clinic", second)):
        written.append(folder / f"{name}.csv")
        with written[-1].open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])
    return written


@pytest.fixture(scope="module")
def run(files: list[Path]) -> Deduplication:
    """A finished run over them."""
    return dedupe(files, key=EpochKey("project", "e", bytes(range(32))))


@pytest.fixture(scope="module")
def results(run: Deduplication, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of that run."""
    folder = tmp_path_factory.mktemp("results")
    write_results(run, folder)
    return folder


def test_every_pair_of_a_run_is_explained_by_weights_that_add_up(
    run: Deduplication, results: Path
) -> None:
    """From the files alone, for every pair that was kept, linked or not."""
    candidates = run.candidates.to_pylist()  # type: ignore[union-attr]
    assert len(candidates) > 60
    assert {row["same"] for row in candidates} == {True, False}
    for number, row in enumerate(candidates, start=1):
        found = explain(results, str(number))
        assert sum(term.weight for term in found.terms) == pytest.approx(row["log_odds"], abs=1e-6)
        assert found.probability == row["probability"]
        assert found.same == row["same"]
        assert found.passes
    assert run.candidates.equals(pq.read_table(results / "candidates.parquet"))  # type: ignore[union-attr]


def test_a_pair_is_named_by_its_records_either_way_round(run: Deduplication, results: Path) -> None:
    """Partner and record id, in any order, and by number: one pair."""
    row = run.candidates.to_pylist()[4]  # type: ignore[union-attr]
    ends = [f"{row[f'partner_{s}']}:{row[f'record_id_{s}']}" for s in "ab"]
    assert explain(results, *ends) == explain(results, *ends[::-1]) == explain(results, "5")


def test_pairs_that_are_not_there_are_refused_without_an_echo(results: Path) -> None:
    """Strangers, numbers beyond the end, other folders: no message holds a record id."""
    for first, second in (("dic:-0001", "clinic:secret-77"), ("dic:-0001", "secret-77")):
        with pytest.raises(InputError) as caught:
            explain(results, first, second)
        assert "secret" not in str(caught.value)
    for number in ("0", "999999", "x", "-1"):
        with pytest.raises(InputError, match="from 1 to"):
            explain(results, number)
    with pytest.raises(InputError, match=r"no run\.json"):
        explain(results / "nowhere", "1")


def test_a_manifest_that_was_changed_is_refused(results: Path, tmp_path: Path) -> None:
    """Cut short, of another kind, or with weights that are none."""
    for name in ("run.json", "candidates.parquet"):
        (tmp_path / name).write_bytes((results / name).read_bytes())
    text = (results / "run.json").read_text("utf-8")
    (tmp_path / "run.json").write_text(text[: len(text) // 2], "utf-8")
    with pytest.raises(InputError, match="damaged"):
        explain(tmp_path, "1")
    (tmp_path / "run.json").write_text("{}", "utf-8")
    with pytest.raises(FormatError):
        explain(tmp_path, "1")
    facts = json.loads(text)
    for weights in facts["weights"]["passes"].values():
        weights["matches"] = 7
    (tmp_path / "run.json").write_text(json.dumps(facts), "utf-8")
    with pytest.raises(FormatError):
        explain(tmp_path, "1")


class _Balanced(HTMLParser):
    """Counts open elements and collects text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if tag not in {"meta", "rect", "line"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_picture_shows_every_step(results: Path, tmp_path: Path) -> None:
    """A row a step and the sum; a whole page that loads nothing from anywhere."""
    found = explain(results, "1")
    (picture,) = explanation_pictures(found)
    labels = [row.left for row in picture.rows if row.left]
    assert len(labels) == len(found.terms) + 1
    write_explanation(found, tmp_path / "why.html")
    page = (tmp_path / "why.html").read_text("utf-8")
    reader = _Balanced()
    reader.feed(page)
    assert reader.open == []
    assert "Probability of one person" in "".join(reader.text)
    assert not re.search(r"https?:|<script|src=", page)


def test_people_joined_only_through_others_are_told_the_chain(
    results: Path, tmp_path: Path
) -> None:
    """No pair of their own, or one below the threshold: the pairs that joined them, by number."""
    chained = _with_chain(read_run(results))
    found = explain(chained, "dic:first", "else:last")
    assert found.same
    assert found.probability is None
    assert [link.partners for link in found.chain] == [("dic", "clinic"), ("clinic", "else")]
    numbers = [link.number for link in found.chain]
    assert all(explain(chained, str(number)).same for number in numbers)
    assert "joined only through one other record:" in str(found)
    assert f"- pair {numbers[1]}, clinic and else: .700" in str(found)
    assert f"The weakest of these links is pair {numbers[1]}." in str(found)
    back = explain(chained, "else:last", "dic:first")
    assert [link.number for link in back.chain] == numbers[::-1]
    low = explain(chained, "dic:first", "else:low")
    assert low.probability == pytest.approx(0.05)
    assert len(low.chain) == 3
    assert low.terms
    write_explanation(low, tmp_path / "why.html")
    page = (tmp_path / "why.html").read_text("utf-8")
    assert "How these two records were joined" in page
    assert "own pair: .050" in page
    assert "joined only through others (see below)" in page
    reader = _Balanced()
    reader.feed(page)
    assert reader.open == []
    assert not [word for word in ("first", "last", "low") if f">{word}" in page]
    parted = explain(chained, "dic:first", "else:parted")
    assert "They are two people now although" in str(parted)
    assert not parted.chain
    with pytest.raises(InputError, match="no others join them"):
        explain(chained, "dic:first", "else:nobody")


def _with_chain(run: Run) -> Run:
    """Add pairs to a run: a chain of three links, a weak pair beside it, and a parted pair."""
    like = run.pairs.slice(0, 1).to_pylist()[0]
    added = [
        ("dic", "first", "clinic", "middle", 0.9, True),
        ("else", "last", "clinic", "middle", 0.7, True),
        ("else", "low", "else", "last", 0.8, True),
        ("dic", "first", "else", "low", 0.05, True),
        ("dic", "first", "else", "parted", 0.9, False),
    ]
    names = ("partner_a", "record_id_a", "partner_b", "record_id_b", "probability", "same")
    rows = [like | {"decided": False} | dict(zip(names, row, strict=True)) for row in added]
    schema = run.pairs.schema.set(0, pa.field("partner_a", pa.string()))
    schema = schema.set(2, pa.field("partner_b", pa.string()))
    extra = pa.Table.from_pylist(rows, schema=schema)
    return Run(run.facts, pa.concat_tables([run.pairs.cast(schema), extra]))


def test_a_round_tells_the_chain_under_handles(tmp_path: Path) -> None:
    """A decision joins two people: their other records are joined through the decided pair."""
    desk = office(tmp_path)
    rows = marked(60)
    first = who(desk.link([desk.send("a", rows[:40]), desk.send("b", rows[20:])]))
    both = [n for n, size in Counter(first.values()).items() if size == 2][:2]
    at = {(person, partner): handle for (partner, handle), person in first.items()}
    handles = [int(at[person, "a"], 16) for person in both]
    words = [_signed_words(number) for number in handles]
    ends = zip(("a", "b"), words, strict=True)
    told = {
        f"{name}_{side}{part}": [value]
        for side, (hi, lo) in ends
        for name, part, value in (
            ("partner", "", "a"),
            ("handle", "_hi", hi),
            ("handle", "_lo", lo),
        )
    }
    with open_register(desk.register) as database, transaction(database):
        now = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
        keep_decisions(database, pa.table(told | {"same": [True]}), "a", now)
    desk.link([], "r2")
    run = read_round(desk.register, "r2")
    one, other = (f"b:{at[person, 'b']}" for person in both)
    found = explain(run, one, other)
    assert [link.partners for link in found.chain] == [("b", "a"), ("a", "a"), ("a", "b")]
    assert [link.decided for link in found.chain] == [False, True, False]
    assert "joined only through 2 other records" in str(found)
    assert ", a and a: decided by people" in str(found)
    with pytest.raises(InputError, match="no others join them"):
        explain(read_round(desk.register, "r1"), one, other)


def _signed_words(handle: int) -> tuple[int, int]:
    """Return a handle as the two signed numbers that tables hold."""
    data = handle.to_bytes(16, "big")
    return tuple(int.from_bytes(half, "big", signed=True) for half in (data[:8], data[8:]))


def test_the_command_prints_levels_and_no_value(
    run: Deduplication, results: Path, tmp_path: Path
) -> None:
    """Nothing of a person in output, picture or error."""
    page = tmp_path / "why.html"
    alone = typer.Typer()
    alone.command()(command)
    told = CliRunner().invoke(alone, ["1", "--results", str(results), "-o", str(page)])
    assert told.exit_code == 0
    assert "family name:" in told.output
    shown = told.output + page.read_text("utf-8")
    ids = run.persons["record_id"].to_pylist()
    assert not [word for word in (*NAMES, *GIVEN, *ids) if re.search(rf"\b{word}\b", shown)]


def test_the_review_holds_what_is_doubtful_and_nothing_else(run: Deduplication) -> None:
    """Within the band, or parted above the threshold; the most doubtful first."""
    table = review_table(run).to_pylist()
    assert len(table) > 5
    candidates = run.candidates.to_pylist()  # type: ignore[union-attr]
    threshold = run.run["threshold"]
    distance = [abs(row["probability"] - threshold) for row in table]
    assert distance == sorted(distance)
    for row in table:
        pair = candidates[row["pair"] - 1]
        inside = 0.1 <= pair["probability"] <= 0.95
        assert inside or (pair["probability"] >= threshold and not pair["same"])
        assert row["same_person"] == ""
        assert (
            row["birth_date"] in {"exact", "missing"}
            or " " in row["birth_date"]
            or (row["birth_date"] in {"year", "different"})
        )
    assert not {*NAMES, *GIVEN} & {str(value) for row in table for value in row.values()}
    with pytest.raises(InputError, match="band"):
        review_table(run, lower=0.9, upper=0.2)
    with pytest.raises(InputError, match="no pairs"):
        review_table(dataclasses.replace(run, candidates=None))


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_decisions_bind_the_next_run(
    run: Deduplication, files: list[Path], tmp_path: Path, ending: str
) -> None:
    """Filled in as a person does, read back, obeyed; the pair is not asked again."""
    path, filled = tmp_path / f"review.{ending}", tmp_path / "filled.csv"
    assert write_review(run, path) == len(review_table(run))
    if ending == "xlsx":
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    else:
        rows = list(csv.reader(path.read_text("utf-8").splitlines()))
    place = rows[0].index("same_person")
    said = ["yes", "No", "unknown", ""]
    for n, row in enumerate(rows[1:5]):
        row[place] = said[n]
    with filled.open("w", newline="", encoding="cp1252") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    again = dedupe(files, key=EpochKey("project", "e", bytes(range(32))), decisions=filled)
    assert again.run["decisions"] == 2
    persons = {
        (row["partner"], row["record_id"]): row["person_id"] for row in again.persons.to_pylist()
    }
    asked = review_table(run).to_pylist()
    for row, same in zip(asked[:2], (True, False), strict=True):
        a, b = (persons[row[f"partner_{s}"], row[f"record_id_{s}"]] for s in "ab")
        assert (a == b) is same
    names = ("partner_a", "record_id_a", "partner_b", "record_id_b")
    later = [tuple(row[name] for name in names) for row in review_table(again).to_pylist()]
    assert tuple(asked[0][name] for name in names) not in later
    assert tuple(asked[1][name] for name in names) not in later


def test_a_review_of_other_files_is_refused_by_row(files: list[Path], tmp_path: Path) -> None:
    """Record ids that a spreadsheet spoilt, and words that are no answer: rows, never values."""
    path = tmp_path / "review.csv"
    header = "partner_a,record_id_a,partner_b,record_id_b,same_person\n"
    for text, rule in (
        ("dic,-1,clinic,-0061,yes\n", "row 2.*not in the exports"),
        ("dic,-0001,clinic,-0061,perhaps\n", "row 2, column same_person.*no answer"),
    ):
        path.write_text(header + text, "utf-8")
        with pytest.raises(InputError, match=f"(?s){rule}") as caught:
            dedupe(files, key=EpochKey("project", "e", bytes(range(32))), decisions=path)
        assert "-1" not in str(caught.value).replace("-1252", "")
        assert "perhaps" not in str(caught.value)


def test_the_command_writes_and_reads_a_review(files: list[Path], tmp_path: Path) -> None:
    """uic dedupe --review, then --decisions."""
    review, key = tmp_path / "review.csv", tmp_path / "e.key"
    common = [*map(str, files), "--key", str(key), "-o", str(tmp_path / "out")]
    first = CliRunner().invoke(app, ["dedupe", *common, "--review", str(review)])
    assert first.exit_code == 0, first.output
    assert "doubtful pairs to decide" in first.output
    text = review.read_text("utf-8").replace(",,", ",yes,", 1)
    review.write_text(text, "utf-8")
    second = CliRunner().invoke(app, ["dedupe", *common, "--decisions", str(review)])
    assert second.exit_code == 0, second.output
    assert json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))["decisions"] == 1
    assert uic.__version__
