"""Block values: what rows of different registers must share to meet in a pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.partner import normalising

if TYPE_CHECKING:
    from collections.abc import Callable

    from uic.partner.registers import Register
    from uic.schema import LinkageSchema, Part, Pass

_BETWEEN = "\x1f"  # no canonical value holds it, so ("a", "bc") and ("ab", "c") stay apart
_MOST = 2.0**62  # combinations that a number can tell apart
_DIGITS = 100_000  # a year has fewer than five


def canonical_columns(register: Register, schema: LinkageSchema) -> dict[str, pa.Array]:
    """Return each attribute of a register in canonical form; dates as their three parts.

    Day and month are null where the date is 1 January or estimated: these stand for "unknown"
    far more often than for a birthday, and would make one giant block of strangers.
    """
    columns: dict[str, pa.Array] = {}
    for attribute, kind in schema.kinds.items():
        if kind == "date":
            columns |= _date_columns(register.records, attribute)
        elif attribute in register.records.column_names:
            column = register.records[attribute].combine_chunks()
            columns[attribute] = _NORMALISE.get(kind, _as_read)(column)
    return columns


def block_values(item: Pass, columns: dict[str, pa.Array], rows: int) -> pa.Array:
    """Return one string a record, null where a part of the pass has no usable value.

    Args:
        item: The pass.
        columns: Canonical columns; text may be dictionary-encoded.
        rows: Number of records.
    """
    return coded_blocks(item, columns, rows, {}).dictionary_decode()


def coded_blocks(
    item: Pass, columns: dict[str, pa.Array], rows: int, taken: dict[Part, pa.DictionaryArray]
) -> pa.DictionaryArray:
    """Return :func:`block_values` as distinct strings and the place of each record's own.

    ``taken`` keeps what was taken of these columns, for the next pass that takes the same.
    """
    for part in item.parts:
        if part not in taken:
            taken[part] = _part(part, columns, rows)
    return _joined([taken[part] for part in item.parts])


def _joined(parts: list[pa.DictionaryArray]) -> pa.DictionaryArray:
    """Join parts by what lies between; only distinct combinations become strings."""
    while np.prod([float(len(part.dictionary)) for part in parts]) >= _MOST:
        parts = [_joined(parts[:-1]), parts[-1]]
    if len(parts) == 1:
        return parts[0]
    missing = np.zeros(len(parts[0]), dtype=np.bool_)
    number = np.zeros(len(parts[0]), dtype=np.int64)
    for part in parts:
        missing |= np.asarray(part.is_null())
        number *= len(part.dictionary)
        number += part.indices.fill_null(0).to_numpy()
    combined = pa.array(number, mask=missing).dictionary_encode()
    rest = combined.dictionary.to_numpy()
    texts: list[pa.Array] = []
    for part in reversed(parts):
        rest, place = np.divmod(rest, max(len(part.dictionary), 1))
        texts.insert(0, part.dictionary.take(pa.array(place)))
    return _coded(combined.indices, pc.binary_join_element_wise(*texts, _BETWEEN))


def _coded(indices: pa.Array, dictionary: pa.Array) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(indices, dictionary)


def _part(part: Part, columns: dict[str, pa.Array], rows: int) -> pa.DictionaryArray:
    if part.take in _DATE_TAKES:
        return _date_part(str(part.attribute), part.take, columns, rows)
    absent = pa.nulls(rows, pa.string())
    values = [_taken(part.take, columns.get(name, absent)) for name in part.attributes]
    return values[0] if len(values) == 1 else _sorted(*values)


def _taken(take: str, column: pa.Array) -> pa.DictionaryArray:
    """Take something of every distinct value; several values may give the same."""
    values = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    found = _TAKE[take](values.dictionary).dictionary_encode()
    return _coded(found.indices.take(values.indices), found.dictionary)


def _sorted(first: pa.DictionaryArray, second: pa.DictionaryArray) -> pa.DictionaryArray:
    """Join two values in code-point order, which is the order of their UTF-8 bytes."""
    known = pa.concat_arrays([first.dictionary, second.dictionary]).dictionary_encode()
    order = pc.sort_indices(known.dictionary)
    rank = np.empty(len(order), dtype=np.int32)
    rank[order.to_numpy()] = np.arange(len(order), dtype=np.int32)
    ranks = pa.array(rank[known.indices.to_numpy()])
    edge = len(first.dictionary)
    sides = ranks.slice(0, edge).take(first.indices), ranks.slice(edge).take(second.indices)
    both = known.dictionary.take(order)
    ends = (pc.min_element_wise, pc.max_element_wise)
    return _joined([_coded(end(*sides, skip_nulls=False), both) for end in ends])


def _date_part(
    attribute: str, take: str, columns: dict[str, pa.Array], rows: int
) -> pa.DictionaryArray:
    """Write each distinct date once; its parts, of at most five digits, stand in one number."""
    absent = pa.nulls(rows, pa.int32())
    whole = None
    for name in _DATE_TAKES[take]:
        part = pc.cast(columns.get(f"{attribute}_{name}", absent), pa.int64())
        whole = part if whole is None else pc.add(pc.multiply(whole, _DIGITS), part)
    dates = pc.cast(whole, pa.int64()).dictionary_encode()
    rest = dates.dictionary.to_numpy()
    texts: list[pa.Array] = []
    for _ in _DATE_TAKES[take]:
        rest, number = np.divmod(rest, _DIGITS)
        texts.insert(0, pa.array(number).cast(pa.string()))
    return _coded(dates.indices, pc.binary_join_element_wise(*texts, "-"))


def _date_columns(records: pa.Table, attribute: str) -> dict[str, pa.Array]:
    if f"{attribute}_year" not in records.column_names:
        return {}
    parts = {
        name: pc.cast(records[f"{attribute}_{name}"].combine_chunks(), pa.int32())
        for name in ("year", "month", "day")
    }
    first = pc.and_(pc.equal(parts["month"], 1), pc.equal(parts["day"], 1))
    exact = pc.equal(records[f"{attribute}_precision"].combine_chunks(), "day")
    usable = pc.fill_null(pc.and_(exact, pc.invert(first)), False)
    return {
        f"{attribute}_year": parts["year"],
        f"{attribute}_month": _where(usable, parts["month"]),
        f"{attribute}_day": _where(usable, parts["day"]),
    }


def _where(keep: pa.Array, values: pa.Array) -> pa.Array:
    return pc.if_else(keep, values, pa.scalar(None, values.type))


def _as_read(values: pa.Array) -> pa.Array:
    return pc.cast(values, pa.string())


def _identifier(values: pa.Array) -> pa.Array:
    """Write telephone numbers alike: no spaces, no signs, no leading zeros, which Excel drops."""
    joined = pc.replace_substring(normalising.normalise_text(values), " ", "")
    stripped = pc.utf8_ltrim(joined, "0")
    return _where(pc.not_equal(stripped, ""), stripped)


def _exact(values: pa.Array) -> pa.Array:
    return values


def _sound(values: pa.Array) -> pa.Array:
    return normalising.sounds(normalising.normalise_names(values))  # of a place, its letters


def _skeleton(values: pa.Array) -> pa.Array:
    return normalising.skeletons(normalising.normalise_names(values))


def _initial(values: pa.Array) -> pa.Array:
    return pc.utf8_slice_codeunits(values, 0, 1)


_DATE_TAKES = {
    "date": ("year", "month", "day"),
    "year": ("year",),
    "month": ("month",),
    "day": ("day",),
    "month_day": ("month", "day"),
}
_NORMALISE: dict[str, Callable[[pa.Array], pa.Array]] = {
    "name": normalising.normalise_names,
    "text": normalising.normalise_text,
    "identifier": _identifier,
}
_TAKE: dict[str, Callable[[pa.Array], pa.Array]] = {
    "exact": _exact,
    "sound": _sound,
    "skeleton": _skeleton,
    "initial": _initial,
}
