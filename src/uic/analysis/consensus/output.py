"""A consensus as plain values, JSON, an Arrow table, CSV and lines of text."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from uic.analysis.consensus.unaids import rounded, unaids_fields
from uic.analysis.tables import defuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa

    from uic.analysis.consensus.meeting import Consensus
    from uic.analysis.consensus.pooling import Pooled

FORMAT = "uic-consensus/1"

TEXTS = ("kind", "name", "note")
COLUMNS = (
    *("kind", "name", "number", "low", "high", "level"),
    *("mean", "tau", "confidence", "share", "note"),
)
"""Columns of the table; those of ``TEXTS`` are text, all others numbers."""


def to_dict(found: Consensus) -> dict[str, Any]:
    """Return everything as plain values; a number that is not finite becomes None."""
    whole = {
        "format": FORMAT,
        "headline": asdict(found.headline) | {"rounded": rounded(found.headline.number)},
        "methods": [asdict(item) for item in found.methods],
        "prior": asdict(found.prior) if found.prior else None,
        "heterogeneity": {
            "as_published": asdict(found.disagreement),
            "stretched_by_confidence": asdict(found.disagreement_stretched),
        },
        "tau_sensitivity": [
            {"tau_multiplier": scale} | asdict(item) for scale, item in found.tau_sensitivity
        ],
        "leave_one_out": [asdict(item) for item in found.leave_one_out],
        "shares": dict(found.shares),
        "studies": [asdict(item) for item in found.studies],
        "coverage": asdict(found.coverage) if found.coverage else None,
        "unaids": unaids_fields(found),
        "notes": list(found.notes),
        "record": _record(found),
    }
    plain: dict[str, Any] = _finite(whole)
    return plain


def _record(found: Consensus) -> dict[str, Any]:
    """Return the record itself; populations in the order of their names, as the log keeps them."""
    data = found.record.model_dump(mode="json", exclude_none=True)
    return data | {"populations": dict(sorted(data["populations"].items()))}


def to_json(found: Consensus) -> str:
    """Return everything as JSON text."""
    return json.dumps(to_dict(found), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def to_table(found: Consensus) -> pa.Table:
    """Return one row a study, method, tau scale and left-out study, with ``COLUMNS``."""
    import pyarrow as pa

    kinds = {name: pa.string() if name in TEXTS else pa.float64() for name in COLUMNS}
    rows = [{name: _finite(row.get(name)) for name in COLUMNS} for row in _rows(found)]
    return pa.Table.from_pylist(rows, schema=pa.schema(list(kinds.items())))


def to_csv(found: Consensus) -> str:
    """Return the rows of :func:`to_table` as CSV text; no cell runs as a formula."""
    rows = [[_finite(row.get(name)) for name in COLUMNS] for row in _rows(found)]
    return csv_text(COLUMNS, rows)


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Write rows as CSV; text that a spreadsheet would run is defused."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([defuse(x) if isinstance(x, str) else x for x in row] for row in rows)
    return stream.getvalue()


def to_text(found: Consensus) -> str:
    """Return what a meeting wants to see on a screen: numbers in columns, then the notes."""
    parts = [_heading(found), ""]
    for title, kinds in _SECTIONS:
        rows = [row for row in _rows(found) if row["kind"] in kinds]
        if rows:
            parts += [title, *(_line(row) for row in rows), ""]
    result = found.disagreement
    parts.append(f"Disagreement: Q = {result.q:.1f} on {result.df}, I2 = {result.i2:.0%}")
    if found.coverage:
        share = found.coverage
        parts.append(f"Coverage: {share.share:.0%} ({share.low:.0%} to {share.high:.0%})")
    if found.notes:
        parts += ["", "Before you quote it", *(f"  - {note}" for note in found.notes)]
    return "\n".join(parts) + "\n"


def text(found: Consensus, form: str) -> str:
    """Return the consensus as ``json``, ``csv`` or ``table`` text."""
    return {"json": to_json, "csv": to_csv, "table": to_text}[form](found)


_SECTIONS = (
    ("Estimates", ("study", "left out")),
    ("Prior and pooled", ("prior", "pooled", "consensus")),
    ("Triangulator with another scale of tau", ("tau",)),
    ("Triangulator without one study", ("without",)),
)


def _rows(found: Consensus) -> Iterator[dict[str, Any]]:
    shares = dict(found.shares)
    for study in found.studies:
        yield {
            "kind": "left out" if study.left_out else "study",
            "name": study.label,
            "number": study.number,
            "low": study.low,
            "high": study.high,
            "level": study.level,
            "confidence": study.confidence,
            "share": None if study.left_out else shares[study.label],
            "note": study.left_out or study.how,
        }
    if found.prior:
        yield _pooled("prior", "prior", found.prior) | {"share": shares.get("prior")}
    for item in found.methods:
        yield _pooled("consensus" if item is found.headline else "pooled", item.method, item)
    for scale, item in found.tau_sensitivity:
        yield _pooled("tau", f"{scale:g} sd", item)
    for out in found.leave_one_out:
        yield _pooled("without", out.label, out.triangulator)


def _pooled(kind: str, name: str, item: Pooled) -> dict[str, Any]:
    return {"kind": kind, **asdict(item), "name": name, "note": ""}


def _heading(found: Consensus) -> str:
    meeting = found.record.meeting
    about = [x for x in (meeting.population, meeting.place, meeting.period, meeting.age) if x]
    return f"{meeting.title}\n{', '.join(about)}".rstrip()


def _line(row: dict[str, Any]) -> str:
    numbers = [_whole(row[key]) for key in ("number", "low", "high")]
    mark = "*" if row["kind"] == "consensus" else "-" if row["kind"] == "left out" else " "
    cells = f"{mark} {row['name'][:44]:<44}{numbers[0]:>9}  {numbers[1]:>8} to {numbers[2]:>8}"
    weight = f"   share {row['share']:>4.0%}" if row.get("share") is not None else ""
    reason = f"   {row['note']}" if row["kind"] == "left out" else ""
    return (cells + weight + reason).rstrip()


def _whole(number: float) -> str:
    return f"{number:,.0f}" if math.isfinite(number) else "?"


def _finite(value: Any) -> Any:  # noqa: ANN401 - any field of a result
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
