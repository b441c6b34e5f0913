"""Chained lines: the same bytes as ever, and every change of a line is found."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from uic.chained import START, broken_at, canonical, is_intact, sealed

CONTENTS = st.lists(
    st.dictionaries(st.sampled_from("abcd"), st.one_of(st.integers(), st.text(max_size=5))),
    min_size=1,
    max_size=6,
)


def chain(contents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for content in contents:
        lines.append(sealed(content, lines[-1]["hash"] if lines else START))
    return lines


def test_the_hash_is_that_of_the_canonical_line() -> None:
    """A fixed line has a fixed hash: sha256sum of its canonical JSON without the hash."""
    line = sealed({"b": "ក", "a": 1}, START)
    assert canonical({"b": "ក", "a": 1}) == '{"a":1,"b":"ក"}'
    # printf '{"a":1,"b":"ក","previous":"000...0"}' | sha256sum
    assert line["hash"] == "66d5ea1ceb26594bc5277ffb812542a33b1893166228ed626b464cf8265f25b7"
    assert is_intact(line)


@given(CONTENTS)
def test_a_chain_holds(contents: list[dict[str, Any]]) -> None:
    """Lines sealed one after the other are a chain, and so is every beginning of it."""
    lines = chain(contents)
    assert all(broken_at(lines[:cut]) is None for cut in range(len(lines) + 1))


@given(CONTENTS, st.data())
def test_every_change_breaks_the_chain(contents: list[dict[str, Any]], data: st.DataObject) -> None:
    """A line changed, taken out or moved breaks it there or right after."""
    lines = chain(contents)
    at = data.draw(st.integers(0, len(lines) - 1))
    changed = [*lines[:at], lines[at] | {"z": 1}, *lines[at + 1 :]]
    assert broken_at(changed) == at + 1
    if at < len(lines) - 1:
        assert broken_at([*lines[:at], *lines[at + 1 :]]) == at + 1
        swapped = [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]
        assert broken_at(swapped) == at + 1
