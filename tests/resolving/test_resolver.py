"""Rows to records, passes to one score, records to persons."""

from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa
import pytest

from conftest import register_of
from uic.crypto.keys import EpochKey
from uic.errors import LinkError, SchemaMismatchError
from uic.matching.matcher import match
from uic.partner.encoding import encode
from uic.resolving.agreement import score_agreement
from uic.resolving.records import RecordPairs, join_rows, number_records
from uic.resolving.resolver import resolve
from uic.resolving.rows import usable_masks
from uic.schema import LinkageSchema, default_schema, parse_schema

NAMES = ["Sok", "Chan", "Heng", "Kim", "Ly", "Meas", "Nou", "Ouk", "Pich", "Ros", "Sam", "Tep"]
GIVEN = ["Dara", "Sophea", "Vuthy", "Srey", "Bopha", "Rith", "Kosal", "Maly", "Phalla", "Thida"]


def people(count: int, seed: int) -> list[dict[str, str | None]]:
    draw = np.random.default_rng(seed)
    return [
        {
            "family_name": str(draw.choice(NAMES)),
            "given_name": str(draw.choice(GIVEN)) + str(draw.choice(GIVEN)).lower(),
            "birth_date": f"{draw.integers(1970, 2000)}-{draw.integers(1, 13):02d}"
            f"-{draw.integers(2, 28):02d}",
            "sex": str(draw.choice(["M", "F"])),
            "place": str(draw.choice(["Takeo", "Kandal", "Kampot"])),
        }
        for _ in range(count)
    ]


def linked(
    schema: LinkageSchema, *lists: list[dict[str, str | None]], seed: int = 0
) -> list[list[str]]:
    """Encode, match and resolve lists; return the person ids of each list."""
    key = EpochKey("project", "e", bytes(32))
    exports = [encode(register_of(chr(97 + n), rows), schema, key) for n, rows in enumerate(lists)]
    found = match([export.matcher for export in exports], schema)
    resolved = resolve(found.pairs, [export.resolver for export in exports], schema, seed=seed)
    ids = resolved.persons["person_id"].to_pylist()
    starts = np.cumsum([0, *map(len, lists)]).tolist()
    return [ids[a:b] for a, b in itertools.pairwise(starts)]


@pytest.mark.parametrize("profile", ["names", "tokens"])
def test_the_same_people_on_two_lists_are_found(profile: str) -> None:
    """Half of a list stands on another, in another order: those and no others are linked."""
    everybody = people(300, 5)
    first, second = linked(parse_schema({"profile": profile}), everybody[:200], everybody[:99:-1])
    shared = set(first) & set(second)
    right = sum(a == b for a, b in zip(first[100:], second[::-1], strict=False))
    assert right >= 97
    assert len(shared) <= 102


@pytest.mark.parametrize(("profile", "most"), [("names", 3), ("tokens", 20)])
def test_strangers_stay_apart(profile: str, most: int) -> None:
    """Two lists without a person in common make almost no link.

    Tokens alone cannot see that two passes agreed on the same year and the same surname, and
    take one coincidence for two: on a dense population they link strangers, which is why
    ``tokens`` is not the default.
    """
    first, second = linked(parse_schema({"profile": profile}), people(200, 1), people(200, 2))
    assert len(set(first) & set(second)) <= most


def test_misspelt_and_swapped_names_are_found() -> None:
    """A letter wrong, names swapped, day and month swapped: still the same person."""
    everybody = people(300, 6)
    changed = [dict(person) for person in everybody]
    for person in changed[:30]:
        person["given_name"] = person["given_name"][:-1] + "x"
    for person in changed[30:60]:
        person["given_name"], person["family_name"] = person["family_name"], person["given_name"]
    for person in changed[60:90]:
        year, month, day = person["birth_date"].split("-")
        if int(day) <= 12:
            person["birth_date"] = f"{year}-{day}-{month}"
    first, second = linked(default_schema(), everybody, changed)
    assert sum(a == b for a, b in zip(first[:90], second[:90], strict=True)) >= 84


def test_the_order_of_files_and_rows_changes_nothing() -> None:
    """Permuted rows and files give the same partition of people."""
    everybody = people(120, 7)
    lists = (everybody[:80], everybody[40:])
    one = linked(default_schema(), *lists)
    back = linked(default_schema(), lists[1][::-1], lists[0][::-1])
    groups = [
        {frozenset(n for n, p in enumerate(ids) if p == person) for person in ids}
        for ids in ([*one[0], *one[1]], [*back[1][::-1], *back[0][::-1]])
    ]
    assert groups[0] == groups[1]


def test_person_ids_are_repeatable_and_depend_on_the_seed() -> None:
    """The same seed gives the same ids; another one shuffles them."""
    rows = people(50, 8)
    assert linked(default_schema(), rows, seed=1) == linked(default_schema(), rows, seed=1)
    assert linked(default_schema(), rows, seed=1) != linked(default_schema(), rows, seed=2)


def test_nobody_on_an_empty_list() -> None:
    """An empty register among others is no error."""
    first, second = linked(default_schema(), [], people(20, 3))
    assert first == []
    assert len(set(second)) >= 19


def test_exports_of_another_key_or_schema_are_refused() -> None:
    """What cannot be compared is refused, and the message says what differs."""
    schema = default_schema()
    rows = people(5, 1)
    exports = [
        encode(register_of("a", rows), schema, EpochKey("project", epoch, bytes(32)))
        for epoch in ("2026Q3", "2026Q4")
    ]
    with pytest.raises(SchemaMismatchError, match="epoch"):
        match([export.matcher for export in exports], schema)
    with pytest.raises(LinkError, match="no export"):
        match([], schema)


def test_blocks_above_the_cap_are_left_out_and_counted() -> None:
    """A block larger than the schema allows costs pairs, and the report says how many."""
    schema = parse_schema({"linking": {"largest_block": 10}})
    rows = [{"birth_date": "1990-05-17", "given_name": f"{chr(65 + n)}ara"} for n in range(12)]
    export = encode(register_of("a", rows), schema, EpochKey("project", "e", bytes(32)))
    report = match([export.matcher], schema).passes[0]
    assert (report.candidates, report.capped_blocks, report.capped_pairs) == (0, 1, 66)


def test_a_pair_met_in_two_passes_stands_half_way_to_its_best_score() -> None:
    """Rows of different passes that belong to one record pair become one pair."""
    rows = people(30, 9)
    key = EpochKey("project", "e", bytes(32))
    schema = default_schema()
    exports = [encode(register_of(name, rows), schema, key) for name in "ab"]
    found = match([export.matcher for export in exports], schema)
    parts = [export.resolver for export in exports]
    names = [item.name for item in schema.active_passes]
    met = join_rows(found.pairs, parts, names)
    keys = list(zip(met.a.tolist(), met.b.tolist(), strict=True))
    assert len(keys) == len(set(keys)) < len(found.pairs)
    assert (met.a < met.b).all()
    assert met.log_odds.max() <= found.pairs["log_odds"].to_numpy().max() + 1e-9
    assert ((met.agreeing & ~met.comparable) == 0).all()
    assert found.weights is not None
    seen = zip(met.log_odds, met.best, met.pattern, met.agreeing, strict=True)
    for odds, best, pattern, agreeing in seen:
        patterns, scores = found.weights.log_odds[names[best]]
        (score,) = scores[patterns == pattern].tolist()
        assert odds <= score + 1e-9
        if agreeing == 1 << best:
            assert odds == pytest.approx(score, abs=1e-8)
    assert (met.agreeing >> met.best & 1 == 1).all()
    assert len(usable_masks(parts, names)) == len(number_records(parts)) == 60


def test_of_equal_scores_the_first_pass_and_the_least_pattern_count() -> None:
    """The pass and the levels that a pair keeps never depend on the order of rows."""
    rows = people(2, 9)
    export = encode(register_of("a", rows), default_schema(), EpochKey("project", "e", bytes(32)))
    names = [item.name for item in default_schema().active_passes]
    ids = {row["pass"]: [] for row in export.resolver.row_map.to_pylist()}
    for row in export.resolver.row_map.to_pylist():
        ids[row["pass"]].append(row["row_id"])
    scored = [(names[2], 1.5, 7), (names[0], 1.5, 9), (names[1], 1.0, 1)]
    table = [
        {"pass": n, "row_a": ids[n][0], "row_b": ids[n][1], "pattern": pattern, "log_odds": odds}
        for n, odds, pattern in scored
    ]
    for pairs in itertools.permutations(table):
        met = join_rows(pa.Table.from_pylist(list(pairs)), [export.resolver], names)
        half_way = round((1.5 + 4 / 3) / 2, 9)
        assert (met.best[0], met.pattern[0], met.agreeing[0]) == (0, 9, 0b111)
        assert met.log_odds[0] == half_way


def test_agreement_on_a_rare_pass_outweighs_agreement_on_a_common_one() -> None:
    """u decides: meeting by chance once in a million says more than once in a hundred."""
    n = 2000
    zeros = np.zeros(n, dtype=np.int64)
    agreeing = np.where(np.arange(n) < 100, 0b11, np.where(np.arange(n) < 200, 0b01, 0b10))
    met = RecordPairs(zeros, zeros, np.full(n, np.nan), agreeing, zeros + 0b11, zeros, zeros)
    chance = pa.table({"pass": ["rare", "common"], "pairs": [10**8] * 2, "agreeing": [100, 10**6]})
    odds = score_agreement(met, np.full(20_000, 0b11), chance, ["rare", "common"])
    assert odds[0] > odds[150] > odds[1000]
