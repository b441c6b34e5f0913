"""``uic dedupe``: partner exports in, people counted once, nothing named out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from uic.cli import options

if TYPE_CHECKING:
    from uic.pipeline import Deduplication


def command(
    inputs: Annotated[
        list[Path], typer.Argument(help="The partners' exports (CSV, XLSX, Parquet).")
    ],
    schema: Annotated[
        Path | None,
        typer.Option(help="Linkage schema (TOML). Default: columns named as attributes."),
    ] = None,
    out: options.Results = options.RESULTS,
    key: Annotated[
        Path, typer.Option(help="Epoch key file; made on first use, readable by you only.")
    ] = Path("uic-epoch.key"),
    seed: Annotated[int, typer.Option(help="Seed of everything random in the results.")] = 0,
    period: options.Period = "year",
    lists: options.Lists = "partner",
    threshold: options.Threshold = None,
    precision: options.Precision = None,
    recall: options.Recall = None,
    review: Annotated[
        Path | None,
        typer.Option(help="Write doubtful pairs here for people to decide (.xlsx or .csv)."),
    ] = None,
    decisions: Annotated[
        Path | None, typer.Option(help="A review file that was filled in: what it says binds.")
    ] = None,
    local: Annotated[
        Path | None,
        typer.Option(
            help="Compare one partner's own list in the clear; write pairs, WITH NAMES, here."
        ),
    ] = None,
    memory: options.Memory = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 when a row problem was found.")
    ] = False,
) -> None:
    """Count people once over the exports of several partners.

    Example: uic dedupe outreach.csv dic.xlsx referrals.csv --schema schema.toml --out results/

    Writes persons.parquet, pairs.parquet, counts.csv, histories.csv, report.html, rejects.csv
    and run.json. No file holds a name, a date of birth or a code of a person, but persons.parquet,
    pairs.parquet and candidates.parquet hold the partners' own record ids: keep them inside.

    run.json says which precision and recall every threshold is expected to bring. With
    --precision or --recall the threshold is the one that is expected to reach it.

    With --local only the pairs of your own list are written, side by side and with names, for
    your own eyes; no key is used and no results folder is made.
    """
    from uic.cli.progress import shown
    from uic.pipeline import dedupe, write_results
    from uic.pipeline.reviewing import write_review

    if local:
        if precision is not None or recall is not None:
            raise typer.BadParameter("--precision and --recall do not go with --local")
        _local(inputs, schema, local, threshold, decisions)
        return
    with shown() as progress:
        result = dedupe(
            inputs,
            schema=schema,
            key=key,
            seed=seed,
            period=period,
            lists=lists,
            threshold=threshold,
            precision=precision,
            recall=recall,
            decisions=decisions,
            memory=memory,
            progress=progress,
        )
        written = write_results(result, out)
        doubtful = write_review(result, review) if review else 0
    typer.echo(summary(result))
    typer.echo(f"written to {out}: " + ", ".join(path.name for path in written), err=True)
    if review:
        typer.echo(f"{doubtful:,} doubtful pairs to decide: {review}", err=True)
    if result.rejects:
        typer.echo(
            f"uic: {len(result.rejects)} values could not be used and count as missing;"
            " rejects.csv lists them by row, column and rule",
            err=True,
        )
        if strict:
            raise typer.Exit(1)


def _local(
    inputs: list[Path],
    schema: Path | None,
    path: Path,
    threshold: float | None,
    decisions: Path | None,
) -> None:
    from uic.cli.progress import shown
    from uic.pipeline.local import dedupe_local, write_local

    with shown() as progress:
        found = dedupe_local(
            inputs, schema=schema, threshold=threshold, decisions=decisions, progress=progress
        )
    write_local(found, path)
    typer.echo(f"{'records':<22}{found.records:>10,}")
    typer.echo(f"{'persons':<22}{found.persons:>10,}")
    typer.echo(f"uic: {path} holds {len(found.pairs):,} pairs with names: keep it inside", err=True)
    if found.problems:
        typer.echo(f"uic: {len(found.problems)} values could not be used", err=True)


def summary(result: Deduplication) -> str:
    """Return the headline numbers in a few lines."""
    whole = result.counts.to_pylist()[-1]
    lines = [
        f"{'records':<22}{len(result.persons):>10,}",
        f"{'persons':<22}{result.run['persons']:>10,}",
        f"{'contacts':<22}{whole['contacts']:>10,}",
        f"{'individuals reached':<22}{whole['individuals']:>10,}",
    ]
    if result.estimate is not None:
        best = result.estimate.headline
        lines.append(
            f"{'estimated population':<22}{best.abundance:>10,.0f}"
            f"   95% interval {best.interval.low:,.0f} to {best.interval.high:,.0f} ({best.method})"
        )
    return "\n".join(lines)
