"""Comparison in the clear, inside one NGO: the same passes, levels and weights, without a key.

What the matcher does with tokens and signatures is done here with the values themselves: block
values are compared as they are, codes and dates by the same SQL, and names by counting letters
that differ instead of by signatures. Scoring and clustering are those of the encoded way.
Everything here holds names. It runs where the register is, and nothing of it may leave.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.engines.duckdb import engine
from uic.errors import LinkError
from uic.exchange import CHANCE, EVENTS, FREQUENCIES, ROW_MAP, Header, ResolverPart
from uic.levels import BASE, Comparison, comparisons, pattern_sql
from uic.matching.patterns import PassPatterns
from uic.matching.scoring import fit
from uic.matching.shares import chance_shares
from uic.partner import normalising
from uic.partner.composites import block_values, canonical_columns
from uic.pipeline.letters import Measure, by_letters, graded, swapped
from uic.values import silent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from uic.engines.duckdb import DuckDB
    from uic.matching.patterns import Weights
    from uic.partner.registers import Register
    from uic.schema import LinkageSchema, Pass
    from uic.values import Progress

    Numbers = NDArray[np.int64]
    _Pairs = tuple[Numbers, Numbers, Numbers]

_AT_ONCE = 2_000_000  # pairs held at a time
_RANDOM_PAIRS = 1_000_000
_WORTH_KEEPING = -6.0
_COMMON = 0.05  # strangers agree on sex in half of all pairs: that narrows nothing


@dataclass(frozen=True, repr=False)
class ClearMatch:
    """Scored pairs of the records themselves, as ``uic.resolving.resolve`` takes them.

    Attributes:
        pairs: ``pass``, ``row_a``, ``row_b``, ``pattern``, ``log_odds``; rows are record numbers
            over all registers.
        parts: Which row is which record, one part a register.
        items: What was compared.
        weights: Fitted parameters.
    """

    pairs: pa.Table
    parts: tuple[ResolverPart, ...]
    items: tuple[Comparison, ...]
    weights: Weights

    def __repr__(self) -> str:
        return f"<ClearMatch {len(self.pairs)} pairs>"


@dataclass(frozen=True, repr=False)
class _Values:
    """All registers stacked: a number for every value, and the texts behind the numbers."""

    rows: pa.Table
    texts: dict[str, list[str]]
    blocks: dict[str, pa.Array]
    items: tuple[Comparison, ...]
    sizes: tuple[int, ...]


def match_clear(
    registers: Sequence[Register],
    schema: LinkageSchema,
    *,
    measure: Measure = by_letters,
    progress: Progress = silent,
) -> ClearMatch:
    """Find and score candidate pairs within and across registers by their own values.

    Args:
        registers: What one NGO holds.
        schema: The linkage schema; its passes make the candidates.
        measure: Grades pairs of different texts as near, far or different.
        progress: Called with each pass.

    Raises:
        LinkError: the schema compares tokens only, or there is no register.
    """
    if schema.profile == "tokens" or not registers:
        raise LinkError("a comparison in the clear needs a register, and attributes to compare")
    values = _stacked(registers, schema)
    known = _frequencies(values, measure)
    u = tuple(chance_shares(item, known) for item in values.items)
    found = []
    with engine(on_disk=False) as database:
        for number, item in enumerate(schema.active_passes):
            progress("matching", number, len(schema.active_passes))
            found.append(_compare(database, values, item, schema, u, measure))
    weights = fit([one for one, _ in found], values.items, known, _pairs_in_all(registers, schema))
    pairs = [_scored(patterns, pairs, weights) for patterns, pairs in found]
    parts = tuple(_parts(registers, schema, values))
    return ClearMatch(pa.concat_tables(pairs), parts, values.items, weights)


def _stacked(registers: Sequence[Register], schema: LinkageSchema) -> _Values:
    each = [canonical_columns(register, schema) for register in registers]
    sizes = [len(register.records) for register in registers]
    carried = {name for columns in each for name, c in columns.items() if c.null_count < len(c)}
    attributes = {name for name in schema.kinds if name in carried or f"{name}_year" in carried}
    items = comparisons(schema, frozenset(attributes))
    rows = {
        "export": pa.array(np.repeat(np.arange(len(sizes)), sizes).astype(np.int32)),
        "vouched": pa.array(np.repeat(_vouched(registers, schema), sizes).astype(np.int32)),
        "row_id": pa.array(np.arange(sum(sizes))),
    }
    texts: dict[str, list[str]] = {}
    for item in items:
        for name in item.columns:
            whole = _whole(each, name, sizes)
            if item.kind != "date":
                coded = whole.dictionary_encode()
                whole, texts[name] = coded.indices, coded.dictionary.to_pylist()
            rows[name] = whole.cast(pa.int32())
    blocks = {
        item.name: pa.concat_arrays(
            [
                block_values(item, columns, size).cast(pa.string())
                for columns, size in zip(each, sizes, strict=True)
            ]
        )
        for item in schema.active_passes
    }
    return _Values(pa.table(rows), texts, blocks, items, tuple(sizes))


def _whole(each: Sequence[dict[str, pa.Array]], name: str, sizes: Sequence[int]) -> pa.Array:
    kinds = [columns[name].type for columns in each if name in columns]
    kind = pa.string() if pa.types.is_dictionary(kinds[0]) else kinds[0]
    return pa.concat_arrays(
        [
            columns[name].cast(kind) if name in columns else pa.nulls(size, kind)
            for columns, size in zip(each, sizes, strict=True)
        ]
    )


def _vouched(registers: Sequence[Register], schema: LinkageSchema) -> list[bool]:
    mapped = (schema.partners.get(register.partner) for register in registers)
    return [bool(mapping and mapping.vouched) for mapping in mapped]


def _as_codes(items: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """Compare texts as codes: exact or different; how different is seen afterwards."""
    return tuple(replace(i, kind="code", swap=None) if i.kind == "text" else i for i in items)


def _compare(
    database: DuckDB,
    values: _Values,
    item: Pass,
    schema: LinkageSchema,
    u: tuple[NDArray[np.float64], ...],
    measure: Measure,
) -> tuple[PassPatterns, _Pairs]:
    """Compare one pass; return its pattern counts and its pairs."""
    key = {name for part in item.parts for name in part.attributes}
    narrow = [
        i.attribute
        for i, shares in zip(values.items, u, strict=True)
        if i.kind != "date" and i.attribute not in key and shares[1] <= _COMMON
    ]
    counts, kept = Counter[int](), []
    for a, b, base in _met(database, values, item.name, narrow, schema.linking.largest_block):
        pattern = _refined(values, a, b, base, measure)
        distinct, sizes = np.unique(pattern, return_counts=True)
        counts.update(dict(zip(distinct.tolist(), sizes.tolist(), strict=True)))
        kept.append((a.astype(np.int32), b.astype(np.int32), pattern))
    ordered = np.array(sorted(counts.items()), dtype=np.int64).reshape(-1, 2)
    place = frozenset(n for n, one in enumerate(values.items) if one.attribute in key)
    found = PassPatterns(item.name, ordered[:, 0], ordered[:, 1].astype(float), place)
    a, b, pattern = (np.concatenate(column) for column in zip(*kept, strict=True))
    return found, (a, b, pattern)


def _met(
    database: DuckDB, values: _Values, name: str, narrow: Sequence[str], limit: int
) -> Iterator[_Pairs]:
    """Yield the pairs of a pass with their levels, some blocks at a time.

    In a block of more than ``limit`` records only those are compared who agree in one more
    attribute, as in the encoded way.
    """
    blocks = values.blocks[name].dictionary_encode().indices
    rows = values.rows.append_column("block", blocks).filter(blocks.is_valid())
    sizes = np.bincount(rows["block"].to_numpy())
    size = sizes[rows["block"].to_numpy()]
    rows = rows.append_column("size", pa.array(size)).filter(pa.array(size > 1))
    pieces = int((sizes * (sizes - 1)).sum()) // 2 // _AT_ONCE + 1
    agree = " OR ".join(f"a.{attribute} = b.{attribute}" for attribute in narrow) or "FALSE"
    database.read("rows", rows)
    for piece in range(pieces):
        found = database.fetch(
            "SELECT a.row_id AS row_a, b.row_id AS row_b,"  # noqa: S608 - names of our own
            f" {pattern_sql(_as_codes(values.items))} AS pattern"
            " FROM rows a JOIN rows b ON a.block = b.block AND a.row_id < b.row_id"
            f" WHERE NOT (a.export = b.export AND a.vouched = 1) AND a.block % {pieces} = {piece}"
            f" AND (a.size <= {limit} OR COALESCE({agree}, FALSE))"
        )
        yield tuple(column.to_numpy() for column in found.columns)


def _refined(values: _Values, a: Numbers, b: Numbers, base: Numbers, measure: Measure) -> Numbers:
    """Turn *different* texts into near, far or different, and see swapped names."""
    levels = {item.attribute: (base >> 4 * n) % BASE for n, item in enumerate(values.items)}
    codes = {
        name: values.rows[name].combine_chunks().fill_null(0).to_numpy() for name in values.texts
    }
    for item in values.items:
        if item.kind == "text":
            name = item.attribute
            levels[name] = graded(
                levels[name], codes[name][a], codes[name][b], values.texts[name], measure
            )
    family, given = "family_name", "given_name"
    if family in levels and given in levels:
        sides = [(values.texts[name], codes[name][a], codes[name][b]) for name in (family, given)]
        levels[family], levels[given] = swapped(
            levels[family], levels[given], sides[0], sides[1], measure
        )
    pattern = np.zeros(len(a), dtype=np.int64)
    for n, item in enumerate(values.items):
        pattern += levels[item.attribute] * BASE**n
    return pattern


def _frequencies(values: _Values, measure: Measure) -> pa.Table:
    """Compare random pairs of each register's own records, as partners do before encoding."""
    counts = [np.zeros(len(item.levels), dtype=np.int64) for item in values.items]
    for a, b in _random_pairs(values.sizes):
        pattern = _refined(values, a, b, _base(values, a, b), measure)
        for n, item in enumerate(values.items):
            counts[n] += np.bincount((pattern >> 4 * n) % BASE, minlength=len(item.levels))
    rows = [
        {"attribute": item.attribute, "level": level, "pairs": int(pairs)}
        for item, found in zip(values.items, counts, strict=True)
        for level, pairs in enumerate(found)
    ]
    return pa.Table.from_pylist(rows, schema=FREQUENCIES)


def _random_pairs(sizes: Sequence[int]) -> Iterator[tuple[Numbers, Numbers]]:
    start = 0
    for size in sizes:
        if size * (size - 1) // 2 <= _RANDOM_PAIRS:
            left, right = np.triu_indices(size, 1)
        else:
            left, right = np.random.default_rng(size).integers(0, size, (2, _RANDOM_PAIRS))
        apart = left != right
        yield left[apart] + start, right[apart] + start
        start += size


def _base(values: _Values, a: Numbers, b: Numbers) -> Numbers:
    place = pa.array(np.arange(len(a)))
    with engine(on_disk=False) as database:
        sides = (
            ("a", values.rows.take(pa.array(a)).append_column("n", place)),
            ("b", values.rows.take(pa.array(b)).append_column("n", place)),
        )
        for name, rows in sides:
            database.read(name, rows)
        sql = pattern_sql(_as_codes(values.items))
        database.run("base", f"SELECT a.n, {sql} AS pattern FROM a JOIN b ON a.n = b.n")  # noqa: S608 - our names
        found = database.fetch("SELECT pattern FROM base ORDER BY n")
    return np.asarray(found["pattern"].to_numpy(), dtype=np.int64)


def _scored(found: PassPatterns, pairs: _Pairs, weights: Weights) -> pa.Table:
    patterns, scores = weights.log_odds[found.name]
    a, b, pattern = pairs
    odds = scores[np.searchsorted(patterns, pattern)]
    keep = odds > _WORTH_KEEPING
    return pa.table(
        {
            "pass": pa.repeat(pa.scalar(found.name, pa.string()), int(keep.sum())),
            "row_a": a[keep].astype(np.int64),
            "row_b": b[keep].astype(np.int64),
            "pattern": pattern[keep],
            "log_odds": odds[keep],
        }
    )


def _pairs_in_all(registers: Sequence[Register], schema: LinkageSchema) -> int:
    sizes = [len(register.records) for register in registers]
    told = sum(
        n * (n - 1) // 2 for n, one in zip(sizes, _vouched(registers, schema), strict=True) if one
    )
    return max(sum(sizes) * (sum(sizes) - 1) // 2 - told, 1)


def _parts(
    registers: Sequence[Register], schema: LinkageSchema, values: _Values
) -> Iterator[ResolverPart]:
    start = 0
    attributes = frozenset(item.attribute for item in values.items)
    for register, vouched in zip(registers, _vouched(registers, schema), strict=True):
        size = len(register.records)
        header = Header(
            register.partner, "", normaliser=normalising.VERSION, project=schema.project,
            epoch="", key_id="", records=size, attributes=attributes, vouched=vouched,
        )  # fmt: skip
        maps = [
            pa.table(
                [
                    pa.repeat(pa.scalar(name, pa.string()), size),
                    np.arange(start, start + size),
                    np.arange(size, dtype=np.int32),
                    pc.is_valid(blocks.slice(start, size)),
                ],
                schema=ROW_MAP,
            )
            for name, blocks in values.blocks.items()
        ]
        yield ResolverPart(
            header, pa.concat_tables(maps), CHANCE.empty_table(), EVENTS.empty_table()
        )
        start += size
