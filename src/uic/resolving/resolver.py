"""Resolve: from scored pairs of pass rows to person ids."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.resolving.agreement import score_agreement
from uic.resolving.clustering import cluster
from uic.resolving.deciding import UNDECIDED, bind, obey, positions, settled
from uic.resolving.own_pairs import with_own_pairs
from uic.resolving.records import RecordPairs, join_rows, number_records
from uic.resolving.rows import usable_masks
from uic.resolving.thresholds import (
    SHOWN,
    Expected,
    bands,
    best_threshold,
    expect,
    threshold_for,
)
from uic.resolving.unmet import unmet
from uic.resolving.vouching import given_vouched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from uic.exchange import ResolverPart
    from uic.resolving.deciding import Decisions
    from uic.resolving.records import Nodes
    from uic.resolving.thresholds import Target
    from uic.schema import LinkageSchema, Linking

WORTH_EXPLAINING = 0.01
"""Pairs less probable than this are strangers that nobody asks about."""


@dataclass(frozen=True, repr=False)
class Resolution:
    """Persons and the links that made them, under record positions.

    Attributes:
        persons: ``partner``, ``record`` (position in that partner's export), ``person_id``.
        links: Accepted pairs inside one person: ``partner_a``, ``record_a``, ``partner_b``,
            ``record_b``, ``probability``.
        compared: Pairs that may be explained or reviewed: those above ``WORTH_EXPLAINING`` and
            those decided by people. ``partner_a``, ``record_a``, ``partner_b``, ``record_b``,
            ``probability``, ``log_odds`` (as scored; null if never compared), ``same`` (the two
            are one person now), ``decided`` (by people), ``best`` (number of the pass with the
            best score), ``met`` (bit mask of the passes in which they met) and ``pattern`` (their
            levels, packed as ``uic.levels`` says).
        candidates: Distinct pairs of records that met in some pass.
        expected_links: Sum of the probabilities of all candidates.
        expected_precision: Mean probability of the accepted pairs; NaN without any.
        threshold: Probability from which a pair was a link.
        outlook: What other thresholds are expected to bring.
    """

    persons: pa.Table
    links: pa.Table
    compared: pa.Table
    candidates: int
    expected_links: float
    expected_precision: float
    threshold: float
    outlook: Outlook


@dataclass(frozen=True)
class Outlook:
    """What thresholds are expected to bring, and how many pairs are clear.

    Attributes:
        at: What is expected at thresholds from low to high.
        best: Threshold at which the expected F1 of the pairs is largest.
        bands: Pairs that are links, possible links, and none.
        unmet: Matches that are expected to have met in no pass (:mod:`uic.resolving.unmet`).
        target: What the threshold was to reach; None where it was given.
    """

    at: tuple[Expected, ...]
    best: float
    bands: dict[str, int]
    unmet: float
    target: Target | None


def resolve(
    pairs: pa.Table,
    parts: Sequence[ResolverPart],
    schema: LinkageSchema,
    *,
    seed: int = 0,
    decisions: Decisions = UNDECIDED,
    target: Target | None = None,
) -> Resolution:
    """Turn scored pairs into persons.

    Args:
        pairs: ``pass``, ``row_a``, ``row_b``, ``pattern``, ``log_odds`` from the matcher.
        parts: The resolver's compartment of every export.
        schema: The linkage schema.
        seed: Shuffles the person ids, so that their order says nothing about the files.
        decisions: What people decided about pairs of records, which binds.
        target: Precision or recall to be expected, instead of the schema's threshold.

    Raises:
        LinkError: no threshold is expected to reach the target.
    """
    names = [item.name for item in schema.active_passes]
    nodes = number_records(parts)
    met = join_rows(with_own_pairs(pairs, parts, schema), parts, names)
    odds = met.log_odds
    if schema.profile == "tokens":
        chance = pa.concat_tables(part.chance for part in parts)
        odds = score_agreement(met, usable_masks(parts, names), chance, names)
    odds = given_vouched(nodes, met.a, met.b, odds)
    chance = _chance(odds)
    missed = unmet(met.agreeing, chance, len(names))
    outlook = Outlook(
        tuple(expect(chance, missed, threshold) for threshold in SHOWN),
        best_threshold(chance, missed),
        bands(chance),
        missed,
        target,
    )
    linking = schema.linking
    if target is not None:
        threshold = threshold_for(chance, missed, target)
        linking = linking.model_copy(update={"threshold": threshold})
    met, odds = bind(replace(met, log_odds=odds), odds, decisions)
    labels = cluster(nodes, met, odds, threshold=linking.threshold, largest=linking.largest_cluster)
    cut = float(np.log(linking.threshold / (1 - linking.threshold)))
    labels = obey(labels, met, odds, decisions, cut=cut)
    odds = settled(met, odds, decisions)
    return _resolution(nodes, met, odds, labels, linking, seed, decisions, outlook)


def _chance(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    chance: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(odds, -500, 500)))
    return chance


def _resolution(
    nodes: Nodes,
    met: RecordPairs,
    odds: NDArray[np.float64],
    labels: NDArray[np.int64],
    linking: Linking,
    seed: int,
    decisions: Decisions,
    outlook: Outlook,
) -> Resolution:
    chance = _chance(odds)
    together = labels[met.a] == labels[met.b]
    accepted = together & (chance >= linking.threshold)
    probability = chance[accepted]
    decided = np.zeros(len(met.a), dtype=np.bool_)
    decided[positions(met, decisions)] = True
    telling = (chance >= WORTH_EXPLAINING) | decided
    return Resolution(
        persons=pa.table(
            {
                "partner": _partners(nodes, np.arange(len(nodes))).cast(pa.string()),
                "record": nodes.record.astype(np.int32),
                "person_id": _person_ids(labels, seed),
            }
        ),
        links=_with_text(_sides(nodes, met, accepted)).append_column(
            "probability", pa.array(probability.round(6))
        ),
        compared=_compared(_sides(nodes, met, telling), met, telling, chance, together, decided),
        candidates=len(met.a),
        expected_links=float(chance.sum()),
        expected_precision=float(probability.mean()) if len(probability) else float("nan"),
        threshold=linking.threshold,
        outlook=outlook,
    )


def _sides(nodes: Nodes, met: RecordPairs, chosen: NDArray[np.bool_]) -> pa.Table:
    a, b = met.a[chosen], met.b[chosen]
    return pa.table(
        {
            "partner_a": _partners(nodes, a),
            "record_a": nodes.record[a].astype(np.int32),
            "partner_b": _partners(nodes, b),
            "record_b": nodes.record[b].astype(np.int32),
        }
    )


def _compared(
    sides: pa.Table,
    met: RecordPairs,
    chosen: NDArray[np.bool_],
    chance: NDArray[np.float64],
    together: NDArray[np.bool_],
    decided: NDArray[np.bool_],
) -> pa.Table:
    never = met.agreeing[chosen] == 0  # people alone brought the two together
    columns = {
        "probability": chance[chosen],
        "log_odds": pa.array(met.log_odds[chosen], mask=never),
        "same": together[chosen],
        "decided": decided[chosen],
        "best": met.best[chosen].astype(np.int8),
        "met": met.agreeing[chosen],
        "pattern": met.pattern[chosen],
    }
    return pa.table({name: sides[name] for name in sides.column_names} | columns)


def _partners(nodes: Nodes, chosen: NDArray[np.int64]) -> pa.DictionaryArray:
    """Return the partner of each node, every name stored once."""
    exports = pa.array(nodes.export[chosen].astype(np.int32))
    return pa.DictionaryArray.from_arrays(exports, pa.array(nodes.partners, pa.string()))


def _with_text(sides: pa.Table) -> pa.Table:
    kinds = {"partner_a": pa.string(), "partner_b": pa.string()}
    return sides.cast(pa.schema([(f.name, kinds.get(f.name, f.type)) for f in sides.schema]))


def _person_ids(labels: NDArray[np.int64], seed: int) -> pa.Array:
    persons = int(labels.max(initial=-1)) + 1
    numbers = np.random.default_rng(seed).permutation(persons) + 1
    width = max(6, len(str(persons)))
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")
    return pc.binary_join_element_wise("P", digits, "").take(pa.array(labels))
