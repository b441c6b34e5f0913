"""Between the two walks: which rows of each pass leave, decided over the whole register."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from uic.partner.encoding.dummies import lay_out
from uic.partner.encoding.thinning import leaving, marks_of, ranks
from uic.partner.encoding.tokens import agreeing_pairs, blocks_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.partner.encoding.preparing import Prepared
    from uic.partner.encoding.thinning import Words
    from uic.schema import Pass

    Flags = NDArray[np.bool_]
    Bits = NDArray[np.uint8]


@dataclass(frozen=True, repr=False)
class Decided:
    """What was decided of one pass.

    Attributes:
        usable: One bit a record: it has a usable value.
        leaves: One bit a record: its row leaves, or has no usable value.
        met: One bit a record: another record has the same token.
        rows: Records with a usable value.
        left: Of these, those whose row leaves.
        agreeing: Pairs of records that share a token.
        histogram: Blocks of each size.
        stay: So many rows of a block leave; None where nothing leaves the partner.
        dummies: Rows of nobody that leave as well.
    """

    usable: Bits
    leaves: Bits
    met: Bits
    rows: int
    left: int
    agreeing: int
    histogram: dict[int, int]
    stay: int | None = None
    dummies: int = 0

    @property
    def apart(self) -> bool:
        """Whether rows of one block were taken apart, for a file that leaves."""
        return self.stay is not None

    @property
    def alone(self) -> bool:
        """Whether no two rows that leave share a block."""
        return self.stay == 1


def decide(prepared: Prepared, *, apart: bool) -> None:
    """Fill ``prepared.decided``, for every pass that somebody can use.

    Args:
        prepared: The register after the first walk.
        apart: For a file that leaves the partner: of every block one row leaves, or as many as
            the schema says. Otherwise all rows are kept.
    """
    passes = [item for item in prepared.passes if prepared.usable.get(item.name)]
    if apart:
        passes.sort(key=lambda item: _width(prepared, item))
    marks = _marks(prepared) if apart else None
    served = np.zeros(sum(prepared.sizes), dtype=np.uint8)
    for item in passes:
        decided = _decided(prepared, item, marks, served)
        served += flags_of(decided.leaves & decided.usable, len(served))
        prepared.decided[item.name] = decided


def flags_of(bits: Bits, rows: int) -> Flags:
    """Return one flag a record."""
    return np.unpackbits(bits, count=rows).view(np.bool_)


def _width(prepared: Prepared, item: Pass) -> int:
    """Return how many pairs of records share a token: wide passes have many."""
    words, usable = _words(prepared, item)
    return agreeing_pairs(words[usable])


def _decided(
    prepared: Prepared, item: Pass, marks: Words | None, served: NDArray[np.uint8]
) -> Decided:
    words, usable = _words(prepared, item)
    at = np.flatnonzero(usable)
    words = words[at]
    blocks = blocks_of(words)
    leaves, met = np.ones(len(usable), dtype=np.bool_), np.zeros(len(usable), dtype=np.bool_)
    stay, dummies = None, 0
    if marks is not None:
        rank = ranks(marks[at], served[at], prepared.key.sub_key("rank", item.name))
        stay = prepared.schema.protection.rows_per_block
        leaves[at] = leaving(blocks, rank, stay)
        dummies = lay_out(prepared, item, words[blocks.order], int(leaves[at].sum()))
    met[at] = blocks.met()
    return Decided(
        usable=np.packbits(usable),
        leaves=np.packbits(leaves),
        met=np.packbits(met),
        rows=len(at),
        left=int(leaves[at].sum()),
        agreeing=blocks.agreeing,
        histogram=blocks.histogram(),
        stay=stay,
        dummies=dummies,
    )


def _marks(prepared: Prepared) -> Words:
    parts = (prepared.store.look(f"columns/{part}") for part in range(len(prepared.sizes)))
    found = [
        marks_of(dict(zip(table.column_names, table.columns, strict=True)), prepared.key)
        for table in parts
    ]
    return np.concatenate(found) if found else np.empty(0, np.uint64)


def _words(prepared: Prepared, item: Pass) -> tuple[NDArray[np.int64], Flags]:
    """Return the first word of every record's token, and whether it stands for a value."""
    words, usable = [], []
    for part, size in enumerate(prepared.sizes):
        name = f"words/{item.name}/{part}"
        if name in prepared.store:
            table = prepared.store.look(name)
            words.append(table["token_hi"].to_numpy())
            usable.append(table["usable"].to_numpy())
        else:
            words.append(np.zeros(size, dtype=np.int64))
            usable.append(np.zeros(size, dtype=np.bool_))
    return np.concatenate(words), np.concatenate(usable)
