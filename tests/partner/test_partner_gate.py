"""The gate before release: what it measures, what it refuses, what it tells."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import uic
from uic import keys
from uic.levels import Comparison
from uic.partner.gate.judging import least_entropy, pooled, read_report
from uic.partner.gate.measuring import Measures, entropy, share_in, unique_patterns
from uic.schema import Ceilings, LinkageSchema, parse_schema

if TYPE_CHECKING:
    from pathlib import Path

FAMILIES, GIVEN = ("Sok", "Chan", "Keo", "Prak"), ("Dara", "Vichea", "Bopha", "Rithy", "Sreymom")
PEOPLE = pa.Table.from_pylist(
    [
        {
            "record_id": f"r{n}",
            "family_name": FAMILIES[n % 4],
            "given_name": GIVEN[n % 5],
            "sex": "MF"[n % 2],
            "birth_date": f"{1960 + n % 40}-{1 + n % 11:02}-{2 + n % 25:02}",
        }
        for n in range(200)
    ]
)


def encoded(folder: Path, schema: LinkageSchema, name: str = "a") -> uic.Encoded:
    for who in ("matcher", "resolver", "partner"):
        if not (folder / f"{who}.public").exists():
            keys.pair(folder / who)
    if not (folder / "epoch.key").exists():
        keys.new("project", "2026Q4", folder / "epoch.key")
    return uic.encode(
        {name: PEOPLE},
        schema=schema,
        key=folder / "epoch.key",
        matcher=folder / "matcher.public",
        resolver=folder / "resolver.public",
        signer=folder / "partner.private",
        out=folder / f"{name}.uicx",
    )


def test_a_file_of_one_row_a_block_may_leave(tmp_path: Path) -> None:
    """The report says what the register holds and that the file shows none of it."""
    done = encoded(tmp_path, LinkageSchema())
    told = json.loads(done.gate.read_text(encoding="utf-8"))
    sounds = told["passes"]["name-sounds"]
    assert told["may_leave"]
    assert sounds["register_blocks"] == {"10": 20}
    assert sounds["rows_kept"] == 0.1
    assert sounds["file_blocks"] == {"1": 20}
    assert sounds["file_entropy_bits"] is None
    assert "name-sounds" in told["scarce"]
    assert done.gate.stat().st_mode & 0o077 == 0


def test_a_file_above_the_ceilings_is_not_written(tmp_path: Path) -> None:
    """Ten comparable rows a block are refused, with what to do; only the report is left."""
    schema = parse_schema({"protection": {"rows_per_block": 10}})
    with pytest.raises(uic.InputError) as caught:
        encoded(tmp_path, schema)
    text = str(caught.value)
    assert "pass name-sounds" in text
    assert "bits of collision entropy" in text
    assert "rows_per_block" in text
    assert not (tmp_path / "a.uicx").exists()
    assert not json.loads((tmp_path / "a.gate.json").read_text(encoding="utf-8"))["may_leave"]


def test_ceilings_may_be_raised_in_the_schema(tmp_path: Path) -> None:
    """Partners who agree on more may send more."""
    shares = ("blocks_of_3", "blocks_of_10", "unique_pattern", "found")
    none = {"entropy": 0.0} | dict.fromkeys(shares, 1.0)
    schema = parse_schema({"protection": {"rows_per_block": 10}, "ceilings": none})
    told = json.loads(encoded(tmp_path, schema).gate.read_text(encoding="utf-8"))
    assert told["passes"]["name-sounds"]["file_blocks"] == {"10": 20}


def test_the_report_holds_no_value_of_a_person(tmp_path: Path) -> None:
    """Counts and the schema's words, nothing of the register."""
    text = encoded(tmp_path, LinkageSchema()).gate.read_text(encoding="utf-8")
    assert not [word for word in (*FAMILIES, *GIVEN, "r17") if word in text]


@given(st.dictionaries(st.integers(1, 30), st.integers(1, 3), min_size=1))
def test_entropy_is_that_of_a_loop_over_pairs(blocks: dict[int, int]) -> None:
    """-log2 of agreeing pairs over all pairs."""
    rows = [block for block, size in enumerate(_sizes(blocks)) for _ in range(size)]
    agreeing = sum(a == b for n, a in enumerate(rows) for b in rows[:n])
    bits = entropy(blocks)
    if not agreeing:
        assert bits is None
    else:
        pairs = len(rows) * (len(rows) - 1) / 2
        assert bits == pytest.approx(math.log2(pairs / agreeing), abs=0.01)


def _sizes(blocks: dict[int, int]) -> list[int]:
    return [size for size, count in blocks.items() for _ in range(count)]


def test_shares_count_rows_and_not_blocks() -> None:
    """One block of ten and ten of one: half of the rows are in a block of ten."""
    assert share_in({1: 10, 10: 1}, 10) == 0.5
    assert share_in({}, 3) == 0.0


def test_small_registers_are_asked_for_what_they_can_show() -> None:
    """22 bits are one row in sixteen at 262,144 records; smaller registers show fewer bits."""
    assert least_entropy(2**18, Ceilings()) == 22
    assert least_entropy(2**20, Ceilings()) == 22
    assert least_entropy(1024, Ceilings()) == 14


def test_unique_patterns_are_counted_in_blocks() -> None:
    """Of two equal blocks no row is unique; a third of another kind shows its odd one out."""
    items = (Comparison("sex", "code"),)
    sexes = [1, 1, 2] * 2 + [1, 2, 3]
    tokens = [7] * 3 + [8] * 3 + [9] * 3
    rows = pa.table(
        {
            "row_id": list(range(9)),
            "token_hi": tokens,
            "token_lo": tokens,
            "sex": pa.array(sexes, pa.int32()),
        }
    )
    assert unique_patterns(rows, items) == 0
    odd = pa.table({**{n: rows[n] for n in rows.column_names},
                    "sex": pa.array([1, 1, 2, 1, 1, 1, 2, 3, 4], pa.int32())})  # fmt: skip
    assert unique_patterns(odd, items) == 1


def test_kept_rows_are_one_a_block() -> None:
    """Ten rows in two blocks of five: two of ten can still meet somebody."""
    assert Measures(10, {5: 2}, {1: 2}, 2).kept == 0.2
    assert Measures(10, {5: 2}, {2: 2}, 4).kept == 0.4


def test_histograms_of_partners_add_up(tmp_path: Path) -> None:
    """Two partners with one register each: twice the blocks, the same entropy, no record needed."""
    schema = LinkageSchema()
    reports = [read_report(encoded(tmp_path, schema, name).gate) for name in ("a", "b")]
    both, one = pooled(reports)["name-sounds"], pooled(reports[:1])["name-sounds"]
    assert both["blocks"] == {10: 40}
    assert both["entropy_bits"] == one["entropy_bits"]
    assert both["rows"] == 400
    assert both["found"] == 0


def test_what_the_attacks_of_partners_found_is_pooled_by_people() -> None:
    """Five of a hundred and none of three hundred: 1.25 %; other overlaps are not counted."""
    passes = [
        {"attack": [{"how": how, "overlap": overlap, "found": found, "people": people}]}
        for how, overlap, found, people in (
            ("resemblance", 1.0, 5, 100),
            ("resemblance", 1.0, 0, 300),
            ("resemblance", 0.05, 9, 90),
            ("rows by themselves", 1.0, 7, 90),
        )
    ]
    counts = {"rows": 4, "rows_kept": 1.0, "register_blocks": {"1": 4}}
    reports = [{"passes": {"phone": counts | one}} for one in passes]
    assert pooled(reports)["phone"]["found"] == 0.0125


def test_another_file_is_no_report(tmp_path: Path) -> None:
    """A file that is not a report is named, and nothing of it is quoted."""
    (tmp_path / "x.json").write_text('{"Sok": 1}', encoding="utf-8")
    with pytest.raises(uic.InputError, match="no report of the gate"):
        read_report(tmp_path / "x.json")
