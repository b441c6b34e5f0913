"""Write docs/commands.md from the commands' own help: python docs/generate_commands.py."""

from __future__ import annotations

import os
from pathlib import Path

from typer.testing import CliRunner

from uic.cli.app import COMMANDS, app

HEAD = """# Commands

Every command of `uic`, as its own help says it. Each is a function of the same name in Python
(`uic.dedupe`, `uic.estimate`, ...; `uic open` is `uic.open_export`, `uic count` is
`uic.tabulate`). Data goes to files or to
standard output, messages to standard error. Exit codes: 0 done, 1 a problem with the data, 2 wrong
usage.

This page is made by `python docs/generate_commands.py`; a test keeps it true.
"""


def help_of(*words: str) -> str:
    """Return the help of one command at a fixed width."""
    result = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "90", "NO_COLOR": "1"})
    return result.output.replace("Usage: root", "Usage: uic").strip()


def page() -> str:
    """Return the whole page."""
    parts = [HEAD]
    for verb in COMMANDS:
        parts.append(f"## uic {verb}\n\n```text\n{help_of(verb)}\n```\n")
        parts += [
            f"### uic {verb} {name}\n\n```text\n{help_of(verb, name)}\n```\n"
            for name in _inside(verb)
        ]
    return "\n".join(parts)


def _inside(verb: str) -> list[str]:
    """Return the sub-commands of a group, as its help lists them."""
    lines = help_of(verb).splitlines()
    if "Commands:" not in lines:
        return []
    listed = lines[lines.index("Commands:") + 1 :]
    return [line.split()[0] for line in listed if line.startswith("  ") and line[2] != " "]


if __name__ == "__main__":
    os.environ["COLUMNS"] = "90"
    (Path(__file__).parent / "commands.md").write_text(page(), encoding="utf-8", newline="\n")
