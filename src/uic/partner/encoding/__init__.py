"""Encode a register: tokens per pass, block-salted signatures, row ids random per pass.

A holder of the matcher's compartment sees, per pass, which rows share a block and how much two
rows of one block resemble each other. Nothing links the rows of two passes. Whoever holds the
key can test any name against any token (spec/threat-model.md).

``tokens`` names the blocks, ``signing`` says which rows are signed and how, ``preparing`` and
``passes`` bring a register of any length through, part by part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from uic.exchange import ROW_MAP, Export, MatcherPart, ResolverPart
from uic.partner.encoding.frequencies import frequencies
from uic.partner.encoding.passes import chance_table, pass_tables
from uic.partner.encoding.preparing import prepare
from uic.partner.storing import Store

if TYPE_CHECKING:
    from uic.crypto.keys import EpochKey
    from uic.partner.registers import Register
    from uic.schema import LinkageSchema


def encode(register: Register, schema: LinkageSchema, key: EpochKey) -> Export:
    """Encode one register under the schema with the epoch key, in memory."""
    with Store() as store:
        prepared = prepare([register], schema, key, store)
        sums = frequencies(prepared)
        rows = {
            item.name: pa.concat_tables(pass_tables(prepared, item)) for item in prepared.passes
        }
        mapped = [_labelled(name, store.take(f"map/{name}")) for name in rows]
    return Export(
        prepared.header,
        MatcherPart(prepared.header, rows, sums),
        ResolverPart(
            prepared.header, pa.concat_tables(mapped), chance_table(prepared), register.events
        ),
    )


def _labelled(name: str, rows: pa.Table) -> pa.Table:
    label = pa.repeat(name, len(rows)).cast(pa.string())
    return rows.add_column(0, "pass", label).cast(ROW_MAP)
