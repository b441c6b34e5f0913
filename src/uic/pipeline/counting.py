"""What is asked of linked events, and the tables it gives: one way for every source of events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from uic.analysis.indicators import least_recall, load_indicators
from uic.analysis.tabulating import tabulated
from uic.analysis.tabulating.tables import CHARACTERISTICS, OVERLAP

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from uic.analysis.indicators import IndicatorSet, Linked, Size
    from uic.analysis.indicators.model import Period
    from uic.analysis.tabulating import Tabulations

_OWN_RECALL = (
    "the least the linkage expects of itself; on made-up partners such limits held the true number"
    " in 94% of cells with 250 people in all, in 76% with 1,000 (docs/counting.md), so read them as"
    " a lower bound of the doubt and look through a sample of pairs"
)
DRAWS = 100
"""Draws of the links in question: enough for limits of 95%, and quick."""


@dataclass(frozen=True)
class Asked:
    """What is to be counted.

    Attributes:
        table: ``characteristics``, ``overlap``, or a set of indicators as loaded.
        by: Further axes.
        period: year, half, quarter or month; the table's own if None.
        fiscal_start: Month in which a year begins; the table's own if None.
        size: Size of the population, for coverage.
        recall: Share of the true links that were found; the run's own least if None.
        draws: How many draws the limits are made of, 0 for none.
        seed: Seed of the draws.
    """

    table: str | IndicatorSet
    by: Sequence[str] = ()
    period: Period | None = None
    fiscal_start: int | None = None
    size: Size | None = None
    recall: float | None = None
    draws: int = DRAWS
    seed: int = 0


def table_of(table: str | Path | IndicatorSet) -> str | IndicatorSet:
    """Return what a table counts, so that a slip in its name is told before anything is read.

    Raises:
        SchemaError: there is no such table, or the set of indicators breaks a rule.
    """
    if isinstance(table, str) and table in {CHARACTERISTICS, OVERLAP}:
        return table
    return load_indicators(table)


def counted(
    linked: Linked, asked: Asked, run: Mapping[str, Any] | None, method: Iterable[tuple[str, str]]
) -> Tabulations:
    """Count linked events and say how it was done.

    Args:
        linked: Events, persons, and draws of the links in question.
        asked: What is to be counted.
        run: The manifest of the run that linked them, where there is one.
        method: Further lines on how the events came about.

    Raises:
        ValueError: an argument is out of its range.
    """
    share = asked.recall if asked.recall is not None else _expected_recall(linked, run)
    found = tabulated(
        linked,
        asked.table,
        by=asked.by,
        period=asked.period,
        fiscal_start=asked.fiscal_start,
        size=asked.size,
        recall=share,
    )
    lines = (*found.method, *_linkage(linked, share, asked), *_size(asked.size), *method)
    return replace(found, method=(*lines, ("software", f"uic-link {version('uic-link')}")))


def _expected_recall(linked: Linked, run: Mapping[str, Any] | None) -> float | None:
    """Return the least the run expects of itself; nothing where the draws make missed links."""
    if run is None or linked.draws is None or linked.draws.both_ways:
        return None
    return least_recall(run)


def _linkage(linked: Linked, recall: float | None, asked: Asked) -> list[tuple[str, str]]:
    lines = [("records", f"{len(linked.persons):,}")]
    if linked.draws is not None:
        lines.append(("records in question", f"{len(linked.draws.records):,}"))
        lines.append(("draws of the links", f"{asked.draws}, seed {asked.seed}"))
    if recall is not None:
        whose = "as given" if asked.recall is not None else _OWN_RECALL
        lines.append(("share of true links found", f"{recall:.4f}, {whose}"))
    return lines


def _size(size: Size | None) -> list[tuple[str, str]]:
    if size is None:
        return []
    return [("population size", f"{size.estimate:,.0f} ({size.low:,.0f} to {size.high:,.0f})")]
