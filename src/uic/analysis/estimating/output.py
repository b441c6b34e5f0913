"""An estimate report as plain values, JSON, an Arrow table and lines of text."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import math
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from uic.sheets import defuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from uic.analysis.estimating.latent_class import LatentClass
    from uic.analysis.estimating.report import EstimateReport
    from uic.analysis.estimating.results import (
        Average,
        Bayesian,
        Bootstrap,
        Estimate,
        Fitted,
        Headline,
        Interval,
        Stratum,
    )

    Found = Headline | Estimate | Average | Fitted | Bayesian | Bootstrap | LatentClass | Stratum

FORMAT = "uic-estimate/1"

ROWS = pa.schema(
    [
        ("method", pa.string()),
        ("model", pa.string()),
        ("abundance", pa.float64()),
        ("stderr", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("interval", pa.string()),
        ("deviance", pa.float64()),
        ("df", pa.int64()),
        ("aic", pa.float64()),
        ("bic", pa.float64()),
    ]
)


def to_dict(report: EstimateReport) -> dict[str, Any]:
    """Return the report as plain values: dictionaries, lists, numbers and text."""
    out: dict[str, Any] = {"format": FORMAT}
    for field in dataclasses.fields(report):
        value = getattr(report, field.name)
        if field.name == "histories":
            out["lists"] = list(value.lists)
            pairs = zip(value.names, value.counts, value.upper, strict=True)
            out["histories"] = {
                name: low if low == high else [low, high] for name, low, high in pairs
            }
        else:
            out[field.name] = _plain(value)
    return out


def _plain(value: Any) -> Any:  # noqa: ANN401 - any field of a result
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {f.name: _plain(getattr(value, f.name)) for f in fields}
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def to_json(report: EstimateReport) -> str:
    """Return the report as JSON text."""
    return json.dumps(to_dict(report), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def to_table(report: EstimateReport) -> pa.Table:
    """Return one row an estimate, of schema ``ROWS``; the headline comes first."""
    rows = list(_rows(report))
    return pa.table({name: [row.get(name) for row in rows] for name in ROWS.names}, schema=ROWS)


def _rows(report: EstimateReport) -> Iterator[dict[str, Any]]:
    yield _row("headline", report.headline.method, report.headline)
    for two in report.two_lists:
        yield _row("two lists", two.method, two)
        for item in report.intervals:
            yield _row("two lists", two.method, two) | _limits(item)
    for average in report.averages:
        yield _row("log-linear average", average.criterion, average)
    yield from (_model("log-linear", model) for model in report.loglinear)
    yield from (_model("heterogeneity", model) for model in report.heterogeneity)
    if report.chao:
        yield _row("lower bound", report.chao.method, report.chao)
    if report.coverage:
        yield from (_row("sample coverage", x.method, x) for x in report.coverage.estimates)
    if report.linkage:
        yield _row("linkage", "as linked", report.linkage.naive)
        yield _row("linkage", "corrected", report.linkage.corrected)
        yield from (_model("linkage-corrected", model) for model in report.linkage.loglinear)
    yield from (_row("stratum", item.name, item) for item in report.strata)
    if report.bootstrap:
        yield _row("bootstrap", report.bootstrap.model, report.bootstrap)
    if report.bayesian:
        yield _row("Bayesian", "decomposable graphs", report.bayesian)
    if report.latent_class:
        yield _row("Bayesian", "latent classes", report.latent_class)


def _model(method: str, model: Fitted) -> dict[str, Any]:
    numbers = {"deviance": model.deviance, "df": model.df, "aic": model.aic, "bic": model.bic}
    return _row(method, model.model, model) | numbers


def _row(
    method: str,
    model: str,
    found: Found,
) -> dict[str, Any]:
    return {
        "method": method,
        "model": model,
        "abundance": found.abundance,
        "stderr": found.stderr,
        **_limits(found.interval),
    }


def _limits(interval: Interval) -> dict[str, Any]:
    return {"low": interval.low, "high": interval.high, "interval": interval.method}


def to_csv(report: EstimateReport) -> str:
    """Return the table of :func:`to_table` as CSV text."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(ROWS.names)
    for row in to_table(report).to_pylist():
        writer.writerow([_cell(row[name]) for name in ROWS.names])
    return stream.getvalue()


def _cell(value: Any) -> Any:  # noqa: ANN401 - any cell
    if isinstance(value, str):
        return defuse(value)
    return "" if value is None else value
