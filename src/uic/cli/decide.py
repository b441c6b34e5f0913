"""``uic decide``: the partners' answers to a review, into the register."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from uic.cli import options


def command(
    files: Annotated[list[Path], typer.Argument(help="The partners' answers (.uica).")],
    key: options.ResolverKey,
    register: options.Existing = options.REGISTER,
    partners: options.Partners = options.PARTNERS,
) -> None:
    """Take the partners' answers into the register; they bind from the next round on.

    Example: uic decide answers-dic.uica answers-clinic.uica --register r.duckdb
    --key resolver.private --partners keys/

    A pair between two partners is decided only when both answers are given together and agree.
    """
    from uic.pipeline.rounds.sending import decide

    number = decide(register, files, key=key, partners=partners)
    typer.echo(f"{number:,} pairs decided; they bind from the next round on", err=True)
    if not number:
        typer.echo(
            "uic: nothing was decided: answers of yes or no count, and of a pair between two"
            " partners only when both answer alike and both files are given together",
            err=True,
        )
