"""``uic multiplier``: population size from a count and its share in a survey."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from uic.analysis.multiplier import Multiplied


class Design(StrEnum):
    """How the survey was drawn."""

    rds = "rds"
    time_location = "time-location"
    simple = "simple"


class Kind(StrEnum):
    """Which interval leads the table; JSON holds both."""

    log = "log"
    logit = "logit"


class Format(StrEnum):
    """How the estimate is printed."""

    table = "table"
    json = "json"


def command(
    count: Annotated[
        float, typer.Argument(help="People reached or given an object; people, not contacts.")
    ],
    proportion: Annotated[
        float, typer.Argument(help="Share of the survey that was reached, between 0 and 1.")
    ],
    sample: Annotated[int, typer.Argument(help="People in the survey.")],
    design: Annotated[
        Design, typer.Option(help="How the survey was drawn: design effect 2, 1.5 or 1.")
    ] = Design.rds,
    deff: Annotated[
        float | None, typer.Option(help="Design effect, where known; overrules --design.")
    ] = None,
    count_stderr: Annotated[
        float, typer.Option(help="Standard error of the count, in people.")
    ] = 0.0,
    interval: Annotated[
        Kind, typer.Option(help="log, or logit, which never falls below the count.")
    ] = Kind.log,
    level: Annotated[float, typer.Option(min=0.5, max=0.999, help="Coverage of intervals.")] = 0.95,
    format: Annotated[Format, typer.Option(help="How to print the estimate.")] = Format.table,  # noqa: A002 - the option's name
) -> None:
    """Estimate how many people there are from a service's count and its share in a survey.

    Example: uic multiplier 1200 0.30 400 --design rds

    Here 1,200 people used the service, and 30 % of 400 people in a survey said so: about 4,000.
    Count people, not contacts, and ask the survey about the same place and period.
    """
    from uic.analysis.multiplier import multiplier

    found = multiplier(
        count,
        proportion,
        sample,
        design=design.value,
        deff=deff,
        count_stderr=count_stderr,
        level=level,
    )
    page = _json(found, interval) if format is Format.json else _text(found, interval)
    typer.echo(page)


def _json(found: Multiplied, kind: Kind) -> str:
    """Return every number; ``chosen`` names the interval to quote."""
    import json
    from dataclasses import asdict

    head = {"format": "uic-multiplier/1", "chosen": kind.value}
    return json.dumps(head | asdict(found), indent=2)


def _text(found: Multiplied, kind: Kind) -> str:
    """Return the estimate, what it was made of and what must be true, a line each."""
    limits = found.interval if kind is Kind.log else found.logit_interval
    size = f"{found.abundance:,.0f} people, {limits.low:,.0f} to {limits.high:,.0f}"
    reached = f"{found.count:,.10g} people reached, {found.proportion:.1%} of a survey of"
    return (
        f"{size} ({limits.level:.0%}, {limits.method}), standard error {found.stderr:,.1f}\n"
        f"{reached} {found.sample:,}, design effect {found.deff:g}\n"
        "The count must be of people, not of contacts, and being on the service's list must have "
        "nothing to do with being in the survey."
    )
