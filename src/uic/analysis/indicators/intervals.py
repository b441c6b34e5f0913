"""What the uncertainty of the linkage does to a count of people (decision 0091).

Every cell is counted again for each draw of the records in question. As those records never
share a person with a record that is not in question, the count of a draw is the whole count,
less what the records in question give as linked, plus what they give as drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from uic.analysis.indicators.engine import LINKED, QUESTIONED, UNLINKED

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

_TAIL = 0.025  # on either side: 95% of the draws lie inside


def whole(cells: pa.Table) -> pa.Table:
    """Return the cells as linked, without the draws, in the order of :func:`limits`."""
    return cells.take(np.flatnonzero(cells["draw"].to_numpy() == LINKED))


def limits(
    cells: pa.Table, keys: Sequence[str], column: str, recall: float | None = None
) -> tuple[Numbers, Numbers]:
    """Return the lower and upper limit of a column of counts, in the order of :func:`whole`.

    Args:
        cells: What ``count_cells`` returned.
        keys: The columns that tell one cell from another.
        column: A column of counts of people.
        recall: Share of the true links that were found, above 0 and at most 1, where it is known
            from a review. The missing links are taken to be like those found: they move a count
            away from what it would be without any link, by (1/recall - 1) of the way it came.
    """
    draw = cells["draw"].to_numpy()
    place = _places(cells, keys, draw)
    values = cells[column].to_numpy(zero_copy_only=False).astype(np.float64)
    size = int((draw == LINKED).sum())

    def spread(number: int) -> Numbers:
        found = np.zeros(size)
        rows = draw == number
        found[place[rows]] = values[rows]
        return found

    base, questioned = spread(LINKED), spread(QUESTIONED)
    drawn = [spread(number) - questioned for number in range(1, int(draw.max(initial=0)) + 1)]
    low, high = base.copy(), base.copy()
    if drawn:
        tails = np.quantile(drawn, [_TAIL, 1 - _TAIL], axis=0, method="inverted_cdf")
        low, high = base + np.minimum(tails[0], 0), base + np.maximum(tails[1], 0)
    if recall is not None:
        moved = (base - spread(UNLINKED)) * (1 / recall - 1)
        # However many links are missing, somebody is left where somebody is counted.
        low = np.maximum(low + np.minimum(moved, 0), np.minimum(low, 1))
        high = high + np.maximum(moved, 0)
    return np.floor(low), np.ceil(high)


def _places(cells: pa.Table, keys: Sequence[str], draw: NDArray[np.int32]) -> NDArray[np.int64]:
    """Number the cells as they stand in the whole count; a draw has no cell of its own."""
    codes = np.zeros(len(cells), dtype=np.int64)
    for name in keys:
        encoded = cells[name].combine_chunks().dictionary_encode()
        values = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy().astype(np.int64)
        codes = codes * (len(encoded.dictionary) + 1) + values
    first = codes[draw == LINKED]
    order = np.argsort(first)
    return np.asarray(order[np.searchsorted(first, codes, sorter=order)])
