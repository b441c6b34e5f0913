"""How fast clkhash makes record-level CLKs: PYTHON clkhash_rate.py FILE ATTRIBUTE...

PYTHON has clkhash 0.18.3 (PyPI). Prints one JSON line: records, CPU seconds with those of its
worker processes, records a second.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from pathlib import Path

from clkhash.clk import generate_clk_from_csv
from clkhash.schema import from_json_dict


def field(name: str) -> dict:
    whole = name in ("birth_date", "sex")
    comparison = {"type": "ngram", "n": 1 if whole else 2, "positional": whole}
    return {
        "identifier": name,
        "format": {"type": "string", "encoding": "utf-8"},
        "hashing": {"comparison": comparison, "strategy": {"bitsPerToken": 12}},
    }


def main(path: str, names: list[str]) -> None:
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = [[row[name] for name in names] for row in csv.DictReader(file)]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([names, *rows])
    text.seek(0)
    schema = {
        "version": 3,
        "clkConfig": {
            "l": 1024,
            "kdf": {"type": "HKDF", "hash": "SHA256", "salt": "AAAA", "info": "", "keySize": 64},
        },
        "features": [field(name) for name in names],
    }
    before = sum(os.times()[:4])
    made = generate_clk_from_csv(
        text, "secret", from_json_dict(schema), progress_bar=False, max_workers=1
    )
    seconds = sum(os.times()[:4]) - before
    print(json.dumps({"records": len(made), "cpu_seconds": round(seconds, 1),
                      "records_a_second": round(len(made) / seconds)}))  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
