"""Averages over models that can be trusted with an average.

Weights are exp(-dIC/2), scaled to 1; SE^2 = sum w (SE_i^2 + (N_i - mean)^2), so that the
disagreement between models is part of the error (Buckland, Burnham & Augustin 1997).

A model is left out, with the reason, when its number cannot be trusted whatever its AIC says:
it is saturated (nothing is left to test it), it claims more than 20 unseen people for one seen,
its SE is as large as its N, or its second-order bias is above N/10 (Rcapture's warning).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from uic.analysis.estimating.intervals import lognormal
from uic.analysis.estimating.results import Average, Refused
from uic.errors import NotIdentifiableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.analysis.estimating.results import Fitted

Criterion = Literal["AIC", "BIC"]
CRITERIA: tuple[Criterion, ...] = ("AIC", "BIC")


@dataclass(frozen=True)
class Guard:
    """What a model must satisfy to enter an average.

    Attributes:
        most_unseen: Largest number of unseen people for one seen.
        largest_stderr: Largest SE as a share of N.
        largest_bias: Largest second-order bias as a share of N.
    """

    most_unseen: float = 20.0
    largest_stderr: float = 1.0
    largest_bias: float = 0.1

    def objection(self, model: Fitted, seen: float) -> str:
        """Say why a model stays out; empty when it may enter."""
        if model.df <= 0:
            return "saturated: it fits any counts, so nothing tests it"
        if model.abundance - seen > self.most_unseen * seen:
            return f"implausible: more than {self.most_unseen:g} unseen people for one seen"
        if model.stderr >= self.largest_stderr * model.abundance:
            return "its standard error is as large as its estimate"
        if model.bias > self.largest_bias * model.abundance:
            return f"its bias is above {self.largest_bias:.0%} of its estimate"
        return ""


def average(
    models: Sequence[Fitted],
    seen: float,
    criterion: Criterion,
    *,
    guard: Guard | None = None,
    level: float = 0.95,
) -> Average:
    """Average the models that pass the guard.

    Args:
        models: Models that have an estimate.
        seen: People seen.
        criterion: AIC or BIC.
        guard: What a model must satisfy.
        level: Of the log-normal interval.

    Raises:
        NotIdentifiableError: no model passes.
    """
    guard = guard or Guard()
    objections = [guard.objection(model, seen) for model in models]
    kept = [model for model, reason in zip(models, objections, strict=True) if not reason]
    out = [Refused(m.model, why) for m, why in zip(models, objections, strict=True) if why]
    if not kept:
        raise NotIdentifiableError(
            "no log-linear model of these counts can be trusted with an average: every one is "
            "refused, saturated, implausible or too imprecise"
        )
    return _weigh(kept, tuple(out), seen, criterion, level)


def _weigh(
    kept: list[Fitted], out: tuple[Refused, ...], seen: float, criterion: Criterion, level: float
) -> Average:
    scores = np.array([model.aic if criterion == "AIC" else model.bic for model in kept])
    weights = np.exp(-(scores - scores.min()) / 2)
    weights /= weights.sum()
    sizes = np.array([model.abundance for model in kept])
    errors = np.array([model.stderr for model in kept])
    mean = float(weights @ sizes)
    stderr = float(np.sqrt(weights @ (errors**2 + (sizes - mean) ** 2)))
    order = np.argsort(scores, kind="stable")
    return Average(
        criterion=criterion,
        abundance=mean,
        stderr=stderr,
        interval=lognormal(seen, mean - seen, stderr, level),
        weights=tuple((kept[i].model, float(weights[i])) for i in order),
        left_out=out,
    )
