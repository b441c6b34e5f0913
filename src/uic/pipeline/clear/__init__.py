"""Comparison in the clear, inside one NGO: the same passes, levels and weights, without a key.

What the matcher does with tokens and signatures is done here with the values themselves: block
values are compared as they are, codes and dates by the same SQL, and names by counting letters
that differ instead of by signatures. Scoring and clustering are those of the encoded way.
Everything here holds names. It runs where the register is, and nothing of it may leave.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.engines.duckdb import engine
from uic.errors import LinkError
from uic.matching.scoring import fit
from uic.matching.shares import chance_shares
from uic.pipeline.clear.grading import frequencies
from uic.pipeline.clear.letters import Measure, by_letters
from uic.pipeline.clear.meeting import compare_pass
from uic.pipeline.clear.values import resolver_parts, stacked, vouched_lists
from uic.values import silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.exchange import ResolverPart
    from uic.levels import Comparison
    from uic.matching.patterns import PassPatterns, Weights
    from uic.partner.registers import Register
    from uic.pipeline.clear.meeting import Pairs
    from uic.schema import LinkageSchema
    from uic.values import Progress

_WORTH_KEEPING = -6.0  # log-odds, as the matcher


@dataclass(frozen=True, repr=False)
class ClearMatch:
    """Scored pairs of the records themselves, as ``uic.resolving.resolve`` takes them.

    Attributes:
        pairs: ``pass``, ``row_a``, ``row_b``, ``pattern``, ``log_odds``; rows are record numbers
            over all registers.
        parts: Which row is which record, one part a register.
        items: What was compared.
        weights: Fitted parameters.
    """

    pairs: pa.Table
    parts: tuple[ResolverPart, ...]
    items: tuple[Comparison, ...]
    weights: Weights

    def __repr__(self) -> str:
        return f"<ClearMatch {len(self.pairs)} pairs>"


def match_clear(
    registers: Sequence[Register],
    schema: LinkageSchema,
    *,
    measure: Measure = by_letters,
    progress: Progress = silent,
) -> ClearMatch:
    """Find and score candidate pairs within and across registers by their own values.

    Args:
        registers: What one NGO holds.
        schema: The linkage schema; its passes make the candidates.
        measure: Grades pairs of different texts as near, far or different.
        progress: Called with each pass.

    Raises:
        LinkError: the schema compares tokens only, or there is no register.
    """
    if schema.profile == "tokens" or not registers:
        raise LinkError("a comparison in the clear needs a register, and attributes to compare")
    values = stacked(registers, schema)
    known = frequencies(values, measure)
    u = tuple(chance_shares(item, known) for item in values.items)
    found = []
    with engine(on_disk=False) as database:
        for number, item in enumerate(schema.active_passes):
            progress("matching", number, len(schema.active_passes))
            found.append(compare_pass(database, values, item, schema, u, measure))
    weights = fit([one for one, _ in found], values.items, known, _pairs_in_all(registers, schema))
    pairs = [_scored(patterns, pairs, weights) for patterns, pairs in found]
    parts = tuple(resolver_parts(registers, schema, values))
    return ClearMatch(pa.concat_tables(pairs), parts, values.items, weights)


def _scored(found: PassPatterns, pairs: Pairs, weights: Weights) -> pa.Table:
    patterns, scores = weights.log_odds[found.name]
    a, b, pattern = pairs
    odds = scores[np.searchsorted(patterns, pattern)]
    keep = odds > _WORTH_KEEPING
    return pa.table(
        {
            "pass": pa.repeat(pa.scalar(found.name, pa.string()), int(keep.sum())),
            "row_a": a[keep].astype(np.int64),
            "row_b": b[keep].astype(np.int64),
            "pattern": pattern[keep],
            "log_odds": odds[keep],
        }
    )


def _pairs_in_all(registers: Sequence[Register], schema: LinkageSchema) -> int:
    sizes = [len(register.records) for register in registers]
    told = sum(
        n * (n - 1) // 2
        for n, one in zip(sizes, vouched_lists(registers, schema), strict=True)
        if one
    )
    return max(sum(sizes) * (sum(sizes) - 1) // 2 - told, 1)
