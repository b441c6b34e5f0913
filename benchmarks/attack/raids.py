"""Raids: what falls when one office is searched, and the finder has a registry of everybody.

    python benchmarks/attack/raids.py [--styles dense,khmer,sparse] [--n 10000]
        [--overlaps .05] [--known 30] [--seed 1] [--offices abcde] [--out FOLDER]

Three partners share clients and report one quarter: keys, sealed exports, matcher, resolver and
tables are made by the library as in real work, in files. Then each office is seized in turn:
(a) one export; (b) the matcher's store with every partner's pass rows, sealed as it lies there, and
opened with the matcher's private key; (c) the resolver's register, and all scored pairs it was ever
handed; (d) a partner's machine without the epoch key; (e) the analyst's files. Beside each stands a
baseline that must fall in the same run: exit 1 if one does not. Found is the share of all clients
of the three partners, the known ones left out. More keys for the opened store: opened_store.py.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import raid_attacks
from raid_scene import Office, seize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from raid_attacks import Found

MUST_FALL = 0.95
COLUMNS = ("population", "list", "clients", "known", "raid", "attack", "found", "top", "baseline",
           "baseline_found", "seconds", "seed")  # fmt: skip


def rows_of(office: Office, seed: int, offices: str) -> Iterator[dict[str, object]]:
    """Attack what one project keeps in these offices."""
    for attack in (one for letter, one in raid_attacks.RAIDS if letter in offices):
        started = time.process_time()
        found: Found = attack(office)
        yield {
            "population": office.style,
            "list": len(office.drawn),
            "clients": len(office.members),
            "known": len(office.known),
            "raid": found.raid,
            "attack": found.attack,
            "found": round(found.found, 4),
            "top": f"{found.top:.2f} of {found.claims}",
            "baseline": found.baseline,
            "baseline_found": round(found.baseline_found, 3),
            "seconds": round(time.process_time() - started, 1),
            "seed": seed,
        }


def told(style: str, size: int, given: argparse.Namespace) -> Iterator[dict[str, object]]:
    """Make a project in a folder that is gone afterwards, and raid it."""
    with tempfile.TemporaryDirectory() as folder:
        office = seize(style, given.n, size, Path(folder), known=given.known, seed=given.seed)
        yield from rows_of(office, given.seed, given.offices)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--styles", default="dense,khmer,sparse")
    parser.add_argument("--overlaps", default=".05")
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--known", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--offices", default="abcde")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS), flush=True)
    rows = []
    for style in options.styles.split(","):
        for overlap in map(float, options.overlaps.split(",")):
            size = round(overlap * options.n)
            for row in told(style, size, options):
                rows.append(row)
                print("| " + " | ".join(map(str, row.values())) + " |", flush=True)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        with (options.out / "raids.csv").open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, COLUMNS)
            table.writeheader()
            table.writerows(rows)
    fallen = np.array([row["baseline_found"] for row in rows if row["baseline"]], dtype=float)
    if (fallen < MUST_FALL).any():
        print(f"{int((fallen < MUST_FALL).sum())} baselines survive: the attacker is too weak")
        sys.exit(1)


if __name__ == "__main__":
    main()
