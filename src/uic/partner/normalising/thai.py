"""Thai: one order for the marks over a consonant; code letters are consonants only.

In memory a leading vowel (U+0E40-0E44) comes before the consonant it is read after. Moving it
would not be idempotent, so the canonical form keeps it and the letters of a code are the
consonants (``spec/normalisation.md``, section 5).
"""

from __future__ import annotations

import functools
import re

from uic.partner.normalising.tables import load

_MARK = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
_SPLIT_AM = re.compile(f"\u0e4d([{_MARK}]*)\u0e32")
_RUN = re.compile(f"[{_MARK}\u0e33]{{2,}}")


def reorder(text: str) -> str:
    """Return the text with vowel signs before tone marks, each once, and split vowels joined."""
    text = text.replace("\u0e40\u0e40", "\u0e41")
    return _RUN.sub(_sorted_marks, _SPLIT_AM.sub("\\1\u0e33", text))


def _sorted_marks(match: re.Match[str]) -> str:
    tones = load().data["thai"]["tones"]
    order = sorted(set(match.group()), key=lambda mark: (mark == "\u0e33", mark in tones, mark))
    return "".join(order)


def code_letters(name: str) -> str:
    """Return the consonants, in writing order."""
    consonants = load().data["thai"]["consonants"]
    return "".join(letter for letter in name if letter in consonants)


@functools.cache
def _sound_letters() -> dict[str, str]:
    table = load().data["thai"]["sounds"]
    return {form: letter for letter, forms in table.items() for form in forms}


def sound(name: str) -> str:
    """Return the consonant key: consonants of one sound are one, silenced ones are left out."""
    spoken = re.sub("[\u0e01-\u0e2e][\u0e34-\u0e3a]?\u0e4c", "", name)
    sounds = [_sound_letters()[letter] for letter in code_letters(spoken)]
    return "".join(
        letter for place, letter in enumerate(sounds) if not place or letter != sounds[place - 1]
    )
