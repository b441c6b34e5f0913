"""Random linked events, and the definitions of the indicators word by word on lists."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from uic.analysis.indicators import LINKED_EVENTS, Linked
from uic.analysis.indicators.loading import written_as
from uic.analysis.indicators.model import Indicator, Where

PARTNERS = ("ngo a", "ngo b")
CHANNELS = ("outreach", "dic", None)
SITES = ("spot 1", "spot 2", None)
SERVICES = ("ns", "condom", "VCCT", None)
MONTHS = {"year": 12, "half": 6, "quarter": 3, "month": 1}

contacts = st.lists(
    st.fixed_dictionaries(
        {
            "partner": st.sampled_from(PARTNERS),
            "record": st.sampled_from([None, 0, 1, 2, 3, 4]),
            "date": st.none() | st.dates(dt.date(2013, 10, 1), dt.date(2015, 3, 31)),
            "channel": st.sampled_from(CHANNELS),
            "site": st.sampled_from(SITES),
            "population": st.sampled_from(["pwid", "PWUD", None]),
            "services": st.lists(
                st.tuples(
                    st.sampled_from(SERVICES),
                    st.none() | st.integers(0, 20),
                    st.sampled_from([None, "made", "completed"]),
                ),
                min_size=1,
                max_size=3,
            ),
        }
    ),
    max_size=14,
)
persons = st.lists(st.integers(0, 3), min_size=5, max_size=5)


def linked_from(drawn: list[dict[str, Any]], of_record: list[int]) -> Linked:
    """Turn drawn contacts into linked events; records 0 and 1 are with the first partner."""
    rows = []
    for number, contact in enumerate(drawn):
        for service, quantity, referral in contact["services"]:
            row = {name: contact[name] for name in contact if name != "services"}
            rows.append(
                row
                | {"contact": number, "service": service, "quantity": quantity,
                   "returned": quantity and quantity // 2, "referral": referral,
                   "sex": None if row["record"] is None else "MF"[of_record[row["record"]] % 2]}
            )  # fmt: skip
    table = pa.Table.from_pylist(rows, schema=LINKED_EVENTS)
    return Linked(table, np.array(of_record, dtype=np.int64))


def start_of(day: dt.date | None, period: str, fiscal_start: int) -> dt.date | None:
    """Return the first day of the period that holds the day."""
    if day is None:
        return None
    months = day.year * 12 + day.month - fiscal_start
    months -= months % MONTHS[period]
    months += fiscal_start - 1
    return dt.date(months // 12, months % 12 + 1, 1)


class Twin:
    """The same numbers, counted with loops."""

    def __init__(self, linked: Linked, period: str, fiscal_start: int) -> None:
        groups: dict[tuple[str, int], list[dict[str, Any]]] = {}
        for row in linked.events.to_pylist():
            groups.setdefault((row["partner"], row["contact"]), []).append(row)
        self.contacts = []
        for (partner, _), rows in groups.items():
            whole = {
                name: min((row[name] for row in rows if row[name] is not None), default=None)
                for name in ("date", "channel", "site", "population", "record", "sex")
            }
            record = whole["record"]
            self.contacts.append(
                whole
                | {"partner": partner, "rows": rows,
                   "person": None if record is None else int(linked.persons[record]),
                   "start": start_of(whole["date"], period, fiscal_start),
                   "year": start_of(whole["date"], "year", fiscal_start)}
            )  # fmt: skip

    def cells(self, by: tuple[str, ...]) -> list[tuple[Any, ...]]:
        """Return every cell that holds a contact; None is the margin."""
        found = {(None,) * (len(by) + 1)}
        for contact in self.contacts:
            values = [contact["start"], *(contact[name] or "not recorded" for name in by)]
            for kept in itertools.product((True, False), repeat=len(values)):
                if kept[0] and values[0] is None:
                    continue
                found.add(tuple(v if keep else None for v, keep in zip(values, kept, strict=True)))
        return sorted(found, key=str)

    def number(self, item: Indicator, cell: tuple[Any, ...], by: tuple[str, ...]) -> int | None:
        """Count one indicator in one cell."""
        if item.seen and cell[0] is None:
            return None
        inside = [c for c in self.contacts if _inside(c, cell, by)]
        good = [c for c in inside if meets(c, item.where)]
        if item.unit == "contacts":
            return len(good)
        if item.unit == "group_contacts":
            return sum(c["person"] is None for c in good)
        if item.unit in {"given", "returned"}:
            column = {"given": "quantity", "returned": "returned"}[item.unit]
            return sum(
                row[column] or 0 for c in good for row in c["rows"] if row_meets(row, item.where)
            )
        people = {c["person"] for c in good} - {None}
        return sum(self._counts(person, item, cell, inside, good) for person in people)

    def _counts(
        self, person: int, item: Indicator, cell: Any, inside: list[Any], good: list[Any]
    ) -> bool:
        mine = [c for c in inside if c["person"] == person]
        if sum(c["person"] == person for c in good) < item.at_least:
            return False
        if item.also is not None and not any(meets(c, item.also) for c in mine):
            return False
        if item.unless is not None and any(meets(c, item.unless) for c in mine):
            return False
        return item.seen is None or self._seen(person, item, cell[0], good)

    def _seen(self, person: int, item: Indicator, start: dt.date, good: list[Any]) -> bool:
        def first(keep: Any) -> dt.date:
            return min(
                c["start"]
                for c in self.contacts
                if c["start"] and c["person"] == person and keep(c)
            )

        mine = [c for c in good if c["person"] == person]
        if item.seen == "new_to_programme":
            return first(lambda _: True) == start
        if item.seen == "returning":
            return first(lambda _: True) != start
        if item.seen == "new_to_partner":
            partners = {c["partner"] for c in mine}
            return any(first(lambda c, p=p: c["partner"] == p) == start for p in partners)
        year = mine[0]["year"]
        if item.seen == "new_in_year":
            return first(lambda c: c["year"] == year) == start
        return first(lambda c: c["year"] == year and meets(c, item.where)) == start


def _inside(contact: dict[str, Any], cell: tuple[Any, ...], by: tuple[str, ...]) -> bool:
    values = [contact["start"], *(contact[name] or "not recorded" for name in by)]
    return all(want is None or want == value for want, value in zip(cell, values, strict=True))


def row_meets(row: dict[str, Any], where: Where) -> bool:
    """Tell whether one row of a contact meets a filter."""
    return all(
        row[column] is not None
        and any(row[column].lower() in written_as(column, value) for value in values)
        for column, values in where.items
    )


def meets(contact: dict[str, Any], where: Where) -> bool:
    """Tell whether a contact meets a filter."""
    return any(row_meets(row, where) for row in contact["rows"])
