"""Match and resolve an encoded register: what is measured. ``python unit.py FOLDER OUT``."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import uic
from uic.exchange import EVENTS, Header, MatcherPart, ResolverPart
from uic.matching.matcher import match
from uic.resolving.resolver import resolve


class PassRows(Mapping[str, pa.Table]):
    """The rows of each pass, read when a pass begins."""

    def __init__(self, folder: Path, names: list[str]) -> None:
        self._folder, self._names = folder, names

    def __getitem__(self, name: str) -> pa.Table:
        path = self._folder / f"pass-{name}.parquet"
        columns = {"row_id": pa.int64(), "token_hi": pa.int64(), "token_lo": pa.int64()}
        return pq.read_table(path) if path.exists() else pa.schema(columns).empty_table()

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def main() -> None:
    folder, out = Path(sys.argv[1]) / "encoded", Path(sys.argv[2])
    schema = uic.default_schema()
    if "LARGEST_BLOCK" in os.environ:
        largest = {"largest_block": int(os.environ["LARGEST_BLOCK"])}
        schema = schema.model_copy(update={"linking": schema.linking.model_copy(update=largest)})
    header = loaded(folder)
    rows = PassRows(folder, [item.name for item in schema.active_passes])
    clock = time.perf_counter()
    part = MatcherPart(header, rows, pq.read_table(folder / "frequencies.parquet"))
    matched = match([part], schema, memory=os.environ.get("MEMORY"))
    for report in matched.passes:
        print(report)
    lap("match", clock, f"{len(matched.pairs)} pairs handed over")
    clock = time.perf_counter()
    chance = pq.read_table(folder / "chance.parquet")
    row_map = pq.read_table(folder / "row_map.parquet")
    resolved = resolve(
        matched.pairs, [ResolverPart(header, row_map, chance, EVENTS.empty_table())], schema
    )
    persons = resolved.persons
    pq.write_table(pa.table({"id": persons["record"], "cluster": persons["person_id"]}), out)
    lap("resolve", clock, f"expected precision {resolved.expected_precision:.4f}")


def loaded(folder: Path) -> Header:
    data = json.loads((folder / "header.json").read_text())
    return Header(**data | {"attributes": frozenset(data["attributes"])})


def lap(step: str, since: float, told: str) -> None:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    peak, cpu = round(usage.ru_maxrss / 1024), usage.ru_utime + usage.ru_stime
    print(f"{step}: {time.perf_counter() - since:.1f} s, so far {peak} MB and {cpu:.1f} s of CPU;")
    print("   ", told)


if __name__ == "__main__":
    main()
