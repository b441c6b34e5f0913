"""An estimate report as a page of text to read in a terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uic.analysis.estimating.overview import EstimateReport
    from uic.analysis.estimating.results import Estimate, Fitted, Interval

SHOWN = 10
"""Models and refusals a page lists; JSON and CSV list all."""


def to_page(report: EstimateReport) -> str:
    """Return the headline and its assumptions, the models with the best AIC, what was refused."""
    lines = [*_top(report), "", *_models(report), *_refused(report)]
    return "\n".join(lines) + "\n"


def _top(report: EstimateReport) -> list[str]:
    top = report.headline
    return [
        f"{report.checks.seen:,} people seen on {report.histories.k} lists",
        f"{_people(top.abundance)} people, {_range(top.interval)}: {top.method}",
        *([top.note] if top.note else []),
        "",
        *(f"- {sentence}" for sentence in top.assumptions),
        *(f"! {sentence}" for sentence in report.checks.warnings),
    ]


def _models(report: EstimateReport) -> list[str]:
    best = sorted(report.loglinear, key=lambda model: model.aic)
    more = len(best) - SHOWN
    head = f"{'model':<28}{'people':>10}{'stderr':>10}{'AIC':>10}{'BIC':>10}{'df':>4}  interval"
    lines = [head, *map(_two, report.two_lists), *map(_fitted, best[:SHOWN])]
    return lines + ([f"... and {more} more: --format json or csv lists all"] if more > 0 else [])


def _two(two: Estimate) -> str:
    numbers = f"{_people(two.abundance):>10}{two.stderr:>10.1f}"
    return f"{two.method:<28}{numbers}{'':>24}  {_range(two.interval)}"


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
