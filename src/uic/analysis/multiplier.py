"""Multiplier method: a count of people from a service, divided by its share in a survey.

A service knows how many people it reached (C); a survey of the same population, in the same place
and period, asks who was reached (P). Then N = C/P. With unique objects, C is the number of people
who were given an object and P the share of the survey that shows it.

The count must be of people, not of contacts: with double counting N is too large by the same
factor. Being on the service's list and being in the survey must have nothing to do with each
other; where the survey recruits near the service, N is too small.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from scipy.special import expit, logit

from uic.analysis.estimating.intervals import quantile
from uic.analysis.estimating.results import Interval
from uic.errors import EstimationError

if TYPE_CHECKING:
    import pyarrow as pa

Design = Literal["rds", "time-location", "simple"]

DESIGN_EFFECTS: dict[Design, float] = {"rds": 2.0, "time-location": 1.5, "simple": 1.0}
"""Usual design effects of respondent-driven, time-location and simple random samples."""


@dataclass(frozen=True)
class Multiplied:
    """A population size by the multiplier method. Holds aggregate numbers only.

    Attributes:
        count: C, people on the service's list or given the object.
        proportion: P, share of the survey that was reached, between 0 and 1.
        sample: People in the survey.
        deff: Design effect of the survey; ``sample / deff`` is its effective size.
        abundance: N = C/P, in people.
        stderr: Standard error of N, in people.
        interval: N exp(-+ z SE/N), the default.
        logit_interval: C divided by the logit interval of P; never below C.
    """

    count: float
    proportion: float
    sample: int
    deff: float
    abundance: float
    stderr: float
    interval: Interval
    logit_interval: Interval

    def to_table(self) -> pa.Table:
        """Return an Arrow table of one row, a column for each number."""
        import pyarrow as pa

        row = {key: value for key, value in asdict(self).items() if "interval" not in key}
        for name, item in (("log", self.interval), ("logit", self.logit_interval)):
            row |= {f"{name}_low": item.low, f"{name}_high": item.high}
        return pa.Table.from_pylist([row])

    def to_frame(self) -> Any:  # noqa: ANN401 - pandas is not a dependency
        """Return the table as a pandas data frame; needs pandas."""
        return self.to_table().to_pandas()


def multiplier(
    count: float,
    proportion: float,
    sample: int,
    *,
    design: Design = "rds",
    deff: float | None = None,
    count_stderr: float = 0.0,
    level: float = 0.95,
) -> Multiplied:
    """Estimate a population size from a count and its share in a survey.

    SE/N = sqrt(deff (1-P)/(n P) + Var(C)/C^2) by the delta method. Where the count itself is
    uncertain (linkage), both intervals widen by it: distances on the log scale add in squares.

    Args:
        count: People reached, above 0: people after removing duplicates, not contacts.
        proportion: Share of the survey that was reached, above 0 and below 1.
        sample: People in the survey, 2 or more.
        design: How the survey was drawn; gives the design effect.
        deff: Design effect, above 0, where it is known; overrules ``design``.
        count_stderr: Standard error of the count, in people.
        level: Nominal coverage of the intervals, 0 to 1.

    Raises:
        EstimationError: a number is out of its range, with what to do.

    Source: UNAIDS/WHO, Guidelines on estimating the size of populations most at risk to HIV
    (2010), chapter on the multiplier method; intervals in docs/consensus.md.
    """
    effect = DESIGN_EFFECTS[design] if deff is None else deff
    _check(count, proportion, sample, effect, count_stderr, level)
    abundance = count / proportion
    survey_cv = math.sqrt(effect * (1 - proportion) / (sample * proportion))
    cv = math.hypot(survey_cv, count_stderr / count)
    wide = math.exp(quantile(level) * cv)
    return Multiplied(
        count=count,
        proportion=proportion,
        sample=sample,
        deff=effect,
        abundance=abundance,
        stderr=abundance * cv,
        interval=Interval(abundance / wide, abundance * wide, level, "log"),
        logit_interval=_inverted(count, proportion, sample / effect, count_stderr / count, level),
    )


def _inverted(count: float, share: float, effective: float, cv: float, level: float) -> Interval:
    """Turn a logit interval of P around into an interval of C/P."""
    z = quantile(level)
    width = z / math.sqrt(effective * share * (1 - share))
    limits = [float(expit(logit(share) + side * width)) for side in (1, -1)]
    low, high = (math.hypot(math.log(share / limit), z * cv) for limit in limits)
    middle = count / share
    return Interval(middle * math.exp(-low), middle * math.exp(high), level, "logit of P, inverted")


def _check(
    count: float, share: float, sample: int, effect: float, stderr: float, level: float
) -> None:
    finite = all(map(math.isfinite, (count, share, sample, effect, stderr)))
    rules = (
        (finite, "every number must be finite"),
        (count > 0, "the count must be above 0: give the number of people reached"),
        (share > 0, "nobody in the survey was reached (P = 0): use another service or method"),
        (share < 1, "all of the survey was reached (P = 1): use the count as a lower bound"),
        (sample >= 2, "the survey must have 2 people or more: give its sample size"),
        (effect > 0, "the design effect must be above 0; 2 is usual for RDS"),
        (stderr >= 0, "the standard error of the count cannot be negative"),
        (0 < level < 1, "the level lies between 0 and 1, e.g. 0.95"),
    )
    for holds, message in rules:
        if not holds:
            raise EstimationError(f"multiplier: {message}")
