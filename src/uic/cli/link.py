"""``uic link``: a whole round in one office that holds both keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from uic.cli import options


def command(
    round: options.Round,  # noqa: A002 - the word of the field
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="The partners' exports (.uicx) that are new. None: link again."),
    ] = None,
    matcher_key: Annotated[Path, typer.Option(help="NAME.private of the matcher.")] = Path(
        "matcher.private"
    ),
    resolver_key: Annotated[Path, typer.Option(help="NAME.private of the resolver.")] = Path(
        "resolver.private"
    ),
    register: options.Register = options.REGISTER,
    partners: options.Partners = options.PARTNERS,
    schema: options.SealedSchema = None,
    store: Annotated[
        Path | None,
        typer.Option(help="The matcher's store. Default: beside the register, one an epoch."),
    ] = None,
    epoch: Annotated[
        str | None, typer.Option(help="Epoch to link. Default: that of the files, or the newest.")
    ] = None,
    out: options.Results = options.RESULTS,
    threshold: options.Threshold = None,
    precision: options.Precision = None,
    recall: options.Recall = None,
    parameters: Annotated[
        str | None, typer.Option(help="Use the fitted parameters of this earlier round.")
    ] = None,
    period: options.Period = "year",
    lists: options.Lists = "partner",
    memory: options.Memory = None,
) -> None:
    """Link the partners' exports into persons whose ids stay; match and resolve in one.

    Example: uic link partner-*.uicx --schema schema.toml --register r.duckdb --round 2026Q4
    --matcher-key matcher.private --resolver-key resolver.private -o results/

    Give only what is new: late and corrected exports take the place of older ones. The same
    round again with the same inputs is recognised; with other inputs it is the next revision.
    """
    from uic.cli.dedupe import summary
    from uic.cli.progress import shown
    from uic.cli.rounds import tell_round
    from uic.pipeline.rounds import link, write_round

    with shown() as progress:
        done = link(
            files or (),
            matcher_key=matcher_key,
            resolver_key=resolver_key,
            partners=partners,
            register=register,
            round=round,
            schema=schema,
            store=store,
            epoch=epoch,
            threshold=threshold,
            precision=precision,
            recall=recall,
            parameters=parameters,
            period=period,
            lists=lists,
            memory=memory,
            progress=progress,
        )
        written = write_round(done, out)
    typer.echo(summary(done.result))
    tell_round(done)
    typer.echo(f"written to {out}: " + ", ".join(path.name for path in written), err=True)
