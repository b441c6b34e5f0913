"""docs/schema.md names every key and every rule, and its examples load."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from uic.partner.reading.cleaning import DEFAULT_MISSING
from uic.partner.reading.rejects import RULES
from uic.schema import (
    EVENT_COLUMNS,
    STANDARD_ATTRIBUTES,
    LinkageSchema,
    Linking,
    Part,
    PartnerMapping,
    Pass,
    parse_schema,
)

ROOM = Path(__file__).resolve().parents[2] / "src" / "uic" / "partner" / "reading"
TEXT = (Path(__file__).resolve().parents[2] / "docs" / "schema.md").read_text(encoding="utf-8")
TABLE_KEYS = set(re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE))


@pytest.mark.parametrize("model", [LinkageSchema, Linking, Part, PartnerMapping, Pass])
def test_every_key_has_a_line(model: type[BaseModel]) -> None:
    """Each key of the schema file stands in a table of the page."""
    assert set(model.model_fields) <= TABLE_KEYS


@pytest.mark.parametrize(
    ("model", "key"),
    [(m, k) for m in (Linking, PartnerMapping) for k, f in m.model_fields.items() if f.default],
)
def test_defaults_are_the_real_ones(model: type[BaseModel], key: str) -> None:
    """A default that is not empty is written as the code has it."""
    default = model.model_fields[key].default
    lines = re.findall(rf"^\| `{key}` \|([^|]*)\|", TEXT, re.MULTILINE)
    if not isinstance(default, dict | tuple) and not model.model_fields[key].is_required():
        shown = f'"{default}"' if isinstance(default, str) else str(default).lower()
        assert f"`{shown}`" in [line.strip() for line in lines]


def test_every_example_loads() -> None:
    """Each block of TOML is a valid schema file by itself."""
    blocks = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    assert len(blocks) == 7
    for block in blocks:
        parse_schema(tomllib.loads(block))


def test_every_rule_is_explained_and_no_other() -> None:
    """The rules in the code, in RULES and on the page are the same."""
    page = TEXT.partition("| rule |")[2].partition("\n\n")[0]
    assert tuple(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == RULES
    code = "".join(path.read_text(encoding="utf-8") for path in ROOM.rglob("*.py"))
    assert all(f'"{rule}"' in code.replace("before_{earliest}", "before_1900") for rule in RULES)


def test_words_of_the_page() -> None:
    """Attributes, event columns and the default words for missing are listed in full."""
    for word in (*STANDARD_ATTRIBUTES, *EVENT_COLUMNS, *DEFAULT_MISSING):
        assert f"`{word}`" in TEXT
