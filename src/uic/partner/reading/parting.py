"""A long export in parts, so that memory does not grow with it.

Rows are dealt out to parts by a keyed code of their record id, under a key that is drawn for this
run and forgotten after it: every part holds all rows of its records, and which part a record comes
into is as good as random. Each part is then cleaned and grouped by itself. It is a random sample
of the file, so what is wrong with the file (a wrong date order, lost letters) shows in each part.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.partner.reading.cleaning import clean, rules_for, tidy
from uic.partner.reading.dealing import parts_of_texts
from uic.partner.reading.headers import layout_of
from uic.partner.reading.opening import is_path, open_source
from uic.partner.reading.registering import register_from
from uic.partner.reading.sheets import filled_rows, this_day
from uic.partner.reading.sources import Cells
from uic.partner.reading.words import Words, no_words, words_of
from uic.values import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from uic.partner.reading.cleaning import Rules
    from uic.partner.reading.partners import Export
    from uic.partner.reading.sources import Source
    from uic.partner.registers import Register
    from uic.partner.storing import Store
    from uic.schema import LinkageSchema

PART_BYTES = 1 << 26
"""Bytes of a CSV file that make one part: about a million short rows. Smaller parts repeat work on
values that every part holds (decision 0186): a quarter of the bytes takes 3% longer."""
PACKED = 4  # a Parquet file is about so much smaller than the same rows as CSV
FEW = 1000  # rows of a part that are looked at first
_SHORT, _LONG, _SILENT = 1, 2, 4
_PLAIN_ID = r"^[A-Za-z0-9_-]*$"


def register_parts(
    export: Export, schema: LinkageSchema, store: Store, *, progress: Progress = silent
) -> Iterator[Register]:
    """Read one export as one register, or as several that hold every record once.

    Record ids are the same as when the file is read at once. Values are judged within a part.

    Args:
        export: The export.
        schema: The linkage schema.
        store: Holds the rows of the parts until their turn.
        progress: Called with the step "reading", rows read and 0, then with the step
            "normalising", parts done and parts in all.

    Raises:
        InputError: the file cannot be used.
    """
    source = open_source(export)
    parts = _how_many(export) if source.stream else 1
    if parts == 1:
        progress("normalising", 0, 1)
        yield register_from(source, export, schema)
        return
    wanted = layout_of(source, export.mapping, schema).wanted
    _deal(source, export, schema, store, parts, progress)
    found = False
    for part in range(parts):
        progress("normalising", part, parts)
        cells = _cells(store, f"part/{part}", len(wanted))
        if not _is_blank(cells):
            found = True
            yield register_from(_only(source, cells), export, schema)
    if not found:
        nothing = Cells(tuple(no_words(0) for _ in wanted), np.empty(0, np.int64))
        register_from(_only(source, nothing), export, schema)  # says that there is no row


def _only(source: Source, cells: Cells) -> Source:
    """Return the source as if it held these rows only."""
    return replace(source, load=lambda _: cells)


def _is_blank(cells: Cells) -> bool:
    """Tell whether no row of a part holds anything; mostly the first rows tell."""
    few = replace(
        cells,
        columns=tuple(w.at(np.arange(min(FEW, len(w)))) for w in cells.columns),
        rows=cells.rows[:FEW],
    )
    return not len(filled_rows(few).rows) and not len(filled_rows(cells).rows)


def _how_many(export: Export) -> int:
    if not is_path(export.content):
        return 1
    path = Path(export.content)
    packed = path.suffix.lower() in (".parquet", ".pq")
    return 1 + path.stat().st_size * (PACKED if packed else 1) // PART_BYTES


def _deal(
    source: Source,
    export: Export,
    schema: LinkageSchema,
    store: Store,
    parts: int,
    progress: Progress,
) -> None:
    """Deal all rows out to ``part/NUMBER`` in the store."""
    layout = layout_of(source, export.mapping, schema)
    rules = rules_for("record_id", "identifier", export.mapping, this_day())
    id_column = layout.columns.get("record_id")
    place = None if id_column is None else layout.wanted.index(id_column)
    key, done = os.urandom(32), 0
    for cells in source.pieces(layout.wanted):
        ids = None if place is None else cells.columns[place]
        part = parts_of_texts(_owners(ids, cells.rows, rules), parts, key)
        table = _table(cells)
        order = np.argsort(part, kind="stable")
        dealt = table.take(pa.array(order))
        counts = np.bincount(part, minlength=parts)
        ends = np.cumsum(counts)
        for number in np.flatnonzero(counts):
            piece = dealt.slice(ends[number] - counts[number], counts[number])
            store.put(f"part/{number}", piece)
        done += len(cells.rows)
        progress("reading", done, 0)


def _owners(ids: Words | None, rows: NDArray[np.int64], rules: Rules) -> pa.Array:
    """Name the owner of each row as grouping will: by its clean id, else by its row.

    Grouping may number ids ("A#2"), so that the number is left out here: all that could get one
    name stay in one part.
    """
    own = pc.binary_join_element_wise("row", pa.array(rows).cast(pa.string()), "-")
    if ids is None:
        return own
    plain = pc.match_substring_regex(ids.distinct, _PLAIN_ID)
    odd = tidy(ids).only(ids.rows_with(pc.invert(plain)))
    words = (*rules.missing, *rules.unknown, *rules.refused)
    even = ids.without(
        pc.or_(pc.invert(plain), pc.is_in(ids.distinct, pa.array(words, pa.string())))
    )
    texts = even.to_arrow()
    if odd.present.any():
        texts = pc.coalesce(texts, clean(odd, rules).words.to_arrow())
        texts = pc.replace_substring_regex(texts, "(#[0-9]+)+$", "")
    return pc.coalesce(texts, own)


def _table(cells: Cells) -> pa.Table:
    flags = np.zeros(len(cells.rows), dtype=np.uint8)
    for flag, rows in ((_SHORT, cells.short), (_LONG, cells.long), (_SILENT, cells.silent)):
        if rows:
            flags[np.isin(cells.rows, rows)] |= flag
    columns = {str(place): words.to_arrow() for place, words in enumerate(cells.columns)}
    return pa.table(columns | {"row": pa.array(cells.rows), "flags": pa.array(flags)})


def _cells(store: Store, name: str, columns: int) -> Cells:
    empty = pa.schema(
        [*((str(place), pa.string()) for place in range(columns)),
         ("row", pa.int64()), ("flags", pa.uint8())]
    )  # fmt: skip
    table = store.take(name) if name in store else empty.empty_table()
    rows, flags = table["row"].to_numpy(), table["flags"].to_numpy()
    marked = (tuple(rows[(flags & flag) > 0].tolist()) for flag in (_SHORT, _LONG, _SILENT))
    return Cells(tuple(words_of(table[str(place)]) for place in range(columns)), rows, *marked)
