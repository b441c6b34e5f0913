"""``uic code``: the codes of a scheme added to every row of an export."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from uic.cli.warned import warned

if TYPE_CHECKING:
    from uic.schema import PartnerMapping
    from uic.values import RowProblem


def command(
    data: Annotated[Path, typer.Argument(metavar="INPUT", help="CSV, TSV, XLSX or Parquet file.")],
    scheme: Annotated[
        str,
        typer.Option(help="Scheme: an id of 'uic schemes list', or FILE.toml.", show_default=False),
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", help="File to write, .csv or .parquet; - is standard output."
        ),
    ] = "-",
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="ATTRIBUTE=COLUMN", help="Which column holds what. May be repeated."
        ),
    ] = None,
    date_order: Annotated[
        str, typer.Option(help="YMD, DMY or MDY, for dates whose year does not come first.")
    ] = "YMD",
    unknown: Annotated[
        list[str] | None,
        typer.Option(help="Word in the file for: asked, not known. May be repeated."),
    ] = None,
    refused: Annotated[
        list[str] | None,
        typer.Option(help="Word in the file for: asked, not told. May be repeated."),
    ] = None,
    no_name: Annotated[
        list[str] | None,
        typer.Option(help="Word in the file for: has no such name. May be repeated."),
    ] = None,
    schema: Annotated[
        Path | None,
        typer.Option(help="Linkage schema with the partner's mapping; needs --partner."),
    ] = None,
    partner: Annotated[str | None, typer.Option(help="Partner whose mapping is used.")] = None,
    rejects: Annotated[
        Path | None, typer.Option(help="File for the list of values that could not be used.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 when a value could not be used.")
    ] = False,
) -> None:
    """Add the codes of a scheme to every row of an export.

    Example: uic code clients.csv --scheme au-slk581 --map given_name="First name" -o coded.csv

    Adds uic, uic_check (the check character) and uic_scheme (by what the code was made). Every
    row and column is kept; a row without a code has empty cells there. A code is a pseudonym: it
    identifies the person to everybody who knows the scheme, so keep the file inside.
    """
    from uic.partner.codes import code
    from uic.partner.reading import write_rejects

    chosen = _pairs(columns or [])
    if date_order not in ("YMD", "DMY", "MDY"):
        raise typer.BadParameter("--date-order is one of YMD, DMY, MDY")
    with warned():
        result = code(
            data,
            scheme,
            columns=chosen,
            date_order=date_order,
            unknown=unknown or [],
            refused=refused or [],
            no_name=no_name or [],
            mapping=_mapping(schema, partner),
            output=sys.stdout.buffer if output == "-" else output,
        )
    typer.echo(f"uic: {result.coded:,} of {result.rows:,} rows coded by {result.label}", err=True)
    if rejects is not None:
        write_rejects(result.problems, rejects)
    _tell(result.problems)
    if strict and result.problems:
        raise typer.Exit(1)


def _pairs(texts: list[str]) -> dict[str, str]:
    """Read ``attribute=column`` pairs."""
    pairs = {}
    for text in texts:
        attribute, sign, column = text.partition("=")
        if not (attribute and sign and column):
            raise typer.BadParameter("--map is written ATTRIBUTE=COLUMN, as --map sex=Gender")
        pairs[attribute.strip()] = column.strip()
    return pairs


def _mapping(schema: Path | None, partner: str | None) -> PartnerMapping | None:
    """Return one partner's mapping of a linkage schema."""
    if (schema is None) != (partner is None):
        raise typer.BadParameter("--schema and --partner go together")
    if schema is None or partner is None:
        return None
    from uic.schema import load_schema

    partners = load_schema(schema).partners
    if partner not in partners:
        raise typer.BadParameter(f"--partner is one of: {', '.join(partners)}")
    return partners[partner]


def _tell(problems: tuple[RowProblem, ...]) -> None:
    """Say how often each rule was broken, in words."""
    from uic.partner.codes import RULES

    for (column, rule), count in sorted(Counter((p.column, p.rule) for p in problems).items()):
        words = RULES.get(rule, rule.replace("_", " "))
        typer.echo(f"uic: column {column!r}, {count:,} rows: {words}", err=True)
