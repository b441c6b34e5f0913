"""Lines that hold each other: each has the hash of the one before it.

A line is a mapping; its hash is the SHA-256 of its canonical JSON without the hash itself. A line
that is changed, removed or moved breaks the chain. Lines cut off at the end, or a log that was
written anew, show only against a hash that was kept elsewhere: print it in the minutes.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

START = "0" * 64
"""What stands in the place of a hash before the first line."""


def canonical(content: Mapping[str, Any]) -> str:
    """Return a mapping as JSON in its one spelling: keys sorted, no white space."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(content: Mapping[str, Any]) -> str:
    """Return the hash of a line: of everything in it but its own ``hash``."""
    told = {name: value for name, value in content.items() if name != "hash"}
    return hashlib.sha256(canonical(told).encode()).hexdigest()


def sealed(content: Mapping[str, Any], previous: str) -> dict[str, Any]:
    """Return a line with the hash of the line before, and its own."""
    line = {**content, "previous": previous}
    return {**line, "hash": digest(line)}


def is_intact(line: Mapping[str, Any]) -> bool:
    """Tell whether a line's hash is its own."""
    return line.get("hash") == digest(line)


def broken_at(lines: Iterable[Mapping[str, Any]]) -> int | None:
    """Return the number, from 1, of the first line that breaks the chain; None if none does."""
    previous = START
    for number, line in enumerate(lines, start=1):
        if line.get("previous") != previous or not is_intact(line):
            return number
        previous = line["hash"]
    return None
