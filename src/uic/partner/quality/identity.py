"""Codes and people that contradict each other inside one register."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import stats

from uic.partner.quality.findings import Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

RARE = 0.001
"""Equal codes of one worker are flagged when chance would give as many less often than this."""

FEWEST = 3
"""Fewer equal pairs than this are never flagged."""


def code_findings(codes: pa.ChunkedArray, person: pa.Table, name: str) -> list[Finding]:
    """Compare codes with the people who carry them.

    Args:
        codes: One code a record, null where there is none.
        person: What tells a person apart, one row a record: names, sex, and the whole birth
            date as ``birth_date`` (``YYYYMMDD``). Null where not known.
        name: What the code is called in the report.
    """
    if "birth_date" not in person.column_names:
        return []
    table = person.append_column("code", codes)
    dated = table.select(["code", "birth_date"]).drop_null()
    found = [_several("same-code-different-birth-date", name, dated.group_by("code"), "birth_date")]
    if len(person.column_names) > 1:
        people = table.drop_null().group_by(person.column_names)
        found.append(_several("same-person-two-codes", name, people, "code"))
    return found


def _several(rule: str, name: str, groups: pa.TableGroupBy, column: str) -> Finding:
    """Count the groups in which ``column`` has more than one value."""
    values = groups.aggregate([(column, "count_distinct")])[f"{column}_count_distinct"]
    count = int(pc.sum(pc.greater(values, 1)).as_py() or 0)
    return Finding(rule, name, count, len(values), None, count > 0)


def swap_findings(person: pa.Table) -> list[Finding]:
    """Count the pairs of people who differ only by day and month changing places."""
    columns = person.column_names
    if "birth_date" not in columns or len(columns) < 2:
        return []
    people = person.drop_null().group_by(columns).aggregate([])
    date = people["birth_date"]
    year, month, day = (pc.utf8_slice_codeunits(date, *at) for at in ((0, 4), (4, 6), (6, 8)))
    swapped = pc.binary_join_element_wise(year, day, month, "")
    others = people.set_column(columns.index("birth_date"), "birth_date", swapped)
    others = others.filter(pc.not_equal(day, month))
    count = len(others.join(people, keys=columns, join_type="inner")) // 2
    rule = "same-person-day-month-swapped"
    return [Finding(rule, "birth_date", count, len(people), None, count > 0)]


def worker_findings(codes: pa.ChunkedArray, workers: pa.ChunkedArray, name: str) -> list[Finding]:
    """Count workers whose records share codes among themselves far more than others' do.

    The chance that two records of *different* workers share a code says what to expect of one
    worker's own records; flagged is a number of equal pairs that chance (Poisson) would hardly
    give to any of the workers.
    """
    table = pa.table({"code": codes, "worker": workers}).drop_null()
    cells = table.group_by(["worker", "code"]).aggregate([([], "count_all")])
    equal, records = _equal_pairs(cells)
    expected = _chance_between(table, cells) * records * (records - 1) / 2
    rare = stats.poisson.sf(equal - 1, expected) < RARE / max(len(equal), 1)
    count = int((rare & (equal >= FEWEST)).sum())
    return [Finding("worker-identical-codes", name, count, len(equal), None, count > 0)]


def _equal_pairs(cells: pa.Table) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return, for each worker, the pairs of records with equal codes and the records."""
    counts = cells["count_all"].to_numpy()
    worker = pc.rank(cells["worker"], tiebreaker="dense").to_numpy().astype(np.int64) - 1
    pairs = np.bincount(worker, weights=counts * (counts - 1) // 2)
    return pairs.astype(np.int64), np.bincount(worker, weights=counts).astype(np.int64)


def _chance_between(table: pa.Table, cells: pa.Table) -> float:
    """Return the chance that two records of different workers carry the same code."""

    def squares(counts: pa.Array | pa.ChunkedArray) -> int:
        return int(np.square(np.asarray(counts, np.int64)).sum())

    of_code = squares(pc.value_counts(table["code"]).field("counts"))
    of_worker = squares(pc.value_counts(table["worker"]).field("counts"))
    across = len(table) ** 2 - of_worker
    return (of_code - squares(cells["count_all"])) / across if across else 0.0
