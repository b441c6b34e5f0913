"""From an entry of the record to a study that can be pooled: a number, an interval, a weight.

A study without an interval cannot be weighed against the others. Where its own numbers allow it
the interval is recovered, by the rules below and in this order, and the study says by which one:

1. ``low`` and ``high`` as given.
2. ``stderr``: number exp(-+ z SE/number).
3. Two lists, ``n1`` and ``n2``: Chapman's estimate with a log-normal interval. Where only the
   estimate N was published, m = n1 n2/N (fellstat/triangulator, docs/index.md).
4. ``count``, ``proportion`` and ``sample``: the multiplier's log interval.
5. ``total``, ``proportion`` and ``sample``: total times the logit interval of the proportion,
   with the effective sample ``sample / deff``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scipy.special import expit, logit

from uic.analysis.estimating.intervals import lognormal, quantile
from uic.analysis.estimating.results import Interval
from uic.analysis.multiplier import DESIGN_EFFECTS, multiplier
from uic.errors import EstimationError

if TYPE_CHECKING:
    from uic.analysis.consensus.record import Estimate

MOST_WIDTH = 100.0
"""Half-width on the log scale beyond which an interval says nothing at all."""

Z95 = 1.96
"""Triangulator's quantile, kept so that its published examples come out to the last digit."""


@dataclass(frozen=True)
class Study:
    """One estimate, ready to be pooled or the reason why it is not.

    Attributes:
        label: Its name in the record.
        number: The estimate, in people; nan where the record gives none.
        low: Lower limit of its interval; nan where none can be recovered.
        high: Upper limit.
        level: Nominal coverage of the interval, 0 to 1.
        confidence: The meeting's trust, 0 to 1: the standard error is divided by it.
        how: Where the interval comes from.
        left_out: Why it is shown and not pooled; empty for a pooled study.
    """

    label: str
    number: float
    low: float
    high: float
    level: float
    confidence: float
    how: str
    left_out: str

    @property
    def log(self) -> float:
        """Natural logarithm of the estimate."""
        return math.log(self.number)

    @property
    def spread(self) -> float:
        """Standard error on the log scale, (ln high - ln low)/(2 z), before confidence."""
        z = Z95 if self.level == 0.95 else quantile(self.level)
        return math.log(self.high / self.low) / (2 * z)

    @property
    def stretched(self) -> tuple[float, float]:
        """The interval as the model sees it: its log half-width divided by the confidence."""
        width = Z95 * self.spread / self.confidence if self.confidence > 0 else math.inf
        if width > MOST_WIDTH:
            return 0.0, math.inf
        return self.number * math.exp(-width), self.number * math.exp(width)


def study(entry: Estimate) -> Study:
    """Return the entry with its interval, recovered where that is possible.

    Raises:
        EstimationError: the entry is to be pooled and has no interval, or its numbers are such
            that none can be computed.
    """
    reason = _reason(entry)
    try:
        number, interval = _recover(entry)
    except EstimationError as error:
        raise EstimationError(f"estimate {entry.label!r}: {error}") from None
    if interval is None and not reason:
        raise EstimationError(
            f"estimate {entry.label!r} has no interval and none can be recovered\n"
            "  hint: give 'low' and 'high', 'stderr', 'n1' and 'n2', or 'count', 'proportion' and "
            "'sample'; or show it without pooling it: left_out = \"no interval\""
        )
    shown = interval or Interval(math.nan, math.nan, entry.level, "none")
    return Study(
        label=entry.label,
        number=number,
        low=shown.low,
        high=shown.high,
        level=shown.level,
        confidence=entry.confidence,
        how=shown.method,
        left_out=reason,
    )


def _reason(entry: Estimate) -> str:
    """Return why an entry is not pooled; empty when it is."""
    return entry.left_out or ("confidence 0" if entry.confidence == 0 else "")


def _recover(entry: Estimate) -> tuple[float, Interval | None]:
    """Return the number and its interval, by the first rule that the entry's numbers allow."""
    for rule in (_published, _from_stderr, _from_two_lists, _from_multiplier, _from_proportion):
        found = rule(entry)
        if found is None:
            continue
        number = entry.number if entry.number is not None else found[0]
        if number < found[1].low or number > found[1].high:
            raise EstimationError("the number does not fit the interval that its parts give")
        return number, found[1]
    return entry.number if entry.number is not None else _product(entry) or math.nan, None


def _product(entry: Estimate) -> float | None:
    """Return total times proportion, or count by proportion, where the entry has them."""
    if entry.proportion is None:
        return None
    if entry.total is not None:
        return entry.total * entry.proportion
    return entry.count / entry.proportion if entry.count is not None else None


def _published(entry: Estimate) -> tuple[float, Interval] | None:
    if entry.low is None or entry.high is None:
        return None
    how = "as given"
    number = entry.number or _product(entry)
    if number is None and _reason(entry):
        number = math.nan  # nobody published one, and none is needed to show the range
    elif number is None:
        number, how = math.sqrt(entry.low * entry.high), f"{how}; number: geometric middle"
    return number, Interval(entry.low, entry.high, entry.level, how)


def _from_stderr(entry: Estimate) -> tuple[float, Interval] | None:
    number = entry.number or _product(entry)
    if entry.stderr is None or number is None:
        return None
    wide = math.exp(quantile(entry.level) * entry.stderr / number)
    how = "from the standard error"
    return number, Interval(number / wide, number * wide, entry.level, how)


def _from_two_lists(entry: Estimate) -> tuple[float, Interval] | None:
    n1, n2, m, how = entry.n1, entry.n2, entry.m, "from n1, n2 and m"
    if n1 is None or n2 is None or (m is None and entry.number is None):
        return None
    if m is None:
        m, how = n1 * n2 / float(entry.number or 1), "from n1, n2 and m = n1 n2/N"
    if m >= min(n1, n2):
        raise EstimationError("one list would hold all of the other: check n1, n2, m and number")
    chapman, stderr = _chapman(n1, n2, m)
    seen = n1 + n2 - m
    found = lognormal(seen, chapman - seen, stderr, entry.level)
    return chapman, Interval(found.low, found.high, entry.level, how)


def _chapman(n1: float, n2: float, m: float) -> tuple[float, float]:
    """Return Chapman's estimate and its standard error (Seber 1970); m may be a recovered one."""
    estimate = (n1 + 1) * (n2 + 1) / (m + 1) - 1
    variance = (n1 + 1) * (n2 + 1) * (n1 - m) * (n2 - m) / ((m + 1) ** 2 * (m + 2))
    return estimate, math.sqrt(variance)


def _from_multiplier(entry: Estimate) -> tuple[float, Interval] | None:
    if entry.count is None or entry.proportion is None or entry.sample is None:
        return None
    found = multiplier(
        entry.count,
        entry.proportion,
        entry.sample,
        design=entry.design,
        deff=entry.deff,
        level=entry.level,
    )
    limits = found.interval.low, found.interval.high
    return found.abundance, Interval(*limits, entry.level, f"from C, P and deff {found.deff:g}")


def _from_proportion(entry: Estimate) -> tuple[float, Interval] | None:
    if entry.total is None or entry.proportion is None or entry.sample is None:
        return None
    deff = entry.deff if entry.deff is not None else DESIGN_EFFECTS[entry.design]
    share = entry.proportion
    width = quantile(entry.level) * math.sqrt(deff / (entry.sample * share * (1 - share)))
    low, high = (entry.total * float(expit(logit(share) + side * width)) for side in (-1, 1))
    how = f"from total, P and deff {deff:g}"
    return entry.total * share, Interval(low, high, entry.level, how)
