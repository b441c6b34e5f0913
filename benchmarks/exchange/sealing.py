"""How fast a file is sealed and opened, how large it is, and how much memory that takes.

Run: ``python benchmarks/exchange/sealing.py [rows] [passes]``. Rows are made in chunks, so that
the memory measured is that of sealing and opening, not that of the rows. Columns are those of
the profile ``names`` with six attributes. Prints JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.crypto.pairs import new_pair
from uic.envelope import exports
from uic.envelope.headers import EXPORT, canonical
from uic.envelope.inspecting import inspect
from uic.envelope.tables import ROWS, TABLE, _pieces
from uic.envelope.unpacking import open_export
from uic.envelope.writing import write_envelope

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS = ("row_id", "token_hi", "token_lo", "family_name", "given_name", "place", "street")
CODES = ("sex", "birth_date_year", "birth_date_month", "birth_date_day")


def peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def batch(rows: int, names: tuple[tuple[str, ...], tuple[str, ...]]) -> pa.RecordBatch:
    draw = np.random.default_rng(rows)
    columns = {name: pa.array(draw.integers(-(2**62), 2**62, rows)) for name in names[0]}
    columns |= {name: pa.array(draw.integers(0, 2**16, rows).astype(np.int32)) for name in names[1]}
    return pa.record_batch(columns)


def stream(tables: dict[str, tuple[int, pa.RecordBatch]]) -> Iterator[bytes]:
    """Yield chunks of tables that repeat one batch, so that nothing large is ever in memory."""
    for name in sorted(tables):
        rows, one = tables[name]
        named = one.replace_schema_metadata({TABLE: name.encode()})
        for start in range(0, max(rows, 1), ROWS):
            yield from _pieces(named.slice(0, min(ROWS, rows - start)))
    yield canonical({"tables": {name: rows for name, (rows, _) in tables.items()}})


def main(rows: int, passes: int) -> None:
    pairs = {name: new_pair(name) for name in ("matcher", "resolver", "dic")}
    names = [f"pass-{n}" for n in range(passes)]
    matcher = {f"pass/{name}": (rows, batch(ROWS, (WORDS, CODES))) for name in names}
    matcher["frequencies"] = (
        30,
        pa.RecordBatch.from_pylist(
            [{"attribute": "sex", "level": 1, "pairs": 5}] * 30, schema=exports.FREQUENCIES
        ),
    )
    mapped = pa.RecordBatch.from_pylist(
        [{"row_id": n, "record": n, "usable": True} for n in range(ROWS)], schema=exports._ROWS
    )
    handles = pa.RecordBatch.from_pylist(
        [{"record": n, "handle_hi": n, "handle_lo": n, "own_id": True} for n in range(ROWS)],
        schema=exports.RECORDS,
    )
    own = pa.RecordBatch.from_pylist(
        [
            {"pass": names[0], "row_a": n, "row_b": n + 1, "pattern": 1, "log_odds": 0.5}
            for n in range(ROWS)
        ],
        schema=exports.OWN_PAIRS,
    )
    resolver = {f"rows/{name}": (rows, mapped) for name in names}
    resolver |= {"records": (rows, handles), "own_pairs": (rows, own)}
    fields = {
        "attributes": [], "epoch": "2026Q4", "events": 0, "fingerprint": "0" * 64,
        "format": EXPORT, "key_id": "0" * 16, "normaliser": "1", "partner": "dic",
        "passes": dict.fromkeys(names, rows), "project": "project", "records": rows,
        "vouched": False,
    }  # fmt: skip
    resolver |= {
        name: (0, pa.RecordBatch.from_pylist([], schema=kind))
        for name, kind in {"chance": exports.CHANCE, "events": exports.SENT_EVENTS}.items()
    }
    before = peak_mb()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.uicx"
        start = time.perf_counter()
        write_envelope(
            path, fields,
            {"matcher": (pairs["matcher"].public, stream(matcher)),
             "resolver": (pairs["resolver"].public, stream(resolver))},
            pairs["dic"],
        )  # fmt: skip
        sealed = time.perf_counter()
        after_sealing = peak_mb()
        inspect(path, signer=pairs["dic"].public)
        inspected = time.perf_counter()
        with exports.open_batches(
            path, "matcher", key=pairs["matcher"], signer=pairs["dic"].public
        ) as (_, batches):
            seen = sum(len(one) for _, one in batches)
        opened = time.perf_counter()
        after_reading = peak_mb()
        for role in ("matcher", "resolver"):
            open_export(path, role, key=pairs[role], signer=pairs["dic"].public,
                        out=Path(folder) / role)  # fmt: skip
        unpacked = time.perf_counter()
        size = path.stat().st_size
    print(json.dumps({
        "records": rows, "passes": passes, "pass_rows": rows * passes, "bytes": size,
        "bytes_a_record": round(size / rows, 1), "bytes_a_pass_row": round(size / rows / passes, 1),
        "seal_seconds": round(sealed - start, 2), "check_seconds": round(inspected - sealed, 2),
        "check_and_read_matcher_seconds": round(opened - inspected, 2),
        "check_and_unpack_both_to_parquet_seconds": round(unpacked - opened, 2),
        "seal_pass_rows_a_second": round(rows * passes / (sealed - start)),
        "read_pass_rows_a_second": round(seen / (opened - inspected)),
        "peak_mb": {"start": before, "sealed": after_sealing, "read": after_reading,
                    "unpacked": peak_mb()},
    }, indent=1))  # fmt: skip


if __name__ == "__main__":
    main(*(int(text) for text in (sys.argv[1:] + ["1000000", "1"][len(sys.argv) - 1 :])))
