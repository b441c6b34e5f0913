"""Match: from pass rows of several exports to scored pairs of pass row ids."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.engines.duckdb import engine
from uic.errors import LinkError, SchemaMismatchError
from uic.levels import Comparison, comparisons
from uic.matching.comparing import Compared, Work, compare, score, shares_of_strangers
from uic.matching.reusing import reuse
from uic.matching.scoring import fit
from uic.values import silent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from uic.engines.engine import Engine
    from uic.exchange import MatcherPart
    from uic.matching.patterns import Weights
    from uic.schema import LinkageSchema
    from uic.values import Progress

_WORTH_KEEPING = -6.0  # log-odds; a pair below .0025 is no help to the resolver


@dataclass(frozen=True)
class PassReport:
    """What one pass did.

    Attributes:
        name: Name of the pass.
        candidates: Pairs compared.
        capped_blocks: Blocks larger than the schema allows: rows in them were compared only
            where they agree in one more attribute.
        capped_pairs: Pairs in them that were not compared.
        expected_matches: Sum of the match probabilities of the candidates; NaN without scores.
    """

    name: str
    candidates: int
    capped_blocks: int
    capped_pairs: int
    expected_matches: float


@dataclass(frozen=True, repr=False)
class Match:
    """The matcher's answer: pairs under pass row ids, nothing else.

    Attributes:
        pairs: ``pass``, ``row_a``, ``row_b``, ``pattern`` (the levels, packed), ``log_odds``
            (null under the profile ``tokens``).
        passes: One report a pass.
        comparisons: What was compared, in the order of the pattern.
        weights: Fitted parameters, or None under the profile ``tokens``.
    """

    pairs: pa.Table
    passes: tuple[PassReport, ...]
    comparisons: tuple[Comparison, ...]
    weights: Weights | None = field(default=None)


def match(
    exports: Sequence[MatcherPart],
    schema: LinkageSchema,
    *,
    memory: str | None = None,
    saved: Mapping[str, Any] | None = None,
    progress: Progress = silent,
) -> Match:
    """Find and score candidate pairs within and across the exports.

    Args:
        exports: The matcher's compartments.
        schema: The linkage schema.
        memory: Above this the engine spills to disk, as ``8GB``; by default half of what the
            machine has.
        saved: Fitted parameters of an earlier round, as its manifest holds them under
            ``weights``; by default they are fitted to these exports.
        progress: Called with each pass.

    Raises:
        SchemaMismatchError: the exports were made under different schemas, keys or tables.
        LinkError: there is no export to match, or the saved parameters do not fit.
    """
    _check_alike(exports)
    work = _work(exports, schema)
    names = [item.name for item in schema.active_passes]
    with engine(memory=memory) as database:
        found = []
        for number in range(len(names)):
            progress("matching", number, len(names))
            found.append(compare(database, work, number))
        weights = None
        if work.items:
            frequencies = pa.concat_tables(export.frequencies for export in exports)
            patterns = [one.patterns for one in found]
            weights = (
                fit(patterns, work.items, frequencies, _pairs_in_all(exports))
                if saved is None
                else reuse(saved, patterns, work.items)
            )
        pairs = [
            _scored(database, work, number, one.kept, weights) for number, one in enumerate(found)
        ]
    return Match(
        pairs=pa.concat_tables(pairs),
        passes=tuple(_report(one, weights) for one in found),
        comparisons=work.items,
        weights=weights,
    )


def _check_alike(exports: Sequence[MatcherPart]) -> None:
    if not exports:
        raise LinkError("there is no export to match")
    for name in ("fingerprint", "normaliser", "project", "epoch", "key_id"):
        if len({getattr(export.header, name) for export in exports}) > 1:
            raise SchemaMismatchError(
                f"the exports differ in {name}: they were not made to be compared\n"
                "  hint: encode all of them again under one schema and one epoch key"
            )


def _work(exports: Sequence[MatcherPart], schema: LinkageSchema) -> Work:
    attributes = frozenset[str]().union(*(export.header.attributes for export in exports))
    items = comparisons(schema, attributes) if schema.profile != "tokens" else ()
    frequencies = pa.concat_tables(export.frequencies for export in exports)
    return Work(exports, schema, items, shares_of_strangers(items, frequencies))


def _pairs_in_all(exports: Sequence[MatcherPart]) -> int:
    total = sum(export.header.records for export in exports)
    excluded = sum(_pairs(e.header.records) for e in exports if e.header.vouched)
    return max(_pairs(total) - excluded, 1)


def _pairs(records: int) -> int:
    return records * (records - 1) // 2


def _scored(
    database: Engine, work: Work, number: int, kept: NDArray[np.int64], weights: Weights | None
) -> pa.Table:
    """Return the pairs of a pass that the resolver needs, with their log-odds."""
    name = work.schema.active_passes[number].name
    if weights is None:
        worth = pa.table({"pattern": kept, "log_odds": pa.nulls(len(kept), pa.float64())})
    else:
        table = weights.table(name)
        worth = table.filter(pc.greater(table["log_odds"], _WORTH_KEEPING))
        wanted = worth["pattern"].to_numpy()
        if not np.isin(wanted, kept).all():  # the first guess was too strict here
            compare(database, work, number, wanted)
    pairs = score(database, number, worth)
    return pairs.add_column(0, "pass", pa.repeat(name, len(pairs)))


def _report(found: Compared, weights: Weights | None) -> PassReport:
    name = found.patterns.name
    return PassReport(
        name,
        found.candidates,
        found.capped_blocks,
        found.capped_pairs,
        float("nan") if weights is None else weights.expected[name],
    )
