"""From a finished round to the tables that programmes report: nobody's own list is needed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from uic.analysis.indicators.linked import Draws, full
from uic.pipeline.counting import DRAWS, Asked, counted, table_of
from uic.pipeline.linking import linked_with
from uic.pipeline.rounds.looking import existing
from uic.resolving.drawing import draw_persons
from uic.resolving.register.numbering import numbered
from uic.resolving.register.rounds import get_round
from uic.values import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from uic.analysis.indicators import IndicatorSet, Size
    from uic.analysis.indicators.model import Period
    from uic.analysis.tabulating import Tabulations
    from uic.resolving.register.numbering import Numbered
    from uic.resolving.register.rounds import Round


def tabulate_round(
    register: str | Path,
    round: str,  # noqa: A002 - the word of the field
    *,
    table: str | Path | IndicatorSet = "core",
    by: Sequence[str] = (),
    period: Period | None = None,
    fiscal_start: int | None = None,
    recall: float | None = None,
    size: Size | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    progress: Progress = silent,
) -> Tabulations:
    """Count people over the contacts of a finished round, as ``tabulate`` does over exports.

    Needs the register and nothing else: no key, no schema, no partner's list. The result holds
    counts, no handle, no person id and nothing of one person, but small counts. What sealed
    exports do not carry is missing, and the tables say so.

    Args:
        register: The project's register.
        round: Name of the round: its last revision, or ``NAME/2`` for the second.
        table: As in ``tabulate``.
        by: As in ``tabulate``.
        period: As in ``tabulate``.
        fiscal_start: As in ``tabulate``.
        recall: Share of the true links that were found; the least that the round expects of
            itself if None.
        size: Size of the population, for coverage.
        draws: How many draws the limits are made of, 0 for none.
        seed: Seed of the draws.
        progress: Called with each step.

    Raises:
        InputError: there is no such register or round, or a newer export has replaced one of it.
        FormatError: the file is no register.
        SchemaError: the set of indicators breaks a rule.
        ValueError: an argument is out of its range.
    """
    asked = Asked(table_of(table), by, period, fiscal_start, size, recall, draws, seed)
    progress("reading the round", 0, 1)
    with existing(register) as database:
        found = get_round(database, round)
        here = numbered(database, found)
    linked = linked_with(full(here.events), here.persons, here.traits)
    if draws:
        linked = replace(linked, draws=_draws(here, draws, seed))
    progress("counting", 0, 1)
    return counted(linked, asked, found.facts, _method(found, here))


def _draws(here: Numbered, draws: int, seed: int) -> Draws:
    a, b, chance = (here.links[name].to_numpy() for name in ("a", "b", "probability"))
    return Draws(*draw_persons(here.persons, a, b, chance, draws=draws, seed=seed))


def _method(found: Round, here: Numbered) -> list[tuple[str, str]]:
    gone = found.facts["records"] - len(here.persons)
    return [
        ("round", f"{found.name}, revision {found.revision}, finished {found.finished}"),
        *([("records withdrawn since the round", f"{gone:,}")] if gone else []),
        ("schema fingerprint", str(found.facts["schema_fingerprint"])),
        *(
            (f"export of {item['partner']}", f"{item['file']}, SHA-256 {item['sha256']}")
            for item in found.facts["inputs"]
        ),
    ]
