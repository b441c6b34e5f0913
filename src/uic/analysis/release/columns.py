"""What the columns of a table of counts mean, from ``spec/release`` and ``spec/indicators``.

The gate publishes no column whose meaning it does not know: a column it takes for a dimension by
mistake would be published as it is.
"""

from __future__ import annotations

import functools
import itertools
import tomllib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from uic.analysis.indicators import list_indicator_sets
from uic.files import spec_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from uic.analysis.indicators import IndicatorSet
    from uic.analysis.indicators.model import Indicator

Kind = Literal["events", "people"]

MARGIN = "all"
"""The label of a row that counts everybody on a dimension."""


@dataclass(frozen=True)
class Dimension:
    """A column of labels.

    Attributes:
        name: Header of the column.
        labels: ``"periods"`` or ``"ages"`` when labels are stretches that can tile one another.
        once: A person stands at one label only.
        local: The labels are parts of a country, so the threshold is the one for sites.
        small_place: The labels are places below a district.
        declared: The user named it; the gate does not know it.
    """

    name: str
    labels: str = ""
    once: bool = False
    local: bool = False
    small_place: bool = False
    declared: bool = False


@dataclass(frozen=True)
class Count:
    """A column of counts.

    Attributes:
        name: Header of the column.
        kind: ``"events"`` add up; ``"people"`` may stand in several parts of a margin.
        rest: Per dimension the column that tells, at the margin, what belongs to no part.
        apart: Dimensions whose margin says nothing about its parts: people in treatment at the
            end of a year and of its months.
    """

    name: str
    kind: Kind
    rest: Mapping[str, str] = field(default_factory=dict)
    apart: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Within:
    """In every cell the columns ``parts`` together are at most the column ``at_most``."""

    parts: tuple[str, ...]
    at_most: str


@dataclass(frozen=True)
class Across:
    """The parts of one column along a dimension have their margin in another column.

    It holds where every dimension of ``total`` stands at its margin.
    """

    parts: str
    whole: str
    over: str
    total: frozenset[str]


@dataclass(frozen=True)
class Flow:
    """What ``stock`` gains and loses from one period to the next, in columns of flows."""

    stock: str
    gains: tuple[str, ...]
    losses: tuple[str, ...]


@dataclass(frozen=True)
class Columns:
    """Everything the gate knows about columns.

    Attributes:
        dimensions: Columns of labels.
        counts: Columns of whole numbers.
        notes: Columns of true and false, published as they are.
        personal: Columns that only a table of persons or a map has.
        derived: Columns computed from counts (shares, limits): never published, for they tell
            the counts.
        within: What holds in every row.
        across: Margins that stand in another column.
        flows: What holds from one period to the next.
    """

    dimensions: Mapping[str, Dimension]
    counts: Mapping[str, Count]
    notes: frozenset[str]
    personal: frozenset[str]
    derived: frozenset[str]
    within: tuple[Within, ...]
    across: tuple[Across, ...]
    flows: tuple[Flow, ...]

    def plus(
        self, events: Iterable[str] = (), people: Iterable[str] = (), dimensions: Iterable[str] = ()
    ) -> Columns:
        """Return these columns with the ones that the user declares."""
        counts = {name: Count(name, "events") for name in events}
        counts |= {name: Count(name, "people") for name in people}
        # A dimension that the gate does not know may be a place: it counts as local.
        labels = {name: Dimension(name, local=True, declared=True) for name in dimensions}
        known = dict(self.dimensions) | {
            n: d for n, d in labels.items() if n not in self.dimensions
        }
        same = {n for n, c in counts.items() if n in self.counts and self.counts[n].kind == c.kind}
        told = dict(self.counts) | {name: c for name, c in counts.items() if name not in same}
        return replace(
            self,
            dimensions={name: entry for name, entry in known.items() if name not in counts},
            counts={name: entry for name, entry in told.items() if name not in labels},
        )


@functools.cache
def known_columns() -> Columns:
    """Return the columns of ``spec/release/columns.toml`` and of the indicator sets that ship."""
    with spec_path("release", "columns.toml").open("rb") as stream:
        data: dict[str, Any] = tomllib.load(stream)
    dimensions = {name: Dimension(name, **entry) for name, entry in data["dimensions"].items()}
    counts: dict[str, Count] = {}
    derived, flows = set(data["derived"]), list[Flow]()
    within = [Within(tuple(entry["sum"]), entry["at_most"]) for entry in data["within"]]
    for indicators in list_indicator_sets():
        counts |= _counts_of(indicators, frozenset(dimensions))
        derived |= _derived_of(indicators)
        within += _within_of(indicators)
        flows += [_flow_of(cohort.id) for cohort in indicators.cohorts]
    for name, entry in data["counts"].items():
        counts[name] = Count(name, entry["kind"], entry.get("rest", {}))
    return Columns(
        dimensions,
        counts,
        frozenset(data["notes"]),
        frozenset(data["personal"]),
        frozenset(derived),
        tuple(dict.fromkeys(within)),
        tuple(
            Across(entry["parts"], entry["whole"], entry["over"], frozenset(entry["total"]))
            for entry in data["across"]
        ),
        tuple(flows),
    )


def _counts_of(indicators: IndicatorSet, dimensions: frozenset[str]) -> dict[str, Count]:
    """Return the columns of counts that ``uic count --cells`` writes for a set of indicators."""
    found = [
        # Who must not have some contact may have it in the margin: then the margin is smaller.
        Count(item.id, _kind(item.unit), apart=dimensions if item.unless else frozenset())
        for item in indicators.indicators
    ]
    for completion in indicators.completions:
        days = completion.within_days
        parts = [
            "made",
            "without_person",
            *(f"{s}_{n}" for n in days for s in ("due", "completed")),
        ]
        found += [Count(f"{completion.id}_{part}", "events") for part in parts]
    for cohort in indicators.cohorts:
        flow = _flow_of(cohort.id)
        found += [Count(name, "people") for name in (*flow.gains, *flow.losses)]
        found += [Count(flow.stock, "people", apart=frozenset({"period"}))]
    return {count.name: count for count in found}


def _within_of(indicators: IndicatorSet) -> list[Within]:
    """Return which columns of people are part of another, or at most a column of contacts."""
    return [
        Within((part.id,), whole.id)
        for part, whole in itertools.permutations(indicators.indicators, 2)
        if part.unit == "people" and whole.unit in {"people", "contacts"} and _narrower(part, whole)
    ]


def _narrower(part: Indicator, whole: Indicator) -> bool:
    """Return whether everybody of one indicator is in the other, by their definitions."""
    asked = dict(part.where.items)
    where = all(
        name in asked and set(asked[name]) <= set(values) for name, values in whole.where.items
    )
    plain = not (whole.also or whole.unless or whole.seen) and whole.at_least <= part.at_least
    return where and plain and part != whole


def _derived_of(indicators: IndicatorSet) -> set[str]:
    shares = {f"{item.id}_share_{n}" for item in indicators.completions for n in item.within_days}
    return shares | {ratio.id for ratio in indicators.ratios}


def _flow_of(cohort: str) -> Flow:
    gains = (f"{cohort}_enrolled", f"{cohort}_re_enrolled")
    return Flow(f"{cohort}_active_at_end", gains, (f"{cohort}_dropped_out",))


def _kind(unit: str) -> Kind:
    return "people" if unit == "people" else "events"
