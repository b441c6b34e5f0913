"""How the margins of a released table hang together, for those who no longer have its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from uic.analysis.release.knowledge import Row, total
from uic.analysis.release.linked import groups

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from uic.analysis.release.columns import Columns
    from uic.analysis.release.knowledge import System
    from uic.analysis.release.linked import Group
    from uic.analysis.release.tables import Cell

Ties = dict[tuple[str, str], str]
"""Per column and dimension: ``sum`` (parts add up to their margin), ``at_most`` (they are at most
the margin), ``union`` (the margin is at most their sum), ``each`` (each is at most the margin)."""

_WEAKEST = ("each", "union", "at_most", "sum")


def ties_of(values: Mapping[Cell, int], columns: Columns) -> Ties:
    """Return the ties that hold in all margins of the tables."""
    found: dict[tuple[str, str], set[str]] = {}
    for group in groups(values, columns):
        if not group.across:
            key = group.whole.column, group.dimension
            found.setdefault(key, set()).add(_tie(group, values))
    return {key: next(tie for tie in _WEAKEST if tie in ties) for key, ties in found.items()}


def tied_rows(group: Group, view: Mapping[Cell, int], tie: str) -> Iterator[Row]:
    """Yield the relations of a group by its tie."""
    parts, whole = [view[part] for part in group.parts], view[group.whole]
    rest = group.rest_in(view)
    if group.kind == "people":
        yield from (Row((part, whole), (1, -1), -np.inf, 0) for part in parts)
    if tie in {"sum", "at_most"}:
        adding = [*parts, *rest] if group.kind == "events" else parts
        yield total(adding, whole, 0 if tie == "sum" else -np.inf, 0)
    elif tie == "union":
        yield total([*parts, *rest], whole, 0, np.inf)


def feasible(system: System, rows: Sequence[Row]) -> list[Row] | None:
    """Return the relations without those that fail, or ``None`` when together they cannot hold.

    A relation of known numbers holds or fails by itself; those with a number nobody here knows
    are tried together.
    """
    truth = np.array(system.truth)
    unknown = np.isnan(truth)
    opened = [row for row in rows if unknown[list(row.cells)].any()]
    closed = [row for row in rows if not unknown[list(row.cells)].any()]
    kept = [row for row in closed if row.holds(truth)]
    if opened and not _together(system, opened, truth):
        return None
    return kept + opened


def _together(system: System, rows: Sequence[Row], truth: np.ndarray) -> bool:
    known = ~np.isnan(truth)
    knowledge = system.knowledge(np.ones(len(truth), dtype=np.bool_), overlaps=True, rows=rows)
    floor = np.where(known, truth, knowledge.floor)
    ceiling = np.where(known, truth, knowledge.ceiling)
    result = milp(
        np.zeros(len(truth)),
        constraints=LinearConstraint(knowledge.matrix, knowledge.low, knowledge.high),
        bounds=Bounds(floor, ceiling),
    )
    return result.x is not None


def _tie(group: Group, values: Mapping[Cell, int]) -> str:
    parts, whole = sum(values[part] for part in group.parts), values[group.whole]
    rest = values.get(group.rest, 0) if group.rest else 0
    adding = parts + (rest if group.kind == "events" else 0)
    if adding == whole:
        return "sum"
    if group.kind == "events":
        return "at_most" if adding < whole else "each"
    return "union" if parts + rest >= whole else "each"
