"""The attacker: who knows all that is told, how tightly can they bound what is hidden?

The attacker solves integer programs (HiGHS, through scipy) over all tables that agree with what
is told. A cell is safe when two such tables exist in which it differs by the threshold or more;
these two tables are the proof, and they are checked in whole numbers. Everything the attacker
uses is in ``Knowledge``; the true value of a hidden cell is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csgraph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from scipy import sparse

    from uic.analysis.release.knowledge import Knowledge, Mask, Vector

SLACK = 1e-6
_NODES = 200
_RANDOM_LOOKS = 6
_FEW = 8


@dataclass(frozen=True)
class Bounded:
    """What the attacker finds, an entry a cell.

    Attributes:
        low: The least value the attacker cannot exclude.
        high: The largest; the search stops at ``low + enough``, so it may be larger.
        safe: Two tables were found between which the cell differs by ``enough``.
        tables: The tables that were found; NaN where a cell does not hang together with a target.
        programs: How many programs were solved.
    """

    low: Vector
    high: Vector
    safe: Mask
    tables: tuple[Vector, ...]
    programs: int


@dataclass
class _Part:
    """Cells that hang together once what is known is taken out.

    Attributes:
        places: The cells, as places in the whole.
        matrix: Relations between them, with ``low`` and ``high``.
        floor: The least each can be.
        ceiling: The most.
        least: Smallest value in a table found so far.
        most: Largest value in a table found so far.
        tables: The tables found so far.
        programs: How many programs were solved so far.
    """

    places: NDArray[np.int64]
    matrix: sparse.csr_array
    low: Vector
    high: Vector
    floor: Vector
    ceiling: Vector
    least: Vector
    most: Vector
    tables: list[Vector] = field(default_factory=list)
    programs: int = 0

    def fits(self, table: Vector) -> bool:
        """Return whether a table in whole numbers agrees with all that is known."""
        sums = self.matrix @ table
        inside = (table >= self.floor) & (table <= self.ceiling)
        return bool(inside.all() and (sums >= self.low).all() and (sums <= self.high).all())

    def note(self, table: Vector) -> None:
        """Remember the values of a table that agrees with all that is known."""
        self.least = np.minimum(self.least, table)
        self.most = np.maximum(self.most, table)
        self.tables.append(table)


def attack(
    knowledge: Knowledge, targets: Mask, enough: float, seed: int = 0, *, hasty: bool = False
) -> Bounded:
    """Bound every target cell as tightly as the attacker can.

    Args:
        knowledge: Relations, and what is known of every cell.
        targets: The cells to bound.
        enough: A cell is safe when its bounds are this far apart.
        seed: Of the random directions in which tables are looked for first.
        hasty: Stop at the first cell that is not safe; those after it count as safe.
    """
    low, high = knowledge.floor.copy(), knowledge.ceiling.copy()
    safe = ~targets | (high - low >= enough)
    safe[targets] = hasty
    safe[targets & (high - low < SLACK)] = False
    tables: list[Vector] = []
    programs = 0
    for part in _parts(knowledge, targets):
        wanted = np.flatnonzero(targets[part.places])
        _look_around(part, wanted, enough, np.random.default_rng(seed))
        for cell in wanted:
            place = part.places[cell]
            low[place], high[place], safe[place] = _bound(part, int(cell), enough)
            if hasty and not safe[place]:
                break
        programs += part.programs
        for table in part.tables:
            tables.append(np.full(len(low), np.nan))
            tables[-1][part.places] = table
        if hasty and not safe[part.places].all():
            break
    return Bounded(low, high, safe, tuple(tables), programs)


def solve(
    part: _Part, objective: Vector, floor: Vector, ceiling: Vector, *, whole: bool = False
) -> Vector | None:
    """Minimise the objective; ``None`` when no table is found."""
    part.programs += 1
    result = milp(
        objective,
        constraints=LinearConstraint(part.matrix, part.low, part.high),
        bounds=Bounds(floor, ceiling),
        integrality=np.full(len(objective), int(whole)),
        options={"node_limit": _NODES} if whole else {},
    )
    return None if result.x is None else np.asarray(result.x, dtype=np.float64)


def _look_around(
    part: _Part, wanted: NDArray[np.int64], enough: float, draw: np.random.Generator
) -> None:
    """Find a few tables far apart: most cells are shown to be safe by them, at little cost."""
    if len(wanted) < _FEW:
        return
    start = _table(part, np.ones(len(part.places)), part.floor, part.ceiling)
    if start is None:
        return
    part.note(start)
    near = np.maximum(part.floor, start - 2 * enough)
    far = np.minimum(part.ceiling, start + 2 * enough)
    for _ in range(_RANDOM_LOOKS):
        if (part.most - part.least >= enough)[wanted].all():
            return
        found = _table(part, draw.choice([-1.0, 1.0], len(start)), near, far, whole=False)
        if found is not None:
            part.note(found)


def _bound(part: _Part, cell: int, enough: float) -> tuple[float, float, bool]:
    """Return the bounds of one cell, and whether two tables prove that it is safe."""
    if part.most[cell] - part.least[cell] >= enough:
        return part.least[cell], part.most[cell], True
    objective = np.zeros(len(part.places))
    objective[cell] = 1.0
    low = _reach(part, cell, objective, part.ceiling)
    ceiling = part.ceiling.copy()
    ceiling[cell] = min(ceiling[cell], low + enough)
    high = -_reach(part, cell, -objective, ceiling)
    return low, high, bool(part.most[cell] - part.least[cell] >= enough)


def _reach(part: _Part, cell: int, objective: Vector, ceiling: Vector) -> float:
    """Return how far a cell can go, rounded inwards, and note the table that shows it."""
    relaxed = solve(part, objective, part.floor, ceiling)
    if relaxed is None:  # cannot be: what is told is true
        return float(objective[cell] * part.least[cell])
    if not _noted(part, relaxed):
        exact = solve(part, objective, part.floor, ceiling, whole=True)
        if exact is not None:
            _noted(part, exact)
    return float(np.ceil(objective @ relaxed - SLACK))


def _table(
    part: _Part, objective: Vector, floor: Vector, ceiling: Vector, *, whole: bool = True
) -> Vector | None:
    """Return a table in whole numbers that is best, or nearly, for the objective."""
    found = solve(part, objective, floor, ceiling)
    if found is None or part.fits(np.round(found)):
        return None if found is None else np.round(found)
    exact = solve(part, objective, floor, ceiling, whole=True) if whole else None
    return None if exact is None or not part.fits(np.round(exact)) else np.round(exact)


def _noted(part: _Part, found: Vector) -> bool:
    table = np.round(found)
    if not part.fits(table):
        return False
    part.note(table)
    return True


def _parts(knowledge: Knowledge, targets: Mask) -> Iterator[_Part]:
    """Take out what is known, and yield the cells that still hang together with a target."""
    known = knowledge.ceiling - knowledge.floor < SLACK
    free = np.flatnonzero(~known)
    shift = knowledge.matrix[:, known] @ knowledge.floor[known]
    matrix = knowledge.matrix[:, free]
    low, high = knowledge.low - shift, knowledge.high - shift
    floor, ceiling = knowledge.floor[free], knowledge.ceiling[free]
    binding = _binding(matrix, low, high, floor, ceiling)
    matrix, low, high = matrix[binding], low[binding], high[binding]
    links = abs(matrix)
    count, label = csgraph.connected_components(links.T @ links, directed=False)
    row_label = np.full(matrix.shape[0], -1)
    filled = np.diff(matrix.indptr) > 0
    row_label[filled] = label[matrix.indices[matrix.indptr[:-1][filled]]]
    for number in range(count):
        inside = np.flatnonzero(label == number)
        if targets[free[inside]].any():
            rows = np.flatnonzero(row_label == number)
            shape = (np.full(len(inside), np.inf), np.full(len(inside), -np.inf))
            yield _Part(
                free[inside],
                matrix[rows][:, inside],
                low[rows],
                high[rows],
                floor[inside],
                ceiling[inside],
                *shape,
            )


def _binding(
    matrix: sparse.csr_array, low: Vector, high: Vector, floor: Vector, ceiling: Vector
) -> Mask:
    """Return which relations say more than the bounds of their cells do."""
    up, down = matrix.maximum(0), -matrix.minimum(0)
    open_up = (up @ np.isinf(ceiling)) + (down @ np.isinf(floor)) > 0
    top = np.where(np.isinf(ceiling), 0, ceiling)
    most = np.where(open_up, np.inf, up @ top - down @ floor)
    open_down = down @ np.isinf(ceiling) > 0
    least = np.where(open_down, -np.inf, up @ floor - down @ top)
    return np.asarray((most > high + SLACK) | (least < low - SLACK))
