"""The JavaScript makes the library's tokens, for people in every script and every pass."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TWINS = ROOT / "benchmarks" / "twins"
MODULE = ROOT / "spec" / "javascript" / "tokens.mjs"
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


loaded(TWINS / "agree.py", "agree")
twin = loaded(TWINS / "tokens.py", "benchmarks_twins_tokens")
needs_node = pytest.mark.skipif(
    shutil.which("node") is None, reason="Node is not installed, so the JavaScript cannot be run"
)


@needs_node
@pytest.mark.parametrize("script", twin.ALL_SCRIPTS)
@pytest.mark.parametrize("profile", twin.SCHEMAS)
def test_both_make_the_same_tokens(script: str, profile: str) -> None:
    """200 people, every pass; where one has no value the other has none; benchmarks ask more."""
    made, differing = twin.differences(script, profile, 200, SEED)
    assert made > 200, "hardly any token was made: the people drawn are too poor"
    assert differing == [], f"seed {SEED}"


def test_default_passes_in_the_module_are_those_of_the_library() -> None:
    """The kinds and passes inside the JavaScript are those of uic.schema; else run embed.py."""
    embed = loaded(ROOT / "spec" / "javascript" / "embed.py", "spec_javascript_embed_tokens")
    text = MODULE.read_text(encoding="utf-8")
    assert embed.embedded_defaults(text) == text


def test_the_module_depends_on_nothing_but_the_normaliser() -> None:
    """One import, of the file beside it; no request, nothing stored, nothing logged."""
    text = MODULE.read_text(encoding="utf-8")
    assert text.count("import ") == 1
    for word in ("import(", "require(", "fetch(", "localStorage", "XMLHttpRequest", "console."):
        assert word not in text


@needs_node
def test_errors_of_the_module_hold_no_value() -> None:
    """A broken key file, a wrong project and a broken schema are told without a value."""
    script = f"""
import {{ encoder, parseEpochKey }} from {MODULE.as_uri()!r};
const root = btoa("k".repeat(32));
const good = `uic-epoch-key/1\\nproject\\n2026Q4\\n${{root}}\\n`;
const tries = [
  () => parseEpochKey(good.slice(0, -3)),
  () => parseEpochKey(good.replace("=", "")),
  () => parseEpochKey(good + good),
  () => encoder({{ project: "other" }}, parseEpochKey(good)),
  () => encoder({{ passes: [{{ name: "p", parts: [{{ take: "exact", attribute: root }}] }}] }},
    parseEpochKey(good)),
];
let told = "";
for (const attempt of tries) {{
  try {{ await attempt(); told += "NOTHING"; }} catch (error) {{ told += error.stack; }}
}}
if (told.includes("NOTHING") || told.includes(root) || told.includes("kkkk")) process.exit(1);
process.stdout.write(String(told.split("Error").length > 5));
"""
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stdout == "true"
