"""``uic count``: the tables that programmes report, over the exports of several partners."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

if TYPE_CHECKING:
    from uic.analysis.indicators.model import Period
    from uic.analysis.tabulating import Tabulations

PERIODS = ("year", "half", "quarter", "month")


def command(
    inputs: Annotated[
        list[Path], typer.Argument(help="The exports that uic dedupe was run on (CSV, XLSX, ...).")
    ],
    persons: Annotated[Path, typer.Option(help="persons.parquet of that run.")] = Path(
        "results/persons.parquet"
    ),
    schema: Annotated[Path | None, typer.Option(help="Linkage schema (TOML) of that run.")] = None,
    table: Annotated[
        str,
        typer.Option(
            help="core, khana-nsp, characteristics, overlap, needles, referrals, methadone,"
            " hiv-cascade, pepfar-kp-prev, global-fund, unaids-gam, or FILE.toml."
        ),
    ] = "core",
    by: Annotated[
        str,
        typer.Option(
            help="Break down by, with commas between: channel, partner, site, population, sex,"
            " age_group, marital_status, disclosure, hiv_status."
        ),
    ] = "",
    period: Annotated[
        str | None, typer.Option(help="year, half, quarter or month. Default: the table's own.")
    ] = None,
    fiscal_start: Annotated[
        int | None, typer.Option(min=1, max=12, help="Month in which a year begins.")
    ] = None,
    size: Annotated[
        tuple[float, float, float] | None,
        typer.Option(help="Population size and its 95% limits, for coverage: 860 800 950."),
    ] = None,
    recall: Annotated[
        float | None,
        typer.Option(help="Share of true links that were found, from a review; widens the limits."),
    ] = None,
    pairs: Annotated[
        list[Path] | None,
        typer.Option(help="Pairs with probabilities. Default: pairs.parquet beside persons."),
    ] = None,
    age_on: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day on which ages are counted, YYYY-MM-DD."),
    ] = None,
    draws: Annotated[
        int, typer.Option(min=0, max=1000, help="Draws behind the limits; 0 for no limits.")
    ] = 100,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 0,
    cells: Annotated[
        Path | None,
        typer.Option(help="Also write one row a cell, as uic release and uic export take it."),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The table: NAME.xlsx or NAME.csv.")
    ] = Path("table.xlsx"),
) -> None:
    """Count people once, in the tables that programmes report.

    Example: uic count outreach.csv dic.xlsx --schema schema.toml --table khana-nsp -o nsp.xlsx

    Every number is counted from the contacts. Numbers of people must not be added: the table
    says so. Small numbers are shown; what leaves the partners goes through uic release.
    """
    from uic.analysis.indicators import Size
    from uic.analysis.tables import write_csv
    from uic.analysis.tabulating import write_tables
    from uic.cli.progress import shown
    from uic.pipeline.tabulating import tabulate

    if period is not None and period not in PERIODS:
        raise typer.BadParameter(f"--period is one of {', '.join(PERIODS)}")
    with shown() as progress:
        try:
            found = tabulate(
                inputs,
                persons=persons,
                schema=schema,
                table=table,
                by=[name.strip() for name in by.split(",") if name.strip()],
                period=cast("Period | None", period),
                fiscal_start=fiscal_start,
                pairs=pairs or None,
                recall=recall,
                size=None if size is None else Size(*size),
                age_on=None if age_on is None else age_on.date(),
                draws=draws,
                seed=seed,
                progress=progress,
            )
        except ValueError as error:
            raise _usage(error) from None
    written = [*write_tables(found, output)]
    if cells is not None:
        write_csv(found.cells, cells)
        written.append(cells)
    _say(found, written)


def _usage(error: ValueError) -> Exception:
    """Return an argument out of range as wrong usage; an error of ours as it is."""
    from uic.errors import UicError

    return error if isinstance(error, UicError) else typer.BadParameter(str(error))


def _say(found: Tabulations, written: list[Path]) -> None:
    main = found.tables[0]
    typer.echo(f"{main.title}: {len(main.table)} rows")
    for path in written:
        typer.echo(f"  {path}")
    for note in main.notes:
        typer.echo(f"uic: {note}", err=True)
