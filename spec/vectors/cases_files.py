# ruff: noqa: E501, INP001 - one vector a line reads as a table; a script, not a package
"""Scheme files, most of them to be refused: ``spec/scheme.md``."""

# fmt: off

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from builder import Vectors

HEAD = """format = "uic-scheme/1"
id = "own"
version = "1"
title = "A programme's own"
source = "the programme"
status = "template"
"""


def schemes(v: Vectors) -> None:
    """Scheme files that must be refused, with the line that the message names."""

    def refused(name: str, comment: str, text: str, line: int, rule: str) -> None:
        v.add("scheme", name, comment, flags=["rule"], input={"toml": HEAD + text}, expect="scheme", output={"line": line, "rule": rule})

    component = '[[components]]\nname = "{name}"\nkind = "letters"\nattribute = "given_name"\nletters = {letters}\n'
    v.add("scheme", "smallest", "the smallest scheme", flags=["rule"], input={"toml": HEAD + component.format(name="a", letters="[1, 2]")}, expect="success", output={})
    refused("unknown-key", "a misspelt key", component.format(name="a", letters="[1, 2]") + 'mising = "99"\n', 12, "unknown key")
    refused("unknown-key-at-top", "a misspelt key of the scheme", "readngs = []\n" + component.format(name="a", letters="[1]"), 7, "unknown key")
    refused("repeated-position", "a letter taken twice", component.format(name="a", letters="[1, 1]"), 11, "overlapping positions")
    refused("overlapping-components", "two components take the same letter", component.format(name="a", letters="[1, 2]") + component.format(name="b", letters="[2, 3]"), 16, "overlapping positions")
    refused("impossible-date-format", "a date format that is none", '[[components]]\nname = "d"\nkind = "date"\nattribute = "birth_date"\nformat = "DDMMMYY"\n', 11, "impossible date format")
    refused("repeated-date-part", "the year twice", '[[components]]\nname = "d"\nkind = "date"\nattribute = "birth_date"\nformat = "YYYYYY"\n', 11, "impossible date format")
    refused("map-not-total", "a code map that forgets an answer", '[[components]]\nname = "s"\nkind = "code"\nattribute = "sex"\ncodes = { M = "1", F = "2" }\n', 11, "not total")
    refused("pad-too-long", "a sign longer than its component", component.format(name="a", letters="[1, 2]") + 'missing = "999"\n', 12, "must have 2 characters")
    refused("hash-not-told", "a hash step that is not told to be reversible", component.format(name="a", letters="[1]") + '[hash]\nalgorithm = "sha1"\ncharacters = 8\n', 12, "reversible_hash")
    refused("key-missing", "a component without an attribute", '[[components]]\nname = "a"\nkind = "letters"\nletters = [1]\n', 7, "missing")
    refused("no-components", "a scheme without components", "", 1, "missing")
    refused("same-name", "two components of one name", component.format(name="a", letters="[1]") + component.format(name="a", letters="[2]"), 13, "same name")
