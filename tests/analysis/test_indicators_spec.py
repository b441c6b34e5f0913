"""Indicators as data: every shipped set is whole, and a wrong file says what is wrong."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from uic.analysis.indicators import json_schema, list_indicator_sets, load_indicators, words
from uic.analysis.indicators.model import COLUMNS_WITH_WORDS
from uic.errors import SchemaError
from uic.files import spec_path

if TYPE_CHECKING:
    from pathlib import Path

SETS = sorted(p.stem for p in spec_path("indicators").glob("*.toml") if p.stem != "words")
WHOLE = """
format = "uic-indicators/1"
id = "own"
version = "1.0"
title = "Our own"
source = "us"
[[indicators]]
id = "reached"
label = "Reached"
unit = "people"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", SETS)
def test_every_shipped_file_keeps_the_published_json_schema(name: str) -> None:
    """Others can check their files with the JSON Schema in spec/, and it is the model's."""
    published = json.loads(spec_path("indicators.schema.json").read_text(encoding="utf-8"))
    assert published == json.loads(json.dumps(json_schema()))
    data = tomllib.loads(spec_path("indicators", f"{name}.toml").read_text(encoding="utf-8"))
    Draft202012Validator(published).validate(data)


@pytest.mark.parametrize("name", SETS)
def test_every_shipped_set_says_where_it_comes_from(name: str) -> None:
    """A number is verified and names its source, or says that it is unverified."""
    found = load_indicators(name)
    assert found.id == name
    assert found.source
    for item in found.everything:
        assert item.source if item.verified else True
        assert item.definition or item.source


def test_the_sets_are_listed() -> None:
    """The list holds exactly the files."""
    assert [item.id for item in list_indicator_sets()] == SETS


def test_words_are_found_however_they_are_written() -> None:
    """Every spelling of a word belongs to one word of its column."""
    for column in COLUMNS_WITH_WORDS:
        ids = [word.id for word in getattr(words(), column)]
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("\nat_leest = 2", "did you mean 'at_least'"),
        ('\nwhere = { service = ["neddles"] }', "no word of this column"),
        ('\nwhere = { name = ["x"] }', "unknown key"),
        ("\nverified = true", "names its 'source'"),
        ('\nunit = "people"', "not TOML"),
        (
            '\n[[ratios]]\nid = "share"\nlabel = "Share"\nof = "reached"\nper = "all"',
            "no indicator",
        ),
        (
            '\n[[ratios]]\nid = "reached"\nlabel = "x"\nof = "reached"\nper = "size"',
            "two indicators",
        ),
        ('\n[words]\nsite = ["x"]', "'words' is given for"),
    ],
)
def test_a_wrong_file_says_what_to_do(tmp_path: Path, change: str, rule: str) -> None:
    """Each mistake is named with its place."""
    with pytest.raises(SchemaError, match=re.escape(rule)):
        load_indicators(written(tmp_path, WHOLE + change))


def test_what_only_people_have_is_refused_for_contacts(tmp_path: Path) -> None:
    """New contacts are nothing: the key is refused, not ignored."""
    text = WHOLE.replace('"people"', '"contacts"') + 'seen = "returning"'
    with pytest.raises(SchemaError, match="for unit = 'people'"):
        load_indicators(written(tmp_path, text))


def test_own_words_can_be_declared(tmp_path: Path) -> None:
    """A programme's own service is named under [words]."""
    text = WHOLE + 'where = { service = ["acupuncture"] }\n[words]\nservice = ["Acupuncture"]'
    found = load_indicators(written(tmp_path, text))
    assert found.indicators[0].where.service == ("acupuncture",)


def test_an_unknown_set_names_the_nearest() -> None:
    """A slip in the name is met with the name that was meant."""
    with pytest.raises(SchemaError, match="did you mean 'khana-nsp'"):
        load_indicators("khana-nps")
    with pytest.raises(SchemaError, match="does not exist"):
        load_indicators("nowhere.toml")
