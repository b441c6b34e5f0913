"""How long a million records take to code, and how much memory.

Run: ``taskset -c 0 python benchmarks/coding/million.py [scheme] [rows]``. Prints one line: scheme,
rows, CPU seconds from CSV to CSV, records a second, peak memory of the process in MB, and the
memory before the table was opened. Names are drawn from seeded letters: 20,000 distinct ones (as
a real register) or, with ``distinct``, every name its own.
"""

from __future__ import annotations

import csv
import random
import resource
import sys
import tempfile
import time
import warnings
from pathlib import Path

from uic.partner.codes.tables import code

LETTERS = {"latin": "abcdefghijklmnopqrstuvwxyz", "khmer": "កខគងចជញដតនបពមយរលវសហអ"}


def main() -> None:
    """Write the register, code it, print the line."""
    scheme = sys.argv[1] if len(sys.argv) > 1 else "au-slk581"
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    distinct = rows if "distinct" in sys.argv else 20_000
    draw = random.Random(20261122)
    letters = LETTERS["khmer" if scheme == "kh-template" else "latin"]
    names = ["".join(draw.choices(letters, k=8)) for _ in range(distinct)]
    attributes = ("family_name", "given_name", "mother_given_name", "father_given_name")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.csv"), Path(folder, "out.csv")
        with source.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(
                ["record_id", *attributes, "birth_date", "sex", "birth_order", "birth_place"]
            )
            for row in range(rows):
                date = (
                    f"{draw.randint(1960, 2005)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
                )
                chosen = draw.choices(names, k=4)
                table.writerow(
                    [row, *chosen, date, draw.choice("MF"), draw.randint(1, 9), draw.randint(1, 25)]
                )
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        start = time.process_time()
        with warnings.catch_warnings(action="ignore"):
            result = code(source, scheme, output=target)
        seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    speed = f"{seconds:.1f} s\t{rows / seconds:,.0f}/s"
    print(f"{scheme}\t{rows}\t{speed}\t{peak:.0f} MB\t{before:.0f} MB\t{result}")


if __name__ == "__main__":
    main()
