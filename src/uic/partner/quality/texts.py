"""Text that lost its letters: read with the wrong encoding, or typed in a font of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from uic.partner.quality.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

LOST = re.compile("\N{REPLACEMENT CHARACTER}|[\x80-\x9f]|\\?{2,}")
LEGACY_SIGN = re.compile(r"[<>\[\]{}|\\^~=+_@#$%&*;\"¤¦§¬¯°±²³µ¶·¸¹º¿÷×]")
LOW, HIGH = "[a-zß-ÿ]", "[A-ZÀ-Þ]"
LEGACY_CAPITAL = re.compile(
    rf"\b{LOW}{{2,}}{HIGH}"  # a capital in a word that starts small
    rf"|\b{LOW}{HIGH}+{LOW}"
    rf"|\w{LOW}{HIGH}{{2,}}\b"  # capitals at the end of a word that has small letters
    rf"|{LOW}{HIGH}\w*{LOW}{HIGH}"  # small and large in turn
)
KHMER = re.compile(r"[\u1780-\u17ff]")
LATIN = re.compile(r"[A-Za-zÀ-ÿ]")


def is_mojibake(text: str) -> bool:
    """Return whether ``text`` is UTF-8 read as Windows-1252 or Latin-1, or has lost letters.

    The test is undoing it: when the characters, written back as single bytes, are valid UTF-8,
    they were UTF-8. Real Latin names practically never are.
    """
    if LOST.search(text):
        return True
    if text.isascii():
        return False
    try:
        b"".join(_as_byte(letter) for letter in text).decode("utf-8")
    except UnicodeError:
        return False
    return True


def _as_byte(letter: str) -> bytes:
    """Write one character as the byte it was read from."""
    return letter.encode("latin-1" if ord(letter) < 0x100 else "cp1252")


def is_legacy_khmer(text: str) -> bool:
    """Return whether ``text`` looks like Khmer typed in a legacy font (Limon, ABC).

    Such fonts draw Khmer letters in the places of Latin ones, so the file holds signs and
    capitals in the middle of words: ``RBHraCaNacRkkm<úCa`` for "Kingdom of Cambodia". A short
    name without either cannot be told from a Latin spelling.
    """
    if not LATIN.search(text) or KHMER.search(text) or is_mojibake(text):
        return False
    return bool(LEGACY_SIGN.search(text) or LEGACY_CAPITAL.search(text))


RULES: dict[str, Callable[[str], bool]] = {
    "mojibake": is_mojibake,
    "legacy-font": is_legacy_khmer,
}


def text_findings(column: pa.ChunkedArray, name: str) -> list[Finding]:
    """Apply every rule on text to one column; each different value is looked at once."""
    counted = pc.value_counts(column.drop_null())
    counts = counted.field("counts").to_pylist()
    pairs = list(zip(counted.field("values").to_pylist(), counts, strict=True))

    def found(rule: str) -> Finding:
        bad = sum(count for text, count in pairs if RULES[rule](text))
        return Finding(rule, name, bad, sum(counts), None, bad > 0)

    return [found(rule) for rule in RULES]
