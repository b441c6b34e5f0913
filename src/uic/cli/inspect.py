"""``uic inspect``: what anybody may see of a sealed file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer


def command(
    file: Annotated[Path, typer.Argument(help="A sealed file: an export or a wrapped key.")],
    signer: Annotated[
        Path | None, typer.Option(help="NAME.public of the sender: checks who signed.")
    ] = None,
    format: Annotated[Literal["table", "json"], typer.Option(help="How to print it.")] = "table",  # noqa: A002 - the option's name
) -> None:
    """Show the header of a sealed file; no key is needed and nothing is decrypted.

    Example: uic inspect outreach-2026Q4.uicx --signer outreach.public

    Without --signer the file is known to be whole, but anybody may have made it.
    """
    import json

    from uic.crypto.pairs import load_public
    from uic.envelope.inspecting import inspect

    sender = load_public(signer) if signer else None
    seen = inspect(file, signer=sender)
    if format == "json":
        facts = seen.header | {"bytes": seen.size, "signer_checked": seen.signer_checked}
        typer.echo(json.dumps(facts, indent=2, sort_keys=True))
        return
    typer.echo(_table(seen.header))
    checked = f"signed by {sender.name}" if sender else "signer not checked (give --signer)"
    typer.echo(f"{'file':<14}whole, {seen.size:,} bytes, {checked}")


def _table(header: dict[str, object]) -> str:
    """Return one line a field; lists are joined, recipients and passes take a line each."""
    lines = []
    for name, value in header.items():
        label = name.replace("_", " ")
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines += [f"{'to ' + r['role']:<14}{r['key']} ({r['suite']})" for r in value]
        elif isinstance(value, dict):
            lines += [f"{'pass':<14}{item}: {rows:,} rows" for item, rows in value.items()]
        elif isinstance(value, list):
            lines.append(f"{label:<14}{', '.join(value)}")
        else:
            lines.append(f"{label:<14}{_word(value)}")
    return "\n".join(lines)


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)
