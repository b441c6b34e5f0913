"""``uic estimate``: population size from capture histories."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """How the estimates are printed."""

    table = "table"
    json = "json"
    csv = "csv"


def command(
    histories: Annotated[Path, typer.Argument(help="CSV: a 0/1 column a list, and count.")],
    format: Annotated[Format, typer.Option(help="How to print the estimates.")] = Format.table,  # noqa: A002 - the option's name
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write here.")] = None,
    absent_is_zero: Annotated[
        bool, typer.Option("--absent-is-zero", help="A history without a row has nobody.")
    ] = False,
    order: Annotated[
        int | None, typer.Option(min=1, help="Largest interaction of the log-linear models.")
    ] = None,
    level: Annotated[float, typer.Option(min=0.5, max=0.999, help="Coverage of intervals.")] = 0.95,
) -> None:
    """Estimate how many people there are, seen and unseen, from overlapping lists.

    Example: uic estimate histories.csv --format json -o estimate.json
    """
    from uic.analysis.estimating.output import text
    from uic.analysis.estimating.overview import estimate
    from uic.files import write_text

    report = estimate(
        histories, absent="zero" if absent_is_zero else "error", order=order, level=level
    )
    page = text(report, format.value)
    if output:
        write_text(output, page)
    else:
        typer.echo(page, nl=False)
