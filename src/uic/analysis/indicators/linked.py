"""Linked events: what is counted. Contacts under record numbers, and who the records are.

The event model, one row a contact and service:

* ``partner``, ``contact``: one contact of one partner may fill several rows, one a service.
* ``record``: number of the record over all partners, null for a contact with a group.
* ``date``: the day at the place of service. ``channel``, ``site``: how and where.
* ``service``: what was done in this row; ``quantity`` pieces were given and ``returned`` pieces
  came back, of this service.
* ``referral``: ``made``, ``accepted`` or ``completed``, null for anything but a referral.
* ``population``: as which kind of client the person was met.
* ``sex``, ``age_group``, ``marital_status``, ``disclosure``, ``hiv_status``: of the person, coarse,
  at one stated date.

Columns that nobody has are null.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

TRAITS = ("sex", "age_group", "marital_status", "disclosure", "hiv_status")
"""What is known of a person, coarse, at one stated date."""

LINKED_EVENTS = pa.schema(
    [
        ("partner", pa.string()),
        ("contact", pa.int64()),
        ("record", pa.int64()),
        ("date", pa.date32()),
        ("channel", pa.string()),
        ("site", pa.string()),
        ("service", pa.string()),
        ("quantity", pa.int64()),
        ("returned", pa.int64()),
        ("referral", pa.string()),
        ("population", pa.string()),
        *((name, pa.string()) for name in TRAITS),
    ]
)
AXES = ("channel", "partner", "site", "population", *TRAITS)
"""Columns by which a table may be broken down."""

_NEEDED = ("partner", "contact", "date", "channel")


@dataclass(frozen=True, repr=False)
class Draws:
    """Other ways the uncertain records may belong together, drawn by their probabilities.

    Attributes:
        records: Shape (k,), int64: numbers of the records that are in question.
        persons: Shape (draws, k), int64: the person of each of them in each draw. Records that
            are not in question never share a person with one that is.
        both_ways: Whether links that were not made could be drawn, or only links undone.
    """

    records: NDArray[np.int64]
    persons: NDArray[np.int64]
    both_ways: bool = False

    def __repr__(self) -> str:
        return f"<Draws: {len(self.persons)} of {len(self.records)} records>"


@dataclass(frozen=True, repr=False)
class Linked:
    """Events under record numbers, and the person each record belongs to.

    Attributes:
        events: ``LINKED_EVENTS``.
        persons: Shape (records,), int64: number of the person of each record.
        draws: Other persons for the uncertain records; None where nothing is known about it.
    """

    events: pa.Table
    persons: NDArray[np.int64]
    draws: Draws | None = field(default=None)

    def __repr__(self) -> str:
        return f"<Linked: {len(self.events)} events, {len(self.persons)} records>"


def linked(person_events: pa.Table) -> Linked:
    """Take events under person ids: every person is one record, and no link is in question.

    Args:
        person_events: A table or anything with the Arrow C stream, with ``partner``, ``contact``,
            ``person_id`` (null for a group contact), ``date`` and ``channel``, and any other
            column of ``LINKED_EVENTS``.

    Raises:
        ValueError: a column is missing.
    """
    table = pa.table(person_events)
    for name in (*_NEEDED, "person_id"):
        if name not in table.column_names:
            raise ValueError(f"the events lack the column {name!r}")
    ids = pc.dictionary_encode(table["person_id"].combine_chunks())
    columns = {name: table[name] for name in LINKED_EVENTS.names if name in table.column_names}
    events = full(pa.table(columns | {"record": pc.cast(ids.indices, pa.int64())}))
    return Linked(events, np.arange(len(ids.dictionary), dtype=np.int64))


def full(events: pa.Table) -> pa.Table:
    """Return events with every column of ``LINKED_EVENTS``; one that nobody has is null."""
    columns = {
        name: pc.cast(events[name], LINKED_EVENTS.field(name).type)
        if name in events.column_names
        else pa.nulls(len(events), LINKED_EVENTS.field(name).type)
        for name in LINKED_EVENTS.names
    }
    return pa.table(columns, schema=LINKED_EVENTS)
