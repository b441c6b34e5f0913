"""Partner exports and who their records are: the events that may be counted.

This runs where the exports are. What it hands on holds no record id: records and persons are
numbers, and of a person there is nothing but coarse traits.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from uic.analysis.indicators.linked import TRAITS, Draws, Linked, full
from uic.errors import InputError, Problem
from uic.partner.demographics import AGES, demographics
from uic.resolving.drawing import draw_persons

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from uic.partner.registers import Register

    Numbers = NDArray[np.int64]

_PERSONS = ("partner", "record_id", "person_id")
_PAIRS = ("partner_a", "record_id_a", "partner_b", "record_id_b", "probability")


def read_persons(path: Path) -> pa.Table:
    """Read ``persons.parquet`` of a run: ``partner``, ``record_id``, ``person_id``."""
    return _read(path, _PERSONS)


def read_pairs(paths: Sequence[Path]) -> pa.Table:
    """Read pairs with their probabilities, of one or more files."""
    return pa.concat_tables([_read(path, _PAIRS) for path in paths])


def link_events(
    registers: Sequence[Register],
    persons: pa.Table,
    *,
    age_on: dt.date | None = None,
    ages: Sequence[int] = AGES,
) -> Linked:
    """Put person numbers to the events of partners' registers.

    Args:
        registers: The partners' exports as read.
        persons: ``partner``, ``record_id``, ``person_id`` of a run over the same exports.
        age_on: The day on which ages are counted; the last day of the year of the newest
            contact if None.
        ages: First ages of the age groups.

    Raises:
        InputError: records of the exports are missing in ``persons``: the exports have changed
            since the run.
    """
    numbers = _person_numbers(registers, persons)
    offsets = _offsets(registers)
    day = age_on or last_day_of(registers)
    traits = pa.concat_tables([demographics(item, on=day, ages=ages) for item in registers])
    tables = [
        _events(register, offset) for register, offset in zip(registers, offsets, strict=True)
    ]
    return linked_with(pa.concat_tables(tables), numbers, traits)


def linked_with(events: pa.Table, persons: Numbers, traits: pa.Table) -> Linked:
    """Give every event of a record its person's traits; of each, a person has one value.

    Args:
        events: ``LINKED_EVENTS`` without traits.
        persons: Shape (records,): the person of each record.
        traits: Some of ``TRAITS``, one row a record.
    """
    records = events["record"].combine_chunks()
    for name in (name for name in TRAITS if name in traits.column_names):
        place = events.column_names.index(name)
        agreed = _agreed(traits[name], persons)
        events = events.set_column(place, name, agreed.take(records))
    return Linked(events, persons)


def draws_of(
    registers: Sequence[Register], persons: Numbers, pairs: pa.Table, *, draws: int, seed: int
) -> Draws:
    """Draw who the records in question are, from pairs under the partners' own record ids.

    Raises:
        InputError: the pairs name records that are not in the exports.
    """
    a, b = (_numbers_of(registers, pairs, side) for side in "ab")
    chance = pairs["probability"].to_numpy()
    records, drawn = draw_persons(persons, a, b, chance, draws=draws, seed=seed)
    return Draws(records, drawn, both_ways=bool((persons[a] != persons[b]).any()))


def last_day_of(registers: Sequence[Register]) -> dt.date:
    """Return the last day of the year of the newest contact; today's year without any."""
    newest = [pc.max(register.events["date"]).as_py() for register in registers]
    known = [day for day in newest if day is not None]
    year = max(known).year if known else dt.datetime.now(dt.UTC).year
    return dt.date(year, 12, 31)


def _events(register: Register, offset: int) -> pa.Table:
    """Return one partner's events under record numbers that run over all partners."""
    events = register.events
    record = pc.add(pc.cast(events["record"], pa.int64()), offset)
    partner = pa.repeat(pa.scalar(register.partner, pa.string()), len(events))
    columns = {name: events[name] for name in events.column_names if name != "record"}
    if register.details is not None:
        columns |= {name: register.details[name] for name in register.details.column_names}
    return full(pa.table(columns | {"record": record, "partner": partner}))


def _offsets(registers: Sequence[Register]) -> list[int]:
    sizes = [len(register.records) for register in registers]
    return [int(start) for start in np.cumsum([0, *sizes])[:-1]]


def _keys(registers: Sequence[Register]) -> pa.Table:
    """Return every record's partner, own id and number."""
    tables = [
        pa.table(
            {
                "partner": pa.repeat(pa.scalar(item.partner, pa.string()), len(item.records)),
                "record_id": item.records["record_id"].cast(pa.string()),
            }
        )
        for item in registers
    ]
    keys = pa.concat_tables(tables)
    return keys.append_column("number", pa.array(np.arange(len(keys), dtype=np.int64)))


def _person_numbers(registers: Sequence[Register], persons: pa.Table) -> Numbers:
    keys = _keys(registers)
    known = persons.select(_PERSONS).cast(pa.schema([(name, pa.string()) for name in _PERSONS]))
    found = keys.join(known, ["partner", "record_id"]).sort_by("number")
    lost = pc.sum(found["person_id"].is_null()).as_py() or 0
    if lost or len(found) != len(keys):
        rule = f"{lost} of {len(keys)} records of the exports are not in it, or are in it twice"
        hint = "give the same exports, schema and persons.parquet of one run of uic dedupe"
        raise InputError(Problem("persons.parquet", "", rule, hint))
    codes = pc.dictionary_encode(found["person_id"].combine_chunks()).indices
    return np.asarray(codes.to_numpy(), dtype=np.int64)


def _numbers_of(registers: Sequence[Register], pairs: pa.Table, side: str) -> Numbers:
    asked = pa.table(
        {
            "partner": pairs[f"partner_{side}"].cast(pa.string()),
            "record_id": pairs[f"record_id_{side}"].cast(pa.string()),
            "row": np.arange(len(pairs)),
        }
    )
    found = asked.join(_keys(registers), ["partner", "record_id"]).sort_by("row")["number"]
    if found.null_count:
        rule = f"{found.null_count} of its pairs name records that are not in the exports"
        hint = "give the pairs and the exports of one run of uic dedupe"
        raise InputError(Problem("pairs.parquet", "", rule, hint))
    return np.asarray(found.to_numpy(), dtype=np.int64)


def _agreed(values: pa.ChunkedArray, persons: Numbers) -> pa.Array:
    """Give every record its person's value: the most frequent, among equals the first by name."""
    encoded = pc.dictionary_encode(values.combine_chunks())
    names = encoded.dictionary.to_pylist()
    rank = np.argsort(np.argsort(np.asarray(names, dtype=object))) if names else np.empty(0, int)
    codes = encoded.indices.fill_null(-1).to_numpy().astype(np.int64)
    known = codes >= 0
    pairs = np.stack([persons[known], codes[known]])
    (person, code), times = np.unique(pairs, axis=1, return_counts=True)
    order = np.lexsort((-rank[code], times))  # the best of a person is written last
    chosen = np.full(int(persons.max(initial=-1)) + 1, -1, dtype=np.int64)
    chosen[person[order]] = code[order]
    own = chosen[persons]
    return encoded.dictionary.take(pa.array(own, mask=own < 0))


def _read(path: Path, columns: Sequence[str]) -> pa.Table:
    try:
        table = pq.read_table(path)
    except FileNotFoundError:
        hint = "uic dedupe writes it; name it with its folder"
        raise InputError(Problem(path.name, "", "the file does not exist", hint)) from None
    except (OSError, pa.ArrowException):
        raise InputError(Problem(path.name, "", "this is not a Parquet file")) from None
    missing = [name for name in columns if name not in table.column_names]
    if missing:
        rule = f"the column {missing[0]!r} is missing"
        raise InputError(Problem(path.name, "", rule, "give the file that uic dedupe wrote"))
    return table.select(columns)
