"""``uic evaluate``: how good a linkage was, where the truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    persons: Annotated[Path, typer.Argument(help="persons.parquet of a run.")],
    truth: Annotated[Path, typer.Argument(help="CSV with partner, record_id, entity.")],
    form: Annotated[str, typer.Option("--format", help="json or table.")] = "table",
) -> None:
    """Compare the persons found with the truth: pairwise precision, recall and F1.

    Example: uic evaluate results/persons.parquet truth.csv --format json
    """
    import json

    from uic.evaluating import evaluate

    if form not in {"json", "table"}:
        raise typer.BadParameter("--format is json or table")
    result = evaluate(persons, truth).to_dict()
    if form == "json":
        typer.echo(json.dumps(result, indent=2))
        return
    for name, value in result.items():
        typer.echo(
            f"{name:<16}{value:>12.4f}" if isinstance(value, float) else f"{name:<16}{value:>12,}"
        )
