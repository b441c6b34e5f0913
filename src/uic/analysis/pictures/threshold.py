"""Threshold curve: what the choice of the linkage threshold does to the population size."""

from __future__ import annotations

from dataclasses import dataclass
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

    from uic.analysis.pictures.scene import Mark


GUTTER = 0.13
"""Share of the width for the numbers of the upright axis."""


@dataclass(frozen=True)
class ThresholdPoint:
    """What one linkage threshold gives.

    Attributes:
        threshold: Posterior match probability from which a pair is a link, 0 to 1.
        number: N when linking there, in people.
        low: Lower limit; nan where there is none.
        high: Upper limit.
        precision: Share of links that are true, 0 to 1.
        recall: Share of true pairs that are linked, 0 to 1.
        corrected: N after correction for linkage error; nan where there is none.
    """

    threshold: float
    number: float
    low: float
    high: float
    precision: float
    recall: float
    corrected: float = float("nan")


def threshold_curve(
    points: Sequence[ThresholdPoint],
    *,
    used: float | None = None,
    title: str = "Population size and linkage threshold",
    summary: str = "",
) -> Picture:
    """Draw N with its band above precision and recall, on one axis of thresholds.

    Args:
        points: Two or more, in any order.
        used: The threshold that was used.
        title: Name of the picture.
        summary: What it says, in a sentence.
    """
    line = sorted(points, key=lambda point: point.threshold)
    across = Axis(line[0].threshold, line[-1].threshold, logarithmic=False, start=GUTTER)
    corrected = any(point.corrected == point.corrected for point in line)
    label = "Population size" + (" (dashed: corrected)" if corrected else "")
    guide = _guide(across, used)
    rows = (
        Row(200, (*_sizes(line, across), *guide), label),
        Row(130, (*_quality(line, across), *guide), "Precision and recall of the links"),
        _foot(across),
    )
    return Picture(title, summary, rows)


def _sizes(line: Sequence[ThresholdPoint], across: Axis) -> Iterator[Mark]:
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


def _quality(line: Sequence[ThresholdPoint], across: Axis) -> Iterator[Mark]:
    least = min(min(p.precision, p.recall) for p in line)
    low = min(0.9, 0.1 * int(10 * least))
    up = Axis(low, 1 + 0.06 * (1 - low), logarithmic=False)
    yield from across.grid
    yield from up.upright(percent, GUTTER)
    precision = tuple((across.at(p.threshold), 1 - up.at(p.precision)) for p in line)
    recall = tuple((across.at(p.threshold), 1 - up.at(p.recall)) for p in line)
    yield Curve(precision, ORANGE, 2.5)
    yield Curve(recall, INK, 2.5, dashed=True)
    yield Words(1, min(precision[-1][1] + 0.1, 0.92), "precision", "end", ORANGE)
    yield Words(1, min(recall[-1][1] + 0.1, 0.92), "recall", "end", INK)


def _guide(across: Axis, used: float | None) -> tuple[Mark, ...]:
    if used is None or not across.shows(used):
        return ()
    return (Line(across.at(used), 0, across.at(used), 1, MUTED, 1.5),)


def _foot(across: Axis) -> Row:
    words = tuple(Words(across.at(tick), 0.5, f"{tick:g}") for tick in across.ticks)
    return Row(18, words, note="threshold on the match probability; the line marks the one used")
