"""``uic encode``: one partner's export to one sealed file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    inputs: Annotated[
        list[Path], typer.Argument(help="The partner's export (CSV, XLSX, Parquet).")
    ],
    key: Annotated[Path, typer.Option(help="Epoch key file (uic keys new, or uic keys unwrap).")],
    matcher: Annotated[Path, typer.Option(help="NAME.public of the matcher.")],
    resolver: Annotated[Path, typer.Option(help="NAME.public of the resolver.")],
    sign: Annotated[Path, typer.Option(help="Your own NAME.private.")],
    schema: Annotated[
        Path | None,
        typer.Option(help="Linkage schema (TOML). Default: columns named as attributes."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file. Default: PARTNER-EPOCH.uicx.")
    ] = None,
    previous: Annotated[
        Path | None,
        typer.Option(help="The old epoch's key, once: carries person ids into this epoch."),
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option(help="List values that could not be used here (CSV).")
    ] = None,
) -> None:
    """Encode your own register for the linkage unit; nothing else leaves you.

    Example: uic encode outreach.csv --schema schema.toml --key 2026Q4.key --matcher matcher.public
    --resolver resolver.public --sign outreach.private -o outreach-2026Q4.uicx

    The file holds no name and no date of birth. Anybody can read its header (uic inspect); only
    matcher and resolver open their own part. Never send the key along with it.
    """
    from uic.cli.progress import shown
    from uic.partner.reading import write_rejects
    from uic.pipeline.exporting import encode

    with shown() as progress:
        done = encode(
            inputs,
            schema=schema,
            key=key,
            matcher=matcher,
            resolver=resolver,
            signer=sign,
            out=output,
            previous=previous,
            progress=progress,
        )
    typer.echo(f"wrote {done.path}: {done.header.records:,} records", err=True)
    typer.echo(f"what it shows, for you only: {done.gate}", err=True)
    if rejects:
        write_rejects(done.problems, rejects)
    if done.problems:
        where = f"; see {rejects}" if rejects else "; --rejects FILE lists them"
        typer.echo(f"uic: {len(done.problems):,} values could not be used{where}", err=True)
