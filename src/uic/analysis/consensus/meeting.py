"""The meeting: from a record to a pooled number with everything that should be shown beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from uic.analysis.consensus.alike import check_alike
from uic.analysis.consensus.notes import notes
from uic.analysis.consensus.pooling import (
    Heterogeneity,
    Pooled,
    fixed_effect,
    heterogeneity,
    median,
    random_effects,
    summary,
    triangulator,
)
from uic.analysis.consensus.studies import study
from uic.analysis.consensus.triangulating import prior_belief
from uic.analysis.consensus.unaids import coverage
from uic.errors import EstimationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from uic.analysis.consensus.record import Record
    from uic.analysis.consensus.studies import Study
    from uic.analysis.consensus.triangulating import Belief
    from uic.analysis.consensus.unaids import Coverage

TAU_MULTIPLIERS = (0.01, 0.1, 0.5, 1.0)
"""Scales of the prior of tau to show beside each other; Triangulator's default comes first."""


@dataclass(frozen=True)
class LeftOut:
    """The pooled numbers without one study.

    Attributes:
        label: The study that is left out.
        triangulator: Triangulator without it.
        random_effects: DerSimonian-Laird without it.
    """

    label: str
    triangulator: Pooled
    random_effects: Pooled


@dataclass(frozen=True, repr=False)
class Consensus:
    """What a meeting comes to. Holds published and pooled numbers, nothing of a person.

    Attributes:
        record: The record it was made from.
        studies: Every estimate of the record, pooled or shown only.
        headline: The pooled number by the method the record chose.
        methods: Triangulator, random effects, fixed effect, median, in this order.
        prior: The meeting's prior alone; none where it set none.
        prior_belief: The same as a distribution of N.
        posterior: Triangulator's distribution of N.
        disagreement: Q and I^2 of the pooled studies, with their intervals as given.
        disagreement_stretched: The same after their intervals are stretched by confidence.
        tau_sensitivity: (multiplier, Triangulator with that scale of tau).
        leave_one_out: The pooled numbers without each study; empty for two studies.
        shares: (label or ``prior``, its share in the pooled logarithm at the median tau).
        coverage: People reached by the headline; none where the record has no ``[reached]``.
        notes: What a reader must know before quoting the number.
    """

    record: Record
    studies: tuple[Study, ...]
    headline: Pooled
    methods: tuple[Pooled, ...]
    prior: Pooled | None
    prior_belief: Belief | None
    posterior: Belief
    disagreement: Heterogeneity
    disagreement_stretched: Heterogeneity
    tau_sensitivity: tuple[tuple[float, Pooled], ...]
    leave_one_out: tuple[LeftOut, ...]
    shares: tuple[tuple[str, float], ...]
    coverage: Coverage | None
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        found = self.headline
        return f"<Consensus {found.number:,.0f} ({found.low:,.0f}-{found.high:,.0f})>"

    @property
    def pooled(self) -> tuple[Study, ...]:
        """The studies that were pooled."""
        return tuple(item for item in self.studies if not item.left_out)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, as written to JSON."""
        from uic.analysis.consensus.output import to_dict

        return to_dict(self)

    def to_json(self) -> str:
        """Return everything as JSON text."""
        from uic.analysis.consensus.output import to_json

        return to_json(self)

    def to_table(self) -> pa.Table:
        """Return an Arrow table, one row a study, method, tau scale and left-out study."""
        from uic.analysis.consensus.output import to_table

        return to_table(self)

    def to_frame(self) -> Any:  # noqa: ANN401 - pandas is not a dependency
        """Return the table as a pandas data frame; needs pandas."""
        return self.to_table().to_pandas()


def consensus(record: Record) -> Consensus:
    """Pool the estimates of a record and show what the pooled number hangs on.

    Triangulator, DerSimonian-Laird random effects, fixed effect and median are all computed on
    the same studies; ``pooling.method`` of the record only chooses the headline.

    Args:
        record: From :func:`uic.analysis.consensus.load_record`.

    Raises:
        EstimationError: fewer than two studies can be pooled, one of them has no interval, or
            they count different people and the record does not say that this is meant.

    Source: fellstat/triangulator (docs/math.md); DerSimonian & Laird 1986, Control Clin Trials
    7:177; Higgins & Thompson 2002, Stat Med 21:1539. Formulas: docs/consensus.md.
    """
    check_alike(record)
    studies = tuple(study(entry) for entry in record.estimates)
    pooled = [item for item in studies if not item.left_out]
    _check_enough(pooled)
    level, scale = record.pooling.level, record.pooling.tau_multiplier
    first, posterior = triangulator(pooled, record.prior, scale, level)
    methods = (first, random_effects(pooled, level), fixed_effect(pooled, level), median(pooled))
    headline = next(item for item in methods if item.method == record.pooling.method)
    belief = prior_belief(record.prior)
    found = Consensus(
        record=record,
        studies=studies,
        headline=headline,
        methods=methods,
        prior=summary(belief, "prior", level) if belief else None,
        prior_belief=belief,
        posterior=posterior,
        disagreement=heterogeneity(pooled),
        disagreement_stretched=heterogeneity(pooled, stretched=True),
        tau_sensitivity=_tau_sensitivity(pooled, record),
        leave_one_out=_leave_one_out(pooled, record),
        shares=_shares(pooled, belief, first.tau),
        coverage=coverage(record.reached, headline) if record.reached else None,
        notes=(),
    )
    return replace(found, notes=tuple(notes(found)))


def _check_enough(pooled: Sequence[Study]) -> None:
    if len(pooled) > 1:
        return
    what = "one study only" if pooled else "no study"
    raise EstimationError(
        f"{what} is left to pool: a consensus needs two or more\n"
        "  hint: quote the one study with its own interval, or add studies; opinion belongs in "
        "[prior], a count of clients in [prior] lower"
    )


def _tau_sensitivity(pooled: Sequence[Study], record: Record) -> tuple[tuple[float, Pooled], ...]:
    scales = sorted({*TAU_MULTIPLIERS, record.pooling.tau_multiplier})
    level = record.pooling.level
    return tuple((scale, triangulator(pooled, record.prior, scale, level)[0]) for scale in scales)


def _leave_one_out(pooled: Sequence[Study], record: Record) -> tuple[LeftOut, ...]:
    if len(pooled) < 3:
        return ()
    level, scale = record.pooling.level, record.pooling.tau_multiplier
    found = []
    for item in pooled:
        others = [other for other in pooled if other is not item]
        without = triangulator(others, record.prior, scale, level)[0]
        found.append(LeftOut(item.label, without, random_effects(others, level)))
    return tuple(found)


def _shares(
    pooled: Sequence[Study], prior: Belief | None, tau: float
) -> tuple[tuple[str, float], ...]:
    """Return each study's share of the precision of ln N, and the prior's."""
    precisions = [
        (item.label, 1 / (tau**2 + (item.spread / item.confidence) ** 2)) for item in pooled
    ]
    if prior is not None:
        precisions.append(("prior", float(prior.sds[0]) ** -2))
    total = sum(precision for _, precision in precisions)
    return tuple((label, precision / total) for label, precision in precisions)
