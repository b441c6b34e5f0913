"""The gate's own attack: it is a real one, it refuses what leaks, and it tells counts only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

import uic
from conftest import register_of
from uic import keys
from uic.crypto.keys import new_key
from uic.levels import Comparison
from uic.partner.encoding.deciding import decide
from uic.partner.encoding.passes import pass_tables
from uic.partner.encoding.preparing import prepare
from uic.partner.gate.attacking import Side, attack, by_themselves, guess, match
from uic.partner.gate.resembling import features_of, tables
from uic.partner.gate.staging import LISTED, Tried, attacked
from uic.partner.storing import Store
from uic.schema import LinkageSchema, parse_schema
from uic.synthesis import population

if TYPE_CHECKING:
    from pathlib import Path

DENSE = population(1_000, style="khmer-dense", seed=3).select(
    ["family_name", "given_name", "sex", "birth_date"]
)
OTHERS_OFF = {"entropy": 0.0, "blocks_of_3": 1.0, "blocks_of_10": 1.0, "unique_pattern": 1.0}


def tried(people: list[dict[str, str]], schema: LinkageSchema) -> dict[str, tuple[Tried, ...]]:
    with Store() as store:
        prepared = prepare([register_of("a", people)], schema, new_key("project", "2026Q4"), store)
        decide(prepared, apart=True)
        for item in prepared.passes:
            for _ in pass_tables(prepared, item):
                pass
        return attacked(prepared)


def encoded(folder: Path, stay: int) -> uic.Encoded:
    for who in ("matcher", "resolver", "partner"):
        keys.pair(folder / who)
    keys.new("project", "2026Q4", folder / "epoch.key")
    return uic.encode(
        {"a": DENSE},
        schema=parse_schema({"protection": {"rows_per_block": stay}, "ceilings": OTHERS_OFF}),
        key=folder / "epoch.key",
        matcher=folder / "matcher.public",
        resolver=folder / "resolver.public",
        signer=folder / "partner.private",
        out=folder / "a.uicx",
    )


def test_three_rows_a_block_of_a_dense_register_are_refused_by_the_attack(tmp_path: Path) -> None:
    """With every other ceiling open, what was found refuses the file, and the report says it."""
    with pytest.raises(uic.InputError, match="the gate's own attack found") as caught:
        encoded(tmp_path, 3)
    assert "pass name-sounds" in str(caught.value)
    assert "rows_per_block" in str(caught.value)
    assert not (tmp_path / "a.uicx").exists()
    told = json.loads((tmp_path / "a.gate.json").read_text(encoding="utf-8"))
    worst = told["passes"]["name-sounds"]["attack"][1]
    assert worst["overlap"] == 1.0
    assert worst["share"] > 0.05
    assert worst["surest"] > worst["found"] / worst["claims"]


def test_one_row_a_block_passes_and_is_measured(tmp_path: Path) -> None:
    """Resemblance claims nobody in what really stands in the file; single rows are guessed."""
    told = json.loads(encoded(tmp_path, 1).gate.read_text(encoding="utf-8"))
    for name, measured in told["passes"].items():
        if measured["rows"]:
            at_5, at_100, alone = measured["attack"]
            assert (at_5["claims"], at_100["claims"]) == (0, 0), name
            assert alone["how"] == "rows by themselves"
            assert alone["claims"] > 100
            assert alone["share"] < 0.05


def test_the_attack_sees_rows_that_should_not_have_left() -> None:
    """What is attacked is the file: with two rows a block it finds people of two."""
    found = tried(DENSE.to_pylist(), LinkageSchema())
    more = parse_schema({"protection": {"rows_per_block": 2}})
    leaking = tried(DENSE.to_pylist(), more)
    assert found["initials-year"][1].found == 0
    assert leaking["initials-year"][1].found > 10


def test_a_long_register_costs_no_more_than_a_sample() -> None:
    """Of 6,000 people about 800 records are looked at and no list is longer than agreed."""
    people = population(6_000, style="khmer-dense", seed=5)
    names = ["family_name", "given_name", "sex", "birth_date"]
    more = parse_schema({"protection": {"rows_per_block": 2}})
    for at_5, at_100, _ in tried(people.select(names).to_pylist(), more).values():
        assert at_5.listed <= LISTED
        assert at_100.people < 1_200


@pytest.mark.parametrize(("found", "beyond"), [(20, True), (12, False)])
def test_a_few_finds_more_than_the_ceiling_may_be_chance(found: int, *, beyond: bool) -> None:
    """Of 700 people 1 % are 7; up to three standard deviations more are no sign of a leak."""
    one = Tried("resemblance", 1.0, 700, 800, 300, found, 0.5)
    assert one.beyond(0.01) is beyond


def test_single_rows_are_told_and_not_judged() -> None:
    """No schema changes what a row shows by itself."""
    assert not Tried("rows by themselves", 1.0, 30, 30, 30, 30, 1.0).beyond(0.01)


def _side(blocks: list[int], table: list[list[int]]) -> Side:
    """Return rows whose feature is read from a table of (row, row)."""
    values = np.array(table)
    return Side(np.array(blocks), (lambda left, right: values[left, right],))


CERTAIN = [np.log(np.eye(5) + 1e-6)]


def test_rows_are_matched_by_how_they_resemble_each_other() -> None:
    """A triangle of three kinds of pairs is found again in its block of the list, turned round."""
    file = _side([7, 7, 7], [[0, 1, 2], [1, 0, 3], [2, 3, 0]])
    rows = [[0, 4, 4, 4, 4], [4, 0, 3, 2, 4], [4, 3, 0, 1, 4], [4, 2, 1, 0, 4], [4, 4, 4, 4, 0]]
    listed = _side([1, 2, 2, 2, 1], rows)
    found = attack(file, listed, CERTAIN, 0.5, {})
    assert dict(zip(found.rows.tolist(), found.persons.tolist(), strict=True)) == {0: 3, 1: 2, 2: 1}
    assert found.sure.min() > 0.9


def test_a_known_row_fixes_its_block_and_its_place() -> None:
    """Of two blocks that fit alike the one of the known person is taken, in the known order."""
    file = _side([7, 7], [[0, 1], [1, 0]])
    alike = [[0, 1, 4, 4], [1, 0, 4, 4], [4, 4, 0, 1], [4, 4, 1, 0]]
    found = attack(file, _side([1, 1, 2, 2], alike), CERTAIN, 0.5, {0: 3})
    assert found.persons.tolist() == [3, 2]


def test_matching_is_the_best_of_all_ways() -> None:
    """On small squares the beam finds what trying every way finds."""
    draw = np.random.default_rng(4)
    for _ in range(20):
        table = np.log(draw.random((4, 4)))
        seen, listed = (np.triu(draw.integers(0, 4, (n, n))) for n in (3, 5))
        seen, listed = seen + np.triu(seen, 1).T, listed + np.triu(listed, 1).T
        found = match(seen, listed, table, {})
        best = max(
            sum(table[seen[i, j], listed[way[i], way[j]]] for i in range(3) for j in range(i + 1))
            for way in np.ndindex(5, 5, 5)
            if len(set(way)) == 3
        )
        got = sum(
            table[seen[i, j], listed[found.places[i], found.places[j]]]
            for i in range(3)
            for j in range(i + 1)
        )
        assert got == pytest.approx(best)


def test_a_row_is_guessed_by_what_it_shows_alone() -> None:
    """Who alone looks like a row is named; of those who look alike, one of them."""
    file = _side([1, 2], [[3, 0], [0, 1]])
    listed = _side([1, 2, 3], np.diag([1, 3, 1]).tolist())
    named, sure = guess(
        by_themselves(file), by_themselves(listed), CERTAIN, np.random.default_rng(1)
    )
    assert named[0] == 1
    assert named[1] in {0, 2}
    assert sure.tolist() == [1.0, 0.5]


def test_a_gap_in_the_file_tells_nothing() -> None:
    """A missing value fits everybody alike; only what all readers leave out is a gap on a list."""
    items = (Comparison("given_name", "text"), Comparison("birth_date", "date"))
    name, year, month, *_ = tables(features_of(items, frozenset()))
    assert np.ptp(name[-1]) == 0
    assert np.ptp(year[0]) == 0
    assert month[0, 0] > month[0, 1]
    assert len(tables(features_of(items, frozenset({"birth_date_month"})))) == 3
    assert np.exp(name[:-1]).sum(axis=0) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("people", "told"),
    [
        (2, {"protection": {"rows_per_block": 2, "dummies": 1.0}}),
        (300, {"profile": "tokens", "protection": {"rows_per_block": 3, "dummies": 0.3}}),
        (1, {}),
    ],
)
def test_small_and_bare_registers_are_attacked_too(people: int, told: dict[str, object]) -> None:
    """Two people among dummies, tokens without signatures, one person: counts, no failure."""
    for passes in tried(DENSE.slice(0, people).to_pylist(), parse_schema(told)).values():
        assert all(one.found <= one.claims for one in passes)
        assert passes[1].people + min(30, people // 2) >= people
