"""What crosses a wall: one export a partner, in two compartments.

The matcher's compartment holds pass rows: a token and block-salted signatures under row ids
that are random per pass. The resolver's compartment holds the map from pass rows to records,
the events, and a few aggregate frequencies. Neither holds a name, a date of birth or a key.

Plain values only: the file they travel in, sealed and signed, is ``uic.envelope``, which the
rooms of matcher, resolver and analyst cannot import because it reaches keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping

ROW_MAP = pa.schema(
    [
        ("pass", pa.dictionary(pa.int8(), pa.string())),  # few names, a row a pass and record
        ("row_id", pa.int64()),
        ("record", pa.int32()),  # position in the export, 0 to records - 1; null: a dummy
        ("usable", pa.bool_()),  # false: there was no usable value and the token is random
    ]
)
EVENTS = pa.schema(
    [
        ("contact", pa.int64()),  # one contact may fill several rows, one a service
        ("record", pa.int32()),  # position of the record; null for a group contact
        ("date", pa.date32()),
        ("channel", pa.string()),
        ("service", pa.string()),
        ("quantity", pa.int64()),
        ("site", pa.string()),
    ]
)
DETAILS = pa.schema(
    [
        ("returned", pa.int64()),  # pieces of the row's service that came back
        ("referral", pa.string()),  # made, accepted or completed; null: no referral
        ("population", pa.string()),  # as which kind of client the person was met
    ]
)
"""What a partner may know of an event beside ``EVENTS``; null where nothing is recorded."""

SENT_EVENTS = pa.schema([*EVENTS, *DETAILS])
"""Events as they stand in a sealed export and in the register."""

RECORDS = pa.schema(
    [
        ("record", pa.int32()),
        ("handle_hi", pa.int64()),  # the partner's own name for the record, under the epoch key
        ("handle_lo", pa.int64()),
        ("previous_hi", pa.int64()),  # its handle of the epoch before; null without a hand-over
        ("previous_lo", pa.int64()),
        ("sex", pa.string()),  # both null unless the partner chose to send them
        ("age_group", pa.string()),
        ("own_id", pa.bool_()),  # false: a row number, and the handle holds for this export alone
    ]
)
CHANCE = pa.schema(
    [
        ("pass", pa.string()),
        ("pairs", pa.int64()),  # pairs of records with a usable value
        ("agreeing", pa.int64()),  # of these, pairs with equal tokens
    ]
)
FREQUENCIES = pa.schema(
    [
        ("attribute", pa.string()),
        ("level", pa.int32()),
        ("pairs", pa.int64()),  # random pairs of the partner's own records at this level
    ]
)
PAIRS = pa.schema(
    [
        ("row_a", pa.int64()),
        ("row_b", pa.int64()),
        ("pattern", pa.int64()),  # the agreement levels, packed as uic.levels says
        ("log_odds", pa.float64()),  # null where there are no signatures to compare
    ]
)
"""Scored pairs of one pass, as they travel from matcher to resolver."""

OWN_PAIRS = pa.schema([("pass", pa.string()), *PAIRS])
"""Scored pairs of a partner's own records, which it compared by itself (spec/encoding.md)."""


@dataclass(frozen=True)
class Header:
    """What may be read without a key.

    Attributes:
        partner: Name of the partner.
        fingerprint: Fingerprint of the linkage schema.
        normaliser: Version of the normalising tables.
        project: Project of the key.
        epoch: Epoch of the key.
        key_id: Public name of the key.
        records: Number of records.
        attributes: Attributes the register carries.
        vouched: The partner vouches that no person is on its list twice.
    """

    partner: str
    fingerprint: str
    normaliser: str
    project: str
    epoch: str
    key_id: str
    records: int
    attributes: frozenset[str]
    vouched: bool


@dataclass(frozen=True, repr=False)
class MatcherPart:
    """The compartment sealed to the matcher.

    Attributes:
        header: What may be read without a key.
        pass_rows: Per pass ``row_id``, ``token_hi``, ``token_lo`` (int64) and the signature
            columns of ``uic.levels``, in random order.
        frequencies: Aggregate: random pairs per attribute and level (``FREQUENCIES``).
    """

    header: Header
    pass_rows: Mapping[str, pa.Table]
    frequencies: pa.Table

    def __repr__(self) -> str:
        return f"<MatcherPart {self.header.partner}: {len(self.pass_rows)} passes>"


@dataclass(frozen=True, repr=False)
class ResolverPart:
    """The compartment sealed to the resolver.

    Attributes:
        header: What may be read without a key.
        row_map: Which pass row belongs to which record (``ROW_MAP``).
        chance: Aggregate: chance agreement per pass (``CHANCE``).
        events: Events under ``record`` positions (``SENT_EVENTS``; on one machine ``EVENTS``).
        records: Handles, by which the partner finds its records again and person ids are
            carried into the next epoch (``RECORDS``); empty on one machine, where nobody needs
            them.
        own_pairs: Pairs of the partner's own records (``OWN_PAIRS``): the matcher cannot see
            them, for in a file that left a partner no two rows of a pass share a token.
    """

    header: Header
    row_map: pa.Table
    chance: pa.Table
    events: pa.Table
    records: pa.Table = field(default_factory=RECORDS.empty_table)
    own_pairs: pa.Table = field(default_factory=OWN_PAIRS.empty_table)

    def __repr__(self) -> str:
        return f"<ResolverPart {self.header.partner}: {self.header.records} records>"


@dataclass(frozen=True)
class Export:
    """One partner's encoded register: a header and one compartment for each side."""

    header: Header
    matcher: MatcherPart
    resolver: ResolverPart


@dataclass(frozen=True)
class Arrival:
    """What a matcher or resolver says of an export that came.

    Attributes:
        partner: Name of the partner.
        digest: SHA-256 of the file.
        news: ``new``, ``newer`` (the partner's older export is replaced), ``resent`` (the file
            was here already), ``outdated`` (it was, and a newer one has replaced it), or
            ``withdrawn`` (it was, and the partner has withdrawn).
        without_id: Records that the partner has no id for: who they were in its older list, and
            who they are in its next one, nobody can tell.
    """

    partner: str
    digest: str
    news: str
    without_id: int = 0


@dataclass(frozen=True, repr=False)
class Scored:
    """What the matcher hands to the resolver: pairs of pass rows, and how they were weighed.

    Attributes:
        project: Project of the exports.
        epoch: Their epoch.
        key_id: Public name of their key.
        fingerprint: Fingerprint of their linkage schema.
        exports: SHA-256 of every export that was matched, sorted.
        pairs: ``pass`` and the columns of ``PAIRS``.
        told: What the matcher counted and fitted, as JSON can hold it: sums over all pairs.
    """

    project: str
    epoch: str
    key_id: str
    fingerprint: str
    exports: tuple[str, ...]
    pairs: pa.Table
    told: dict[str, Any]

    def __repr__(self) -> str:
        return f"<Scored {self.project}/{self.epoch}: {len(self.pairs)} pairs>"


def of_pass(name: str, rows: int) -> pa.DictionaryArray:
    """Return the column ``pass`` of rows of a map that are all of one pass: a byte a row."""
    numbers = pa.repeat(pa.scalar(0, pa.int8()), rows)
    return pa.DictionaryArray.from_arrays(numbers, pa.array([name], pa.string()))


def sent_events(events: pa.Table, details: pa.Table | None = None) -> pa.Table:
    """Return events with their details, null where there are none (``SENT_EVENTS``)."""
    known = {name: events[name] for name in events.column_names}
    if details is not None:
        known |= {name: details[name] for name in details.column_names}
    columns = [
        known[item.name].cast(item.type) if item.name in known else pa.nulls(len(events), item.type)
        for item in SENT_EVENTS
    ]
    return pa.table(columns, schema=SENT_EVENTS)
