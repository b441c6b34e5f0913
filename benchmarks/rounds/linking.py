"""CPU seconds and memory of whole rounds: open sealed files, match, resolve, keep, count.

    PYTHONPATH=src:tests/pipeline:benchmarks/speed python benchmarks/rounds/linking.py [PEOPLE]

Two partners hold 60% of the people each, so that a fifth of the people is on both lists.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
from people import write_people
from rounds_helpers import KEY, Office, office

from uic.pipeline.exporting import encode
from uic.schema import default_schema

DEFAULT = default_schema()


def main(size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = office(Path(folder) / "desk")
        files = sent(desk, size, Path(folder) / "people.csv")
        told("two lists encoded")
        first = desk.link(files, schema=DEFAULT)
        told(f"first round of {len(first.result.persons):,} records, {len(first.changes):,} new")
        told(f"the same again, recognised: {desk.link([], schema=DEFAULT).recognised}")
        second = desk.link([], "r2", threshold=0.9, schema=DEFAULT)
        told(f"another threshold, {len(second.changes)} events")
        for path in sorted(desk.folder.glob("*.duckdb")):
            print(f"{path.name:<24}{path.stat().st_size / 1e6:8.0f} MB")


def sent(desk: Office, size: int, path: Path) -> list[Path]:
    """Encode the lists of two partners."""
    write_people(path, size, "sparse", 1)
    texts = pacsv.ConvertOptions(column_types={"record_id": pa.string(), "birth_date": pa.string()})
    whole = pacsv.read_csv(path, convert_options=texts)
    lists = {"a": whole.slice(0, 6 * size // 10), "b": whole.slice(4 * size // 10)}
    return [
        encode(
            {name: rows},
            key=KEY,
            matcher=desk.pairs["matcher"].public,
            resolver=desk.pairs["resolver"].public,
            signer=desk.pairs[name],
            out=desk.folder / f"{name}.uicx",
        ).path
        for name, rows in lists.items()
    ]


_BEFORE = [0.0]


def told(step: str) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    now = used.ru_utime + used.ru_stime
    print(
        f"{now - _BEFORE[0]:8.1f} s CPU  {used.ru_maxrss / 1e6:6.2f} GB at most  {step}", flush=True
    )
    _BEFORE[0] = now


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
