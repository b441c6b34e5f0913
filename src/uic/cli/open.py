"""``uic open``: check an export and open one of its two parts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer


def command(
    file: Annotated[Path, typer.Argument(help="An export (.uicx).")],
    role: Annotated[Literal["matcher", "resolver"], typer.Option("--as", help="Which part.")],
    key: Annotated[Path, typer.Option(help="NAME.private of that role.")],
    signer: Annotated[Path, typer.Option(help="NAME.public of the partner who sent it.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="A new folder for Parquet files.")],
    project: Annotated[str | None, typer.Option(help="Refuse another project's file.")] = None,
    epoch: Annotated[str | None, typer.Option(help="Refuse another epoch's file.")] = None,
    schema: Annotated[
        Path | None, typer.Option(help="Linkage schema: refuse a file made under another.")
    ] = None,
) -> None:
    """Check who signed an export and that no byte was changed, then open one of its parts.

    Example: uic open outreach-2026Q4.uicx --as matcher --key matcher.private
    --signer outreach.public --epoch 2026Q4 -o opened/

    Give --project and --epoch: without them an old file that is sent again goes unnoticed.
    """
    from uic.cli.progress import shown
    from uic.envelope.exports import Expected
    from uic.envelope.unpacking import open_export
    from uic.schema import fingerprint, load_schema

    expected = Expected(project, epoch, fingerprint(load_schema(schema)) if schema else None)
    with shown() as progress:
        header = open_export(
            file,
            role,
            key=key,
            signer=signer,
            out=out,
            expected=expected,
            progress=progress,
        )
    typer.echo(
        f"opened the {role}'s part of {header.partner}, {header.project}/{header.epoch}: {out}",
        err=True,
    )
