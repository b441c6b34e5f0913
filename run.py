"""The two commands: ``python3 run.py demo`` and ``python3 run.py test``.

Needs Python 3.11 or newer and nothing else. It makes the folder ``.venv`` here, installs the
locked packages and this library into it, and runs the command there. ``lint`` and ``setup`` do
what they say.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
LOCKS = {"demo": HERE / "requirements.txt", "dev": HERE / "requirements-dev.txt"}
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")


def main(arguments: list[str]) -> int:
    """Set up what the command needs and run it."""
    command, rest = (arguments or ["help"])[0], arguments[1:]
    if sys.version_info < (3, 11):  # noqa: UP036 - this file may be started by any Python
        print("uic needs Python 3.11 or newer; this is", sys.version.split()[0])
        return 2
    if command == "demo":
        setup("demo")
        return call("-m", "uic.cli", "demo", *rest)
    if command == "test":
        setup("dev")
        return call("-m", "pytest", *rest)
    if command == "lint":
        setup("dev")
        return lint()
    if command == "setup":
        setup("dev")
        return 0
    print(__doc__)
    return 0 if command in {"help", "-h", "--help"} else 2


def setup(kind: str) -> None:
    """Make the environment and install the locked packages, unless that is done already."""
    if not PYTHON.exists():
        print("making .venv", flush=True)
        venv.create(VENV, with_pip=True, clear=True)
    lock = LOCKS[kind]
    wanted = hashlib.sha256(lock.read_bytes() + (HERE / "pyproject.toml").read_bytes()).hexdigest()
    stamp = VENV / f"installed-{kind}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"installing the packages of {lock.name} (once)", flush=True)
    pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    check(*pip, "--require-hashes", "-r", str(lock))
    check(*pip, "--no-deps", "--no-build-isolation", "--editable", str(HERE))
    stamp.write_text(wanted)


def lint() -> int:
    """Run ruff, mypy and import-linter; the exit code is 0 when all three are content."""
    tools = (
        ("-m", "ruff", "check", "."),
        ("-m", "ruff", "format", "--check", "."),
        ("-m", "mypy"),
        ("-c", "from importlinter.cli import lint_imports_command as c; c(['--no-cache'])"),
    )
    return max([call(*tool) for tool in tools])


def call(*arguments: str) -> int:
    """Run the environment's Python and return its exit code."""
    return subprocess.call([str(PYTHON), *arguments], cwd=HERE)


def check(*arguments: str) -> None:
    """Run the environment's Python and stop when it fails."""
    code = call(*arguments)
    if code:
        raise SystemExit(code)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
