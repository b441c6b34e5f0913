"""``uic simulate``: write the files of made-up partners."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer


def command(
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.")],
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same files.")] = 2014,
    preset: Annotated[Literal["phnom-penh"], typer.Option(help="What to imitate.")] = "phnom-penh",
    scale: Annotated[
        float, typer.Option(min=0.05, max=50, help="Multiplies people and contacts.")
    ] = 1.0,
) -> None:
    """Write three made-up partners' exports, a schema that reads them, and the truth.

    Example: uic simulate --preset phnom-penh --seed 2014 --out examples/phnom-penh
    """
    from uic.synthesis import simulate

    result = simulate(out, seed=seed, preset=preset, scale=scale)
    people, records = len(result.people), len(result.truth)
    typer.echo(
        f"wrote {len(result.files)} files to {out}: {people} made-up people, {records} records",
        err=True,
    )
