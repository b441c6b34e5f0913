"""uic multiplier: the command prints what the function gives, and says what is wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from uic.analysis.multiplier import multiplier
from uic.cli.multiplier import command
from uic.errors import EstimationError

if TYPE_CHECKING:
    from click.testing import Result


def run(*words: str) -> Result:
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, words)


def test_table_leads_with_people_and_interval() -> None:
    """The first line is the size with the log interval, the second what it was made of."""
    first, second, third = run("1200", "0.30", "400").output.splitlines()
    assert first.startswith("4,000 people, 3,237 to 4,943 (95%, log)")
    assert second == "1,200 people reached, 30.0% of a survey of 400, design effect 2"
    assert "not of contacts" in third


def test_options_reach_the_function() -> None:
    """Design, design effect, error of the count, interval and level are all used."""
    words = ("--deff", "3", "--count-stderr", "60", "--interval", "logit", "--level", "0.9")
    found = multiplier(1200, 0.3, 400, deff=3, count_stderr=60, level=0.9)
    printed = json.loads(run("1200", "0.3", "400", *words, "--format", "json").output)
    assert printed["chosen"] == "logit"
    assert printed["stderr"] == pytest.approx(found.stderr)
    assert printed["logit_interval"]["low"] == pytest.approx(found.logit_interval.low)
    limits = f"{found.logit_interval.low:,.0f} to {found.logit_interval.high:,.0f} (90%"
    assert limits in run("1200", "0.3", "400", *words).output
    simple = json.loads(run("1200", "0.3", "400", "--design", "simple", "--format", "json").output)
    assert simple["deff"] == 1


def test_a_number_out_of_range_is_a_named_error() -> None:
    """A share of 1 is refused with what to do, as in Python; a wrong design is a usage error."""
    refused = run("1200", "1", "400")
    assert isinstance(refused.exception, EstimationError)
    assert "lower bound" in str(refused.exception)
    assert run("1200", "0.3", "400", "--design", "magic").exit_code == 2
