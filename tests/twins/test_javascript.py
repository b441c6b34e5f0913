"""The JavaScript gives the library's answer to generated questions in every script."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
MODULE = ROOT / "spec" / "javascript" / "uic.mjs"
SCRIPTS = ("latin", "khmer", "thai", "cyrillic", "arabic", "other")
SEED = 1123


def loaded(path: Path, name: str) -> Any:
    """Import a script by its path; it is not part of a package."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


agree = loaded(ROOT / "benchmarks" / "twins" / "agree.py", "benchmarks_twins_agree")
needs_node = pytest.mark.skipif(
    shutil.which("node") is None, reason="Node is not installed, so the JavaScript cannot be run"
)


@needs_node
@pytest.mark.parametrize("script", SCRIPTS)
def test_both_implementations_agree(script: str) -> None:
    """Names, codes and checks of 2,000 generated questions are the same; benchmarks ask 100,000."""
    assert agree.differences(script, 2000, SEED) == [], f"seed {SEED}"


@pytest.mark.parametrize("script", SCRIPTS[:5])
def test_generated_questions_reach_the_codes(script: str) -> None:
    """The questions are not all refused: a fair share of the people get a code."""
    asked = [item for item in agree.questions(script, 2000, SEED) if item["kind"] == "compose"]
    mine = [item for item in asked if script in item["scheme"].scripts]
    codes = [answer["code"] for answer in agree.all_composed(mine)]
    assert len([code for code in codes if code]) > len(mine) / 10


def test_tables_in_the_module_are_the_norm() -> None:
    """The tables inside the JavaScript are those of spec/normalisation, byte for byte."""
    embed = loaded(ROOT / "spec" / "javascript" / "embed.py", "spec_javascript_embed")
    text = MODULE.read_text(encoding="utf-8")
    assert embed.embedded(text) == text


def test_the_module_depends_on_nothing() -> None:
    """One file: no import, no require, no request, nothing stored."""
    text = MODULE.read_text(encoding="utf-8")
    code = text.split("// END TABLES")[1]
    for word in ("import ", "import(", "require(", "fetch(", "localStorage", "XMLHttpRequest"):
        assert word not in code


def test_schemes_json_is_up_to_date() -> None:
    """The JSON for other languages is made from the TOML files as they are."""
    generate = loaded(ROOT / "spec" / "schemes" / "generate.py", "spec_schemes_generate")
    folder = ROOT / "spec" / "schemes"
    assert generate.schemes_json() == (folder / "schemes.json").read_text(encoding="utf-8")
    assert generate.schema_json() == (folder / "scheme.schema.json").read_text(encoding="utf-8")
    assert set(json.loads(generate.schemes_json())) == {p.stem for p in folder.glob("*.toml")}
