"""How much the engine may hold: said by the user, or half of the machine's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

import uic
from uic.cli.app import app
from uic.crypto.keys import EpochKey
from uic.engines.duckdb import engine
from uic.engines.memory import as_memory, half_of_memory
from uic.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

CSV = "record_id,family_name,given_name,birth_date,sex\n1,Sok,Dara,1990-02-03,M\n"


@pytest.mark.parametrize(
    ("written", "read"),
    [("8GB", "8GB"), (" 8 gb ", "8GB"), ("1.5gib", "1.5GiB"), ("800mb", "800MB"), ("2TB", "2TB")],
)
def test_sizes_are_read_as_people_write_them(written: str, read: str) -> None:
    """Case and spaces do not matter, and the engine understands what comes out."""
    assert as_memory(written) == read
    with engine(memory=written) as database:
        limit = database.fetch("SELECT current_setting('memory_limit') AS size")["size"][0].as_py()
    assert limit.endswith("iB")


@pytest.mark.parametrize("written", ["8", "GB", "-1GB", "much", "8GB; SET threads=1", "", "100MB"])
def test_what_is_no_size_is_refused_before_anything_is_read(written: str, tmp_path: Path) -> None:
    """Also a size that no register gets through; the inputs need not even be there."""
    with pytest.raises(InputError, match="memory"):
        as_memory(written)
    with pytest.raises(InputError, match="memory"):
        uic.dedupe([tmp_path / "missing.csv"], memory=written, key=EpochKey("p", "e", bytes(32)))


def test_without_a_word_it_is_half_of_the_machine() -> None:
    """The default is a size itself."""
    assert as_memory(None) == half_of_memory()
    assert as_memory(half_of_memory()) == half_of_memory()


@pytest.mark.parametrize("command", ["dedupe", "match", "link"])
def test_every_command_that_matches_takes_it(command: str) -> None:
    """The option is in the help of each."""
    shown = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})
    assert "--memory" in shown.output


def test_the_command_obeys_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A good size goes through to the engine, a bad one ends the run with one line."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text(CSV, encoding="utf-8")
    done = CliRunner().invoke(app, ["dedupe", "a.csv", "--memory", "600MB"])
    assert done.exit_code == 0
    refused = CliRunner().invoke(app, ["dedupe", "a.csv", "--memory", "lots"])
    assert isinstance(refused.exception, InputError)
