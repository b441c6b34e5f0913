"""What a reader must know before quoting the pooled number, each in one sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from uic.analysis.consensus.alike import mixed, pooled_entries
from uic.analysis.consensus.record import EXPERT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from uic.analysis.consensus.meeting import Consensus

MUCH = 0.5
"""I^2 above which studies disagree more than they agree."""

APART = 1.3
"""Ratio of two methods' numbers above which the choice of method matters more than chance."""

OLD = 3
"""Years between studies after which the population itself may have changed."""

SAME = 0.8
"""Width of the posterior by width of the prior above which the studies add little."""


def notes(found: Consensus) -> Iterator[str]:
    """Yield the notes that apply, most serious first."""
    yield from _definitions(found)
    yield from _disagreement(found)
    yield from _prior(found)
    yield from _studies(found)
    if found.coverage and found.coverage.share > 1:
        yield (
            "More people were reached than the pooled number says exist: the size is too small, "
            "people were counted twice, or the two count different people."
        )


def _definitions(found: Consensus) -> Iterator[str]:
    for trait in mixed(found.record):
        why = found.record.pooling.why
        yield f"The pooled studies differ in {trait}; the record says why they are mixed: {why}"


def _disagreement(found: Consensus) -> Iterator[str]:
    result = found.disagreement
    if result.i2 > MUCH:
        yield (
            f"The studies disagree more than chance allows (Q = {result.q:.1f} on {result.df}, "
            f"I2 = {result.i2:.0%}): report the range of the studies with the pooled number."
        )
    numbers = [item.number for item in found.methods]
    if max(numbers) / min(numbers) > APART:
        yield (
            f"The choice of method moves the number from {min(numbers):,.0f} to "
            f"{max(numbers):,.0f}: show all methods."
        )
    if len(found.pooled) < 4:
        count = len(found.pooled)
        yield f"With {count} studies the disagreement between studies is poorly known."


def _prior(found: Consensus) -> Iterator[str]:
    bounds = (("lower", found.record.prior.lower), ("upper", found.record.prior.upper))
    for name, bound in bounds:
        for study in found.pooled:
            if bound is not None and (study.number < bound) == (name == "lower"):
                yield f"{study.label} lies beyond the {name} bound {bound:,.0f}: check both."
    if found.prior is None:
        return
    first = found.methods[0]
    if (first.high - first.low) / (found.prior.high - found.prior.low) > SAME:
        yield "The pooled interval is nearly the prior's: the studies add little to the opinion."


def _studies(found: Consensus) -> Iterator[str]:
    entries = pooled_entries(found.record)
    opinions = [entry.label for entry in entries if entry.method in EXPERT]
    if opinions:
        yield (
            f"Not a study: {', '.join(opinions)}. Opinion belongs in the prior and a count of "
            "clients is a lower bound; pooled, they make the interval too short."
        )
    years = [int(year) for entry in entries for year in re.findall(r"(?:19|20)\d\d", entry.period)]
    if years and max(years) - min(years) >= OLD:
        yield f"The studies span {min(years)} to {max(years)}: the population may have changed."
    ageless = [entry.label for entry in entries if entry.age is None]
    if ageless and len(ageless) < len(entries):
        yield f"No age range is known for {', '.join(ageless)}."
