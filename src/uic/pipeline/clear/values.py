"""The values of one NGO's registers as numbers, side by side, and which row is which record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.exchange import CHANCE, EVENTS, ROW_MAP, Header, ResolverPart, of_pass
from uic.levels import Comparison, comparisons
from uic.partner import normalising
from uic.partner.composites import block_values, canonical_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from uic.partner.registers import Register
    from uic.schema import LinkageSchema


@dataclass(frozen=True, repr=False)
class Values:
    """All registers stacked: a number for every value, and the texts behind the numbers.

    Attributes:
        rows: ``export``, ``vouched``, ``row_id`` (the record's number over all registers), and a
            number for every value; dates in their three parts.
        texts: Per attribute, the texts behind the numbers.
        blocks: Per pass, the block value of every record; null where it has none.
        items: What is compared.
        sizes: Records of each register.
    """

    rows: pa.Table
    texts: dict[str, list[str]]
    blocks: dict[str, pa.Array]
    items: tuple[Comparison, ...]
    sizes: tuple[int, ...]


def stacked(registers: Sequence[Register], schema: LinkageSchema) -> Values:
    """Put the registers' canonical values side by side, every distinct text under one number."""
    each = [canonical_columns(register, schema) for register in registers]
    sizes = [len(register.records) for register in registers]
    carried = {name for columns in each for name, c in columns.items() if c.null_count < len(c)}
    attributes = {name for name in schema.kinds if name in carried or f"{name}_year" in carried}
    items = comparisons(schema, frozenset(attributes))
    rows = {
        "export": pa.array(np.repeat(np.arange(len(sizes)), sizes).astype(np.int32)),
        "vouched": pa.array(np.repeat(vouched_lists(registers, schema), sizes).astype(np.int32)),
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
    return Values(pa.table(rows), texts, blocks, items, tuple(sizes))


def _whole(each: Sequence[dict[str, pa.Array]], name: str, sizes: Sequence[int]) -> pa.Array:
    kinds = [columns[name].type for columns in each if name in columns]
    kind = pa.string() if pa.types.is_dictionary(kinds[0]) else kinds[0]
    return pa.concat_arrays(
        [
            columns[name].cast(kind) if name in columns else pa.nulls(size, kind)
            for columns, size in zip(each, sizes, strict=True)
        ]
    )


def vouched_lists(registers: Sequence[Register], schema: LinkageSchema) -> list[bool]:
    """Tell of each register whether its partner vouches for no duplicates."""
    mapped = (schema.partners.get(register.partner) for register in registers)
    return [bool(mapping and mapping.vouched) for mapping in mapped]


def resolver_parts(
    registers: Sequence[Register], schema: LinkageSchema, values: Values
) -> Iterator[ResolverPart]:
    """Yield what the resolver needs of each register: which row is which record."""
    start = 0
    attributes = frozenset(item.attribute for item in values.items)
    for register, vouched in zip(registers, vouched_lists(registers, schema), strict=True):
        size = len(register.records)
        header = Header(
            register.partner, "", normaliser=normalising.VERSION, project=schema.project,
            epoch="", key_id="", records=size, attributes=attributes, vouched=vouched,
        )  # fmt: skip
        maps = [
            pa.table(
                [
                    of_pass(name, size),
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
