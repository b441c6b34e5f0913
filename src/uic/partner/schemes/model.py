"""A scheme: how a code is put together, as data. The norm is ``spec/scheme.md``.

A scheme file is TOML. Every key is checked and unknown keys are refused, because a misspelt key
that is silently ignored makes two organisations write different codes and never learn of it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from uic.partner.schemes.kinds import (
    CALENDARS,
    SEXES,
    Code,
    Component,
    Date,
    Length,
    Letters,
    Literally,
    Name,
    Number,
    Part,
    Soundex,
    Strict,
    Take,
    Text,
    wrong,
)
from uic.schema import STANDARD_ATTRIBUTES

__all__ = [
    "CALENDARS",
    "FORMAT",
    "SEXES",
    "Code",
    "Component",
    "Date",
    "Example",
    "Hash",
    "Length",
    "Letters",
    "Literally",
    "Mononym",
    "Number",
    "Part",
    "Scheme",
    "Soundex",
    "Suffix",
    "Take",
    "Text",
]

FORMAT = "uic-scheme/1"
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
Script = Literal["latin", "khmer", "thai", "cyrillic", "arabic"]


class Hash(Strict):
    """An unkeyed hash that a published scheme prescribes. It protects nobody."""

    algorithm: Literal["sha1", "sha256"]
    characters: Annotated[int, Field(ge=4, le=64)]

    @model_validator(mode="after")
    def _enough(self) -> Hash:
        if self.characters > (40 if self.algorithm == "sha1" else 64):
            raise wrong("the hash has fewer hexadecimal characters than this", "characters")
        return self


class Suffix(Strict):
    """One character that a register adds when a code is taken already.

    Which person gets which is known only to that register, so a suffix is never derived: it is
    read from the attribute ``code_suffix``; ``first`` stands where there is none.
    """

    first: Annotated[str, Field(pattern=r"^[0-9A-Z]?$")] = ""
    taken: Annotated[str, Field(pattern=r"^[0-9A-Z]+$")]


class Mononym(Strict):
    """What is done with a person who has one name only (status ``none`` of the other)."""

    source: Name
    target: Name


class Example(Strict):
    """Attributes of an invented person and the code they give."""

    code: str
    check: str
    person: dict[Name, str]


class Scheme(Strict):
    """A whole scheme. Build one with :func:`uic.partner.schemes.load_scheme`."""

    format: Literal["uic-scheme/1"]
    id: Id
    version: str
    title: str
    source: str
    status: Literal["official", "template"]
    made: Literal["derived", "assigned"] = "derived"
    why_assigned: str = ""
    readings: Annotated[tuple[str, ...], Field(strict=False)] = ()
    scripts: Annotated[tuple[Script, ...], Field(min_length=1, strict=False)] = ("latin",)
    check: Literal["mod37_36", "mod37_2"] = "mod37_36"
    groups: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(strict=False)] = ()
    xlsform_safe: bool = False
    reversible_hash: bool = False
    mononym: Mononym | None = None
    hash: Hash | None = None
    suffix: Suffix | None = None
    components: Annotated[tuple[Component, ...], Field(min_length=1, strict=False)]
    example: Example | None = None

    @property
    def attributes(self) -> tuple[str, ...]:
        """Every attribute of a person that the scheme looks at, once."""
        every = [name for component in self.components for name in component.attributes]
        return tuple(dict.fromkeys(every))

    @property
    def required(self) -> tuple[str, ...]:
        """The attributes a register must have a column for."""
        needed = [c for c in self.components if not isinstance(c, Literally) and not c.optional]
        return tuple(dict.fromkeys(component.attribute for component in needed))

    @property
    def kinds(self) -> dict[str, Any]:
        """The kind of each attribute, as the linkage schema names kinds."""
        found: dict[str, Any] = {}
        for component in self.components:
            kind = _KINDS.get(component.kind, "name")
            found |= dict.fromkeys(component.attributes, kind)
        return found | ({"code_suffix": "code"} if self.suffix else {})

    @model_validator(mode="after")
    def _coherent(self) -> Scheme:
        _check_names(self.components)
        _check_overlaps(self.components)
        _check_kinds(self)
        if (self.hash is not None) != self.reversible_hash:
            rule = "a scheme with a 'hash' step, and no other, must say 'reversible_hash = true'"
            raise wrong(rule, "hash" if self.hash else "reversible_hash")
        if (self.made == "assigned") != bool(self.why_assigned):
            rule = "a scheme with 'made = \"assigned\"', and no other, must say 'why_assigned'"
            raise wrong(rule, "made")
        return self


_KINDS = {"date": "date", "code": "code", "number": "code", "text": "code"}


def _check_names(components: tuple[Component, ...]) -> None:
    names = [component.name for component in components]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise wrong("two components have the same name", "components", place, "name")


def _check_overlaps(components: tuple[Component, ...]) -> None:
    """Refuse a letter of one attribute in two components: it would add length and no knowledge."""
    taken: set[tuple[str, int]] = set()
    for place, component in enumerate(components):
        letters: Any = getattr(component, "letters", ())
        if not isinstance(component, Letters) or letters == "all":
            continue
        places = {(component.attribute, position) for position in letters}
        if taken & places:
            rule = "overlapping positions: another component takes a letter of these"
            raise wrong(rule, "components", place, "letters")
        taken |= places


def _check_kinds(scheme: Scheme) -> None:
    for place, component in enumerate(scheme.components):
        for attribute in component.attributes:
            kind = scheme.kinds[attribute]
            known = STANDARD_ATTRIBUTES.get(attribute, kind)
            if known not in (kind, "text"):
                rule = f"{attribute!r} is a {known} and cannot be used as a {kind}"
                raise wrong(rule, "components", place, "attribute")
