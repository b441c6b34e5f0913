"""The rows of a pass as the plan reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.exchange import FREQUENCIES, Header, MatcherPart
from uic.levels import Comparison
from uic.matching.plan import pass_rows
from uic.matching.stacking import stacked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ITEMS = (Comparison("place", "text"), Comparison("sex", "code"))


def part(
    partner: str, rows: Mapping[str, Sequence[int | None]], *, vouched: bool = False
) -> MatcherPart:
    header = Header(partner, "", "", "p", "e", "k", len(rows["row_id"]), frozenset(), vouched)
    kinds = {"sex": pa.int32()}
    table = pa.table({name: pa.array(v, kinds.get(name, pa.int64())) for name, v in rows.items()})
    return MatcherPart(header, {"one": table}, FREQUENCIES.empty_table())


def test_only_rows_that_share_half_a_token_come_in_its_order() -> None:
    """Rows alone in both files are gone; what a partner does not carry is null."""
    first = part("a", {
        "row_id": [1, 2, 3, 4], "token_hi": [9, -5, 7, 9], "token_lo": [0, 1, 0, 1],
        "sex": [1, None, 1, 0],
    })  # fmt: skip
    second = part(
        "b",
        {"row_id": [5, 6], "token_hi": [-5, 8], "token_lo": [1, 0], "place": [7, 8]},
        vouched=True,
    )
    found = stacked([first, second], ITEMS, "one").sort_by([("row_id", "ascending")])
    assert found.column_names == [name for name, _ in pass_rows(ITEMS).columns]
    assert found["row_id"].to_pylist() == [1, 2, 4, 5]  # 1 and 4 may still be told apart
    assert found["export"].to_pylist() == [0, 0, 0, 1]
    assert found["vouched"].to_pylist() == [0, 0, 0, 1]
    assert found["place"].to_pylist() == [None, None, None, 7]
    assert found["sex"].to_pylist() == [1, None, 0, None]
    tokens = stacked([first, second], ITEMS, "one")["token_hi"].to_pylist()
    assert tokens == sorted(tokens) == [-5, -5, 9, 9]


def test_a_pass_without_rows_or_without_company_is_empty() -> None:
    """No row at all, one row, and rows that are all alone give the columns and no row."""
    several: tuple[list[int], ...] = ([], [3], [3, 4, 5])
    for tokens in several:
        ids = list(range(len(tokens)))
        rows = {"row_id": ids, "token_hi": tokens, "token_lo": ids}
        found = stacked([part("a", rows)], ITEMS, "one")
        assert len(found) == 0
        assert found.column_names == [name for name, _ in pass_rows(ITEMS).columns]


def test_every_row_is_there_once_whatever_the_sizes() -> None:
    """Blocks of any size, over any number of files, keep all of their rows."""
    draw = np.random.default_rng(3)
    for _ in range(30):
        tokens = [draw.integers(0, 12, draw.integers(0, 9)) for _ in range(3)]
        ids = np.split(draw.permutation(sum(map(len, tokens))), np.cumsum([*map(len, tokens)])[:-1])
        parts = [
            part(
                "abc"[n],
                {"row_id": ids[n].tolist(), "token_hi": t.tolist(), "token_lo": t.tolist()},
            )
            for n, t in enumerate(tokens)
        ]
        values, counts = np.unique(np.concatenate(tokens), return_counts=True)
        shared = np.isin(np.concatenate(tokens), values[counts > 1])
        found = stacked(parts, ITEMS, "one")["row_id"].to_pylist()
        assert sorted(found) == sorted(np.concatenate(ids)[shared].tolist())
