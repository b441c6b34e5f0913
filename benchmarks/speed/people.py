"""A register of made-up people as a CSV file, for measuring how fast it is encoded.

    python benchmarks/speed/people.py FILE --records 1000000 --style sparse|dense [--seed 1]

``sparse``: made-up names; one name in ten carries a slip of a letter, so that distinct values grow
with the file as they do in real registers. ``dense``: few, common Khmer names. Six attributes
(family name, given name, birth date, sex, place, street) and a record id. Every 250,000 records
are drawn on their own.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from uic.synthesis import population

AT_ONCE = 250_000
ATTRIBUTES = ("family_name", "given_name", "birth_date", "sex", "place", "street")
SLIPS = 0.1
LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyz"))


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("file", type=Path)
    options.add_argument("--records", type=int, default=1_000_000)
    options.add_argument("--style", choices=("sparse", "dense"), default="sparse")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    write_people(given.file, given.records, given.style, given.seed)


def write_people(path: Path, records: int, style: str, seed: int = 1) -> None:
    writer = None
    with path.open("wb") as file:
        for part, start in enumerate(range(0, records, AT_ONCE)):
            table = drawn(min(AT_ONCE, records - start), start, style, [seed, part])
            writer = writer or pacsv.CSVWriter(file, table.schema)
            writer.write_table(table)
        if writer:
            writer.close()


def drawn(records: int, start: int, style: str, seed: list[int]) -> pa.Table:
    rng = np.random.default_rng(seed)
    kind = "sparse" if style == "sparse" else "khmer-dense"
    people = population(records, style=kind, seed=int(rng.integers(2**31)))
    columns = {"record_id": pa.array([f"C{n:08d}" for n in range(start, start + records)])}
    columns |= {name: people[name].combine_chunks() for name in ATTRIBUTES}
    if style == "sparse":
        for name in ("family_name", "given_name"):
            columns[name] = slipped(columns[name], rng)
    return pa.table(columns)


def slipped(names: pa.Array, rng: np.random.Generator) -> pa.Array:
    """Write another letter into some names."""
    texts = names.to_pylist()
    rows = np.flatnonzero(rng.random(len(texts)) < SLIPS)
    spots, letters = rng.random(len(rows)), rng.choice(LETTERS, len(rows))
    for row, spot, letter in zip(rows.tolist(), spots.tolist(), letters.tolist(), strict=True):
        if text := texts[row]:
            at = int(spot * len(text))
            texts[row] = text[:at] + letter + text[at + 1 :]
    return pa.array(texts, pa.string())


if __name__ == "__main__":
    main()
