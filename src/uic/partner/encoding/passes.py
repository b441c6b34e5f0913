"""Second walk: the rows of one pass, signed part by part, in the order of random row ids.

Only rows that leave, or are compared at home, are signed. They are dealt out by their place in the
order of the row ids and then sorted, so that the order in which they leave tells nothing about the
part, the file or another pass they come from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.exchange import CHANCE, ROW_MAP
from uic.partner.encoding.deciding import flags_of
from uic.partner.encoding.dummies import drawn_dummies
from uic.partner.encoding.signing import signatures
from uic.partner.encoding.tokens import ordered_ids, random_tags
from uic.partner.gate.measuring import Watch
from uic.partner.gate.staging import Sample
from uic.partner.signatures import coded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from uic.partner.encoding.preparing import Prepared
    from uic.partner.storing import Store
    from uic.schema import Pass

TOGETHER = 1 << 18
"""Pass rows that are sorted at a time, about."""

RECORD = "record"
"""Whose row it is: known until the row leaves."""

EMPTY = pa.schema([("row_id", pa.int64()), ("token_hi", pa.int64()), ("token_lo", pa.int64())])
"""Columns of a pass that nobody can use."""

MAPPED = pa.schema([column for column in ROW_MAP if column.name != "pass"])
"""What the resolver needs to know of a pass row."""


def pass_tables(prepared: Prepared, item: Pass) -> Iterator[pa.Table]:
    """Yield the matcher's rows of a pass in order; what the resolver needs goes to the store.

    The store then holds ``map/PASS``: row id, record and whether the token is a real one. For a
    file that leaves, what leaves is measured, and the store holds ``own/PASS``, the rows of blocks
    of two and more, unless the partner vouches for its list.
    """
    store, decided = prepared.store, prepared.decided.get(item.name)
    if decided is None:
        store.put(f"map/{item.name}", MAPPED.empty_table())
        yield EMPTY.empty_table()
        return
    ids, owners = ordered_ids(sum(prepared.sizes) + decided.dummies)
    _put_map(prepared, item, ids, owners)
    places = np.empty(len(owners), dtype=np.int32)
    places[owners] = np.arange(len(owners), dtype=np.int32)
    watch = Watch(Sample.of(sum(prepared.sizes)))
    _sign_parts(prepared, item, ids, places, watch)
    _sign_dummies(prepared, item, ids, places[sum(prepared.sizes) :])
    for number in range(len(ids) // TOGETHER + 1):
        if f"rows/{item.name}/{number}" in store:
            rows = _in_order(store.take(f"rows/{item.name}/{number}"))
            if decided.apart:
                _watch(watch, rows, prepared, item)
            yield rows.drop_columns([RECORD])
    if decided.apart:
        items = prepared.items if prepared.schema.profile != "tokens" else ()
        prepared.measured[item.name] = watch.measures(decided, items)


def leaving_sizes(prepared: Prepared) -> dict[str, int]:
    """Return how many rows of each pass will leave: so many a block as the schema says."""
    records, sizes = sum(prepared.sizes), {item.name: 0 for item in prepared.passes}
    return sizes | {
        name: records - decided.rows + decided.left + decided.dummies
        for name, decided in prepared.decided.items()
    }


def own_rows(prepared: Prepared, item: Pass) -> pa.Table:
    """Return, after :func:`pass_tables`, the rows that met another of this register."""
    name = f"own/{item.name}"
    return prepared.store.look(name) if name in prepared.store else EMPTY.empty_table()


def chance_table(prepared: Prepared) -> pa.Table:
    """Return, per pass, the pairs of this register's records and how many share a token."""
    rows = []
    for item in prepared.passes:
        decided = prepared.decided.get(item.name)
        pairs = (decided.rows * (decided.rows - 1) // 2, decided.agreeing) if decided else (0, 0)
        rows.append(dict(zip(CHANCE.names, (item.name, *pairs), strict=True)))
    return pa.Table.from_pylist(rows, schema=CHANCE)


def _put_map(
    prepared: Prepared, item: Pass, ids: NDArray[np.int64], owners: NDArray[np.int64]
) -> None:
    """Tell the resolver whose row is whose: what follows the records in number is nobody's."""
    records = sum(prepared.sizes)
    usable = flags_of(prepared.decided[item.name].usable, records)
    usable = np.append(usable, np.zeros(len(ids) - records, dtype=np.bool_))
    for first in range(0, len(ids), TOGETHER):
        owner = owners[first : first + TOGETHER]
        columns = [ids[first : first + TOGETHER], owner.astype(np.int32), usable[owner]]
        arrays = [pa.array(column) for column in columns]
        if prepared.decided[item.name].dummies:
            arrays[1] = pa.array(columns[1], mask=owner >= records)
        prepared.store.put(f"map/{item.name}", pa.Table.from_arrays(arrays, schema=MAPPED))


def _sign_parts(
    prepared: Prepared,
    item: Pass,
    ids: NDArray[np.int64],
    places: NDArray[np.int32],
    watch: Watch,
) -> None:
    """Sign what leaves, and what is compared at home, and deal it out by its place."""
    decided, records = prepared.decided[item.name], sum(prepared.sizes)
    at_home = decided.apart and not prepared.header.vouched
    leaves = flags_of(decided.leaves, records)
    met = flags_of(decided.met, records) if at_home else np.zeros(records, dtype=np.bool_)
    first = 0
    for part, size in enumerate(prepared.sizes):
        prepared.tell()
        place = places[first : first + size]
        out, own = leaves[first : first + size], met[first : first + size]
        rows = np.flatnonzero(out | own)
        rows = rows[np.argsort(place[rows])]  # in the order in which they leave
        tags = _tags(prepared, item, part)
        numbers = np.arange(first, first + size, dtype=np.int32)
        if decided.apart:
            watch.note(pa.table({"token_hi": tags["token_hi"], RECORD: pa.array(numbers)}))
        taken = {name: word[rows] for name, word in tags.items()}
        columns = _columns(prepared, item, part, rows)
        signed = _signed(prepared, item, ids[place[rows]], taken, columns)
        if at_home:
            prepared.store.put(f"own/{item.name}", signed.filter(pa.array(own[rows])))
            signed, rows = signed.filter(pa.array(out[rows])), rows[out[rows]]
        signed = signed.append_column(RECORD, pa.array(numbers[rows]))
        _deal(prepared.store, item, signed, place[rows])
        first += size


def _tags(
    prepared: Prepared, item: Pass, part: int
) -> dict[str, NDArray[np.int64] | NDArray[np.uint64]]:
    """Return token and salt of every record of a part; nobody needs them a second time."""
    store, name = prepared.store, f"{item.name}/{part}"
    if f"words/{name}" in store:
        tables = store.take(f"words/{name}"), store.take(f"salts/{name}")
    else:
        tables = random_tags(prepared.sizes[part])
    return {
        name: table[name].to_numpy()
        for table in tables
        for name in ("token_hi", "token_lo", "salt")
        if name in table.column_names
    }


def _columns(
    prepared: Prepared, item: Pass, part: int, rows: NDArray[np.int64]
) -> dict[str, pa.Array]:
    """Return what these rows of a part are signed to; what the key fixes is not."""
    wanted = {column for compared in prepared.items for column in compared.columns} - item.fixed
    if prepared.schema.profile == "tokens" or not wanted:
        return {}
    table = prepared.store.look(f"columns/{part}", sorted(wanted))
    at = pa.array(rows)
    return {name: table[name].combine_chunks().take(at) for name in table.column_names}


def _signed(
    prepared: Prepared,
    item: Pass,
    ids: NDArray[np.int64],
    tags: Mapping[str, NDArray[np.int64] | NDArray[np.uint64]],
    columns: dict[str, pa.Array],
) -> pa.Table:
    """Return rows under these ids, with their tokens and with what their columns are signed to."""
    table = {"row_id": pa.array(ids)}
    table |= {name: pa.array(tags[name]) for name in ("token_hi", "token_lo")}
    if prepared.schema.profile != "tokens":
        alone = prepared.decided[item.name].alone and prepared.header.vouched
        salts = tags["salt"] if alone else coded(tags["salt"])
        items, key = prepared.items, prepared.key
        table |= signatures(columns, items, salts, item.name, key, fixed=item.fixed)
    return pa.table(table)


def _sign_dummies(
    prepared: Prepared, item: Pass, ids: NDArray[np.int64], places: NDArray[np.int32]
) -> None:
    """Sign the rows of nobody as those of people are, and deal them out among these."""
    first = 0
    for drawn in drawn_dummies(prepared, item):
        place = places[first : first + len(drawn)]
        tags = {name: drawn[name].to_numpy() for name in ("token_hi", "token_lo", "salt")}
        columns = {name: drawn[name].combine_chunks() for name in drawn.column_names}
        order = np.argsort(place)
        signed = _signed(prepared, item, ids[place], tags, columns).take(pa.array(order))
        signed = signed.append_column(RECORD, pa.nulls(len(signed), pa.int32()))
        _deal(prepared.store, item, signed, place[order])
        first += len(drawn)


def _deal(store: Store, item: Pass, rows: pa.Table, places: NDArray[np.int32]) -> None:
    """Deal rows out by their places, which ascend."""
    numbers = places // TOGETHER
    for number in np.unique(numbers):
        begin, end = np.searchsorted(numbers, (number, number + 1))
        store.put(f"rows/{item.name}/{number}", rows.slice(begin, end - begin))


def _in_order(rows: pa.Table) -> pa.Table:
    ids = rows["row_id"].to_numpy()
    sorted_already = bool((ids[1:] > ids[:-1]).all())
    return rows if sorted_already else rows.take(pa.array(np.argsort(ids)))


def _watch(watch: Watch, rows: pa.Table, prepared: Prepared, item: Pass) -> None:
    """Show the gate what leaves, with what the matcher puts in the place of fixed columns."""
    if prepared.schema.profile != "tokens":
        alike = pa.array(np.zeros(len(rows), dtype=np.int64))
        for name in sorted(item.fixed):
            rows = rows.append_column(name, alike)
    watch.see(rows)
    if prepared.schema.protection.rows_per_block > 1:
        watch.meet(rows)
