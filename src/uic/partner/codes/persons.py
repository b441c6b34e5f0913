"""People as plain mappings, for forms, cards and vectors: a few at a time, not registers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from uic.partner.registers import DATE_PARTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from uic.partner.schemes import Scheme


def records_of(people: Sequence[Mapping[str, str | None]], scheme: Scheme) -> pa.Table:
    """Return people as the records of a register, for :func:`uic.partner.codes.compose`.

    Args:
        people: One mapping a person: attribute to value, and ``<attribute>_status``. A date is
            ``2000-12-19``, or cut to ``2000-12`` or ``2000``; ``~`` before it means estimated.
        scheme: The scheme, which says what kind each attribute is.
    """
    columns: dict[str, Any] = {"record_id": pa.array([str(n) for n in range(len(people))])}
    for name in dict.fromkeys(key for person in people for key in person):
        values = [person.get(name) or None for person in people]
        if scheme.kinds.get(name) == "date":
            columns |= _date_columns(name, values)
        else:
            columns[name] = pa.array(values, pa.string())
    return pa.table(columns)


def _date_columns(name: str, values: list[str | None]) -> dict[str, Any]:
    split = [
        [int(part) for part in (value or "").lstrip("~").split("-") if part] for value in values
    ]
    padded = [[*parts, None, None, None][:3] for parts in split]
    columns = {
        f"{name}_{part}": pa.array([parts[place] for parts in padded], pa.int16())
        for place, part in enumerate(DATE_PARTS)
    }
    precisions = [_precision(value, parts) for value, parts in zip(values, split, strict=True)]
    return columns | {f"{name}_precision": pa.array(precisions, pa.string())}


def _precision(value: str | None, parts: list[int]) -> str | None:
    if not value:
        return None
    return "estimated" if value.startswith("~") else DATE_PARTS[len(parts) - 1]
