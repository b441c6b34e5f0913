"""``uic count``: the tables that programmes report, over partners' exports or a round."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from uic.analysis.tabulating import Tabulations

_PERSONS, _REGISTER = Path("results/persons.parquet"), Path("register.duckdb")
PERIODS = ("year", "half", "quarter", "month")


def command(
    inputs: Annotated[
        list[Path] | None,
        typer.Argument(help="The exports that uic dedupe was run on. None: count a --round."),
    ] = None,
    persons: Annotated[
        Path | None,
        typer.Option(help="persons.parquet of that run. Default: results/persons.parquet."),
    ] = None,
    schema: Annotated[Path | None, typer.Option(help="Linkage schema (TOML) of that run.")] = None,
    register: Annotated[
        Path | None,
        typer.Option(help="With --round: the project's register. Default: register.duckdb."),
    ] = None,
    round: Annotated[  # noqa: A002
        str | None, typer.Option(help="Count this finished round of a register, as 2026Q4.")
    ] = None,
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

    Example: uic count --register r.duckdb --round 2026Q4 --table core -o core.xlsx

    With --round, the contacts are those of the partners' sealed exports: nothing else is needed.
    Every number is counted from the contacts. Numbers of people must not be added: the table
    says so. Small numbers are shown; what leaves the partners goes through uic release.
    """
    from uic.analysis.indicators import Size
    from uic.analysis.tables import write_csv
    from uic.analysis.tabulating import write_tables
    from uic.cli.progress import shown

    if period is not None and period not in PERIODS:
        raise typer.BadParameter(f"--period is one of {', '.join(PERIODS)}")
    of_run = {"persons": persons, "schema": schema, "pairs": pairs or None, "age_on": age_on}
    _check_source(inputs or [], register, round, of_run)
    with shown() as progress:
        try:
            asked: dict[str, Any] = {
                "table": table,
                "by": [name.strip() for name in by.split(",") if name.strip()],
                "period": period,
                "fiscal_start": fiscal_start,
                "recall": recall,
                "size": None if size is None else Size(*size),
                "draws": draws,
                "seed": seed,
                "progress": progress,
            }
            found = _counted(inputs or [], register, round, of_run, asked)
        except ValueError as error:
            raise _usage(error) from None
    written = [*write_tables(found, output)]
    if cells is not None:
        write_csv(found.cells, cells)
        written.append(cells)
    _say(found, written)


def _check_source(
    inputs: list[Path], register: Path | None, name: str | None, of_run: dict[str, Any]
) -> None:
    """Refuse a round and a run at once, and neither."""
    if name is None and register is not None:
        raise typer.BadParameter("name the round to count: --round (uic rounds lists them)")
    if name is None and not inputs:
        raise typer.BadParameter("name the exports that uic dedupe was run on, or a --round")
    for option, value in (of_run if name is not None else {}).items():
        if value is not None:
            told = option.replace("_", "-")
            raise typer.BadParameter(f"--{told} is for exports; a --round has its own")
    if name is not None and inputs:
        raise typer.BadParameter("give the exports of a run, or a --round, not both")


def _counted(
    inputs: list[Path],
    register: Path | None,
    name: str | None,
    of_run: dict[str, Any],
    asked: dict[str, Any],
) -> Tabulations:
    if name is not None:
        from uic.pipeline.rounds import tabulate_round

        return tabulate_round(register or _REGISTER, name, **asked)
    from uic.pipeline.tabulating import tabulate

    day = of_run["age_on"]
    given = {
        "persons": of_run["persons"] or _PERSONS,
        "age_on": None if day is None else day.date(),
    }
    return tabulate(inputs, **of_run | given, **asked)


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
