# ruff: noqa: INP001 - a script beside the specification, not a package
"""Write the tables of ``spec/normalisation`` into ``uic.mjs``. Run after a table has changed.

Run: ``python spec/javascript/embed.py``. The JavaScript is one file without a dependency, so
that it can be put into a page that works without a network; the tables are the norm's own.
"""

from __future__ import annotations

import json
from pathlib import Path

SPEC = Path(__file__).parents[1]
MODULE = SPEC / "javascript" / "uic.mjs"
BEGIN, END = "// BEGIN TABLES", "// END TABLES"
NAMES = ("shared", "latin", "khmer", "thai", "cyrillic", "arabic", "other")


def embedded(text: str) -> str:
    """Return the module's text with the current tables in it."""
    tables = {
        name: json.loads((SPEC / "normalisation" / f"{name}.json").read_text(encoding="utf-8"))
        for name in NAMES
    }
    lines = [
        f"  {name}: {json.dumps(table, ensure_ascii=False, separators=(',', ':'))},"
        for name, table in tables.items()
    ]
    head, rest = text.split(BEGIN, 1)
    line, rest = rest.split("\n", 1)
    _, tail = rest.split(END, 1)
    body = "\n".join(["export const TABLES = {", *lines, "};"])
    return f"{head}{BEGIN}{line}\n{body}\n{END}{tail}"


def main() -> None:
    """Bring the module up to date."""
    text = MODULE.read_text(encoding="utf-8")
    MODULE.write_text(embedded(text), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
