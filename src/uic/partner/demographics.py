"""What may be said of a person outside: sex, an age group, and what the partner counts by.

An age group is that of one stated day, the same for every event. The age at each event would say
more than it seems: two visits a week apart, one at 24 and one at 25, tell the birthday.
"""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.partner.registers import CHARACTERISTICS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from uic.partner.registers import Register
    from uic.schema import Counting

DEMOGRAPHICS = pa.schema(
    [
        ("record", pa.int32()),
        ("sex", pa.string()),
        ("age_group", pa.string()),
        *((name, pa.string()) for name in CHARACTERISTICS),
    ]
)
AGES = (18, 25, 35, 45)
"""First ages of the groups: 0-17, 18-24, 25-34, 35-44, 45+."""

_ANY_DAY = dt.date(2000, 1, 1)  # where no age is sent
_OLDEST = 110  # an older age is a mistyped year, and nobody's age group


def demographics(register: Register, *, on: dt.date, ages: Sequence[int] = AGES) -> pa.Table:
    """Return coarse demographics of every record, one row a record, in their order.

    Args:
        register: One partner's records. Nothing is read but the year, month and day of birth,
            the sex and the characteristics.
        on: The day on which ages are counted. An unknown day counts as the 15th, an unknown
            month as July; where only the year is known the age may be a year off.
        ages: First ages of the groups, ascending, at least 5 years apart and none below 10.

    Returns:
        A table of schema ``DEMOGRAPHICS``; null where nothing is recorded.

    Raises:
        ValueError: the age groups are out of order or too narrow.

    A holder learns, of a record, these five coarse values. Together with a place they can single
    somebody out: tables of them pass the release gate like any other.
    """
    _check(ages)
    records = register.records
    known = register.characteristics
    columns = {
        "record": pa.array(np.arange(len(records), dtype=np.int32)),
        "sex": _text(records, "sex"),
        "age_group": _groups(_ages(records, on), ages),
    }
    counted = records.select(["record_id"]) if known is None else known
    columns |= {name: _text(counted, name) for name in CHARACTERISTICS}
    return pa.table(columns, schema=DEMOGRAPHICS)


def with_traits(records: pa.Table, register: Register, counting: Counting) -> pa.Table:
    """Put the coarse traits that a partner chose to send into what the resolver gets.

    Args:
        records: ``uic.exchange.RECORDS`` of a register, in the order of its records.
        register: One partner's records.
        counting: What to send; nothing by default.
    """
    if not counting.traits:
        return records
    told = demographics(register, on=counting.age_on or _ANY_DAY)
    for name in counting.traits:
        place = records.column_names.index(name)
        records = records.set_column(place, name, told[name])
    return records


def _check(ages: Sequence[int]) -> None:
    steps = np.diff(np.asarray(ages, dtype=np.int64))
    if not len(ages) or ages[0] < 10 or (steps < 5).any():
        raise ValueError("age groups begin at 10 or later and are at least 5 years wide")


def _text(table: pa.Table, name: str) -> pa.ChunkedArray | pa.Array:
    if name in table.column_names:
        return table[name].cast(pa.string())
    return pa.nulls(len(table), pa.string())


def _ages(records: pa.Table, on: dt.date) -> NDArray[np.int64]:
    """Return completed years on a day, -1 where the year is unknown or cannot be."""
    if "birth_date_year" not in records.column_names:
        return np.full(len(records), -1, dtype=np.int64)
    year, month, day = (
        records[f"birth_date_{part}"].fill_null(other).to_numpy().astype(np.int64)
        for part, other in (("year", 0), ("month", 7), ("day", 15))
    )
    early = (month > on.month) | ((month == on.month) & (day > on.day))
    age = on.year - year - early
    return np.where((year > 0) & (age >= 0) & (age <= _OLDEST), age, -1)


def _groups(age: NDArray[np.int64], ages: Sequence[int]) -> pa.Array:
    labels = [f"{low}-{high - 1}" for low, high in itertools.pairwise((0, *ages))]
    labels += [f"{ages[-1]}+"]
    group = np.searchsorted(np.asarray(ages), age, side="right")
    return pa.array(labels, pa.string()).take(pa.array(group, mask=age < 0))
