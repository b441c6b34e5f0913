"""``uic check``: the quality of a register before it is used, and the strength of its codes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    inputs: Annotated[list[Path], typer.Argument(help="One or more exports (CSV, XLSX, Parquet).")],
    schema: Annotated[
        Path | None, typer.Option(help="Linkage schema (TOML) that says how the files are read.")
    ] = None,
    scheme: Annotated[
        str | None, typer.Option(help="Scheme whose codes are checked and measured: id or file.")
    ] = None,
    population: Annotated[
        int | None, typer.Option(min=1, help="People in the registry a searcher may hold.")
    ] = None,
    code_column: Annotated[
        str | None, typer.Option(help="Column with a code given earlier, if it is not 'uic'.")
    ] = None,
    worker_column: Annotated[
        str | None, typer.Option(help="Column with who gave it, if it is not 'worker'.")
    ] = None,
    format: Annotated[  # noqa: A002 - the name of the option
        str, typer.Option(help="What is printed: table or json.")
    ] = "table",
) -> None:
    """Check the quality of registers, and how well a code tells their people apart.

    Example: uic check outreach.csv --schema schema.toml --scheme kh-template --population 200000

    Prints counts and rules, never a value. A code is a pseudonym: it is never called anonymous.
    """
    from uic.partner.quality import check

    if format not in {"table", "json"}:
        raise typer.BadParameter("choose table or json", param_hint="--format")
    report = check(
        inputs,
        schema=schema,
        scheme=scheme,
        population=population,
        code_column=code_column,
        worker_column=worker_column,
    )
    typer.echo(report.to_json() if format == "json" else report.to_text(), nl=False)
