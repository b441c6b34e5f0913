"""The command line: one thin command a verb, each calling the public function of its name.

Data goes to standard output or to files; messages go to standard error as ``uic: ...``.
Exit codes: 0 done, 1 a problem with the data, 2 wrong usage.
"""

from __future__ import annotations

import sys
from pathlib import Path

from uic.cli.app import app
from uic.errors import UicError

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line; errors become a message and an exit code, never a traceback."""
    try:
        app()
    except UicError as error:
        _say(str(error))
        raise SystemExit(error.exit_code) from None
    except OSError as error:
        _say(f"{_place(error)} cannot be written or read: {error.strerror or 'unknown reason'}")
        _say("  hint: name a folder that you may write to, and run the command again; nothing was")
        _say("  written under a final name")
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        _say("stopped; nothing was written under a final name")
        raise SystemExit(130) from None


def _place(error: OSError) -> str:
    """Name the file or folder that is meant, or the folder of a temporary file."""
    path = Path(str(error.filename or ""))
    hidden = path.name.startswith(".")
    return (path.parent if hidden else path).name or "a file"


def _say(message: str) -> None:
    for line in message.splitlines():
        print(line if line.startswith("  ") else f"uic: {line}", file=sys.stderr)  # noqa: T201
