"""The examples of docs/release.md do what the page says, one after the other."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from uic.cli import main

PAGE = Path(__file__).resolve().parents[1] / "docs" / "release.md"
BLOCK = re.compile(r"<!-- (file|run|becomes) ?(\S*) -->\n```\w+\n(.*?)```", re.DOTALL)


def says(line: str) -> str:
    """Return the pattern of a line that is shown; ``...`` stands for anything."""
    return re.escape(line).replace(r"\.\.\.", ".+")


def test_every_example_of_the_page_is_true(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Files are saved, commands run and answer, and released tables are those that are shown."""
    monkeypatch.chdir(tmp_path)
    kinds = []
    for kind, name, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        kinds.append(kind)
        if kind == "file":
            Path(name).write_text(text, encoding="utf-8")
        elif kind == "becomes":
            assert Path(name).read_text(encoding="utf-8") == text
        else:
            command, *shown = text.splitlines()
            monkeypatch.setattr("sys.argv", shlex.split(command.removeprefix("$ ")))
            with pytest.raises(SystemExit):
                main()
            told = "\n".join(capfd.readouterr())
            for line in shown:
                assert re.search(f"^{says(line)}$", told, re.MULTILINE), (line, told)
    assert kinds.count("run") == 5
    assert kinds.count("becomes") == 2
