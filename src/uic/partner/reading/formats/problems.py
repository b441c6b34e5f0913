"""Row problems that are found while tables are put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from uic.values import RowProblem

if TYPE_CHECKING:
    from uic.partner.reading.formats.parts import Part
    from uic.partner.reading.words import Mask


def rows_listed(partner: str, part: Part, marked: Mask, rule: str) -> list[RowProblem]:
    """List one problem for every marked row: its row, and its sheet or file for a column."""
    return [
        RowProblem(partner, int(part.rows[i]), where_of(part, int(i)), rule)
        for i in np.flatnonzero(marked)
    ]


def where_of(part: Part, place: int) -> str:
    """Return the sheet or file a row stands in."""
    code = int(part.where.codes[place])
    return str(part.where.distinct[code].as_py()) if code >= 0 else ""
