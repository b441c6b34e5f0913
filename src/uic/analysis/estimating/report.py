"""Everything that was estimated from one table of histories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from uic.analysis.estimating.output import to_csv, to_dict, to_json, to_table
from uic.analysis.estimating.page import to_page

if TYPE_CHECKING:
    import pyarrow as pa

    from uic.analysis.estimating.checks import Checks
    from uic.analysis.estimating.histories import Histories
    from uic.analysis.estimating.latent_class import LatentClass
    from uic.analysis.estimating.results import (
        Average,
        Bayesian,
        Bootstrap,
        Coverage,
        Estimate,
        Fitted,
        Headline,
        Interval,
        LinkageCorrection,
        Pair,
        Refused,
        Stratum,
    )


@dataclass(frozen=True)
class EstimateReport:
    """Everything that was estimated from one table of histories. Holds counts, no person.

    Attributes:
        histories: The table.
        checks: Its sums and what is odd about them.
        headline: The one estimate to quote, with its assumptions.
        two_lists: Lincoln-Petersen and Chapman; two lists only.
        intervals: Transformed logit, profile and binomial interval; two lists only.
        pairs: Every two lists alone.
        loglinear: Log-linear models that have an estimate.
        refused: Models and methods that have none, with the reason.
        averages: Guarded averages over the log-linear models by AIC and BIC.
        heterogeneity: M0, Mt and the Mh and Mth families; three lists or more.
        chao: Bias-corrected lower bound.
        coverage: Sample coverage estimates; three lists or more.
        bayesian: Average over decomposable graphs; three to five lists.
        linkage: The estimate corrected for linkage error, beside the plain one.
        strata: The headline estimate of every stratum, where the table was divided.
        bootstrap: Parametric bootstrap with reselection, where it was asked for.
        latent_class: Latent classes by sampling, where it was asked for.
    """

    histories: Histories
    checks: Checks
    headline: Headline
    two_lists: tuple[Estimate, ...]
    intervals: tuple[Interval, ...]
    pairs: tuple[Pair, ...]
    loglinear: tuple[Fitted, ...]
    refused: tuple[Refused, ...]
    averages: tuple[Average, ...]
    heterogeneity: tuple[Fitted, ...] = ()
    chao: Estimate | None = None
    coverage: Coverage | None = None
    bayesian: Bayesian | None = None
    linkage: LinkageCorrection | None = None
    strata: tuple[Stratum, ...] = ()
    bootstrap: Bootstrap | None = None
    latent_class: LatentClass | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as written to JSON; infinite numbers become None."""
        return to_dict(self)

    def to_json(self) -> str:
        """Return the report as JSON text."""
        return to_json(self)

    def to_csv(self) -> str:
        """Return one row an estimate as CSV text."""
        return to_csv(self)

    def to_text(self) -> str:
        """Return a page to read in a terminal."""
        return to_page(self)

    def to_table(self) -> pa.Table:
        """Return one row an estimate as an Arrow table."""
        return to_table(self)

    def to_frame(self) -> Any:  # noqa: ANN401 - pandas is not a dependency
        """Return one row an estimate as a pandas data frame; needs pandas."""
        return to_table(self).to_pandas()
