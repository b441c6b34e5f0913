"""Block values from integers are those of joining strings row by row."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from uic.partner import composites, normalising
from uic.partner.composites import block_values, coded_blocks
from uic.partner.signatures import coded
from uic.schema import LinkageSchema, Part, Pass, parse_schema

NAMES = ["SOK", "DARA", "ÉVA", "សុខ", "ดารา", "A", "AB", "李", "\U00020000X", "PHALLA", "FALLA"]
DATES = {"date": "year month day", "month_day": "month day"}
TEXTS = ("family_name", "given_name", "mother_given_name", "father_given_name", "place", "sex")
FOUR = parse_schema(
    {"passes": [{"name": "four", "parts": [{"attribute": a, "take": "exact"} for a in TEXTS[:4]]}]}
)


def drawn(rows: int) -> dict[str, pa.Array]:
    """Return columns in which one value in ten is missing."""
    draw = random.Random(3)

    def column(values: list[str] | range, kind: pa.DataType) -> pa.Array:
        found = [None if draw.random() < 0.1 else draw.choice(values) for _ in range(rows)]
        return pa.array(found, kind)

    texts = {name: column(NAMES, pa.string()) for name in TEXTS}
    years, months, days = range(1900, 2020), range(1, 13), range(1, 32)
    parts = {"year": years, "month": months, "day": days}
    dates = {f"birth_date_{name}": column(values, pa.int32()) for name, values in parts.items()}
    return texts | dates


def letters(text: str) -> pa.Array:
    return normalising.normalise_names(pa.array([text]))


def taken(part: Part, row: dict[str, object]) -> str | None:
    """Return the value of one part for one record, as the specification words it."""
    if part.attribute is not None and part.attribute == "birth_date":
        names = DATES.get(part.take, part.take).split()
        numbers = [row.get(f"birth_date_{name}") for name in names]
        return None if None in numbers else "-".join(map(str, numbers))
    one = {
        "exact": lambda text: text,
        "initial": lambda text: text[0],
        "sound": lambda text: normalising.sounds(letters(text))[0].as_py(),
        "skeleton": lambda text: normalising.skeletons(letters(text))[0].as_py(),
    }[part.take]
    texts = [row.get(name) for name in part.attributes]
    return None if None in texts else "\x1f".join(sorted(map(one, texts), key=str.encode))


def by_hand(item: Pass, columns: dict[str, pa.Array], rows: int) -> list[str | None]:
    table = pa.table(columns).to_pylist() if columns else [{}] * rows
    values = [[taken(part, row) for part in item.parts] for row in table]
    return [None if None in found else "\x1f".join(map(str, found)) for found in values]


@pytest.mark.parametrize("profile", ["names", "tokens", "codes"])
@pytest.mark.parametrize("rows", [0, 1, 300])
def test_every_default_pass_gives_what_a_loop_over_rows_gives(profile: str, rows: int) -> None:
    """In six scripts, with missing values, absent columns, and columns already numbered."""
    columns = drawn(rows)
    numbered = {n: coded(c) if pa.types.is_string(c.type) else c for n, c in columns.items()}
    fewer = {name: columns[name] for name in ("family_name", "birth_date_year", "sex")}
    kept: dict[Part, pa.DictionaryArray] = {}
    for item in LinkageSchema.model_validate({"profile": profile}).active_passes:
        for given in (columns, fewer):
            assert block_values(item, given, rows).to_pylist() == by_hand(item, given, rows)
        assert coded_blocks(item, numbered, rows, kept).to_pylist() == by_hand(item, columns, rows)


def test_more_combinations_than_a_number_can_tell_apart_are_joined_in_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With so low a limit that three parts are too many at once, the values are the same."""
    columns, item = drawn(300), FOUR.active_passes[0]
    monkeypatch.setattr(composites, "_MOST", 500.0 * 12)
    assert block_values(item, columns, 300).to_pylist() == by_hand(item, columns, 300)
