"""Linkage quality of registers that hold only the components of a code.

    python benchmarks/quality/codes.py [--records N] [--seeds N] [--pairs N] [--more] [--parted]

Two files of 20,000 with the first two letters of the mother's and the father's given name, sex,
date of birth and province; half of the people stand in both files. In each file, independently: 5%
of the letter pairs have one wrong letter, 5% of the dates one wrong part (year by one or two,
another month, another day), 3% of every field is missing. 10% of the people were born on 1 January,
or say so. This is the register that was agreed on as the measure of the profile.

The letters are those of the common Khmer names of :mod:`uic.synthesis` (47 pairs for mothers, 48
for fathers); with ``--pairs N`` of N pairs of letters whose chances fall as rank to the power -.8.
``--more`` adds errors of other kinds: the parents' letters change places in 1%, day and month in
1%, sex is wrong in .5%, and 10% moved to another province. ``--parted`` links what ``uic encode``
lets out of each partner; otherwise one machine compares all rows, as ``uic dedupe`` does. Default
passes and threshold, both lists vouched for. One line a seed, then the mean of precision, recall
and F1.
"""

from __future__ import annotations

import argparse
import json
import string
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from leaving import quality

import uic
from uic.crypto.keys import new_key
from uic.synthesis.names import khmer_names, name_list
from uic.synthesis.places import PROVINCES

if TYPE_CHECKING:
    from leaving import Setting
    from numpy.typing import NDArray

    Texts = NDArray[np.object_]
    Columns = dict[str, Texts]

PARENTS = ("mother_given_name", "father_given_name")
SCHEMA = {
    "profile": "codes",
    "partners": {name: {"files": [f"{name}.csv"], "vouched": True} for name in ("a", "b")},
}


def people(count: int, pairs: int | None, rng: np.random.Generator) -> Columns:
    """Draw people with the components of their codes; dates as three numbers."""
    if pairs is None:
        lists = khmer_names()
        mothers, fathers = lists.female.draw(count, rng), lists.male.draw(count, rng)
    else:
        every = [a + b for a in string.ascii_uppercase for b in string.ascii_uppercase]
        chances = np.arange(1, pairs + 1) ** -0.8
        heads = rng.permutation(np.array(every, dtype=object))[:pairs]
        mothers, fathers = (
            heads[rng.choice(pairs, count, p=chances / chances.sum())] for _ in range(2)
        )
    days = np.datetime64("1960-01-01") + rng.integers(0, 45 * 365, count)
    days = np.where(rng.random(count) < 0.1, days.astype("M8[Y]").astype("M8[D]"), days)
    months = days.astype("M8[M]")
    return {
        "mother_given_name": _letters(mothers),
        "father_given_name": _letters(fathers),
        "sex": rng.choice(np.array(["M", "F"], dtype=object), count, p=[0.7, 0.3]),
        "place": name_list(list(PROVINCES)).draw(count, rng),
        "year": days.astype("M8[Y]").astype(int) + 1970,
        "month": months.astype(int) % 12 + 1,
        "day": (days - months.astype("M8[D]")).astype(int) + 1,
    }


def recorded(people: Columns, rng: np.random.Generator, *, more: bool) -> pa.Table:
    """Return people as one partner wrote them down, errors and gaps included."""
    columns = {name: values.copy() for name, values in people.items()}
    count = len(columns["sex"])
    for parent in PARENTS:
        wrong = np.flatnonzero(rng.random(count) < 0.05)
        columns[parent][wrong] = [_misheard(text, rng) for text in columns[parent][wrong]]
    _change_dates(columns, rng)
    if more:
        _change_more(columns, rng)
    parts = zip(columns.pop("year"), columns.pop("month"), columns.pop("day"), strict=True)
    columns["birth_date"] = np.array([f"{y}-{m:02}-{d:02}" for y, m, d in parts], dtype=object)
    gaps = {name: rng.random(count) < 0.03 for name in columns}
    return pa.table({name: pa.array(columns[name], mask=gaps[name]) for name in columns})


def setting(records: int, seed: int, pairs: int | None, *, more: bool) -> Setting:
    """Return two registers of which half the people stand in both, and the truth."""
    rng = np.random.default_rng([seed, 47])
    everybody = people(records + records // 2, pairs, rng)
    schema = uic.LinkageSchema.model_validate(SCHEMA)
    tables, truth = {}, []
    for name, first in (("a", 0), ("b", records // 2)):
        chosen = first + rng.permutation(records)
        table = recorded({k: v[chosen] for k, v in everybody.items()}, rng, more=more)
        ids = [f"{name}{n}" for n in range(records)]
        tables[name] = table.append_column("record_id", pa.array(ids))
        truth += [
            {"partner": name, "record_id": i, "entity": str(entity)}
            for i, entity in zip(ids, chosen, strict=True)
        ]
    return uic.read_registers(tables, schema), schema, pa.Table.from_pylist(truth)


def _letters(names: Texts) -> Texts:
    return np.array([name[:2].upper() for name in names], dtype=object)


def _misheard(text: str, rng: np.random.Generator) -> str:
    """Put another letter into one of the two places."""
    place = rng.integers(len(text))
    others = string.ascii_uppercase.replace(text[place], "")
    return text[:place] + others[rng.integers(len(others))] + text[place + 1 :]


def _change_dates(columns: Columns, rng: np.random.Generator) -> None:
    """Write one part of 5% of the dates wrongly."""
    count = len(columns["year"])
    wrong, part = rng.random(count) < 0.05, rng.integers(0, 3, count)
    shift = rng.choice([-2, -1, 1, 2], count)
    columns["year"] = np.where(wrong & (part == 0), columns["year"] + shift, columns["year"])
    month, day = (columns["month"] + rng.integers(1, 12, count) - 1) % 12 + 1, None
    columns["month"] = np.where(wrong & (part == 1), month, columns["month"])
    day = (columns["day"] + rng.integers(1, 28, count) - 1) % 28 + 1
    columns["day"] = np.where(wrong & (part == 2), day, columns["day"])
    columns["day"] = np.minimum(columns["day"], _LENGTHS[columns["month"]])


_LENGTHS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def _change_more(columns: Columns, rng: np.random.Generator) -> None:
    """Exchange parents' letters, day and month; mistake the sex; move to another province."""
    count = len(columns["sex"])
    mother, father = (columns[name] for name in PARENTS)
    swapped = rng.random(count) < 0.01
    columns[PARENTS[0]] = np.where(swapped, father, mother)
    columns[PARENTS[1]] = np.where(swapped, mother, father)
    month, day = columns["month"], columns["day"]
    swapped = (rng.random(count) < 0.01) & (day <= 12)
    columns["month"], columns["day"] = np.where(swapped, day, month), np.where(swapped, month, day)
    other = np.where(columns["sex"] == "M", "F", "M")
    columns["sex"] = np.where(rng.random(count) < 0.005, other, columns["sex"]).astype(object)
    moved = name_list(list(PROVINCES)).draw(count, rng)
    columns["place"] = np.where(rng.random(count) < 0.1, moved, columns["place"]).astype(object)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--records", type=int, default=20_000)
    options.add_argument("--seeds", type=int, default=2)
    options.add_argument("--pairs", type=int)
    options.add_argument("--more", action="store_true")
    options.add_argument("--parted", action="store_true")
    given = options.parse_args()
    means = []
    for seed in range(1, given.seeds + 1):
        registers, schema, truth = setting(given.records, seed, given.pairs, more=given.more)
        key = new_key(schema.project, "2026Q4")
        found = quality(registers, schema, truth, key, leaving=given.parted)
        print(json.dumps(dict(zip(("precision", "recall", "f1"), found, strict=True))), flush=True)
        means.append(found)
    print(json.dumps({"mean": np.mean(means, axis=0).round(4).tolist()}))


if __name__ == "__main__":
    main()
