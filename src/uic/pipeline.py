"""The one-machine chain: partner exports in, people counted once, nothing named out.

The only module beside the command line that sees more than one wing. Each step hands over a
value that the next room may see; no step looks back.
"""

from __future__ import annotations

import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa

from uic.analysis.counting import count
from uic.analysis.estimating import estimate
from uic.analysis.histories import histories, list_overlap
from uic.crypto.keys import load_or_make_key
from uic.errors import EstimationError, InputError
from uic.matching.matcher import match
from uic.partner.encoding import encode
from uic.partner.reading import read_registers
from uic.resolving.resolver import resolve
from uic.results import Deduplication
from uic.schema import LinkageSchema, default_schema, fingerprint, load_schema
from uic.values import silent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from uic.analysis.estimating import EstimateReport
    from uic.crypto.keys import EpochKey
    from uic.matching.matcher import Match
    from uic.partner.registers import Register
    from uic.resolving.resolver import Resolution
    from uic.values import Progress

Inputs = "Sequence[str | Path] | Mapping[str, Any]"
Period = Literal["year", "quarter", "month"]


def dedupe(  # noqa: PLR0913
    inputs: Inputs,  # type: ignore[valid-type]
    *,
    schema: LinkageSchema | str | Path | None = None,
    key: EpochKey | str | Path = "uic-epoch.key",
    seed: int = 0,
    period: Period = "year",
    lists: Literal["partner", "channel"] = "partner",
    threshold: float | None = None,
    progress: Progress = silent,
) -> Deduplication:
    """Count people once over the exports of several partners, on one machine.

    Args:
        inputs: Paths of the partners' exports, or a mapping from partner to a table (pandas,
            polars, Arrow).
        schema: The linkage schema or its path; without one the default name-register schema
            applies and the partner is the file's name.
        key: The epoch key or its path; the file is made on first use.
        seed: Seed of everything random in the outputs. The same inputs, key and seed give the
            same tables.
        period: Length of a period in the counts.
        lists: What a list is in the capture histories.
        threshold: Probability at which a pair is a link, instead of the schema's.
        progress: Called with each step.

    Raises:
        InputError: a file cannot be used; every problem of every file is listed.
        SchemaError: the schema breaks a rule.
        KeyMaterialError: the key cannot be used.
    """
    clock = _Clock()
    chosen = _schema(schema, threshold)
    registers = read_registers(inputs, chosen, progress=progress)
    clock.lap("reading")
    epoch_key = load_or_make_key(key, chosen.project) if isinstance(key, (str, Path)) else key
    exports = []
    for number, register in enumerate(registers):
        progress("encoding", number, len(registers))
        exports.append(encode(register, chosen, epoch_key))
    clock.lap("encoding")
    matched = match([export.matcher for export in exports], chosen, progress=progress)
    clock.lap("matching")
    progress("resolving", 0, 1)
    resolved = resolve(matched.pairs, [export.resolver for export in exports], chosen, seed=seed)
    clock.lap("resolving")
    progress("counting", 0, 1)
    persons = _persons(resolved, registers)
    events = _person_events(resolved, registers)
    counts = count(events, period=period)
    found = histories(persons if lists == "partner" else events, lists=lists)
    clock.lap("counting")
    size, note = _estimate(found)
    clock.lap("estimating")
    return Deduplication(
        persons=persons,
        pairs=_pairs(resolved, registers),
        counts=counts,
        histories=found,
        overlap=list_overlap(persons if lists == "partner" else events, lists=lists),
        estimate=size,
        estimate_note=note,
        rejects=tuple(sorted(problem for register in registers for problem in register.problems)),
        run=_manifest(chosen, epoch_key, seed, registers, matched, resolved, clock.seconds),
        registers=tuple(_quality(register) for register in registers),
    )


class _Clock:
    """Seconds spent in each step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self.seconds[step], self._last = round(now - self._last, 3), now


def _schema(schema: LinkageSchema | str | Path | None, threshold: float | None) -> LinkageSchema:
    chosen = schema if isinstance(schema, LinkageSchema) else (
        load_schema(schema) if schema is not None else default_schema()
    )
    if threshold is None:
        return chosen
    linking = chosen.linking.model_copy(update={"threshold": threshold})
    return chosen.model_copy(update={"linking": linking})


def _persons(resolved: Resolution, registers: Sequence[Register]) -> pa.Table:
    """Put the partners' own record ids in the place of record positions."""
    record_ids = pa.chunked_array([register.records["record_id"] for register in registers])
    return pa.table(
        {
            "partner": resolved.persons["partner"],
            "record_id": record_ids.combine_chunks(),  # nodes stand in the order of the registers
            "person_id": resolved.persons["person_id"],
        }
    )


def _pairs(resolved: Resolution, registers: Sequence[Register]) -> pa.Table:
    columns: dict[str, Any] = {}
    for side in "ab":
        partners = resolved.links[f"partner_{side}"]
        columns[f"partner_{side}"] = partners
        columns[f"record_id_{side}"] = _record_ids(
            partners, resolved.links[f"record_{side}"], registers
        )
    return pa.table(columns | {"probability": resolved.links["probability"]})


def _record_ids(
    partners: pa.ChunkedArray, positions: pa.ChunkedArray, registers: Sequence[Register]
) -> pa.Array:
    starts = np.cumsum([0, *(len(register.records) for register in registers)])
    start = {register.partner: first for register, first in zip(registers, starts, strict=False)}
    offset = np.array([start[name] for name in partners.to_pylist()], dtype=np.int64)
    record_ids = pa.chunked_array([register.records["record_id"] for register in registers])
    return record_ids.take(pa.array(offset + positions.to_numpy())).combine_chunks()


def _person_events(resolved: Resolution, registers: Sequence[Register]) -> pa.Table:
    """Put person ids in the place of records: all that the analyst may see of an event."""
    tables, start = [], 0
    for register in registers:
        people = resolved.persons["person_id"].slice(start, len(register.records))
        start += len(register.records)
        events = register.events
        named = pa.repeat(register.partner, len(events)).cast(pa.string())
        person = people.combine_chunks().take(events["record"].combine_chunks())
        tables.append(
            events.drop_columns("record")
            .append_column("partner", named)
            .append_column("person_id", person)
        )
    return pa.concat_tables(tables)


def _estimate(found: pa.Table) -> tuple[EstimateReport | None, str]:
    try:
        return estimate(found), ""
    except (EstimationError, InputError) as error:
        return None, str(error)


def _manifest(  # noqa: PLR0913, PLR0917
    schema: LinkageSchema,
    key: EpochKey,
    seed: int,
    registers: Sequence[Register],
    matched: Match,
    resolved: Resolution,
    seconds: dict[str, float],
) -> dict[str, Any]:
    """Return what a later reader needs to run this again, and what every step counted."""
    weights = matched.weights
    return {
        "versions": {name: version(name) for name in ("uic-link", "duckdb", "numpy", "pyarrow")},
        "project": schema.project,
        "profile": schema.profile,
        "epoch": key.epoch,
        "key_id": key.key_id,
        "schema_fingerprint": fingerprint(schema),
        "threshold": schema.linking.threshold,
        "seed": seed,
        "inputs": [
            {
                "partner": register.partner,
                "sha256": register.digest,
                "rows": register.rows,
                "records": len(register.records),
                "row_problems": len(register.problems),
            }
            for register in registers
        ],
        "passes": [
            {
                "name": report.name,
                "candidates": report.candidates,
                "capped_blocks": report.capped_blocks,
                "capped_pairs": report.capped_pairs,
                "expected_matches": None if weights is None else round(report.expected_matches, 1),
            }
            for report in matched.passes
        ],
        "weights": None
        if weights is None
        else {
            "form": weights.form,
            "ratio_of_forms": round(weights.ratio, 4),
            "m": {name: [round(x, 6) for x in m] for name, m in weights.m.items()},
            "u": {name: [round(x, 9) for x in u] for name, u in weights.u.items()},
        },
        "candidate_pairs": resolved.candidates,
        "expected_links": round(resolved.expected_links, 1),
        "expected_precision": round(resolved.expected_precision, 4)
        if resolved.links.num_rows
        else None,
        "links": len(resolved.links),
        "records": len(resolved.persons),
        "persons": len(resolved.persons["person_id"].unique()),
        "seconds": seconds,
    }


def _quality(register: Register) -> dict[str, Any]:
    """Shares of records without a usable value, per attribute: counts, never values."""
    records = register.records
    shares = {
        name.removesuffix("_year"): column.null_count / max(len(records), 1)
        for name, column in zip(records.column_names, records.columns, strict=True)
        if name != "record_id" and not name.endswith(("_month", "_day", "_precision", "_status"))
    }
    return {"partner": register.partner, "records": len(records), "missing": shares}
