"""How a scheme spells names before it counts letters."""

from __future__ import annotations

from dataclasses import dataclass, field
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


REMEMBERED = 500_000
"""Distinct names a speller remembers; beyond that it starts anew, so that memory has a bound."""

_SPELLED = pa.schema([(key, pa.string()) for key in ("name", "letters", "script", "rule")])


@dataclass(repr=False)
class Speller:
    """Spells names for a scheme, and each distinct name once however many pieces a file has."""

    scripts: tuple[str, ...]
    known: dict[How, pa.Table] = field(default_factory=dict)

    def spell(self, names: pa.Array, how: How) -> pa.Table:
        """Spell distinct names.

        Returns:
            One row a name: ``letters`` a code may take and their ``script``, both null where the
            name cannot be used; ``rule`` it breaks, null where it breaks none.
        """
        known = self.known.pop(how, _SPELLED.empty_table())
        new = names.filter(pc.is_null(pc.index_in(names, known["name"])))
        if len(new):
            known = pa.concat_tables([known, _judged(new, how, self.scripts)]).combine_chunks()
        if len(known) <= REMEMBERED:
            self.known[how] = known
        return known.take(pc.index_in(names, known["name"]))


def _judged(names: pa.Array, how: How, scripts: tuple[str, ...]) -> pa.Table:
    canonical = spelled(names, how)
    script = normalising.script_of(canonical)
    letters = normalising.code_letters(canonical)
    foreign = pc.and_(pc.is_valid(script), pc.invert(pc.is_in(script, pa.array(scripts))))
    rule = pc.case_when(
        pc.make_struct(normalising.unknown_characters(names), foreign, pc.is_null(letters)),
        "unknown_character",
        "script_not_allowed",
        "no_letters",
    ).cast(pa.string())
    usable = pc.is_null(rule)
    nothing = pa.scalar(None, pa.string())
    columns = [names, pc.if_else(usable, letters, nothing), pc.if_else(usable, script, nothing)]
    return pa.table([*columns, rule], schema=_SPELLED)


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
