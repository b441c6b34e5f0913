"""Threshold curve: what the choice of the linkage threshold does to the population size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.analysis.pictures.axes import Axis, people, percent
from uic.analysis.pictures.scene import (
    BLUE,
    INK,
    MUTED,
    ORANGE,
    Curve,
    Line,
    Picture,
    Row,
    Words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from uic.analysis.estimating.thresholds import ThresholdEstimate
    from uic.analysis.pictures.scene import Mark


GUTTER = 0.13
"""Share of the width for the numbers of the upright axis."""


def threshold_plot(
    points: Sequence[ThresholdEstimate],
    *,
    used: float | None = None,
    title: str = "Population size and linkage threshold",
    summary: str = "",
) -> Picture:
    """Draw N with its band above precision and recall, on one axis of thresholds.

    Args:
        points: Two or more of :func:`uic.analysis.estimating.thresholds.threshold_curve`.
        used: The threshold that was used.
        title: Name of the picture.
        summary: What it says, in a sentence.
    """
    line = sorted(points, key=lambda point: point.threshold)
    across = Axis(line[0].threshold, line[-1].threshold, logarithmic=False, start=GUTTER)
    corrected = any(point.corrected == point.corrected for point in line)
    label = "Population size" + (" (line), corrected (dashed)" if corrected else "")
    guide = _guide(across, used)
    rows = (
        Row(200, (*_sizes(line, across), *guide), label),
        Row(
            130,
            (*_quality(line, across), *guide),
            "Precision (line) and recall (dashed) of the links",
        ),
        _foot(across),
    )
    return Picture(title, summary, rows)


def _sizes(line: Sequence[ThresholdEstimate], across: Axis) -> Iterator[Mark]:
    known = [x for p in line for x in (p.number, p.low, p.high, p.corrected) if x == x]
    air = 0.06 * (max(known) - min(known)) or 1.0
    up = Axis(min(known) - air, max(known) + air, logarithmic=False)
    yield from across.grid
    yield from up.upright(people, GUTTER)
    band = [p for p in line if p.low == p.low]
    if len(band) > 1:
        top = tuple((across.at(p.threshold), 1 - up.at(p.high)) for p in band)
        foot = tuple((across.at(p.threshold), 1 - up.at(p.low)) for p in band)
        yield Curve(top, BLUE, 0, fill=0.16, floor=foot)
    yield Curve(tuple((across.at(p.threshold), 1 - up.at(p.number)) for p in line), BLUE, 2.5)
    other = tuple(
        (across.at(p.threshold), 1 - up.at(p.corrected)) for p in line if p.corrected == p.corrected
    )
    if len(other) > 1:
        yield Curve(other, INK, 2, dashed=True)


def _quality(line: Sequence[ThresholdEstimate], across: Axis) -> Iterator[Mark]:
    least = min(min(p.precision, p.recall) for p in line)
    low = min(0.9, 0.1 * int(10 * least))
    up = Axis(low, 1 + 0.06 * (1 - low), logarithmic=False)
    yield from across.grid
    yield from up.upright(percent, GUTTER)
    precision = tuple((across.at(p.threshold), 1 - up.at(p.precision)) for p in line)
    recall = tuple((across.at(p.threshold), 1 - up.at(p.recall)) for p in line)
    yield Curve(precision, ORANGE, 2.5)
    yield Curve(recall, INK, 2.5, dashed=True)


def _guide(across: Axis, used: float | None) -> tuple[Mark, ...]:
    if used is None or not across.shows(used):
        return ()
    return (Line(across.at(used), 0, across.at(used), 1, MUTED, 1.5),)


def _foot(across: Axis) -> Row:
    words = tuple(Words(across.at(tick), 0.5, f"{tick:g}") for tick in across.ticks)
    return Row(18, words, note="threshold on the match probability; the line marks the one used")
