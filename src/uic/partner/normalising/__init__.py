"""Names brought to one form, script by script, by finite tables."""

from __future__ import annotations

from uic.partner.normalising.columns import (
    code_letters,
    name_words,
    normalise_names,
    normalise_text,
    script_of,
    skeletons,
    sounds,
    unknown_characters,
)

VERSION = "1"
"""Version of the rules and tables; recorded with every code and every export."""

__all__ = [
    "VERSION",
    "code_letters",
    "name_words",
    "normalise_names",
    "normalise_text",
    "script_of",
    "skeletons",
    "sounds",
    "unknown_characters",
]
