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

from uic.partner.composites import coded_blocks
from uic.partner.encoding.thinning import marks_of
from uic.partner.encoding.tokens import tags_of
from uic.partner.mixing import mixed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from uic.partner.encoding.preparing import Prepared
    from uic.schema import Pass

LENDERS = 1 << 15
"""Records that lend values: of a larger register those with the smallest keyed numbers."""
TURNS = 4
"""So many times the wanted rows are drawn; dense registers have few blocks with room."""


def lay_out(prepared: Prepared, item: Pass, full: NDArray[np.int64], leaving: int) -> int:
    """Draw the dummies of a pass, put them aside and return how many there are.

    Args:
        prepared: The register after the first walk.
        item: The pass.
        full: First words of the tokens of people, sorted, each as often as it stands.
        leaving: Rows with a usable value that leave.
    """
    store, name = prepared.store, f"dummies/{item.name}"
    protection = prepared.schema.protection
    wanted = math.ceil(protection.dummies * leaving)
    if not wanted:
        return 0
    lenders = _lenders(prepared)
    made = 0
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


def drawn_dummies(prepared: Prepared, item: Pass) -> Iterator[pa.Table]:
    """Yield what :func:`lay_out` put aside: canonical columns, token and salt of each."""
    name = f"dummies/{item.name}"
    return prepared.store.pieces(name) if name in prepared.store else iter(())


def _lenders(prepared: Prepared) -> pa.Table:
    """Return canonical columns of at most ``LENDERS`` records and their ``mark``, in its order."""
    store, name = prepared.store, "lenders"
    if name in store:
        return store.look(name)
    columns = _columns(prepared)
    found = pa.table({})
    for part in range(len(prepared.sizes)):
        table = store.look(f"columns/{part}", columns)
        marks = marks_of(dict(zip(columns, table.columns, strict=True)), prepared.key)
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
    values = coded_blocks(item, columns, len(lenders), {})
    names, rest = tags_of(values, prepared.key.sub_key("block", item.name))
    words = {"token_hi": names["token_hi"]} | {name: rest[name] for name in rest.column_names}
    return pa.table(columns | words).filter(names["usable"])


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


def _fits(drawn: pa.Table, full: NDArray[np.int64], stay: int) -> NDArray[np.bool_]:
    """Tell for which of the rows there is room in their block."""
    words = drawn["token_hi"].to_numpy()
    held = np.searchsorted(full, words, "right") - np.searchsorted(full, words)
    order = np.argsort(words, kind="stable")
    place = np.empty(len(words), dtype=np.int64)  # among the drawn rows of the same block
    place[order] = np.arange(len(words)) - np.searchsorted(words[order], words[order])
    fits: NDArray[np.bool_] = held + place < stay
    return fits
