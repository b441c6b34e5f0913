"""Run the attacks on this library's own encodings, with the broken baseline beside them.

    python benchmarks/attack/suite.py
        [--parts names,inside,profiles,seeds,linked,keys,raids,measures]
        [--styles dense,khmer,sparse] [--n 2000] [--overlaps .05,.1,.25,.5,1] [--known 0,30]
        [--clkhash PYTHON] [--registry 100000] [--seed 1] [--out FOLDER]

Prints one Markdown row a result, and with ``--out`` also writes ``attack.csv`` and
``measures.csv``. ``--clkhash`` names a Python that has clkhash, for a baseline made by it.
Exit 1 when plain CLK survives at overlap 1: then the attacker is too weak to count.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import attacks
import measures
from scenes import KNOWN, Scene, scene

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HERE = Path(__file__).resolve().parent
MUST_FALL = 0.95
PARTS = "names,inside,profiles,seeds,linked,keys,raids,measures"
COLUMNS = ("part", "population", "profile", "list", "file", "known", "attack", "found", "top",
           "claims", "plain_clk", "seconds", "seed")  # fmt: skip


class Run:
    """Prints results as they come and keeps them; remembers the baseline of each setting."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.rows: list[dict[str, object]] = []
        self.baseline: dict[tuple, float] = {}

    def clk(self, setting: Scene) -> float:
        """Return the share that falls as plain CLK, attacked in this same run."""
        sizes = (setting.style, len(setting.drawn), len(setting.members), len(setting.known))
        if sizes not in self.baseline:
            found = attacks.plain_clk(setting, self.options.clkhash)
            self.baseline[sizes] = float(found["found"])
        return self.baseline[sizes]

    def add(self, part: str, setting: Scene, results: Iterable[attacks.Result]) -> None:
        """Print and keep the results of one setting."""
        clk = self.clk(setting)
        started = time.process_time()
        for result in results:
            row = dict(
                zip(
                    COLUMNS,
                    (
                        part,
                        setting.style,
                        setting.profile,
                        len(setting.drawn),
                        len(setting.members),
                        len(setting.known),
                        result["attack"],
                        round(result["found"], 4),
                        f"{result['top']:.2f} of {result['top_claims']}",
                        result["claims"],
                        round(clk, 3),
                        round(time.process_time() - started, 1),
                        self.options.seed,
                    ),
                    strict=True,
                )
            )
            started = time.process_time()
            self.keep(row)

    def keep(self, row: dict[str, object]) -> None:
        """Print and keep one row."""
        self.rows.append(row)
        print("| " + " | ".join(str(row[name]) for name in COLUMNS) + " |", flush=True)

    def settings(self, **more: object) -> Iterator[Scene]:
        """Yield the settings of all populations and overlaps asked for."""
        given = self.options
        for style in given.styles.split(","):
            for overlap in map(float, given.overlaps.split(",")):
                for known in map(int, given.known.split(",")):
                    size = round(overlap * given.n)
                    yield scene(
                        style, given.n, size, known=min(known, size // 2), seed=given.seed, **more
                    )


def names(run: Run) -> None:
    """Each default pass by itself, found in any, and what single rows tell."""
    for setting in run.settings():
        run.add("names", setting, [*attacks.each_pass(setting), attacks.alone(setting)])


def inside(run: Run) -> None:
    """The same rows before they are taken apart: they never leave a partner."""
    for setting in run.settings(leaving=False):
        results = [*attacks.each_pass(setting), attacks.linked_passes(setting)]
        run.add("inside", setting, results)


def profiles(run: Run) -> None:
    """The other profiles, names with a place, and tokens aligned by frequency."""
    for profile in ("names + place", "codes", "tokens"):
        for setting in run.settings(profile=profile):
            results = list(attacks.each_pass(setting))
            if profile == "tokens":
                results += attacks.frequencies(setting)
            run.add("profiles", setting, results)


def seeds(run: Run) -> None:
    """The police of the seeds: a list of 5,797 people, 496 of them clients."""
    for style in run.options.styles.split(","):
        for known in map(int, run.options.known.split(",")):
            setting = scene(style, 5_797, 496, known=known, seed=run.options.seed)
            run.add("seeds", setting, attacks.each_pass(setting))


def linked(run: Run) -> None:
    """The matcher's file with the resolver's map."""
    for setting in run.settings():
        run.add("linked", setting, [attacks.linked_passes(setting), attacks.own_pairs(setting)])


def keys(run: Run) -> None:
    """A registry and a dictionary, with and without the key."""
    for style in run.options.styles.split(","):
        for profile in ("names", "codes", "tokens"):
            setting = scene(style, run.options.n, run.options.n // 4, profile=profile)
            for key in (setting.key, None):
                found = attacks.dictionary(setting, run.options.registry, key)
                run.add("keys", setting, [found])


def raids(run: Run) -> None:
    """One office is searched: see raids.py, whose baselines stand in the column of plain CLK."""
    from raids import told  # it needs the whole library, the other parts only the encoder

    given = run.options
    for style in given.styles.split(","):
        for overlap in map(float, given.overlaps.split(",")):
            for row in told(style, given.n, round(overlap * given.n), KNOWN, given.seed):
                sizes = {"list": row["list"], "file": row["clients"], "known": row["known"]}
                run.keep(
                    dict.fromkeys(COLUMNS, "")
                    | {
                        name: row[name]
                        for name in ("population", "found", "top", "seconds", "seed")
                    }
                    | sizes
                    | {
                        "part": "raids",
                        "profile": "names",
                        "attack": f"{row['raid']}: {row['attack']}",
                    }
                    | {"plain_clk": row["baseline_found"]}
                )


RUNS = {
    "names": names,
    "inside": inside,
    "profiles": profiles,
    "seeds": seeds,
    "linked": linked,
    "keys": keys,
    "raids": raids,
}


def machine() -> str:
    """Say what this was measured on."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    python = platform.python_version()
    return f"commit {commit or '?'}, {platform.machine()}, {os.cpu_count()} cores, Python {python}"


def write(rows: list[dict[str, object]], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)


def measured(options: argparse.Namespace) -> list[dict[str, object]]:
    """Print what needs no attack: entropy, block sizes and the ceiling of each pass."""
    rows: list[dict[str, object]] = []
    for style in options.styles.split(","):
        for profile in ("names + place", "codes"):
            setting = scene(style, options.n, options.n // 20, profile=profile, seed=options.seed)
            rows += measures.of_scene(setting)
    print("| " + " | ".join(rows[0]) + " |\n|" + "---|" * len(rows[0]))
    for row in rows:
        print("| " + " | ".join(map(str, row.values())) + " |", flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", default=PARTS)
    parser.add_argument("--styles", default="dense,khmer,sparse")
    parser.add_argument("--overlaps", default=".05,.1,.25,.5,1")
    parser.add_argument("--known", default=f"0,{KNOWN}")
    parser.add_argument("--n", type=int, default=2_000)
    parser.add_argument("--registry", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clkhash")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    print(machine(), flush=True)
    run = Run(options)
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS), flush=True)
    for part in options.parts.split(","):
        if part != "measures":
            RUNS[part](run)
    tables = {"attack": run.rows}
    if "measures" in options.parts:
        tables["measures"] = measured(options)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        for name, rows in tables.items():
            if rows:
                write(rows, options.out / f"{name}.csv")
    whole = [fell for where, fell in run.baseline.items() if where[1] == where[2]]
    weak = [fell for fell in whole if fell < MUST_FALL]
    if weak:
        print(f"plain CLK survives in {len(weak)} settings: the attacker is too weak to count")
        sys.exit(1)


if __name__ == "__main__":
    main()
