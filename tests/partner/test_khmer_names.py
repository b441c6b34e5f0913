"""Every line of the list for a reader of Khmer is what the library does."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from uic.partner import normalising

TEXT = (Path(__file__).parents[2] / "docs" / "khmer-names.md").read_text(encoding="utf-8")


def table(title: str) -> list[list[str]]:
    """The rows of the table under a heading."""
    part = TEXT.split(f"## {title}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip(" ") for cell in row] for row in rows[2:]]


def names(*values: str) -> list[str]:
    return list(normalising.normalise_names(pa.array(values)).to_pylist())


def two_letters(name: str) -> str:
    letters = normalising.code_letters(pa.array(names(name)))[0].as_py()
    return " ".join(letters[:2])


@pytest.mark.parametrize("row", table("Typed in two ways, one name"), ids=lambda row: row[0])
def test_typed_in_two_ways_is_one_name(row: list[str]) -> None:
    """Look-alikes and other orders of typing become one name with the stated letters."""
    typed, also, _, letters = row
    assert typed != also
    one, other = names(typed, also)
    assert one == other
    assert two_letters(typed) == letters


@pytest.mark.parametrize("row", table("Two letters of common names"), ids=lambda row: row[0])
def test_two_letters_are_the_base_consonants(row: list[str]) -> None:
    """Subscripts and vowels do not count; a vowel that is a letter counts as its consonant."""
    name, letters, _ = row
    assert two_letters(name) == letters.split(",")[0]


@pytest.mark.parametrize("row", table("Two names stay two"), ids=lambda row: row[0])
def test_two_names_stay_two(row: list[str]) -> None:
    """Folding look-alikes does not join names that differ to a reader."""
    one, other = names(row[0], row[1])
    assert one != other
