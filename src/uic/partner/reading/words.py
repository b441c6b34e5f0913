"""A column of text as its distinct words and, for every row, which word it holds.

Registers repeat themselves: a million rows hold a few thousand dates and names. Every rule of
this room therefore looks at the distinct words once and never at the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Codes = NDArray[np.int32]
    Mask = NDArray[np.bool_]
    Marks: TypeAlias = pa.Array | Sequence[Any] | NDArray[Any]


_LARGEST = 1 << 30  # bytes of a column; an Arrow array of texts holds two gigabytes at most


@dataclass(frozen=True, repr=False)
class Words:
    """One column of cells.

    Attributes:
        codes: Shape (rows,), int32: position in ``distinct``, -1 where the cell is empty.
        distinct: Arrow array of strings without nulls, each word once.
    """

    codes: Codes
    distinct: pa.Array

    def __len__(self) -> int:
        return len(self.codes)

    def __repr__(self) -> str:
        return f"<Words: {len(self.codes)} cells, {len(self.distinct)} distinct>"

    @property
    def present(self) -> Mask:
        """Which rows hold a word."""
        return self.codes >= 0

    def listed(self) -> list[str]:
        """The distinct words as Python strings."""
        return list(self.distinct.to_pylist())

    def translated(self, words: Marks) -> Words:
        """Put ``words[i]`` in the place of distinct word ``i``; null empties the cell."""
        text = words if isinstance(words, pa.Array) else pa.array(words, pa.string())
        coded = text.dictionary_encode()
        places = _codes(coded.indices)
        return Words(np.append(places, np.int32(-1))[self.codes], coded.dictionary)

    def rows_with(self, chosen: Marks) -> Mask:
        """Mark the rows whose word is marked in ``chosen``, one mark a distinct word."""
        return np.append(np.asarray(chosen, dtype=bool), False)[self.codes]

    def without(self, chosen: Marks) -> Words:
        """Empty the cells whose word is marked in ``chosen``."""
        marked = np.asarray(chosen, dtype=bool)
        if not marked.any():
            return self
        kept = np.where(marked, np.int32(-1), np.arange(len(self.distinct)))
        places = np.append(kept, -1).astype(np.int32)
        return Words(places[self.codes], self.distinct)

    def at(self, rows: NDArray[Any]) -> Words:
        """Keep the cells of ``rows`` (positions or marks) only."""
        return Words(self.codes[rows], self.distinct)

    def repeated(self, ranges: Sequence[tuple[int, int]]) -> Words:
        """Write the first cell of each range of rows into all of its rows."""
        codes = self.codes.copy()
        for first, last in ranges:
            codes[first : last + 1] = codes[first]
        return Words(codes, self.distinct)

    def only(self, rows: Mask) -> Words:
        """Empty the cells of all rows that are not marked."""
        return Words(np.where(rows, self.codes, np.int32(-1)), self.distinct)

    def weights(self) -> NDArray[np.int64]:
        """How many rows hold each distinct word."""
        return np.bincount(self.codes[self.present], minlength=len(self.distinct))

    def filled(self, other: str) -> Words:
        """Write ``other`` into every empty cell."""
        words = [*self.listed(), other]
        places = np.where(self.present, self.codes, len(words) - 1).astype(np.int32)
        return Words(places, pa.array(words, pa.string()))

    def to_arrow(self) -> pa.Array:
        """Return the column as an Arrow array of strings with nulls."""
        return self.distinct.take(pa.array(self.codes, mask=~self.present))


def words_of(column: pa.Array | pa.ChunkedArray) -> Words:
    """Encode an Arrow array or chunked array of text; an empty text is an empty cell."""
    text = pc.cast(column, pa.string())
    if isinstance(text, pa.ChunkedArray) and text.nbytes < _LARGEST:
        text = text.combine_chunks()  # joining texts is cheap, joining their dictionaries is not
    coded = pc.dictionary_encode(text)
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.unify_dictionaries().combine_chunks()
    whole = Words(_codes(coded.indices), coded.dictionary)
    return whole.without(pc.equal(coded.dictionary, ""))


def words_from(cells: Iterable[str | None]) -> Words:
    """Encode Python strings."""
    return words_of(pa.array(cells, pa.string()))


def joined_words(columns: Sequence[Words]) -> Words:
    """Write columns of cells one below the other."""
    return words_of(pa.chunked_array([words.to_arrow() for words in columns], pa.string()))


def no_words(rows: int) -> Words:
    """Return a column of ``rows`` empty cells."""
    return Words(np.full(rows, -1, dtype=np.int32), pa.array([], pa.string()))


def _codes(indices: pa.Array) -> Codes:
    filled = (pc.fill_null(indices, -1) if indices.null_count else indices).to_numpy()
    return np.asarray(filled, dtype=np.int32)
