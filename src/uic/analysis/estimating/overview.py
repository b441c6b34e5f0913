"""All methods on one table: what ``uic estimate`` prints and what reports quote."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from uic.analysis.estimating.averaging import CRITERIA, average
from uic.analysis.estimating.bootstrap import bootstrap
from uic.analysis.estimating.checks import check
from uic.analysis.estimating.coverage import sample_coverage
from uic.analysis.estimating.decomposable import decomposable
from uic.analysis.estimating.headline import choose, corrected_headline, strata_headline
from uic.analysis.estimating.heterogeneity import chao, heterogeneity
from uic.analysis.estimating.histories import censor
from uic.analysis.estimating.latent_class import latent_class as by_latent_class
from uic.analysis.estimating.linkage_correction import Linkage, correct_linkage, pair_rates
from uic.analysis.estimating.loglinear import loglinear
from uic.analysis.estimating.reading import Absent, read_strata
from uic.analysis.estimating.report import EstimateReport
from uic.analysis.estimating.results import Refused
from uic.analysis.estimating.searching import candidates
from uic.analysis.estimating.strata import estimate_strata, pooled
from uic.analysis.estimating.two_lists import (
    check_interval,
    other_intervals,
    pair_table,
    two_list_estimates,
)
from uic.errors import EstimationError, NotIdentifiableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from uic.analysis.estimating.histories import Histories
    from uic.analysis.estimating.results import Average, Fitted
    from uic.analysis.estimating.two_lists import IntervalName

__all__ = ["EstimateReport", "estimate", "estimate_table"]


def estimate(
    histories: Any,  # noqa: ANN401 - a path, a mapping or any table
    *,
    by: str | None = None,
    absent: Absent = "error",
    outside: str | None = None,
    linkage: Linkage | None = None,
    order: int | None = None,
    most_unseen: int | None = None,
    replicates: int = 0,
    latent_class: bool = False,
    interval: IntervalName = "log-normal",
    level: float = 0.95,
) -> EstimateReport:
    """Estimate how many people there are, seen and unseen, from overlapping lists.

    Args:
        histories: Path of a CSV with a 0/1 column a list and ``count``; a mapping such as
            ``{"110": 6, ...}`` or ``{"A": 46, "A&B": 6, ...}``; or an Arrow, pandas or polars
            table.
        by: Column that divides the table into strata, which are estimated alone and added up.
        absent: Whether a history without a row is an ``"error"`` or ``"zero"`` people.
        outside: A list that also holds people outside the target population: those on it only
            are counted from none to all.
        linkage: How well the lists were linked, for all pairs of lists or by pair; the estimate is
            then corrected for it, or says why it cannot be.
        order: Largest interaction of the log-linear models; all up to 5 lists when None.
        most_unseen: Largest number of unseen people the Bayesian average considers; 20 for one
            seen when None.
        replicates: Tables of the parametric bootstrap with reselection; 0 for none.
        latent_class: Also sample latent classes: some seconds, and another seed gives another
            number.
        interval: Interval of the two-list estimates: log-normal, transformed logit, profile,
            binomial, or Wald, which goes below zero and is only for reproducing papers.
        level: Coverage of every interval.

    Returns:
        A report; ``headline`` is the estimate to quote, ``to_json``, ``to_csv``, ``to_text``,
        ``to_table`` and ``to_frame`` give all of it.

    Raises:
        InputError: the table cannot be used; every problem is listed.
        NoOverlapError: the lists, or the lists of one stratum, share nobody.
        EstimationError: there is one list only, or no method has an estimate.
    """
    check_interval(interval)
    tables = read_strata(histories, by=by, absent=absent)
    if outside is not None:
        tables = {name: censor(table, outside) for name, table in tables.items()}
    options: dict[str, Any] = {"order": order, "interval": interval, "level": level}
    whole = estimate_table(
        pooled(tables),
        linkage=linkage,
        most_unseen=most_unseen,
        replicates=replicates,
        latent_class=latent_class,
        **options,
    )
    if by is None:
        return whole
    strata = estimate_strata(tables, lambda table: _quick(table, **options))
    return replace(whole, strata=strata, headline=strata_headline(whole.headline, strata, level))


def estimate_table(
    histories: Histories,
    *,
    linkage: Linkage | None = None,
    order: int | None = None,
    most_unseen: int | None = None,
    replicates: int = 0,
    latent_class: bool = False,
    interval: IntervalName = "log-normal",
    level: float = 0.95,
) -> EstimateReport:
    """Do what :func:`estimate` does on a table that is already read."""
    report = _quick(histories, order=order, interval=interval, level=level)
    if histories.k > 2:
        report = _more_lists(report, most_unseen, level)
    if replicates:
        terms = candidates(histories, order)
        drawn = bootstrap(histories, terms, replicates=replicates, level=level)
        report = replace(report, bootstrap=drawn)
    if latent_class:
        report = _with_latent_class(report, level)
    return report if linkage is None else _with_linkage(report, linkage, level)


def _with_latent_class(report: EstimateReport, level: float) -> EstimateReport:
    """Sample latent classes; where the table does not allow it, say why."""
    try:
        return replace(report, latent_class=by_latent_class(report.histories, level=level))
    except EstimationError as error:
        return replace(report, refused=(*report.refused, Refused("latent classes", str(error))))


def _with_linkage(report: EstimateReport, linkage: Linkage, level: float) -> EstimateReport:
    """Correct for linkage error; where that cannot be, say why and keep the plain estimate."""
    pair_rates(report.histories, linkage)
    try:
        done = correct_linkage(report.histories, linkage, report.headline, level=level)
    except EstimationError as error:
        top = report.headline
        note = f"{top.note} Not corrected for linkage error: {error}.".strip()
        refused = (*report.refused, Refused("linkage-corrected", str(error)))
        return replace(report, refused=refused, headline=replace(top, note=note))
    return replace(report, linkage=done, headline=corrected_headline(report.headline, done))


def _quick(
    histories: Histories,
    *,
    order: int | None,
    level: float,
    interval: IntervalName = "log-normal",
) -> EstimateReport:
    """Estimate what the headline needs."""
    histories.need_overlap()
    fitted, refused = loglinear(histories, candidates(histories, order), level=level)
    two: dict[str, Any] = {"two_lists": (), "intervals": (), "pairs": ()}
    try:
        two["pairs"] = pair_table(histories, level=level)
        if histories.k == 2:
            two["two_lists"] = two_list_estimates(histories, interval=interval, level=level)
            two["intervals"] = other_intervals(histories, level=level)
    except EstimationError as error:
        refused += (Refused("two lists", str(error)),)
    averages = _averages(fitted, histories.seen, level) if histories.k > 2 else ()
    return EstimateReport(
        histories=histories,
        checks=check(histories),
        headline=choose(histories, two["two_lists"], fitted, averages),
        loglinear=fitted,
        refused=refused,
        averages=averages,
        **two,
    )


def _more_lists(report: EstimateReport, most_unseen: int | None, level: float) -> EstimateReport:
    """Add the methods for three or more lists; one that cannot be used is refused by name."""
    table, refused = report.histories, report.refused
    found: dict[str, Any] = {}
    found["heterogeneity"], reasons = heterogeneity(table, level=level)
    refused += reasons
    methods: dict[str, Callable[[], Any]] = {
        "chao": lambda: chao(table, level=level),
        "coverage": lambda: sample_coverage(table, level=level),
        "bayesian": lambda: decomposable(table, most_unseen=most_unseen, level=level),
    }
    for name, method in methods.items():
        try:
            found[name] = method()
        except EstimationError as error:
            refused += (Refused(name, str(error)),)
    return replace(report, refused=refused, **found)


def _averages(fitted: tuple[Fitted, ...], seen: int, level: float) -> tuple[Average, ...]:
    try:
        return tuple(average(fitted, seen, name, level=level) for name in CRITERIA)
    except NotIdentifiableError:
        return ()
