"""All methods on one table: what ``uic estimate`` prints and what reports quote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from uic.analysis.estimating import models
from uic.analysis.estimating.averaging import CRITERIA, average
from uic.analysis.estimating.checks import Checks, check
from uic.analysis.estimating.coverage import sample_coverage
from uic.analysis.estimating.decomposable import decomposable
from uic.analysis.estimating.headline import headline
from uic.analysis.estimating.heterogeneity import chao, heterogeneity
from uic.analysis.estimating.loglinear import loglinear
from uic.analysis.estimating.output import frame, to_dict, to_json, to_table
from uic.analysis.estimating.reading import Absent, read_strata
from uic.analysis.estimating.results import Refused
from uic.analysis.estimating.two_lists import pair_table, two_list_estimates
from uic.errors import EstimationError, NotIdentifiableError

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from uic.analysis.estimating.histories import Histories
    from uic.analysis.estimating.results import (
        Average,
        Bayesian,
        Coverage,
        Estimate,
        Fitted,
        Headline,
        Pair,
    )

ALL_MODELS_TO = 5
"""Up to so many lists all hierarchical models are fitted, beyond only two-list interactions."""


@dataclass(frozen=True)
class EstimateReport:
    """Everything that was estimated from one table of histories. Holds counts, no person.

    Attributes:
        histories: The table.
        checks: Its sums and what is odd about them.
        headline: The one estimate to quote, with its assumptions.
        two_lists: Lincoln-Petersen and Chapman; two lists only.
        pairs: Every two lists alone.
        loglinear: Log-linear models that have an estimate.
        refused: Models and methods that have none, with the reason.
        averages: Guarded averages over the log-linear models by AIC and BIC.
        heterogeneity: M0, Mt and the Mh and Mth families; three lists or more.
        chao: Bias-corrected lower bound.
        coverage: Sample coverage estimates; three lists or more.
        bayesian: Average over decomposable graphs; three to five lists.
    """

    histories: Histories
    checks: Checks
    headline: Headline
    two_lists: tuple[Estimate, ...]
    pairs: tuple[Pair, ...]
    loglinear: tuple[Fitted, ...]
    refused: tuple[Refused, ...]
    averages: tuple[Average, ...]
    heterogeneity: tuple[Fitted, ...] = ()
    chao: Estimate | None = None
    coverage: Coverage | None = None
    bayesian: Bayesian | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as written to JSON; infinite numbers become None."""
        return to_dict(self)

    def to_json(self) -> str:
        """Return the report as JSON text."""
        return to_json(self)

    def to_table(self) -> pa.Table:
        """Return one row an estimate as an Arrow table."""
        return to_table(self)

    def to_frame(self) -> Any:  # noqa: ANN401 - pandas is not a dependency
        """Return one row an estimate as a pandas data frame; needs pandas."""
        return frame(self)


def estimate(
    histories: Any,  # noqa: ANN401 - a path, a mapping or any table
    *,
    absent: Absent = "error",
    order: int | None = None,
    most_unseen: int | None = None,
    level: float = 0.95,
) -> EstimateReport:
    """Estimate how many people there are, seen and unseen, from overlapping lists.

    Args:
        histories: Path of a CSV with a 0/1 column a list and ``count``; a mapping such as
            ``{"110": 6, ...}``; or an Arrow, pandas or polars table.
        absent: Whether a history without a row is an ``"error"`` or ``"zero"`` people.
        order: Largest interaction of the log-linear models; all up to 5 lists when None.
        most_unseen: Largest number of unseen people the Bayesian average considers; 20 for one
            seen when None.
        level: Coverage of every interval.

    Raises:
        InputError: the table cannot be used; every problem is listed.
        NoOverlapError: the lists share nobody.
        EstimationError: there is one list only, or no method has an estimate.
    """
    (table,) = read_strata(histories, absent=absent).values()
    return estimate_table(table, order=order, most_unseen=most_unseen, level=level)


def estimate_table(
    histories: Histories,
    *,
    order: int | None = None,
    most_unseen: int | None = None,
    level: float = 0.95,
) -> EstimateReport:
    """Do what :func:`estimate` does on a table that is already read."""
    histories.need_overlap()
    chosen = models.all_models(histories.k, order or _order(histories.k))
    fitted, refused = loglinear(histories, chosen, level=level)
    two = two_list_estimates(histories, level=level) if histories.k == 2 and histories.exact else ()
    averages = _averages(fitted, histories.seen, level) if histories.k > 2 else ()
    more, reasons = _more_lists(histories, most_unseen, level) if histories.k > 2 else ({}, ())
    return EstimateReport(
        histories=histories,
        checks=check(histories),
        headline=headline(histories, two, fitted, averages),
        two_lists=two,
        pairs=pair_table(histories, level=level) if histories.exact else (),
        loglinear=fitted,
        refused=refused + reasons,
        averages=averages,
        **more,
    )


def _more_lists(
    histories: Histories, most_unseen: int | None, level: float
) -> tuple[dict[str, Any], tuple[Refused, ...]]:
    """Run the methods for three or more lists; one that cannot be used is refused by name."""
    found: dict[str, Any] = {}
    found["heterogeneity"], refused = heterogeneity(histories, level=level)
    methods: dict[str, Callable[[], Any]] = {
        "chao": lambda: chao(histories, level=level),
        "coverage": lambda: sample_coverage(histories, level=level),
        "bayesian": lambda: decomposable(histories, most_unseen=most_unseen, level=level),
    }
    for name, method in methods.items():
        try:
            found[name] = method()
        except EstimationError as error:
            refused += (Refused(name, str(error)),)
    return found, refused


def _order(k: int) -> int:
    return k - 1 if k <= ALL_MODELS_TO else 2


def _averages(fitted: tuple[Fitted, ...], seen: int, level: float) -> tuple[Average, ...]:
    try:
        return tuple(average(fitted, seen, name, level=level) for name in CRITERIA)
    except NotIdentifiableError:
        return ()
