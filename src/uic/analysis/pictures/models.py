"""Model plot: every model's population size against its weight. Report the set, not one model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uic.analysis.pictures.axes import Axis, log_axis, percent, span
from uic.analysis.pictures.scene import BLUE, INK, MUTED, PALE, Dot, Line, Picture, Row, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.analysis.pictures.scene import Mark

GUTTER = 0.09
"""Share of the width for the numbers of the upright axis."""

NAMED = 5
"""How many models are listed by name under the plot."""


@dataclass(frozen=True)
class ModelPoint:
    """One model.

    Attributes:
        name: Its label, such as ``[12,3]``.
        number: Its N, in people.
        low: Lower limit; nan where there is none.
        high: Upper limit.
        weight: AIC or BIC weight, or posterior probability, 0 to 1.
    """

    name: str
    number: float
    low: float
    high: float
    weight: float


def model_plot(
    points: Sequence[ModelPoint],
    *,
    averaged: tuple[float, float, float] | None = None,
    seen: float | None = None,
    title: str = "Models and their weight",
    summary: str = "",
) -> Picture:
    """Draw N against weight, and the models with most weight by name below.

    Args:
        points: Models that have an estimate; refused models have no place here.
        averaged: The averaged N with its interval, in people.
        seen: People seen, below which no N can lie.
        title: Name of the picture.
        summary: What it says, in a sentence.
    """
    best = sorted(points, key=lambda point: (-point.weight, point.name))[:NAMED]
    known = [x for p in best for x in (p.number, p.low, p.high)]
    known += [point.number for point in points] + list(averaged or ()) + [seen or math.nan]
    axis = log_axis(known, GUTTER)
    rows = [_plot(points, axis, averaged, seen), axis.foot("people, logarithmic scale")]
    if averaged is not None:
        rows.append(_line("Averaged", averaged, axis, BLUE, strong=True))
    for point in best:
        label = f"{point.name}, weight {point.weight:.0%}"
        rows.append(_line(label, (point.number, point.low, point.high), axis, INK))
    return Picture(title, summary, tuple(rows))


def _plot(
    points: Sequence[ModelPoint],
    axis: Axis,
    averaged: tuple[float, float, float] | None,
    seen: float | None,
) -> Row:
    most = max((point.weight for point in points), default=1.0) or 1.0
    top = Axis(0, most * 1.1, logarithmic=False)
    marks: list[Mark] = [*axis.grid, *top.upright(percent, GUTTER)]
    if seen is not None:
        marks.append(Line(axis.at(seen), 0, axis.at(seen), 1, MUTED, 1.5))
        marks.append(Words(axis.at(seen) + 0.01, 0.5, "people seen", "start"))
    if averaged is not None:
        marks.append(Line(axis.at(averaged[0]), 0, axis.at(averaged[0]), 1, PALE, 2))
        marks.append(Words(axis.at(averaged[0]) + 0.01, 0.03, "averaged", "start", BLUE))
    light_first = sorted(points, key=lambda point: point.weight)
    marks += [Dot(axis.at(p.number), 1 - top.at(p.weight), 9, hollow=True) for p in light_first]
    return Row(height=220, marks=tuple(marks), left="Weight of the model")


def _line(
    label: str,
    numbers: tuple[float, float, float],
    axis: Axis,
    colour: str,
    *,
    strong: bool = False,
) -> Row:
    number, low, high = numbers
    marks: tuple[Mark, ...] = (
        *axis.grid,
        Line(axis.at(low), 0.5, axis.at(high), 0.5, colour, 4),
        Dot(axis.at(number), 0.5, 11, "square" if strong else "round", colour),
    )
    return Row(16, marks, label, span(number, low, high), strong=strong)
