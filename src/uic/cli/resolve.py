"""``uic resolve``: the resolver's half of a round."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer


def command(
    pairs: Annotated[Path, typer.Argument(help="The matcher's file of scored pairs (.uicp).")],
    key: Annotated[Path, typer.Option(help="The resolver's own NAME.private.")],
    matcher: Annotated[Path, typer.Option(help="NAME.public of the matcher.")],
    round: Annotated[str, typer.Option(help="Name of the round, as 2026Q4.")],  # noqa: A002
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="The partners' exports (.uicx) that the register does not have yet."),
    ] = None,
    register: Annotated[
        Path, typer.Option(help="The project's register; made on first use.")
    ] = Path("register.duckdb"),
    partners: Annotated[
        Path, typer.Option(help="Folder with PARTNER.public of every partner.")
    ] = Path("partners"),
    schema: Annotated[
        Path | None, typer.Option(help="The linkage schema that the partners used (TOML).")
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path(
        "results"
    ),
    threshold: Annotated[
        float | None,
        typer.Option(min=0.01, max=0.99, help="Probability at which a pair is a link."),
    ] = None,
    period: Annotated[
        Literal["year", "quarter", "month"], typer.Option(help="Period of the counts.")
    ] = "year",
    lists: Annotated[
        Literal["partner", "channel"],
        typer.Option(help="What a list is in the capture histories."),
    ] = "partner",
) -> None:
    """Turn the matcher's pairs into persons and keep the round in the register.

    Example: uic resolve pairs.uicp outreach.uicx dic.uicx --schema schema.toml
    --key resolver.private --matcher matcher.public --register r.duckdb --round 2026Q4 -o results/

    Person ids stay from round to round; changes.csv tells who was merged, split, new or left.
    Records are named by handle: only their partner knows whose they are.
    """
    from uic.cli.dedupe import summary
    from uic.cli.progress import shown
    from uic.cli.rounds import tell_round
    from uic.pipeline.rounds import resolve, write_round

    with shown() as progress:
        done = resolve(
            pairs,
            files or (),
            key=key,
            matcher=matcher,
            partners=partners,
            register=register,
            round=round,
            schema=schema,
            threshold=threshold,
            period=period,
            lists=lists,
            progress=progress,
        )
        written = write_round(done, out)
    typer.echo(summary(done.result))
    tell_round(done)
    typer.echo(f"written to {out}: " + ", ".join(path.name for path in written), err=True)
