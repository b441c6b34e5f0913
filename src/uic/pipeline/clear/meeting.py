"""Which records meet in a pass, in the clear, and how much they agree."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.levels import pattern_sql
from uic.matching.patterns import PassPatterns
from uic.pipeline.clear.grading import as_codes, refined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from uic.engines.duckdb import DuckDB
    from uic.pipeline.clear.letters import Measure
    from uic.pipeline.clear.values import Values
    from uic.schema import LinkageSchema, Pass

    Numbers = NDArray[np.int64]
    Pairs = tuple[Numbers, Numbers, Numbers]

_AT_ONCE = 2_000_000  # pairs graded at a time
_COMMON = 0.05  # strangers agree on sex in half of all pairs: that narrows nothing


def compare_pass(
    database: DuckDB,
    values: Values,
    item: Pass,
    schema: LinkageSchema,
    u: tuple[NDArray[np.float64], ...],
    measure: Measure,
) -> tuple[PassPatterns, Pairs]:
    """Compare one pass; return its pattern counts and its pairs."""
    key = {name for part in item.parts for name in part.attributes}
    narrow = [
        i.attribute
        for i, shares in zip(values.items, u, strict=True)
        if i.kind != "date" and i.attribute not in key and shares[1] <= _COMMON
    ]
    counts, kept = Counter[int](), []
    for a, b, base in _met(database, values, item.name, narrow, schema.linking.largest_block):
        pattern = refined(values, a, b, base, measure)
        distinct, sizes = np.unique(pattern, return_counts=True)
        counts.update(dict(zip(distinct.tolist(), sizes.tolist(), strict=True)))
        kept.append((a.astype(np.int32), b.astype(np.int32), pattern))
    ordered = np.array(sorted(counts.items()), dtype=np.int64).reshape(-1, 2)
    place = frozenset(n for n, one in enumerate(values.items) if one.attribute in key)
    found = PassPatterns(item.name, ordered[:, 0], ordered[:, 1].astype(float), place)
    a, b, pattern = (np.concatenate(column) for column in zip(*kept, strict=True))
    return found, (a, b, pattern)


def _met(
    database: DuckDB, values: Values, name: str, narrow: Sequence[str], limit: int
) -> Iterator[Pairs]:
    """Yield the pairs of a pass with their levels, some blocks at a time.

    In a block of more than ``limit`` records only those are compared who agree in one more
    attribute, as in the encoded way.
    """
    blocks = values.blocks[name].dictionary_encode().indices
    rows = values.rows.append_column("block", blocks).filter(blocks.is_valid())
    sizes = np.bincount(rows["block"].to_numpy())
    size = sizes[rows["block"].to_numpy()]
    rows = rows.append_column("size", pa.array(size)).filter(pa.array(size > 1))
    pieces = int((sizes * (sizes - 1)).sum()) // 2 // _AT_ONCE + 1
    agree = " OR ".join(f"a.{attribute} = b.{attribute}" for attribute in narrow) or "FALSE"
    database.read("rows", rows)
    for piece in range(pieces):
        found = database.fetch(
            "SELECT a.row_id AS row_a, b.row_id AS row_b,"  # noqa: S608 - names of our own
            f" {pattern_sql(as_codes(values.items))} AS pattern"
            " FROM rows a JOIN rows b ON a.block = b.block AND a.row_id < b.row_id"
            f" WHERE NOT (a.export = b.export AND a.vouched = 1) AND a.block % {pieces} = {piece}"
            f" AND (a.size <= {limit} OR COALESCE({agree}, FALSE))"
        )
        yield tuple(column.to_numpy() for column in found.columns)
