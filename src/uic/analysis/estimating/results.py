"""What the methods return: frozen values with numbers and the names of methods, no person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Interval:
    """A confidence or credible interval in people.

    Attributes:
        low: Lower limit.
        high: Upper limit; ``inf`` where the data set none.
        level: Nominal coverage, 0 to 1.
        method: How it was made, e.g. ``log-normal``.
    """

    low: float
    high: float
    level: float
    method: str


@dataclass(frozen=True)
class Estimate:
    """One method's estimate of the population size.

    Attributes:
        method: Name of the method.
        abundance: Estimated number of people, seen and unseen.
        stderr: Its standard error in people; nan where the method gives none.
        interval: Its interval.
        note: A sentence to read before using it; mostly empty.
    """

    method: str
    abundance: float
    stderr: float
    interval: Interval
    note: str = ""


@dataclass(frozen=True)
class Profile:
    """The profile-likelihood estimate of one model.

    Attributes:
        abundance: The N that maximises the profile likelihood.
        interval: All N the likelihood does not reject; the upper limit may be infinite.
    """

    abundance: float
    interval: Interval


@dataclass(frozen=True)
class Fitted:
    """One log-linear model, with the columns of Rcapture.

    Attributes:
        model: Rcapture's label, ``[12,3]`` or ``Mh Chao (LB)``.
        abundance: N = M + exp(b0).
        stderr: Standard error of N.
        deviance: Goodness of fit against the saturated model.
        df: Histories less parameters.
        aic: -2 loglik + 2 p.
        bic: -2 loglik + p ln M, M the people seen.
        interval: Log-normal interval of N.
        bias: Estimated second-order bias of N in people; Rcapture warns above N/10.
        profile: Profile-likelihood estimate and interval, where it was asked for.
    """

    model: str
    abundance: float
    stderr: float
    deviance: float
    df: int
    aic: float
    bic: float
    interval: Interval
    bias: float
    profile: Profile | None = None


@dataclass(frozen=True)
class Refused:
    """A model or method without an estimate on these counts, and why."""

    model: str
    reason: str


@dataclass(frozen=True)
class Average:
    """A weighted average of models.

    Attributes:
        criterion: ``AIC`` or ``BIC``.
        abundance: Weighted mean of N.
        stderr: Standard error that includes the disagreement between models.
        interval: Log-normal interval.
        weights: Models and their weights, heaviest first; the weights sum to 1.
        left_out: Models with an estimate that did not enter, and why.
    """

    criterion: str
    abundance: float
    stderr: float
    interval: Interval
    weights: tuple[tuple[str, float], ...]
    left_out: tuple[Refused, ...]


@dataclass(frozen=True)
class Pair:
    """Two of the lists alone: pairs that disagree show that lists depend on each other.

    Attributes:
        lists: Names of the two lists.
        n1: People on the first.
        n2: People on the second.
        overlap: People on both.
        petersen: n1 n2 / overlap; infinite where they share nobody.
        chapman: (n1+1)(n2+1)/(overlap+1) - 1, which exists even then.
        stderr: Of ``chapman``.
        interval: Log-normal interval of ``chapman``.
    """

    lists: tuple[str, str]
    n1: int
    n2: int
    overlap: int
    petersen: float
    chapman: float
    stderr: float
    interval: Interval


@dataclass(frozen=True)
class Headline:
    """The one estimate a report may quote, and the sentences that must go with it.

    Attributes:
        method: How it was made.
        abundance: Estimated number of people.
        stderr: Its standard error.
        interval: Its interval.
        assumptions: Sentences: what must be true for it, and what the data cannot test.
        note: Why this estimate and not another.
    """

    method: str
    abundance: float
    stderr: float
    interval: Interval
    assumptions: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Coverage:
    """Sample coverage estimates.

    Attributes:
        coverage: Estimated sample coverage C, 0 to 1.
        chosen: The form to use: ``HSC`` from C = .55 upwards, else ``LSC``.
        estimates: ``Indep`` (N0), ``HSC`` (N) and ``LSC`` (N1), named as in CARE1.
        refused: Forms without a value.
    """

    coverage: float
    chosen: str
    estimates: tuple[Estimate, ...]
    refused: tuple[Refused, ...]


@dataclass(frozen=True)
class GraphWeight:
    """One decomposable graph.

    Attributes:
        model: Its cliques, written as a log-linear model.
        probability: Posterior probability.
        abundance: Posterior mean of N under it.
    """

    model: str
    probability: float
    abundance: float


@dataclass(frozen=True)
class Bayesian:
    """Posterior of N averaged over decomposable graphs.

    Attributes:
        abundance: Posterior mean.
        stderr: Posterior standard deviation.
        median: Posterior median.
        mode: Most probable N.
        interval: Equal-tailed credible interval.
        graphs: The most probable graphs, heaviest first.
        saturated: Posterior probability of the saturated graph, whether or not it was dropped.
        most_unseen: Largest number of unseen people considered.
        mass_at_end: Posterior probability of that number; should be close to 0.
    """

    abundance: float
    stderr: float
    median: float
    mode: float
    interval: Interval
    graphs: tuple[GraphWeight, ...]
    saturated: float
    most_unseen: int
    mass_at_end: float


@dataclass(frozen=True)
class Corrected:
    """A two-list estimate before and after correction for linkage error.

    Attributes:
        naive: Lincoln-Petersen on the links as they are.
        corrected: The estimate with missed and false links taken into account.
        overlap: Estimated number of people truly on both lists.
    """

    naive: Estimate
    corrected: Estimate
    overlap: float


@dataclass(frozen=True)
class Bootstrap:
    """A parametric bootstrap of the whole procedure, choice of models included.

    Attributes:
        model: The model tables were drawn from.
        abundance: The procedure's estimate on the table itself.
        stderr: Standard deviation over the drawn tables.
        interval: Percentile interval.
        replicates: Tables drawn.
        failed: Tables on which no model could be trusted.
    """

    model: str
    abundance: float
    stderr: float
    interval: Interval
    replicates: int
    failed: int


@dataclass(frozen=True)
class PairRates:
    """How well two of the lists were linked.

    Attributes:
        lists: Names of the two lists.
        sensitivity: Share of true pairs that were linked.
        ppv: Share of links that are true.
        sensitivity_se: Its standard error.
        ppv_se: Its standard error.
    """

    lists: tuple[str, str]
    sensitivity: float
    ppv: float
    sensitivity_se: float
    ppv_se: float


@dataclass(frozen=True)
class LinkageCorrection:
    """The estimate as the links are, and with their errors taken into account.

    Attributes:
        rates: What is known about the links of every two lists.
        naive: The estimate that takes every link as true and none as missed.
        corrected: The estimate that does not.
        loglinear: The corrected log-linear models; three lists or more.
    """

    rates: tuple[PairRates, ...]
    naive: Estimate
    corrected: Estimate
    loglinear: tuple[Fitted, ...] = ()


@dataclass(frozen=True)
class Stratum:
    """The headline estimate of one stratum.

    Attributes:
        name: Value of the column that divides the table.
        seen: People seen.
        abundance: Estimated number of people.
        stderr: Its standard error.
        interval: Its interval.
        method: How it was made.
    """

    name: str
    seen: int
    abundance: float
    stderr: float
    interval: Interval
    method: str
