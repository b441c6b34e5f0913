"""From a set of indicators to the SQL expressions that count it.

The counting goes in steps (``engine.py``), and an indicator asks something of each: which
contacts qualify, how many of them a person has in a cell, and whether that makes the person
count. Two indicators with the same filter share its columns, and no column is carried that no
indicator asks for. What is yes or no is a bit of a number: one ``bit_or`` is several times as
fast as a ``bool_or`` a question.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from uic.analysis.indicators.coding import BITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from uic.analysis.indicators.model import Indicator, Where

CENSORED = "(bit_or(seen) & 1) <> 0"
"""The test whether "new" may mean "new to our files": the first of the bits in ``seen``."""

_FLAGS = {
    "new_to_programme": "start = min(start) OVER (PARTITION BY draw, person)",
    "new_to_partner": "start = min(start) OVER (PARTITION BY draw, person, partner)",
    "new_in_year": "start = min(start) OVER (PARTITION BY draw, person, year)",
}
_PIECES = {"given": ("g", "quantity"), "returned": ("r", "returned")}


@dataclass(frozen=True)
class Plan:
    """What each step of the counting adds for a set of indicators, as SQL that begins with ", ".

    Attributes:
        filters: The filters but the one that takes everything; a number ``w0`` of every row says
            which it meets, bit by bit.
        contact: Which filters the contact meets, and the pieces of its qualifying rows.
        visit: How many qualifying contacts stand together, and their pieces.
        first: Was it a first time for the person, one truth value a question.
        seen: The same as bits of one number, to be added to ``CENSORED``.
        person: All of it for a person in a cell.
        cell: The numbers of a cell, one column an indicator, ``i0``, ``i1``, ...
    """

    filters: tuple[Where, ...]
    contact: str
    visit: str
    first: str
    seen: str
    person: str
    cell: str


def plan_for(indicators: Sequence[Indicator]) -> Plan:
    """Compile a set of indicators."""
    filters = _filters(indicators)
    questions = _questions(indicators, filters)
    pieces = sorted({(*_PIECES[i.unit], _at(i.where, filters)) for i in indicators
                     if i.unit in _PIECES})  # fmt: skip
    counted = sorted({_at(i.where, filters) for i in indicators if _needs_number(i)} - {_ALL})
    met = _listed(f"bit_or(w{n}) AS w{n}" for n in range(-(-len(filters) // BITS)))
    sums = [f"sum(c{n}) AS c{n}" for n in counted]
    sums += [f"sum({k}{n}) AS {k}{n}" for k, _, n in pieces]
    return Plan(
        filters=filters,
        contact=met
        + _listed(
            f"CAST(sum({column}) FILTER ({_meets(n)}) AS BIGINT) AS {k}{n}"
            for k, column, n in pieces
        ),
        visit=met
        + _listed(f"CAST(count(*) FILTER ({_meets(n)}) AS INT) AS c{n}" for n in counted)
        + _listed(f"CAST(sum({k}{n}) AS BIGINT) AS {k}{n}" for k, _, n in pieces),
        first=_listed(f"{test} AS {name}" for name, test in _firsts(questions).items()),
        seen="".join(
            f" + CASE WHEN {test} THEN {2 << bit} ELSE 0 END"
            for bit, test in enumerate(questions.values())
        ),
        person=met + _listed(sums),
        cell=_listed(
            f"{_number(item, filters, list(questions))} AS i{n}"
            for n, item in enumerate(indicators)
        ),
    )


_ALL = "all"  # stands for the filter that takes everything: it needs no bit and no number


def _filters(indicators: Sequence[Indicator]) -> tuple[Where, ...]:
    """Return every filter once, but not the one that takes everything."""
    used = (where for item in indicators for where in (item.where, item.also, item.unless))
    return tuple(dict.fromkeys(where for where in used if where is not None and where.items))


def _at(where: Where, filters: Sequence[Where]) -> str:
    """Return what a filter is called in the names of columns."""
    return str(filters.index(where)) if where.items else _ALL


def _meets(at: str) -> str:
    """Return the test of a filter."""
    if at == _ALL:
        return "TRUE"
    return f"((w{int(at) // BITS} & {1 << int(at) % BITS}) <> 0)"


def _needs_number(item: Indicator) -> bool:
    """Return whether it matters how many contacts qualify, not only whether any does."""
    return item.unit in ("contacts", "group_contacts") or item.at_least > 1


def _questions(indicators: Sequence[Indicator], filters: Sequence[Where]) -> dict[str, str]:
    """Return what is asked of visits for "new" and "returning", and the test of each."""
    asked = {_question(item, filters) for item in indicators if item.seen is not None}
    return {name: _test(name) for name in sorted(asked)}


def _question(item: Indicator, filters: Sequence[Where]) -> str:
    """Name the question; two of them ask about the contacts of one filter."""
    if item.seen in ("new_to_partner", "first_in_year"):
        return f"{item.seen} {_at(item.where, filters)}"
    return "new_to_programme" if item.seen == "returning" else str(item.seen)


def _test(question: str) -> str:
    name, _, at = question.partition(" ")
    if name == "new_to_partner":
        return f"new_to_partner AND {_meets(at)}"
    return f"first{at}" if name == "first_in_year" else name


def _firsts(questions: Iterable[str]) -> dict[str, str]:
    """Return the truth values that the tests name, each with its SQL."""
    found = {}
    for question in questions:
        name, _, at = question.partition(" ")
        if name == "first_in_year":
            found[f"first{at}"] = _first(at)
        else:
            found[name] = _FLAGS[name]
    return found


def _first(at: str) -> str:
    """Return the test: are the qualifying contacts here the person's first of the year."""
    meets, window = _meets(at), "OVER (PARTITION BY draw, person, year)"
    return f"{meets} AND start = min(start) FILTER ({meets}) {window}"


def _number(item: Indicator, filters: Sequence[Where], questions: Sequence[str]) -> str:
    """Return the aggregate over the people of a cell."""
    if item.unit == "people":
        return f"count(*) FILTER ({_counts(item, filters, questions)})"
    at = _at(item.where, filters)
    if item.unit in _PIECES:
        return f"CAST(coalesce(sum({_PIECES[item.unit][0]}{at}), 0) AS BIGINT)"
    people = "FILTER (person IS NULL)" if item.unit == "group_contacts" else ""
    return f"CAST(coalesce(sum({_contacts(at)}) {people}, 0) AS BIGINT)"


def _contacts(at: str) -> str:
    """Return the column of how many contacts a filter takes."""
    return "contacts" if at == _ALL else f"c{at}"


def _counts(item: Indicator, filters: Sequence[Where], questions: Sequence[str]) -> str:
    """Return the test of one person in one cell."""
    at = _at(item.where, filters)
    often = f"{_contacts(at)} >= {item.at_least}" if item.at_least > 1 else _meets(at)
    tests = ["person IS NOT NULL", often]
    tests += [_meets(_at(item.also, filters))] if item.also is not None else []
    tests += [f"NOT {_meets(_at(item.unless, filters))}"] if item.unless is not None else []
    if item.seen is not None:
        bit = 2 << questions.index(_question(item, filters))
        tests.append(f"(seen & {bit}) {'=' if item.seen == 'returning' else '<>'} 0")
    return " AND ".join(tests)


def _listed(items: Iterable[str]) -> str:
    return "".join(f", {item}" for item in items)
