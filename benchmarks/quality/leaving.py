"""What it costs that one row a block leaves a partner: F1 with and without, same passes and key.

    python benchmarks/quality/leaving.py [--data FOLDER] [--febrl FOLDER] [--keys 3] [NAME ...]

Registers as in ``linkage.py``; ``khmer`` is two made-up Khmer registers of 5,000 people each
with the usual defects. Without: all rows are compared on one machine (``uic dedupe``). With: what
``uic encode`` lets out of each partner, matched and resolved. One line a register and key, then
the mean loss of F1.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
from linkage import REGISTERS, SCHEMAS, chosen, options

import uic
from uic.crypto.keys import EpochKey, new_key
from uic.matching.matcher import match
from uic.partner.encoding import encode, encode_to_leave
from uic.pipeline.joining import join_persons
from uic.pipeline.own_pairs import compare_own
from uic.resolving.resolver import resolve
from uic.synthesis import DefectRates, observe, population

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.partner.registers import Register

NAMES = ("febrl-3", "febrl-4", "historical-persons", "five-parties", "khmer")
Setting = tuple[tuple["Register", ...], uic.LinkageSchema, pa.Table]


def khmer(people: int = 10_000) -> Setting:
    """Two registers of half of a dense population each."""
    everybody = population(people, style="khmer-dense", seed=7)
    wanted = ["record_id", "family_name", "given_name", "sex", "birth_date"]
    drawn = {f"ngo-{s}": observe(everybody, share=0.5, rates=DefectRates(), seed=s) for s in (1, 2)}
    rows = [
        {"partner": name, "record_id": record, "entity": str(entity)}
        for name, table in drawn.items()
        for record, entity in zip(
            table["record_id"].to_pylist(), table["entity"].to_pylist(), strict=True
        )
    ]
    schema = uic.LinkageSchema()
    registers = uic.read_registers({n: t.select(wanted) for n, t in drawn.items()}, schema)
    return registers, schema, pa.Table.from_pylist(rows)


def setting(name: str, data: Path) -> Setting:
    """Read a register with its truth."""
    if name == "khmer":
        return khmer()
    schema = uic.load_schema(SCHEMAS / f"{name}.toml")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        truth = REGISTERS[name](data, folder)
        registers = uic.read_registers(sorted(folder.iterdir()), schema)
    rows = [
        {"partner": partner, "record_id": f"row-{n}", "entity": str(entity)}
        for partner, entities in truth
        for n, entity in enumerate(entities, start=2)
    ]
    return registers, schema, pa.Table.from_pylist(rows)


def quality(
    registers: Sequence[Register],
    schema: uic.LinkageSchema,
    truth: pa.Table,
    key: EpochKey,
    *,
    leaving: bool,
) -> tuple[float, float, float]:
    """Return precision, recall and F1."""
    exports = [
        encode_to_leave(register, schema, key, compare_own)
        if leaving
        else encode(register, schema, key)
        for register in registers
    ]
    matched = match([export.matcher for export in exports], schema)
    resolved = resolve(matched.pairs, [export.resolver for export in exports], schema)
    found = uic.evaluate(join_persons(resolved, registers), truth)
    return round(found.precision, 4), round(found.recall, 4), round(found.f1, 4)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--keys", type=int, default=3)
    given = parser.parse_args()
    for name, data in chosen(given, NAMES):
        registers, schema, truth = setting(name, data)
        losses = []
        for number in range(given.keys):
            key = new_key(schema.project, "2026Q4")
            without, left = (
                quality(registers, schema, truth, key, leaving=leaving) for leaving in (False, True)
            )
            losses.append(without[2] - left[2])
            line = {"register": name, "key": number + 1, "without": without, "with": left}
            print(json.dumps(line), flush=True)
        print(json.dumps({"register": name, "loss": round(sum(losses) / len(losses), 4)}))


if __name__ == "__main__":
    main()
