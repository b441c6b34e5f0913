"""Extension of a data set from known pairs: learn the encoding from clients the attacker knows.

    python benchmarks/attack/extension.py [--n 2000] [--styles dense,sparse] [--overlaps .25,1]
        [--known 30,200] [--seed 1] [--out FILE.csv]

The attacker holds pairs of a person and an encoding, as in Mildenberger et al. 2025, who train a
network on them. Here ridge regression learns which letter pairs and digits set which bits; every
person of the list gets the bits that are expected of him, every unknown encoding the person whose
bits it is nearest to, and the surest finds become known pairs of the next round. Plain CLK of the
same people, list and known pairs stands beside ours and must fall: exit 1 if it does not.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import clk
import numpy as np
from scenes import scene
from scipy.optimize import linear_sum_assignment

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray
    from scenes import Scene

ROUNDS = 6
PENALTY = 1.0
MUST_FALL = 0.95
COLUMNS = ("population", "list", "file", "known", "encoding", "found", "claims", "seconds", "seed")


def features(drawn: pa.Table) -> NDArray[np.float64]:
    """Return which letter pairs and digits each person has, all persons over one alphabet."""
    rows = zip(*(drawn[name].to_pylist() for name in clk.FIELDS), strict=True)
    held = [clk.tokens(*row) for row in rows]
    number = {token: n for n, token in enumerate(sorted({t for row in held for t in row}))}
    found = np.zeros((len(held), len(number)))
    for row, tokens in enumerate(held):
        found[row, [number[token] for token in tokens]] = 1
    return found


def extended(
    bits: NDArray[np.float64], people: NDArray[np.float64], known: dict[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the claimed person of each encoding, and how far ahead it is of the next.

    Args:
        bits: Shape (rows, bits): encodings, centred.
        people: Shape (persons, features): the list in clear.
        known: Rows whose person is known.
    """
    pairs = dict(known)
    for turn in range(ROUNDS):
        rows, persons = (np.array(list(part)) for part in (pairs.keys(), pairs.values()))
        expected = _expected(people, persons, bits[rows])
        score = _unit(bits) @ _unit(expected).T
        score[list(known)] = 0
        best = score.argmax(axis=1)
        two = -np.partition(-score, 1, axis=1)[:, :2]
        ahead = two[:, 0] - two[:, 1]
        mutual = np.flatnonzero(score.argmax(axis=0)[best] == np.arange(len(best)))
        surest = mutual[np.argsort(-ahead[mutual])][: len(known) * 2**turn]
        pairs = dict(zip(surest.tolist(), best[surest].tolist(), strict=True)) | known
    return linear_sum_assignment(-score)[1], ahead


def _expected(people: NDArray, persons: NDArray, bits: NDArray) -> NDArray[np.float64]:
    """Return the bits that ridge regression on the known pairs expects of every person."""
    mean = people[persons].mean(axis=0)
    shown = people[persons] - mean
    kernel = shown @ shown.T + PENALTY * np.eye(len(persons))
    return (people - mean) @ (shown.T @ np.linalg.solve(kernel, bits))


def _unit(rows: NDArray) -> NDArray:
    return rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-12)


def plain_clk(setting: Scene, people: NDArray) -> float:
    """Return the share of unknown people found among plain CLKs."""
    bits = clk.filters(setting.drawn.take(setting.members)).astype(float)
    claimed, _ = extended(bits - bits.mean(axis=0), people, setting.known)
    return _share(setting, np.arange(len(claimed)), claimed)


def ours(setting: Scene, people: NDArray) -> tuple[float, int]:
    """Return the share found in any pass of our file, and the number of claims."""
    rows, claimed = [], []
    for table, records in _signed(setting):
        bits = _bits(table)
        known = {n: setting.known[r] for n, r in enumerate(records.tolist()) if r in setting.known}
        if len(known) > 1:
            persons, _ = extended(bits, people, known)
            rows.append(records)
            claimed.append(persons)
    if not rows:
        return 0.0, 0
    whose, whom = np.concatenate(rows), np.concatenate(claimed)
    return _share(setting, whose, whom), len(whose)


def _signed(setting: Scene):  # noqa: ANN202 - tables and the record of each row
    for name, table in setting.export.matcher.pass_rows.items():
        row_map = setting.export.resolver.row_map.to_pylist()
        place = {row["row_id"]: row["record"] for row in row_map if row["pass"] == name}
        if len(table):
            yield table, np.array([place[row] for row in table["row_id"].to_pylist()])


def _bits(table: pa.Table) -> NDArray[np.float64]:
    """Return token and signatures as bits of -1 and 1, missing ones 0."""
    parts = []
    for name in table.column_names:
        if name != "row_id":
            column = table[name].combine_chunks()
            width = 64 if str(column.type) == "int64" else 16
            words = column.fill_null(0).to_numpy().astype(np.int64)
            spread = (words[:, None] >> np.arange(width)) & 1
            parts.append((2.0 * spread - 1) * np.asarray(column.is_valid())[:, None])
    bits = np.concatenate(parts, axis=1)
    return bits - bits.mean(axis=0)


def _share(setting: Scene, rows: NDArray, claimed: NDArray) -> float:
    right = (setting.members[rows] == claimed) & ~np.isin(rows, list(setting.known))
    return len(np.unique(rows[right])) / (len(setting.members) - len(setting.known))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=2_000)
    parser.add_argument("--styles", default="dense,sparse")
    parser.add_argument("--overlaps", default=".25,1")
    parser.add_argument("--known", default="30,200")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS), flush=True)
    rows = []
    for style in options.styles.split(","):
        for overlap in map(float, options.overlaps.split(",")):
            for known in map(int, options.known.split(",")):
                size = round(overlap * options.n)
                setting = scene(style, options.n, size, known=known, seed=options.seed)
                rows += _rows(setting, options.seed)
    if options.out:
        with options.out.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([COLUMNS, *rows])
    weak = [row for row in rows if row[4] == "plain CLK" and row[3] >= 200 and row[5] < MUST_FALL]
    if weak:
        print(f"plain CLK survives in {len(weak)} settings: the attacker is too weak to count")
        sys.exit(1)


def _rows(setting: Scene, seed: int) -> list[tuple]:
    people, rows = features(setting.drawn), []
    for name in ("plain CLK", "names, any pass"):
        started = time.process_time()
        found, claims = (
            (plain_clk(setting, people), len(setting.members))
            if name == "plain CLK"
            else ours(setting, people)
        )
        told = (setting.style, len(setting.drawn), len(setting.members), len(setting.known), name)
        seconds = round(time.process_time() - started, 1)
        rows.append((*told, round(found, 4), claims, seconds, seed))
        print("| " + " | ".join(map(str, rows[-1])) + " |", flush=True)
    return rows


if __name__ == "__main__":
    main()
