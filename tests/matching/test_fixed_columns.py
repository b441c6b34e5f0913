"""What the key of a pass fixes is not signed, and the answer is the same as if it were."""

from __future__ import annotations

import pytest

from conftest import register_of
from uic.crypto.keys import EpochKey
from uic.matching.matcher import match
from uic.partner.encoding import encode
from uic.schema import LinkageSchema, Pass, parse_schema
from uic.synthesis import population

KEY = EpochKey("project", "2026Q4", bytes(range(32)))
PEOPLE = population(500, style="khmer-dense", seed=5).to_pylist()
TAKES = parse_schema(
    {
        "passes": [
            {"name": name, "parts": parts}
            for name, parts in {
                "date": [{"attribute": "birth_date", "take": "date"}],
                "month-day": [{"attribute": "birth_date", "take": "month_day"}],
                "day-sex": [
                    {"attribute": "birth_date", "take": "day"},
                    {"attribute": "sex", "take": "exact"},
                    {"attribute": "given_name", "take": "initial"},
                ],
                "month-name": [
                    {"attribute": "birth_date", "take": "month"},
                    {"attribute": "given_name", "take": "exact"},
                ],
                "sorted-year": [
                    {"sorted": ["family_name", "given_name"], "take": "exact"},
                    {"attribute": "birth_date", "take": "year"},
                ],
                "place-surname": [
                    {"attribute": "place", "take": "exact"},
                    {"attribute": "family_name", "take": "sound"},
                ],
            }.items()
        ]
    }
)


def found(schema: LinkageSchema) -> list[tuple[object, ...]]:
    """Return pass, records and levels of every scored pair."""
    people = [*PEOPLE, *(row | {"family_name": row["given_name"]} for row in PEOPLE[:40])]
    people += [row | {"given_name": row["family_name"]} for row in PEOPLE[40:80]]
    export = encode(register_of("a", people), schema, KEY)
    record = {one["row_id"]: one["record"] for one in export.resolver.row_map.to_pylist()}
    return sorted(
        (one["pass"], *sorted((record[one["row_a"]], record[one["row_b"]])), one["pattern"])
        for one in match([export.matcher], schema).pairs.to_pylist()
    )


def test_the_parts_of_a_pass_say_what_it_fixes() -> None:
    """Exact values and parts of a date do; sounds, initials and sorted pairs do not."""
    fixed = {item.name: item.fixed for item in TAKES.active_passes}
    date = {f"birth_date_{part}" for part in ("year", "month", "day")}
    assert fixed == {
        "date": date,
        "month-day": date - {"birth_date_year"},
        "day-sex": {"birth_date_day", "sex"},
        "month-name": {"birth_date_month", "given_name"},
        "sorted-year": {"birth_date_year"},
        "place-surname": {"place"},
    }


def test_fixed_columns_stand_in_no_row() -> None:
    """Also not in those of records that have no usable value."""
    export = encode(register_of("a", PEOPLE), TAKES, KEY)
    for item in TAKES.active_passes:
        assert not item.fixed & set(export.matcher.pass_rows[item.name].column_names)


@pytest.mark.parametrize("schema", [TAKES, LinkageSchema()])
def test_pairs_are_the_same_as_with_every_column_signed(
    schema: LinkageSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every pair that was scored, in every pass, with the same levels."""
    without = found(schema)
    monkeypatch.setattr(Pass, "fixed", frozenset())
    assert found(schema) == without
    assert len({one[0] for one in without}) > 4
