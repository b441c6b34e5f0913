"""What a table needs and the events do not tell: there, 0 does not mean nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc

from uic.analysis.indicators.model import Completion, Indicator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from uic.analysis.indicators import IndicatorSet, Linked

_PIECES = {"given": "quantity", "returned": "returned"}


def needed(chosen: IndicatorSet, by: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of events that a set of indicators looks at, by name."""
    found = {name for item in chosen.everything for name in _looked_at(item)}
    return tuple(sorted(found | set(by)))


def _looked_at(item: object) -> Iterator[str]:
    if isinstance(item, Completion):
        yield "referral"
    if isinstance(item, Indicator):
        if item.unit in _PIECES:
            yield _PIECES[item.unit]
        for where in (item.where, item.also, item.unless):
            yield from (name for name, _ in (where.items if where is not None else ()))


def not_told(linked: Linked, columns: Sequence[str]) -> tuple[str, ...]:
    """Return a sentence that says which partners' contacts never tell which column, or nothing.

    Args:
        linked: What is counted.
        columns: Columns that the table needs.
    """
    events = linked.events
    partners = sorted(pc.unique(events["partner"]).to_pylist())
    counts = events.group_by("partner").aggregate([(name, "count") for name in columns])
    rows = {row["partner"]: row for row in counts.to_pylist()}
    gaps = []
    for name in columns:
        silent = [partner for partner in partners if not rows[partner][f"{name}_count"]]
        if silent:
            whose = "by any partner" if silent == partners else "by " + ", ".join(silent)
            gaps.append(f"{name} {whose}")
    if not gaps:
        return ()
    told = "; ".join(gaps)
    return (f"Not told: {told}. What needs it misses their contacts: 0 may mean unknown.",)
