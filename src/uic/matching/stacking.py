"""The rows of one pass from all exports, as the plan reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.matching.plan import pass_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from uic.exchange import MatcherPart
    from uic.levels import Comparison
    from uic.matching.plan import Table

_ARROW = {"INT": pa.int32(), "BIGINT": pa.int64()}


def stacked(
    exports: Sequence[MatcherPart],
    items: Sequence[Comparison],
    of_pass: str,
    fixed: frozenset[str] = frozenset(),
) -> pa.Table:
    """Stack the rows of one pass; an attribute that a partner does not carry is null.

    Columns that the key of the pass fixes are in no row: within a block they are equal anyway.
    Most rows of a narrow pass share their token with no other row: they are left out before any
    of their signatures is touched. The rest comes in the order of its tokens, so that rows which
    are compared lie side by side in memory, and comparing them takes a third less time.
    """
    wanted = pass_rows(items)
    rows = pa.concat_tables(
        _as_planned(wanted, export, place, of_pass, fixed) for place, export in enumerate(exports)
    )
    at = pa.array(_sharing(rows["token_hi"].to_numpy()))
    # In one piece each: rows are taken from many pieces at a time much more slowly.
    return pa.table({name: rows[name].combine_chunks().take(at) for name in rows.column_names})


def _sharing(token: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows whose token may be that of another row, in the order of the tokens.

    Half of a token is enough here: the plan compares all of it.
    """
    order = np.argsort(token)
    alike = np.diff(token[order]) == 0
    shared = np.zeros(len(order), dtype=np.bool_)
    shared[1:] = alike
    shared[:-1] |= alike
    return order[shared]


def _as_planned(
    wanted: Table, export: MatcherPart, place: int, name: str, fixed: frozenset[str]
) -> pa.Table:
    rows = export.pass_rows[name]
    told = dict.fromkeys(fixed, 0) | {"export": place, "vouched": int(export.header.vouched)}
    columns = {}
    for column, kind in wanted.columns:
        if column in told:
            columns[column] = pa.repeat(pa.scalar(told[column], _ARROW[kind]), len(rows))
        elif column in rows.column_names:
            columns[column] = rows[column]
        else:
            columns[column] = pa.nulls(len(rows), _ARROW[kind])
    return pa.table(columns)
