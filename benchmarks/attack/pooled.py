"""Rows of several partners in one block: a client of two partners is there twice, alike.

Rows that agree in token and every signature are taken as one person, so that the blocks grow to
those of everybody who is a client anywhere, and the one-pass attack meets a larger part of each
block of the list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from patterns import clear_side, encoded_side
from raid_scene import PARTNERS

from uic.levels import comparisons
from uic.partner.composites import canonical_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from one_pass import Claims
    from raid_scene import Office


class Seen(NamedTuple):
    """One pass: what is claimed of its rows, who each row is, its block, and the pass's name."""

    claims: Claims
    clients: NDArray[np.int64]
    blocks: NDArray[np.int64]
    name: str


def claims(
    office: Office, attack: Callable[..., Claims], rng: np.random.Generator
) -> Iterator[Seen]:
    """Yield, per pass, what the attack claims of the pooled rows."""
    carried = frozenset(name for part in office.matcher.values() for name in part.header.attributes)
    items = comparisons(office.schema, carried)
    columns = canonical_columns(office.listed, office.schema)
    for item in office.schema.active_passes:
        rows, clients = _rows(office, item.name)
        if not len(rows):
            continue
        file = encoded_side(rows, items)
        listed = clear_side(columns, item, items, len(office.drawn))
        person = {
            row: office.known[c] for row, c in enumerate(clients.tolist()) if c in office.known
        }
        claimed = attack(file, listed, office.share, person, rng)
        yield Seen(claimed, clients, file.blocks, item.name)


def _rows(office: Office, name: str) -> tuple[pa.Table, NDArray[np.int64]]:
    """Return the distinct rows of all partners in one pass, and who each of them is."""
    tables, clients = [], []
    for partner in PARTNERS:
        table = office.matcher[partner].pass_rows[name]
        row_map = office.resolver[partner].row_map
        records = row_map.filter(pc.equal(row_map["pass"], name)).select(["row_id", "record"])
        table = table.join(records, "row_id")
        clients.append(office.clients[partner][table["record"].to_numpy()])
        tables.append(table.drop_columns(["row_id", "record"]))
    rows = pa.concat_tables(tables)
    keys = np.stack([rows[column].fill_null(-1).to_numpy().astype(np.int64) for column in
                     rows.column_names], 1)  # fmt: skip
    _, first = np.unique(keys, axis=0, return_index=True)
    return rows.take(pa.array(first)), np.concatenate(clients)[first]
