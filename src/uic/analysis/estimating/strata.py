"""Strata: tables that share nobody, estimated alone and added up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.analysis.estimating.histories import Histories
from uic.analysis.estimating.results import Stratum
from uic.errors import EstimationError, NoOverlapError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from uic.analysis.estimating.report import EstimateReport


def pooled(tables: Mapping[str, Histories]) -> Histories:
    """Add up the tables of all strata."""
    first = next(iter(tables.values()))
    counts = zip(*(table.counts for table in tables.values()), strict=True)
    upper = zip(*(table.upper for table in tables.values()), strict=True)
    return Histories(first.lists, tuple(map(sum, counts)), tuple(map(sum, upper)))


def estimate_strata(
    tables: Mapping[str, Histories], method: Callable[[Histories], EstimateReport]
) -> tuple[Stratum, ...]:
    """Estimate every stratum.

    Raises:
        NoOverlapError: in one stratum the lists share nobody.
        EstimationError: one stratum has no estimate; the message says which, by its place.
    """
    return tuple(
        _stratum(place, name, table, method)
        for place, (name, table) in enumerate(tables.items(), start=1)
    )


def _stratum(
    place: int, name: str, table: Histories, method: Callable[[Histories], EstimateReport]
) -> Stratum:
    hint = "merge it with another stratum, or estimate all together"
    try:
        top = method(table).headline
    except NoOverlapError:
        raise NoOverlapError(f"in stratum {place} the lists share nobody: {hint}") from None
    except EstimationError as error:
        raise EstimationError(f"stratum {place} has no estimate ({error}): {hint}") from None
    return Stratum(name, table.seen, top.abundance, top.stderr, top.interval, top.method)
