"""Encode a register: tokens per pass, block-salted signatures, row ids random per pass.

A holder of the matcher's compartment sees, per pass, which rows share a block and how much two
rows of one block resemble each other. Nothing links the rows of two passes. Whoever holds the
key can test any name against any token (spec/threat-model.md).
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.crypto.mac import hmac_each
from uic.exchange import CHANCE, FREQUENCIES, ROW_MAP, Export, Header, MatcherPart, ResolverPart
from uic.levels import Comparison, comparisons, pattern_sql
from uic.partner import normalising
from uic.partner.composites import block_values, canonical_columns
from uic.partner.signatures import number_codes, text_signatures, value_codes
from uic.schema import fingerprint

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.crypto.keys import EpochKey
    from uic.partner.registers import Register
    from uic.schema import LinkageSchema, Pass

Columns = dict[str, pa.Array]
_NAMES = ("family_name", "given_name")


def encode(register: Register, schema: LinkageSchema, key: EpochKey) -> Export:
    """Encode one register under the schema with the epoch key."""
    columns = canonical_columns(register, schema)
    items = comparisons(schema, _carried(columns, schema))
    rows = len(register.records)
    encoded = {
        item.name: _pass_rows(item, columns, items, rows, schema, key)
        for item in schema.active_passes
    }
    header = _header(register, schema, key, columns)
    hidden = ["record", "usable"]
    return Export(
        header,
        MatcherPart(
            header,
            {name: table.drop_columns(hidden) for name, table in encoded.items()},
            _frequencies(columns, items, rows, key),
        ),
        ResolverPart(header, _row_map(encoded), _chance(encoded), register.events),
    )


def _carried(columns: Columns, schema: LinkageSchema) -> frozenset[str]:
    present = {name for name, column in columns.items() if column.null_count < len(column)}
    return frozenset(name for name in schema.kinds if name in present or f"{name}_year" in present)


def _header(register: Register, schema: LinkageSchema, key: EpochKey, columns: Columns) -> Header:
    mapping = schema.partners.get(register.partner)
    return Header(
        partner=register.partner,
        fingerprint=fingerprint(schema),
        normaliser=normalising.VERSION,
        project=key.project,
        epoch=key.epoch,
        key_id=key.key_id,
        records=len(register.records),
        attributes=_carried(columns, schema),
        vouched=mapping.vouched if mapping else False,
    )


def _pass_rows(
    item: Pass,
    columns: Columns,
    items: tuple[Comparison, ...],
    rows: int,
    schema: LinkageSchema,
    key: EpochKey,
) -> pa.Table:
    """Return the rows of one pass in random order, still with record and usable."""
    values = block_values(item, columns, rows)
    if values.null_count == rows:
        return _EMPTY  # the register carries nothing this pass could use: the header says so
    tags = _block_tags(values, key.sub_key("block", item.name))
    table: Columns = {
        "row_id": pa.array(_random_ids(rows)),
        "token_hi": pa.array(tags[:, 0].astype(np.int64)),
        "token_lo": pa.array(tags[:, 1].astype(np.int64)),
        "record": pa.array(np.arange(rows, dtype=np.int32)),
        "usable": values.is_valid(),
    }
    if schema.profile != "tokens":
        table |= _signatures(columns, items, tags[:, 2], item.name, key)
    return pa.table(table).sort_by("row_id")  # random ids: sorting by them shuffles the rows


_EMPTY = pa.schema(
    [
        ("row_id", pa.int64()),
        ("token_hi", pa.int64()),
        ("token_lo", pa.int64()),
        ("record", pa.int32()),
        ("usable", pa.bool_()),
    ]
).empty_table()


def _block_tags(values: pa.Array, key: bytes) -> NDArray[np.uint64]:
    """Return three 64-bit words a record: two of the token, one secret salt of the block.

    A record without a usable value gets random words: nobody outside sees that it is missing.
    """
    encoded = values.dictionary_encode()
    distinct = [text.encode() for text in encoded.dictionary.to_pylist()]
    words = np.frombuffer(hmac_each(key, distinct), dtype=">u8").reshape(-1, 4)[:, :3]
    tags = np.frombuffer(secrets.token_bytes(24 * len(values)), dtype="<u8").reshape(-1, 3).copy()
    usable = np.asarray(values.is_valid())
    tags[usable] = words[encoded.indices.drop_null().to_numpy()]
    return tags


def _signatures(
    columns: Columns,
    items: tuple[Comparison, ...],
    salts: NDArray[np.uint64],
    scope: str,
    key: EpochKey,
) -> Columns:
    signed: Columns = {}
    for item in items:
        # Family and given name share a sub-key, so that a swap of the two can be seen; also where
        # this register has only one of them, or it could not be compared with a register of both.
        purpose = "name" if item.attribute in _NAMES else item.attribute
        sub_key = key.sub_key("signature", scope, purpose)
        if item.kind == "date":
            year, month, day = item.columns
            signed[year] = number_codes(columns[year], salts, sub_key)
            # Day and month share a code space, so that a swap of the two can be seen.
            parts_key = key.sub_key("signature", scope, purpose, "day-month")
            signed[month] = number_codes(columns[month], salts, parts_key)
            signed[day] = number_codes(columns[day], salts, parts_key)
        elif item.kind == "code":
            signed[item.attribute] = value_codes(columns[item.attribute], salts, sub_key)
        else:
            signed[item.attribute] = text_signatures(columns[item.attribute], salts, sub_key)
    return signed


def _random_ids(rows: int) -> NDArray[np.int64]:
    """Return distinct random row ids below 2^63."""
    drawn = np.frombuffer(secrets.token_bytes(8 * rows), dtype="<u8") >> np.uint64(1)
    return drawn.astype(np.int64) if len(np.unique(drawn)) == rows else _random_ids(rows)


def _row_map(encoded: dict[str, pa.Table]) -> pa.Table:
    tables = [
        table.select(["row_id", "record", "usable"]).add_column(
            0, "pass", pa.array([name] * len(table), pa.string())
        )
        for name, table in encoded.items()
    ]
    return pa.concat_tables(tables).cast(ROW_MAP)


def _chance(encoded: dict[str, pa.Table]) -> pa.Table:
    """Count, per pass, the pairs of this register's records that share a token."""
    counts = []
    for name, table in encoded.items():
        usable = table.filter(pc.field("usable"))
        sizes = usable.group_by(["token_hi", "token_lo"]).aggregate([([], "count_all")])
        size = sizes["count_all"].to_numpy()
        rows = len(usable)
        counts.append((name, rows * (rows - 1) // 2, int((size * (size - 1) // 2).sum())))
    return pa.Table.from_pylist(
        [dict(zip(CHANCE.names, row, strict=True)) for row in counts], schema=CHANCE
    )


_RANDOM_PAIRS = 1_000_000


def _frequencies(
    columns: Columns, items: tuple[Comparison, ...], rows: int, key: EpochKey
) -> pa.Table:
    """Compare random pairs of the partner's own records, all under one salt that nobody else uses.

    The linkage unit has no random pairs (its blocks are mostly matches), so it cannot know how
    often strangers agree. These few sums per attribute tell it, and nothing about a person.
    """
    if rows < 2 or not items:
        return FREQUENCIES.empty_table()
    salt = int.from_bytes(key.sub_key("frequencies")[:8], "little")
    salts = np.full(rows, salt, dtype=np.uint64)
    signed = pa.table(
        {"n": pa.array(np.arange(rows))} | _signatures(columns, items, salts, "frequencies", key)
    )
    left, right = _pairs_to_compare(rows)
    drawn = pa.table({"l": left, "r": right})
    with duckdb.connect() as database:
        database.register("signed", signed)
        database.register("drawn", drawn)
        patterns = database.sql(
            f"SELECT {pattern_sql(items)} AS pattern, count(*) AS pairs FROM drawn"
            " JOIN signed a ON a.n = drawn.l JOIN signed b ON b.n = drawn.r GROUP BY 1 ORDER BY 1"
        ).to_arrow_table()
    return _level_counts(patterns, items)


def _pairs_to_compare(rows: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return all pairs of a small register, a million random ones of a large one."""
    if rows * (rows - 1) // 2 <= _RANDOM_PAIRS:
        return np.triu_indices(rows, 1)
    draw = np.random.default_rng(rows)  # which pairs are drawn is no secret and must repeat
    left, right = draw.integers(0, rows, (2, _RANDOM_PAIRS))
    return left[left != right], right[left != right]


def _level_counts(patterns: pa.Table, items: tuple[Comparison, ...]) -> pa.Table:
    pattern = patterns["pattern"].to_numpy()
    pairs = patterns["pairs"].to_numpy()
    rows = []
    for position, item in enumerate(items):
        level = (pattern >> (4 * position)) & 15
        counts = np.bincount(level, weights=pairs, minlength=len(item.levels)).astype(int)
        rows += [(item.attribute, number, int(count)) for number, count in enumerate(counts)]
    return pa.Table.from_pylist(
        [dict(zip(FREQUENCIES.names, row, strict=True)) for row in rows], schema=FREQUENCIES
    )
