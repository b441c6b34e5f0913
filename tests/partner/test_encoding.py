"""The partner's encoder: tokens, block-salted signatures, random row ids."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import register_of
from uic.crypto.keys import EpochKey, new_key
from uic.exchange import CHANCE, FREQUENCIES, ROW_MAP
from uic.partner.composites import block_values, canonical_columns
from uic.partner.encoding import encode
from uic.partner.signatures import letter_pairs, number_codes, text_signatures, value_codes
from uic.schema import Pass, default_schema, parse_schema

SOKHA = {"family_name": "Sok", "given_name": "Kha", "birth_date": "1990-05-17", "sex": "M"}
SWAPPED = {"family_name": "Kha", "given_name": "Sok", "birth_date": "1990-05-17", "sex": "M"}
NEW_YEAR = {"family_name": "Chan", "given_name": "Dara", "birth_date": "1985-01-01", "sex": "F"}


def values_of(name: str, *people: dict[str, str]) -> list[str | None]:
    schema = default_schema()
    item = next(item for item in schema.active_passes if item.name == name)
    register = register_of("a", list(people))
    return block_values(item, canonical_columns(register, schema), len(people)).to_pylist()


def test_names_in_either_order_share_a_block() -> None:
    """Family and given name swapped give the same sorted sounds and initials."""
    for name in ("name-sounds", "initials-year"):
        first, second = values_of(name, SOKHA, SWAPPED)
        assert first == second is not None


def test_first_of_january_is_unusable_for_date_passes() -> None:
    """1 January means unknown: no block by date, but the year still counts."""
    assert values_of("birth-date", SOKHA, NEW_YEAR)[1] is None
    assert values_of("given-month-day", SOKHA, NEW_YEAR)[1] is None
    assert values_of("names-year", SOKHA, NEW_YEAR)[1] is not None


def test_a_missing_part_makes_the_whole_block_value_missing() -> None:
    """A pass needs all its parts."""
    assert values_of("names-year", SOKHA, {"family_name": "Sok", "sex": "M"})[1] is None


def test_parts_cannot_run_into_each_other() -> None:
    """("a", "bc") and ("ab", "c") are different block values."""
    item = Pass.model_validate(
        {
            "name": "p",
            "parts": [
                {"attribute": "street", "take": "exact"},
                {"attribute": "place", "take": "exact"},
            ],
        }
    )
    register = register_of("a", [{"street": "A", "place": "BC"}, {"street": "AB", "place": "C"}])
    first, second = block_values(item, canonical_columns(register, default_schema()), 2).to_pylist()
    assert first != second


def test_equal_block_values_have_equal_tokens_in_every_register(key: EpochKey) -> None:
    """Two partners with one key meet on equal tokens."""
    schema = default_schema()
    exports = [encode(register_of(name, [SOKHA, NEW_YEAR]), schema, key) for name in ("a", "b")]
    tokens = [
        {
            tuple(row.values())
            for row in export.matcher.pass_rows["name-sounds"]
            .select(["token_hi", "token_lo"])
            .to_pylist()
        }
        for export in exports
    ]
    assert len(tokens[0] & tokens[1]) == 2


@pytest.mark.parametrize("other", [("project", "2027Q1"), ("elsewhere", "2026Q4")])
def test_another_epoch_or_project_shares_no_token(key: EpochKey, other: tuple[str, str]) -> None:
    """The same root under another project or epoch gives unrelated tokens."""
    schema = default_schema()
    register = register_of("a", [SOKHA, NEW_YEAR])
    tokens = [
        set(encode(register, schema, used).matcher.pass_rows["name-sounds"]["token_hi"].to_pylist())
        for used in (key, EpochKey(*other, bytes(range(32))))
    ]
    assert not tokens[0] & tokens[1]


def test_row_ids_are_random_per_pass_and_rows_are_shuffled(key: EpochKey) -> None:
    """Neither the ids nor the order of rows link two passes or two runs."""
    schema = default_schema()
    people = [SOKHA | {"given_name": f"Kha{chr(65 + n % 26)}"} for n in range(200)]
    first, second = (encode(register_of("a", people), schema, key) for _ in range(2))
    ids = [
        set(table["row_id"].to_pylist()) for table in first.matcher.pass_rows.values() if len(table)
    ]
    ids.append(set(second.matcher.pass_rows["birth-date"]["row_id"].to_pylist()))
    assert all(not a & b for n, a in enumerate(ids) for b in ids[n + 1 :])
    rows = first.resolver.row_map.to_pylist()
    order = [row["record"] for row in rows if row["pass"] == "birth-date"]
    assert order != sorted(order)
    assert abs(np.corrcoef(order, range(200))[0, 1]) < 0.3


def test_a_missing_value_gets_a_dummy_token(key: EpochKey) -> None:
    """The matcher sees a row for every record; only the resolver knows which is a dummy."""
    export = encode(register_of("a", [SOKHA, NEW_YEAR, NEW_YEAR]), default_schema(), key)
    rows = export.matcher.pass_rows["birth-date"]
    assert len(rows) == 3
    assert len(set(rows["token_hi"].to_pylist())) == 3
    usable = [row for row in export.resolver.row_map.to_pylist() if row["pass"] == "birth-date"]
    assert sorted(row["usable"] for row in usable) == [False, False, True]


def test_a_pass_that_nobody_can_use_has_no_rows(key: EpochKey) -> None:
    """A register without telephones has no rows in the telephone pass."""
    export = encode(register_of("a", [SOKHA, NEW_YEAR]), default_schema(), key)
    assert len(export.matcher.pass_rows["phone"]) == 0


def test_compartments_have_their_declared_columns(key: EpochKey) -> None:
    """The matcher sees no record, the resolver no token."""
    export = encode(register_of("a", [SOKHA, NEW_YEAR]), default_schema(), key)
    assert export.resolver.row_map.schema == ROW_MAP
    assert export.resolver.chance.schema == CHANCE
    assert export.matcher.frequencies.schema == FREQUENCIES
    for table in export.matcher.pass_rows.values():
        assert not {"record", "usable"} & set(table.column_names)


def test_the_profile_tokens_has_no_signature(key: EpochKey) -> None:
    """Under the profile tokens nothing but the token is exported."""
    export = encode(register_of("a", [SOKHA]), parse_schema({"profile": "tokens"}), key)
    assert export.matcher.pass_rows["birth-date"].column_names == ["row_id", "token_hi", "token_lo"]


def test_frequencies_are_the_same_in_every_run(key: EpochKey) -> None:
    """The aggregate sums do not depend on anything random: results can be repeated."""
    register = register_of("a", [SOKHA, NEW_YEAR, SWAPPED])
    first, second = (encode(register, default_schema(), key).matcher.frequencies for _ in range(2))
    assert first == second
    assert sum(row["pairs"] for row in first.to_pylist() if row["attribute"] == "sex") == 3


def agreement(first: int, second: int) -> int:
    return (
        64 - (first ^ second).bit_count()
        if first >= 0 <= second
        else 64 - ((first ^ second) & (2**64 - 1)).bit_count()
    )


def test_signatures_agree_in_proportion_to_shared_letter_pairs() -> None:
    """Over many blocks two values agree on 32 + 32 J bits."""
    blocks = 2000
    salts = np.arange(blocks, dtype=np.uint64)
    signed = [
        text_signatures(pa.array([name] * blocks), salts, bytes(32)).to_pylist()
        for name in ("SOPHEAP", "SOPHEAK", "VANNARITH")
    ]
    near = np.mean([agreement(a, b) for a, b in zip(signed[0], signed[1], strict=True)])
    far = np.mean([agreement(a, b) for a, b in zip(signed[0], signed[2], strict=True)])
    assert abs(near - (32 + 32 * 6 / 10)) < 0.5  # 6 of 10 distinct pairs are shared
    assert abs(far - 32) < 0.5


def test_signatures_of_two_blocks_are_unrelated() -> None:
    """The same name in two blocks agrees on half of the bits, as two coins do."""
    salts = np.arange(2000, dtype=np.uint64)
    signed = text_signatures(pa.array(["SOPHEAP"] * 2000), salts, bytes(32)).to_pylist()
    agree = [agreement(a, b) for a, b in zip(signed[::2], signed[1::2], strict=True)]
    assert abs(np.mean(agree) - 32) < 0.5


def test_the_weight_of_a_signature_says_nothing_about_length() -> None:
    """Short and long names set the same number of bits on average."""
    salts = np.arange(3000, dtype=np.uint64)
    weights = [
        np.mean(
            [
                int(s & (2**64 - 1)).bit_count()
                for s in text_signatures(pa.array([name] * 3000), salts, bytes(32)).to_pylist()
            ]
        )
        for name in ("LY", "CHANRAKSMEYSOPHEAKTRA")
    ]
    assert all(abs(weight - 32) < 0.35 for weight in weights)  # sd of a mean is .07


@given(st.lists(st.one_of(st.none(), st.text(min_size=1, max_size=12)), max_size=30))
@settings(max_examples=50, deadline=None)
def test_one_value_at_a_time_gives_the_same_signatures(names: list[str | None]) -> None:
    """The vectorised signer equals signing every value alone; null stays null."""
    salts = np.arange(len(names), dtype=np.uint64)
    values = pa.array(names, pa.string())
    together = text_signatures(values, salts, bytes(32)).to_pylist()
    alone = [
        text_signatures(values.slice(n, 1), salts[n : n + 1], bytes(32))[0].as_py()
        for n in range(len(names))
    ]
    assert together == alone
    assert [value is None for value in together] == [name is None for name in names]


def test_letter_pairs_count_the_edges() -> None:
    """A text of n letters has n + 1 pairs."""
    pairs, starts = letter_pairs(["AB", "", "ABC"])
    assert np.diff(starts).tolist() == [3, 1, 4]
    assert pairs[:3].tolist() == [0x41, 0x410042, 0x420000]


def test_codes_are_equal_inside_a_block_only() -> None:
    """Equal values of one block have one code; other blocks have others; null stays null."""
    salts = np.array([1, 1, 2, 1], dtype=np.uint64)
    days = number_codes(pa.array([17, 17, 17, None], pa.int32()), salts, bytes(32)).to_pylist()
    assert days[0] == days[1] != days[2]
    assert days[3] is None
    sexes = value_codes(pa.array(["M", "M", "M", None]), salts, bytes(32)).to_pylist()
    assert sexes[0] == sexes[1] != sexes[2]
    assert sexes[3] is None


def test_an_empty_register_encodes_to_an_empty_export() -> None:
    """Nothing in, nothing out, no error."""
    export = encode(register_of("a", []), default_schema(), new_key("project", "e"))
    assert export.header.records == 0
    assert all(len(table) == 0 for table in export.matcher.pass_rows.values())
