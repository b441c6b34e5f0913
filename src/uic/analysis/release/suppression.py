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

from uic.analysis.release.attacking import SLACK, attack

if TYPE_CHECKING:
    from uic.analysis.release.knowledge import Mask, System, Vector

_MOST_TRIES = 100


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
    while True:
        goals = exposed(system, hidden, (hidden | guarded) & ~lost)
        if np.isnan(goals).all():
            break
        more = _hide_more(system, hidden, goals)
        if (more == hidden).all():
            lost |= ~np.isnan(goals)
        hidden = more
    return Suppression(_tell_again(system, must, hidden, lost), lost)


def exposed(system: System, hidden: Mask, targets: Mask, seed: int = 0) -> Vector:
    """Return how high a target that is bounded too tightly should reach; NaN for all others.

    Each of the two attackers has targets of its own: see ``knowledge``.
    """
    goals = np.full(len(targets), np.nan)
    for overlaps in (True, False):
        mine = targets & (system.counted_twice() != overlaps)
        if mine.any():
            knowledge = system.knowledge(hidden, overlaps=overlaps)
            found = attack(knowledge, mine, system.threshold, seed)
            bare = mine & ~found.safe
            goals[bare] = found.low[bare] + system.threshold
    return goals


def _hide_more(system: System, hidden: Mask, goals: Vector) -> Mask:
    """Return what to hide so that every cell with a goal can reach it."""
    wider, twice = hidden.copy(), system.counted_twice()
    for cell in np.flatnonzero(~np.isnan(goals)):
        wider |= _cheapest(system, wider, int(cell), goals[cell], overlaps=not twice[cell])
    if (wider == hidden).all():
        wider |= _neighbours(system, hidden, ~np.isnan(goals))
    return wider


def _cheapest(system: System, hidden: Mask, cell: int, goal: float, *, overlaps: bool) -> Mask:
    """Return the told cells that change when a cell is lifted to its goal at the least cost."""
    knowledge = system.knowledge(hidden, overlaps=overlaps)
    can = _candidates(system, hidden)
    free = knowledge.ceiling - knowledge.floor >= SLACK
    floor, ceiling = knowledge.floor[free], knowledge.ceiling[free]
    floor[np.flatnonzero(free) == cell] = goal
    told = knowledge.floor[can]
    shift = knowledge.matrix[:, ~free] @ knowledge.floor[~free]
    moved = knowledge.matrix[:, can]
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
    chosen = np.zeros(len(hidden), dtype=np.bool_)
    if result.x is not None:
        up, down = np.split(result.x[len(floor) :], 2)
        chosen[np.flatnonzero(can)[up + down > SLACK]] = True
    return chosen


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


def _tell_again(system: System, must: Mask, hidden: Mask, lost: Mask) -> Mask:
    """Tell again what need not be hidden, the largest numbers first."""
    kept = hidden.copy()
    guarded = np.array(system.guarded)
    extra = np.flatnonzero(hidden & ~must)
    order = extra[np.argsort(-np.array(system.truth)[extra], kind="stable")]
    for cell in order[:_MOST_TRIES]:
        trial = kept.copy()
        trial[cell] = False
        targets = (trial | guarded) & ~lost
        near = targets & _linked(system, trial == kept)
        # Most cells that are needed are needed by a neighbour: ask those first.
        if all(np.isnan(exposed(system, trial, some)).all() for some in (near, targets & ~near)):
            kept = trial
    return kept


def _linked(system: System, same: Mask) -> Mask:
    """Return the cells that share a relation with one that is not the same."""
    found = np.zeros(len(same), dtype=np.bool_)
    for row in system.rows:
        cells = list(row.cells)
        found[cells] |= not same[cells].all()
    return found
