"""Person ids back to the partners' own record ids, and forward to their events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.partner.registers import Register
    from uic.resolving.resolver import Resolution


def join_persons(resolved: Resolution, registers: Sequence[Register]) -> pa.Table:
    """Put the partners' own record ids in the place of record positions."""
    record_ids = pa.chunked_array([register.records["record_id"] for register in registers])
    return pa.table(
        {
            "partner": resolved.persons["partner"],
            "record_id": record_ids.combine_chunks(),  # nodes stand in the order of the registers
            "person_id": resolved.persons["person_id"],
        }
    )


def join_pairs(resolved: Resolution, registers: Sequence[Register]) -> pa.Table:
    """Return the accepted pairs under the partners' own record ids."""
    columns: dict[str, Any] = {}
    for side in "ab":
        partners = resolved.links[f"partner_{side}"]
        columns[f"partner_{side}"] = partners
        columns[f"record_id_{side}"] = _record_ids(
            partners, resolved.links[f"record_{side}"], registers
        )
    return pa.table(columns | {"probability": resolved.links["probability"]})


def join_candidates(resolved: Resolution, registers: Sequence[Register]) -> pa.Table:
    """Return the pairs that may be explained or reviewed under the partners' own record ids."""
    found = resolved.compared
    for side in "ab":
        partners = found[f"partner_{side}"].cast(pa.string())
        ids = _record_ids(partners, found[f"record_{side}"], registers)
        place = found.column_names.index(f"record_{side}")
        found = found.set_column(place, f"record_id_{side}", ids)
    return found


def _record_ids(
    partners: pa.ChunkedArray, positions: pa.ChunkedArray, registers: Sequence[Register]
) -> pa.Array:
    starts = np.cumsum([0, *(len(register.records) for register in registers)])
    start = {register.partner: first for register, first in zip(registers, starts, strict=False)}
    offset = np.array([start[name] for name in partners.to_pylist()], dtype=np.int64)
    record_ids = pa.chunked_array([register.records["record_id"] for register in registers])
    return record_ids.take(pa.array(offset + positions.to_numpy())).combine_chunks()


def join_events(resolved: Resolution, registers: Sequence[Register]) -> pa.Table:
    """Put person ids in the place of records: all that the analyst may see of an event."""
    tables, start = [], 0
    for register in registers:
        people = resolved.persons["person_id"].slice(start, len(register.records))
        start += len(register.records)
        events = register.events
        named = pa.repeat(register.partner, len(events)).cast(pa.string())
        person = people.combine_chunks().take(events["record"].combine_chunks())
        tables.append(
            events.drop_columns("record")
            .append_column("partner", named)
            .append_column("person_id", person)
        )
    return pa.concat_tables(tables)
