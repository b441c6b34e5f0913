"""One row a block leaves: which one, how many, and that nobody is lost to the partner."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import register_of
from uic.crypto.keys import EpochKey, new_key
from uic.exchange import OWN_PAIRS, Export, MatcherPart
from uic.matching.matcher import match
from uic.partner.composites import canonical_columns
from uic.partner.encoding import encode, encode_to_leave
from uic.partner.encoding.thinning import leaving, marks_of, ranks
from uic.partner.encoding.tokens import agreeing_pairs, blocks_of
from uic.pipeline.own_pairs import compare_own
from uic.resolving.resolver import resolve
from uic.schema import LinkageSchema, default_schema, parse_schema
from uic.synthesis import population

KEY = EpochKey("project", "2026Q4", bytes(range(32)))
PEOPLE = [
    {"family_name": family, "given_name": given, "birth_date": f"19{year}-05-{day:02}", "sex": "M"}
    for family in ("Sok", "Chan", "Keo")
    for given in ("Dara", "Vichea")
    for year, day in ((80, 3), (81, 4), (82, 5), (82, 6))
]
LISTED = population(400, style="khmer-dense", seed=3).select(
    ["family_name", "given_name", "sex", "birth_date"]
)
TWICE = [*LISTED.to_pylist(), *LISTED.slice(0, 40).to_pylist()]


def left(people: list[dict[str, str]], schema: LinkageSchema, key: EpochKey = KEY) -> Export:
    return encode_to_leave(register_of("a", people), schema, key, compare_own)


def block_sizes(table: pa.Table) -> list[int]:
    counted = table.group_by(["token_hi", "token_lo"]).aggregate([([], "count_all")])
    return sorted(counted["count_all"].to_pylist())


def test_no_two_rows_that_leave_share_a_token() -> None:
    """In every pass each token stands once, though the register has blocks of many rows."""
    plain = encode(register_of("a", PEOPLE), default_schema(), KEY).matcher.pass_rows
    assert max(block_sizes(plain["name-sounds"])) > 1
    for table in left(PEOPLE, default_schema()).matcher.pass_rows.values():
        assert set(block_sizes(table)) <= {1}


def test_one_row_of_every_block_leaves() -> None:
    """No block disappears: the tokens that leave are the tokens of the register."""
    plain = encode(register_of("a", PEOPLE), default_schema(), KEY).matcher.pass_rows
    thin = left(PEOPLE, default_schema()).matcher.pass_rows
    for name, table in plain.items():
        assert set(table["token_hi"].to_pylist()) == set(thin[name]["token_hi"].to_pylist())


def test_the_schema_says_how_many_rows_of_a_block_leave() -> None:
    """With two rows a block, blocks of four become blocks of two."""
    schema = parse_schema({"protection": {"rows_per_block": 2}})
    sizes = block_sizes(left(PEOPLE, schema).matcher.pass_rows["name-sounds"])
    assert sizes == [2] * 6


def test_the_same_register_keeps_the_same_rows() -> None:
    """Encoded twice, in another order, the same signatures leave: a second file adds nothing."""
    first, second = (
        left(people, default_schema()).matcher.pass_rows["name-sounds"]
        for people in (PEOPLE, PEOPLE[::-1])
    )
    compared = [name for name in first.column_names if name != "row_id"]
    order = [("token_hi", "ascending")]
    assert first.select(compared).sort_by(order) == second.select(compared).sort_by(order)


def test_which_row_stays_depends_on_the_key() -> None:
    """Under ten keys not the same person of a block leaves each time."""
    chosen = set()
    for _ in range(10):
        export = left(PEOPLE[:4], default_schema(), new_key("project", "2026Q4"))
        ids = export.matcher.pass_rows["name-sounds"]["row_id"]
        row_map = export.resolver.row_map
        chosen |= set(row_map.filter(pc.is_in(row_map["row_id"], ids))["record"].to_pylist())
    assert len(chosen) > 1


def test_rows_that_are_all_alike_leave_once() -> None:
    """Three equal rows count as one block of which one row leaves; two where two may."""
    blocks, rank = blocks_of(np.array([5, 9, 5, 5])), np.array([7, 1, 7, 7], dtype=np.uint64)
    for stay, total in ((1, 2), (2, 3), (3, 4)):
        leaves = leaving(blocks, rank, stay)
        assert leaves[1]
        assert leaves.sum() == total


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), max_size=40), st.integers(1, 4))
def test_the_smallest_ranks_of_every_block_leave(rows: list[tuple[int, int]], stay: int) -> None:
    """As a loop over the blocks says, with equal ranks and with none."""
    words, rank = (np.array([row[n] for row in rows], dtype=np.int64) for n in (0, 1))
    leaves = leaving(blocks_of(words), rank.astype(np.uint64), stay)
    for word in set(words.tolist()):
        inside = words == word
        assert sorted(rank[inside & leaves].tolist()) == sorted(rank[inside].tolist())[:stay]


def test_blocks_are_counted_over_the_whole_register() -> None:
    """Sizes, pairs and rows that met are those of counting by hand."""
    blocks = blocks_of(np.array([5, 9, 5, -3, 5, 9]))
    assert blocks.histogram() == {1: 1, 2: 1, 3: 1}
    assert blocks.agreeing == 4
    assert blocks.met().tolist() == [True, True, True, False, True, True]
    assert blocks_of(np.empty(0, np.int64)).histogram() == {}


def test_records_alike_in_everything_have_one_mark_and_no_others_do() -> None:
    """A mark is of the values, whatever else is in the part, and of the key."""
    schema = default_schema()

    def marks(people: list[dict[str, str]], key: EpochKey = KEY) -> list[int]:
        columns = canonical_columns(register_of("a", people), schema)
        whole = {name: pa.chunked_array([column]) for name, column in columns.items()}
        return marks_of(whole, key).tolist()

    assert len(set(marks(PEOPLE))) == len(PEOPLE)
    assert marks(PEOPLE[::-1]) == marks(PEOPLE)[::-1]
    assert marks(PEOPLE[:5]) == marks(PEOPLE)[:5]
    assert not set(marks(PEOPLE)) & set(marks(PEOPLE, new_key("project", "2026Q4")))
    assert len(set(marks([PEOPLE[0], PEOPLE[0]]))) == 1
    moved = {"family_name": "Sok", "given_name": None}, {"family_name": None, "given_name": "Sok"}
    assert len(set(marks([dict(row) for row in moved]))) == 2


def test_an_attribute_that_nobody_has_changes_no_mark() -> None:
    """A column that is empty and one that is not there are the same."""
    empty = {name: pa.chunked_array([["a"]]) for name in ("place",)}
    more = empty | {"street": pa.chunked_array([pa.nulls(1, pa.string())])}
    assert marks_of(empty, KEY).tolist() == marks_of(more, KEY).tolist()


def test_who_leaves_in_one_pass_does_not_leave_in_all() -> None:
    """Under the keys of two passes the ranks of a thousand records are unrelated."""
    marks = np.arange(1000, dtype=np.uint64)
    served = np.zeros(1000, dtype=np.uint8)
    first, second = (np.argsort(np.argsort(ranks(marks, served, bytes([n] * 32)))) for n in (1, 2))
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.15


def test_who_has_left_in_fewer_passes_goes_first() -> None:
    """Whatever the key, a record's number decides only between equals."""
    served = np.array([3, 0, 255, 1] * 50, dtype=np.uint8)
    for n in (1, 2):
        order = np.argsort(ranks(np.arange(200, dtype=np.uint64), served, bytes([n] * 32)))
        assert served[order].tolist() == sorted(served.tolist())


@pytest.mark.parametrize("stay", [1, 2])
def test_a_wide_block_is_for_those_whom_narrow_passes_do_not_help(stay: int) -> None:
    """Of twenty namesakes the one without a date of birth leaves, under every key."""
    people = [dict(PEOPLE[0], birth_date=f"1980-05-{n + 2:02}") for n in range(20)]
    people[7] = dict(PEOPLE[0], birth_date="")
    schema = parse_schema({"protection": {"rows_per_block": stay}})
    for _ in range(4):
        export = left(people, schema, new_key("project", "2026Q4"))
        rows = export.matcher.pass_rows["name-sounds"]["row_id"]
        row_map = export.resolver.row_map
        gone = row_map.filter(pc.is_in(row_map["row_id"], rows))["record"].to_pylist()
        assert 7 in gone
        assert len(gone) == stay


def test_what_makes_a_pass_wide_is_counted_by_hand() -> None:
    """Pairs that share a word, as the blocks themselves say, and none of nobody."""
    words = np.array([5, 9, 5, -3, 5, 9])
    assert agreeing_pairs(words) == blocks_of(words).agreeing == 4
    assert agreeing_pairs(np.empty(0, np.int64)) == 0


def test_a_partner_finds_its_own_duplicates_by_itself() -> None:
    """A person who is twice on one list is one person, though the matcher sees no such pair."""
    export = left(TWICE, default_schema())
    matched = match([export.matcher], default_schema())
    assert len(matched.pairs) == 0
    persons = resolve(matched.pairs, [export.resolver], default_schema()).persons
    ids = persons.sort_by("record")["person_id"].to_pylist()
    found = sum(ids[n] == ids[len(LISTED) + n] for n in range(40))
    assert found >= 38


def test_a_vouched_list_is_not_compared_with_itself() -> None:
    """A partner that vouches for its list gives no own pairs, and nothing is compared."""

    def never(_part: MatcherPart, _schema: LinkageSchema) -> pa.Table:
        pytest.fail("a vouched list was compared")

    schema = parse_schema({"partners": {"a": {"files": ["a.csv"], "vouched": True}}})
    export = encode_to_leave(register_of("a", TWICE), schema, KEY, never)
    assert export.resolver.own_pairs.equals(OWN_PAIRS.empty_table())


def test_people_of_two_partners_still_meet() -> None:
    """The same dense list at two partners: people are found by whichever pass kept their row."""
    people = LISTED.to_pylist()
    exports = [
        encode_to_leave(register_of(name, people), default_schema(), KEY, compare_own)
        for name in ("a", "b")
    ]
    matched = match([export.matcher for export in exports], default_schema())
    parts = [export.resolver for export in exports]
    ids = resolve(matched.pairs, parts, default_schema()).persons["person_id"].to_pylist()
    found = sum(ids[n] == ids[len(people) + n] for n in range(len(people)))
    assert found >= 0.97 * len(people)
