"""Resolve: from scored pairs of pass rows to person ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.resolving.agreement import score_agreement
from uic.resolving.clustering import cluster
from uic.resolving.records import RecordPairs, join_rows, number_records, usable_masks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from uic.exchange import ResolverPart
    from uic.resolving.records import Nodes
    from uic.schema import LinkageSchema


@dataclass(frozen=True, repr=False)
class Resolution:
    """Persons and the links that made them, under record positions.

    Attributes:
        persons: ``partner``, ``record`` (position in that partner's export), ``person_id``.
        links: Accepted pairs inside one person: ``partner_a``, ``record_a``, ``partner_b``,
            ``record_b``, ``probability``.
        candidates: Distinct pairs of records that met in some pass.
        expected_links: Sum of the probabilities of all candidates.
        expected_precision: Mean probability of the accepted pairs; NaN without any.
    """

    persons: pa.Table
    links: pa.Table
    candidates: int
    expected_links: float
    expected_precision: float


def resolve(
    pairs: pa.Table, parts: Sequence[ResolverPart], schema: LinkageSchema, *, seed: int = 0
) -> Resolution:
    """Turn scored pairs into persons.

    Args:
        pairs: ``pass``, ``row_a``, ``row_b``, ``log_odds`` from the matcher.
        parts: The resolver's compartment of every export.
        schema: The linkage schema.
        seed: Shuffles the person ids, so that their order says nothing about the files.
    """
    names = [item.name for item in schema.active_passes]
    nodes = number_records(parts)
    met = join_rows(pairs, parts, names)
    odds = met.log_odds
    if schema.profile == "tokens":
        chance = pa.concat_tables(part.chance for part in parts)
        odds = score_agreement(met, usable_masks(parts, names), chance, names)
    linking = schema.linking
    labels = cluster(nodes, met, odds, threshold=linking.threshold, largest=linking.largest_cluster)
    return _resolution(nodes, met, odds, labels, linking.threshold, seed)


def _resolution(
    nodes: Nodes,
    met: RecordPairs,
    odds: NDArray[np.float64],
    labels: NDArray[np.int64],
    threshold: float,
    seed: int,
) -> Resolution:
    chance = 1 / (1 + np.exp(-np.clip(odds, -500, 500)))
    accepted = (labels[met.a] == labels[met.b]) & (chance >= threshold)
    a, b, probability = met.a[accepted], met.b[accepted], chance[accepted]
    partners = np.array(nodes.partners, dtype=object)[nodes.export] if len(nodes) else np.empty(0)
    return Resolution(
        persons=pa.table(
            {
                "partner": pa.array(partners, pa.string()),
                "record": nodes.record.astype(np.int32),
                "person_id": pa.array(_person_ids(labels, seed), pa.string()),
            }
        ),
        links=pa.table(
            {
                "partner_a": pa.array(partners[a], pa.string()),
                "record_a": nodes.record[a].astype(np.int32),
                "partner_b": pa.array(partners[b], pa.string()),
                "record_b": nodes.record[b].astype(np.int32),
                "probability": probability.round(6),
            }
        ),
        candidates=len(met.a),
        expected_links=float(chance.sum()),
        expected_precision=float(probability.mean()) if len(probability) else float("nan"),
    )


def _person_ids(labels: NDArray[np.int64], seed: int) -> list[str]:
    persons = int(labels.max(initial=-1)) + 1
    numbers = np.random.default_rng(seed).permutation(persons) + 1
    width = max(6, len(str(persons)))
    names = np.array([f"P{number:0{width}d}" for number in numbers], dtype=object)
    return names[labels].tolist() if persons else []
