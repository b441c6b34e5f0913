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
    after = _density(found.posterior, axis)
    before = _density(found.prior_belief, axis) if found.prior_belief else None
    peak = max(after.max(), before.max() if before is not None else 0.0) * 1.08
    marks = [*axis.grid, *_curves(axis, after / peak, None if before is None else before / peak)]
    first = found.methods[0]
    rows = [Row(200, tuple(marks), "Belief in each population size"), _ticks(found, axis)]
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


def _axis(found: Consensus) -> Axis:
    beliefs = [found.posterior, *([found.prior_belief] if found.prior_belief else [])]
    ends = [belief.quantile(p) for belief in beliefs for p in (0.005, 0.995)]
    return log_axis([*ends, *(study.number for study in found.pooled)])


def _density(belief: Belief, axis: Axis) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return belief.density(np.geomspace(axis.low, axis.high, POINTS))


def _curves(
    axis: Axis,
    after: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    before: np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None,
) -> Iterator[Mark]:
    places = [axis.at(x) for x in np.geomspace(axis.low, axis.high, POINTS)]
    yield Curve(tuple(zip(places, 1 - after, strict=True)), BLUE, 2.5, fill=0.16)
    if before is not None:
        yield Curve(tuple(zip(places, 1 - before, strict=True)), ORANGE, 2, dashed=True)


def _ticks(found: Consensus, axis: Axis) -> Row:
    marks: list[Mark] = [Line(0, 0, 1, 0, INK, 1)]
    marks += [Dot(axis.at(study.number), 0.45, 8, colour=INK) for study in found.pooled]
    marks.append(Words(0, 0.45, "studies", "start"))
    return Row(18, tuple(marks))
