"""``uic init``: draft the schema file from an export, for people to check and sign."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SYSTEMS = ("plain", "dhis2-tracker", "kobo", "odk-central", "commcare")


def command(
    source: Annotated[
        list[Path],
        typer.Option("--from", help="The export: a file, archive or folder; or its system: kobo."),
    ],
    exports: Annotated[
        list[Path] | None, typer.Argument(help="The export, where --from names the system.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Schema file to write (TOML).")] = Path(
        "schema.toml"
    ),
    format: Annotated[  # noqa: A002 - the name of the option
        str | None,
        typer.Option(help="plain, dhis2-tracker, kobo, odk-central or commcare; else found."),
    ] = None,
    partner: Annotated[
        str | None, typer.Option(help="Name of the partner; else the file's name.")
    ] = None,
    project: Annotated[str, typer.Option(help="Name of the project.")] = "project",
    repeat: Annotated[
        str | None, typer.Option(help="The repeat whose rows are the contacts.")
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(help='Where contacts happened: "Asia/Phnom_Penh" or "+07:00".')
    ] = None,
) -> None:
    """Draft a schema file from an export; look at every line before anybody signs it.

    Example: uic init --from kobo export.xlsx -o schema.toml

    Example: uic init --from events.csv --from enrollments.json --format dhis2-tracker

    Columns are known by a list of words in English, French and Khmer, the order of dates by the
    dates. The draft holds names of columns and code words with counts, never a value of a person.
    """
    from uic.files import write_text
    from uic.partner.drafting import init

    if out.exists():
        raise typer.BadParameter(f"{out} exists already; give another name", param_hint="--out")
    inputs = [*source, *(exports or [])]
    if exports:
        system, *more = source
        if more or format or str(system) not in SYSTEMS:
            names = f"--from names a file or one of {', '.join(SYSTEMS)}"
            raise typer.BadParameter(f"{names}, then the export: uic init --from kobo export.xlsx")
        inputs, format = exports, str(system)  # noqa: A001 - the name of the option
    draft = init(
        inputs,
        format=format,
        partner=partner,
        project=project,
        repeat=repeat,
        time_zone=time_zone,
    )
    write_text(out, draft.text)
    typer.echo(f"wrote {out}: taken for {draft.format}, {len(draft.columns)} columns", err=True)
    for question in draft.questions:
        typer.echo(f"  ? {question}", err=True)
