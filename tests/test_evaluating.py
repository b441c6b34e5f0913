"""Pairwise quality against the truth."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uic.errors import InputError
from uic.evaluating import evaluate

LABELS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=25)


def tables(labels: list[tuple[int, int]]) -> tuple[pa.Table, pa.Table]:
    records = {"partner": ["a"] * len(labels), "record_id": [str(n) for n in range(len(labels))]}
    return (
        pa.table(records | {"person_id": [str(person) for person, _ in labels]}),
        pa.table(records | {"entity": [str(entity) for _, entity in labels]}),
    )


@given(LABELS)
def test_pair_counts_equal_counting_every_pair(labels: list[tuple[int, int]]) -> None:
    """Precision and recall equal the definition, pair by pair."""
    pairs = [(x, y) for n, x in enumerate(labels) for y in labels[:n]]
    put = [x[0] == y[0] for x, y in pairs]
    belong = [x[1] == y[1] for x, y in pairs]
    right = sum(a and b for a, b in zip(put, belong, strict=True))
    found = evaluate(*tables(labels))
    assert (found.found_pairs, found.true_pairs, found.correct_pairs) == (
        sum(put),
        sum(belong),
        right,
    )
    assert found.precision == (right / sum(put) if any(put) else 1.0)
    assert found.recall == (right / sum(belong) if any(belong) else 1.0)


def test_records_without_a_partner_in_the_other_file_are_told() -> None:
    """Records that stand in one file only are counted, not hidden."""
    persons, truth = tables([(1, 1), (1, 1), (2, 2)])
    found = evaluate(persons.slice(0, 2), truth.slice(1))
    assert (found.records, found.without_truth, found.without_person) == (1, 1, 1)


def test_bad_files_are_named(tmp_path: Path) -> None:
    """A missing file, a missing column and a repeated record each have their message."""
    persons, truth = tables([(1, 1), (1, 2)])
    with pytest.raises(InputError, match="does not exist"):
        evaluate(tmp_path / "none.parquet", truth)
    with pytest.raises(InputError, match="column entity"):
        evaluate(persons, persons)
    with pytest.raises(InputError, match="twice"):
        evaluate(persons, pa.concat_tables([truth, truth]))
    broken = tmp_path / "persons.parquet"
    broken.write_bytes(b"PAR1 and no more")
    with pytest.raises(InputError, match="neither Parquet nor CSV"):
        evaluate(broken, truth)
