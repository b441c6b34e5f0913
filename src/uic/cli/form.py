"""``uic form``: an XLSForm that makes a scheme's codes on a phone without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    scheme: Annotated[str, typer.Argument(help="Scheme: an id ('uic schemes list') or a file.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="XLSForm to write (.xlsx).")] = Path(
        "form.xlsx"
    ),
) -> None:
    """Write an XLSForm for ODK Collect or KoBo that makes a scheme's codes, offline.

    Example: uic form kh-template -o form.xlsx

    The form gives the code and check character this program gives, and refuses what it could not
    bring to the same letters. What is typed into it stays in the submission: encrypt the form.
    """
    from uic.partner.forms import form

    form(scheme, out)
    typer.echo(f"wrote {out}", err=True)
