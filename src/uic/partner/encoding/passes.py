"""Second walk: the rows of one pass, signed part by part, in the order of random row ids.

Rows are dealt out by the first bits of their row ids and then sorted, so that the order in which
they leave tells nothing about the part, the file or another pass they come from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.exchange import CHANCE, ROW_MAP
from uic.partner.encoding.dummies import dummy_rows, lay_out
from uic.partner.encoding.signing import signatures
from uic.partner.encoding.thinning import Chosen
from uic.partner.encoding.tokens import ID_BITS, blocks_of, random_ids, tags_of
from uic.partner.gate.measuring import Watch
from uic.partner.gate.staging import Sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from uic.partner.encoding.preparing import Prepared
    from uic.partner.encoding.tokens import Blocks
    from uic.partner.storing import Store
    from uic.schema import Pass

TOGETHER = 1 << 18
"""Pass rows that are sorted at a time, about."""

HIDDEN = ("record", "usable", "block", "rank")
EMPTY = pa.schema([("row_id", pa.int64()), ("token_hi", pa.int64()), ("token_lo", pa.int64())])
"""Columns of a pass that nobody can use."""

MAPPED = pa.schema([column for column in ROW_MAP if column.name != "pass"])
"""What the resolver needs to know of a pass row."""


def pass_tables(prepared: Prepared, item: Pass, *, apart: bool = False) -> Iterator[pa.Table]:
    """Yield the matcher's rows of a pass in order; what the resolver needs goes to the store.

    The store then holds ``map/PASS``: row id, record and whether the token is a real one.

    Args:
        prepared: The register after the first walk.
        item: The pass.
        apart: For a file that leaves the partner: of every block one row leaves. The store then
            holds ``own/PASS``, the rows of blocks of two and more, unless the partner vouches
            for its list.
    """
    store = prepared.store
    if not prepared.usable.get(item.name):
        prepared.chance[item.name] = 0, 0
        store.put(f"map/{item.name}", MAPPED.empty_table())
        yield EMPTY.empty_table()
        return
    bits = (sum(prepared.sizes) // TOGETHER).bit_length()
    blocks = _blocks(prepared, item)
    stay = prepared.schema.protection.rows_per_block
    chosen = Chosen(blocks.tokens, stay) if apart else None
    if apart and lay_out(prepared, item, blocks.usable - blocks.beyond(stay)):
        for rows in dummy_rows(prepared, item):
            _deal(prepared, item, rows, bits)
    _deal_parts(prepared, item, chosen, bits)
    numbers = [n for n in range(1 << bits) if f"rows/{item.name}/{n}" in store]
    tables = (_mapped(store, item, n, bits) for n in numbers)
    told = _told_apart(prepared, item, blocks, chosen, tables) if chosen else tables
    for table in told:
        yield _shown(table)


def leaving_sizes(prepared: Prepared) -> dict[str, int]:
    """Return how many rows of each pass will leave: so many a block as the schema says."""
    rows, stay = sum(prepared.sizes), prepared.schema.protection.rows_per_block
    sizes = {}
    for item in prepared.passes:
        sizes[item.name] = 0
        if prepared.usable[item.name]:
            blocks = _blocks(prepared, item)
            beyond = blocks.beyond(stay)
            sizes[item.name] = rows - beyond + lay_out(prepared, item, blocks.usable - beyond)
    return sizes


def _mapped(store: Store, item: Pass, number: int, bits: int) -> pa.Table:
    """Return the next rows of a pass, their map put aside for the resolver."""
    table = _ordered(store.take(f"rows/{item.name}/{number}"), number, bits)
    store.put(f"map/{item.name}", table.select(MAPPED.names))
    return table


def _told_apart(
    prepared: Prepared, item: Pass, blocks: Blocks, chosen: Chosen, tables: Iterator[pa.Table]
) -> Iterator[pa.Table]:
    """Take the rows of one block apart, and measure what leaves."""
    store, protection = prepared.store, prepared.schema.protection
    watch = Watch(Sample.of(sum(prepared.sizes)))
    chosen.settle()
    for table in tables:
        if not prepared.header.vouched:
            store.put(f"own/{item.name}", _shown(table.filter(pc.field("block") >= 0)))
        watch.note(table)
        rows = chosen.thin(table)
        if protection.rows_per_block > 1:
            watch.meet(rows if protection.dummies else rows.filter(pc.field("block") >= 0))
        watch.see(rows)
        yield rows
    items = prepared.items if prepared.schema.profile != "tokens" else ()
    prepared.measured[item.name] = watch.measures(blocks.usable, blocks.histogram(), items)


def _shown(table: pa.Table) -> pa.Table:
    """Return what the matcher may see of pass rows."""
    return table.drop_columns([name for name in HIDDEN if name in table.column_names])


def own_rows(prepared: Prepared, item: Pass) -> pa.Table:
    """Return, after :func:`pass_tables`, the rows that met another of this register."""
    name = f"own/{item.name}"
    return prepared.store.take(name) if name in prepared.store else EMPTY.empty_table()


def chance_table(prepared: Prepared) -> pa.Table:
    """Return, per pass, the pairs of this register's records and how many share a token."""
    rows = [(item.name, *prepared.chance[item.name]) for item in prepared.passes]
    return pa.Table.from_pylist(
        [dict(zip(CHANCE.names, row, strict=True)) for row in rows], schema=CHANCE
    )


def _deal_parts(prepared: Prepared, item: Pass, chosen: Chosen | None, bits: int) -> None:
    first = 0
    for part, size in enumerate(prepared.sizes):
        prepared.tell()
        rows = _part_rows(prepared, item, part, first)
        _deal(prepared, item, chosen.look(rows) if chosen else rows, bits)
        first += size


def _blocks(prepared: Prepared, item: Pass) -> Blocks:
    names = [f"tags/{item.name}/{part}" for part in range(len(prepared.sizes))]
    columns = ["token_hi", "usable"]
    blocks = blocks_of(
        prepared.store.look(name, columns) for name in names if name in prepared.store
    )
    prepared.chance[item.name] = blocks.usable * (blocks.usable - 1) // 2, blocks.agreeing
    return blocks


def _part_rows(prepared: Prepared, item: Pass, part: int, first: int) -> pa.Table:
    """Return the rows of one part, whose first record is number ``first`` of the register."""
    rows, store = prepared.sizes[part], prepared.store
    name = f"tags/{item.name}/{part}"
    tags = store.take(name) if name in store else tags_of(pa.nulls(rows, pa.string()), b"")
    table = {
        "row_id": pa.array(random_ids(rows)),
        "token_hi": tags["token_hi"],
        "token_lo": tags["token_lo"],
        "record": pa.array(np.arange(first, first + rows, dtype=np.int32)),
        "usable": tags["usable"],
    }
    if prepared.schema.profile != "tokens":
        columns = {n: c.combine_chunks() for n, c in _columns(prepared, part).items()}
        salts = tags["salt"].to_numpy()
        table |= signatures(columns, prepared.items, salts, item.name, prepared.key)
    return pa.table(table)


def _columns(prepared: Prepared, part: int) -> dict[str, pa.ChunkedArray]:
    table = prepared.store.look(f"columns/{part}")
    return dict(zip(table.column_names, table.columns, strict=True))


def _deal(prepared: Prepared, item: Pass, table: pa.Table, bits: int) -> None:
    """Deal the rows of a part out by the first bits of their row ids."""
    numbers = table["row_id"].to_numpy() >> (ID_BITS - bits)
    order = np.argsort(numbers, kind="stable")
    dealt = table.take(pa.array(order)) if numbers.any() else table
    counts = np.bincount(numbers)
    ends = np.cumsum(counts)
    for number in np.flatnonzero(counts):
        piece = dealt.slice(ends[number] - counts[number], counts[number])
        prepared.store.put(f"rows/{item.name}/{number}", piece)


def _ordered(table: pa.Table, number: int, bits: int) -> pa.Table:
    """Sort rows by their ids; should two rows have drawn one id, draw all of these again."""
    ids = table["row_id"].to_numpy()
    order = np.argsort(ids)
    ids = ids[order]
    while (ids[1:] == ids[:-1]).any():
        ids = np.sort((random_ids(len(ids)) >> bits) + (number << (ID_BITS - bits)))
    return table.take(pa.array(order)).set_column(0, "row_id", pa.array(ids))
