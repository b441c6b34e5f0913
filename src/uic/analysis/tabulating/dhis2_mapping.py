"""Which cell of a table goes where in one DHIS2 instance: a mapping file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from uic.analysis.indicators.linked import AXES
from uic.errors import Problem, SchemaError

FORMAT = "uic-dhis2/1"
# An id never begins with a sign that a spreadsheet would run; nor does a real one.
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/()-]*$", max_length=230)]
Scheme = Literal["UID", "CODE", "NAME"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ValueMapping(_Strict):
    """Which column of the cells becomes which data element.

    ``where`` chooses rows: an axis and its value. An axis that is not named must be ``all``.
    """

    indicator: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
    data_element: Identifier
    where: dict[str, str] = {}
    category_option_combo: Identifier | None = None
    attribute_option_combo: Identifier | None = None


class Dhis2Mapping(_Strict):
    """A mapping file: what goes where in one DHIS2 instance.

    ``org_unit`` holds for every value; or ``org_units_by`` names an axis, and ``org_units`` the
    organisation unit of each of its values.
    """

    format: Literal["uic-dhis2/1"]
    data_set: Identifier | None = None
    id_scheme: Scheme = "UID"
    org_unit: Identifier | None = None
    org_units_by: str | None = None
    org_units: dict[str, Identifier] = {}
    values: Annotated[tuple[ValueMapping, ...], Field(min_length=1, strict=False)]

    @model_validator(mode="after")
    def _coherent(self) -> Dhis2Mapping:
        if (self.org_unit is None) == (self.org_units_by is None):
            raise ValueError("give either 'org_unit' or 'org_units_by' with [org_units]")
        axes = {name for item in self.values for name in item.where} | {self.org_units_by or ""}
        if axes - {*AXES, ""}:
            raise ValueError(f"unknown axis {min(axes - {*AXES, ''})!r}; known: {', '.join(AXES)}")
        return self


def load_dhis2_mapping(path: str | Path) -> Dhis2Mapping:
    """Read and validate a mapping file written in TOML.

    Raises:
        SchemaError: the file is missing, not TOML, or breaks a rule; every problem is listed.
    """
    source = Path(path)
    try:
        data = tomllib.loads(source.read_text(encoding="utf-8-sig"))
    except OSError:
        raise SchemaError(Problem(source.name, "", "the file cannot be read")) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise SchemaError(Problem(source.name, "", "this is not TOML in UTF-8")) from None
    try:
        return Dhis2Mapping.model_validate(data)
    except ValidationError as error:
        problems = [
            Problem(
                source.name,
                ".".join(str(step) for step in item["loc"]),
                str(item["msg"]).removeprefix("Value error, "),
                "docs/counting.md shows a mapping",
            )
            for item in error.errors()
        ]
        raise SchemaError(problems) from None
