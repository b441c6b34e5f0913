"""Measure one pass: its blocks in the register, and what is left of them in the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa

from uic.levels import pattern_sql
from uic.partner.gate.staging import Sample
from uic.partner.mixing import mixed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.levels import Comparison
    from uic.partner.encoding.deciding import Decided

Histogram = dict[int, int]


@dataclass(frozen=True)
class Measures:
    """What the gate knows of one pass; counts and shares, nothing of a person.

    Attributes:
        rows: Records with a usable value.
        register: Blocks of each size by the values in the register.
        file: Blocks of each size by the tokens in the file.
        left: Records with a usable value whose row leaves.
        unique: Rows of the file whose resemblance to the others of their block is nobody else's.
        dummies: Rows of the file that belong to nobody.
        sample: What the gate's own attack looks at.
    """

    rows: int
    register: Histogram
    file: Histogram
    left: int
    unique: int = 0
    dummies: int = 0
    sample: Sample = field(default_factory=Sample, repr=False)

    @property
    def kept(self) -> float:
        """Share of rows that can still meet another partner's row in this pass."""
        return self.left / self.rows if self.rows else 1.0

    def as_dict(self) -> dict[str, object]:
        """Return the measures as they stand in a report."""
        return {
            "rows": self.rows,
            "entropy_bits": entropy(self.register),
            "register_blocks": {str(size): n for size, n in sorted(self.register.items())},
            "register_in_3": round(share_in(self.register, 3), 4),
            "register_in_10": round(share_in(self.register, 10), 4),
            "rows_kept": round(self.kept, 4),
            "dummies": self.dummies,
            "file_entropy_bits": entropy(self.file),
            "file_blocks": {str(size): n for size, n in sorted(self.file.items())},
            "file_in_3": round(share_in(self.file, 3), 4),
            "file_in_10": round(share_in(self.file, 10), 4),
            "file_unique_pattern": round(self.unique / max(self.rows, 1), 4),
        }


@dataclass
class Watch:
    """Sees the rows of one pass as they leave."""

    sample: Sample = field(default_factory=Sample)
    words: list[NDArray[np.int64]] = field(default_factory=list)
    shared: list[pa.Table] = field(default_factory=list)

    def note(self, rows: pa.Table) -> None:
        """Take note of rows of the register, before any stays at home."""
        self.sample.note(rows)

    def see(self, rows: pa.Table) -> None:
        """Take note of rows that leave."""
        self.sample.see(rows)
        self.words.append(rows["token_hi"].to_numpy())

    def meet(self, rows: pa.Table) -> None:
        """Keep rows that may share their token, to compare them."""
        self.shared.append(rows)

    def measures(self, decided: Decided, items: tuple[Comparison, ...]) -> Measures:
        """Count the tokens that really stand in the file, whatever was meant to stand there."""
        words = np.sort(np.concatenate([np.empty(0, np.int64), *self.words]))
        starts = np.flatnonzero(np.append(True, words[1:] != words[:-1])) if len(words) else words
        blocks = np.bincount(np.diff(starts, append=len(words)))
        sizes = np.flatnonzero(blocks)
        file = dict(zip(sizes.tolist(), blocks[sizes].tolist(), strict=True))
        unique = unique_patterns(pa.concat_tables(self.shared), items) if self.shared else 0
        told = decided.rows, decided.histogram, file, decided.left
        return Measures(*told, unique, decided.dummies, self.sample)


def entropy(blocks: Histogram) -> float | None:
    """Return the collision entropy H2 in bits: -log2 of the share of pairs in one block.

    Unbiased over the pairs of the register (Sum c(c-1) / n(n-1)); None where no two rows share a
    block: more than can be measured on so few.
    """
    rows = sum(size * count for size, count in blocks.items())
    agreeing = sum(size * (size - 1) * count for size, count in blocks.items())
    return round(float(np.log2(rows * (rows - 1) / agreeing)), 2) if agreeing else None


def share_in(blocks: Histogram, least: int) -> float:
    """Return the share of rows in blocks of at least so many rows."""
    rows = sum(size * count for size, count in blocks.items())
    return sum(s * n for s, n in blocks.items() if s >= least) / rows if rows else 0.0


def unique_patterns(rows: pa.Table, items: tuple[Comparison, ...]) -> int:
    """Count the rows whose levels of agreement with their block nobody else has.

    What a row shows is how it agrees with each other row of its block, in a block that shows
    just this much: the ceiling of an attacker who holds the same list, sees one pass and has
    unlimited time.
    """
    with duckdb.connect() as database:
        database.register("shared", rows)
        met = database.sql(
            f"SELECT a.token_hi, a.row_id, {pattern_sql(items)} AS pattern"  # noqa: S608 - our names
            " FROM shared a JOIN shared b"
            " ON a.token_hi = b.token_hi AND a.token_lo = b.token_lo AND a.row_id <> b.row_id"
        ).to_arrow_table()
    if not len(met):
        return 0
    ids, row = np.unique(met["row_id"].to_numpy(), return_inverse=True)
    _, block = np.unique(met["token_hi"].to_numpy(), return_inverse=True)
    shown = np.zeros(len(ids), dtype=np.uint64)  # sums of spread words do not know an order
    np.add.at(shown, row, mixed(met["pattern"].to_numpy().view(np.uint64)))
    home = np.zeros(len(ids), dtype=np.int64)
    home[row] = block
    around = np.zeros(int(block.max()) + 1, dtype=np.uint64)
    np.add.at(around, home, mixed(shown))
    _, times = np.unique(mixed(around[home]) ^ shown, return_counts=True)
    return int((times == 1).sum())
