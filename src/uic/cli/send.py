"""``uic send``: person ids and questions of a round, sealed to each partner."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from uic.cli import options


def command(
    name: Annotated[str, typer.Argument(help="The round, as 2026Q4.")],
    key: options.ResolverKey,
    register: options.Existing = options.REGISTER,
    partners: options.Partners = options.PARTNERS,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the files.")] = Path(
        "returns"
    ),
    across: Annotated[
        bool,
        typer.Option(
            "--across", help="Ask about pairs between partners, too; they must agree to it first."
        ),
    ] = False,
    lower: Annotated[
        float, typer.Option(min=0, max=1, help="Least probability that is asked.")
    ] = 0.1,
    upper: Annotated[
        float, typer.Option(min=0, max=1, help="Largest probability that is asked.")
    ] = 0.95,
) -> None:
    """Write each partner's return file and, if it is asked anything, its review file.

    Example: uic send 2026Q4 --register r.duckdb --key resolver.private --partners keys/ -o returns/

    Each file is sealed to its partner and holds that partner's own records only. Person ids are
    the same for all partners: two that lay their returns side by side learn whom they share.
    """
    from uic.cli.warned import warned
    from uic.pipeline.rounds.sending import send

    with warned():
        done = send(
            register, name, key=key, partners=partners, out=out,
            across=across, lower=lower, upper=upper,
        )  # fmt: skip
    for path in (*done.returns, *done.reviews):
        typer.echo(str(path))
    typer.echo(f"{len(done.returns)} returns, {done.questions:,} questions", err=True)
