"""From linked events to the tables of a workbook: what is asked for, its limits, its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.analysis.indicators import TRAITS, count_indicators, load_indicators, retention
from uic.analysis.indicators.coding import ALL
from uic.analysis.tabulating.characteristics import TITLE as TRAITS_TITLE
from uic.analysis.tabulating.characteristics import characteristics
from uic.analysis.tabulating.layouts import cells_table, laid_out, limits_table
from uic.analysis.tabulating.missing import needed, not_told
from uic.analysis.tabulating.overlap import TITLE as OVERLAP_TITLE
from uic.analysis.tabulating.overlap import in_order, overlap_matrix
from uic.analysis.tabulating.pivoting import pivoted, printed
from uic.analysis.tabulating.values import Tabulation, Tabulations, notes_for

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from uic.analysis.indicators import IndicatorSet, Linked, Size
    from uic.analysis.indicators.model import Period

CHARACTERISTICS, OVERLAP = "characteristics", "overlap"
"""Tables that are no set of indicators."""


def tabulated(
    linked: Linked,
    table: str | Path | IndicatorSet = "core",
    *,
    by: Sequence[str] = (),
    period: Period | None = None,
    fiscal_start: int | None = None,
    size: Size | None = None,
    recall: float | None = None,
) -> Tabulations:
    """Count what a table asks for and lay it out.

    Args:
        linked: Linked events.
        table: ``characteristics``, ``overlap``, or a set of indicators: its id, its file, or as
            loaded.
        by: Further axes, for a set of indicators.
        period: Length of a period; the set's own, or a year, if None.
        fiscal_start: Month in which a year begins; the set's own, or January, if None.
        size: Size of the population, for coverage and pieces a head.
        recall: Share of the true links that were found, where a review tells it.

    Raises:
        SchemaError: the set cannot be read.
        ValueError: an argument is out of its range.

    A holder learns counts only, but small ones: no table has passed the release gate.
    """
    if table == CHARACTERISTICS:
        return _characteristics(linked, period or "year", fiscal_start or 1, recall)
    if table == OVERLAP:
        return _overlap(linked, recall)
    chosen = load_indicators(table)
    numbers = count_indicators(
        linked, chosen, by=by, period=period, fiscal_start=fiscal_start, size=size, recall=recall
    )
    notes = notes_for(linked, censored=_censored(numbers), recall=recall)
    notes += not_told(linked, needed(chosen, by))
    main = laid_out(numbers, chosen, by, (*notes, *([chosen.note] if chosen.note else [])))
    tables = [main, limits_table(numbers, by), *_curves(linked, chosen)]
    method = (("table", f"{chosen.id}, version {chosen.version}"), ("source", chosen.source))
    kept = tuple(item for item in (*tables, _definitions(chosen)) if item is not None)
    return Tabulations(kept, cells_table(numbers, by), method)


def _censored(numbers: pa.Table) -> bool:
    new = pc.match_substring(numbers["indicator"], "new")
    shown = pc.and_(new, pc.and_(numbers["new_is_censored"], pc.is_valid(numbers["value"])))
    return bool(pc.any(shown).as_py())


def _definitions(chosen: IndicatorSet) -> Tabulation:
    """Return what every row means, where it comes from, and whether somebody checked that."""
    rows = [
        {
            "id": item.id,
            "section": item.section,
            "indicator": item.label,
            "definition": item.definition,
            "source": item.source,
            "status": "verified" if item.verified else "unverified",
        }
        for item in chosen.everything
    ]
    title = f"Definitions of {chosen.id}, version {chosen.version}"
    return Tabulation("definitions", title, pa.Table.from_pylist(rows), (), (False,) * len(rows))


def _curves(linked: Linked, chosen: IndicatorSet) -> list[Tabulation]:
    """Return the retention curve of every cohort that has anybody."""
    curves = [(item, retention(linked, item)) for item in chosen.cohorts]
    note = "Shares of first episodes (Kaplan-Meier), 95% interval of chance alone."
    return [
        Tabulation(f"{item.id} retention", f"{item.label}: still in treatment", curve, (note,),
                   (False,) * len(curve))
        for item, curve in curves
        if len(curve)
    ]  # fmt: skip


def _characteristics(
    linked: Linked, period: Period, fiscal_start: int, recall: float | None
) -> Tabulations:
    found = characteristics(linked, period=period, fiscal_start=fiscal_start, recall=recall)
    notes = (
        *notes_for(linked, censored=False, recall=recall),
        "Values are those of one stated day, not of each contact; see the method.",
        "A person who was met as two kinds of client stands under both.",
        *not_told(linked, (*TRAITS, "population")),
    )
    keys = ("period", "characteristic", "value")
    return Tabulations(
        (
            _matrix(CHARACTERISTICS, TRAITS_TITLE, found, keys, "population", "people", notes),
            _matrix("shares", "Shares of each population", found, keys, "population", "share", ()),
            *_limits(found),
        ),
        found,
        (("table", CHARACTERISTICS),),
    )


def _overlap(linked: Linked, recall: float | None) -> Tabulations:
    found = overlap_matrix(linked, recall=recall)
    notes = (
        *notes_for(linked, censored=False, recall=recall),
        "Where row and column are the same partner: the people that partner met there.",
        *not_told(linked, ("site", "age_group")),
    )
    keys = ("site", "age_group", "partner_a")
    whole = _both_halves(found)
    main = _matrix(OVERLAP, OVERLAP_TITLE, whole, keys, "partner_b", "people", notes)
    return Tabulations((main, *_limits(found)), found, (("table", OVERLAP),))


def _both_halves(found: pa.Table) -> pa.Table:
    """Return the whole matrix: the table has each pair of partners once."""
    off = found.filter(pc.not_equal(found["partner_a"], found["partner_b"]))
    turned = {name: off[name] for name in found.column_names}
    turned |= {"partner_a": off["partner_b"], "partner_b": off["partner_a"]}
    whole = pa.concat_tables([found, pa.table(turned)])
    return whole.take(in_order(whole))


def _matrix(
    name: str,
    title: str,
    table: pa.Table,
    keys: Sequence[str],
    across: str,
    value: str,
    notes: Sequence[str],
) -> Tabulation:
    """Return a long table with one column across the top; nobody is 0, no share is empty."""
    rows, columns = pivoted(table, keys, across, value)
    counts = value != "share"
    whole = np.full(len(rows), counts)
    shown = {key: rows[key] for key in keys}
    for column in sorted(columns, key=lambda text: (text == ALL, text)):
        numbers, there = columns[column]
        shown[column] = printed(np.where(whole & ~there, 0, numbers), whole)
    return Tabulation(name, title, pa.table(shown), tuple(notes), (counts,) * len(rows))


def _limits(found: pa.Table) -> tuple[Tabulation, ...]:
    """Return the rows that have limits as a table, or nothing."""
    known = found.filter(pc.is_valid(found["low"]))
    if not len(known):
        return ()
    title = "Limits of what the linkage leaves open (95%)"
    return (Tabulation("limits", title, known, (), (True,) * len(known)),)
