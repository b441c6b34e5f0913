"""Collision entropy of every default pass on made-up populations: how alike people's keys are.

    python benchmarks/attack/entropy.py [--people 200000] [--styles dense,khmer,sparse] [--seed 1]

H2 = -log2 of the share of pairs with one block value, over all pairs with a usable value; then the
shares of people in blocks of three and more and of ten and more, which grow with the population.
"""

from __future__ import annotations

import argparse

import pyarrow.compute as pc
from populations import coded, people, register

from uic.partner.composites import block_values, canonical_columns
from uic.partner.gate.measuring import entropy, share_in
from uic.schema import LinkageSchema


def measured(style: str, profile: str, size: int, seed: int) -> dict[str, str]:
    """Return, per pass, H2 and both shares as a cell of a table."""
    drawn = people(style, size, seed)
    drawn = coded(drawn) if profile == "codes" else drawn
    schema = LinkageSchema(profile=profile)
    names = {*schema.kinds} & {*drawn.column_names} - {"birth_date"}
    columns = canonical_columns(register(drawn, tuple(sorted(names))), schema)
    cells = {}
    for item in schema.active_passes:
        values = block_values(item, columns, size).drop_null()
        counts = pc.value_counts(pc.value_counts(values).field("counts"))
        pairs = zip(*(counts.field(name).to_pylist() for name in ("values", "counts")), strict=True)
        blocks = dict(pairs)
        if blocks:
            bits = entropy(blocks)
            told = "more than can be seen" if bits is None else f"{bits:.1f}"
            cells[item.name] = f"{told} ({share_in(blocks, 3):.2f} / {share_in(blocks, 10):.2f})"
    return cells


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=200_000)
    options.add_argument("--styles", default="dense,khmer,sparse")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    styles = given.styles.split(",")
    print(f"| profile | pass | {' | '.join(styles)} |\n|{'---|' * (len(styles) + 2)}")
    for profile in ("names", "codes"):
        cells = {style: measured(style, profile, given.people, given.seed) for style in styles}
        for name in cells[styles[0]]:
            row = " | ".join(cells[style].get(name, "") for style in styles)
            print(f"| {profile} | {name} | {row} |", flush=True)


if __name__ == "__main__":
    main()
