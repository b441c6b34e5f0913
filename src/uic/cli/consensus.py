"""``uic consensus``: from a record of estimates to one population size, in the open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from uic.cli.estimate import Format

if TYPE_CHECKING:
    from uic.analysis.consensus import Record
    from uic.analysis.consensus.log import Decision


def command(
    record: Annotated[
        Path,
        typer.Argument(help="Record (TOML), table of estimates (CSV) or decision log (JSONL)."),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for results and decision log.")
    ] = None,
    format: Annotated[Format, typer.Option(help="How to print the result.")] = Format.table,  # noqa: A002 - the option's name
    log: Annotated[
        Path | None, typer.Option(help="Decision log. Default: decisions.jsonl in --out.")
    ] = None,
    by: Annotated[str, typer.Option(help="Who decided, where the record does not say.")] = "",
    at: Annotated[
        int | None, typer.Option(min=1, help="Run a decision log as it stood after this decision.")
    ] = None,
) -> None:
    """Pool several estimates of one population, with weights and reasons on record.

    Example: uic consensus record.toml --out meeting/

    Writes consensus.html (a page with pictures), consensus.json, consensus.csv and unaids.csv,
    and appends every change since the last run to decisions.jsonl. Giving that log instead of
    the record runs the meeting again: uic consensus meeting/decisions.jsonl --at 12
    """
    from uic.analysis.consensus import consensus
    from uic.analysis.consensus.output import text

    again = record.suffix.lower() == ".jsonl"
    if at is not None and not again:
        raise typer.BadParameter("--at needs a decision log (decisions.jsonl) as the record")
    entries, decisions = _replayed(record, at) if again else (_loaded(record), ())
    found = consensus(entries)
    typer.echo(text(found, format.value), nl=False)
    if not again and (log or out):
        decisions = _logged(entries, log or Path(out or "") / "decisions.jsonl", by)
    if out is not None:
        from uic.analysis.consensus.writing import write_consensus

        paths = write_consensus(found, out, decisions)
        typer.echo(f"written to {out}: {', '.join(path.name for path in paths)}", err=True)


def _loaded(path: Path) -> Record:
    from uic.analysis.consensus import load_record

    return load_record(path)


def _replayed(path: Path, at: int | None) -> tuple[Record, tuple[Decision, ...]]:
    """Return the record that a decision log comes to, and the decisions up to there."""
    from uic.analysis.consensus import read_log, replay

    decisions = read_log(path)
    return replay(decisions, path.name, at), decisions[:at]


def _logged(entries: Record, path: Path, by: str) -> tuple[Decision, ...]:
    """Append what changed since the last run, say how much that was, and return the whole log."""
    from datetime import UTC, datetime

    from uic.analysis.consensus import append_log, read_log

    count = append_log(path, entries, datetime.now(UTC), by)
    typer.echo(f"new decisions in {path.name}: {count}", err=True)
    return read_log(path)
