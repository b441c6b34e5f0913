"""``uic card``: an offline page that composes and checks codes, or a sheet of cards to print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    scheme: Annotated[str, typer.Argument(help="Scheme: an id ('uic schemes list') or a file.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Page to write (.html).")] = Path(
        "card.html"
    ),
    codes: Annotated[
        Path | None,
        typer.Option("--print", help="Print cards instead, for the codes in this file's 'uic'."),
    ] = None,
) -> None:
    """Write an offline page that makes and checks codes, or cards to print and cut.

    Example: uic card kh-template -o card.html
    Example: uic card kh-template --print codes.csv -o cards.html

    The page works from a memory card, in English and Khmer, and keeps nothing. The cards name
    no organisation and no population.
    """
    from uic.partner.forms import card

    for problem in card(scheme, out, codes=codes):
        typer.echo(f"uic: {problem.partner}, row {problem.row}: {problem.rule}", err=True)
    typer.echo(f"wrote {out}", err=True)
