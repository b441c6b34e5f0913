"""The manifest of a run: versions, fingerprints, digests, and what every step counted."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from uic.schema import fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.matching.matcher import Match
    from uic.partner.registers import Register
    from uic.resolving.resolver import Resolution
    from uic.schema import LinkageSchema


def manifest(
    schema: LinkageSchema,
    *,
    epoch: str,
    key_id: str,
    seed: int | None,
    inputs: list[dict[str, Any]],
    matched: dict[str, Any],
    resolved: Resolution,
) -> dict[str, Any]:
    """Return what a later reader needs to run this again, and what every step counted.

    Args:
        schema: The linkage schema.
        epoch: Epoch of the key.
        key_id: Public name of the key.
        seed: Seed of the run; None where nothing was random.
        inputs: ``partner``, ``file``, ``sha256``, ``rows``, ``records`` of every file read.
        matched: :func:`told_by_matcher`.
        resolved: The resolver's answer.
    """
    return {
        "versions": {name: version(name) for name in ("uic-link", "duckdb", "numpy", "pyarrow")},
        "project": schema.project,
        "profile": schema.profile,
        "epoch": epoch,
        "key_id": key_id,
        "schema_fingerprint": fingerprint(schema),
        "threshold": resolved.threshold,
        "target": resolved.outlook.target and resolved.outlook.target.told,
        "seed": seed,
        "inputs": inputs,
        **matched,
        "candidate_pairs": resolved.candidates,
        "expected_links": round(resolved.expected_links, 1),
        "expected_precision": round(resolved.expected_precision, 4)
        if resolved.links.num_rows
        else None,
        "expected_unmet": round(resolved.outlook.unmet, 1),
        "expected_at": [
            {name: round(value, 4) for name, value in vars(item).items()}
            for item in resolved.outlook.at
        ],
        "best_threshold": round(resolved.outlook.best, 4),
        "pairs": resolved.outlook.bands,
        "links": len(resolved.links),
        "records": len(resolved.persons),
        "persons": len(resolved.persons["person_id"].unique()),
    }


def files_read(registers: Sequence[Register]) -> list[dict[str, Any]]:
    """Return what a manifest says of the partners' registers."""
    return [
        {
            "partner": register.partner,
            "file": register.source,
            "sha256": register.digest,
            "rows": register.rows,
            "records": len(register.records),
            "row_problems": len(register.problems),
        }
        for register in registers
    ]


def told_by_matcher(matched: Match) -> dict[str, Any]:
    """Return what the matcher counted and fitted, as it stands in a manifest: no pair, no row."""
    weights = matched.weights
    return {
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
        "comparisons": [
            {"attribute": item.attribute, "kind": item.kind} for item in matched.comparisons
        ],
        "weights": None
        if weights is None
        else {
            "form": weights.form,
            "ratio_of_forms": round(weights.ratio, 4),
            "m": {name: [round(x, 6) for x in m] for name, m in weights.m.items()},
            "u": {name: [round(x, 9) for x in u] for name, u in weights.u.items()},
            "passes": {name: item.to_dict() for name, item in weights.passes.items()},
        },
    }
