"""The commands check, form and card: thin, and honest about what they could not do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from uic.cli import card, check, form
from uic.errors import SchemaError
from uic.files import example_path

RUN = CliRunner()


def app(module: object) -> typer.Typer:
    """Return a command line with one command."""
    made = typer.Typer()
    made.command()(module.command)  # type: ignore[attr-defined]
    return made


def test_check_prints_json_of_counts() -> None:
    """``--format json`` prints every finding with its share and its words."""
    folder = example_path("phnom-penh")
    arguments = [str(folder / "referrals.csv"), "--schema", str(folder / "schema.toml")]
    done = RUN.invoke(app(check), [*arguments, "--scheme", "ph-doh", "--format", "json"])
    assert done.exit_code == 0
    (register,) = json.loads(done.stdout)["registers"]
    assert register["code"]["scheme"] == "ph-doh"
    assert {"rule", "count", "of", "share", "means"} <= set(register["findings"][0])


def test_check_refuses_another_format() -> None:
    """A format that does not exist is wrong usage."""
    assert RUN.invoke(app(check), ["x.csv", "--format", "yaml"]).exit_code == 2


def test_form_writes_where_it_is_told(tmp_path: Path) -> None:
    """``uic form ph-doh -o FILE`` writes a workbook and nothing to standard output."""
    out = tmp_path / "form.xlsx"
    done = RUN.invoke(app(form), ["ph-doh", "-o", str(out)])
    assert (done.exit_code, done.stdout) == (0, "")
    assert out.read_bytes()[:2] == b"PK"


def test_form_of_an_unsafe_scheme_writes_nothing(tmp_path: Path) -> None:
    """A scheme a form cannot compute stops with the reason; no file is left."""
    out = tmp_path / "form.xlsx"
    done = RUN.invoke(app(form), ["de-ifsg", "-o", str(out)])
    assert isinstance(done.exception, SchemaError)
    assert not out.exists()


def test_card_names_the_rows_it_left_out(tmp_path: Path) -> None:
    """``--print`` says on standard error which rows have no good code, without the code."""
    codes = tmp_path / "coded.csv"
    codes.write_text("uic\nRIM09P\nRIM9P\n", encoding="utf-8")
    out = tmp_path / "cards.html"
    done = RUN.invoke(app(card), ["ny-leshrc", "--print", str(codes), "-o", str(out)])
    assert done.exit_code == 0
    assert "coded.csv, row 3: code: the code has too few characters" in done.stderr
    assert "RIM" not in done.stderr
    assert out.exists()


@pytest.mark.parametrize("module", [check, form, card])
def test_help_shows_an_example(module: object) -> None:
    """The help of every command has an example to copy."""
    done = RUN.invoke(app(module), ["--help"])
    assert "Example: uic" in done.stdout
