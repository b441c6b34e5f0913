"""Tables that agree with all that is told: two that are far apart in a cell prove it safe.

They are found while the gate chooses what to hide, and used again: a table stays a witness while
more is hidden, and also when a number is told again that it has right. This saves most programs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from uic.analysis.release.attacking import SLACK, attack

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.analysis.release.knowledge import Knowledge, Mask, System, Vector


@dataclass
class Witnesses:
    """Tables found so far, for the attacker who knows overlaps and for the one who does not.

    Attributes:
        system: The system they are tables of.
        found: The tables; NaN where a table is as it is in truth.
        programs: How many programs were solved to find them.
    """

    system: System
    programs: int = 0
    found: dict[bool, list[NDArray[np.float32]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        truth = np.array(self.system.truth, dtype=np.float32)
        self.found = {True: [truth], False: [truth]}

    def keep(self, table: Vector, *, overlaps: bool) -> None:
        """Remember a table."""
        self.found[overlaps].append(table.astype(np.float32))

    def prove(self, cell: int, *, overlaps: bool) -> bool:
        """Return whether a cell is safe, when as much is hidden as ever was."""
        values = np.array([table[cell] for table in self.found[overlaps]])
        values = values[~np.isnan(values)]
        return bool(len(values) and values.max() - values.min() >= self.system.threshold)

    def proven(self, knowledge: Knowledge, *, overlaps: bool) -> Mask:
        """Return which cells are safe by the tables that agree with what is known."""
        tables = np.array(self.found[overlaps])
        outside = (tables < knowledge.floor - SLACK) | (tables > knowledge.ceiling + SLACK)
        fitting = tables[~outside.any(axis=1)]
        if not len(fitting):
            return np.zeros(tables.shape[1], dtype=np.bool_)
        apart = np.fmax.reduce(fitting) - np.fmin.reduce(fitting)
        return np.asarray(apart >= self.system.threshold)


def exposed(
    system: System,
    hidden: Mask,
    targets: Mask,
    witnesses: Witnesses | None = None,
    *,
    seed: int = 0,
    hasty: bool = False,
) -> Vector:
    """Return how high a target that is bounded too tightly should reach; NaN for all others.

    Each of the two attackers has targets of its own: see ``knowledge``.

    Args:
        system: All cells that are checked together.
        hidden: Cells of this release that are not told.
        targets: The cells to attack.
        witnesses: Tables found before; those found now are added. Without them everything is
            proved anew, from what is told alone.
        seed: Of the directions in which tables are looked for first.
        hasty: The first exposed cell is enough.
    """
    goals = np.full(len(targets), np.nan)
    for overlaps in (True, False):
        mine = targets & (system.without_overlaps() != overlaps)
        if not mine.any():
            continue
        knowledge = system.knowledge(hidden, overlaps=overlaps)
        if witnesses:
            mine &= ~witnesses.proven(knowledge, overlaps=overlaps)
        found = attack(knowledge, mine, system.threshold, seed, hasty=hasty)
        bare = mine & ~found.safe
        goals[bare] = found.low[bare] + system.threshold
        if witnesses:
            witnesses.programs += found.programs
            for table in found.tables:
                witnesses.keep(table, overlaps=overlaps)
    return goals
