"""Linkage at scale: match and resolve beside Splink and anonlink on the same made-up register.

    python benchmarks/speed/linkage.py --peers PYTHON [--records 1000000] [--work FOLDER] [NAME ...]

PYTHON is another interpreter with splink, anonlink, clkhash, names, scipy and pyarrow: peers are
not part of this project's environment. NAME is ``uic``, ``splink-febrl`` (Splink comparing as in
its own FEBRL example, its training untouched), ``splink`` (plainer comparisons), ``splink-lean``
(training on a sample of a million pairs), ``splink-passes`` (the same, and blocking rules like
the passes of the encoding) or ``anonlink`` (with its encoding; compares all with all: small
registers only). The register is made by ``register.py`` and encoded once by ``encoded.py``; both
stay in FOLDER. Every run is a process of its own, from its start to its end: interpreter,
imports, reading its input, matching, clusters. One JSON line a run: wall-clock and processor
seconds, peak memory, precision, recall and F1 of all pairs of records in one cluster.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

HERE = Path(__file__).resolve().parent
SEED = 1


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("names", nargs="*", default=["uic"])
    options.add_argument("--peers", required=True)
    options.add_argument("--records", type=int, default=1_000_000)
    options.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "uic-scale")
    given = options.parse_args()
    folder = given.work / str(given.records)
    if not (folder / "register.parquet").exists():
        run(given.peers, "register.py", folder, "--records", given.records, "--seed", SEED)
    if "uic" in given.names and not (folder / "encoded" / "header.json").exists():
        print(json.dumps({"run": "encode", **run(sys.executable, "encoded.py", folder)}))
    for name in given.names:
        python = sys.executable if name == "uic" else given.peers
        script = "unit.py" if name == "uic" else "peers.py"
        out = folder / f"{name}.parquet"
        spent = run(python, script, folder, out, *([] if name == "uic" else [name]))
        line = {"run": name, "records": given.records} | spent | quality(folder, out)
        if name != "uic":
            line |= best_cut(folder, out.with_suffix(".pairs.parquet"), given.records)
        print(json.dumps(line), flush=True)


def run(python: str, script: str, *arguments: object) -> dict[str, float]:
    """Run a script in a process of its own; return what it cost."""
    started = time.perf_counter()
    command = [python, str(HERE / script), *map(str, arguments)]
    process = subprocess.Popen(command, stdout=sys.stderr)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(process.returncode)
    return {
        "wall_s": round(time.perf_counter() - started, 1),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_mb": round(usage.ru_maxrss / 1024),
        "load": round(os.getloadavg()[0], 1),
    }


def quality(folder: Path, out: Path) -> dict[str, Any]:
    return scored(folder, pq.read_table(out))


def scored(folder: Path, found: pa.Table) -> dict[str, Any]:
    """Compare clusters (``id``, ``cluster``) with the truth, over all pairs of records."""
    truth = pq.read_table(folder / "register.parquet", columns=["id", "entity"])
    cluster = np.empty(len(truth), dtype=np.int64)
    cluster[found["id"].to_numpy()] = np.unique(found["cluster"].to_numpy(), return_inverse=True)[1]
    entity = truth["entity"].to_numpy()[np.argsort(truth["id"].to_numpy())]
    both = cluster * (entity.max() + 1) + entity
    right, claimed, real = (pairs(values) for values in (both, cluster, entity))
    return {
        "precision": round(right / claimed, 4),
        "recall": round(right / real, 4),
        "f1": round(2 * right / (claimed + real), 4),
    }


def best_cut(folder: Path, scores: Path, records: int) -> dict[str, float]:
    """Return the best F1 over all cuts of a peer's scores: a cut that only truth can choose."""
    found = pq.read_table(scores)
    a, b, p = (found[name].to_numpy() for name in ("a", "b", "p"))
    best = (0.0, 0.0)
    for cut in (0.05, 0.2, 0.5, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99):
        kept = p >= cut
        graph = coo_array((kept[kept], (a[kept], b[kept])), shape=(records, records))
        labels = connected_components(graph, directed=False)[1]
        clusters = pa.table({"id": np.arange(records), "cluster": labels})
        best = max(best, (scored(folder, clusters)["f1"], cut))
    return {"best_f1": best[0], "best_cut": best[1]}


def pairs(values: np.ndarray) -> int:
    sizes = np.unique(values, return_counts=True)[1]
    return int((sizes * (sizes - 1) // 2).sum())


if __name__ == "__main__":
    main()
