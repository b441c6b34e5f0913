"""Linked pairs inside one DHIS2: flagged for somebody to look at, never merged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from uic.errors import InputError
from uic.partner.duplicates import potential_duplicates, write_duplicates

if TYPE_CHECKING:
    from pathlib import Path

A, B, C = "aaaaaaaaaa1", "Bbbbbbbbbb2", "Cccccccccc3"


def pairs(*rows: tuple[str, str, str, str, float]) -> pa.Table:
    names = ("partner_a", "record_id_a", "partner_b", "record_id_b", "probability")
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows])


def test_bodies_are_pairs_inside_the_instance_the_surest_first() -> None:
    """Pairs with another organisation stay out; each pair is one body, once."""
    table = pairs(
        ("dic", A, "dic", B, 0.91),
        ("dic", B, "ngo", "OW-1", 0.99),
        ("dic", C, "clinic", A, 0.97),
        ("dic", B, "dic", A, 0.93),
    )
    assert potential_duplicates(table, ["dic"]) == [{"original": B, "duplicate": A}]
    both = potential_duplicates(table, ["dic", "clinic"])
    assert both == [{"original": C, "duplicate": A}, {"original": B, "duplicate": A}]
    assert potential_duplicates(table, ["dic", "clinic"], least=0.95) == both[:1]


def test_two_rows_of_one_tracked_entity_are_no_duplicate() -> None:
    """The reader numbers further records of one id (``#2``): for DHIS2 they are one entity."""
    table = pairs(("dic", A, "dic", f"{A}#2", 0.99), ("dic", A, "dic", f"{B}#2", 0.9))
    assert potential_duplicates(table, ["dic"]) == [{"original": B, "duplicate": A}]


def test_ids_that_are_no_uids_are_refused_without_showing_them() -> None:
    """A register with its own client numbers cannot be flagged in DHIS2."""
    with pytest.raises(InputError, match="2 record ids are no UIDs") as caught:
        potential_duplicates(pairs(("dic", "SECRET-1", "dic", "SECRET-2", 0.9)), ["dic"])
    assert "SECRET" not in str(caught.value)
    with pytest.raises(InputError, match="no pair has a record of the partner 'dci'"):
        potential_duplicates(pairs(("dic", A, "dic", B, 0.9)), ["dci"])


def test_each_line_is_one_post(tmp_path: Path) -> None:
    """The file holds one JSON object a line, with the two keys of the endpoint and no other."""
    bodies = potential_duplicates(pairs(("dic", A, "dic", B, 0.9)), ["dic"])
    write_duplicates(bodies, tmp_path / "d.jsonl")
    lines = (tmp_path / "d.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == bodies
    assert {key for body in bodies for key in body} == {"original", "duplicate"}
