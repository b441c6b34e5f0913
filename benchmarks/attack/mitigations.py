"""What weaker encodings would cost and bring: leak against F1, as experiments.

    python benchmarks/attack/mitigations.py [--n 2000] [--data FOLDER] [NAME ...]

Each mitigation changes the encoder while it runs here, never its defaults. Prints the share of
a dense population found by the one-pass attack in any pass, seedless, and the F1 of ``dedupe``
on two made-up dense registers and on the five-party files (``--data``).
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from unittest import mock

import attacks
import numpy as np
import patterns
import pyarrow as pa
import pyarrow.compute as pc
from populations import NAMED, people, register
from scenes import scene

import uic
from uic.crypto.keys import new_key
from uic.matching.matcher import match
from uic.partner.composites import block_values, canonical_columns
from uic.partner.encoding import encode_to_leave, passes, preparing, signing
from uic.pipeline.joining import join_persons
from uic.pipeline.own_pairs import compare_own
from uic.resolving.resolver import resolve
from uic.synthesis import DefectRates, observe, population

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from uic.partner.registers import Register
    from uic.schema import Pass

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "benchmarks" / "quality" / "schemas" / "five-parties.toml"
NEAR_AND_FAR = {64: (47, 41), 32: (56, 54), 16: (61, 60)}  # agreeing bits, those left out counted


class Mitigation(NamedTuple):
    """One weaker encoding.

    Attributes:
        text: Bits of a text signature.
        date: Bits of the code of a year, month or day.
        signed_up_to: Rows of larger blocks of a register have no signatures.
        without: Passes left out.
        refined_above: Block values with a larger share of a reference list, which all partners
            would have to agree on, are split by year (names) or month (surname, sex and year).
        leaving: One row a block leaves, own pairs are compared at the partner: what uic encode
            does. All others are measured on rows as they are compared on one machine.
    """

    text: int = 64
    date: int = 16
    signed_up_to: int | None = None
    without: tuple[str, ...] = ()
    refined_above: float | None = None
    leaving: bool = False


MITIGATIONS = {
    "none": Mitigation(),
    "one row a block": Mitigation(leaving=True),
    "names of 32 bits": Mitigation(text=32),
    "names of 16 bits": Mitigation(text=16),
    "dates of 3 bits": Mitigation(date=3),
    "dates of 2 bits": Mitigation(date=2),
    "dates of 2, names of 16 bits": Mitigation(text=16, date=2),
    "blocks > 5 unsigned": Mitigation(signed_up_to=5),
    "blocks > 3 unsigned": Mitigation(signed_up_to=3),
    "names > .2 % split by year": Mitigation(refined_above=0.002),
    "names > .05 % split by year": Mitigation(refined_above=0.0005),
    "names > .05 % split, 2-bit dates": Mitigation(refined_above=0.0005, date=2),
    "> .2 % split, > 3 unsigned": Mitigation(refined_above=0.002, signed_up_to=3),
    "> .05 % split, > 3 unsigned": Mitigation(refined_above=0.0005, signed_up_to=3),
    "> .2 % split, > 3 unsigned, no surname-sex-year": Mitigation(
        refined_above=0.002, signed_up_to=3, without=("surname-sex-year",)
    ),
    "without surname-sex-year": Mitigation(without=("surname-sex-year",)),
    "without name-sounds": Mitigation(without=("name-sounds",)),
    "without both": Mitigation(without=("name-sounds", "surname-sex-year")),
    "2-bit dates, no surname-sex-year": Mitigation(date=2, without=("surname-sex-year",)),
    "2-bit dates, > 5 unsigned": Mitigation(date=2, signed_up_to=5),
}


SPLIT_BY = {"name-sounds": "year", "surname-sex-year": "month"}


def refined(how: Mitigation, reference: Register, schema: uic.LinkageSchema) -> Callable:
    """Return ``block_values`` that splits the values that are common in a reference list."""
    if how.refined_above is None:
        return block_values
    rows, columns = len(reference.records), canonical_columns(reference, schema)
    common = {}
    for item in schema.active_passes:
        counts = block_values(item, columns, rows).value_counts()
        heavy = pc.greater(counts.field("counts"), how.refined_above * rows)
        common[item.name] = counts.field("values").filter(heavy)

    def values(item: Pass, columns: dict[str, pa.Array], rows: int) -> pa.Array:
        found = block_values(item, columns, rows)
        if item.name not in SPLIT_BY or f"birth_date_{SPLIT_BY[item.name]}" not in columns:
            return found
        part = pc.cast(columns[f"birth_date_{SPLIT_BY[item.name]}"], pa.string())
        split = pc.binary_join_element_wise(found, part, "|", null_handling="emit_null")
        return pc.if_else(pc.is_in(found, common[item.name]), split, found)

    return values


@contextlib.contextmanager
def weakened(how: Mitigation, reference: Register, schema: uic.LinkageSchema) -> Iterator[None]:
    """Change encoder, matcher's thresholds and the attacker's knowledge while this lasts."""
    text, numbers, sign = signing.text_signatures, signing.number_codes, passes.signatures
    kept = np.int64(-1) << np.int64(64 - how.text) if how.text < 64 else np.int64(-1)
    near, far = NEAR_AND_FAR[how.text]

    def signed(columns, items, salts, scope, key):  # noqa: ANN001, ANN202
        made = sign(columns, items, salts, scope, key)
        if how.signed_up_to is None or scope == "frequencies":
            return made
        _, block, size = np.unique(salts, return_inverse=True, return_counts=True)
        heavy = pa.array(size[block] > how.signed_up_to)
        return {
            name: pc.if_else(heavy, pa.scalar(None, part.type), part) for name, part in made.items()
        }

    blocks = refined(how, reference, schema)
    with (
        mock.patch.object(preparing, "block_values", blocks),
        mock.patch.object(patterns, "block_values", blocks),
        mock.patch.object(signing, "text_signatures", lambda *a: _masked(text(*a), kept)),
        mock.patch.object(
            signing, "number_codes", lambda *a: _masked(numbers(*a), np.int32(2**how.date - 1))
        ),
        mock.patch.object(passes, "signatures", signed),
        mock.patch("uic.levels.NEAR_BITS", near),
        mock.patch("uic.levels.FAR_BITS", far),
        mock.patch.object(patterns.WIDTHS, "text", how.text),
        mock.patch.object(patterns.WIDTHS, "date", how.date),
    ):
        yield


def _masked(values: pa.Array, kept: np.integer) -> pa.Array:
    return pc.bit_wise_and(values, pa.scalar(kept, values.type))


def leak(how: Mitigation, n: int, overlap: float) -> float:
    """Return the share found in any pass that is left, seedless, dense population."""
    reference = register(people("dense", n, 99), NAMED)
    with weakened(how, reference, uic.LinkageSchema()):
        setting = scene("dense", n, round(n * overlap), leaving=how.leaving)
        for name in how.without:
            setting.passes.pop(name, None)
        return float(list(attacks.each_pass(setting))[-1]["found"])


def f1(how: Mitigation, inputs: object, schema: uic.LinkageSchema, truth: pa.Table) -> float:
    """Return the F1 of ``dedupe`` under a mitigation; the first register is the reference."""
    reference = uic.read_registers(inputs, schema)[0]
    left = tuple(item for item in schema.active_passes if item.name not in how.without)
    with weakened(how, reference, schema):
        chosen = schema.model_copy(update={"passes": left})
        if how.leaving:
            return uic.evaluate(linked_files(inputs, chosen), truth).f1
        found = uic.dedupe(inputs, schema=chosen, key=new_key(chosen.project, "2026Q4"))
    return uic.evaluate(found.persons, truth).f1


def linked_files(inputs: object, schema: uic.LinkageSchema) -> pa.Table:
    """Return the persons that partners find together who send files, not registers."""
    registers = uic.read_registers(inputs, schema)
    key = new_key(schema.project, "2026Q4")
    exports = [encode_to_leave(register, schema, key, compare_own) for register in registers]
    matched = match([export.matcher for export in exports], schema)
    resolved = resolve(matched.pairs, [export.resolver for export in exports], schema)
    return join_persons(resolved, registers)


def two_registers(n: int) -> tuple[dict[str, pa.Table], pa.Table]:
    """Return two registers of half the people each, with the usual defects, and the truth."""
    everybody = population(n, style="khmer-dense", seed=7)
    wanted = ["record_id", "family_name", "given_name", "sex", "birth_date"]
    drawn = {f"ngo-{s}": observe(everybody, share=0.5, rates=DefectRates(), seed=s) for s in (1, 2)}
    truth = pa.concat_tables(
        pa.table({"partner": [name] * len(table), "record_id": table["record_id"],
                  "entity": table["entity"]})
        for name, table in drawn.items()
    )  # fmt: skip
    return {name: table.select(wanted) for name, table in drawn.items()}, truth


def five_parties(data: Path) -> tuple[list[Path], pa.Table]:
    """Return the five files and the truth that stands in them."""
    files, rows = [], []
    for number in range(1, 6):
        file = data / f"party-{number}.csv"
        files.append(file)
        with file.open(encoding="utf-8") as lines:
            for line, row in enumerate(csv.DictReader(lines, skipinitialspace=True), start=2):
                rows.append({"partner": file.stem, "record_id": f"row-{line}", "entity": row["id"]})
    return files, pa.Table.from_pylist(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--n", type=int, default=2_000)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "linkage")
    options = parser.parse_args()
    made_up, truth = two_registers(5 * options.n)
    parties = five_parties(options.data) if options.data.exists() else None
    for name in options.names or MITIGATIONS:
        how = MITIGATIONS[name]
        found = {f"found_{overlap}": round(leak(how, options.n, overlap), 4)
                 for overlap in (0.1, 0.25, 1.0)}  # fmt: skip
        found["f1_made_up"] = round(f1(how, made_up, uic.LinkageSchema(), truth), 4)
        if parties:
            schema = uic.load_schema(SCHEMA)
            found["f1_five_parties"] = round(f1(how, parties[0], schema, parties[1]), 4)
        print(json.dumps({"mitigation": name} | found), flush=True)


if __name__ == "__main__":
    main()
