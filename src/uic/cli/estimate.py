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
    histories: Annotated[
        Path | None, typer.Argument(help="CSV: a 0/1 column a list, and count.")
    ] = None,
    results: Annotated[
        Path | None, typer.Option("--from", help="Folder that uic dedupe wrote, instead of a CSV.")
    ] = None,
    format: Annotated[Format, typer.Option(help="How to print the estimates.")] = Format.table,  # noqa: A002 - the option's name
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write here.")] = None,
    by: Annotated[
        str | None, typer.Option(help="Column of strata, which are estimated alone and added up.")
    ] = None,
    absent_is_zero: Annotated[
        bool, typer.Option("--absent-is-zero", help="A history without a row has nobody.")
    ] = False,
    outside: Annotated[
        str | None, typer.Option(help="A list that also holds people outside the population.")
    ] = None,
    sensitivity: Annotated[
        float | None, typer.Option(min=0.01, max=1, help="Share of true pairs that were linked.")
    ] = None,
    ppv: Annotated[
        float, typer.Option(min=0.01, max=1, help="Share of links that are true (precision).")
    ] = 1.0,
    sensitivity_se: Annotated[
        float, typer.Option(min=0, max=1, help="Standard error of the sensitivity.")
    ] = 0.0,
    ppv_se: Annotated[float, typer.Option(min=0, max=1, help="Standard error of the PPV.")] = 0.0,
    order: Annotated[
        int | None, typer.Option(min=1, help="Largest interaction of the log-linear models.")
    ] = None,
    most_unseen: Annotated[
        int | None, typer.Option(min=1, help="Most unseen people in the Bayesian average.")
    ] = None,
    bootstrap: Annotated[
        int, typer.Option(min=0, help="Tables of the bootstrap with reselection; 0 for none.")
    ] = 0,
    latent_class: Annotated[
        bool, typer.Option("--latent-class", help="Sample latent classes too; takes seconds.")
    ] = False,
    interval: Annotated[
        str,
        typer.Option(help="Of two lists: log-normal, transformed logit, profile, binomial, Wald."),
    ] = "log-normal",
    level: Annotated[float, typer.Option(min=0.5, max=0.999, help="Coverage of intervals.")] = 0.95,
) -> None:
    """Estimate how many people there are, seen and unseen, from overlapping lists.

    Example: uic estimate histories.csv --format json -o estimate.json

    Example: uic estimate --from results/

    With --from, or with --sensitivity, the estimate is corrected for missed and false links and
    both numbers are shown. A masked count is written <5 (one to four) or 0-4.
    """
    from uic.analysis.estimating import LinkageQuality, estimate, read_results
    from uic.cli.warned import warned
    from uic.files import write_text

    if (histories is None) == (results is None):
        raise typer.BadParameter("give a CSV of histories, or --from and a folder of results")
    source, linkage = (histories, None) if results is None else read_results(results)
    if sensitivity is not None:
        linkage = LinkageQuality(sensitivity, ppv, sensitivity_se, ppv_se)
    with warned():
        report = estimate(
            source,
            by=by,
            absent="zero" if absent_is_zero else "error",
            outside=outside,
            linkage=linkage,
            order=order,
            most_unseen=most_unseen,
            replicates=bootstrap,
            latent_class=latent_class,
            interval=interval,  # type: ignore[arg-type]  # a wrong name is answered with the right ones
            level=level,
        )
    makers = {"json": report.to_json, "csv": report.to_csv, "table": report.to_text}
    page = makers[format.value]()
    if output:
        write_text(output, page)
    else:
        typer.echo(page, nl=False)
