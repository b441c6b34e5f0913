"""``uic explain``: why two records are, or are not, one person."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    first: Annotated[
        str, typer.Argument(help="A record as PARTNER:RECORD_ID, or the number of a pair.")
    ],
    second: Annotated[str | None, typer.Argument(help="The other record.")] = None,
    results: Annotated[Path, typer.Option(help="The folder that uic dedupe wrote.")] = Path(
        "results"
    ),
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Draw it too, as an HTML page.")
    ] = None,
) -> None:
    """Explain in words why two records are, or are not, one person.

    Example: uic explain 12 --results results/ -o why.html

    The number is that of the column 'pair' in a review file. Shown are agreement levels and their
    weights; there are no values to show.
    """
    from uic.pipeline.explaining import explain, read_run, write_explanation

    found = explain(results, first, second)
    typer.echo(str(found))
    if out:
        write_explanation(found, out, threshold=read_run(results).facts["threshold"])
        typer.echo(f"wrote {out}", err=True)
