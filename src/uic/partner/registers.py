"""A register: one partner's records and events after reading, before anything is encoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa  # noqa: TC002 - part of the public value

from uic.exchange import DETAILS as DETAILS
from uic.exchange import EVENTS as EVENTS
from uic.schema import CHARACTERISTICS as CHARACTERISTICS
from uic.values import RowProblem  # noqa: TC001 - part of the public value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DATE_PARTS = ("year", "month", "day")
PRECISIONS = ("day", "month", "year", "estimated")


@dataclass(frozen=True, repr=False)
class Register:
    """One partner's people and contacts. Holds attributes of persons: never leaves the partner.

    Attributes:
        partner: Name of the partner.
        records: One row a record: ``record_id`` (string, unique) and one column an attribute
            that the file carries. Strings are trimmed, null means missing. An attribute of kind
            date has four columns: ``birth_date_year`` (int16), ``birth_date_month`` (int8),
            ``birth_date_day`` (int8) and ``birth_date_precision`` (string, one of
            ``PRECISIONS``, null when missing). Where the mapping tells unknown and refused
            apart from missing, a column ``<attribute>_status`` holds those two words.
        events: One row a contact and service, as ``EVENTS`` says; ``contact`` is the row in the
            source, ``record`` the position in ``records``.
        problems: Row problems: the value counts as missing, the row stays.
        rows: Number of data rows in the source.
        details: ``DETAILS``, one row a row of ``events``; None where the export has none of it.
            ``events`` holds in ``quantity`` the pieces given of the row's own service.
        characteristics: A text column for some of ``CHARACTERISTICS``, one row a row of
            ``records``; None where the export has none. They stand apart from ``records``
            because every attribute there is compared, and an HIV status must never be.
        made_up: Shape (records,): whether reading had to make the record id up, as a row number or
            as the number of a repeat; such an id names nobody in another file. None: no id was.
        source: Name of the file without its folder, or of the partner whose table it is.
        digest: SHA-256 of the source bytes, hexadecimal.
    """

    partner: str
    records: pa.Table
    events: pa.Table
    problems: tuple[RowProblem, ...]
    rows: int
    digest: str
    source: str = ""
    details: pa.Table | None = None
    characteristics: pa.Table | None = None
    made_up: NDArray[np.bool_] | None = None

    def __repr__(self) -> str:
        return f"<Register {self.partner}: {len(self.records)} records, {len(self.events)} events>"
