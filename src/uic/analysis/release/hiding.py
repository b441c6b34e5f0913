"""What is told of each number: the number (or its rounding), or that it is hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from uic.analysis.release.alongside import found_rules
from uic.analysis.release.differencing import add_earlier
from uic.analysis.release.knowledge import Row, system_of, total
from uic.analysis.release.linked import history_rows
from uic.analysis.release.offering import together
from uic.analysis.release.refusing import Permit
from uic.analysis.release.rounding import rounded
from uic.analysis.release.suppression import small_cells, suppress
from uic.analysis.release.tables import HIDDEN
from uic.analysis.release.witnesses import exposed
from uic.errors import InputError, Problem, UicError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from uic.analysis.release.columns import Columns
    from uic.analysis.release.differencing import Earlier
    from uic.analysis.release.knowledge import Mask, System
    from uic.analysis.release.suppression import Suppression
    from uic.analysis.release.tables import Cell, Table


_MOST_NAMED = 10
"""Numbers that a refusal names; the rest are counted."""


@dataclass(frozen=True)
class Told:
    """What a release tells.

    Attributes:
        texts: What stands in each cell.
        contradicted: Earlier releases whose margins do not fit today's numbers.
        public: How many hidden numbers earlier releases tell already (only with a permission).
    """

    texts: dict[Cell, str]
    contradicted: tuple[int, ...]
    public: int


def hide(
    tables: Sequence[Table],
    columns: Columns,
    earlier: Sequence[Earlier],
    *,
    threshold: int,
    base: int = 1,
    permits: Collection[Permit] = (),
) -> Told:
    """Hide the small numbers of tables, and as many others as make them safe.

    Args:
        tables: Tables that are released together.
        columns: What their columns mean, and those of the earlier tables.
        earlier: Releases about the same people that are out.
        threshold: A count from 1 up to but without it is hidden, and no hidden number can be
            bounded to a range of less than it.
        base: To what the told numbers are rounded.
        permits: What somebody permits.

    Raises:
        InputError: a number cannot be hidden any more, or would give away an earlier one.
    """
    values = together(tables)
    rules = [rule for table in tables for rule in found_rules(table, columns)]
    system = system_of(values, columns, rules, threshold, base)
    found = add_earlier(system, earlier, columns)
    system.rows += list(_history_rows(system))
    primary = small_cells(system) | found.few
    result = suppress(system, primary)
    _refuse_exposed(system, result, tables, permits)
    _prove(system, result)
    texts = {
        cell: HIDDEN if result.hidden[place] else str(rounded(value, base))
        for place, (cell, value) in enumerate(values.items())
    }
    public = int((result.exposed & result.hidden).sum())
    return Told(texts, found.contradicted, public)


def _prove(system: System, result: Suppression) -> None:
    """Attack what is about to be told once more, along other directions than before."""
    targets = (result.hidden | np.array(system.guarded)) & ~result.exposed
    if not np.isnan(exposed(system, result.hidden, targets, seed=1)).all():
        raise UicError("the proof of this release failed, so nothing was written: report this")


def _refuse_exposed(
    system: System, result: Suppression, tables: Sequence[Table], permits: Collection[Permit]
) -> None:
    here = np.array(system.here)
    problems: list[Problem] = []
    if Permit.already_public not in permits:
        problems += _unhideable(system, result.exposed & result.hidden & here, tables)
    if given_away := int((result.exposed & ~here).sum()):
        rule = f"with these tables, {given_away} number(s) that earlier releases hid can be told"
        hint = "leave out the columns or margins that the earlier releases do not have"
        problems.append(Problem(tables[0].name, "", rule, hint))
    if problems:
        raise InputError(problems)


def _unhideable(system: System, exposed: Mask, tables: Sequence[Table]) -> Iterator[Problem]:
    rule = "it must be hidden, but earlier releases tell it too closely"
    hint = "leave the row out, or name who permits it: --permit already-public --permitted-by NAME"
    places = np.flatnonzero(exposed)
    for place in places[:_MOST_NAMED]:
        cell = system.cells[place]
        table = next(table for table in tables if cell in table.values)
        yield Problem(table.name, table.where(cell), rule, hint)
    if len(places) > _MOST_NAMED:
        rule = f"so must {len(places) - _MOST_NAMED} more number(s)"
        yield Problem(tables[0].name, "", rule, "the earlier releases may have told other margins")


def _history_rows(system: System) -> Iterator[Row]:
    """Yield the relations between capture histories and the people of a partner or channel."""
    newest = system.view
    for whole, listed in history_rows(newest):
        parts = [newest[cell] for cell in listed]
        excess = sum(system.truth[part] for part in parts) - system.truth[newest[whole]]
        if np.isnan(excess) and dict(whole.labels).keys() <= {"channel"}:
            yield total(parts, newest[whole], 0, 0)
        elif excess >= 0:
            yield total(parts, newest[whole], 0, 0 if excess == 0 else np.inf)
