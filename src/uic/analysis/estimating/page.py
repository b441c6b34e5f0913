"""An estimate report as a page of text to read in a terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from uic.analysis.estimating.heterogeneity import UNTESTABLE

if TYPE_CHECKING:
    from uic.analysis.estimating.latent_class import LatentClass
    from uic.analysis.estimating.report import EstimateReport
    from uic.analysis.estimating.results import (
        Average,
        Bayesian,
        Bootstrap,
        Estimate,
        Fitted,
        Interval,
        Stratum,
    )

    Found = Estimate | Average | Bayesian | Bootstrap | LatentClass | Stratum

SHOWN = 10
"""Models and refusals a page lists; JSON and CSV list all."""


def to_page(report: EstimateReport) -> str:
    """Return the headline and its assumptions, every method in a line or two, what was refused."""
    parts = (_top(report), _table(report), _models(report), _others(report), _refused(report))
    return "\n".join("\n".join(part) + "\n" for part in parts if part)


def _top(report: EstimateReport) -> list[str]:
    top = report.headline
    return [
        f"{_people(top.abundance)} people, {_range(top.interval)}: {top.method}",
        *([top.note] if top.note else []),
        *(f"- {sentence}" for sentence in top.assumptions),
        *(f"! {sentence}" for sentence in report.checks.warnings),
    ]


def _table(report: EstimateReport) -> list[str]:
    found = report.checks
    sizes = ", ".join(f"{name} {n:,}" for name, n in found.list_sizes.items())
    overlaps = ", ".join(f"{name} {n:,}" for name, n in found.pair_overlaps.items())
    often = ", ".join(f"{n:,} on {j}" for j, n in enumerate(found.capture_frequencies, start=1))
    return [
        f"{found.seen:,} people seen on {report.histories.k} lists: {sizes}",
        f"on both of two lists: {overlaps}",
        f"on how many lists: {often}",
    ]


def _models(report: EstimateReport) -> list[str]:
    best = sorted(report.loglinear, key=lambda model: model.aic)
    more = len(best) - SHOWN
    head = f"{'model':<28}{'people':>10}{'stderr':>10}{'AIC':>10}{'BIC':>10}{'df':>4}  interval"
    lines = [head, *map(_plain, report.two_lists), *map(_fitted, best[:SHOWN])]
    return lines + ([f"... and {more} more: --format json or csv lists all"] if more > 0 else [])


def _others(report: EstimateReport) -> list[str]:
    lines = [f"{'':<28}{'':>44}  {_range(interval)}" for interval in report.intervals]
    lines += [_fitted(model) for model in report.heterogeneity]
    lines += [UNTESTABLE] if report.heterogeneity else []
    lines += [_named(f"{x.criterion} average", x) for x in report.averages]
    if report.chao:
        lines.append(_plain(report.chao))
    if report.coverage:
        lines += [_named(f"sample coverage {x.method}", x) for x in report.coverage.estimates]
    if report.bayesian:
        lines.append(_named("Bayesian, graphs", report.bayesian))
    if report.linkage:
        lines.append(_named("as linked", report.linkage.naive))
        lines.append(_named("linkage-corrected", report.linkage.corrected))
    lines += [_named(f"stratum {item.name}", item) for item in report.strata]
    if report.bootstrap:
        lines.append(_named("bootstrap", report.bootstrap))
    if report.latent_class:
        lines += [_named("latent classes", report.latent_class), report.latent_class.note]
    return lines


def _plain(found: Estimate) -> str:
    return _named(found.method, found)


def _named(name: str, found: Found) -> str:
    stderr = f"{found.stderr:.1f}" if math.isfinite(found.stderr) else "-"
    numbers = f"{_people(found.abundance):>10}{stderr:>10}"
    return f"{name:<28}{numbers}{'':>24}  {_range(found.interval)}"


def _fitted(model: Fitted) -> str:
    size = f"{_people(model.abundance):>10}{model.stderr:>10.1f}"
    numbers = f"{model.aic:>10.2f}{model.bic:>10.2f}{model.df:>4}"
    return f"{model.model:<28}{size}{numbers}  {_range(model.interval)}"


def _refused(report: EstimateReport) -> list[str]:
    lines = [f"refused {item.model}: {item.reason}" for item in report.refused[:SHOWN]]
    more = len(report.refused) - SHOWN
    return lines + ([f"refused ... and {more} more"] if more > 0 else [])


def _people(number: float) -> str:
    return f"{number:,.0f}"


def _range(interval: Interval) -> str:
    high = _people(interval.high) if math.isfinite(interval.high) else "no upper limit"
    return f"{_people(interval.low)} to {high} ({interval.level:.0%}, {interval.method})"
