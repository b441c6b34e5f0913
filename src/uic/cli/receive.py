"""``uic receive``: person ids and questions from the resolver, under your own record ids."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from uic.cli import options


def command(
    file: Annotated[Path, typer.Argument(help="A return (.uicr) or a review from the resolver.")],
    own: Annotated[list[Path], typer.Option(help="The export that you encoded.")],
    key: options.OwnKey,
    signer: Annotated[Path, typer.Option(help="NAME.public of the resolver.")],
    epoch_key: Annotated[Path, typer.Option(help="The epoch key you encoded with.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The table (.csv or .xlsx).")],
    schema: Annotated[
        Path | None, typer.Option(help="The linkage schema you encoded with (TOML).")
    ] = None,
) -> None:
    """Open what the resolver sent you and put your own record ids into it.

    Example: uic receive return-dic-2026Q4.uicr --own dic.csv --schema schema.toml
    --key dic.private --signer resolver.public --epoch-key 2026Q4.key -o ids.csv

    A return becomes record_id and person_id. A review becomes the pairs you are asked about: look
    your records up, fill in the column same_person (yes, no or unknown) and send it back with
    uic answer. Keep both tables inside.
    """
    from uic.cli.warned import warned
    from uic.partner.answers import ANSWER, WORDS
    from uic.partner.receiving import receive
    from uic.sheets import write_sheet

    with warned():
        table = receive(file, own, key=key, signer=signer, epoch_key=epoch_key, schema=schema)
    asks = ANSWER in table.column_names
    write_sheet(table, out, choices={ANSWER: WORDS} if asks else None)
    out.chmod(0o600)
    typer.echo(f"wrote {out}: {len(table):,} {'questions' if asks else 'records'}", err=True)
