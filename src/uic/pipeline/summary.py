"""What the report page shows, gathered from the rooms as counts and simple values."""

from __future__ import annotations

import math
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from uic.analysis.pictures import estimate_pictures
from uic.analysis.reporting import (
    Estimation,
    InputFile,
    Linkage,
    Method,
    MissingValues,
    Model,
    PartnerRecords,
    ReportData,
    rule_counts,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from uic.analysis.estimating import EstimateReport
    from uic.partner.registers import Register

_FORMS_DISAGREE = 1.3
_HIDDEN = ("_month", "_day", "_precision", "_status")


def report_data(
    run: dict[str, Any],
    persons: pa.Table,
    events: pa.Table,
    counts: pa.Table,
    histories: pa.Table,
    size: EstimateReport | None,
    note: str,
    registers: Sequence[Register] = (),
) -> ReportData:
    """Gather the report from the results of every room.

    Only where the registers are does it tell of values that were missing or could not be used.
    """
    return ReportData(
        project=run["project"],
        period=_window(events),
        counts=counts,
        histories=histories,
        linkage=_linkage(run, persons),
        method=_method(run),
        rules=rule_counts(problem for register in registers for problem in register.problems),
        missing=tuple(item for register in registers for item in _missing(register)),
        estimation=_estimation(size, note),
        warnings=_warnings(run),
    )


def _window(events: pa.Table) -> str:
    span = pc.min_max(events["date"]).as_py()
    return f"{span['min']} to {span['max']}" if span["min"] else "no dated contacts"


def _linkage(run: dict[str, Any], persons: pa.Table) -> Linkage:
    people = persons.group_by("partner").aggregate([("person_id", "count_distinct")])
    distinct = dict(zip(*(column.to_pylist() for column in people.columns), strict=True))
    return Linkage(
        partners=tuple(
            PartnerRecords(item["partner"], item["records"], distinct.get(item["partner"], 0))
            for item in run["inputs"]
        ),
        candidate_pairs=run["candidate_pairs"],
        links=run["links"],
        persons=run["persons"],
        threshold=run["threshold"],
        expected_precision=run["expected_precision"],
    )


def _method(run: dict[str, Any]) -> Method:
    return Method(
        software_version=version("uic-link"),
        schema_fingerprint=run["schema_fingerprint"],
        epoch=run["epoch"],
        seed=run["seed"],
        inputs=tuple(
            InputFile(item["partner"], item["file"], item["rows"], item["sha256"])
            for item in run["inputs"]
        ),
    )


def _missing(register: Register) -> list[MissingValues]:
    records = register.records
    return [
        MissingValues(register.partner, name.removesuffix("_year"), column.null_count, len(records))
        for name, column in zip(records.column_names, records.columns, strict=True)
        if name != "record_id" and not name.endswith(_HIDDEN)
    ]


def _estimation(size: EstimateReport | None, note: str) -> Estimation:
    if size is None:
        return Estimation(sentences=(note,))
    best = size.headline
    chosen = Model(
        best.method,
        best.abundance,
        _known(best.stderr),
        best.interval.low,
        best.interval.high,
        note=best.note,
    )
    others = (
        Model(x.model, x.abundance, x.stderr, x.interval.low, x.interval.high, x.aic)
        for x in sorted(size.loglinear, key=lambda x: x.aic)
    )
    drawn = estimate_pictures(size)[1:]  # the first, of the histories, is a table of the page
    return Estimation((chosen, *others), 0, best.interval.level, best.assumptions, drawn)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _warnings(run: dict[str, Any]) -> tuple[str, ...]:
    warnings = []
    if run["weights"] and run["weights"]["ratio_of_forms"] > _FORMS_DISAGREE:
        warnings.append(
            "Several ways of weighing the evidence disagree on how many links there are by a factor"
            f" of {run['weights']['ratio_of_forms']:.1f}; the more careful one was kept. Raise the"
            " threshold to 0.95 before you act on single links."
        )
    lost = sum(item["capped_pairs"] for item in run["passes"])
    if lost:
        warnings.append(
            f"{lost:,} pairs in blocks larger than the schema's largest_block were not compared,"
            " because nothing more of them agrees exactly; a person whose records are alike only"
            " so roughly is counted more than once."
        )
    return tuple(warnings)
