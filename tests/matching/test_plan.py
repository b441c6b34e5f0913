"""The plan as data: its SQL subset, its columns, and a second engine that runs it unchanged."""

from __future__ import annotations

import contextlib
import functools
import re
import sqlite3
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from conftest import register_of
from uic.crypto.keys import EpochKey
from uic.engines.duckdb import engine
from uic.levels import Comparison, comparisons
from uic.matching import matcher
from uic.matching.comparing import Work, compare, full_comparison, shares_of_strangers
from uic.matching.plan import (
    BLOCKS_BY_SIZE,
    PATTERN_COUNTS,
    WEIGHTS,
    WORTH,
    Rows,
    Step,
    block_steps,
    kept,
    large_blocks,
    large_volume,
    narrowing,
    pass_rows,
    scored,
    small_blocks,
)
from uic.partner.encoding import encode
from uic.schema import parse_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from uic.exchange import Export
    from uic.schema import LinkageSchema

ITEMS = (
    Comparison("family_name", "text", "given_name"),
    Comparison("given_name", "text", "family_name"),
    Comparison("birth_date", "date"),
    Comparison("sex", "code"),
    Comparison("place", "text"),
)
LIMIT = 3  # so small that made-up rows have large blocks
FURTHER = narrowing(ITEMS, frozenset({"place"}), frozenset({"sex"}))
WORDS = set(
    re.findall(
        r"\w+",
        "SELECT DISTINCT AS FROM JOIN ON WHERE AND OR NOT IS NULL GROUP BY HAVING UNION ALL"
        " CASE WHEN THEN ELSE END INT BIGINT DOUBLE",
    )
)
FUNCTIONS = {"CAST", "COUNT", "SUM", "COALESCE", "bit_count"}


def steps() -> list[Step]:
    """Every step of a pass, in the order in which they run."""
    rows = [Rows(LIMIT, LIMIT, 1, 3), Rows(LIMIT, LIMIT)]  # a piece in the middle, then everything
    return [
        *block_steps(ITEMS),
        BLOCKS_BY_SIZE,
        large_volume(ITEMS, LIMIT),
        *large_blocks(ITEMS, rows[0], FURTHER),
        *large_blocks(ITEMS, rows[1], FURTHER),
        small_blocks(ITEMS, rows[0]),
        small_blocks(ITEMS, rows[1]),
        PATTERN_COUNTS,
        kept(0),
        scored(0),
    ]


def made_up(rows: int = 60, seed: int = 1) -> pa.Table:
    """Rows of one pass in small and large blocks, which agree more often than strangers do."""
    draw = np.random.default_rng(seed)
    columns = {}
    for name, kind in pass_rows(ITEMS).columns:
        values = draw.integers(0, 4, rows) * (2**40 + 5 if name.endswith("name") else 1)
        hidden = draw.random(rows) < (0.1 if name in {"given_name", "sex", "place"} else 0)
        width = pa.int64() if kind == "BIGINT" else pa.int32()
        columns[name] = pa.array(values, mask=hidden).cast(width)
    columns["row_id"] = pa.array(draw.permutation(rows) - rows // 2)
    columns["token_hi"] = pa.array((40 * draw.random(rows) ** 2).astype(int) * 2**58 - 2**62)
    columns["vouched"] = pa.array((columns["export"].to_numpy() == 1).astype(np.int32))
    columns["token_lo"] = pa.array(np.zeros(rows, dtype=np.int64))
    return pa.table(columns)


class SQLite:
    """A second engine, of the standard library: it knows nothing but plain SQL and integers."""

    def __init__(self) -> None:
        self._database = sqlite3.connect(":memory:")
        self._database.create_function("bit_count", 1, _bit_count, deterministic=True)

    def read(self, name: str, table: pa.Table) -> None:
        """Store a table."""
        self.drop(name)
        places = ", ".join("?" * table.num_columns)
        self._database.execute(f"CREATE TABLE {name} ({', '.join(table.column_names)})")
        rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
        self._database.executemany(f"INSERT INTO {name} VALUES ({places})", rows)

    @contextlib.contextmanager
    def lent(self, name: str, table: pa.Table) -> Iterator[None]:
        """Store a table for a while."""
        self.read(name, table)
        yield
        self.drop(name)

    def run(self, name: str, select: str) -> None:
        """Make a table."""
        self.drop(name)
        self._database.execute(f"CREATE TABLE {name} AS {select}")

    def add(self, name: str, select: str) -> None:
        """Add to a table."""
        self._database.execute(f"CREATE TABLE IF NOT EXISTS {name} AS {select} LIMIT 0")
        self._database.execute(f"INSERT INTO {name} {select}")

    def fetch(self, select: str) -> pa.Table:
        """Return a result."""
        found = self._database.execute(select)
        names = [column[0] for column in found.description]
        rows = found.fetchall()
        columns = list(zip(*rows, strict=True)) or [()] * len(names)
        kinds = {"log_odds": pa.float64()}
        typed = zip(names, columns, strict=True)
        return pa.table({name: pa.array(v, kinds.get(name, pa.int64())) for name, v in typed})

    def drop(self, *names: str) -> None:
        """Forget tables."""
        for name in names:
            self._database.execute(f"DROP TABLE IF EXISTS {name}")


def _bit_count(value: int | None) -> int | None:
    return None if value is None else (value & (1 << 64) - 1).bit_count()


def test_every_step_keeps_to_the_portable_subset() -> None:
    """No word, function, type or sign outside the subset, whatever the schema names its columns."""
    for step in steps():
        known = {name for table in (*step.reads, step.makes) for name, _ in table.columns}
        known |= {table.name for table in (*step.reads, step.makes)}
        known |= {"a", "b", "c", "e", "k", "m", "n", "r", "s", "t", "v", "w", "never", "size"}
        assert not set(re.findall(r"[A-Za-z_]\w*(?=\()", step.select)) - FUNCTIONS - {"IN"}, step
        assert not set(re.findall(r"[A-Za-z_]\w*", step.select)) - WORDS - FUNCTIONS - known, step
        assert not set(re.findall(r"[^\w\s(),.]", step.select)) - set("=<>*+-|&"), step
        for number in re.findall(r"\d+", step.select):
            assert int(number) < 2**63


def test_every_step_says_what_it_reads_and_what_comes_out() -> None:
    """Run in order, each step finds the tables it reads, with their columns, and makes its own."""
    kinds = {"INT": pa.int32(), "BIGINT": pa.int64(), "DOUBLE": pa.float64()}
    with engine(memory="1GB") as database:
        database.read("pass_rows", made_up())
        database.read("worth", pa.table({"pattern": pa.array([0, 1], pa.int64())}))
        database.read("weights", pa.table({"pattern": pa.array([0]), "log_odds": pa.array([1.0])}))
        there = {pass_rows(ITEMS), WORTH, WEIGHTS}
        for step in steps():
            assert set(step.reads) <= there, step.name
            database.run(step.name, step.select)
            found = database.fetch(f"SELECT * FROM {step.name}").schema
            expected = [(name, kinds[kind]) for name, kind in step.makes.columns]
            assert [(field.name, field.type) for field in found] == expected, step.name
            there |= {step.makes}


def test_two_engines_give_the_same_tables() -> None:
    """SQLite runs the same texts and finds the same pairs, patterns and counts as DuckDB."""
    lite = SQLite()
    with engine(memory="1GB") as duck:
        for database in (duck, lite):
            database.read("pass_rows", made_up(200, 2))
        for step in steps()[:-2]:
            for database in (duck, lite):
                database.run(step.name, step.select)
            tables = [database.fetch(f"SELECT * FROM {step.name}") for database in (duck, lite)]
            ours, theirs = (sorted(map(repr, table.to_pylist())) for table in tables)
            assert ours == theirs, step.name
        assert len(duck.fetch("SELECT * FROM compared")) > 20


def exports(seed: int, largest_block: int) -> tuple[list[Export], LinkageSchema]:
    """Two registers that share people, born on few days, so that passes have large blocks."""
    draw = np.random.default_rng(seed)
    schema = parse_schema({"linking": {"largest_block": largest_block}})
    key = EpochKey("project", "e", bytes(32))
    syllables = ["so", "ka", "chan", "vu", "tha", "ri", "da", "bo", "phe", "mi"]
    people = [
        {
            "family_name": "".join(draw.choice(syllables, 2)),
            "given_name": "".join(draw.choice(syllables, 3)),
            "birth_date": f"19{draw.integers(60, 64)}-{draw.integers(2, 7):02d}-05",
            "sex": str(draw.choice(["M", "F"])),
            "place": "".join(draw.choice(syllables, 2)) + "town",
        }
        for _ in range(160)
    ]
    lists = [people[:110], [row | {"given_name": row["given_name"] + "h"} for row in people[50:]]]
    named = zip("ab", lists, strict=True)
    return [encode(register_of(name, rows), schema, key) for name, rows in named], schema


@pytest.mark.parametrize("largest_block", [5, 100])
def test_a_whole_pass_on_a_second_engine(largest_block: int) -> None:
    """What the matcher does with an engine works with any engine that keeps the contract."""
    made, schema = exports(3, largest_block)
    parts = [export.matcher for export in made]
    attributes = frozenset[str]().union(*(part.header.attributes for part in parts))
    items = comparisons(schema, attributes)
    frequencies = pa.concat_tables(part.frequencies for part in parts)
    work = Work(parts, schema, items, shares_of_strangers(items, frequencies))
    narrowed = 0
    with engine(memory="1GB") as duck:
        for number in range(3):
            lite = SQLite()
            ours, theirs = (compare(database, work, number) for database in (duck, lite))
            assert ours.candidates == theirs.candidates > 0
            assert ours.capped_blocks == theirs.capped_blocks
            narrowed += ours.capped_blocks
            assert ours.patterns.pattern.tolist() == theirs.patterns.pattern.tolist()
            assert ours.patterns.pairs.tolist() == theirs.patterns.pairs.tolist()
            pairs = [d.fetch(f"SELECT * FROM {kept(number).name}") for d in (duck, lite)]
            assert (
                pairs[0].sort_by("row_a").sort_by("row_b").to_pylist()
                == pairs[1].sort_by("row_a").sort_by("row_b").to_pylist()
            )


def test_no_pair_of_a_large_block_is_lost_that_agrees_in_one_thing_more() -> None:
    """Narrowed blocks give exactly the pairs that agree in an attribute outside the key."""
    rows = made_up(80, 4)
    with engine(memory="1GB") as database:
        database.read("pass_rows", rows)
        for step in (*block_steps(ITEMS), *large_blocks(ITEMS, Rows(LIMIT, LIMIT), FURTHER)):
            database.run(step.name, step.select)
        found = database.fetch("SELECT row_a, row_b FROM met").to_pylist()
    size = {row["row_id"]: 0 for row in rows.to_pylist()}
    listed = rows.to_pylist()
    for row in listed:
        size[row["row_id"]] = sum(other["token_hi"] == row["token_hi"] for other in listed)
    expected = set()
    for a in listed:
        for b in listed:
            one_block = a["token_hi"] == b["token_hi"] and size[a["row_id"]] > LIMIT
            two_lists = a["export"] != b["export"] or not a["vouched"]
            if one_block and two_lists and a["row_id"] < b["row_id"] and _agree(a, b, listed):
                expected.add((a["row_id"], b["row_id"]))
    assert {(pair["row_a"], pair["row_b"]) for pair in found} == expected
    assert len(expected) > 10


def _agree(a: dict[str, int], b: dict[str, int], rows: list[dict[str, int]]) -> bool:
    """Whether two rows agree in a name or two parts of the date, as not too many of them do."""
    date = ("birth_date_year", "birth_date_month", "birth_date_day")
    keys = [("family_name",), ("given_name",), date[:2], (date[0], date[2]), date[1:]]
    for columns in keys:
        values = tuple(a[name] for name in columns)
        if None in values or values != tuple(b[name] for name in columns):
            continue
        same = [
            row
            for row in rows
            if row["token_hi"] == a["token_hi"] and tuple(row[n] for n in columns) == values
        ]
        if len(same) <= LIMIT:
            return True
    return False


def test_a_first_guess_that_is_too_strict_costs_time_and_no_pair(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever was kept before the fit, the pairs handed over are the same."""
    made, schema = exports(5, 100)
    parts = [export.matcher for export in made]
    as_usual = matcher.match(parts, schema).pairs
    monkeypatch.setattr("uic.matching.sifting._LEAST", np.inf)
    strict = matcher.match(parts, schema).pairs
    order = [("pass", "ascending"), ("row_a", "ascending"), ("row_b", "ascending")]
    assert len(as_usual) > 100
    assert strict.sort_by(order).equals(as_usual.sort_by(order))


def test_nothing_depends_on_the_order_of_rows_and_files_or_on_pieces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Shuffled rows, turned files, many small pieces and one thread give the same scored pairs."""
    made, schema = exports(7, 6)
    parts = [export.matcher for export in made]
    order = [("pass", "ascending"), ("row_a", "ascending"), ("row_b", "ascending")]
    expected = matcher.match(parts, schema).pairs.sort_by(order)
    draw = np.random.default_rng(1)
    for part in parts:
        for name, table in part.pass_rows.items():
            part.pass_rows[name] = table.take(draw.permutation(len(table)))
    monkeypatch.setattr("uic.matching.comparing._PAIRS_AT_ONCE", 50)
    monkeypatch.setattr(matcher, "engine", functools.partial(engine, threads=1))
    found = matcher.match(parts[::-1], schema).pairs.sort_by(order)
    assert found.drop_columns("log_odds").equals(expected.drop_columns("log_odds"))
    assert np.allclose(found["log_odds"].to_numpy(), expected["log_odds"].to_numpy(), atol=1e-9)


def test_full_comparison_stops_where_it_would_cost_too_much() -> None:
    """Blocks up to the schema's size, fewer where they make too many pairs, never below ten."""
    sizes = pa.table({"size": [30, 2, 8, 200], "blocks": [100_000, 1000, 100_000, 1]})
    assert full_comparison(sizes, 40_000_000, 100) == (30, 1000 + 100_000 * (28 + 435))
    assert full_comparison(sizes, 1000, 100) == (8, 1000 + 100_000 * 28)
    assert full_comparison(sizes, 40_000_000, 5) == (2, 1000)
    few = pa.table({"size": [30], "blocks": [4000]})
    assert full_comparison(few, 5000, 100) == (30, 4000 * 435)
    assert full_comparison(sizes.slice(0, 0), 10, 100) == (1, 0)
