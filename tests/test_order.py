"""The order of rows and of files says nothing about people, so it changes nothing."""

from __future__ import annotations

import csv
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

import uic
from uic.crypto.keys import EpochKey

if TYPE_CHECKING:
    from pathlib import Path

    from uic.pipeline.results import Deduplication

COLUMNS = ("record_id", "family_name", "given_name", "birth_date", "sex", "place")
SYLLABLES = ("so", "ka", "chan", "vu", "tha", "ri", "da", "bo", "phe", "mi", "ran", "ny")


def written(folder: Path, lists: dict[str, list[tuple[str, ...]]]) -> list[Path]:
    """Write each list to a file of its own, in the order given."""
    folder.mkdir()
    paths = []
    for partner, rows in lists.items():
        paths.append(folder / f"{partner}.csv")
        with paths[-1].open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([COLUMNS, *rows])
    return paths


def made_up(records: int) -> dict[str, list[tuple[str, ...]]]:
    """Two lists that share a third of their people, some of them misspelt or stood twice."""
    draw = np.random.default_rng(11)

    def word(syllables: int) -> str:
        return "".join(draw.choice(SYLLABLES, syllables))

    people = [
        (
            word(2),
            word(3),
            f"{draw.integers(1965, 2005)}-{draw.integers(1, 13):02d}-{draw.integers(1, 28):02d}",
            str(draw.choice(["M", "F"])),
            word(2) + "town",
        )
        for _ in range(records * 5 // 6)
    ]
    lists = {}
    for partner, chosen in (("a", people[: records // 2]), ("b", people[-(records // 2) :])):
        rows = []
        for number, (family, *rest) in enumerate(chosen):
            spelt = family + "h" if draw.random() < 0.1 else family
            rows.append((f"{partner}{number}", spelt, *rest))
        lists[partner] = rows
    return lists


def told(found: Deduplication) -> tuple[set[frozenset[str]], dict[frozenset[str], float]]:
    """Return the persons as sets of record ids, and the probability of every pair."""
    assert found.candidates is not None
    persons = defaultdict(set)
    for row in found.persons.to_pylist():
        persons[row["person_id"]].add(row["record_id"])
    pairs = {
        frozenset((row["record_id_a"], row["record_id_b"])): row["probability"]
        for row in found.candidates.to_pylist()
    }
    return {frozenset(records) for records in persons.values()}, pairs


def test_permuted_rows_and_turned_files_give_the_same_persons(tmp_path: Path) -> None:
    """Five thousand records: so many that chance agreement is measured on a sample of pairs."""
    lists = made_up(5000)
    draw = np.random.default_rng(12)
    turned = {
        partner: [lists[partner][n] for n in draw.permutation(len(lists[partner]))]
        for partner in ("b", "a")
    }
    key = EpochKey("project", "e", bytes(32))
    persons, pairs = told(uic.dedupe(written(tmp_path / "one", lists), key=key))
    again, pairs_again = told(uic.dedupe(written(tmp_path / "two", turned), key=key))
    assert len(persons) < 4300
    assert again == persons
    assert len(pairs) > 500
    assert pairs_again == pairs
