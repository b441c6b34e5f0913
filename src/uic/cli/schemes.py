"""``uic schemes``: the schemes that ship with the library, and each one in words."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from uic.partner.schemes import Scheme

app = typer.Typer(
    help="List the code schemes, or explain one.",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def command(context: typer.Context) -> None:
    """List the code schemes, or explain one.

    Example: uic schemes show au-slk581
    """
    if context.invoked_subcommand is None:
        list_()


@app.command("list")
def list_() -> None:
    """List every scheme: id, status, an invented code, title."""
    from uic.partner.schemes import list_schemes

    for scheme in list_schemes():
        code = scheme.example.code if scheme.example else ""
        status = scheme.status if scheme.made == "derived" else "check only"
        typer.echo(f"{scheme.id:<14}{status:<12}{textwrap.shorten(code, 32):<34}{scheme.title}")


@app.command()
def show(
    scheme: Annotated[str, typer.Argument(metavar="ID", help="Id of a scheme, or FILE.toml.")],
) -> None:
    """Explain a scheme, component by component, with an invented person's code.

    Example: uic schemes show kh-template
    """
    from uic.partner.schemes import explain, load_scheme

    found = load_scheme(scheme)
    typer.echo(f"{found.id}, version {found.version}: {found.title}")
    typer.echo(f"status   {found.status}\nsource   {found.source}")
    for reading in found.readings:
        _paragraph("reading  ", reading)
    if found.why_assigned:
        _paragraph("made     ", f"assigned. {found.why_assigned}")
    typer.echo("")
    for item in explain(found):
        _paragraph(f"{item.name:<16}{item.example:<12} ", item.words)
    _example(found)


def _example(scheme: Scheme) -> None:
    """Show the code of the invented person, in groups, with its check character."""
    from uic.partner.codes import grouped

    if scheme.example is None:
        return
    person = ", ".join(f"{name} {value}" for name, value in scheme.example.person.items())
    typer.echo("")
    _paragraph("example  ", person)
    typer.echo(f"code     {scheme.example.code}")
    typer.echo(f"shown    {grouped(scheme.example.code, scheme, scheme.example.check)}")
    if scheme.reversible_hash:
        _paragraph(
            "warning  ", "an unkeyed hash: whoever has a list of names reverses it in seconds"
        )


def _paragraph(label: str, text: str) -> None:
    indent = " " * len(label)
    typer.echo(textwrap.fill(text, 100, initial_indent=label, subsequent_indent=indent))
