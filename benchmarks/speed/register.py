"""A made-up register with truth, for measuring linkage at scale.

    PYTHON register.py FOLDER --records 1000000 [--seed 1]

PYTHON has numpy, pyarrow and the package ``names`` (the name lists of the US census of 1990 with
their frequencies). Writes ``FOLDER/register.parquet``.

Four fifths of the records are people, one fifth are second (seldom third) records of them. A
fifth of all records, first or second, carry one to three errors: a slip of one letter in a name
(3 of 9), names swapped (1), a value missing (1), moved (1), a woman's new family name (1), a
wrong date of birth (2: a digit, or day and month swapped). Every million records are drawn on
their own, so a person has all of his or her records within one million.
"""

from __future__ import annotations

import argparse
from importlib.resources import files
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

AT_ONCE = 1_000_000
TEXTS = ("given_name", "family_name", "sex", "street", "place", "postcode", "phone")
DATE = ("year", "month", "day")
LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyz"), dtype=object)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("folder", type=Path)
    options.add_argument("--records", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    writer = None
    for part, start in enumerate(range(0, given.records, AT_ONCE)):
        rng = np.random.default_rng([given.seed, part])
        table = drawn(min(AT_ONCE, given.records - start), start, rng)
        writer = writer or pq.ParquetWriter(given.folder / "register.parquet", table.schema)
        writer.write_table(table)
    writer.close()


def drawn(records: int, start: int, rng: np.random.Generator) -> pa.Table:
    """Draw ``records`` records; ids and entities begin at ``start``."""
    people = records * 4 // 5
    columns = persons(people, rng)
    entity = np.concatenate([np.arange(people), rng.integers(0, people, records - people)])
    columns = {name: values[entity] for name, values in columns.items()}
    spoil(columns, records, rng)
    order = rng.permutation(records)
    texts = {name: pa.array(columns[name][order], pa.string()) for name in TEXTS}
    year, month, day = (columns[name][order] for name in DATE)
    born = zip(year, month, day, strict=True)
    dates = [None if y == 0 else f"{y:04d}-{m:02d}-{d:02d}" for y, m, d in born]
    numbers = pa.array(np.arange(start, start + records))
    return pa.table(
        {"id": numbers, "entity": entity[order] + start}
        | texts
        | {"birth_date": pa.array(dates, pa.string())}
    )


def persons(count: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    women = rng.random(count) < 0.5
    given = np.where(women, pick("female", count, rng), pick("male", count, rng))
    born = np.datetime64("1930-01-01") + rng.integers(0, 31_000, count)
    day = (born - born.astype("datetime64[M]")).astype(int) + 1
    return {
        "given_name": given,
        "family_name": pick("all.last", count, rng),
        "sex": np.where(women, "F", "M").astype(object),
        "year": born.astype("datetime64[Y]").astype(int) + 1970,
        "month": born.astype("datetime64[M]").astype(int) % 12 + 1,
        "day": day,
        **addresses(count, rng),
    }


def pick(kind: str, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw names by their frequency in the census."""
    name = kind if kind == "all.last" else f"{kind}.first"
    lines = files("names").joinpath(f"dist.{name}").read_text().splitlines()
    words = np.array([line.split()[0].lower() for line in lines], dtype=object)
    share = np.array([float(line.split()[1]) for line in lines]) + 0.0005
    return words[rng.choice(len(words), count, p=share / share.sum())]


def addresses(count: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw streets, towns (a few large, many small; postcodes by size) and telephone numbers."""
    fixed = np.random.default_rng(7)  # the same towns and streets in every million
    towns, streets = made_up(5000, fixed), made_up(20_000, fixed)
    size = 1 / np.arange(20, 5020)
    town = rng.choice(5000, count, p=size / size.sum())
    district = (rng.random(count) * np.ceil(size[town] / size[-1] / 4)).astype(int)
    house = rng.integers(1, 300, count)
    named = zip(house, streets[rng.integers(0, len(streets), count)], strict=True)
    phone = rng.integers(10**8, 10**9, count)
    return {
        "street": np.array([f"{number} {street}" for number, street in named], dtype=object),
        "place": towns[town],
        "postcode": np.array([f"{n:05d}" for n in town * 19 + district], dtype=object),
        "phone": np.array([f"0{n}" for n in phone], dtype=object),
    }


def made_up(count: int, rng: np.random.Generator) -> np.ndarray:
    begin = ["b", "br", "ch", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "st", "t", "w"]
    sound = [a + b for a in "aeiou" for b in ("", "l", "n", "r", "s", "m")]
    pieces = np.array([a + b for a in begin for b in sound], dtype=object)
    words = pieces[rng.integers(0, len(pieces), (2 * count, 3))].sum(axis=1)
    return np.array(list(dict.fromkeys(words))[:count], dtype=object)


def spoil(columns: dict[str, np.ndarray], records: int, rng: np.random.Generator) -> None:
    """Give a fifth of the records one to three errors, in place."""
    spoilt = rng.permutation(records)[: records // 5]
    errors = rng.integers(1, 4, len(spoilt))
    for turn in (1, 2, 3):
        rows = spoilt[errors >= turn]
        kind = rng.integers(0, 9, len(rows))
        for number, spoiler in enumerate((slip, slip, slip, swap, lose, move, marry, misdate)):
            spoiler(columns, rows[kind == number], rng)
        misdate(columns, rows[kind == 8], rng)


def slip(columns, rows, rng) -> None:  # noqa: ANN001
    names = np.where(rng.random(len(rows)) < 0.5, "given_name", "family_name")
    for row, name, spot, what, letter in zip(
        rows, names, rng.random(len(rows)), rng.integers(0, 4, len(rows)),
        LETTERS[rng.integers(0, 26, len(rows))], strict=True,
    ):  # fmt: skip
        word = columns[name][row]
        if word is None or len(word) < 2:
            continue
        at = int(spot * (len(word) - 1))
        columns[name][row] = (
            word[:at] + letter + word[at:],
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )[what]


def swap(columns, rows, rng) -> None:  # noqa: ANN001, ARG001
    first, last = columns["given_name"][rows], columns["family_name"][rows]
    columns["given_name"][rows], columns["family_name"][rows] = last, first


def lose(columns, rows, rng) -> None:  # noqa: ANN001
    names = [*TEXTS, "year"]
    which = rng.integers(0, len(names), len(rows))
    for number, name in enumerate(names):
        columns[name][rows[which == number]] = 0 if name == "year" else None


def move(columns, rows, rng) -> None:  # noqa: ANN001
    new = addresses(len(rows), rng)
    for name in ("street", "place", "postcode"):
        columns[name][rows] = new[name]


def marry(columns, rows, rng) -> None:  # noqa: ANN001
    women = rows[columns["sex"][rows] == "F"]
    columns["family_name"][women] = pick("all.last", len(women), rng)


def misdate(columns, rows, rng) -> None:  # noqa: ANN001
    rows = rows[columns["year"][rows] > 0]
    turned = (rng.random(len(rows)) < 0.3) & (columns["day"][rows] <= 12)
    swapped, wrong = rows[turned], rows[~turned]
    day, month = columns["day"][swapped], columns["month"][swapped]
    columns["day"][swapped], columns["month"][swapped] = month, day
    part = rng.integers(0, 3, len(wrong))
    columns["day"][wrong[part == 0]] = rng.integers(1, 29, (part == 0).sum())
    # The 28th at most, so that every month has the day.
    columns["day"][wrong[part == 1]] = np.minimum(columns["day"][wrong[part == 1]], 28)
    columns["month"][wrong[part == 1]] = rng.integers(1, 13, (part == 1).sum())
    columns["day"][wrong[part == 2]] = np.minimum(columns["day"][wrong[part == 2]], 28)
    columns["year"][wrong[part == 2]] += rng.choice([-10, -1, 1, 10], (part == 2).sum())


if __name__ == "__main__":
    main()
