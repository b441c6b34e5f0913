"""Forest plot: every study with its interval, the interval as weighed, and the pooled number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from uic.analysis.pictures.axes import Axis, log_axis, span
from uic.analysis.pictures.scene import BLUE, INK, MUTED, ORANGE, PALE, Dot, Line, Picture, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from uic.analysis.consensus import Consensus
    from uic.analysis.consensus.record import Estimate
    from uic.analysis.pictures.scene import Mark, Shape

Kind = Literal["study", "left out", "prior", "pooled", "other"]

COLOURS: dict[Kind, str] = {
    "study": INK,
    "left out": MUTED,
    "prior": ORANGE,
    "pooled": BLUE,
    "other": BLUE,
}


@dataclass(frozen=True)
class ForestRow:
    """One line of a forest plot, all numbers in people.

    Attributes:
        label: Name of the study.
        number: Its estimate.
        low: Lower limit; nan where there is no interval.
        high: Upper limit.
        stretched: The interval after it is stretched by confidence; none draws no thin line.
        kind: What it is; decides the colour, and hollow or filled.
        note: Small text, such as method and confidence.
    """

    label: str
    number: float
    low: float
    high: float
    stretched: tuple[float, float] | None = None
    kind: Kind = "study"
    note: str = ""


def forest(
    rows: Sequence[ForestRow], title: str, summary: str = "", *, reference: float | None = None
) -> Picture:
    """Draw intervals above each other on one logarithmic axis.

    Args:
        rows: From top to bottom.
        title: Name of the picture.
        summary: What it says, in a sentence.
        reference: A number to draw as a pale line through all rows.
    """
    axis = _axis(rows, reference)
    drawn = tuple(_row(row, axis, reference) for row in rows)
    return Picture(title, summary, (*drawn, axis.foot("people, logarithmic scale")))


def consensus_forest(found: Consensus) -> Picture:
    """Draw a consensus: prior, studies, those left out, and the pooled number by each method.

    Estimates that were left out and count other people, or another place, are not drawn: beside
    the others they would be read as the same thing.
    """
    studies = list(_studies(found))
    rest = len(found.studies) - len(studies)
    summary = (
        f"{len(found.pooled)} of {len(found.studies)} estimates are pooled. Thick line: interval; "
        "thin line: the interval stretched by the confidence of the meeting; hollow: not pooled; "
        "pale line: the pooled number."
    )
    if rest:
        summary += f" {rest} of other people or places are not drawn."
    rows = [*_priors(found), *studies, *_pooled(found)]
    return forest(rows, "Estimates and consensus", summary, reference=found.headline.number)


def _axis(rows: Sequence[ForestRow], reference: float | None) -> Axis:
    """Take the intervals for the axis, and what of the stretched ones does not dwarf them."""
    plain = [x for row in rows for x in (row.number, row.low, row.high)]
    known = [x for x in [*plain, reference or math.nan] if math.isfinite(x) and x > 0]
    low, high = (min(known), max(known)) if known else (1.0, 10.0)
    wide = [x for row in rows for x in (row.stretched or ())]
    return log_axis([*known, *(x for x in wide if low / 2 <= x <= high * 2)])


def _row(row: ForestRow, axis: Axis, reference: float | None) -> Row:
    guide: tuple[Mark, ...] = ()
    if reference is not None:
        guide = (Line(axis.at(reference), 0, axis.at(reference), 1, PALE, 2),)
    return Row(
        height=18,
        marks=(*axis.grid, *guide, *_interval(row, axis)),
        left=row.label,
        right=span(row.number, row.low, row.high),
        note=row.note,
        strong=row.kind == "pooled",
    )


def _interval(row: ForestRow, axis: Axis) -> Iterator[Mark]:
    colour = COLOURS[row.kind]
    if row.stretched is not None:
        low, high = row.stretched
        yield Line(axis.at(low), 0.5, axis.at(high), 0.5, colour, 1)
        if low < axis.low:
            yield Dot(0, 0.5, 8, "left", colour)
        if high > axis.high:
            yield Dot(1, 0.5, 8, "right", colour)
    if not math.isnan(row.low):
        yield Line(axis.at(row.low), 0.5, axis.at(row.high), 0.5, colour, 4)
    if not math.isnan(row.number):
        shape: Shape = "square" if row.kind in ("pooled", "other") else "round"
        yield Dot(
            axis.at(row.number), 0.5, 11, shape, colour, hollow=row.kind in ("left out", "other")
        )


def _priors(found: Consensus) -> Iterator[ForestRow]:
    if found.prior is not None:
        prior = found.prior
        yield ForestRow("Prior", prior.number, prior.low, prior.high, kind="prior")


def _studies(found: Consensus) -> Iterator[ForestRow]:
    for entry, study in zip(found.record.estimates, found.studies, strict=True):
        if study.left_out and not _same(entry, found):
            continue
        kind: Kind = "left out" if study.left_out else "study"
        about = f"{entry.population}, {entry.place}, {entry.period}. "
        if study.left_out:
            how = f"Not pooled: {study.left_out}"
        else:
            how = f"Confidence {study.confidence:g}; interval {study.how}"
        stretched = study.stretched if not study.left_out and study.confidence < 1 else None
        yield ForestRow(
            study.label, study.number, study.low, study.high, stretched, kind, about + how
        )


def _same(entry: Estimate, found: Consensus) -> bool:
    """Whether an entry counts the people that the meeting, or a pooled study, counts."""
    pooled = [
        e for e, s in zip(found.record.estimates, found.studies, strict=True) if not s.left_out
    ]
    meeting = found.record.meeting
    populations = {meeting.population, *(other.population for other in pooled)}
    places = {meeting.place, *(other.place for other in pooled)}
    return entry.population in populations and entry.place in places


def _pooled(found: Consensus) -> Iterator[ForestRow]:
    names = {
        "triangulator": "Triangulator",
        "random-effects": "random effects",
        "fixed-effect": "fixed effect",
        "median": "median (range)",
    }
    for item in sorted(found.methods, key=lambda item: item is not found.headline):
        chosen = item is found.headline
        label = ("Consensus: " if chosen else "Beside it: ") + names[item.method]
        kind: Kind = "pooled" if chosen else "other"
        yield ForestRow(label, item.number, item.low, item.high, kind=kind)
