"""Passes: the ways in which rows of different registers meet, and those a schema has by default.

A pass is what is taken of a few attributes; rows in which all of it is equal share a block, and
only rows of one block are ever compared. What no pass brings together is never found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

if TYPE_CHECKING:
    from collections.abc import Iterable

Take = Literal["exact", "sound", "skeleton", "initial", "date", "year", "month", "day", "month_day"]
DATE_TAKES = ("date", "year", "month", "day", "month_day")

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
Label = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=64)]


STRICT = ConfigDict(extra="forbid", frozen=True, strict=True)
"""Everything in a schema: no unknown key, no value of another type, nothing changed later."""


class Part(BaseModel):
    """One part of a pass: what is taken of one attribute, or of two in sorted order."""

    model_config = STRICT

    take: Take
    attribute: Name | None = None
    sorted: Annotated[tuple[Name, Name], Field(strict=False)] | None = None

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes this part looks at."""
        return self.sorted if self.sorted is not None else (str(self.attribute),)

    @model_validator(mode="after")
    def _one_source(self) -> Part:
        if (self.attribute is None) == (self.sorted is None):
            raise ValueError("a part names either 'attribute' or 'sorted'")
        return self


class Pass(BaseModel):
    """One pass: rows of different registers meet when all its parts are equal."""

    model_config = STRICT

    name: Label
    parts: Annotated[tuple[Part, ...], Field(min_length=1, strict=False)]

    @property
    def fixed(self) -> frozenset[str]:
        """Signature columns in which all rows of a block are equal, whatever they hold.

        Nobody need sign them: the key of the pass says all there is to know. Of two attributes
        in sorted order neither is fixed, for the two may have changed places.
        """
        parts = {"date": ("year", "month", "day"), "month_day": ("month", "day")}
        found: set[str] = set()
        for part in self.parts:
            if part.take in DATE_TAKES:
                taken = parts.get(part.take, (part.take,))
                found |= {f"{part.attribute}_{name}" for name in taken}
            elif part.take == "exact" and part.attribute is not None:
                found.add(part.attribute)
        return frozenset(found)


def _passes(*items: tuple[str, list[dict[str, Any]]]) -> tuple[Pass, ...]:
    return tuple(
        Pass(name=name, parts=tuple(Part(**part) for part in parts)) for name, parts in items
    )


_DATE = {"attribute": "birth_date", "take": "date"}
_YEAR = {"attribute": "birth_date", "take": "year"}
_MONTH_DAY = {"attribute": "birth_date", "take": "month_day"}
_SEX = {"attribute": "sex", "take": "exact"}
_PLACE = {"attribute": "place", "take": "exact"}
_SOUNDS = {"sorted": ("family_name", "given_name"), "take": "sound"}
_INITIALS = {"sorted": ("family_name", "given_name"), "take": "initial"}
_MOTHER = {"attribute": "mother_given_name", "take": "exact"}
_FATHER = {"attribute": "father_given_name", "take": "exact"}
_PARENTS = {"sorted": ("father_given_name", "mother_given_name"), "take": "exact"}

_FAMILY_SOUND = {"attribute": "family_name", "take": "sound"}
_GIVEN_SOUND = {"attribute": "given_name", "take": "sound"}
_POSTCODE = {"attribute": "postcode", "take": "exact"}
_BIRTH_PLACE = {"attribute": "birth_place", "take": "exact"}

_NAMES = _passes(
    ("birth-date", [_DATE]),
    ("name-sounds", [_SOUNDS]),
    ("names-year", [_SOUNDS, _YEAR]),
    ("initials-year", [_INITIALS, _YEAR]),
    ("given-month-day", [_GIVEN_SOUND, _MONTH_DAY]),
    ("surname-month-day", [_FAMILY_SOUND, _MONTH_DAY]),
    ("place-surname", [_PLACE, _FAMILY_SOUND]),
    ("place-given", [_PLACE, _GIVEN_SOUND]),
    ("place-initials", [_PLACE, _INITIALS]),
    ("postcode-surname", [_POSTCODE, _FAMILY_SOUND]),
    ("postcode-given", [_POSTCODE, _GIVEN_SOUND]),
    ("postcode-year", [_POSTCODE, _YEAR]),
    ("birth-place-surname", [_BIRTH_PLACE, _FAMILY_SOUND]),
    ("birth-place-given", [_BIRTH_PLACE, _GIVEN_SOUND]),
    ("birth-place-year", [_BIRTH_PLACE, _YEAR]),
)
_TOKENS = _passes(
    ("birth-date", [_DATE]),
    ("name-sounds", [_SOUNDS]),
    ("initials-month-day", [_INITIALS, _MONTH_DAY]),
    ("surname-sex-year", [_FAMILY_SOUND, _SEX, _YEAR]),
    ("place-year", [_PLACE, _YEAR]),
    ("place-surname", [_PLACE, _FAMILY_SOUND]),
)
"""Without signatures the passes are all the evidence there is: few that overlap little."""

DEFAULT_PASSES: dict[str, tuple[Pass, ...]] = {
    "names": _NAMES,
    "tokens": _TOKENS,
    "codes": _passes(
        ("birth-date", [_DATE]),
        ("birth-date-place", [_DATE, _PLACE]),
        ("parents-year", [_PARENTS, _YEAR]),
        ("parents-month-day", [_MOTHER, _FATHER, _MONTH_DAY]),
        ("parents-place-sex", [_MOTHER, _FATHER, _PLACE, _SEX]),
        ("mother-place-sex-year", [_MOTHER, _PLACE, _SEX, _YEAR]),
        ("father-place-sex-year", [_FATHER, _PLACE, _SEX, _YEAR]),
    ),
}
"""Passes of each profile; reasons and measurements in docs/decisions (0148)."""


def default_passes(profile: str, identifiers: Iterable[str]) -> tuple[Pass, ...]:
    """Return the passes of a profile, and one for each attribute that identifies a person."""
    exact = ((name, [{"attribute": name, "take": "exact"}]) for name in sorted(identifiers))
    return (*DEFAULT_PASSES[profile], *_passes(*exact))
