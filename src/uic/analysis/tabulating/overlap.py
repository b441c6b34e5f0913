"""Who is served by two partners, by age group and place: do two NGOs serve the same hot spot?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.analysis.indicators.coding import ALL, coded, labelled
from uic.analysis.indicators.engine import assignments
from uic.analysis.indicators.intervals import limits, whole

if TYPE_CHECKING:
    from uic.analysis.indicators import Linked

TITLE = "People served by two partners, by age group and place"
_KEYS = ("site", "age_group", "partner_a", "partner_b")


def overlap_matrix(linked: Linked, *, recall: float | None = None) -> pa.Table:
    """Count, in every place and age group, the people whom two partners both met there.

    Args:
        linked: The events, and who the records are.
        recall: Share of the true links that were found, as in ``count_indicators``.

    Returns:
        ``site``, ``age_group`` (``all`` for the margins), ``partner_a``, ``partner_b``,
        ``people``, ``low``, ``high``: one row a pair of partners that met anybody there,
        partner_a before or equal to partner_b by name. Where the two are equal, the number is
        how many people that partner met there.
    """
    cells = _cells(linked, unlinked=recall is not None)
    base = whole(cells)
    columns = {name: base[name] for name in (*_KEYS, "people")}
    if linked.draws is None and recall is None:
        nothing = pa.nulls(len(base), pa.int64())
        table = pa.table(columns | {"low": nothing, "high": nothing})
    else:
        low, high = limits(cells, list(_KEYS), "people", recall)
        table = pa.table(columns | {"low": low.astype(np.int64), "high": high.astype(np.int64)})
    return table.take(in_order(table))


def _cells(linked: Linked, *, unlinked: bool) -> pa.Table:
    events = coded(linked.events, ("site", "age_group"), ())
    tables = []
    with duckdb.connect(config={"temp_directory": ""}) as database:  # no person on a disk
        database.register("events", events.table)
        for who, _ in assignments(linked, unlinked=unlinked):
            database.register("who", who)
            tables.append(database.sql(_MATRIX).to_arrow_table())
            database.unregister("who")
    table = labelled(pa.concat_tables(tables), events.labels, ("site", "age_group"))
    for side in ("partner_a", "partner_b"):
        words = events.labels["partner"].take(table[side].combine_chunks())
        table = table.set_column(table.column_names.index(side), side, words)
    return table


def in_order(table: pa.Table) -> pa.Array:
    """Return the order of the rows: margins last, then by name."""
    order = []
    for name in ("site", "age_group"):
        table = table.append_column(f"{name} last", pc.equal(table[name], ALL))
        order += [(f"{name} last", "ascending"), (name, "ascending")]
    return pc.sort_indices(table, [*order, ("partner_a", "ascending"), ("partner_b", "ascending")])


_MATRIX = """
WITH met AS (
    SELECT DISTINCT draw, person, partner, coalesce(site, -1) AS site,
        coalesce(age_group, -1) AS age_group
    FROM events JOIN who USING (record)
),
placed AS (
    SELECT DISTINCT draw, person, partner, site, age_group
    FROM (
        SELECT draw, person, partner, site, age_group FROM met
        UNION ALL SELECT draw, person, partner, site, NULL FROM met
        UNION ALL SELECT draw, person, partner, NULL, age_group FROM met
        UNION ALL SELECT draw, person, partner, NULL, NULL FROM met
    )
)
SELECT a.draw, a.site, a.age_group, a.partner AS partner_a, b.partner AS partner_b,
    count(*) AS people
FROM placed AS a JOIN placed AS b ON a.draw = b.draw AND a.person = b.person
    AND a.site IS NOT DISTINCT FROM b.site AND a.age_group IS NOT DISTINCT FROM b.age_group
    AND a.partner <= b.partner
GROUP BY ALL
"""
