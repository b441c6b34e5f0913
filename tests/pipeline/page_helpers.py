"""Following a page of the documentation, command by command, as a reader does."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

import typer
from typer.testing import CliRunner


def program(verbs: Iterable[str]) -> typer.Typer:
    """Build the command line of the verbs that a page uses."""
    built = typer.Typer(pretty_exceptions_enable=False)
    for verb in verbs:
        module = import_module(f"uic.cli.{verb}")
        if hasattr(module, "app"):
            built.add_typer(module.app, name=verb)
        else:
            built.command(verb)(module.command)
    return built


def run(line: str, commands: typer.Typer) -> str:
    """Run one line of a page: mkdir, cp, or a command that must end well; return what it says."""
    words = shlex.split(line)
    if words[0] == "mkdir":
        Path(words[1]).mkdir()
        return ""
    if words[0] == "cp":
        for name in words[1:-1]:
            shutil.copy(name, words[-1])
        return ""
    assert words[0] == "uic"
    done = CliRunner().invoke(commands, words[1:])
    assert done.exit_code == 0, (words, done.output, done.exception)
    return done.output
