"""Which cells to hide: the small ones, and as few others as make the small ones safe.

A small cell alone is no secret when its margin and its neighbours are told. For every cell that
the attacker can bound too tightly, a linear program looks for the cheapest change of the table
that lifts the cell by the threshold: the told cells that must change with it are hidden too
(complementary suppression; Kelly, Golden and Assad 1992, Fischetti and Salazar 2000). That is a
choice, not a proof. The proof is a new attack, and the two alternate until nothing is exposed;
then cells that turn out not to be needed are told again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from uic.analysis.release.attacking import SLACK
from uic.analysis.release.witnesses import Witnesses, exposed

if TYPE_CHECKING:
    from uic.analysis.release.knowledge import Knowledge, Mask, System, Vector

_MOST_WORK = 100_000
"""Programs times cells, to find numbers that can be told again; the rest stay hidden."""


@dataclass(frozen=True)
class Suppression:
    """Which cells are hidden.

    Attributes:
        hidden: Cells of this release that are not told.
        exposed: Cells that can be bounded too tightly, whatever is hidden here.
    """

    hidden: Mask
    exposed: Mask


def small_cells(system: System) -> Mask:
    """Return the cells of this release that are above zero and below the threshold."""
    truth = np.array(system.truth)
    return np.array(system.here) & (truth > 0) & (truth < system.threshold)


def suppress(system: System, primary: Mask) -> Suppression:
    """Hide the primary cells, and others, until no hidden cell can be bounded tighter.

    Args:
        system: All cells that are checked together.
        primary: Cells that must be hidden.

    Returns:
        What is hidden, proved by attacks; and what stays exposed because earlier releases tell
        it already.
    """
    guarded = np.array(system.guarded)
    must = primary | (guarded & np.array(system.here) & (np.array(system.truth) > 0))
    # What an earlier release tells too closely cannot be hidden any more.
    lost = must & (np.array(system.ceiling) - np.array(system.floor) < system.threshold)
    hidden = must.copy()
    witnesses = Witnesses(system)
    while True:
        goals = exposed(system, hidden, (hidden | guarded) & ~lost, witnesses)
        if np.isnan(goals).all():
            break
        more = _hide_more(system, hidden, goals, witnesses)
        if (more == hidden).all():
            lost |= ~np.isnan(goals)
        hidden = more
    return Suppression(_tell_again(system, must, hidden, lost, witnesses), lost)


def _hide_more(system: System, hidden: Mask, goals: Vector, witnesses: Witnesses) -> Mask:
    """Return what to hide so that every cell with a goal can reach it."""
    wider, weaker = hidden.copy(), system.without_overlaps()
    for cell in np.flatnonzero(~np.isnan(goals)):
        overlaps = not weaker[cell]
        if not witnesses.prove(int(cell), overlaps=overlaps):
            knowledge = system.knowledge(wider, overlaps=overlaps)
            can = _candidates(system, wider)
            table = _cheapest(knowledge, can, int(cell), goals[cell])
            outside = (table < knowledge.floor - SLACK) | (table > knowledge.ceiling + SLACK)
            wider |= can & outside
            if _agrees(knowledge, table):
                witnesses.keep(np.round(table), overlaps=overlaps)
    if (wider == hidden).all():
        wider |= _neighbours(system, hidden, ~np.isnan(goals))
    return wider


def _cheapest(knowledge: Knowledge, can: Mask, cell: int, goal: float) -> Vector:
    """Return a table in which a cell reaches its goal and told cells change at the least cost.

    Args:
        knowledge: What is told and how it hangs together.
        can: Told cells that may change.
        cell: The cell that is to reach ``goal``.
        goal: How high.

    Returns:
        The table; NaN throughout when there is none.
    """
    free = knowledge.ceiling - knowledge.floor >= SLACK
    floor, ceiling = knowledge.floor[free], knowledge.ceiling[free]
    floor[np.flatnonzero(free) == cell] = goal
    told = knowledge.floor[can]
    start = np.where(free, 0, knowledge.floor)
    shift, moved = knowledge.matrix @ start, knowledge.matrix[:, can]
    nothing, cost = np.zeros(len(told)), _costs(told)
    result = milp(
        np.concatenate([np.zeros(len(floor)), cost, cost]),
        constraints=LinearConstraint(
            sparse.hstack([knowledge.matrix[:, free], moved, -moved], format="csr"),
            knowledge.low - shift,
            knowledge.high - shift,
        ),
        bounds=Bounds(
            np.concatenate([floor, nothing, nothing]),
            np.concatenate([ceiling, np.full(len(told), np.inf), told - 1]),
        ),
    )
    if result.x is None:
        return np.full(len(start), np.nan)
    up, down = np.split(result.x[len(floor) :], 2)
    start[free] = result.x[: len(floor)]
    start[can] += up - down
    return start


def _agrees(knowledge: Knowledge, table: Vector) -> bool:
    """Return whether a table, in whole numbers, keeps every relation."""
    whole = np.round(table)
    sums = knowledge.matrix @ whole
    # Rounding must not move a told number: the caller compares the table before rounding.
    near = np.abs(whole - table).max() < SLACK if not np.isnan(table).any() else False
    return bool(near and (sums >= knowledge.low).all() and (sums <= knowledge.high).all())


def _costs(told: Vector) -> Vector:
    """A cell costs more the more it tells, but a large one not in proportion to its size."""
    return np.log2(1 + told)


def _candidates(system: System, hidden: Mask) -> Mask:
    """Return the told cells that can be hidden: not zero, and not public from earlier releases."""
    open_above = np.isinf(np.array(system.ceiling))
    truth = np.array(system.truth)
    return np.asarray(np.array(system.here) & ~hidden & open_above & (np.nan_to_num(truth) > 0))


def _neighbours(system: System, hidden: Mask, bare: Mask) -> Mask:
    """Return the told cells that share a relation with an exposed cell."""
    return np.asarray(_linked(system, ~bare) & _candidates(system, hidden))


def _tell_again(system: System, must: Mask, hidden: Mask, lost: Mask, witnesses: Witnesses) -> Mask:
    """Tell again what need not be hidden, the largest numbers first."""
    kept = hidden.copy()
    guarded = np.array(system.guarded)
    extra = np.flatnonzero(hidden & ~must)
    order = extra[np.argsort(-np.array(system.truth)[extra], kind="stable")]
    stop = witnesses.programs + _MOST_WORK // len(must)
    for cell in order:
        if witnesses.programs > stop:
            break
        trial = kept.copy()
        trial[cell] = False
        targets = (trial | guarded) & ~lost
        near = targets & _linked(system, trial == kept)
        # Most cells that are needed are needed by a neighbour: ask those first.
        asked = (
            exposed(system, trial, some, witnesses, hasty=True) for some in (near, targets & ~near)
        )
        if all(np.isnan(goals).all() for goals in asked):
            kept = trial
    return kept


def _linked(system: System, same: Mask) -> Mask:
    """Return the cells that share a relation with one that is not the same."""
    found = np.zeros(len(same), dtype=np.bool_)
    for row in system.rows:
        cells = list(row.cells)
        found[cells] |= not same[cells].all()
    return found
