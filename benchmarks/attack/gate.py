"""Rows a block and dummies against the suite's attack and the gate's own, on the same rows.

    python benchmarks/attack/gate.py [--n 2000] [--styles dense] [--overlaps .05,.25,1]
        [--rows-per-block 1,2,3] [--dummies 0,.2,1] [--seed 1] [--out FOLDER]

One line a setting: people found in any pass by ``one_pass.py`` and by the attack that ``uic
encode`` runs before a file may leave (``uic.partner.gate.attacking``), then plain CLK of the same
people. The attacker does not know of dummies.
Exit 1 when plain CLK survives at overlap 1.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import attacks
import numpy as np
import one_pass
from populations import register
from scenes import KNOWN, Scene, scene

from uic.partner.composites import canonical_columns
from uic.partner.gate.attacking import attack
from uic.partner.gate.resembling import features_of, file_side, list_side, people_of, tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

MUST_FALL = 0.95
COLUMNS = ("population", "list", "file", "rows a block", "dummies", "dummy rows", "suite", "claims",
           "s", "gate", "claims of the gate", "s of the gate", "plain CLK", "seed")  # fmt: skip
Said = tuple["NDArray[np.int64]", "NDArray[np.bool_]"]


def by_the_suite(setting: Scene) -> Iterator[Said]:
    """Yield, per pass, the claimed rows and which claims are right."""
    rng = np.random.default_rng(1)
    for file, listed in setting.passes.values():
        found = one_pass.attack(file, listed, setting.share, setting.known, rng)
        yield found.rows, setting.whose(found.rows) == found.persons


def by_the_gate(setting: Scene) -> Iterator[Said]:
    """Yield the same of the attack in the package, with its own way to compare rows."""
    columns = canonical_columns(register(setting.drawn, setting.attributes), setting.schema)
    people = people_of(columns, setting.items)
    names = [name for item in setting.items for name in item.columns]
    everybody = dict.fromkeys(names, np.arange(len(setting.drawn)))
    fixed = {item.name: item.fixed for item in setting.schema.active_passes}
    for name, (_, listed) in setting.passes.items():
        looks = features_of(setting.items, fixed[name])
        file = file_side(setting.rows(name), looks)
        side = list_side(people, everybody, listed.blocks, looks)
        found = attack(file, side, tables(looks), setting.share, setting.known)
        yield found.rows, setting.whose(found.rows) == found.persons


def any_pass(setting: Scene, said: Iterator[Said]) -> tuple[float, int, float]:
    """Return the share of people found in any pass, the claims, and seconds of CPU."""
    started = time.process_time()
    rows, right = (np.concatenate(part) for part in zip(*said, strict=True))
    spent = time.process_time() - started
    new = ~np.isin(rows, list(setting.known))
    found = len(np.unique(rows[new & right])) / (len(setting.members) - len(setting.known))
    return round(found, 4), int(new.sum()), round(spent, 1)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--n", type=int, default=2_000)
    options.add_argument("--styles", default="dense")
    options.add_argument("--overlaps", default=".05,.25,1")
    options.add_argument("--rows-per-block", default="1,2,3")
    options.add_argument("--dummies", default="0,.2,1")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS), flush=True)
    rows = []
    for style in given.styles.split(","):
        for overlap in map(float, given.overlaps.split(",")):
            size, clk = round(overlap * given.n), None
            for stay in map(int, given.rows_per_block.split(",")):
                for share in map(float, given.dummies.split(",")):
                    asked = {"rows_per_block": stay, "dummies": share}
                    setting = scene(
                        style,
                        given.n,
                        size,
                        known=min(KNOWN, size // 2),
                        seed=given.seed,
                        protection=asked,
                    )
                    clk = attacks.plain_clk(setting)["found"] if clk is None else clk
                    added = setting.export.resolver.row_map["record"].null_count
                    told = (
                        *(style, given.n, size, stay, share, added),
                        *any_pass(setting, by_the_suite(setting)),
                        *any_pass(setting, by_the_gate(setting)),
                        *(round(float(str(clk)), 3), given.seed),
                    )
                    rows.append(dict(zip(COLUMNS, told, strict=True)))
                    print("| " + " | ".join(map(str, told)) + " |", flush=True)
    if given.out:
        given.out.mkdir(parents=True, exist_ok=True)
        with (given.out / "gate.csv").open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, COLUMNS)
            table.writeheader()
            table.writerows(rows)
    whole = [float(str(row["plain CLK"])) for row in rows if row["list"] == row["file"]]
    if whole and min(whole) < MUST_FALL:
        print("plain CLK survives: the attacker is too weak to count")
        sys.exit(1)


if __name__ == "__main__":
    main()
