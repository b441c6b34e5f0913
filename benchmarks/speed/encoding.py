"""How fast ``uic encode`` is on one core, from CSV file to sealed export; clkhash beside it.

    python benchmarks/speed/encoding.py [--records 100000 1000000] [--styles sparse dense]
        [--owning vouched open] [--clkhash PYTHON] [--folder FOLDER]

Every run is a process of its own, held on one core. Prints one JSON line a run: records, CPU
seconds (user and system, imports left out) in all and per step, records a second, peak memory in
MB, bytes a record. ``vouched``: the partner vouches that nobody is on its list twice; ``open``: it
does not, so that its own records are compared with each other as well. ``--clkhash`` names the
Python of an environment that has clkhash: it then makes record-level CLKs of the same attributes
of the first 100,000 records, without any matching, in the same run.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from people import ATTRIBUTES, write_people

if TYPE_CHECKING:
    from uic.crypto.pairs import PrivateKey

HERE = Path(__file__).parent
PEER_RECORDS = 100_000


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--records", type=int, nargs="+", default=[100_000, 1_000_000])
    options.add_argument("--styles", nargs="+", default=["sparse", "dense"])
    options.add_argument("--owning", nargs="+", default=["vouched", "open"])
    options.add_argument("--clkhash")
    options.add_argument("--folder", type=Path)
    options.add_argument("--encode", nargs=2, metavar=("FILE", "OWNING"), help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.encode:
        print(json.dumps(encoded(Path(given.encode[0]), given.encode[1] == "vouched")))
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        for records in given.records:
            for style in given.styles:
                file = Path(folder) / "people.csv"
                write_people(file, records, style)
                compare(file, style, given)


def compare(file: Path, style: str, given: argparse.Namespace) -> None:
    for owning in given.owning:
        found = run(sys.executable, __file__, "--encode", file, owning)
        print(json.dumps({"style": style, "owning": owning} | found), flush=True)
    if given.clkhash:
        few = file.with_name("few.csv")
        with file.open() as source, few.open("w") as target:
            target.writelines(
                line for _, line in zip(range(PEER_RECORDS + 1), source, strict=False)
            )
        found = run(given.clkhash, HERE / "clkhash_rate.py", few, *ATTRIBUTES)
        print(json.dumps({"style": style, "peer": "clkhash"} | found), flush=True)


def run(*command: object) -> dict[str, object]:
    held = ["taskset", "-c", "0", *map(str, command)]
    done = subprocess.run(held, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def encoded(file: Path, vouched: bool) -> dict[str, object]:
    """Encode one file and say what it took."""
    import uic
    import uic.pipeline.exporting
    from uic.crypto.keys import new_key
    from uic.crypto.pairs import new_pair
    from uic.schema import parse_schema

    schema = parse_schema({"partners": {"ngo": {"files": [file.name], "vouched": vouched}}})
    parties = {name: new_pair(name) for name in ("matcher", "resolver", "ngo")}
    warmed(file.parent, parties)
    steps: dict[str, float] = {}
    last = ["starting", time.process_time()]

    def progress(step: str, _done: int, _total: int) -> None:
        now = time.process_time()
        steps[str(last[0])] = steps.get(str(last[0]), 0.0) + now - float(last[1])
        last[:] = step, now

    before, start = peak_mb(), time.process_time()
    out = file.with_suffix(".uicx")
    done = uic.encode(
        file, schema=schema, key=new_key(schema.project, "2026Q4"), signer=parties["ngo"],
        matcher=parties["matcher"].public, resolver=parties["resolver"].public,
        out=out, progress=progress,
    )  # fmt: skip
    progress("", 0, 0)
    seconds, records = time.process_time() - start, done.header.records
    return {
        "records": records,
        "cpu_seconds": round(seconds, 1),
        "records_a_second": round(records / seconds),
        "steps": {name: round(spent, 1) for name, spent in steps.items()},
        "peak_mb": peak_mb(),
        "start_mb": before,
        "bytes_a_record": round(out.stat().st_size / records),
    }


def warmed(folder: Path, parties: dict[str, PrivateKey]) -> None:
    """Encode a few people, so that everything is imported: uic, and pandas where Arrow finds it."""
    import uic
    from uic.crypto.keys import new_key
    from uic.schema import parse_schema

    few = folder / "warm.csv"
    write_people(few, 100, "sparse")
    schema = parse_schema({"partners": {"ngo": {"files": [few.name], "vouched": False}}})
    keys = {name: parties[name].public for name in ("matcher", "resolver")}
    uic.encode(
        few, schema=schema, key=new_key(schema.project, "2026Q4"), signer=parties["ngo"],
        out=folder / "warm.uicx", **keys,
    )  # fmt: skip


def peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
