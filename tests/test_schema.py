"""The linkage schema: strict, canonical, fingerprinted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uic.errors import SchemaError
from uic.schema import (
    canonical,
    default_schema,
    fingerprint,
    json_schema,
    load_schema,
    parse_schema,
)

ROOT = Path(__file__).resolve().parents[1]


def test_defaults_written_out_have_the_same_fingerprint() -> None:
    """A schema that states the defaults is the schema that leaves them out."""
    stated = {
        "profile": "names",
        "linking": {"threshold": 0.5},
        "attributes": {"phone": "identifier"},
    }
    assert fingerprint(parse_schema(stated)) == fingerprint(default_schema())


def test_a_partner_mapping_does_not_change_the_fingerprint() -> None:
    """How one partner's columns are called is no affair of the others."""
    mapped = parse_schema({"partners": {"a": {"files": ["a.csv"]}}})
    assert fingerprint(mapped) == fingerprint(default_schema())


@given(
    st.sampled_from(
        [
            {"project": "p"},
            {"profile": "codes"},
            {"linking": {"threshold": 0.6}},
            {"attributes": {"clinic": "text"}},
            {"linking": {"largest_block": 399}},
        ]
    )
)
def test_everything_that_changes_the_linkage_changes_the_fingerprint(
    change: dict[str, object],
) -> None:
    """Two schemas that would link differently never look alike."""
    assert fingerprint(parse_schema(change)) != fingerprint(default_schema())


def test_the_canonical_form_is_json_that_reads_back() -> None:
    """The canonical form is itself a schema, and a fixed point."""
    form = canonical(default_schema())
    again = parse_schema(json.loads(form))
    assert canonical(again) == form


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"colour": 1}, "unknown key"),
        ({"format": "uic-linkage-schema/2"}, "format"),
        ({"linking": {"threshold": "0.5"}}, "linking.threshold"),
        ({"passes": [{"name": "a", "parts": []}]}, "passes.0.parts"),
        ({"passes": [{"name": "a", "parts": [{"take": "exact"}]}]}, "attribute"),
        ({"passes": [{"name": "a", "parts": [{"take": "exact", "attribute": "shoe"}]}]}, "shoe"),
        (
            {"passes": [{"name": "a", "parts": [{"take": "year", "attribute": "sex"}]}]},
            "does not fit",
        ),
        (
            {"passes": [{"name": "a", "parts": [{"take": "exact", "attribute": "sex"}]}] * 2},
            "same name",
        ),
        ({"partners": {"a": {"files": ["a"], "columns": {"shoe": "x"}}}}, "shoe"),
    ],
)
def test_every_broken_rule_is_named(data: dict[str, object], told: str) -> None:
    """The message says at which key and why."""
    with pytest.raises(SchemaError, match=told):
        parse_schema(data, "s.toml")


def test_all_problems_of_a_schema_are_reported_at_once() -> None:
    """Two mistakes give two problems."""
    with pytest.raises(SchemaError) as caught:
        parse_schema({"colour": 1, "profile": "none"}, "s.toml")
    assert len(caught.value.problems) == 2


def test_the_published_json_schema_is_the_one_in_use() -> None:
    """spec/linkage-schema.schema.json is written from the model; see the command in it."""
    published = json.loads(
        (ROOT / "spec" / "linkage-schema.schema.json").read_text(encoding="utf-8")
    )
    assert published == json_schema()


def test_the_example_schema_loads() -> None:
    """The schema of the example is valid and names its three partners."""
    schema = load_schema(ROOT / "examples" / "phnom-penh" / "schema.toml")
    assert set(schema.partners) == {"outreach", "dic", "referrals"}
