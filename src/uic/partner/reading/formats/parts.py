"""A table of an export: a sheet, a file, or what was laid out from one; columns are read late."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from uic.partner.reading.cleaning import tidy
from uic.partner.reading.words import Words, no_words, words_from

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from uic.partner.reading.sources import Source
    from uic.partner.reading.words import Mask

    Places = NDArray[np.int64]


@dataclass(frozen=True, repr=False)
class Part:
    """One table.

    Attributes:
        title: Goes before a header that another table has too.
        names: For each column its header, and the other names a mapping may use, best first.
        load: Takes positions of columns, gives their cells.
        rows: Shape (rows,), int64: the row as a person counts it in ``where``.
        where: For each row, the sheet or file it stands in.
        short: Rows that have fewer cells than the header.
        long: Rows that have more.
    """

    title: str
    names: tuple[tuple[str, ...], ...]
    load: Callable[[tuple[int, ...]], tuple[Words, ...]]
    rows: NDArray[np.int64]
    where: Words
    short: Mask
    long: Mask

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def headers(self) -> tuple[str, ...]:
        """The header of each column."""
        return tuple(names[0] for names in self.names)

    def column(self, header: str) -> Words:
        """Return a column by its header, trimmed; empty cells where there is no such column."""
        if header not in self.headers:
            return no_words(len(self))
        return tidy(self.load((self.headers.index(header),))[0])

    def only(self, positions: Sequence[int]) -> Part:
        """Keep these columns."""
        held = tuple(positions)
        return replace(
            self,
            names=tuple(self.names[i] for i in held),
            load=lambda wanted: self.load(tuple(held[i] for i in wanted)),
        )

    def changed(self, header: str, change: Callable[[Words], Words]) -> Part:
        """Change the cells of a column when it is read."""
        if header not in self.headers:
            return self
        place = self.headers.index(header)

        def load(wanted: tuple[int, ...]) -> tuple[Words, ...]:
            found = zip(wanted, self.load(wanted), strict=True)
            return tuple(change(words) if i == place else words for i, words in found)

        return replace(self, load=load)

    def everywhere(self, change: Callable[[Words], Words]) -> Part:
        """Change the cells of every column when they are read."""
        return replace(self, load=lambda wanted: tuple(map(change, self.load(wanted))))


def part_of(source: Source, title: str, where: str) -> Part:
    """Take an opened sheet or file as a table; the first column is read to count the rows."""
    cells = source.load((0,))
    return Part(
        title,
        tuple((header,) for header in source.headers),
        lambda wanted: source.load(wanted).columns if wanted else (),
        cells.rows,
        words_from([where]).at(np.zeros(len(cells.rows), dtype=np.int64)),
        np.isin(cells.rows, cells.short),
        np.isin(cells.rows, cells.long),
    )


def part_in_memory(
    title: str,
    columns: dict[tuple[str, ...], Words],
    rows: NDArray[np.int64],
    where: Words,
) -> Part:
    """Build a table from columns that are at hand, under their names."""
    words = tuple(columns.values())
    none = np.zeros(len(rows), dtype=np.bool_)
    return Part(
        title,
        tuple(columns),
        lambda wanted: tuple(words[i] for i in wanted),
        rows,
        where,
        none,
        none,
    )


def places_among(words: Words, ids: Words) -> Places:
    """Find for each word the first row of ``ids`` that holds it; -1 where none does."""
    first = np.full(len(ids.distinct) + 1, -1, dtype=np.int64)
    first[ids.codes[::-1]] = np.arange(len(ids))[::-1]
    first[-1] = -1
    among = pc.fill_null(pc.index_in(words.distinct, ids.distinct), -1).to_numpy()
    return np.append(first[among], -1)[words.codes].astype(np.int64)
