"""Prior and posterior: what the meeting believed before the studies and what after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from uic.analysis.pictures.axes import log_axis, people, span
from uic.analysis.pictures.scene import BLUE, INK, ORANGE, Curve, Dot, Line, Picture, Row, Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from uic.analysis.consensus import Consensus
    from uic.analysis.consensus.triangulating import Belief
    from uic.analysis.pictures.axes import Axis
    from uic.analysis.pictures.scene import Mark

POINTS = 161
"""Points of a curve; smooth at any width a screen has."""


def prior_posterior(found: Consensus) -> Picture:
    """Draw the density of ln N before and after the studies, with the studies as ticks below.

    Where the two curves look alike the studies have added nothing to the opinion.
    """
    axis = _axis(found)
    marks = (*axis.grid, *_curves(found, axis))
    first = found.methods[0]
    rows = [Row(200, marks, "Belief in each population size"), _ticks(found, axis)]
    rows.append(axis.foot("people, logarithmic scale"))
    if found.prior:
        prior = found.prior
        text = span(prior.number, prior.low, prior.high)
        rows.append(Row(left="Prior median", right=text))
    text = span(first.number, first.low, first.high)
    rows.append(Row(left="Posterior median", right=text, strong=True))
    return Picture("Before and after the studies", _summary(found), tuple(rows))


def _summary(found: Consensus) -> str:
    bounds = [
        f"{name} {people(bound)}"
        for name, bound in (
            ("at least", found.record.prior.lower),
            ("at most", found.record.prior.upper),
        )
        if bound is not None
    ]
    kept = f" N is {' and '.join(bounds)}." if bounds else ""
    prior = "Dashed: the prior. " if found.prior else "No prior was set. "
    return f"{prior}Filled: the posterior of the Triangulator model.{kept}"


def _beliefs(found: Consensus) -> list[Belief]:
    """Return the posterior and, where there is one, the prior."""
    return [found.posterior, *([found.prior_belief] if found.prior_belief else [])]


def _axis(found: Consensus) -> Axis:
    ends = [belief.quantile(p) for belief in _beliefs(found) for p in (0.005, 0.995)]
    return log_axis([*ends, *(study.number for study in found.pooled)])


def _points(found: Consensus, axis: Axis) -> list[float]:
    """Return where to draw the curves: evenly, and where the belief lies, however narrow."""
    dense = [b.quantile(p) for b in _beliefs(found) for p in np.linspace(0.02, 0.98, 25)]
    even = np.geomspace(axis.low, axis.high, POINTS)
    return sorted({float(x) for x in (*even, *dense) if axis.shows(x)})


def _curves(found: Consensus, axis: Axis) -> Iterator[Mark]:
    points = _points(found, axis)
    places = [axis.at(x) for x in points]
    heights = [belief.density(np.array(points)) for belief in _beliefs(found)]
    peak = 1.08 * max(float(height.max()) for height in heights)
    looks = ((BLUE, 2.5, False, 0.16), (ORANGE, 2.0, True, 0.0))
    for height, (colour, width, dashed, fill) in zip(heights, looks, strict=False):
        line = tuple(zip(places, (1 - height / peak).tolist(), strict=True))
        yield Curve(line, colour, width, dashed, fill)


def _ticks(found: Consensus, axis: Axis) -> Row:
    marks: list[Mark] = [Line(0, 0, 1, 0, INK, 1)]
    marks += [Dot(axis.at(study.number), 0.45, 8, colour=INK) for study in found.pooled]
    marks.append(Words(0, 0.45, "studies", "start"))
    return Row(18, tuple(marks))
