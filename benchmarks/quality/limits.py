"""Do the limits of a count hold the truth? The example, made again and again, linked and counted.

    python benchmarks/quality/limits.py [--seeds 10] [--scale 0.5]

For every seed the synthetic Phnom Penh partners are made, linked with the default schema, and
counted by channel. A cell is right when the number of people who truly had a contact in it lies
within the limits. Four ways to make the limits: from the accepted links alone; with the recall
the run expects of itself; with the least it expects of itself (what ``uic count`` does by default);
with the true recall, as a review of a sample would tell it.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from uic import dedupe, evaluate, simulate
from uic.analysis.estimating.from_results import linkage_of
from uic.analysis.indicators import Linked, count_indicators, least_recall
from uic.partner.reading import read_registers
from uic.pipeline.linking import draws_of, link_events
from uic.schema import load_schema

WAYS = ("links alone", "expected recall", "least recall", "true recall")
FILES = ("outreach.csv", "dic.xlsx", "referrals.csv")


def people(linked: Linked, recall: float | None) -> dict[tuple[str, str], tuple[float, ...]]:
    """Return value, low and high of the individuals of every cell."""
    table = count_indicators(linked, "core", by=("channel",), period="quarter", recall=recall)
    return {
        (row["period"], row["channel"]): (row["value"], row["low"], row["high"])
        for row in table.to_pylist()
        if row["indicator"] == "individuals"
    }


def one(seed: int, scale: float, folder: Path) -> Counter[str]:
    """Make, link and count one set of partners; return how many cells were right."""
    made = simulate(folder, seed=seed, scale=scale)
    inputs, schema = [folder / name for name in FILES], load_schema(folder / "schema.toml")
    result = dedupe(inputs, schema=schema, key=folder / "epoch.key")
    registers = read_registers(inputs, schema)
    truth = made.truth.rename_columns(["partner", "record_id", "person_id"])
    right = people(link_events(registers, truth), None)
    found = link_events(registers, result.persons)
    found = Linked(
        found.events,
        found.persons,
        draws_of(registers, found.persons, result.pairs, draws=100, seed=1),
    )
    expected = linkage_of(result.run)
    recall = _recall(result.persons, folder)
    counted: Counter[str] = Counter()
    shares = (None, expected.sensitivity if expected else None, least_recall(result.run), recall)
    for name, share in zip(WAYS, shares, strict=True):
        cells = people(found, share)
        counted["cells"] = len(cells)
        counted[name] = sum(low <= right[key][0] <= high for key, (_, low, high) in cells.items())
        counted[f"{name} too high"] = sum(right[key][0] < low for key, (_, low, _) in cells.items())
        counted[f"{name} width"] = sum(round(high - low) for _, low, high in cells.values())
    counted["exact"] = sum(value == right[key][0] for key, (value, _, _) in cells.items())
    print(f"seed {seed}: true recall {recall:.3f}, {dict(counted)}", flush=True)
    return counted


def _recall(persons: pa.Table, folder: Path) -> float:
    pq.write_table(persons, folder / "persons.parquet")
    return evaluate(folder / "persons.parquet", folder / "truth" / "truth.csv").recall


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--scale", type=float, default=0.5)
    chosen = parser.parse_args()
    total: Counter[str] = Counter()
    for seed in range(chosen.seeds):
        with tempfile.TemporaryDirectory() as folder:
            total += one(seed, chosen.scale, Path(folder))
    cells = total["cells"]
    print(f"{cells} cells; the count itself was exact in {total['exact'] / cells:.0%}")
    for name in WAYS:
        print(
            f"{name:<18}{total[name] / cells:>7.0%} of cells hold the truth,"
            f" {total[f'{name} too high'] / cells:.0%} lie above it,"
            f" mean width {total[f'{name} width'] / cells:.1f} people"
        )


if __name__ == "__main__":
    main()
