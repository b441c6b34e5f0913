"""What the columns of a table of counts mean, from ``spec/release/columns.toml``.

The gate publishes no column whose meaning it does not know: a column it takes for a dimension by
mistake would be published as it is.
"""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from uic.files import spec_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
    """

    name: str
    kind: Kind
    rest: Mapping[str, str]


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
class Columns:
    """Everything the gate knows about columns."""

    dimensions: Mapping[str, Dimension]
    counts: Mapping[str, Count]
    notes: frozenset[str]
    personal: frozenset[str]
    within: tuple[Within, ...]
    across: tuple[Across, ...]

    def plus(
        self, events: Iterable[str] = (), people: Iterable[str] = (), dimensions: Iterable[str] = ()
    ) -> Columns:
        """Return these columns with the ones that the user declares."""
        counts = {name: Count(name, "events", {}) for name in events}
        counts |= {name: Count(name, "people", {}) for name in people}
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
    """Return the columns of ``spec/release/columns.toml``."""
    with spec_path("release", "columns.toml").open("rb") as stream:
        data: dict[str, Any] = tomllib.load(stream)
    return Columns(
        {name: Dimension(name, **entry) for name, entry in data["dimensions"].items()},
        {
            name: Count(name, entry["kind"], entry.get("rest", {}))
            for name, entry in data["counts"].items()
        },
        frozenset(data["notes"]),
        frozenset(data["personal"]),
        tuple(Within(tuple(entry["sum"]), entry["at_most"]) for entry in data["within"]),
        tuple(
            Across(entry["parts"], entry["whole"], entry["over"], frozenset(entry["total"]))
            for entry in data["across"]
        ),
    )
