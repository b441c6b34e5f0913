"""What the documents say is true: commands, links, settings."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from uic.cli.app import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    path
    for path in [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("spec/*.md"),
        *ROOT.glob("examples/**/*.md"),
        *ROOT.glob("benchmarks/**/*.md"),
    ]
    if "node_modules" not in path.parts
)


def generator() -> ModuleType:
    found = importlib.util.spec_from_file_location(
        "generate", ROOT / "docs" / "generate_commands.py"
    )
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_the_page_of_commands_is_up_to_date() -> None:
    """docs/commands.md is what `python docs/generate_commands.py` writes."""
    written = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert written == generator().page()


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_command_explains_itself_with_an_example(verb: str) -> None:
    """The help of a command, or of the group's first verb, shows how it is called."""
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    section = page.split(f"## uic {verb}\n")[1].split("\n## ")[0]
    assert "Example" in section


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """Every relative link of a page names a file that exists."""
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / target).exists(), target


def test_the_readme_names_the_two_commands() -> None:
    """The README's commands are those that run.py knows."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "python3 run.py demo" in readme
    assert "python3 run.py test" in readme
    assert readme.count("\n") < 70  # one screen and a little


def test_decisions_have_context_choice_and_price() -> None:
    """Every decision is short and has its three parts."""
    for path in (ROOT / "docs" / "decisions").glob("*.md"):
        text = path.read_text(encoding="utf-8")
        for part in ("Context", "Choice", "Price"):
            assert f"**{part}" in text or f"## {part}" in text, f"{path.name}: {part}"
