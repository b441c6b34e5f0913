"""Dummies: rows of nobody among those that leave, where the partners asked for them.

A dummy takes every attribute from another record, so that it looks like a person of the register
and is none. It stands only where a block has room, so that no row of a person gives way to it. The
resolver is told which rows are dummies: they belong to no record. Which ones there are is decided
by keyed numbers of what the records hold: the same register has the same dummies again, or a row
that is gone from the next export would be known as one.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.crypto.mac import hmac_each
from uic.partner.composites import block_values
from uic.partner.encoding.signing import signatures
from uic.partner.encoding.tokens import random_ids, tags_of
from uic.partner.mixing import mixed
from uic.partner.signatures import coded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from uic.partner.encoding.preparing import Prepared
    from uic.schema import Pass

    Words = NDArray[np.uint64]

LENDERS = 1 << 15
"""Records that lend values: of a larger register those with the smallest keyed numbers."""
TURNS = 4
"""So many times the wanted rows are drawn; dense registers have few blocks with room."""


def lay_out(prepared: Prepared, item: Pass, leaving: int) -> int:
    """Draw the dummies of a pass, put them aside and return how many there are.

    Args:
        prepared: The register after the first walk, the tokens of the pass still in the store.
        item: The pass.
        leaving: Rows with a usable value that leave.
    """
    store, name = prepared.store, f"dummies/{item.name}"
    protection = prepared.schema.protection
    wanted = math.ceil(protection.dummies * leaving)
    if name in store:
        return len(store.look(name, ["salt"]))
    if not wanted:
        return 0
    lenders = _lenders(prepared)
    full, made = _tokens(prepared, item), 0
    for turn in range(TURNS * math.ceil(wanted / len(lenders))):
        drawn = _drawn(lenders, prepared, item, turn)
        drawn = drawn.filter(pa.array(_fits(drawn, full, protection.rows_per_block)))
        drawn = drawn.slice(0, wanted - made)
        if len(drawn):
            store.put(name, drawn)
        made += len(drawn)
        if made == wanted:
            break
        full = np.sort(np.concatenate([full, drawn["token_hi"].to_numpy()]))
    return made


def dummy_rows(prepared: Prepared, item: Pass) -> Iterator[pa.Table]:
    """Yield the rows that :func:`lay_out` put aside, signed as those of people are."""
    name = f"dummies/{item.name}"
    for drawn in prepared.store.pieces(name) if name in prepared.store else ():
        rows = len(drawn)
        table = {
            "row_id": pa.array(random_ids(rows)),
            "token_hi": drawn["token_hi"],
            "token_lo": drawn["token_lo"],
            "record": pa.nulls(rows, pa.int32()),
            "usable": pa.repeat(pa.scalar(False), rows),
        }
        if prepared.schema.profile != "tokens":
            columns = {n: drawn[n].combine_chunks() for n in drawn.column_names}
            salts = drawn["salt"].to_numpy()
            table |= signatures(columns, prepared.items, salts, item.name, prepared.key)
        alone = {"block": np.full(rows, -1, np.int32), "rank": np.zeros(rows, np.uint64)}
        yield pa.table(table | {name: pa.array(column) for name, column in alone.items()})


def _lenders(prepared: Prepared) -> pa.Table:
    """Return canonical columns of at most ``LENDERS`` records and their ``mark``, in its order."""
    store, name = prepared.store, "lenders"
    if name in store:
        return store.look(name)
    key, columns = prepared.key.sub_key("dummies"), _columns(prepared)
    found = pa.table({})
    for part in range(len(prepared.sizes)):
        table = store.look(f"columns/{part}", columns)
        marks = _marks(table, key)
        least = np.argsort(marks, kind="stable")[:LENDERS]
        table = table.append_column("mark", pa.array(marks)).take(pa.array(least))
        plain = [pa.string() if pa.types.is_dictionary(f.type) else f.type for f in table.schema]
        table = table.cast(pa.schema(list(zip(table.column_names, plain, strict=True))))
        found = pa.concat_tables([found, table]) if len(found) else table
        found = found.sort_by("mark").slice(0, LENDERS)
    store.put(name, found.combine_chunks())
    return store.look(name)


def _columns(prepared: Prepared) -> list[str]:
    return [column for item in prepared.items for column in item.columns]


def _marks(table: pa.Table, key: bytes) -> Words:
    """Return a keyed number of each record's values: equal records have equal numbers."""
    marks = np.zeros(len(table), dtype=np.uint64)
    for column in table.columns:
        values = coded(column.combine_chunks())
        distinct = values.dictionary.cast(pa.string()).cast(pa.binary()).to_pylist()
        words = np.frombuffer(hmac_each(key, distinct), dtype="<u8").reshape(-1, 4)[:, 0]
        words = np.append(words, np.uint64(0))  # of a missing value
        marks = mixed(marks ^ words[values.indices.fill_null(-1).to_numpy()])
    return marks


def _drawn(lenders: pa.Table, prepared: Prepared, item: Pass, turn: int) -> pa.Table:
    """Recombine the lenders' values into as many people; add ``token_hi``, ``token_lo``, ``salt``.

    Who lends an attribute is looked up on a ring of keyed numbers: a new record changes a dummy
    only where it stands just before what the dummy looks for.
    """
    columns: dict[str, pa.Array] = {}
    for compared in prepared.items:
        first, *rest = compared.columns  # of a date the year, and month and day together
        for lent in ([first], rest):
            sub_key = prepared.key.sub_key("dummies", item.name, str(turn), *lent)
            columns |= _lent(lenders, lent, sub_key)
        for name in rest:
            unknown = pc.is_null(columns[first])
            columns[name] = pc.if_else(unknown, pa.scalar(None, pa.int32()), columns[name])
    values = block_values(item, columns, len(lenders))
    tags = tags_of(values, prepared.key.sub_key("block", item.name))
    words = {name: tags[name] for name in ("token_hi", "token_lo", "salt")}
    return pa.table(columns | words).filter(tags["usable"])


def _lent(lenders: pa.Table, names: list[str], key: bytes) -> dict[str, pa.Array]:
    """Return columns of the lenders, each value where the ring says."""
    if not names:
        return {}
    ring, wish = np.frombuffer(key[:16], dtype="<u8")
    marks = lenders["mark"].to_numpy()
    places = mixed(marks ^ ring)
    order = np.argsort(places, kind="stable")
    at = np.searchsorted(places[order], mixed(marks ^ wish)) % len(marks)
    lent = lenders.select(names).take(pa.array(order[at]))
    return {name: lent[name].combine_chunks() for name in names}


def _tokens(prepared: Prepared, item: Pass) -> NDArray[np.int64]:
    """Return the first words of the tokens of people, sorted, each as often as it stands."""
    names = [f"tags/{item.name}/{part}" for part in range(len(prepared.sizes))]
    tables = [
        prepared.store.look(name, ["token_hi", "usable"])
        for name in names
        if name in prepared.store
    ]
    words = [table.filter(table["usable"])["token_hi"].to_numpy() for table in tables]
    return np.sort(np.concatenate([np.empty(0, np.int64), *words]))


def _fits(drawn: pa.Table, full: NDArray[np.int64], stay: int) -> NDArray[np.bool_]:
    """Tell for which of the rows there is room in their block."""
    words = drawn["token_hi"].to_numpy()
    held = np.searchsorted(full, words, "right") - np.searchsorted(full, words)
    order = np.argsort(words, kind="stable")
    place = np.empty(len(words), dtype=np.int64)  # among the drawn rows of the same block
    place[order] = np.arange(len(words)) - np.searchsorted(words[order], words[order])
    fits: NDArray[np.bool_] = held + place < stay
    return fits
