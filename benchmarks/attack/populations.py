"""Made-up people as registers: dense (few names, much like Khmer ones) and sparse (US-like)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from uic.partner.registers import EVENTS, Register
from uic.synthesis import population
from uic.synthesis.names import khmer_names

STYLES = {
    "dense": "50 family x 50 given Khmer names, the r-th r**-0.5 as common, 40 years, 10 % 1 Jan",
    "khmer": "uic.synthesis 'khmer-dense': 60 family names, 160 given names a sex",
    "sparse": "uic.synthesis 'sparse': thousands of made-up names, as in the United States",
}
NAMED = ("family_name", "given_name", "sex")
PLACED = (*NAMED, "place")
CODED = ("mother_given_name", "father_given_name", "sex", "place", "birth_order")


def people(style: str, n: int, seed: int) -> pa.Table:
    """Draw ``n`` people: text attributes and ``birth_date`` (ISO, as long as what is known)."""
    if style != "dense":
        return population(n, style="sparse" if style == "sparse" else "khmer-dense", seed=seed)
    drawn = population(n, style="khmer-dense", seed=seed)  # for place, parents and birth order
    rng = np.random.default_rng([seed, 50])
    names = khmer_names()
    chances = np.arange(1, 51) ** -0.5  # largest block of name sounds .6 %, as in the prototype
    family, given = (
        pa.array(rng.choice(kind.latin[:50], n, p=chances / chances.sum()))
        for kind in (names.family, names.female)
    )
    days = np.datetime64("1960-01-01") + rng.integers(0, 40 * 365 + 10, n)
    first = rng.random(n) < 0.1
    days[first] = days[first].astype("M8[Y]").astype("M8[D]")
    new = {"family_name": family, "given_name": given, "birth_date": pa.array(days.astype(str))}
    for name, column in new.items():
        drawn = drawn.set_column(drawn.column_names.index(name), name, column)
    return drawn


def coded(drawn: pa.Table) -> pa.Table:
    """Keep of the parents' names the two letters that a code holds."""
    for name in ("mother_given_name", "father_given_name"):
        letters = [(text or "")[:2].upper() or None for text in drawn[name].to_pylist()]
        drawn = drawn.set_column(drawn.column_names.index(name), name, pa.array(letters))
    return drawn


def register(drawn: pa.Table, attributes: tuple[str, ...], partner: str = "police") -> Register:
    """Write people as the register that reading a file of theirs would give."""
    dates = [text.split("-") for text in drawn["birth_date"].to_pylist()]
    columns: dict[str, pa.Array] = {
        "record_id": pa.array([f"row-{number}" for number in range(len(drawn))])
    }
    columns |= {name: drawn[name].combine_chunks() for name in attributes}
    for place, (part, kind) in enumerate(
        (("year", pa.int16()), ("month", pa.int8()), ("day", pa.int8()))
    ):
        values = [int(date[place]) if len(date) > place else None for date in dates]
        columns[f"birth_date_{part}"] = pa.array(values, kind)
    columns["birth_date_precision"] = pa.array(
        [("year", "month", "day")[len(date) - 1] for date in dates]
    )
    return Register(partner, pa.table(columns), EVENTS.empty_table(), (), len(drawn), "")
