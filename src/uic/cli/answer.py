"""``uic answer``: send the answers to a review back, sealed to the resolver."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from uic.cli import options


def command(
    answered: Annotated[Path, typer.Argument(help="The table of uic receive, filled in.")],
    review: Annotated[Path, typer.Option(help="The review file it was made from.")],
    key: options.OwnKey,
    resolver: Annotated[Path, typer.Option(help="NAME.public of the resolver.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The sealed answers (.uica).")],
) -> None:
    """Seal your answers to a review, so that only the resolver reads them.

    Example: uic answer questions.xlsx --review review-dic-2026Q4.uicr --key dic.private
    --resolver resolver.public -o answers-dic-2026Q4.uica

    The file holds the numbers of the questions and your answers, and no record id.
    """
    from uic.partner.receiving import answer

    number = answer(answered, review, out, key=key, resolver=resolver)
    typer.echo(f"wrote {out}: {number:,} answers", err=True)
