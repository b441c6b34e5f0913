"""Block values: what rows of different registers must share to meet in a pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from uic.partner import normalising

if TYPE_CHECKING:
    from collections.abc import Callable

    from uic.partner.registers import Register
    from uic.schema import LinkageSchema, Part, Pass

_BETWEEN = "\x1f"  # no canonical value holds it, so ("a", "bc") and ("ab", "c") stay apart


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
    parts = [_part(part, columns, rows) for part in item.parts]
    return pc.binary_join_element_wise(*parts, _BETWEEN, null_handling="emit_null")


def _part(part: Part, columns: dict[str, pa.Array], rows: int) -> pa.Array:
    if part.take in _DATE_TAKES:
        return _date_part(str(part.attribute), part.take, columns, rows)
    absent = pa.nulls(rows, pa.string())
    values = [_taken(part.take, columns.get(name, absent)) for name in part.attributes]
    if len(values) == 1:
        return values[0]
    both = pc.and_(pc.is_valid(values[0]), pc.is_valid(values[1]))
    ordered = pc.binary_join_element_wise(
        pc.min_element_wise(*values), pc.max_element_wise(*values), _BETWEEN
    )
    return pc.if_else(both, ordered, pa.scalar(None, pa.string()))


def _taken(take: str, column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        return _TAKE[take](column.dictionary).take(column.indices)
    return _TAKE[take](column)


def _date_part(attribute: str, take: str, columns: dict[str, pa.Array], rows: int) -> pa.Array:
    absent = pa.nulls(rows, pa.int32())
    parts = [columns.get(f"{attribute}_{name}", absent) for name in _DATE_TAKES[take]]
    texts = [pc.cast(part, pa.string()) for part in parts]
    return pc.binary_join_element_wise(*texts, "-", null_handling="emit_null")


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
