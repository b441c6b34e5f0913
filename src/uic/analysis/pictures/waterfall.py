"""Waterfall: what speaks for two records being one person, and what against, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.analysis.pictures.axes import Axis
from uic.analysis.pictures.scene import BLUE, INK, MUTED, ORANGE, Bar, Line, Picture, Row, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.analysis.pictures.scene import Mark

_HEIGHT = 14.0


def waterfall(
    steps: Sequence[tuple[str, float]],
    *,
    cut: float = 0.0,
    title: str = "What speaks for one person",
    summary: str = "",
) -> Picture:
    """Draw weights as bars, each beginning where the one before it ended.

    Args:
        steps: What each step is, and its weight: natural log-odds, above 0 for one person.
        cut: Log-odds at which a pair is linked; drawn as a line through all steps.
        title: Name of the picture.
        summary: What it says, in a sentence.
    """
    ends = [0.0]
    for _, weight in steps:
        ends.append(ends[-1] + weight)
    air = 0.08 * (max(*ends, cut) - min(*ends, cut)) or 1.0
    across = Axis(min(*ends, cut) - air, max(*ends, cut) + air, logarithmic=False)
    guide = Line(across.at(cut), 0, across.at(cut), 1, MUTED, 1.5, dashed=True)
    rows = [
        Row(_HEIGHT, (guide, *_bar(across, start, end)), name, _signed(weight))
        for (name, weight), start, end in zip(steps, ends[:-1], ends[1:], strict=True)
    ]
    colour = BLUE if ends[-1] >= cut else ORANGE
    total = (guide, *_bar(across, 0, ends[-1], colour, solid=True))
    rows.append(Row(_HEIGHT, total, "sum", _signed(ends[-1]), strong=True))
    return Picture(title, summary, (*rows, _foot(across)))


def _bar(
    across: Axis, start: float, end: float, colour: str = "", *, solid: bool = False
) -> tuple[Mark, ...]:
    left, right = sorted((across.at(start), across.at(end)))
    chosen = colour or (BLUE if end >= start else ORANGE)
    edge = Line(across.at(end), 0, across.at(end), 1, INK, 1)
    box = Bar(left, 0.1, right - left, 0.8, chosen, 1.0 if solid else 0.75)
    return (box, edge)


def _foot(across: Axis) -> Row:
    marks = tuple(
        Words(across.at(tick), 0.5, f"{tick:+g}" if tick else "0") for tick in across.ticks
    )
    note = "log-odds: right of the dashed line a pair is linked; 2.3 more is ten times as probable"
    return Row(18, marks, note=note)


def _signed(weight: float) -> str:
    return f"{weight:+.1f}" if abs(weight) >= 0.05 else "0.0"
