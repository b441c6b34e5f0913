"""``uic gate``: what the gate before release measured, of one partner or of several together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    reports: Annotated[
        list[Path], typer.Argument(help="NAME.gate.json of one partner or of several.")
    ],
    population: Annotated[
        int | None, typer.Option(min=1, help="People in the population that is served.")
    ] = None,
) -> None:
    """Add up what the gate before release measured, pass by pass.

    Example: uic gate outreach-2026Q4.gate.json clinic-2026Q4.gate.json --population 60000

    uic encode writes a report beside each file. It holds counts only and stays with the partner;
    partners who choose passes together may share it. A pass that keeps few rows finds few people:
    add a narrower one to the schema. found is the share of its own people that an attacker with
    exactly their list recognises in the file, without the key. With --population the last column
    says how many people of it share a block on average.
    """
    from uic.partner.gate.judging import pooled, read_report

    found = pooled([read_report(path) for path in reports])
    words = ("rows", "H2 bits", "in 3+", "in 10+", "largest", "kept", "found")
    head = f"{'pass':<24}" + "".join(f"{word:>9}" for word in words)
    typer.echo(head + (f"{'crowd':>9}" if population else ""))
    for name, told in found.items():
        bits = told["entropy_bits"]
        line = (
            f"{name:<24}{told['rows']:>9,}{bits if bits is not None else '-':>9}"
            f"{told['in_3']:>9.1%}{told['in_10']:>9.1%}{told['largest']:>9,}{told['rows_kept']:>9.1%}"
            f"{told['found']:>9.1%}"
        )
        if population:
            crowd = 1 + (population - 1) * 2 ** -(bits or 64)
            line += f"{crowd:>9,.1f}"
        typer.echo(line)
