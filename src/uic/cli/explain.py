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
    register: Annotated[
        Path | None, typer.Option(help="Instead of results: a project's register.")
    ] = None,
    round: Annotated[str, typer.Option(help="With a register: the round, as 2026Q4.")] = "",  # noqa: A002
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Draw it too, as an HTML page.")
    ] = None,
) -> None:
    """Explain in words why two records are, or are not, one person.

    Example: uic explain 12 --results results/ -o why.html

    Example: uic explain dic:HANDLE clinic:HANDLE --register r.duckdb --round 2026Q4

    The number is that of the column 'pair' in a review file. Shown are agreement levels and their
    weights; there are no values to show.
    """
    from uic.pipeline.explaining import explain, read_round, read_run, write_explanation

    run = read_round(register, round) if register else read_run(results)
    found = explain(run, first, second)
    typer.echo(str(found))
    if out:
        write_explanation(found, out, threshold=run.facts["threshold"])
        typer.echo(f"wrote {out}", err=True)
