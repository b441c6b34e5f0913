"""From rows to contacts: one row of the source is one contact, whatever it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.partner.reading.cleaning import ascii_digits, recoded
from uic.partner.reading.words import Words, no_words, words_from, words_of
from uic.partner.registers import DETAILS, EVENTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.partner.reading.words import Mask

    Places = NDArray[np.int64]

YES = ("1", "true", "yes", "y", "x", "✓", "✔")
NO = ("0", "false", "no", "n")


def read_flag(text: str) -> bool | None:
    """Read a yes/no cell; a count above 0 is yes. None where it is neither."""
    word = ascii_digits(text).casefold().removesuffix(".0")
    if word in NO:
        return False
    if word in YES or (word.isdecimal() and int(word[:12]) > 0):
        return True
    return None


def contacts_of(
    rows: NDArray[np.int64],
    record: NDArray[np.int64],
    columns: dict[str, Words],
    flags: dict[str, Mask],
    separator: str | None,
    codes: dict[str, str] | None = None,
    pieces: dict[str, dict[str, Words]] | None = None,
) -> pa.Table:
    """Build the table of contacts; a contact with several services fills several rows.

    A quantity of the contact stands on the first of its rows only, so that a sum over rows is the
    sum over contacts; pieces of a service stand on the row of that service.

    Args:
        rows: Shape (n,): number of each row in the source.
        record: Shape (n,): position of its record, -1 for a group contact.
        columns: Clean event columns.
        flags: For each service that has a column of its own, the rows that say yes.
        separator: What stands between several services in one cell, if anything.
        codes: The partner's code list of services, for cells that hold several.
        pieces: For ``quantity`` and ``returned``, the pieces of services that have a column.

    Returns:
        The columns of ``EVENTS`` and of ``DETAILS``, one row a contact and service.
    """
    held = columns.get("service", no_words(len(rows)))
    served, services = _services(held, flags, separator, codes or {})
    idle_rows = np.ones(len(rows), dtype=np.bool_)
    idle_rows[served] = False
    place = np.concatenate([served, np.flatnonzero(idle_rows)])
    order = np.argsort(place, kind="stable")
    place = place[order]
    idle = pa.nulls(len(place) - len(served), pa.string())
    again = np.append(False, place[1:] == place[:-1])[: len(place)]
    service = pa.concat_arrays([services.to_arrow(), idle]).take(pa.array(order))
    own = {name: (pieces or {}).get(name, {}) for name in ("quantity", "returned")}
    data: dict[str, Any] = {
        "contact": pa.array(rows[place]),
        "record": pa.array(record[place].astype(np.int32), mask=record[place] < 0),
        "date": pc.cast(_column(columns, "date", place), pa.date32()),
        "channel": _column(columns, "channel", place),
        "service": service,
        "quantity": _pieces("quantity", columns, own["quantity"], service, place, again),
        "site": _column(columns, "site", place),
        "returned": _pieces("returned", columns, own["returned"], service, place, again),
        "referral": _column(columns, "referral", place),
        "population": _column(columns, "population", place),
    }
    return pa.table(data, schema=pa.schema([*EVENTS, *DETAILS]))


def _column(columns: dict[str, Words], name: str, place: Places) -> pa.Array:
    words = columns.get(name)
    return pa.nulls(len(place), pa.string()) if words is None else words.at(place).to_arrow()


def _pieces(
    name: str,
    columns: dict[str, Words],
    own: dict[str, Words],
    service: pa.Array,
    place: Places,
    again: Mask,
) -> pa.Array:
    """Write the contact's pieces on its first row, or each service's own on its row."""
    nothing = pa.scalar(None, pa.int64())
    numbers = pc.cast(_column(columns, name, place), pa.int64())
    numbers = pc.if_else(pa.array(again), nothing, numbers)
    for served, words in own.items():
        mine = pc.fill_null(pc.equal(service, served), fill_value=False)
        numbers = pc.if_else(mine, pc.cast(words.at(place).to_arrow(), pa.int64()), numbers)
    return numbers


def _services(
    words: Words, flags: dict[str, Mask], separator: str | None, codes: dict[str, str]
) -> tuple[Places, Words]:
    """Return every service of every row as a row and a word, each service once a row."""
    rows, named = _split(words, separator, codes)
    names = pa.chunked_array(
        [
            named.to_arrow(),
            *(pa.array([name] * int(rows.sum()), pa.string()) for name, rows in flags.items()),
        ],
        pa.string(),
    )
    rows = np.concatenate([rows, *(np.flatnonzero(marked) for marked in flags.values())])
    coded = words_of(names)
    pairs = rows * max(1, len(coded.distinct)) + coded.codes
    _, first = np.unique(pairs, return_index=True)
    kept = np.sort(first)
    return rows[kept], coded.at(kept)


def _split(words: Words, separator: str | None, codes: dict[str, str]) -> tuple[Places, Words]:
    """Take the cells of one column apart at the separator, and read each part by the codes."""
    rows = np.flatnonzero(words.present)
    if separator is None:
        return rows, words.at(rows)
    parts = [[part.strip() for part in word.split(separator)] for word in words.listed()]
    flat = recoded(words_from([part for several in parts for part in several]), codes)
    counts = np.array([len(several) for several in parts], dtype=np.int64)
    starts = np.cumsum(counts) - counts
    held = words.codes[rows]
    lengths = counts[held] if len(rows) else np.array([], dtype=np.int64)
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    place = np.repeat(starts[held] if len(rows) else lengths, lengths) + within
    spread = flat.at(place)
    return np.repeat(rows, lengths)[spread.present], spread.at(spread.present)
