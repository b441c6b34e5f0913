"""Calibration: of the pairs with some probability, which share is true.

    python benchmarks/quality/calibration.py [--data FOLDER] [--febrl FOLDER] [--keys 3] [NAME ...]

Registers, folders and schemas are those of ``linkage.py``. One line a register and key: the band of
.90 to .95 that is asked for, then every band. If probabilities are right, the share of true pairs
lies inside each band.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from uic.crypto.keys import new_key
from uic.matching.matcher import match
from uic.partner.encoding import encode
from uic.resolving.resolver import resolve

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from uic.partner.registers import Register
    from uic.resolving.resolver import Resolution

BANDS = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0)


def true_pairs(
    resolved: Resolution, registers: Sequence[Register], truth: pa.Table
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the probability of every pair above .01, and whether it is true."""
    columns = (truth[name].to_pylist() for name in ("partner", "record_id", "entity"))
    entity = {(partner, record): person for partner, record, person in zip(*columns, strict=True)}
    persons = {}
    for one in registers:
        records = one.records["record_id"].to_pylist()
        persons[one.partner] = [entity[one.partner, record] for record in records]
    sides = []
    for side in "ab":
        partners = resolved.compared[f"partner_{side}"].to_pylist()
        records = resolved.compared[f"record_{side}"].to_pylist()
        sides.append([persons[p][r] for p, r in zip(partners, records, strict=True)])
    same = [a == b for a, b in zip(*sides, strict=True)]
    return resolved.compared["probability"].to_numpy(), np.array(same, dtype=np.bool_)


def band(
    resolved: Resolution,
    registers: Sequence[Register],
    truth: pa.Table,
    low: float = 0.9,
    high: float = 0.95,
) -> dict[str, float | None]:
    """Return how many pairs have a probability in a band, both ends in, and which share is true."""
    chance, same = true_pairs(resolved, registers, truth)
    inside = (chance >= low) & (chance <= high)
    share = round(float(same[inside].mean()), 3) if inside.any() else None
    return {"pairs": int(inside.sum()), "true": share}


def main() -> None:
    from leaving import setting
    from linkage import REGISTERS, chosen, options

    parser = options(__doc__)
    parser.add_argument("--keys", type=int, default=3)
    given = parser.parse_args()
    for name, data in chosen(given, REGISTERS):
        registers, schema, truth = setting(name, data)
        for number in range(given.keys):
            key = new_key(schema.project, "2026Q4")
            exports = [encode(register, schema, key) for register in registers]
            matched = match([export.matcher for export in exports], schema)
            resolved = resolve(matched.pairs, [export.resolver for export in exports], schema)
            line = {"register": name, "key": number + 1} | band(resolved, registers, truth)
            every = {
                f"{low}-{high}": list(band(resolved, registers, truth, low, high).values())
                for low, high in pairwise(BANDS)
            }
            print(json.dumps(line | {"bands": every}), flush=True)


if __name__ == "__main__":
    main()
