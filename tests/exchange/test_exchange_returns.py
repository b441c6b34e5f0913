"""Return, review and answer files: whole for the one they are meant for, refused for all others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from exchange_helpers import PARTIES, frames_of, write_frames
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from uic.envelope import returns, reviews
from uic.envelope.frames import MAGIC, frame
from uic.envelope.headers import FORMATS
from uic.envelope.inspecting import inspect
from uic.envelope.opening import HOLDS
from uic.envelope.tables import chunks_of
from uic.envelope.writing import write_envelope
from uic.errors import FormatError, KeyMaterialError
from uic.returning import (
    ANSWERS,
    LEVELS,
    PERSON_IDS,
    QUESTIONS,
    Answers,
    Errand,
    Questions,
    Returned,
)

ERRAND = Errand("project", "2026Q4", "cd" * 8, "2026Q4", "dic")
TO, SIGNER = PARTIES.partner.public, PARTIES.resolver
_here = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def some_return() -> Returned:
    rows = [[5, -7, 5], [9, 1, 2], ["P000002", "P000001", "P000002"]]
    return Returned(ERRAND, pa.table(rows, schema=PERSON_IDS))


def some_questions() -> Questions:
    pairs = [[11, 12], [5, 5], [2, 9], [5, None], [9, None], [0.5, 0.7]]
    levels = [[11, 11, 12], ["sex", "birth_date", "sex"], ["exact", "day and month", "different"]]
    return Questions(
        ERRAND,
        pa.table(pairs, schema=QUESTIONS),
        pa.table([*levels, [0.7, 3.1, -2.5]], schema=LEVELS),
    )


def some_answers() -> Answers:
    return Answers(ERRAND, pa.table([[11, 12], [True, None]], schema=ANSWERS))


def write_all(folder: Path) -> dict[str, Path]:
    paths = {name: folder / name for name in ("return", "review", "answers")}
    returns.write_return(some_return(), paths["return"], to=TO, signer=SIGNER)
    reviews.write_questions(some_questions(), paths["review"], to=TO, signer=SIGNER)
    reviews.write_answers(
        some_answers(), paths["answers"], to=PARTIES.resolver.public, signer=PARTIES.partner
    )
    return paths


READERS: dict[str, Callable[..., Any]] = {
    "return": returns.read_return,
    "review": reviews.read_questions,
    "answers": reviews.read_answers,
}


def read(name: str, path: Path, **changes: Any) -> Any:
    """Read as the one the file is meant for."""
    mine = PARTIES.resolver if name == "answers" else PARTIES.partner
    sender = PARTIES.partner.public if name == "answers" else SIGNER.public
    return READERS[name](path, **({"key": mine, "signer": sender} | changes))


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """Nothing is lost, the records of a return stand in the order of their handles."""
    paths = write_all(tmp_path)
    returned = read("return", paths["return"], project="project", epoch="2026Q4", partner="dic")
    assert returned.errand == ERRAND
    assert returned.persons.to_pydict() == {
        "handle_hi": [-7, 5, 5],
        "handle_lo": [1, 2, 9],
        "person_id": ["P000001", "P000002", "P000002"],
    }
    questions = read("review", paths["review"])
    assert questions.pairs.equals(some_questions().pairs)
    assert questions.levels.equals(some_questions().levels)
    assert read("answers", paths["answers"]).answers.equals(some_answers().answers)
    assert "P0000" not in f"{returned!r}{questions!r}"


def test_a_holder_of_the_file_sees_counts_only(tmp_path: Path) -> None:
    """The header tells to whom and how many; the bytes hold no person id."""
    paths = write_all(tmp_path)
    header = inspect(paths["return"], signer=SIGNER.public).header
    assert header["partner"] == "dic"
    assert header["records"] == 3
    assert b"P00000" not in paths["return"].read_bytes()


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    ("changes", "layer"),
    [
        ({"project": "other"}, "replay"),
        ({"epoch": "2026Q3"}, "replay"),
        ({"partner": "outreach"}, "replay"),
        ({"key": PARTIES.matcher}, "recipient"),
        ({"signer": PARTIES.matcher.public}, "signer"),
    ],
)
def test_the_wrong_reader_is_refused(
    tmp_path: Path, name: str, changes: dict[str, Any], layer: str
) -> None:
    """Another project, epoch, partner, key or signer."""
    with pytest.raises(FormatError) as caught:
        read(name, write_all(tmp_path)[name], **changes)
    assert caught.value.layer == layer


def test_no_file_is_taken_for_another(tmp_path: Path) -> None:
    """A reader opens its own sort of file and no other."""
    paths = write_all(tmp_path)
    for name in READERS:
        for other in set(READERS) - {name}:
            with pytest.raises(FormatError):
                read(name, paths[other])


def test_a_file_of_another_sort_is_named(tmp_path: Path) -> None:
    """The message says what the file holds and what is needed; every sort there is has words."""
    paths = write_all(tmp_path)
    with pytest.raises(FormatError) as told:
        read("return", paths["review"])
    assert "holds questions to a partner; this step needs a partner's person ids" in str(told.value)
    assert HOLDS.keys() == FORMATS.keys()


@_here
@given(st.data())
def test_no_changed_byte_is_opened(tmp_path: Path, data: st.DataObject) -> None:
    """Whichever byte of whichever file is changed, the reader refuses."""
    name = data.draw(st.sampled_from(sorted(READERS)))
    path = write_all(tmp_path)[name]
    raw = bytearray(path.read_bytes())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(raw)
    with pytest.raises(FormatError):
        read(name, path)


@_here
@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused(tmp_path: Path, raw: bytes) -> None:
    """After no header and after a genuine one."""
    for name, path in write_all(tmp_path).items():
        start = MAGIC + frame(*frames_of(path)[0])
        for front in (b"", MAGIC, start):
            path.write_bytes(front + raw)
            with pytest.raises(FormatError):
                read(name, path)


@_here
@given(st.data())
def test_what_a_dishonest_resolver_spoils_and_signs(tmp_path: Path, data: st.DataObject) -> None:
    """Signed well and wrong inside: a frame replaced, dropped or repeated."""
    path = write_all(tmp_path)[data.draw(st.sampled_from(["return", "review"]))]
    frames = frames_of(path)
    at = data.draw(st.integers(2, len(frames) - 2))
    changed = data.draw(
        st.sampled_from([[], [frames[at]] * 2, [(frames[at][0], b"\0" * len(frames[at][1]))]])
    )
    write_frames(path, [*frames[:at], *changed, *frames[at + 1 :]], SIGNER)
    with pytest.raises(FormatError) as caught:
        read(path.name, path)
    assert caught.value.layer in {"frame", "seal", "chunk", "content"}


def spoilt(path: Path, form: str, tables: dict[str, pa.Table], **counts: int) -> Path:
    """Write tables that no writer of ours would write, sealed and signed well."""
    fields = vars(ERRAND) | {"format": form} | counts
    write_envelope(path, fields, {"partner": (TO, chunks_of(tables))}, SIGNER)
    return path


@pytest.mark.parametrize(
    "rows",
    [
        [[5, 5], [2, 2], ["P1", "P2"]],  # twice
        [[5, 4], [2, 2], ["P1", "P2"]],  # not in order
        [[5, None], [2, 2], ["P1", "P2"]],
        [[5, 6], [2, 2], ["P1", None]],
        [[5, 6], [2, 2], ["P1", "=cmd|x"]],
    ],
)
def test_a_return_that_cannot_be_is_refused(tmp_path: Path, rows: list[list[Any]]) -> None:
    """Right columns, wrong content: refused at the last layer, and nothing of it is shown."""
    table = pa.table(rows, schema=PERSON_IDS)
    path = spoilt(tmp_path / "a", "uic-return/1", {"persons": table}, records=2)
    with pytest.raises(FormatError) as caught:
        read("return", path)
    assert caught.value.layer == "content"
    assert "P1" not in str(caught.value)


@pytest.mark.parametrize(
    ("table", "column", "values"),
    [
        ("pairs", "question", [11, 11]),
        ("pairs", "other_lo", [None, None]),
        ("pairs", "probability", [0.5, 1.5]),
        ("pairs", "probability", [0.5, float("nan")]),
        ("levels", "question", [11, 11, 99]),
        ("levels", "attribute", ["sex", "sex", "sex"]),
        ("levels", "attribute", ["sex", "=1+1", "sex"]),
        ("levels", "level", ["exact", "Sok Dara", "exact"]),
        ("levels", "weight", [0.1, float("inf"), 0.2]),
        ("levels", "weight", [0.1, None, 0.2]),
    ],
)
def test_questions_that_cannot_be_are_refused(
    tmp_path: Path, table: str, column: str, values: list[Any]
) -> None:
    """A level is a word that this program knows: no text of a stranger reaches the partner."""
    whole = some_questions()
    tables = {"pairs": whole.pairs, "levels": whole.levels}
    place = tables[table].column_names.index(column)
    kind = tables[table].schema.field(column)
    tables[table] = tables[table].set_column(place, kind, pa.array(values, kind.type))
    with pytest.raises(FormatError) as caught:
        read("review", spoilt(tmp_path / "a", "uic-review/1", tables, pairs=2))
    assert caught.value.layer == "content"
    assert "Sok" not in str(caught.value)


def test_every_partner_gets_its_own_and_nothing_else(tmp_path: Path) -> None:
    """One file a partner with its own handles; without a public key nothing is written."""
    persons = pa.table(
        {
            "partner": ["dic", "clinic", "dic"],
            "handle_hi": [3, 1, 2],
            "handle_lo": [0, 0, 0],
            "person_id": ["P000001", "P000001", "P000002"],
        }
    )
    facts = {"project": "project", "epoch": "2026Q4", "key_id": "cd" * 8, "round": "2026Q4"}
    keys = {"dic": TO, "clinic": PARTIES.matcher.public}
    written = returns.write_returns(persons, tmp_path, recipients=keys, signer=SIGNER, **facts)
    assert [path.name for path in written] == [
        "return-clinic-2026Q4.uicr",
        "return-dic-2026Q4.uicr",
    ]
    assert read("return", written[1]).persons["handle_hi"].to_pylist() == [2, 3]
    with pytest.raises(KeyMaterialError, match="clinic"):
        returns.write_returns(
            persons, tmp_path / "new", recipients={"dic": TO}, signer=SIGNER, **facts
        )
    assert not (tmp_path / "new").exists()
