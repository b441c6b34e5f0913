"""Names to draw people from: common Khmer names with their Latin spellings, and made-up ones.

``khmer_names.csv`` holds common names as Khmer script and Latin spellings, the usual spelling
first. Nobody agreed on one way to write Khmer in Latin letters, so every name has several.
Rows stand in the order of how common we took the name to be; no register was counted for it.
"""

from __future__ import annotations

import csv
import functools
import re
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from uic.synthesis.cells import changed

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEEPNESS = 0.7
"""Exponent of the Zipf-like fall of frequencies: the r-th name is r**-0.7 as common."""

# How one sound is written in several ways; each rule may give one more spelling of a name.
RESPELLINGS = (
    (r"oeu", "eu"),
    (r"ou", "u"),
    (r"ea", "ia"),
    (r"y$", "i"),
    (r"ph", "f"),
    (r"v", "w"),
    (r"th", "t"),
    (r"kh", "k"),
    (r"nn", "n"),
    (r"([aou])$", r"\1h"),
)
_SYLLABLE = (
    ("b", "br", "ch", "d", "dr", "f", "g", "gl", "h", "j", "k", "kr", "l", "m", "n", "p", "pl",
     "r", "s", "sh", "st", "t", "tr", "v", "w", "y", "z"),
    ("a", "e", "i", "o", "u", "ae", "ai", "ea", "ie", "oa", "ou"),
    ("", "", "", "l", "m", "n", "nd", "r", "rs", "s", "t", "x"),
)  # fmt: skip
"""How a made-up syllable may begin, sound and end."""


@dataclass(frozen=True, repr=False)
class NameList:
    """Names of one kind, common ones first, with the chance of each.

    Attributes:
        latin: The usual Latin spelling of each name.
        chances: Chance of each name; they add up to 1.
    """

    latin: NDArray[np.object_]
    chances: NDArray[np.float64]

    def draw(self, count: int, rng: np.random.Generator) -> NDArray[np.object_]:
        """Draw ``count`` names by their chances."""
        cumulated = np.cumsum(self.chances)
        places = np.searchsorted(cumulated, rng.random(count) * cumulated[-1], side="right")
        return np.asarray(self.latin[places])


@dataclass(frozen=True, repr=False)
class Names:
    """The family names and the given names of either sex of one style of population."""

    family: NameList
    male: NameList
    female: NameList


def khmer_names() -> Names:
    """Return the common Khmer names: about 60 family names, 160 given names per sex."""
    rows = _rows()
    lists = {
        role: name_list([latin[0] for kind, _, latin in rows if kind == role])
        for role in ("family", "male", "female")
    }
    return Names(**lists)


def made_up_names(rng: np.random.Generator, *, families: int, given: int) -> Names:
    """Return names made of syllables, so many that most people share theirs with few others.

    A few names come out twice and are dropped, so the lists are a little shorter than asked.
    """
    return Names(*(name_list(_invent(rng, size)) for size in (families, given, given)))


def name_list(latin: list[str]) -> NameList:
    """Return a list of names, given common ones first, with Zipf-like chances."""
    weights = np.arange(1, len(latin) + 1) ** -STEEPNESS
    return NameList(np.array(latin, dtype=object), weights / weights.sum())


def khmer_script(names: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the Khmer writing of usual Latin spellings; None for names that are not listed."""
    written = {latin[0]: khmer for _, khmer, latin in _rows()}
    return changed(names, written.get)


@functools.cache
def spellings(name: str) -> tuple[str, ...]:
    """Return other Latin spellings of a name: those listed, or those the rules give."""
    return _listed().get(name) or _respelled(name)


def _respelled(name: str) -> tuple[str, ...]:
    found = (re.sub(old, new, name, count=1) for old, new in RESPELLINGS)
    return tuple(dict.fromkeys(spelling for spelling in found if spelling != name))


@functools.cache
def _rows() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    text = resources.files("uic.synthesis").joinpath("khmer_names.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple((row["role"], row["khmer"], tuple(row["latin"].split())) for row in rows)


@functools.cache
def _listed() -> dict[str, tuple[str, ...]]:
    return {latin[0]: latin[1:] for _, _, latin in _rows()}


def _invent(rng: np.random.Generator, size: int) -> list[str]:
    syllables = 2 + (rng.random(size) < 0.4)
    parts = [_syllables(rng, size) for _ in range(3)]
    triples = zip(*parts, strict=True)
    names = ["".join(three[:count]) for three, count in zip(triples, syllables, strict=True)]
    return list(dict.fromkeys(name.capitalize() for name in names))


def _syllables(rng: np.random.Generator, size: int) -> list[str]:
    parts = [np.array(kind, dtype=object)[rng.integers(0, len(kind), size)] for kind in _SYLLABLE]
    return ["".join(three) for three in zip(*parts, strict=True)]
