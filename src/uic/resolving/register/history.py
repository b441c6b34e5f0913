"""The history of person ids: every event in the order in which it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.engines.storing import fetched, one, shown_as
from uic.resolving.identity import Change

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.engines.storing import Database
    from uic.resolving.identity import Carried

    Numbers = NDArray[np.int64]

_LIST = pa.list_(pa.int64())
_EVENTS = pa.schema([("kind", pa.string()), ("before", _LIST), ("after", _LIST)])
_NOBODY = np.empty(0, dtype=np.int64)


def keep_round(database: Database, number: int, carried: Carried) -> dict[str, int]:
    """Append the events of a round; return how many there are of each kind."""
    events = pa.concat_tables(
        [
            _table(carried.moved),
            _alone("left", before=carried.left),
            _alone("new", after=carried.new),
            _alone("returned", after=carried.returned),
        ]
    )
    _append(database, number, events)
    counts = events.group_by("kind").aggregate([([], "count_all")]).sort_by("kind")
    return dict(zip(counts["kind"].to_pylist(), counts["count_all"].to_pylist(), strict=True))


def keep_withdrawal(database: Database, persons: list[int]) -> None:
    """Append that nothing is left of these persons."""
    gone = _alone("withdrawn", before=np.array(persons, dtype=np.int64))
    _append(database, None, gone)


def history_of(database: Database, number: int | None = None) -> tuple[Change, ...]:
    """Return the events of a round, or all of them, in the order in which they came."""
    rows = database.execute(
        "SELECT kind, before, after FROM history WHERE $1 IS NULL OR round = $1 ORDER BY number",
        [number],
    ).fetchall()
    return tuple(Change(kind, tuple(before), tuple(after)) for kind, before, after in rows)


def changes_of(database: Database, number: int) -> pa.Table:
    """Return the events of a round as they are shown: ``event``, ``before``, ``after``.

    Several ids stand in one cell with a blank between them: ``P000002 P000005``.
    """
    return fetched(
        database,
        "SELECT kind AS event,"
        " array_to_string(list_transform(before, lambda n: printf('P%06d', n)), ' ') AS before,"
        " array_to_string(list_transform(after, lambda n: printf('P%06d', n)), ' ') AS after"
        " FROM history WHERE round = $1 ORDER BY number",
        [number],
    )


def _append(database: Database, number: int | None, events: pa.Table) -> None:
    first = int(str(one(database, "SELECT COALESCE(MAX(number), 0) + 1 FROM history")))
    numbers = pa.array(np.arange(first, first + len(events), dtype=np.int64))
    with shown_as(database, "incoming", events.append_column("number", numbers)):
        database.execute(
            "INSERT INTO history SELECT number, $1, kind, before, after FROM incoming", [number]
        )


def _table(changes: tuple[Change, ...]) -> pa.Table:
    columns = (
        [change.kind for change in changes],
        [list(change.before) for change in changes],
        [list(change.after) for change in changes],
    )
    return pa.table(list(columns), schema=_EVENTS)


def _alone(kind: str, *, before: Numbers = _NOBODY, after: Numbers = _NOBODY) -> pa.Table:
    """Return one event a person, with the person on one side and nobody on the other."""
    size = len(before) + len(after)
    columns = [pa.repeat(pa.scalar(kind, pa.string()), size)]
    for ids in (before, after):
        step = 1 if len(ids) else 0
        offsets = pa.array(np.arange(size + 1, dtype=np.int32) * step)
        columns.append(pa.ListArray.from_arrays(offsets, pa.array(ids, pa.int64())))
    return pa.table(columns, schema=_EVENTS)
