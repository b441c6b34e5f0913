"""Attack what the release gate lets through (T14): bounds of hidden cells, and differencing.

Run: ``python benchmarks/attack/release.py [tables]`` (200 by default, about a minute and a half on
one core). The attackers here are written apart from the gate: they read the released CSV files
and know what a reader knows (a ``*`` is not zero, a row that is not there is zero, events add up).

Prints one line an attack: how many hidden cells a baseline leaves open, and how many the gate does.

1. ``margins``: tables of contacts with totals. Baseline: small cells hidden, nothing else.
2. ``differencing``: the table again after one cell grew. Baseline: each release by its own log.
3. ``sets``: tables of people, attacked with every set system that fits, not with inequalities.
   Baseline: hidden so that the inequalities alone show nothing.
"""

from __future__ import annotations

import csv
import itertools
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from uic.analysis.release import release
from uic.analysis.release.columns import known_columns
from uic.analysis.release.knowledge import Row, system_of, total
from uic.analysis.release.suppression import small_cells, suppress
from uic.analysis.release.tables import Cell

THRESHOLD = 5
HIDDEN = "*"

Key = tuple[str, str]
Table = dict[Key, int]
"""(channel, partner) and its count; ``all`` is the margin."""


class Score(NamedTuple):
    """Cells that must stay hidden, those an attacker bounds too tightly, those found exactly."""

    cells: int
    bounded: int
    exact: int

    def __add__(self, other: object) -> Score:
        """Add two scores."""
        return (
            Score(*(a + b for a, b in zip(self, other, strict=True)))
            if isinstance(other, tuple)
            else NotImplemented
        )


# --- random tables -----------------------------------------------------------------------------


def random_table(seed: int, channels: int = 5, partners: int = 6, mean: float = 20) -> Table:
    """Draw a table of contacts with totals; cells differ in size, as sites do."""
    draw = np.random.default_rng(seed)
    return with_totals(draw.poisson(draw.gamma(1.5, mean / 1.5, (channels, partners))))


def with_totals(inner: np.ndarray) -> Table:
    """Return the table of a matrix, with its totals."""
    channels, partners = inner.shape
    found = {}
    for row, column in itertools.product(range(channels + 1), range(partners + 1)):
        rows = slice(row, row + 1) if row < channels else slice(None)
        columns = slice(column, column + 1) if column < partners else slice(None)
        key = (f"c{row}" if row < channels else "all", f"p{column}" if column < partners else "all")
        found[key] = int(inner[rows, columns].sum())
    return found


def write(table: Table, path: Path, column: str = "contacts") -> Path:
    """Write a table as the gate reads it."""
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["channel", "partner", column])
        writer.writerows((*key, value) for key, value in table.items())
    return path


def gate(tables: list[Table], folder: Path, *, one_log: bool) -> list[dict[Key, str]]:
    """Send tables through the gate one after the other; return what it told."""
    told = []
    for number, table in enumerate(tables):
        log = folder / ("log.jsonl" if one_log else f"log{number}.jsonl")
        path = write(table, folder / f"table{number}.csv")
        out = folder / f"out{number}{one_log}"
        release(
            [path], to="a", log=log, output=out, threshold=THRESHOLD, criminalised=False,
            permit=["low-threshold"], permitted_by="benchmark",
        )  # fmt: skip
        told.append(read(out / path.name))
    return told


def read(path: Path) -> dict[Key, str]:
    """Read what a release tells."""
    with path.open(newline="") as stream:
        return {(row["channel"], row["partner"]): row["contacts"] for row in csv.DictReader(stream)}


def primary_only(table: Table) -> dict[Key, str]:
    """Hide the small cells and nothing else."""
    return {k: HIDDEN if 0 < v < THRESHOLD else str(v) for k, v in table.items()}


# --- the attackers -----------------------------------------------------------------------------


def margins(told: dict[Key, str]) -> Score:
    """Bound every hidden cell of one table of contacts."""
    return bound([told], same=[])


def differences(told: list[dict[Key, str]], grown: Key) -> Score:
    """Bound every hidden cell of two tables of which one cell, and its totals, changed."""
    moved = {grown, (grown[0], "all"), ("all", grown[1]), ("all", "all")}
    return bound(told, same=[key for key in told[0] if key not in moved])


def bound(told: list[dict[Key, str]], same: list[Key]) -> Score:
    """Bound hidden cells by integer programming over all tables at once."""
    places = {
        (number, key): place
        for place, (number, key) in enumerate((n, k) for n, one in enumerate(told) for k in one)
    }
    rows = [row for number, one in enumerate(told) for row in _sums(number, one, places)]
    rows += [{places[0, key]: 1.0, places[1, key]: -1.0} for key in same]
    matrix = np.zeros((len(rows), len(places)))
    for number, row in enumerate(rows):
        matrix[number, list(row)] = list(row.values())
    texts = [told[number][key] for number, key in places]
    low = np.array([1.0 if text == HIDDEN else float(text) for text in texts])
    high = np.array([np.inf if text == HIDDEN else float(text) for text in texts])
    hidden = [place for place, text in enumerate(texts) if text == HIDDEN]
    widths = [_width(matrix, np.zeros(len(rows)), low, high, place) for place in hidden]
    return Score(len(widths), sum(w < THRESHOLD for w in widths), sum(w == 0 for w in widths))


def _sums(
    number: int, told: dict[Key, str], places: dict[tuple[int, Key], int]
) -> list[dict[int, float]]:
    channels = [c for c, p in told if p == "all" and c != "all"]
    partners = [p for c, p in told if c == "all" and p != "all"]
    found = []
    for channel in [*channels, "all"]:
        parts = {places[number, (channel, partner)]: 1.0 for partner in partners}
        found.append(parts | {places[number, (channel, "all")]: -1.0})
    for partner in [*partners, "all"]:
        parts = {places[number, (channel, partner)]: 1.0 for channel in channels}
        found.append(parts | {places[number, ("all", partner)]: -1.0})
    return found


def _width(
    matrix: np.ndarray, sums: np.ndarray, low: np.ndarray, high: np.ndarray, place: int
) -> float:
    """Return how far apart the attacker's bounds of a cell are, at most the threshold."""
    aim = np.zeros(len(low))
    aim[place] = 1.0
    rule = LinearConstraint(matrix, sums, sums)
    least = milp(aim, constraints=rule, bounds=Bounds(low, high), integrality=np.ones(len(low)))
    capped = high.copy()
    capped[place] = min(high[place], round(least.fun) + THRESHOLD)
    most = milp(-aim, constraints=rule, bounds=Bounds(low, capped), integrality=np.ones(len(low)))
    return round(-most.fun) - round(least.fun)


# --- people ------------------------------------------------------------------------------------


def random_people(
    seed: int, shape: tuple[int, int], mean: float, share: float
) -> dict[Cell, tuple[frozenset[int], int]]:
    """Draw people who mostly visit one cell; return per cell its base cells and its people."""
    draw = np.random.default_rng(seed)
    inner = shape[0] * shape[1]
    sizes = draw.poisson(draw.gamma(1.5, mean / 1.5, inner))
    homes = np.repeat(np.arange(inner), sizes)
    visits = draw.random((len(homes), inner)) < share
    visits[np.arange(len(homes)), homes] = True
    found = {}
    for row, column in itertools.product(range(shape[0] + 1), range(shape[1] + 1)):
        base = frozenset(
            i * shape[1] + j
            for i, j in itertools.product(range(shape[0]), range(shape[1]))
            if row in (i, shape[0]) and column in (j, shape[1])
        )
        labels = [("channel", f"c{row}")] * (row < shape[0])
        labels += [("partner", f"p{column}")] * (column < shape[1])
        people = int(visits[:, sorted(base)].any(axis=1).sum())
        found[Cell("", "individuals", tuple(labels))] = (base, people)
    return found


def inequalities_only(values: dict[Cell, int], threshold: int) -> np.ndarray:
    """Hide so that max part <= margin <= sum of parts shows nothing: the baseline."""
    system = system_of(values, known_columns(), [], threshold)
    system.rows = [
        Row(row.cells, row.weights, row.low, row.high)
        if len(row.cells) == 2 and row.high == 0 and row.low == -np.inf
        else total(row.cells[:-1], row.cells[-1], 0, np.inf)
        for row in system.rows
        if row.overlaps is not False
    ]
    system.guarded = [False] * len(system.cells)
    system.implied = {}
    return suppress(system, small_cells(system)).hidden[: len(values)]


def hidden_by_gate(values: dict[Cell, int], threshold: int) -> np.ndarray:
    """Hide as the gate does."""
    system = system_of(values, known_columns(), [], threshold)
    return suppress(system, small_cells(system)).hidden[: len(values)]


def sets(
    cells: dict[Cell, tuple[frozenset[int], int]], hidden: np.ndarray, threshold: int
) -> Score:
    """Bound hidden cells over every set system: one number per non-empty set of base cells."""
    inner = max(len(base) for base, _ in cells.values())
    kinds = [
        frozenset(np.flatnonzero([n >> k & 1 for k in range(inner)])) for n in range(1, 2**inner)
    ]
    matrix = np.array([[float(bool(kind & base)) for kind in kinds] for base, _ in cells.values()])
    truth = np.array([people for _, people in cells.values()], dtype=float)
    low, high = np.where(hidden, 1.0, truth), np.where(hidden, np.inf, truth)
    widths = []
    for place in np.flatnonzero(hidden):
        # The relaxation: what it cannot bound, no integer reasoning over it is known to bound.
        least = milp(matrix[place], constraints=LinearConstraint(matrix, low, high))
        floor = np.ceil(least.fun - 1e-6)
        capped = high.copy()
        capped[place] = min(high[place], floor + threshold)
        most = milp(-matrix[place], constraints=LinearConstraint(matrix, low, capped))
        widths.append(np.floor(-most.fun + 1e-6) - floor)
    return Score(len(widths), sum(w < threshold for w in widths), sum(w <= 0 for w in widths))


# --- the three attacks ---------------------------------------------------------------------------


def attack_margins(seed: int, folder: Path) -> tuple[Score, Score, int, int]:
    """Return baseline and gate on one table, the cells hidden, and the cells there are."""
    table = random_table(seed)
    told = gate([table], folder, one_log=True)[0]
    check_told(table, told)
    hidden = sum(text == HIDDEN for text in told.values())
    return margins(primary_only(table)), margins(told), hidden, len(table)


def attack_differences(seed: int, folder: Path) -> tuple[Score, Score]:
    """Return baseline and gate on a table and the table after one cell grew."""
    first = random_table(seed)
    grown = (f"c{seed % 5}", f"p{seed % 6}")
    second = {
        key: value + 25 * (key[0] in (grown[0], "all") and key[1] in (grown[1], "all"))
        for key, value in first.items()
    }
    apart = gate([first, second], folder, one_log=False)
    joined = gate([first, second], folder, one_log=True)
    check_told(second, joined[1])
    return differences(apart, grown), differences(joined, grown)


def attack_sets(seed: int, threshold: int = 10) -> tuple[Score, Score]:
    """Return baseline and gate on a table of people few of whom are counted twice."""
    cells = random_people(
        seed, ((2, 2), (2, 3), (3, 3))[seed % 3], 30, (0, 0.005, 0.02)[seed // 3 % 3]
    )
    values = {cell: people for cell, (_, people) in cells.items()}
    baseline, ours = (hide(values, threshold) for hide in (inequalities_only, hidden_by_gate))
    return sets(cells, baseline, threshold), sets(cells, ours, threshold)


def check_told(table: Table, told: dict[Key, str]) -> None:
    """Check that what is told is true, and what is small is not told."""
    for key, text in told.items():
        small = 0 < table[key] < THRESHOLD
        if (text == HIDDEN) < small or text not in (HIDDEN, str(table[key])):
            raise AssertionError("a released number is neither the true one nor hidden")


def main() -> None:
    """Attack, print, and fail when the gate leaves a cell open or a baseline does not."""
    tables = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    scores: dict[str, tuple[Score, Score]] = {}
    start = time.perf_counter()
    hidden = cells = 0
    nothing = Score(0, 0, 0)
    for seed in range(tables):
        with tempfile.TemporaryDirectory() as name:
            base, ours, more, all_of_them = attack_margins(seed, Path(name))
            hidden, cells = hidden + more, cells + all_of_them
        found = {"margins": (base, ours), "sets": attack_sets(seed)}
        with tempfile.TemporaryDirectory() as name:
            found["differencing"] = attack_differences(seed, Path(name))
        for attack, pair in found.items():
            before = scores.get(attack, (nothing, nothing))
            scores[attack] = (before[0] + pair[0], before[1] + pair[1])
    for attack, (base, ours) in scores.items():
        print(
            f"{attack}\tbaseline: {base.bounded} of {base.cells} bounded, {base.exact} exact"
            f"\tgate: {ours.bounded} of {ours.cells} bounded"
        )
    primary = scores["margins"][0].cells
    print(f"cost\t{primary} small cells, {hidden - primary} others hidden, of {cells}")
    print(f"time\t{time.perf_counter() - start:.0f} s for {tables} tables")
    if any(ours.bounded or not base.bounded for base, ours in scores.values()):
        raise SystemExit("the gate leaves a cell open, or a baseline shows nothing")


if __name__ == "__main__":
    main()
