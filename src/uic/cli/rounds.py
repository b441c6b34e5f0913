"""``uic rounds``: look at a register, check it, take somebody out of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.exchange import Arrival
    from uic.pipeline.rounds import Finished, Shown
    from uic.resolving.register.rounds import Round

app = typer.Typer(
    help="Look at a register's rounds, check its log, take somebody out.",
    rich_markup_mode=None,
    invoke_without_command=True,
)
_Register = Annotated[Path | None, typer.Option(help="The project's register.")]
_REGISTER = Path("register.duckdb")
_NEWS = {
    "new": "the first export of this partner",
    "newer": "takes the place of the partner's older export",
    "resent": "was here already; nothing changed",
    "outdated": "is older than what is here; it was not used",
    "withdrawn": "belongs to a partner who has withdrawn; it was not used",
}
_WITHOUT_ID = (
    "have no id of their own: people on no other list get new person ids with each new list\n"
    "  hint: ask the partner to map a column to record_id"
)


@app.callback()
def rounds(context: typer.Context, register: _Register = None) -> None:
    """List the finished rounds of a register, oldest first.

    Example: uic rounds --register r.duckdb

    Example: uic rounds show 2026Q4 --register r.duckdb
    """
    context.obj = register or _REGISTER  # for the verbs below, where it is not given again
    if context.invoked_subcommand is not None:
        return
    from uic.pipeline.rounds import listed

    typer.echo(f"{'round':<16}{'exports':>8}{'records':>12}{'persons':>12}  finished")
    for item in listed(context.obj):
        name = f"{item.name}/{item.revision}"
        facts = item.facts
        typer.echo(
            f"{name:<16}{len(item.inputs['exports']):>8}{facts['records']:>12,}"
            f"{facts['persons']:>12,}  {item.finished}"
        )


@app.command()
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The round, as 2026Q4, or 2026Q4/1 for a revision.")],
    register: _Register = None,
    events: Annotated[bool, typer.Option("--events", help="List every event, as CSV.")] = False,
    parameters: Annotated[
        bool, typer.Option("--parameters", help="Print the fitted parameters, as JSON.")
    ] = False,
) -> None:
    """Show a round: what went in, what it found, and what it changed.

    Example: uic rounds show 2026Q4 --register r.duckdb --events
    """
    import json

    from uic.pipeline.rounds import show as look

    found = look(register or context.obj, name)
    if parameters:
        told = found.round.parameters | {"threshold": found.round.threshold}
        typer.echo(json.dumps(told, indent=2))
    elif events:
        typer.echo("event,before,after")
        for row in zip(*(column.to_pylist() for column in found.changes.columns), strict=True):
            typer.echo(",".join(row))
    else:
        typer.echo(_told(found))


@app.command()
def verify(
    context: typer.Context,
    register: _Register = None,
    head: Annotated[str, typer.Option(help="A hash that was noted from the log earlier.")] = "",
) -> None:
    """Check that no line of the audit log and no round was changed afterwards.

    Example: uic rounds verify --register r.duckdb --head 3f9c...

    Note the hash that is printed in the minutes: lines cut off at the end show only against it.
    """
    from uic.pipeline.rounds import verify as check

    found = check(register or context.obj, head)
    typer.echo(found.head)
    typer.echo(f"uic: {found.lines} line(s) and {found.rounds} round(s) as they were", err=True)
    if not head:
        typer.echo("uic: a log cut off at the end shows only with --head", err=True)


@app.command()
def withdraw(
    context: typer.Context,
    register: _Register = None,
    person: Annotated[str, typer.Option(help="A person id, as in a partner's return file.")] = "",
    handle: Annotated[str, typer.Option(help="Instead: handle of one of the records.")] = "",
    partner: Annotated[
        str | None,
        typer.Option(help="Only the records of this partner; alone: the whole partner."),
    ] = None,
    store: Annotated[
        Path | None, typer.Option(help="The matcher's store, if it is in this office.")
    ] = None,
    matcher_key: Annotated[
        Path | None,
        typer.Option(help="NAME.private of the matcher. Without it the store's rows go later."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File for a matcher in another office (.uicw)."),
    ] = None,
    key: Annotated[
        Path | None, typer.Option(help="With --output: NAME.private of the resolver.")
    ] = None,
    matcher: Annotated[
        Path | None, typer.Option(help="With --output: NAME.public of the matcher.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take one person, or a partner with its whole list, out of the register.

    Example: uic rounds withdraw --person P000123 --register r.duckdb --store matcher.duckdb
    --matcher-key matcher.private

    Example: uic rounds withdraw --person P000123 --register r.duckdb --key resolver.private
    --matcher matcher.public -o withdrawal-2026-11-22.uicw

    The rows are deleted from all rounds and passed over when they come again. This cannot be
    undone. Backups and results that were written before are not reached.
    """
    from uic.pipeline.rounds import Notice
    from uic.pipeline.rounds import withdraw as take_out

    if (output is None) != (key is None) or (output is None) != (matcher is None):
        raise typer.BadParameter("--output, --key and --matcher go together")
    tell = Notice(output, key, matcher) if output and key and matcher else None
    if not yes:
        what = "this person" if person or handle else "this partner with its whole list"
        typer.confirm(f"Take {what} out for ever?", abort=True, err=True)
    done = take_out(
        register or context.obj,
        person=person,
        handle=handle,
        partner=partner,
        store=store,
        matcher_key=matcher_key,
        tell=tell,
    )
    typer.echo(f"uic: {done.records:,} record(s) are gone; the next round counts without", err=True)
    if done.without_id:
        typer.echo(
            f"uic: {done.without_id:,} of them had no id of its partner's own, and will not be"
            " known again in the next list: tell the partner to take the person off it",
            err=True,
        )
    if tell is not None:
        typer.echo(f"wrote {output}: for uic match --withdrawn", err=True)
    elif store is None:
        typer.echo("uic: the matcher's store still has their rows; see docs/rounds.md", err=True)
    elif matcher_key is None and (person or handle):
        typer.echo("uic: the store drops their rows when it is opened for the next round", err=True)


def tell_arrivals(arrivals: Sequence[Arrival]) -> None:
    """Say on standard error what became of each file."""
    for item in arrivals:
        typer.echo(f"{item.partner}: {_NEWS[item.news]}", err=True)
        if item.without_id:
            typer.echo(f"{item.partner}: {item.without_id:,} records {_WITHOUT_ID}", err=True)


def tell_round(done: Finished) -> None:
    """Say on standard error what a round did."""
    tell_arrivals(done.arrivals)
    name = f"{done.round.name}, revision {done.round.revision}"
    if done.recognised:
        typer.echo(f"round {name} was finished with these inputs already", err=True)
        return
    kinds = done.changes["event"].to_pylist()
    told = ", ".join(f"{kinds.count(kind):,} {kind}" for kind in sorted(set(kinds)))
    typer.echo(f"round {name}: {told or 'no person id changed'}", err=True)


def _threshold(item: Round) -> str:
    """Return the threshold, and what it was to reach if it was not given."""
    wish = item.inputs.get("target", {})
    told = "".join(f", for a {name} of {least}" for name, least in wish.items())
    return f"{item.threshold:.4g}{told}"


def _told(found: Shown) -> str:
    """Return a round in lines."""
    item, facts = found.round, found.round.facts
    kinds = found.changes["event"].to_pylist()
    lines = [
        ("round", f"{item.name}, revision {item.revision}, epoch {item.epoch}"),
        ("finished", item.finished),
        *(("export", f"{i['partner']}: {i['file']}, {i['records']:,}") for i in facts["inputs"]),
        ("threshold", _threshold(item)),
        ("parameters", item.inputs.get("parameters", "the matcher's")),
        ("records", f"{facts['records']:,}"),
        ("persons", f"{facts['persons']:,}"),
        ("links", f"{facts['links']:,}"),
        *((kind, f"{kinds.count(kind):,}") for kind in sorted(set(kinds))),
    ]
    if found.before and found.difference:
        since = f"since {found.before.name}/{found.before.revision}"
        lines += [
            (since, f"{found.difference.gained:,} pairs became one person"),
            ("", f"{found.difference.lost:,} pairs no longer are, {found.difference.kept:,} still"),
        ]
    return "\n".join(f"{name:<18}{value}" for name, value in lines)
