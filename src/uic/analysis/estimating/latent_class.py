"""Latent classes: a Bayesian non-parametric estimate by sampling (Manrique-Vallier 2016; R LCMCR).

People fall into classes that nobody sees. Inside a class the lists are independent; classes differ
in how likely each list is to hold a person, and that makes lists depend on each other. How many
classes there are is left to the data: their weights come from a stick-breaking (Dirichlet process)
prior, cut off at ``classes``.

Priors, as in LCMCR: p(N) ~ 1/N, every rate uniform on 0 to 1, alpha ~ Gamma(1/4, 1/4). One sweep
draws, given all the rest: the classes of the people seen (one multinomial a history, so that the
work does not grow with the people), the rates, the weights, alpha, and the number and the classes
of the people on no list (a negative binomial, then a multinomial).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from uic.analysis.estimating.chains import effective_size, split_r_hat
from uic.analysis.estimating.results import Interval
from uic.errors import EstimationError, UicWarning

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.analysis.estimating.histories import Histories

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]

MOST_R_HAT = 1.05
"""Above this the chains have not met."""
FEWEST_EFFECTIVE = 100
"""Fewer independent draws than this say little about the ends of an interval."""
MOST_SPREAD = 1.25
"""Largest ratio of two chains' medians."""

_GAMMA = 0.25  # shape and rate of the prior of alpha
_TINY = 1e-12  # rates and the chance of being seen stay this far from 0, or logarithms break


@dataclass(frozen=True)
class LatentClass:
    """Posterior of N under latent classes. Holds aggregate numbers only.

    Attributes:
        abundance: Posterior median, in people.
        stderr: Posterior standard deviation; where the upper tail is long, read the interval.
        interval: Equal-tailed credible interval.
        r_hat: Split R-hat of log N; 1 when all chains tell the same.
        effective: Independent draws of log N that all draws together are worth.
        medians: The median of each chain.
        occupied: Classes with somebody in them, on average.
        settled: Whether the chains agree; do not quote the estimate when they do not.
        seed: Of the draws; the same seed gives the same numbers.
        note: What to know before quoting it.
    """

    abundance: float
    stderr: float
    interval: Interval
    r_hat: float
    effective: float
    medians: tuple[float, ...]
    occupied: float
    settled: bool
    seed: int
    note: str


@dataclass(frozen=True)
class _Table:
    """The counts, and which list (column) holds which history (row)."""

    counts: Counts
    on: Floats


@dataclass(frozen=True)
class _State:
    """Where the chains stand: (chains,), (chains, classes), (chains, classes, lists) and again."""

    alpha: Floats
    log_weights: Floats
    rates: Floats
    unseen: Counts


def latent_class(
    histories: Histories,
    *,
    classes: int = 10,
    chains: int = 4,
    draws: int = 10_000,
    burn: int = 2_500,
    seed: int = 0,
    level: float = 0.95,
) -> LatentClass:
    """Estimate N with latent classes, by a Gibbs sampler of several chains.

    A sampler, so unlike every other method here the answer depends on the seed. On easy tables
    seeds agree to a per cent; on hard ones (few people on two lists, three lists) they disagree by
    much more, the upper limit most of all. The chains start far apart, so that this shows: where
    R-hat is above 1.05, the chains' medians differ by more than a quarter or the draws are worth
    fewer than 100 independent ones, ``settled`` is false and a warning says so. Agreement of the
    chains does not prove the model: a class that no list reaches can never be seen in the data.

    Args:
        histories: An exact table of 3 lists or more.
        classes: Most classes, 1 or more; 1 means that all lists are independent.
        chains: Chains, 2 or more.
        draws: Sweeps kept in each chain, 100 or more.
        burn: Sweeps thrown away before, 0 or more.
        seed: Of the draws, 0 or more.
        level: Of the credible interval, 0 to 1.

    Raises:
        NoOverlapError: nobody is on two lists.
        EstimationError: masked counts, two lists, or a setting out of its range.

    Warns:
        UicWarning: the chains disagree.

    Source: Manrique-Vallier, Biometrics 72 (2016) 1246-1254, section 3 and its Gibbs sampler.
    """
    _check(histories, classes=classes, chains=chains, draws=draws, burn=burn, seed=seed)
    if not 0 < level < 1:
        raise EstimationError("latent classes: the level lies between 0 and 1, e.g. 0.95")
    table = _Table(
        np.array(histories.counts, dtype=np.int64),
        np.array([[float(digit) for digit in name] for name in histories.names]),
    )
    sizes, occupied = _run(table, np.random.default_rng(seed), (chains, classes), burn, draws)
    found = _describe(sizes, occupied, seed, level)
    if not found.settled:
        warnings.warn(f"latent classes: {found.note}", UicWarning, stacklevel=2)
    return found


def _run(
    table: _Table, rng: np.random.Generator, shape: tuple[int, int], burn: int, draws: int
) -> tuple[Floats, float]:
    """Return N of every chain and draw, and the mean number of occupied classes."""
    state = _start(table, rng, *shape)
    unseen, occupied = np.empty((shape[0], draws)), 0.0
    for sweep in range(-burn, draws):
        state, classes = _sweep(table, rng, state)
        if sweep >= 0:
            unseen[:, sweep] = state.unseen.sum(axis=1)
            occupied += np.count_nonzero(classes) / shape[0]
    return unseen + table.counts.sum(), occupied / draws


def _start(table: _Table, rng: np.random.Generator, chains: int, classes: int) -> _State:
    """Place the chains far apart: from lists that reach everybody to lists that reach a tenth."""
    reach = np.linspace(0.1, 1.0, chains)[:, None, None]
    rates = _inside(rng.uniform(size=(chains, classes, table.on.shape[1])) * reach)
    log_weights = np.full((chains, classes), -np.log(classes))
    return _State(np.ones(chains), log_weights, rates, _unseen(table, rng, log_weights, rates))


def _sweep(table: _Table, rng: np.random.Generator, state: _State) -> tuple[_State, Counts]:
    """Draw everything once; return also how many people are in each class."""
    seen = _classes_of_seen(table, rng, state)
    hits = np.einsum("chk,hl->ckl", seen, table.on)
    sizes = seen.sum(axis=1) + state.unseen
    rates = _inside(rng.beta(1 + hits, 1 + sizes[:, :, None] - hits))
    log_weights, alpha = _weights(rng, sizes, state.alpha)
    unseen = _unseen(table, rng, log_weights, rates)
    return _State(alpha, log_weights, rates, unseen), sizes


def _classes_of_seen(table: _Table, rng: np.random.Generator, state: _State) -> Counts:
    """Divide the people of each history among the classes: (chains, histories, classes)."""
    on, off = np.log(state.rates), np.log1p(-state.rates)
    logs = (on - off) @ table.on.T + (off.sum(axis=2) + state.log_weights)[:, :, None]
    return rng.multinomial(table.counts, _shares(np.swapaxes(logs, 1, 2)))


def _weights(rng: np.random.Generator, sizes: Counts, alpha: Floats) -> tuple[Floats, Floats]:
    """Break the stick; then draw alpha, which says how much is left for further classes.

    A piece V ~ Beta(a, b) is made of two gamma variates in logarithms, because b may be so small
    that 1 - V is no longer a number: log Gamma(b) = log Gamma(b + 1) + log(uniform) / b.
    """
    later = np.cumsum(sizes[:, ::-1], axis=1)[:, ::-1] - sizes
    a, b = 1.0 + sizes[:, :-1], alpha[:, None] + later[:, :-1]
    taken = np.log(rng.standard_gamma(a))
    left = np.log(rng.standard_gamma(b + 1)) - rng.standard_exponential(b.shape) / b
    both = np.logaddexp(taken, left)
    rest = np.cumsum(left - both, axis=1)
    none = np.zeros((len(sizes), 1))
    log_weights = np.hstack([taken - both, none]) + np.hstack([none, rest])
    rate = _GAMMA - log_weights[:, -1]
    return log_weights, rng.standard_gamma(_GAMMA - 1 + sizes.shape[1], len(sizes)) / rate


def _unseen(table: _Table, rng: np.random.Generator, log_weights: Floats, rates: Floats) -> Counts:
    """Draw how many people are on no list, and their classes."""
    logs = log_weights + np.log1p(-rates).sum(axis=2)
    missed = np.exp(logs).sum(axis=1)
    number = rng.negative_binomial(table.counts.sum(), np.clip(1 - missed, 1e-9, 1))
    return rng.multinomial(number, _shares(logs))


def _shares(logs: Floats) -> Floats:
    """Return numbers that add up to 1 over the last axis, from their logarithms."""
    found = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return np.asarray(found / found.sum(axis=-1, keepdims=True))


def _inside(rates: Floats) -> Floats:
    return np.clip(rates, _TINY, 1 - _TINY)


def _describe(sizes: Floats, occupied: float, seed: int, level: float) -> LatentClass:
    ends = [(1 - level) / 2, 0.5, (1 + level) / 2]
    low, middle, high = np.quantile(sizes, ends).tolist()
    logs = np.log(sizes)
    r_hat, effective = split_r_hat(logs), effective_size(logs)
    medians = np.median(sizes, axis=1)
    settled = bool(
        r_hat <= MOST_R_HAT
        and effective >= FEWEST_EFFECTIVE
        and medians.max() <= MOST_SPREAD * medians.min()
    )
    return LatentClass(
        abundance=middle,
        stderr=float(sizes.std(ddof=1)),
        interval=Interval(low, high, level, "credible, latent classes"),
        r_hat=r_hat,
        effective=effective,
        medians=tuple(medians.tolist()),
        occupied=float(occupied),
        settled=settled,
        seed=seed,
        note=_note(r_hat, effective, medians, settled=settled),
    )


def _note(r_hat: float, effective: float, medians: Floats, *, settled: bool) -> str:
    numbers = (
        f"R-hat {r_hat:.3f}, draws worth {effective:,.0f} independent ones, medians of the chains "
        f"{medians.min():,.0f} to {medians.max():,.0f}"
    )
    if settled:
        return f"The chains agree: {numbers}. Another seed gives slightly other numbers."
    return (
        f"The chains disagree, do not quote this estimate: {numbers}. Ask for more draws; if they "
        "still disagree, the table does not say how many people there are."
    )


def _check(
    histories: Histories, *, classes: int, chains: int, draws: int, burn: int, seed: int
) -> None:
    histories.need_exact("latent classes")
    histories.need_overlap()
    rules = (
        (histories.k >= 3, "two lists cannot show classes: give 3 lists or more"),
        (classes >= 1, "give 1 class or more; 10 is usual"),
        (chains >= 2, "one chain cannot show whether the sampler settled: give 2 or more"),
        (draws >= 100, "give 100 draws or more"),
        (burn >= 0, "the sweeps to throw away cannot be fewer than 0"),
        (seed >= 0, "the seed is a whole number, 0 or more"),
    )
    for holds, message in rules:
        if not holds:
            raise EstimationError(f"latent classes: {message}")
