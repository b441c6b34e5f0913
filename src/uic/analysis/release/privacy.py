"""Optional: noise of differential privacy instead of hiding, with a budget kept in the log.

Each number gets noise of the discrete Laplace distribution (Ghosh, Roughgarden, Sundararajan
2009; the ``opendp`` library draws it). A person changes at most ``reach`` numbers of a release by
one each, so noise of scale ``reach / epsilon`` makes the whole release epsilon-differentially
private: whatever somebody knows, the release changes the odds that a person is in the data by a
factor of at most e^epsilon.

The same question gets the same answer: a number that was released with noise before is repeated
as it was, at no cost, for two answers with fresh noise would tell more than one.
"""

from __future__ import annotations

import importlib
import itertools
from typing import TYPE_CHECKING, Any

from uic.analysis.release.columns import MARGIN
from uic.analysis.release.linked import HISTORY_COUNT
from uic.analysis.release.tables import HIDDEN, Cell, Table
from uic.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from uic.analysis.release.log import Entry

BUDGET = 2.0
"""Epsilon that may be spent in a calendar year, by default."""

_LARGEST_GRID = 10_000


def complete(table: Table) -> Table:
    """Return the table with a row for every combination of its labels.

    A row that is there only because somebody is in it would tell that somebody is: absent rows
    become zeros, and get noise like the others.

    Raises:
        InputError: a column cannot be protected by noise, or there are too many combinations.
    """
    problems = list(_unfit(table))
    labels = {name: list(dict.fromkeys(table.column(name))) for name in table.dimensions}
    grid = list(itertools.product(*labels.values()))
    if len(grid) > _LARGEST_GRID:
        problems.append(Problem(table.name, "", "there are too many combinations of labels"))
    if problems:
        raise InputError(problems)
    rows = tuple(
        tuple(named.get(column, "0") for column in table.header)
        for combination in grid
        for named in [dict(zip(labels, combination, strict=True))]
        if HISTORY_COUNT not in table.counts or "1" in combination
    )
    values = {
        cell: table.values.get(cell, 0)
        for row in rows
        for column in table.counts
        for cell in [table.cell(row, column)]
    }
    return Table(
        table.name, table.scope, table.header, table.dimensions, table.counts, rows, values
    )


def reach(tables: Sequence[Table], fresh: Iterable[Cell]) -> int:
    """Return how many of the fresh numbers one person can change, at most."""
    wanted = set(fresh)
    return sum(_reach_of(table, column, wanted) for table in tables for column in table.counts)


def noised(values: Mapping[Cell, int], scale: float) -> dict[Cell, int]:
    """Return the numbers with noise, at least 0; fresh noise at every call.

    Raises:
        InputError: the package ``opendp`` is not installed.
    """
    if not values:
        return {}
    dp = _opendp()
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l1_distance(T="i64")
    found = dp.m.make_laplace(*space, scale=scale)(list(values.values()))
    return {cell: max(0, int(number)) for cell, number in zip(values, found, strict=True)}


def check_budget(
    log: Sequence[Entry], year: str, epsilon: float, budget: float | None, *, free: bool
) -> float:
    """Return the year's budget.

    Raises:
        InputError: the release would spend more than is left, or the budget was set lower before.
    """
    private = [e["privacy"] for e in log if e["privacy"] and e["released"].startswith(year)]
    set_before = min((one["budget"] for one in private), default=None)
    chosen = budget if budget is not None else (BUDGET if set_before is None else set_before)
    if set_before is not None and chosen > set_before:
        hint = "a budget holds for its calendar year"
        rule = f"the log has {set_before:g} for {year}"
        raise InputError(Problem("--budget", "", rule, hint))
    spent = sum(one["spent"] for one in private)
    if not free and spent + epsilon > chosen + 1e-9:
        rule = f"{spent:g} of {chosen:g} is spent in {year}; this release needs {epsilon:g}"
        raise InputError(Problem("--epsilon", "", rule, "wait, or ask for less (more noise)"))
    return chosen


def _unfit(table: Table) -> Iterable[Problem]:
    for column, count in table.counts.items():
        if count.kind == "events":
            hint = "leave it out: one person may have any number of them"
            yield Problem(table.name, f"column {column}", "noise cannot protect events", hint)
    for column in table.header:
        if column not in table.counts and column not in table.dimensions:
            hint = "leave it out: it is computed from the data without noise"
            yield Problem(table.name, f"column {column}", "noise cannot protect it", hint)
    if len(table.values) < len(table.rows) * len(table.counts):
        yield Problem(table.name, "", "a cell is empty", "leave out the columns that have gaps")


def _reach_of(table: Table, column: str, fresh: set[Cell]) -> int:
    """Count the cells of a column that one person can be in: on a path of labels, at margins."""
    most = sum(table.cell(row, column) in fresh for row in table.rows)
    if column == HISTORY_COUNT:
        return min(most, 1)
    product = 1
    for name, dimension in table.dimensions.items():
        labels = set(table.column(name))
        parts = len(labels - {MARGIN})
        product *= (min(parts, 1) if dimension.once else parts) + (MARGIN in labels)
    return min(most, product)


def shown(number: int, threshold: int) -> str:
    """Return a noisy number as it is released; below the threshold it is not told."""
    return str(number) if number >= threshold else HIDDEN


def _opendp() -> Any:  # noqa: ANN401 - the package has no types for this
    try:
        dp = importlib.import_module("opendp.prelude")
    except ImportError:
        rule = "differential privacy needs the package opendp, which is not installed"
        hint = "pip install 'uic-link[privacy]'"
        raise InputError(Problem("--epsilon", "", rule, hint)) from None
    dp.enable_features("contrib")
    return dp
