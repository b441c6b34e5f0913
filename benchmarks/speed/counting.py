"""A million events of 100,000 people, counted into a full year of monthly tables.

    python benchmarks/speed/counting.py [--events 1000000] [--people 100000]

Prints, for each table, wall-clock and processor seconds, cells and numbers, and at the end the
load of the machine: a figure taken under load is an upper limit. Memory is the peak of the whole
process. Issue 6 asks for a full year of monthly tables in under 10 s on 2 cores.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from uic.analysis.indicators import LINKED_EVENTS, Draws, Linked, count_indicators
from uic.analysis.tabulating import tabulated, write_workbook

PARTNERS = ("outreach", "dic", "clinic")
CHANNELS = ("outreach", "drop-in centre", "referral")
SERVICES = ("ns", "condom", "lubricant", "VCCT", "STI service", "methadone")
POPULATIONS = ("pwid", "pwud", "partner_of_pwid")
AGES = ("0-17", "18-24", "25-34", "35-44", "45+")


def made(events: int, people: int, seed: int = 1) -> Linked:
    """Draw events: some people come very often, most come rarely, as in real registers."""
    rng = np.random.default_rng(seed)
    weights = rng.lognormal(0, 1, people)
    record = rng.choice(people, events, p=weights / weights.sum())
    first = np.datetime64("2014-01-01")
    columns = {
        "partner": words(PARTNERS, rng.integers(0, 3, events)),
        "contact": pa.array(np.arange(events)),
        "record": pa.array(record),
        "date": pa.array(first + rng.integers(0, 365, events)),
        "channel": words(CHANNELS, rng.integers(0, 3, events)),
        "site": words([f"Hotspot {n}" for n in range(12)], rng.integers(0, 12, events)),
        "service": words(SERVICES, rng.integers(0, len(SERVICES), events)),
        "quantity": pa.array(rng.integers(0, 20, events)),
        "returned": pa.array(rng.integers(0, 9, events)),
        "population": words(POPULATIONS, record % 3),
        "sex": words(("M", "F"), record % 2),
        "age_group": words(AGES, record % 5),
    }
    empty = {
        name: pa.nulls(events, LINKED_EVENTS.field(name).type)
        for name in LINKED_EVENTS.names
        if name not in columns
    }
    return Linked(pa.table(columns | empty).select(LINKED_EVENTS.names), np.arange(people))


def words(values: list[str] | tuple[str, ...], places: np.ndarray) -> pa.Array:
    return pa.array(values, pa.string()).take(pa.array(places))


def in_question(found: Linked, share: float, draws: int) -> Linked:
    """Pair a share of the records off: each pair is one person in half of the draws."""
    rng = np.random.default_rng(2)
    asked = rng.permutation(len(found.persons))[: int(len(found.persons) * share / 2) * 2]
    apart = np.arange(len(asked))
    together = np.where(apart % 2 == 1, apart - 1, apart)
    coin = rng.random((draws, len(asked) // 2)).repeat(2, axis=1) < 0.5
    return Linked(found.events, found.persons, Draws(asked, np.where(coin, together, apart)))


def timed(what: str, work: object) -> float:
    start, busy = time.perf_counter(), time.process_time()
    result = work()  # type: ignore[operator]
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    print(f"{what:<58}{seconds:>7.1f} s{busy:>8.1f} s CPU{len(result):>10,} numbers")
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--draws", type=int, default=100)
    chosen = parser.parse_args()
    found = made(chosen.events, chosen.people)
    print(f"{chosen.events:,} events, {chosen.people:,} people, load {os.getloadavg()[0]:.1f}")
    by = ("channel", "site", "sex")
    seconds = timed("core, month x channel x site x sex, every margin",
                    lambda: count_indicators(found, "core", by=by, period="month"))  # fmt: skip
    for name in ("khana-nsp", "needles", "pepfar-kp-prev", "unaids-gam", "methadone"):
        seconds += timed(
            f"{name}, month", lambda name=name: count_indicators(found, name, period="month")
        )
    print(f"{'a full year of monthly tables':<58}{seconds:>7.1f} s")
    timed("overlap of partners by place and age group", lambda: tabulated(found, "overlap").cells)
    timed("characteristics by population, year", lambda: tabulated(found, "characteristics").cells)
    uncertain = in_question(found, 0.05, chosen.draws)
    timed(f"core, month, {chosen.draws} draws of 5% of the records",
          lambda: count_indicators(uncertain, "core", period="month"))  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        tables = tabulated(found, "core", by=by, period="month")
        write = lambda: (write_workbook(tables, Path(folder) / "t.xlsx"), tables.cells)[1]  # noqa: E731
        timed("the core table as a workbook", write)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MB, load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
