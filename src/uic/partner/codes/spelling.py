"""How a scheme spells names before it counts letters."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from uic.partner import normalising
from uic.partner.normalising.tables import load

if TYPE_CHECKING:
    from uic.partner.schemes.model import Length, Letters, Soundex


class How(NamedTuple):
    """Which part of a name counts, and what is written with two letters."""

    part: str = "whole"
    expand: str | None = None
    drop_words: tuple[str, ...] = ()


def how_of(component: Letters | Length | Soundex) -> How:
    """Return how a component spells names."""
    if component.kind == "soundex":
        return How()
    return How(component.part, component.expand, component.drop_words)


def spelled(names: pa.Array, how: How) -> pa.Array:
    """Return canonical letters of distinct names, null where there is none."""
    if how.expand:
        names = _expanded(names, load().data["latin"]["expansions"][how.expand])
    if how.part == "whole":
        return normalising.normalise_names(names)
    words = normalising.name_words(names).to_pylist()
    return normalising.normalise_names(pa.array([_first(word, how) for word in words], pa.string()))


def _expanded(names: pa.Array, table: dict[str, str]) -> pa.Array:
    for sign, letters in table.items():
        names = pc.replace_substring(names, sign, letters)
    return names


def _first(words: str | None, how: How) -> str | None:
    """Return the first word that is not a title or particle, or the last where all are."""
    if words is None:
        return None
    parts = words.split(" ")
    while len(parts) > 1 and parts[0] in how.drop_words:
        parts = parts[1:]
    return parts[0]
