"""The release log: what a chain of hashes finds, and what it does not."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from uic.analysis.release import release, verify_log
from uic.analysis.release.log import START, append, read_log, sealed
from uic.errors import FormatError, InputError

if TYPE_CHECKING:
    from pathlib import Path

RELEASES = 4


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a log of four releases."""
    folder = tmp_path_factory.mktemp("chain")
    for number in range(RELEASES):
        path = folder / "table.csv"
        path.write_text(f"period,contacts\n{2020 + number},{100 + number}\n")
        now = dt.datetime(2026, 1 + number, 1, tzinfo=dt.UTC)
        release([path], to=f"ក{number}", log=folder / "log.jsonl", output=folder / "out", now=now)
    return folder / "log.jsonl"


def test_an_intact_log_verifies_and_gives_its_head(chain: Path) -> None:
    """The head is the hash of the last line; with it the log is anchored."""
    last = json.loads(chain.read_text(encoding="utf-8").splitlines()[-1])
    found = verify_log(chain)
    assert (found.releases, found.head, found.anchored) == (RELEASES, last["hash"], False)
    first = json.loads(chain.read_text(encoding="utf-8").splitlines()[0])
    anchored = verify_log(chain, head=first["hash"])
    assert (anchored.anchored, anchored.after) == (True, RELEASES - 1)
    assert [entry["release"] for entry in read_log(chain)] == [1, 2, 3, 4]


@settings(
    max_examples=150, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(data=st.data())
def test_any_changed_byte_is_found(chain: Path, tmp_path: Path, data: st.DataObject) -> None:
    """Whatever byte is changed, removed or added, the log does not verify."""
    original = chain.read_bytes()
    place = data.draw(st.integers(0, len(original) - 1))
    byte = data.draw(st.integers(0, 255))
    how = data.draw(st.sampled_from(["change", "remove", "insert"]))
    kept = original[place + (how != "insert") :]
    changed = original[:place] + (b"" if how == "remove" else bytes([byte])) + kept
    copy = tmp_path / "log.jsonl"
    copy.write_bytes(changed)
    if changed == original:
        return
    with pytest.raises(FormatError):
        read_log(copy)


@settings(
    max_examples=60, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(order=st.lists(st.integers(0, RELEASES - 1), max_size=RELEASES + 1))
def test_only_a_log_cut_off_at_its_end_verifies(
    chain: Path, tmp_path: Path, order: list[int]
) -> None:
    """Any choice and order of lines breaks the chain, except the first so many."""
    lines = chain.read_bytes().splitlines(keepends=True)
    copy = tmp_path / "log.jsonl"
    copy.write_bytes(b"".join(lines[place] for place in order))
    if order != list(range(len(order))):
        with pytest.raises(FormatError):
            read_log(copy)
        return
    assert len(read_log(copy)) == len(order)
    if len(order) < RELEASES:
        shutil.copytree(chain.with_suffix(".tables"), tmp_path / "log.tables", dirs_exist_ok=True)
        with pytest.raises(FormatError, match="cut off at the end"):
            verify_log(copy, head=json.loads(lines[-1])["hash"])


def test_a_log_written_anew_shows_against_a_kept_head(tmp_path: Path) -> None:
    """Who writes all lines anew gets a chain that holds, and other hashes."""
    terms = ("columns", "criminalised", "permits", "privacy", "released", "rounding")
    content = dict.fromkeys(terms) | {"scope": "", "software": "", "tables": []}
    content |= {"threshold": 10, "ties": [], "to": "a"}
    log = tmp_path / "log.jsonl"
    entry = sealed(content, ())
    assert entry["previous"] == START
    append(log, entry)
    forged = tmp_path / "forged.jsonl"
    append(forged, sealed(content | {"to": "b"}, ()))
    assert verify_log(forged).releases == 1
    with pytest.raises(FormatError, match="written anew"):
        verify_log(forged, head=verify_log(log).head)


def test_a_kept_table_that_is_changed_or_missing_is_found(chain: Path, tmp_path: Path) -> None:
    """Later releases are checked against the kept tables, so they must be those released."""
    folder = tmp_path / "copy"
    shutil.copytree(chain.parent, folder)
    table = next((folder / "log.tables").iterdir())
    table.write_bytes(table.read_bytes().replace(b"10", b"90"))
    with pytest.raises(FormatError, match="not the table that was released"):
        verify_log(folder / "log.jsonl")
    table.unlink()
    with pytest.raises(FormatError, match="missing"):
        verify_log(folder / "log.jsonl")
    again = folder / "table.csv"
    with pytest.raises(FormatError, match="missing"):
        release([again], to="a", log=folder / "log.jsonl", output=folder / "out")


def test_an_unfinished_last_line_is_named(chain: Path, tmp_path: Path) -> None:
    """A write that was cut off is not taken for the end of the log."""
    copy = tmp_path / "log.jsonl"
    copy.write_bytes(chain.read_bytes()[:-40])
    with pytest.raises(FormatError, match="not finished"):
        read_log(copy)


def test_verifying_nothing_says_so(tmp_path: Path) -> None:
    """A log that does not exist is no log without releases."""
    with pytest.raises(InputError, match="does not exist"):
        verify_log(tmp_path / "log.jsonl")
