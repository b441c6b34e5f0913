"""``uic release``: tables for an authority, a donor or the public."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Permission(StrEnum):
    """What the gate does only with a named permission."""

    small_places = "small-places"
    low_threshold = "low-threshold"
    already_public = "already-public"


def command(
    tables: Annotated[
        list[Path] | None,
        typer.Argument(help="CSV tables of counts, released together. Or: log, and the log file."),
    ] = None,
    to: Annotated[str, typer.Option(help="Who gets them: the name of an office.")] = "",
    log: Annotated[
        Path, typer.Option(help="The release log of the project; made if it does not exist.")
    ] = Path("release-log.jsonl"),
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for the tables and the method text.")
    ] = Path("released"),
    threshold: Annotated[
        int | None, typer.Option(help="Hide counts below it. Default 10, or 5; see the manual.")
    ] = None,
    scope: Annotated[
        str, typer.Option(help="Whom the tables are about; one scope is checked together.")
    ] = "everybody",
    criminalised: Annotated[
        bool, typer.Option(help="The people are criminalised, as people who use drugs are.")
    ] = True,
    rounding: Annotated[int, typer.Option(help="Round to a multiple of this; 5 is usual.")] = 1,
    events: Annotated[
        list[str] | None, typer.Option(help="A column of events, which add up. Repeatable.")
    ] = None,
    people: Annotated[
        list[str] | None, typer.Option(help="A column of people, who do not. Repeatable.")
    ] = None,
    dimensions: Annotated[
        list[str] | None, typer.Option("--dimension", help="A column of labels. Repeatable.")
    ] = None,
    leave_out: Annotated[
        list[str] | None, typer.Option(help="A column that is not released. Repeatable.")
    ] = None,
    permit: Annotated[
        list[Permission] | None, typer.Option(help="What is done by permission only. Repeatable.")
    ] = None,
    permitted_by: Annotated[str, typer.Option(help="Who permits it; goes into the log.")] = "",
    epsilon: Annotated[
        float | None, typer.Option(help="Noise of differential privacy instead of hiding.")
    ] = None,
    budget: Annotated[
        float | None, typer.Option(help="Epsilon for a calendar year. Default 2.")
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Release nothing; check the log and its tables.")
    ] = False,
    head: Annotated[
        str, typer.Option(help="With --verify: a hash that was noted from the log earlier.")
    ] = "",
) -> None:
    """Release tables to an authority, a donor or the public; nothing else may leave.

    Small counts are hidden, with as many others as it takes that nobody can work them out from
    margins, from the other tables or from earlier releases. Who got what is written in the log.

    Example: uic release counts.csv --to "Provincial AIDS Office" --log release-log.jsonl -o out

    Example: uic release log --verify --head 3f9c...

    The second lists what was released to whom, after checking that no line and no table changed.
    """
    if verify or (tables or [])[:1] == [Path("log")]:
        _verify(tables or [], log, head)
    elif not tables or not to:
        raise typer.BadParameter("give at least one table, and --to with the office that gets it")
    else:
        from uic.analysis.release import release

        done = release(
            tables,
            to=to,
            log=log,
            output=output,
            threshold=threshold,
            scope=scope,
            criminalised=criminalised,
            rounding=rounding,
            events=events or (),
            people=people or (),
            dimensions=dimensions or (),
            leave_out=leave_out or (),
            permit=permit or (),
            permitted_by=permitted_by,
            epsilon=epsilon,
            budget=budget,
        )
        for path in done.files:
            typer.echo(path)
        shown = f"{done.hidden} of {done.numbers} numbers are hidden (threshold {done.threshold})"
        typer.echo(f"uic: release {done.number}: {shown}", err=True)
        typer.echo(f"uic: checked against {done.earlier} earlier release(s)", err=True)
        for number in done.contradicted:
            typer.echo(f"uic: the data changed since release {number}; see method.md", err=True)
        if done.public:
            typer.echo(f"uic: {done.public} hidden number(s) are public already", err=True)
        typer.echo(f"uic: head of the log, to keep elsewhere: {done.head}", err=True)


def _verify(words: list[Path], log: Path, head: str) -> None:
    from uic.analysis.release.log import read_log, verify_log

    named = words[1:] if words[:1] == [Path("log")] else words
    if len(named) > 1:
        raise typer.BadParameter("--verify checks one log: uic release log --verify LOG")
    source = named[0] if named else log
    found = verify_log(source, head=head)
    for entry in read_log(source):
        names = ", ".join(table["name"] for table in entry["tables"])
        typer.echo(
            f"{entry['release']}\t{entry['released'][:10]}\t{entry['to']}\t{names}", err=True
        )
    typer.echo(found.head)
    typer.echo(f"uic: {found.releases} release(s), every line and table as it was", err=True)
    if found.anchored:
        typer.echo(f"uic: the hash is in the log; {found.after} release(s) came after it", err=True)
    else:
        hint = "lines cut off at the end show only against a hash kept elsewhere: --head"
        typer.echo(f"uic: {hint}", err=True)
