"""The linkage schema: the file that partners sign off before anything is encoded.

A schema says which attributes are compared, which passes make candidates, and at which
probability a pair is a link. Two parties whose fingerprints differ would encode differently
and must not exchange anything. ``[partners.*]`` maps a partner's own columns and codes to the
attributes; it is that partner's affair and is left out of the fingerprint, as is ``[counting]``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError, model_validator

from uic.errors import Problem, SchemaError
from uic.passes import DATE_TAKES, STRICT, Label, Name, default_passes
from uic.passes import Part as Part
from uic.passes import Pass as Pass

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

FORMAT = "uic-linkage-schema/1"

Kind = Literal["name", "date", "code", "text", "number", "identifier"]

STANDARD_ATTRIBUTES: dict[str, Kind] = {
    "family_name": "name",
    "given_name": "name",
    "mother_given_name": "name",
    "father_given_name": "name",
    "birth_date": "date",
    "sex": "code",
    "birth_place": "text",
    "birth_order": "code",
    "place": "text",
    "street": "text",
    "postcode": "code",
    "phone": "identifier",
}
"""Attributes of a person that a register may carry without being declared, with their kind."""

EVENT_COLUMNS = (
    "date", "channel", "service", "quantity", "returned", "referral", "population", "site",
)  # fmt: skip
"""Columns of a contact; a file that has ``date`` is a file of events."""

CHARACTERISTICS = ("marital_status", "disclosure", "hiv_status")
"""What is known of a person and counted, and never compared: no attribute may be called so."""

ExportFormat = Literal["plain", "dhis2-tracker", "kobo", "odk-central", "commcare"]
"""How a partner's system lays out its exports; ``plain`` is one table under one header."""

ZONE = r"^([A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*|[+-](0[0-9]|1[0-4]):[0-5][0-9])$"


class _Strict(BaseModel):
    model_config = STRICT


class Linking(_Strict):
    """At which probability a candidate pair becomes a link, and how large a cluster may grow."""

    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.5
    largest_block: Annotated[int, Field(ge=2)] = 100
    largest_cluster: Annotated[int, Field(ge=2)] = 100


class Protection(_Strict):
    """What the file that leaves a partner may show; agreed on by all partners.

    Attributes:
        rows_per_block: Rows of one register that may share a token in a pass; with one, the
            matcher's file of a partner has no two rows that can be compared.
        dummies: Rows of nobody that are added to each pass, as a share of its own; the resolver is
            told which they are.
    """

    rows_per_block: Annotated[int, Field(ge=1)] = 1
    dummies: Annotated[float, Field(ge=0, le=1)] = 0.0


class Ceilings(_Strict):
    """What the gate before release refuses, per pass of the file that would leave.

    Attributes:
        entropy: Least collision entropy of the tokens, in bits; less is enough where so small a
            register cannot reach it: log2 of its records, and 4.
        blocks_of_3: Largest share of rows in blocks of three and more.
        blocks_of_10: Largest share of rows in blocks of ten and more.
        unique_pattern: Largest share of rows whose resemblance to the others of their block is
            nobody else's: an attacker with the same list and unlimited time finds these.
        found: Largest share of people that the gate's own attack may find in one pass by how
            their rows resemble each other.
    """

    entropy: Annotated[float, Field(ge=0)] = 22.0
    blocks_of_3: Annotated[float, Field(ge=0, le=1)] = 0.02
    blocks_of_10: Annotated[float, Field(ge=0, le=1)] = 0.0
    unique_pattern: Annotated[float, Field(ge=0, le=1)] = 0.01
    found: Annotated[float, Field(ge=0, le=1)] = 0.01


class Counting(_Strict):
    """What a partner sends of each record so that the resolver can count by it; its own choice.

    Attributes:
        traits: Nothing by default: each trait tells the resolver something of a person.
        age_on: The day on which ages are counted, the same for all partners and a whole year.
    """

    traits: Annotated[tuple[Literal["sex", "age_group"], ...], Field(strict=False)] = ()
    age_on: dt.date | None = None

    @model_validator(mode="after")
    def _with_day(self) -> Counting:
        if "age_group" in self.traits and self.age_on is None:
            raise ValueError("'age_group' needs 'age_on', the day on which ages are counted")
        return self


class PartnerMapping(_Strict):
    """How one partner's export is read; the export itself is never edited."""

    files: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]
    format: ExportFormat = "plain"
    columns: dict[Name, str] = {}
    constants: dict[Name, str] = {}
    date_order: Literal["YMD", "DMY", "MDY"] = "YMD"
    codes: dict[Name, dict[str, str]] = {}
    missing: Annotated[tuple[str, ...], Field(strict=False)] = ()
    unknown: Annotated[tuple[str, ...], Field(strict=False)] = ()
    refused: Annotated[tuple[str, ...], Field(strict=False)] = ()
    service_columns: dict[str, str] = {}
    service_separator: Annotated[str, Field(min_length=1)] | None = None
    quantity_columns: dict[str, str] = {}
    returned_columns: dict[str, str] = {}
    earliest_year: Annotated[int, Field(ge=1, le=2100)] = 1900
    sheet: str | None = None
    separator: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    encoding: str | None = None
    time_zone: Annotated[str, Field(pattern=ZONE)] | None = None
    repeat: Annotated[str, Field(min_length=1)] | None = None
    group_separator: Annotated[str, Field(min_length=1)] | None = None
    vouched: bool = False


class LinkageSchema(_Strict):
    """The whole linkage schema. Build one with :func:`load_schema` or :func:`default_schema`."""

    format: Literal["uic-linkage-schema/1"] = "uic-linkage-schema/1"
    project: Label = "project"
    profile: Literal["names", "codes", "tokens"] = "names"
    attributes: dict[Name, Kind] = {}
    passes: Annotated[tuple[Pass, ...], Field(strict=False)] = ()
    linking: Linking = Linking()
    protection: Protection = Protection()
    ceilings: Ceilings = Ceilings()
    counting: Counting = Counting()
    partners: dict[Label, PartnerMapping] = {}

    @property
    def kinds(self) -> dict[str, Kind]:
        """Every attribute a register under this schema may carry, with its kind."""
        return STANDARD_ATTRIBUTES | self.attributes

    @property
    def active_passes(self) -> tuple[Pass, ...]:
        """The passes written in the schema; else the profile's, and one for each identifier."""
        identifiers = [name for name, kind in self.kinds.items() if kind == "identifier"]
        return self.passes or default_passes(self.profile, identifiers)

    @model_validator(mode="after")
    def _coherent(self) -> LinkageSchema:
        names = [item.name for item in self.active_passes]
        if len(set(names)) < len(names):
            raise ValueError("two passes have the same name")
        for item in self.active_passes:
            for part in item.parts:
                _check_part(part, self.kinds)
        reserved = set(self.attributes) & {*EVENT_COLUMNS, *CHARACTERISTICS, "record_id"}
        if reserved:
            raise ValueError(f"{min(reserved)!r} is a reserved name, not an attribute")
        for mapping in self.partners.values():
            _check_mapping(mapping, {*self.kinds, *EVENT_COLUMNS, *CHARACTERISTICS})
        return self


def _check_mapping(mapping: PartnerMapping, known: set[str]) -> None:
    used = {
        "columns": set(mapping.columns) - {"record_id"},
        "constants": set(mapping.constants),
        "codes": set(mapping.codes),
    }
    for key, names in used.items():
        if names - known:
            raise ValueError(f"unknown attribute {min(names - known)!r} in a partner's {key}")
    for name, several in (
        ("quantity", mapping.quantity_columns),
        ("returned", mapping.returned_columns),
    ):
        if several and (mapping.columns.get(name) or name in mapping.constants):
            raise ValueError(f"a partner maps either {name!r} or '{name}_columns', not both")


def _check_part(part: Part, kinds: dict[str, Kind]) -> None:
    for attribute in part.attributes:
        if attribute not in kinds:
            raise ValueError(f"a pass uses the undeclared attribute {attribute!r}")
        if (kinds[attribute] == "date") != (part.take in DATE_TAKES):
            raise ValueError(f"'take = {part.take!r}' does not fit the attribute {attribute!r}")
    if part.sorted is not None and part.take in DATE_TAKES:
        raise ValueError("dates are not sorted: name one 'attribute'")


def default_schema() -> LinkageSchema:
    """Return the name-register schema that applies when no schema file is given."""
    return LinkageSchema()


def as_schema(schema: LinkageSchema | str | Path | None) -> LinkageSchema:
    """Return a schema that is given as it is, as a file, or not at all."""
    if isinstance(schema, LinkageSchema):
        return schema
    return default_schema() if schema is None else load_schema(schema)


def with_threshold(schema: LinkageSchema, threshold: float | None) -> LinkageSchema:
    """Return the schema with another threshold; as it is when there is none."""
    if threshold is None:
        return schema
    linking = schema.linking.model_copy(update={"threshold": threshold})
    return schema.model_copy(update={"linking": linking})


def load_schema(path: str | Path) -> LinkageSchema:
    """Read and validate a linkage schema written in TOML.

    Raises:
        SchemaError: the file is missing, not TOML, or breaks a rule; every problem is listed.
    """
    source = Path(path)
    try:
        data = tomllib.loads(source.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SchemaError(Problem(source.name, "", "the schema file does not exist")) from None
    except (UnicodeDecodeError, OSError):
        raise SchemaError(Problem(source.name, "", "the schema file cannot be read")) from None
    except tomllib.TOMLDecodeError as error:
        raise SchemaError(Problem(source.name, "", f"this is not TOML: {error}")) from None
    return parse_schema(data, source.name)


def parse_schema(data: dict[str, Any], name: str = "schema") -> LinkageSchema:
    """Validate a schema given as a mapping; ``name`` is used in messages."""
    try:
        return LinkageSchema.model_validate(data)
    except ValidationError as error:
        raise SchemaError(Problem(name, *_describe(item)) for item in error.errors()) from None


def _describe(item: ErrorDetails) -> tuple[str, str, str]:
    """Turn one pydantic error into place, rule and hint, without its input value."""
    where = ".".join(str(step) for step in item["loc"])
    if item["type"] == "extra_forbidden":
        return where, "unknown key", "check the spelling against docs/schema.md"
    return where, str(item["msg"]).removeprefix("Value error, "), ""


def canonical(schema: LinkageSchema) -> str:
    """Return the canonical form: JSON with sorted keys, defaults written out.

    Without what is each partner's own: its mapping, and what it sends for counting.
    """
    data = schema.model_dump(mode="json", exclude={"partners", "passes", "counting"})
    data["attributes"] = schema.kinds
    data["passes"] = [item.model_dump(mode="json") for item in schema.active_passes]
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def fingerprint(schema: LinkageSchema) -> str:
    """Return the SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(schema).encode()).hexdigest()


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a linkage schema file, as written to ``spec/``."""
    return LinkageSchema.model_json_schema() | {
        "$id": FORMAT,
        "$comment": "written by: python -m uic.schema",
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(json_schema(), indent=1) + "\n")
