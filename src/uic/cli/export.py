"""``uic export``: results in the form that other systems take. Nothing is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Write results in the form that other systems take.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def command() -> None:
    """Write results in the form that other systems take. Nothing is sent.

    Example: uic export dhis2 cells.csv --mapping dhis2.toml -o values.json
    """


@app.command()
def dhis2(
    cells: Annotated[
        Path, typer.Argument(help="What uic count --cells wrote, or counts.csv of uic dedupe.")
    ],
    mapping: Annotated[Path, typer.Option(help="Which number becomes which data element (TOML).")],
    output: Annotated[Path, typer.Option("--output", "-o", help="NAME.json or NAME.csv.")] = Path(
        "dhis2.json"
    ),
) -> None:
    """Write numbers as DHIS2 data values (dataValueSets), JSON or CSV.

    Example: uic export dhis2 cells.csv --mapping dhis2.toml -o values.json

    Import them with dryRun=true first. A DHIS2 that is not your own is an authority: put the
    cells through uic release before this command.
    """
    from uic.analysis.tabulating import (
        data_values,
        load_dhis2_mapping,
        read_cells,
        write_data_values,
    )

    body = data_values(read_cells(cells), load_dhis2_mapping(mapping), cells.name)
    write_data_values(body, output)
    typer.echo(f"{len(body['dataValues'])} data values\n  {output}")


@app.command("dhis2-duplicates")
def dhis2_duplicates(
    pairs: Annotated[Path, typer.Argument(help="pairs.parquet of a run.")],
    partner: Annotated[
        list[str], typer.Option(help="A partner whose export comes from the instance. Repeatable.")
    ],
    least: Annotated[
        float, typer.Option("--at-least", min=0.0, max=1.0, help="Least probability of a pair.")
    ] = 0.9,
    output: Annotated[Path, typer.Option("--output", "-o", help="One JSON body a line.")] = Path(
        "duplicates.jsonl"
    ),
) -> None:
    """Write linked pairs inside one DHIS2 as bodies for /api/potentialDuplicates.

    Example: uic export dhis2-duplicates results/pairs.parquet --partner dic -o duplicates.jsonl

    Each line is one POST. It flags a pair for somebody to look at in DHIS2; it never merges.
    """
    from uic.partner.duplicates import potential_duplicates, write_duplicates
    from uic.pipeline.linking import read_pairs

    bodies = potential_duplicates(read_pairs([pairs]), partner, least=least)
    write_duplicates(bodies, output)
    typer.echo(f"{len(bodies)} pairs\n  {output}")
