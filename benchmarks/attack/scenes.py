"""A scene: people, a register of some of them encoded by this library, and what is attacked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from patterns import Side, clear_side, encoded_side
from populations import CODED, NAMED, PLACED, coded, people, register

from uic.crypto.keys import EpochKey, new_key
from uic.levels import Comparison, comparisons
from uic.partner.composites import canonical_columns
from uic.partner.encoding import encode, encode_to_leave
from uic.pipeline.own_pairs import compare_own
from uic.schema import parse_schema

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.exchange import Export
    from uic.partner.registers import Register
    from uic.schema import LinkageSchema

KNOWN = 30
PROFILES = {
    "names": ("names", NAMED),
    "names + place": ("names", PLACED),
    "tokens": ("tokens", NAMED),
    "codes": ("codes", CODED),
}


@dataclass(frozen=True, repr=False)
class Scene:
    """One attack's setting.

    Attributes:
        style: Kind of population.
        profile: One of ``PROFILES``.
        drawn: The attacker's list, in clear.
        members: Position on the list of each record of the file.
        known: Records of the file whose person the attacker knows.
        key: The epoch key, which the attacker does not have.
        leaving: Attack the file as it leaves the partner (one row a block), not the rows as they
            are compared on one machine.
        protection: ``[protection]`` of the schema, as TOML would give it.
    """

    style: str
    profile: str
    drawn: pa.Table
    members: NDArray[np.int64]
    known: dict[int, int]
    key: EpochKey
    leaving: bool = True
    protection: tuple[tuple[str, float], ...] = ()

    @property
    def share(self) -> float:
        """Share of the list that is in the file."""
        return len(self.members) / len(self.drawn)

    @property
    def schema(self) -> LinkageSchema:
        """The schema both sides can read: it is signed off by all partners."""
        told = {"profile": PROFILES[self.profile][0], "protection": dict(self.protection)}
        return parse_schema(told)

    @property
    def attributes(self) -> tuple[str, ...]:
        """What the register carries beside the date of birth."""
        return PROFILES[self.profile][1]

    @cached_property
    def file(self) -> Register:
        """The NGO's register: what the attacker does not have."""
        return register(self.drawn.take(self.members), self.attributes, "ngo")

    @cached_property
    def export(self) -> Export:
        """The NGO's register, encoded under a key that the attacker does not have."""
        if self.leaving:
            return encode_to_leave(self.file, self.schema, self.key, compare_own)
        return encode(self.file, self.schema, self.key)

    @cached_property
    def items(self) -> tuple[Comparison, ...]:
        """What is compared; nothing under the profile ``tokens``."""
        carried = frozenset((*self.attributes, "birth_date"))
        return comparisons(self.schema, carried) if self.profile != "tokens" else ()

    def sent(self, name: str) -> NDArray[np.bool_]:
        """Tell which records have a row of a pass in the matcher's file."""
        row_map = self.export.resolver.row_map.filter(pc.field("pass") == name)
        ids = self.export.matcher.pass_rows[name]["row_id"]
        held = np.zeros(len(self.members), dtype=bool)
        sent = row_map.filter(pc.is_in(row_map["row_id"], ids))["record"].drop_null()
        held[sent.to_numpy()] = True
        return held

    def whose(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the position on the list of each row of ``passes``; -1 for a dummy."""
        held = np.append(self.members, -1)
        return held[np.minimum(rows, len(self.members))]

    def rows(self, name: str) -> pa.Table:
        """Return the file's rows of a pass in the order of the records, dummies last."""
        row_map = self.export.resolver.row_map
        records = row_map.filter(pc.equal(row_map["pass"], name)).select(["row_id", "record"])
        return self._by_record(self.export.matcher.pass_rows[name].join(records, "row_id"))

    def _by_record(self, table: pa.Table) -> pa.Table:
        """Order rows by record, dummies last.

        A record that sent none gets an empty row in a block of its own.
        """
        everybody = pa.table({"record": pa.array(np.arange(len(self.members), dtype=np.int32))})
        dummies = table.filter(pc.field("record").is_null())
        table = everybody.join(table, "record").sort_by("record")
        table = pa.concat_tables([table, dummies.select(table.column_names)])
        numbers = pa.array(np.arange(len(table)))
        for word in ("token_hi", "token_lo"):
            at = table.column_names.index(word)
            table = table.set_column(at, word, pc.coalesce(table[word], numbers))
        return table

    @cached_property
    def passes(self) -> dict[str, tuple[Side, Side]]:
        """Per pass the file's rows *in the order of the records*, dummies last, and the list's.

        Only the scoring of an attack and the attack on linked passes may use that order.
        """
        columns = canonical_columns(register(self.drawn, self.attributes), self.schema)
        rows = {item.name: item for item in self.schema.active_passes}
        found = {}
        for name, table in self.export.matcher.pass_rows.items():
            if not len(table):
                continue
            clear = clear_side(columns, rows[name], self.items, len(self.drawn))
            found[name] = (encoded_side(self.rows(name), self.items), clear)
        return found


def scene(
    style: str,
    n: int,
    size: int,
    *,
    profile: str = "names",
    known: int = 0,
    seed: int = 1,
    leaving: bool = True,
    protection: dict[str, float] | None = None,
) -> Scene:
    """Draw a list of ``n`` people, ``size`` of whom are clients; the attacker knows ``known``."""
    drawn = people(style, n, seed)
    if profile == "codes":
        drawn = coded(drawn)
    rng = np.random.default_rng([seed, size])
    members = rng.permutation(n)[:size]
    met = rng.permutation(size)[:known]
    anchors = {int(record): int(members[record]) for record in met}
    key = new_key("project", "2026Q4")
    protected = tuple((protection or {}).items())
    return Scene(style, profile, drawn, members, anchors, key, leaving, protected)
