"""The pictures of an estimate from lists: who is on which, every pair, every model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.analysis.pictures.models import ModelPoint, model_plot
from uic.analysis.pictures.pairs import pairwise
from uic.analysis.pictures.upset import upset

if TYPE_CHECKING:
    from uic.analysis.estimating.histories import Histories
    from uic.analysis.estimating.overview import EstimateReport
    from uic.analysis.estimating.results import Average
    from uic.analysis.pictures.scene import Picture


def estimate_pictures(report: EstimateReport, *, mask_below: int = 0) -> tuple[Picture, ...]:
    """Draw what there is to draw of an estimate.

    Args:
        report: From :func:`uic.estimate`.
        mask_below: Smallest count to show; 0 shows all, which is for the analyst's own eyes. A
            picture that leaves the house needs the release gate as well: what is masked in one
            table may be worked out from another.
    """
    pictures = [histories_picture(report.histories, mask_below=mask_below)]
    if report.pairs:
        line = report.headline.abundance if len(report.pairs) > 1 else None
        pictures.append(pairwise(report.pairs, reference=line, mask_below=mask_below))
    pictures += [models_picture(report, average) for average in report.averages]
    return tuple(pictures)


def histories_picture(histories: Histories, *, mask_below: int = 0) -> Picture:
    """Draw the UpSet plot of a table; counts that are known as a range are drawn as one."""
    cells = zip(histories.names, histories.counts, histories.upper, strict=True)
    counts = {name: low if low == high else (low, high) for name, low, high in cells}
    return upset(histories.lists, counts, mask_below=mask_below)


def models_picture(report: EstimateReport, average: Average) -> Picture:
    """Draw N against weight for the models that entered an average of the report."""
    weights = dict(average.weights)
    points = [
        ModelPoint(m.model, m.abundance, m.interval.low, m.interval.high, weights[m.model])
        for m in report.loglinear
        if m.model in weights
    ]
    left_out = len(average.left_out) + len(report.refused)
    summary = f"{len(points)} log-linear models by {average.criterion} weight"
    summary += (
        f"; {left_out} more have no estimate or none that can be trusted." if left_out else "."
    )
    return model_plot(
        points,
        averaged=(average.abundance, average.interval.low, average.interval.high),
        seen=report.histories.seen,
        title=f"Models and their weight by {average.criterion}",
        summary=summary,
    )
