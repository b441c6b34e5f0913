"""The walls between the rooms hold, and a wall that is broken is seen."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
_LINT = "from importlinter.cli import lint_imports_command as c; c(['--no-cache'])"


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = f"import sys; sys.path.insert(0, {str(folder / 'src')!r}); {_LINT}"
    return subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package and its contracts."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_all_contracts_are_kept(copy: Path) -> None:
    """Every import of the package respects the walls."""
    result = lint(copy)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("room", "forbidden"),
    [
        ("matching/plan.py", "uic.partner.registers"),
        ("matching/plan.py", "uic.crypto.keys"),
        ("resolving/records.py", "uic.matching.plan"),
        ("resolving/register/rounds.py", "uic.envelope.pairs"),
        ("matching/store.py", "uic.crypto.keys"),
        ("analysis/counting.py", "uic.partner.registers"),
        ("crypto/kdf.py", "uic.values"),
        ("partner/encoding/tokens.py", "uic.resolving.clustering"),
        ("analysis/counting.py", "pandas"),
    ],
)
def test_a_forbidden_import_breaks_a_contract(copy: Path, room: str, forbidden: str) -> None:
    """One line through a wall, and the linter fails and names both rooms."""
    module = copy / "src" / "uic" / room
    module.write_text(module.read_text() + f"\nimport {forbidden}\n")
    result = lint(copy)
    assert result.returncode != 0
    assert forbidden in result.stdout
