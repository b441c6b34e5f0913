"""Pairs that the partners compared by themselves, beside those of the matcher."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.exchange import OWN_PAIRS
from uic.levels import BASE, comparisons

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.exchange import ResolverPart
    from uic.schema import LinkageSchema


def with_own_pairs(
    pairs: pa.Table, parts: Sequence[ResolverPart], schema: LinkageSchema
) -> pa.Table:
    """Return the matcher's pairs and the partners' own, all under pass row ids."""
    own = [part for part in parts if len(part.own_pairs)]
    if not own:
        return pairs
    known = frozenset[str]().union(*(part.header.attributes for part in parts))
    told = [_repacked(part, known, schema) for part in own]
    return pa.concat_tables([pairs.select(OWN_PAIRS.names).cast(OWN_PAIRS), *told])


def _repacked(part: ResolverPart, known: frozenset[str], schema: LinkageSchema) -> pa.Table:
    """Pack the levels of a partner's pairs as the matcher does, who knows all attributes.

    What no row of the partner carries is missing: level 0.
    """
    places = {item.attribute: n for n, item in enumerate(comparisons(schema, known))}
    packed = part.own_pairs["pattern"].to_numpy()
    pattern = np.zeros(len(packed), dtype=np.int64)
    for n, item in enumerate(comparisons(schema, part.header.attributes)):
        pattern += (packed // BASE**n % BASE) * BASE ** places[item.attribute]
    at = OWN_PAIRS.get_field_index("pattern")
    return part.own_pairs.set_column(at, "pattern", pa.array(pattern)).cast(OWN_PAIRS)
