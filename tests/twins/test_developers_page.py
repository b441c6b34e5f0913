"""The example for developers prints what the page says."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "developers.md").read_text(encoding="utf-8")


def block(kind: str) -> str:
    """Return the first block of that kind."""
    return PAGE.split(f"```{kind}\n")[1].split("```")[0]


@pytest.mark.skipif(
    shutil.which("node") is None, reason="Node is not installed, so the JavaScript cannot be run"
)
def test_the_example_runs_as_it_stands(tmp_path: Path) -> None:
    """The two files and the example in a folder: the output is that of the page."""
    for name in ("uic.mjs", "tokens.mjs"):
        (tmp_path / name).write_bytes((ROOT / "spec" / "javascript" / name).read_bytes())
    (tmp_path / "example.mjs").write_text(block("js"), encoding="utf-8")
    done = subprocess.run(
        ["node", "example.mjs"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout == block("text")


def test_the_key_of_the_example_is_the_published_one() -> None:
    """No real key stands in the page: its bytes are 0 to 31."""
    (encoded,) = re.findall(r'"([A-Za-z0-9+/]{43}=)"', PAGE)
    assert base64.b64decode(encoded) == bytes(range(32))
