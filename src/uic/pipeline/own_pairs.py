"""A partner's own records, compared at the partner with the matcher's code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.exchange import OWN_PAIRS
from uic.matching.matcher import match

if TYPE_CHECKING:
    import pyarrow as pa

    from uic.exchange import MatcherPart
    from uic.schema import LinkageSchema


def compare_own(part: MatcherPart, schema: LinkageSchema) -> pa.Table:
    """Return the scored pairs of one register's rows (``OWN_PAIRS``), fitted to it alone.

    They go to the resolver, who would see them in the matcher's answer otherwise; the matcher,
    who holds tokens and signatures, sees none of them.
    """
    return match([part], schema).pairs.select(OWN_PAIRS.names).cast(OWN_PAIRS)
