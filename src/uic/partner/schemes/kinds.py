"""The kinds of component a scheme is made of. Every rule, with an example: ``spec/scheme.md``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from collections.abc import Sequence

SEXES = ("M", "F", "other", "unknown")
"""The values of the attribute ``sex``; a code map must say what becomes of each."""

CALENDARS = {"gregorian": 0, "buddhist": 543}
"""Years to add to the common era. A further calendar of the same months is a line here."""

DATE_TOKENS = ("YYYY", "YY", "MM", "DD", "M")
_TOKENS = re.compile("YYYY|YY|MM|DD|M")

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
Pad = Annotated[str, Field(pattern=r"^[0-9A-Z]*$", max_length=32)]


class Strict(BaseModel):
    """A table of a scheme file: unknown keys are refused, nothing is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def wrong(rule: str, *steps: str | int) -> PydanticCustomError:
    """Build the error for a broken rule; ``steps`` lead to the key from where the check stands."""
    return PydanticCustomError("rule", rule.replace("{", "{{"), {"steps": steps})


class Part(Strict):
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


class Take(Strict):
    """Letters of one attribute; several of them make a fallback."""

    attribute: Name
    letters: Annotated[
        tuple[Annotated[int, Field(ge=1, le=40)], ...], Field(min_length=1, strict=False)
    ]


class Letters(Part):
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
        """Its own attribute and those of the fallback."""
        return (self.attribute, *(take.attribute for take in self.fallback))

    @model_validator(mode="after")
    def _positions(self) -> Letters:
        _check_positions(self.letters if self.letters != "all" else ())
        taken = sum(len(take.letters) for take in self.fallback)
        if self.fallback and taken != len(self.letters):
            raise wrong("'fallback' must give as many letters as 'letters'", "fallback")
        if self.letters != "all" and self.short != "":
            _check_pads(self, len(self.letters))
        return self


class Length(Part):
    """How many letters a name has."""

    kind: Literal["length"]
    part: Literal["whole", "first_word"] = "whole"
    expand: Literal["german"] | None = None
    drop_words: Annotated[tuple[str, ...], Field(strict=False)] = ()
    over_nine: Literal["0", "plain"] = "plain"


class Soundex(Part):
    """American Soundex of a name: a letter and three digits."""

    kind: Literal["soundex"]

    @model_validator(mode="after")
    def _width(self) -> Soundex:
        _check_pads(self, 4)
        return self


class Date(Part):
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
            rule = f"impossible date format: write each of {', '.join(DATE_TOKENS)} at most once"
            raise wrong(rule, "format")
        if "M" not in self.tokens:
            _check_pads(self, len(self.format))
        return self


class Code(Part):
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
            raise wrong("list every answer in 'values', so that the map can be seen to be total")
        answered = {*self.codes, *self.refuse}
        if gaps := sorted(set(self.domain) - answered):
            rule = f"the code map is not total: say in 'codes' or 'refuse' what becomes of {gaps}"
            raise wrong(rule, "codes")
        if odd := sorted(answered - set(self.domain)):
            raise wrong(f"the code map has answers the attribute cannot have: {odd}", "codes")
        if len({len(code) for code in (*self.codes.values(), *self.pads)}) > 1:
            raise wrong("the codes of one component must have one length", "codes")
        return self


class Number(Part):
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
            raise wrong("'smallest' and 'largest' do not fit into 'digits'", "digits")
        _check_pads(self, self.digits)
        return self


class Text(Part):
    """Characters taken over as they are, such as a district code."""

    kind: Literal["text"]
    alphabet: Literal["digits", "letters", "alphanumeric"]
    length: Annotated[int, Field(ge=1, le=32)]

    @model_validator(mode="after")
    def _width(self) -> Text:
        _check_pads(self, self.length)
        return self


class Literally(Strict):
    """Characters that are the same in every code, or in the text that is hashed."""

    kind: Literal["literal"]
    name: Name
    text: Annotated[str, Field(min_length=1, max_length=8, pattern=r"^[0-9A-Z|]+$")]

    @property
    def attributes(self) -> tuple[str, ...]:
        """No attribute of a person."""
        return ()

    @property
    def pads(self) -> tuple[str, ...]:
        """Nothing is ever absent."""
        return ()


Component = Annotated[
    Letters | Length | Soundex | Date | Code | Number | Text | Literally,
    Field(discriminator="kind"),
]


def _check_positions(positions: Sequence[int]) -> None:
    if len(set(positions)) < len(positions):
        raise wrong("overlapping positions: a letter is taken twice", "letters")
    if list(positions) != sorted(positions):
        raise wrong("write the positions in rising order", "letters")


def _check_pads(component: Part, width: int) -> None:
    for key in ("missing", "unknown", "refused"):
        sign = getattr(component, key)
        if sign is not None and len(sign) != width:
            raise wrong(f"the sign must have {width} characters, like the component", key)
