# ruff: noqa: INP001 - a script beside the specification, not a package
"""Write the tables into ``uic.mjs`` and the default passes into ``tokens.mjs``.

Run after a table or a default has changed: ``python spec/javascript/embed.py``. The JavaScript
has no dependency, so that it can be put into a page that works without a network; the tables are
the norm's own, the passes those of ``uic.schema``.
"""

from __future__ import annotations

import json
from pathlib import Path

from uic.passes import DEFAULT_PASSES
from uic.schema import STANDARD_ATTRIBUTES

SPEC = Path(__file__).parents[1]
MODULE = SPEC / "javascript" / "uic.mjs"
TOKENS = SPEC / "javascript" / "tokens.mjs"
NAMES = ("shared", "latin", "khmer", "thai", "cyrillic", "arabic", "other")


def embedded(text: str) -> str:
    """Return the text of ``uic.mjs`` with the current tables in it."""
    tables = {
        name: json.loads((SPEC / "normalisation" / f"{name}.json").read_text(encoding="utf-8"))
        for name in NAMES
    }
    lines = [f"  {name}: {_compact(table)}," for name, table in tables.items()]
    return _between(text, "TABLES", ["export const TABLES = {", *lines, "};"])


def embedded_defaults(text: str) -> str:
    """Return the text of ``tokens.mjs`` with the current kinds and passes in it."""
    kinds = f"  kinds: {_compact(STANDARD_ATTRIBUTES)},"
    lines = ["export const DEFAULTS = {", kinds, "  passes: {"]
    for profile, passes in DEFAULT_PASSES.items():
        data = [item.model_dump(mode="json", exclude_none=True) for item in passes]
        lines += [f"    {profile}: [", *(f"      {_compact(item)}," for item in data), "    ],"]
    return _between(text, "DEFAULTS", [*lines, "  },", "};"])


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _between(text: str, mark: str, lines: list[str]) -> str:
    """Return the text with other lines between its two marks."""
    head, rest = text.split(f"// BEGIN {mark}", 1)
    line, rest = rest.split("\n", 1)
    _, tail = rest.split(f"// END {mark}", 1)
    return "\n".join([f"{head}// BEGIN {mark}{line}", *lines, f"// END {mark}{tail}"])


def main() -> None:
    """Bring both modules up to date."""
    for path, update in ((MODULE, embedded), (TOKENS, embedded_defaults)):
        text = update(path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
