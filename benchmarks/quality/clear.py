"""What encoding costs: best F1 on encodings beside the same comparison on clear text.

    python benchmarks/quality/clear.py [--data FOLDER] [--febrl FOLDER] [--keys N] [NAME ...]

Registers, folders and schemas are those of ``linkage.py``. Passes, scoring and clustering are the
same in all three columns, and each gets the threshold that is best for it by the truth:

encoded    tokens and block-salted signatures, as ``uic dedupe``; the mean over N random keys
pairs      clear text, letter pairs counted exactly: what the signatures estimate
letters    clear text by Jaro-Winkler, as ``uic dedupe --local``
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import linkage
import numpy as np
import pyarrow as pa

import uic
from uic.crypto.keys import new_key
from uic.levels import BITS, FAR_BITS, NEAR_BITS
from uic.matching.matcher import match
from uic.partner.encoding import encode
from uic.pipeline.clear import match_clear
from uic.pipeline.clear.letters import DIFFERENT, FAR, NEAR, by_letters
from uic.pipeline.joining import join_persons
from uic.resolving.resolver import resolve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.exchange import ResolverPart
    from uic.partner.registers import Register
    from uic.pipeline.clear.letters import Measure
    from uic.schema import LinkageSchema

    Registers = Sequence[Register]
    Quality = dict[str, float]

THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


def by_pairs(first: Sequence[str], second: Sequence[str]) -> np.ndarray:
    """Grade two texts by the Jaccard similarity of their letter pairs, as signatures do."""
    near, far = (2 * bits / BITS - 1 for bits in (NEAR_BITS, FAR_BITS))
    known = {text: _letter_pairs(text) for text in {*first, *second}}
    levels = np.full(len(first), DIFFERENT, dtype=np.int64)
    for n, (one, other) in enumerate(zip(first, second, strict=True)):
        a, b = known[one], known[other]
        share = len(a & b) / len(a | b)
        levels[n] = NEAR if share >= near else FAR if share >= far else DIFFERENT
    return levels


def _letter_pairs(text: str) -> frozenset[str]:
    edged = f"\0{text}\0"
    return frozenset(edged[n : n + 2] for n in range(len(edged) - 1))


def best(
    pairs: pa.Table,
    parts: Sequence[ResolverPart],
    schema: LinkageSchema,
    registers: Registers,
    truth: pa.Table,
) -> Quality:
    """Best F1 over the thresholds, and F1 at the schema's own."""
    found = {}
    for threshold in dict.fromkeys((*THRESHOLDS, schema.linking.threshold)):
        linking = schema.linking.model_copy(update={"threshold": threshold})
        resolved = resolve(pairs, parts, schema.model_copy(update={"linking": linking}))
        found[threshold] = uic.evaluate(join_persons(resolved, registers), truth).f1
    at = max(found, key=lambda threshold: found[threshold])
    return {"best": found[at], "at": at, "default": found[schema.linking.threshold]}


def encoded(registers: Registers, schema: LinkageSchema, truth: pa.Table, keys: int) -> Quality:
    """The encoded way, averaged over random keys."""
    runs = []
    for _ in range(keys):
        key = new_key(schema.project, "2026Q4")
        exports = [encode(register, schema, key) for register in registers]
        matched = match([export.matcher for export in exports], schema)
        parts = [export.resolver for export in exports]
        runs.append(best(matched.pairs, parts, schema, registers, truth))
    return {name: float(np.mean([run[name] for run in runs])) for name in runs[0]} | {
        "least": min(run["best"] for run in runs),
        "most": max(run["best"] for run in runs),
    }


def clear(
    registers: Registers, schema: LinkageSchema, truth: pa.Table, measure: Measure
) -> Quality:
    """The same comparison on clear text."""
    found = match_clear(registers, schema, measure=measure)
    return best(found.pairs, found.parts, schema, registers, truth)


def main() -> None:
    parser = linkage.options()
    parser.add_argument("--keys", type=int, default=3)
    given = parser.parse_args()
    for name, data in linkage.chosen(given, linkage.REGISTERS):
        started = time.process_time()
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            rows = [
                {"partner": partner, "record_id": f"row-{n}", "entity": entity}
                for partner, entities in linkage.REGISTERS[name](data, folder)
                for n, entity in enumerate(entities, start=2)
            ]
            schema = uic.load_schema(linkage.SCHEMAS / f"{name}.toml")
            registers = uic.read_registers(sorted(folder.iterdir()), schema)
        truth = pa.Table.from_pylist(rows)
        line = {
            "encoded": encoded(registers, schema, truth, given.keys),
            "pairs": clear(registers, schema, truth, by_pairs),
            "letters": clear(registers, schema, truth, by_letters),
        }
        shown = {way: {k: round(v, 4) for k, v in told.items()} for way, told in line.items()}
        spent = round(time.process_time() - started, 1)
        print(json.dumps({"register": name, **shown, "cpu_s": spent}), flush=True)


if __name__ == "__main__":
    main()
