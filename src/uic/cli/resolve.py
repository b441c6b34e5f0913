"""``uic resolve``: the resolver's half of a round."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from uic.cli import options


def command(
    pairs: Annotated[Path, typer.Argument(help="The matcher's file of scored pairs (.uicp).")],
    key: options.ResolverKey,
    matcher: Annotated[Path, typer.Option(help="NAME.public of the matcher.")],
    round: options.Round,  # noqa: A002 - the word of the field
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="The partners' exports (.uicx) that the register does not have yet."),
    ] = None,
    register: options.Register = options.REGISTER,
    partners: options.Partners = options.PARTNERS,
    schema: options.SealedSchema = None,
    out: options.Results = options.RESULTS,
    threshold: options.Threshold = None,
    precision: options.Precision = None,
    recall: options.Recall = None,
    period: options.Period = "year",
    lists: options.Lists = "partner",
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
            precision=precision,
            recall=recall,
            period=period,
            lists=lists,
            progress=progress,
        )
        written = write_round(done, out)
    typer.echo(summary(done.result))
    tell_round(done)
    typer.echo(f"written to {out}: " + ", ".join(path.name for path in written), err=True)
