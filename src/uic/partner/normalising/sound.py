"""Pass keys: names that sound alike get one key. For finding candidates, never inside a code."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.partner.normalising import canonical, khmer, thai
from uic.partner.normalising.tables import load

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SOUNDEX = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "01230120022455012623010202")
_DIGITS = np.zeros(256, dtype=np.uint8)
_DIGITS[ord("A") : ord("Z") + 1] = bytearray(b"01230120022455012623010202")
_RUNS = re.compile(r"(.)\1+")
_SKELETON = re.compile("CHH|CH|J|KH|NG|NH|NY|GN|G|Q|PH|F|B|TH|D|W|Z|X|[AEIOUHY]")
_SKELETON_KEYS = (
    dict.fromkeys(("CHH", "CH", "J"), "C")
    | dict.fromkeys(("KH", "G", "Q"), "K")
    | dict.fromkeys(("PH", "F", "B"), "P")
    | dict.fromkeys(("TH", "D"), "T")
    | dict.fromkeys(("NH", "NY", "GN"), "N")
    | {"NG": "7", "W": "V", "Z": "S", "X": "S"}
)
VOWELS_ONLY = "0"
"""The skeleton of a name that has no consonant, such as Ou."""


def sound(name: str) -> str:
    """Return the phonetic key of a canonical name; the key stays in the name's script."""
    script = canonical.script(name)
    if script == "latin":
        return soundex(name)
    key = {"khmer": khmer.sound, "thai": thai.sound, "cyrillic": _cyrillic, "arabic": _arabic}
    return (key[script](name) if script in key else name) or name


def soundex(name: str) -> str:
    """Return the American Soundex of A-Z letters: one letter, three digits (NARA, 2007).

    H and W do not separate equal sounds, vowels and Y do: Ashcraft A261, Tymczak T522.
    """
    kept = name[0] + name[1:].replace("H", "").replace("W", "")
    digits = _RUNS.sub(r"\1", kept.translate(_SOUNDEX))[1:].replace("0", "")
    return (name[0] + digits + "000")[:4]


def soundexes(names: pa.Array) -> pa.Array:
    """Return :func:`soundex` of many names at once; every name is A-Z and not empty."""
    letters, starts = _joined_letters(names)
    first = np.zeros(len(letters), dtype=np.bool_)
    first[starts[:-1]] = True
    kept = first | ((letters != ord("H")) & (letters != ord("W")))
    letters, first = letters[kept], first[kept]
    digits = _DIGITS[letters]
    repeats = np.append(False, digits[1:] == digits[:-1])[: len(digits)] & ~first
    code = np.where(first, letters, digits)[(first | (digits != ord("0"))) & ~repeats]
    begins = np.flatnonzero(code >= ord("A"))
    sizes = np.minimum(np.diff(np.append(begins, len(code))), 4)
    keys = np.full((len(begins), 4), ord("0"), dtype=np.uint8)
    for place in range(4):
        long = sizes > place
        keys[long, place] = code[begins[long] + place]
    return (
        pa.FixedSizeBinaryArray.from_buffers(pa.binary(4), len(keys), [None, pa.py_buffer(keys)])
        .cast(pa.binary())
        .cast(pa.string())
    )


def _joined_letters(names: pa.Array) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Return the letters of all names end to end, and where each name starts."""
    _, offsets, data = names.buffers()
    edges = np.frombuffer(offsets, np.int32)[names.offset : names.offset + len(names) + 1]
    return np.frombuffer(data, np.uint8)[edges[0] : edges[-1]], edges - edges[0]


def skeleton(name: str) -> str:
    """Return the consonant skeleton of a Latin spelling of a Khmer name.

    Phalla and Falla are both PL, Vuthy and Wuthy both VT. On 80 pairs of spelling variants it
    gave 65 the same key, Soundex 49 (``spec/normalisation.md``, section 8). A name in another
    script gets its :func:`sound`.
    """
    if canonical.script(name) != "latin":
        return sound(name)
    key = _SKELETON.sub(lambda match: _SKELETON_KEYS.get(match.group(), ""), name)
    return _RUNS.sub(r"\1", key) or VOWELS_ONLY


@functools.cache
def _cyrillic_digits() -> dict[int, str]:
    table = load().data["cyrillic"]
    letters = dict.fromkeys(map(ord, table["letters"]), "0")
    return letters | {ord(form): key for key, forms in table["sounds"].items() for form in forms}


def _cyrillic(name: str) -> str:
    """Soundex over Cyrillic letters; the first letter stays Cyrillic, so keys never mix."""
    digits = _RUNS.sub(r"\1", name.translate(_cyrillic_digits()))[1:].replace("0", "")
    return (name[0] + digits + "000")[:4]


def _arabic(name: str) -> str:
    """Return the first letter and every letter after it that is not alif, waw or ya."""
    weak = load().data["arabic"]["weak"]
    rest = "".join(letter for letter in name[1:] if letter not in weak)
    return _RUNS.sub(r"\1", name[0] + rest)
