"""From a set of indicators to the SQL expressions that count it.

The counting goes in steps (``engine.py``), and an indicator asks something of each: which
contacts qualify, how many of them a person has in a cell, and whether that makes the person
count. Two indicators with the same filter share its columns, and no column is carried that no
indicator asks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from uic.analysis.indicators.model import Indicator, Where

_FLAGS = {
    "new_to_programme": "start = min(start) OVER (PARTITION BY draw, person)",
    "new_to_partner": "start = min(start) OVER (PARTITION BY draw, person, partner)",
    "new_in_year": "start = min(start) OVER (PARTITION BY draw, person, year)",
}
_FLAG_OF = {name: name for name in _FLAGS} | {"returning": "new_to_programme"}
_PIECES = {"given": ("g", "quantity"), "returned": ("r", "returned")}


@dataclass(frozen=True)
class Plan:
    """What each step of the counting adds for a set of indicators, as SQL that begins with ", ".

    Attributes:
        filters: The filters; the rows of the events say ``w0``, ``w1``, ... which they meet.
        contact: Does the contact qualify, and the pieces of its qualifying rows.
        visit: How many qualifying contacts stand together, and their pieces.
        dated: Was it a first time for the person, one truth value a question.
        person: All of it for a person in a cell.
        cell: The numbers of a cell, one column an indicator, ``i0``, ``i1``, ...
    """

    filters: tuple[Where, ...]
    contact: str
    visit: str
    dated: str
    person: str
    cell: str


def plan_for(indicators: Sequence[Indicator]) -> Plan:
    """Compile a set of indicators."""
    filters = _filters(indicators)
    kinds = {(item.unit, filters.index(item.where)) for item in indicators}
    pieces = sorted((*_PIECES[unit], n) for unit, n in kinds if unit in _PIECES)
    flags = sorted({_FLAG_OF[i.seen] for i in indicators if i.seen in _FLAG_OF})
    firsts = sorted({filters.index(i.where) for i in indicators if i.seen == "first_in_year"})
    partner = sorted({filters.index(i.where) for i in indicators if i.seen == "new_to_partner"})
    every = range(len(filters))
    return Plan(
        filters=tuple(filters),
        contact=_listed(f"bool_or(w{n}) AS c{n}" for n in every)
        + _listed(
            f"CAST(sum({column}) FILTER (w{n}) AS BIGINT) AS {k}{n}" for k, column, n in pieces
        ),
        visit=_listed(f"CAST(count(*) FILTER (c{n}) AS INT) AS c{n}" for n in every)
        + _listed(f"CAST(sum({k}{n}) AS BIGINT) AS {k}{n}" for k, _, n in pieces),
        dated=_listed(f"{_FLAGS[name]} AS {name}" for name in flags)
        + _listed(f"{_first(n)} AS first{n}" for n in firsts),
        person=_listed(f"sum(c{n}) AS c{n}" for n in every)
        + _listed(f"sum({k}{n}) AS {k}{n}" for k, _, n in pieces)
        + _listed(f"bool_or({name}) AS {name}" for name in flags)
        + _listed(f"bool_or(first{n}) AS first{n}" for n in firsts)
        + _listed(f"bool_or(new_to_partner AND c{n} > 0) AS partner{n}" for n in partner),
        cell=_listed(f"{_number(item, filters)} AS i{n}" for n, item in enumerate(indicators)),
    )


def _filters(indicators: Sequence[Indicator]) -> list[Where]:
    """Return every filter once."""
    used = (where for item in indicators for where in (item.where, item.also, item.unless))
    return list(dict.fromkeys(where for where in used if where is not None))


def _first(number: int) -> str:
    """Return the test: are the qualifying contacts here the person's first of the year."""
    window = "OVER (PARTITION BY draw, person, year)"
    return f"c{number} > 0 AND start = min(start) FILTER (c{number} > 0) {window}"


def _number(item: Indicator, filters: list[Where]) -> str:
    """Return the aggregate over the people of a cell."""
    n = filters.index(item.where)
    if item.unit == "people":
        return f"count(*) FILTER ({_counts(item, n, filters)})"
    if item.unit == "group_contacts":
        return f"CAST(coalesce(sum(c{n}) FILTER (person IS NULL), 0) AS BIGINT)"
    kind = _PIECES[item.unit][0] if item.unit in _PIECES else "c"
    return f"CAST(coalesce(sum({kind}{n}), 0) AS BIGINT)"


def _counts(item: Indicator, n: int, filters: list[Where]) -> str:
    """Return the test of one person in one cell."""
    flags = {
        "returning": "NOT new_to_programme",
        "new_to_partner": f"partner{n}",
        "first_in_year": f"first{n}",
    }
    tests = ["person IS NOT NULL", f"c{n} >= {item.at_least}"]
    tests += [f"c{filters.index(item.also)} > 0"] if item.also is not None else []
    tests += [f"c{filters.index(item.unless)} = 0"] if item.unless is not None else []
    tests += [flags.get(item.seen, item.seen)] if item.seen is not None else []
    return " AND ".join(tests)


def _listed(items: Iterable[str]) -> str:
    return "".join(f", {item}" for item in items)
