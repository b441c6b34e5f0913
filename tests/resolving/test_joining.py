"""Pairs of pass rows become pairs of records."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uic.exchange import CHANCE, EVENTS, OWN_PAIRS, ROW_MAP, Header, ResolverPart
from uic.resolving.records import join_rows
from uic.resolving.rows import nodes_of, pass_numbers, pieces, usable_masks

PASSES = ["one", "two", "three"]
Row = tuple[str, int, int, bool]


def part(records: int, rows: list[Row], partner: str = "a") -> ResolverPart:
    header = Header(partner, "", "", "p", "e", "k", records, frozenset(), vouched=False)
    names = ROW_MAP.names
    table = pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], ROW_MAP)
    return ResolverPart(header, table, CHANCE.empty_table(), EVENTS.empty_table())


def met(*pairs: tuple[str, int, int, int, float | None]) -> pa.Table:
    named = [dict(zip(OWN_PAIRS.names, pair, strict=True)) for pair in pairs]
    return pa.Table.from_pylist(named, OWN_PAIRS)


@st.composite
def _linked(draw: st.DrawFn) -> tuple[list[ResolverPart], list[tuple[str, int, int, int, float]]]:
    """Two lists whose rows have row ids without order, and pairs of some of them."""
    sizes = draw(st.lists(st.integers(1, 6), min_size=2, max_size=2))
    ids = draw(st.permutations(range(-40, 40)))
    parts, rows, taken = [], [], 0
    for place, size in enumerate(sizes):
        of_part = []
        for name in PASSES:
            for record in range(size):
                usable = draw(st.integers(0, 4)) > 0
                of_part.append((name, ids[taken], record, usable))
                rows.append((name, ids[taken], sum(sizes[:place]) + record, usable))
                taken += 1
        parts.append(part(size, draw(st.permutations(of_part)), "ab"[place]))
    chosen = st.tuples(st.sampled_from(rows), st.sampled_from(rows))
    pairs = {
        (x[0], min(x[2], y[2]), max(x[2], y[2])): (x[0], x[1], y[1])
        for x, y in draw(st.lists(chosen, max_size=30))
        if x[0] == y[0] and x[2] != y[2]
    }
    odds = st.integers(-4, 8).map(float)
    return parts, [(*pair, draw(st.integers(0, 300)), draw(odds)) for pair in pairs.values()]


@settings(max_examples=200)
@given(_linked())
def test_passes_are_merged_as_if_pair_by_pair(
    drawn: tuple[list[ResolverPart], list[tuple[str, int, int, int, float]]],
) -> None:
    """Best pass, half-way to the mean, and both masks are what a loop over the pairs finds."""
    parts, pairs = drawn
    nodes = {}
    for offset, one in zip((0, parts[0].header.records), parts, strict=True):
        for row in one.row_map.to_pylist():
            if row["usable"]:
                nodes[row["pass"], row["row_id"]] = offset + row["record"]
    expected = defaultdict(list)
    for name, row_a, row_b, pattern, odds in pairs:
        if (name, row_a) in nodes and (name, row_b) in nodes:
            a, b = sorted((nodes[name, row_a], nodes[name, row_b]))
            expected[a, b].append((PASSES.index(name), pattern, odds))
    found = join_rows(met(*pairs), parts, PASSES)
    assert list(zip(found.a, found.b, strict=True)) == sorted(expected)
    for n, pair in enumerate(sorted(expected)):
        passes = sorted(expected[pair])
        best = max(passes, key=lambda one: (one[2], -one[0]))
        mean = sum(one[2] for one in passes) / len(passes)
        assert (found.best[n], found.pattern[n]) == best[:2]
        assert found.log_odds[n] == pytest.approx((best[2] + mean) / 2, abs=1e-8)
        assert found.agreeing[n] == found.comparable[n] == sum(1 << one[0] for one in passes)


def test_a_pair_whose_row_nobody_knows_is_left_out() -> None:
    """Neither an unknown row id nor one of a record without a usable value makes a pair."""
    mapped = part(2, [("one", 7, 0, True), ("one", 9, 1, True), ("two", 7, 0, False)])
    pairs = met(("one", 9, 7, 1, 1.0), ("one", 7, 8, 1, 1.0), ("two", 7, 9, 1, 1.0))
    found = join_rows(pairs, [mapped], PASSES)
    assert [*zip(found.a.tolist(), found.b.tolist(), strict=True)] == [(0, 1)]
    none = join_rows(met(), [mapped], PASSES)
    assert len(none.a) == len(none.best) == 0


def test_without_log_odds_it_counts_where_both_could_meet() -> None:
    """Scores from agreement need the passes in which both had a usable value."""
    rows = [(name, n, record, name != "three") for n, name in enumerate(PASSES) for record in (0,)]
    rows += [(name, n + 10, 1, True) for n, name in enumerate(PASSES)]
    found = join_rows(met(("two", 11, 1, 0, None)), [part(2, rows)], PASSES)
    assert (found.agreeing.tolist(), found.comparable.tolist()) == ([0b010], [0b011])
    assert np.isnan(found.log_odds).all()
    assert usable_masks([part(2, rows)], PASSES).tolist() == [0b011, 0b111]


def test_a_pass_is_known_by_its_name_in_any_form() -> None:
    """Names as text or as a dictionary, in pieces with dictionaries of their own."""
    words = pa.array(["two", "gone", "one"])
    turned = pa.array(["three", "two"]).dictionary_encode()
    assert pass_numbers(words, PASSES).tolist() == [1, -1, 0]
    pieced = pa.chunked_array([words.dictionary_encode(), turned])
    assert pass_numbers(pieced, PASSES).tolist() == [1, -1, 0, 2, 1]


def test_row_ids_that_end_alike_are_told_apart() -> None:
    """The last bits only choose what is looked up."""
    ids = [n << 40 for n in range(50)]
    mapped = part(50, [("one", row, record, True) for record, row in enumerate(ids)])
    asked = np.array([ids[3], ids[41], 5, ids[3]])
    assert nodes_of(asked, 0, list(pieces([mapped], PASSES))).tolist() == [3, 41, -1, 3]
