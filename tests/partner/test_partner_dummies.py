"""Dummies on request: rows of nobody that only the resolver can tell from people's."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import uic
from conftest import register_of
from uic import keys
from uic.crypto.keys import EpochKey
from uic.envelope.exports import read_matcher, read_resolver
from uic.matching.matcher import match
from uic.partner.encoding import encode_to_leave
from uic.partner.encoding.deciding import decide
from uic.partner.encoding.dummies import drawn_dummies
from uic.partner.encoding.preparing import prepare
from uic.partner.gate.judging import read_report
from uic.partner.storing import Store
from uic.pipeline.own_pairs import compare_own
from uic.resolving.resolver import Resolution, resolve
from uic.schema import LinkageSchema, parse_schema
from uic.synthesis import population

if TYPE_CHECKING:
    from pathlib import Path

    from uic.exchange import Export

KEY = EpochKey("project", "2026Q4", bytes(range(32)))
PEOPLE = (
    population(300, style="khmer-dense", seed=3)
    .select(["family_name", "given_name", "sex", "birth_date"])
    .to_pylist()
)


def asking(share: float, stay: int = 1) -> LinkageSchema:
    return parse_schema({"protection": {"dummies": share, "rows_per_block": stay}})


def left(people: list[dict[str, str]], schema: LinkageSchema, partner: str = "a") -> Export:
    return encode_to_leave(register_of(partner, people), schema, KEY, compare_own)


def signed(export: Export, name: str, *, dummies: bool) -> list[tuple[int, ...]]:
    """Return tokens and signatures of the dummies, or of the rows of people, in order."""
    row_map = export.resolver.row_map.filter(pc.field("pass") == name)
    wanted = row_map.filter(pc.is_null(row_map["record"])) if dummies else row_map.drop_null()
    rows = export.matcher.pass_rows[name].filter(pc.field("row_id").isin(wanted["row_id"]))
    columns = rows.drop_columns(["row_id"]).to_pydict().values()
    return sorted(zip(*columns, strict=True), key=str)


@pytest.mark.parametrize("stay", [1, 3])
def test_dummies_take_nobodys_place(stay: int) -> None:
    """The rows of people are the same to the bit, and no block has more rows than agreed."""
    without, asked = left(PEOPLE, asking(0, stay)), left(PEOPLE, asking(0.2, stay))
    for name, table in asked.matcher.pass_rows.items():
        if not len(table):
            continue
        people = signed(asked, name, dummies=False)
        usable = [row for row in people if row in set(signed(without, name, dummies=False))]
        kept = read_usable(without, name)
        assert len(usable) == kept
        assert len(signed(asked, name, dummies=True)) == -(-kept // 5)
        sizes = table.group_by(["token_hi", "token_lo"]).aggregate([([], "count_all")])
        assert max(sizes["count_all"].to_pylist()) <= stay


def read_usable(export: Export, name: str) -> int:
    """Return how many rows with a usable value left."""
    row_map = export.resolver.row_map.filter((pc.field("pass") == name) & pc.field("usable"))
    ids = export.matcher.pass_rows[name]["row_id"]
    return pc.sum(pc.is_in(ids, row_map["row_id"])).as_py()


def test_without_asking_there_are_none() -> None:
    """By default every row is somebody's."""
    assert left(PEOPLE, LinkageSchema()).resolver.row_map["record"].null_count == 0


def test_the_same_register_has_the_same_dummies() -> None:
    """Encoded again in another order, the same rows: none gives itself away by being gone."""
    first, second = (left(people, asking(0.2)) for people in (PEOPLE, PEOPLE[::-1]))
    for name, table in first.matcher.pass_rows.items():
        if len(table):
            assert signed(first, name, dummies=True) == signed(second, name, dummies=True)


def test_a_register_in_parts_has_the_dummies_of_the_whole() -> None:
    """Parts are drawn anew in every run: who lends what does not depend on them."""
    found = []
    for pieces in ([PEOPLE], [PEOPLE[200:], PEOPLE[:80], PEOPLE[80:200]]):
        with Store() as store:
            parts = [register_of("a", piece) for piece in pieces]
            prepared = prepare(parts, asking(0.3), KEY, store)
            decide(prepared, apart=True)
            (item,) = (one for one in prepared.passes if one.name == "names-year")
            drawn = pa.concat_tables(drawn_dummies(prepared, item))
            found.append(drawn.sort_by("token_hi").to_pylist())
    assert found[0] == found[1]
    assert len(found[0]) > 50


def test_a_register_that_grows_keeps_nearly_all_dummies() -> None:
    """Three more people change a dummy only where they lend it something or take its block."""
    before = set(signed(left(PEOPLE[3:], asking(0.2)), "names-year", dummies=True))
    after = set(signed(left(PEOPLE, asking(0.2)), "names-year", dummies=True))
    assert len(before & after) > 0.8 * len(before)


def test_dummies_have_gaps_as_people_have() -> None:
    """Where every fifth person has no sex, about every fifth dummy has none."""
    people = [person | {"sex": None if n % 5 == 0 else "M"} for n, person in enumerate(PEOPLE)]
    export = left(people, asking(1))
    ids = export.resolver.row_map.filter(pc.is_null(export.resolver.row_map["record"]))["row_id"]
    rows = export.matcher.pass_rows["names-year"].filter(pc.field("row_id").isin(ids))
    assert 0.1 < rows["sex"].null_count / len(rows) < 0.3


@cache
def resolved(share: float, stay: int = 1) -> tuple[Resolution, int]:
    """Return who is who, and how many pairs of the matcher hold a dummy."""
    schema = asking(share, stay)
    exports = [left(part, schema, name) for name, part in zip("ab", halves(), strict=True)]
    pairs = match([export.matcher for export in exports], schema).pairs
    named = pa.concat_tables(export.resolver.row_map for export in exports)
    dummies = named.filter(pc.is_null(named["record"]))["row_id"]
    with_one = pc.or_(pc.is_in(pairs["row_a"], dummies), pc.is_in(pairs["row_b"], dummies))
    return resolve(pairs, [export.resolver for export in exports], schema), pc.sum(with_one).as_py()


def halves() -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return two lists of 180 people that share 60."""
    return PEOPLE[:180], PEOPLE[120:]


@pytest.mark.parametrize("stay", [1, 2])
def test_no_pair_with_a_dummy_is_resolved_or_explained(stay: int) -> None:
    """Every record is one person's and every compared pair is one of records."""
    done, with_one = resolved(1, stay)
    assert with_one > 10  # the matcher, who cannot know, scored them
    assert len(done.persons) == 360
    for side in "ab":
        assert done.compared[f"record_{side}"].null_count == 0
        assert pc.max(done.compared[f"record_{side}"]).as_py() < 180
    assert done.candidates <= 1.3 * resolved(0, stay)[0].candidates


def test_people_are_found_among_dummies_as_without_them() -> None:
    """As many dummies as rows change nothing about who is linked, but for a pair or two."""
    without, among = (
        {tuple(row.values())[:4] for row in resolved(share, 1)[0].links.to_pylist()}
        for share in (0, 1)
    )
    assert len(without ^ among) <= 2


def test_the_file_counts_its_dummies_and_the_gate_tells_them(tmp_path: Path) -> None:
    """Header, compartments and report agree: rows of people are kept as without dummies."""
    for who in ("matcher", "resolver", "partner"):
        keys.pair(tmp_path / who)
    keys.new("project", "2026Q4", tmp_path / "epoch.key")
    reports = []
    for share in (0.0, 0.5):
        done = uic.encode(
            {"a": pa.Table.from_pylist([p | {"record_id": str(n)} for n, p in enumerate(PEOPLE)])},
            schema=asking(share),
            key=tmp_path / "epoch.key",
            matcher=tmp_path / "matcher.public",
            resolver=tmp_path / "resolver.public",
            signer=tmp_path / "partner.private",
            out=tmp_path / f"{share}.uicx",
        )
        reports.append(read_report(done.gate)["passes"]["names-year"])
    sender = tmp_path / "partner.public"
    sent = read_matcher(done.path, key=tmp_path / "matcher.private", signer=sender)
    named = read_resolver(done.path, key=tmp_path / "resolver.private", signer=sender).row_map
    named = named.filter(pc.field("pass") == "names-year")
    dummies = named.filter(pc.is_null(named["record"]))
    assert not any(dummies["usable"].to_pylist())
    assert pc.all(pc.is_in(dummies["row_id"], sent.pass_rows["names-year"]["row_id"])).as_py()
    assert reports[1]["dummies"] == len(dummies) > 100
    assert reports[0]["rows_kept"] == reports[1]["rows_kept"]
    assert reports[1]["file_blocks"] == {"1": len(sent.pass_rows["names-year"])}
