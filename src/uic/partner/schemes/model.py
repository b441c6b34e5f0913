"""A scheme: how a code is put together, as data. The norm is ``spec/scheme.md``.

A scheme file is TOML. Every key is checked and unknown keys are refused, because a misspelt key
that is silently ignored makes two organisations write different codes and never learn of it.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from uic.schema import STANDARD_ATTRIBUTES

FORMAT = "uic-scheme/1"
SEXES = ("M", "F", "other", "unknown")
"""The values of the attribute ``sex``; a code map must say what becomes of each."""

CALENDARS = {"gregorian": 0, "buddhist": 543}
"""Years to add to the common era. A further calendar of the same months is a line here."""

DATE_TOKENS = ("YYYY", "YY", "MM", "DD", "M")
_TOKENS = re.compile("YYYY|YY|MM|DD|M")

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
Pad = Annotated[str, Field(pattern=r"^[0-9A-Z]*$", max_length=32)]
Script = Literal["latin", "khmer", "thai", "cyrillic", "arabic"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Component(_Strict):
    """What every component has: a name, a source, and what stands for an absent value.

    A component without ``missing`` makes no code for a person whose value is missing.
    ``unknown`` (asked, not known) falls back to ``missing``; ``refused`` (asked, not told) to
    ``unknown``.
    """

    name: Name
    attribute: Name
    missing: Pad | None = None
    unknown: Pad | None = None
    refused: Pad | None = None
    optional: bool = False

    @property
    def attributes(self) -> tuple[str, ...]:
        """Every attribute the component looks at; the first is its own."""
        return (self.attribute,)

    @property
    def pads(self) -> tuple[str, ...]:
        """What may stand in the code for an absent value."""
        return tuple({pad for pad in (self.missing, self.unknown, self.refused) if pad is not None})


class Take(_Strict):
    """Letters of one attribute; several of them make a fallback."""

    attribute: Name
    letters: Annotated[
        tuple[Annotated[int, Field(ge=1, le=40)], ...], Field(min_length=1, strict=False)
    ]


class Letters(_Component):
    """Letters of a name, counted from 1 after normalising."""

    kind: Literal["letters"]
    letters: (
        Annotated[tuple[Annotated[int, Field(ge=1, le=40)], ...], Field(min_length=1, strict=False)]
        | Literal["all"]
    )
    part: Literal["whole", "first_word"] = "whole"
    expand: Literal["german"] | None = None
    drop_words: Annotated[tuple[str, ...], Field(strict=False)] = ()
    short: Annotated[str, Field(pattern=r"^[0-9A-Z]?$")] | None = None
    fallback: Annotated[tuple[Take, ...], Field(strict=False)] = ()

    @property
    def attributes(self) -> tuple[str, ...]:
        return (self.attribute, *(take.attribute for take in self.fallback))

    @model_validator(mode="after")
    def _positions(self) -> Letters:
        _check_positions(self.letters if self.letters != "all" else ())
        taken = sum(len(take.letters) for take in self.fallback)
        if self.fallback and taken != len(self.letters):
            raise ValueError("'fallback' must give as many letters as 'letters'")
        if self.letters != "all" and self.short != "":
            _check_pads(self, len(self.letters))
        return self


class Length(_Component):
    """How many letters a name has."""

    kind: Literal["length"]
    part: Literal["whole", "first_word"] = "whole"
    expand: Literal["german"] | None = None
    drop_words: Annotated[tuple[str, ...], Field(strict=False)] = ()
    over_nine: Literal["0", "plain"] = "plain"


class Soundex(_Component):
    """American Soundex of a name: a letter and three digits."""

    kind: Literal["soundex"]

    @model_validator(mode="after")
    def _width(self) -> Soundex:
        _check_pads(self, 4)
        return self


class Date(_Component):
    """A date, or parts of it, in one calendar."""

    kind: Literal["date"]
    format: str
    calendar: Literal["gregorian", "buddhist"] = "gregorian"
    unknown_day: Annotated[str, Field(pattern=r"^[0-9]{2}$")] | None = None
    unknown_month: Annotated[str, Field(pattern=r"^[0-9]{2}$")] | None = None

    @property
    def tokens(self) -> tuple[str, ...]:
        """The format taken apart, as ``("DD", "MM", "YYYY")``."""
        return tuple(_TOKENS.findall(self.format))

    @model_validator(mode="after")
    def _possible(self) -> Date:
        kinds = [token[0] for token in self.tokens]
        if "".join(self.tokens) != self.format or not kinds or len(set(kinds)) < len(kinds):
            raise ValueError(
                f"impossible date format: write each of {', '.join(DATE_TOKENS)} at most once"
            )
        if "M" not in self.tokens:
            _check_pads(self, len(self.format))
        return self


class Code(_Component):
    """A coded answer, such as sex, through a map that says what becomes of every answer."""

    kind: Literal["code"]
    codes: dict[str, Annotated[str, Field(pattern=r"^[0-9A-Z]+$")]]
    refuse: Annotated[tuple[str, ...], Field(strict=False)] = ()
    values: Annotated[tuple[str, ...], Field(strict=False)] = ()

    @property
    def domain(self) -> tuple[str, ...]:
        """Every answer the attribute can have."""
        return SEXES if self.attribute == "sex" else self.values

    @model_validator(mode="after")
    def _total(self) -> Code:
        if not self.domain:
            raise ValueError(
                "list every answer in 'values', so that the map can be seen to be total"
            )
        answered = {*self.codes, *self.refuse}
        if gaps := sorted(set(self.domain) - answered):
            raise ValueError(
                f"the code map is not total: say in 'codes' or 'refuse' what becomes of {gaps}"
            )
        if odd := sorted(answered - set(self.domain)):
            raise ValueError(f"the code map has answers the attribute cannot have: {odd}")
        if len({len(code) for code in (*self.codes.values(), *self.pads)}) > 1:
            raise ValueError("the codes of one component must have one length")
        return self


class Number(_Component):
    """A whole number with leading zeros."""

    kind: Literal["number"]
    digits: Annotated[int, Field(ge=1, le=9)]
    smallest: Annotated[int, Field(ge=0)] = 0
    largest: int | None = None

    @property
    def top(self) -> int:
        """The largest number that may be written."""
        return 10**self.digits - 1 if self.largest is None else self.largest

    @model_validator(mode="after")
    def _room(self) -> Number:
        if not self.smallest <= self.top < 10**self.digits:
            raise ValueError("'smallest' and 'largest' do not fit into 'digits'")
        _check_pads(self, self.digits)
        return self


class Text(_Component):
    """Characters taken over as they are, such as a district code."""

    kind: Literal["text"]
    alphabet: Literal["digits", "letters", "alphanumeric"]
    length: Annotated[int, Field(ge=1, le=32)]

    @model_validator(mode="after")
    def _width(self) -> Text:
        _check_pads(self, self.length)
        return self


class Literally(_Strict):
    """Characters that are the same in every code, or in the text that is hashed."""

    kind: Literal["literal"]
    name: Name
    text: Annotated[str, Field(min_length=1, max_length=8, pattern=r"^[0-9A-Z|]+$")]
    attributes: tuple[str, ...] = Field(default=(), exclude=True, init=False)
    pads: tuple[str, ...] = Field(default=(), exclude=True, init=False)


Component = Annotated[
    Letters | Length | Soundex | Date | Code | Number | Text | Literally,
    Field(discriminator="kind"),
]


class Hash(_Strict):
    """An unkeyed hash that a published scheme prescribes. It protects nobody."""

    algorithm: Literal["sha1", "sha256"]
    characters: Annotated[int, Field(ge=4, le=64)]

    @model_validator(mode="after")
    def _enough(self) -> Hash:
        if self.characters > (40 if self.algorithm == "sha1" else 64):
            raise ValueError("the hash has fewer hexadecimal characters than 'characters'")
        return self


class Suffix(_Strict):
    """One character that a register adds when a code is taken already.

    Which person gets which is known only to that register, so a suffix is never derived: it is
    read from the attribute ``code_suffix``; ``first`` stands where there is none.
    """

    first: Annotated[str, Field(pattern=r"^[0-9A-Z]?$")] = ""
    taken: Annotated[str, Field(pattern=r"^[0-9A-Z]+$")]


class Mononym(_Strict):
    """What is done with a person who has one name only (status ``none`` of the other)."""

    source: Name
    target: Name


class Example(_Strict):
    """Attributes of an invented person and the code they give."""

    code: str
    check: str
    person: dict[Name, str]


class Scheme(_Strict):
    """A whole scheme. Build one with :func:`uic.partner.schemes.load_scheme`."""

    format: Literal["uic-scheme/1"] = FORMAT
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
        names = [component.name for component in self.components]
        if len(set(names)) < len(names):
            raise ValueError("two components have the same name")
        _check_overlaps(self.components)
        _check_kinds(self)
        if (self.hash is not None) != self.reversible_hash:
            raise ValueError(
                "a scheme with a 'hash' step, and no other, must say 'reversible_hash = true'"
            )
        if (self.made == "assigned") != bool(self.why_assigned):
            raise ValueError(
                "a scheme with 'made = \"assigned\"', and no other, must say 'why_assigned'"
            )
        return self


_KINDS = {"date": "date", "code": "code", "number": "code", "text": "code"}


def _check_positions(positions: Any) -> None:
    if len(set(positions)) < len(positions):
        raise ValueError("overlapping positions: a letter is taken twice")
    if list(positions) != sorted(positions):
        raise ValueError("write the positions in rising order")


def _check_overlaps(components: tuple[Any, ...]) -> None:
    """Refuse a letter of one attribute in two components: it would add length and no knowledge."""
    taken: set[tuple[str, int]] = set()
    for component in components:
        letters = getattr(component, "letters", ())
        places = {(component.attribute, place) for place in letters if letters != "all"}
        if taken & places:
            raise ValueError(
                f"overlapping positions: {component.name!r} takes a letter that another has"
            )
        taken |= places


def _check_kinds(scheme: Scheme) -> None:
    for attribute, kind in scheme.kinds.items():
        if STANDARD_ATTRIBUTES.get(attribute, kind) not in (kind, "text"):
            known = STANDARD_ATTRIBUTES[attribute]
            raise ValueError(f"{attribute!r} is of kind {known!r} and cannot be used as {kind!r}")


def _check_pads(component: _Component, width: int) -> None:
    if any(len(pad) != width for pad in component.pads):
        raise ValueError(
            f"'missing', 'unknown' and 'refused' must have {width} characters, like the component"
        )
