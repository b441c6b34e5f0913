"""The command line: one thin command a verb, each calling the public function of its name.

Data goes to standard output or to files; messages go to standard error as ``uic: ...``.
Exit codes: 0 done, 1 a problem with the data, 2 wrong usage.
"""

from __future__ import annotations

import sys

from uic.cli.app import app
from uic.errors import UicError

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line; errors become a message and an exit code, never a traceback."""
    try:
        app()
    except UicError as error:
        for line in str(error).splitlines():
            print(f"uic: {line}" if not line.startswith("  ") else line, file=sys.stderr)  # noqa: T201
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        print("uic: stopped; nothing was written under a final name", file=sys.stderr)  # noqa: T201
        raise SystemExit(130) from None
