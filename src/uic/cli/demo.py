"""``uic demo``: the main job on the example that ships with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path(
        "results"
    ),
) -> None:
    """Run ``uic dedupe`` on three synthetic partner exports from Phnom Penh and check the answer.

    Example: uic demo --out results/
    """
    from uic.cli.dedupe import summary
    from uic.cli.progress import shown
    from uic.demo import demo

    with shown() as progress:
        result, quality = demo(out, progress=progress)
    typer.echo("Three synthetic partner exports (no real person):")
    typer.echo(summary(result))
    typer.echo(
        f"against the truth the generator kept: precision {quality.precision:.3f},"
        f" recall {quality.recall:.3f}, F1 {quality.f1:.3f}"
    )
    typer.echo(f"\nOpen {out / 'report.html'} in a browser.")
