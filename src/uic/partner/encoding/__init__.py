"""Encode a register: tokens per pass, block-salted signatures, row ids random per pass.

A holder of the matcher's compartment sees, per pass, which rows share a block and how much two
rows of one block resemble each other. Nothing links the rows of two passes. Whoever holds the
key can test any name against any token (spec/threat-model.md).

``tokens`` names the blocks, ``thinning`` says which row of a block leaves, ``signing`` how a row is
signed; ``preparing``, ``deciding`` and ``passes`` bring a register of any length through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from uic.exchange import OWN_PAIRS, ROW_MAP, Export, MatcherPart, ResolverPart, of_pass
from uic.partner.encoding.deciding import decide
from uic.partner.encoding.frequencies import frequencies
from uic.partner.encoding.passes import chance_table, own_rows, pass_tables
from uic.partner.encoding.preparing import prepare
from uic.partner.storing import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from uic.crypto.keys import EpochKey
    from uic.partner.encoding.preparing import Prepared
    from uic.partner.registers import Register
    from uic.schema import LinkageSchema

    CompareOwn = Callable[[MatcherPart, LinkageSchema], pa.Table]


def encode(register: Register, schema: LinkageSchema, key: EpochKey) -> Export:
    """Encode one register under the schema with the epoch key, in memory, for one machine.

    Rows of one block stay comparable with each other: this must not leave the partner.
    """
    with Store() as store:
        return _export(prepare([register], schema, key, store), register, None)


def encode_to_leave(
    register: Register, schema: LinkageSchema, key: EpochKey, compare: CompareOwn
) -> Export:
    """Encode one register as it may leave the partner: no two rows of a pass share a token.

    Args:
        register: The register.
        schema: The linkage schema.
        key: The epoch key.
        compare: Compares the partner's rows with each other before they are taken apart, and
            returns ``OWN_PAIRS``; not called for a list that its partner vouches for.
    """
    with Store() as store:
        return _export(prepare([register], schema, key, store), register, compare)


def own_pairs(prepared: Prepared, sums: pa.Table, compare: CompareOwn) -> pa.Table:
    """Compare, once every pass was written, the partner's own rows that shared a token."""
    rows = _OwnRows(prepared)
    if prepared.header.vouched or not len(rows.shared):
        return OWN_PAIRS.empty_table()
    return compare(MatcherPart(prepared.header, rows, sums), prepared.schema)


class _OwnRows(Mapping[str, pa.Table]):
    """The partner's own rows, one pass in memory at a time."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self._passes = {item.name: item for item in prepared.passes}
        self.shared = [name for name, one in prepared.decided.items() if one.agreeing]

    def __getitem__(self, name: str) -> pa.Table:
        return own_rows(self._prepared, self._passes[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._passes)

    def __len__(self) -> int:
        return len(self._passes)


def _export(prepared: Prepared, register: Register, compare: CompareOwn | None) -> Export:
    sums, apart = frequencies(prepared), compare is not None
    decide(prepared, apart=apart)
    rows = {item.name: pa.concat_tables(pass_tables(prepared, item)) for item in prepared.passes}
    mapped = [_labelled(name, prepared.store.take(f"map/{name}")) for name in rows]
    resolver = ResolverPart(
        prepared.header, pa.concat_tables(mapped), chance_table(prepared), register.events
    )
    if compare is not None:
        resolver = replace(resolver, own_pairs=own_pairs(prepared, sums, compare))
    return Export(prepared.header, MatcherPart(prepared.header, rows, sums), resolver)


def _labelled(name: str, rows: pa.Table) -> pa.Table:
    return rows.add_column(0, "pass", of_pass(name, len(rows))).cast(ROW_MAP)
