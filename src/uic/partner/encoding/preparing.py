"""First walk over a register: canonical columns and tokens of every part, and the header."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

import pyarrow as pa

from uic.exchange import Header
from uic.levels import comparisons
from uic.partner import normalising
from uic.partner.composites import canonical_columns, coded_blocks
from uic.partner.encoding.tokens import tags_of
from uic.partner.signatures import coded
from uic.schema import fingerprint
from uic.values import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from uic.crypto.keys import EpochKey
    from uic.levels import Comparison
    from uic.partner.encoding.deciding import Decided
    from uic.partner.gate.measuring import Measures
    from uic.partner.registers import Register
    from uic.partner.storing import Store
    from uic.schema import LinkageSchema, Part, Pass


@dataclass(frozen=True, repr=False)
class Prepared:
    """A register between the two walks; canonical columns and tokens wait in the store.

    Attributes:
        header: What may be read without a key.
        schema: The linkage schema.
        key: The epoch key.
        store: Holds ``columns/PART``, ``words/PASS/PART`` and ``salts/PASS/PART``.
        sizes: Records of each part.
        usable: Per pass, the records that have a usable value.
        items: What is compared: attributes that some part carries.
        progress: Called with the step "signing", parts of passes done and in all.
        decided: Per pass that somebody can use, which rows leave; filled between the walks.
        measured: Per pass, what the file that leaves would show; filled by the second walk.
    """

    header: Header
    schema: LinkageSchema
    key: EpochKey
    store: Store
    sizes: tuple[int, ...]
    usable: dict[str, int]
    items: tuple[Comparison, ...]
    progress: Progress = silent
    signed: Iterator[int] = field(default_factory=count)
    decided: dict[str, Decided] = field(default_factory=dict)
    measured: dict[str, Measures] = field(default_factory=dict)

    def tell(self) -> None:
        """Report that the next part of a pass is signed."""
        usable = sum(count > 0 for count in self.usable.values())
        self.progress("signing", next(self.signed), usable * len(self.sizes))

    @property
    def passes(self) -> tuple[Pass, ...]:
        """The passes in the schema's order."""
        return self.schema.active_passes


def prepare(
    parts: Iterable[Register],
    schema: LinkageSchema,
    key: EpochKey,
    store: Store,
    *,
    progress: Progress = silent,
) -> Prepared:
    """Normalise one register, part by part, and name its blocks.

    Args:
        parts: The register, or parts of it that hold every record once.
        schema: The linkage schema.
        key: The epoch key.
        store: Keeps what the second walk needs.
        progress: Called by the second walk.
    """
    sizes: list[int] = []
    usable: Counter[str] = Counter()
    carried: frozenset[str] = frozenset()
    partner = ""
    for part in parts:
        partner = part.partner
        columns = canonical_columns(part, schema)
        carried |= _carried(columns, schema)
        _keep(columns, len(part.records), len(sizes), schema, key, store, usable)
        sizes.append(len(part.records))
    header = _header(partner, sum(sizes), carried, schema, key)
    items = comparisons(schema, carried)
    return Prepared(header, schema, key, store, tuple(sizes), dict(usable), items, progress)


def _keep(
    columns: dict[str, pa.Array],
    rows: int,
    number: int,
    schema: LinkageSchema,
    key: EpochKey,
    store: Store,
    usable: Counter[str],
) -> None:
    columns = {
        name: coded(column) if pa.types.is_string(column.type) else column
        for name, column in columns.items()
    }
    store.put(f"columns/{number}", pa.table(columns))
    taken: dict[Part, pa.DictionaryArray] = {}
    for item in schema.active_passes:
        values = coded_blocks(item, columns, rows, taken)
        usable[item.name] += rows - values.null_count
        if values.null_count < rows:
            words, salts = tags_of(values, key.sub_key("block", item.name))
            store.put(f"words/{item.name}/{number}", words)
            store.put(f"salts/{item.name}/{number}", salts)


def _carried(columns: dict[str, pa.Array], schema: LinkageSchema) -> frozenset[str]:
    present = {name for name, column in columns.items() if column.null_count < len(column)}
    return frozenset(name for name in schema.kinds if name in present or f"{name}_year" in present)


def _header(
    partner: str, records: int, carried: frozenset[str], schema: LinkageSchema, key: EpochKey
) -> Header:
    mapping = schema.partners.get(partner)
    return Header(
        partner=partner,
        fingerprint=fingerprint(schema),
        normaliser=normalising.VERSION,
        project=key.project,
        epoch=key.epoch,
        key_id=key.key_id,
        records=records,
        attributes=carried,
        vouched=mapping.vouched if mapping else False,
    )
