"""``uic match``: the matcher's half of a round."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from uic.cli import options


def command(
    key: Annotated[Path, typer.Option(help="The matcher's own NAME.private.")],
    resolver: Annotated[Path, typer.Option(help="NAME.public of the resolver.")],
    files: Annotated[
        list[Path] | None, typer.Argument(help="The partners' exports (.uicx), one a partner.")
    ] = None,
    partners: options.Partners = options.PARTNERS,
    schema: options.SealedSchema = None,
    store: Annotated[
        Path | None,
        typer.Option(help="The matcher's store of this epoch; made on first use. Default: none."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file. Default: pairs-EPOCH.uicp.")
    ] = None,
    memory: options.Memory = None,
    round: Annotated[  # noqa: A002 - the word of the field
        str | None, typer.Option(help="Keep the fitted parameters in the store under this name.")
    ] = None,
    parameters: Annotated[
        str | None, typer.Option(help="Use the parameters of this earlier round of the store.")
    ] = None,
    withdrawn: Annotated[
        list[Path] | None,
        typer.Option(help="The resolver's file of rows that go (.uicw); once for each file."),
    ] = None,
) -> None:
    """Match the partners' exports and write the scored pairs for the resolver.

    Example: uic match outreach.uicx dic.uicx --schema schema.toml --key matcher.private
    --resolver resolver.public --partners partners/ --store matcher-2026Q4.duckdb -o pairs.uicp

    The file holds pairs of random row ids with their scores, sealed to the resolver. With a store
    a newer export of a partner takes the place of the older one, and the rest need not be given
    again. The matcher never learns which rows are one record.
    """
    from uic.cli.progress import shown
    from uic.cli.rounds import tell_arrivals
    from uic.pipeline.rounds import match

    with shown() as progress:
        done = match(
            files or (),
            key=key,
            resolver=resolver,
            partners=partners,
            schema=schema,
            store=store,
            out=output,
            round=round,
            parameters=parameters,
            withdrawn=withdrawn or (),
            memory=memory,
            progress=progress,
        )
    tell_arrivals(done.arrivals)
    typer.echo(
        f"wrote {done.path}: {done.pairs:,} scored pairs of {done.exports} exports", err=True
    )
