"""Agreement levels in the clear: codes and dates by SQL, texts letter by letter."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.engines.duckdb import engine
from uic.exchange import FREQUENCIES
from uic.levels import BASE, Comparison, pattern_sql
from uic.pipeline.clear.letters import Measure, graded, swapped
from uic.strangers import of_two_people

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from uic.pipeline.clear.values import Values

    Numbers = NDArray[np.int64]

_RANDOM_PAIRS = 1_000_000


def as_codes(items: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """Compare texts as codes: exact or different; how different is seen afterwards."""
    return tuple(replace(i, kind="code", swap=None) if i.kind == "text" else i for i in items)


def refined(values: Values, a: Numbers, b: Numbers, base: Numbers, measure: Measure) -> Numbers:
    """Turn *different* texts into near, far or different, and see swapped names."""
    levels = {item.attribute: (base >> 4 * n) % BASE for n, item in enumerate(values.items)}
    codes = {
        name: values.rows[name].combine_chunks().fill_null(0).to_numpy() for name in values.texts
    }
    for item in values.items:
        if item.kind == "text":
            name = item.attribute
            levels[name] = graded(
                levels[name], codes[name][a], codes[name][b], values.texts[name], measure
            )
    family, given = "family_name", "given_name"
    if family in levels and given in levels:
        sides = [(values.texts[name], codes[name][a], codes[name][b]) for name in (family, given)]
        levels[family], levels[given] = swapped(
            levels[family], levels[given], sides[0], sides[1], measure
        )
    pattern = np.zeros(len(a), dtype=np.int64)
    for n, item in enumerate(values.items):
        pattern += levels[item.attribute] * BASE**n
    return pattern


def frequencies(values: Values, measure: Measure) -> pa.Table:
    """Compare random pairs of each register's own records, as partners do before encoding."""
    counts = [np.zeros(len(item.levels)) for item in values.items]
    for a, b in _random_pairs(values.sizes):
        found = np.unique(refined(values, a, b, _base(values, a, b), measure), return_counts=True)
        pattern, pairs = found[0], of_two_people(found[0], found[1].astype(float), values.items)
        for n, item in enumerate(values.items):
            level = (pattern >> 4 * n) % BASE
            counts[n] += np.bincount(level, pairs, minlength=len(item.levels))
    rows = [
        {"attribute": item.attribute, "level": level, "pairs": round(pairs)}
        for item, found in zip(values.items, counts, strict=True)
        for level, pairs in enumerate(found)
    ]
    return pa.Table.from_pylist(rows, schema=FREQUENCIES)


def _random_pairs(sizes: Sequence[int]) -> Iterator[tuple[Numbers, Numbers]]:
    start = 0
    for size in sizes:
        if size * (size - 1) // 2 <= _RANDOM_PAIRS:
            left, right = np.triu_indices(size, 1)
        else:
            left, right = np.random.default_rng(size).integers(0, size, (2, _RANDOM_PAIRS))
        apart = left != right
        yield left[apart] + start, right[apart] + start
        start += size


def _base(values: Values, a: Numbers, b: Numbers) -> Numbers:
    place = pa.array(np.arange(len(a)))
    with engine(on_disk=False) as database:
        sides = (
            ("a", values.rows.take(pa.array(a)).append_column("n", place)),
            ("b", values.rows.take(pa.array(b)).append_column("n", place)),
        )
        for name, rows in sides:
            database.read(name, rows)
        sql = pattern_sql(as_codes(values.items))
        database.run("base", f"SELECT a.n, {sql} AS pattern FROM a JOIN b ON a.n = b.n")  # noqa: S608 - our names
        found = database.fetch("SELECT pattern FROM base ORDER BY n")
    return np.asarray(found["pattern"].to_numpy(), dtype=np.int64)
