"""The hidden population of the Phnom Penh example, calibrated to the centre's published figures.

Published: 496 people registered from June 2010 to June 2012, of whom 22.4 % inject and 15 % are
women, aged 16 to 52 with mean 26, 47 % under 25; in 2014 outreach met 353 people, 54 of them new,
and the drop-in centre 226, 36 of them new. Nothing is published on who was met by both, nor on
the people on neither: those numbers are our choice, and the example's README says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.schema import STANDARD_ATTRIBUTES
from uic.synthesis.population import Columns, Customs, describe, entities, stock

if TYPE_CHECKING:
    from numpy.typing import NDArray

PARTNERS = ("outreach", "dic", "referrals")

# People met in 2014, by which of the three partners met them: the sums 353 and 226 are published.
OVERLAP = {
    ("outreach",): 198,
    ("dic",): 63,
    ("referrals",): 22,
    ("outreach", "dic"): 52,
    ("outreach", "referrals"): 41,
    ("dic", "referrals"): 49,
    ("outreach", "dic", "referrals"): 62,
}
NEW = {("outreach",): 42, ("dic",): 24, ("outreach", "dic"): 12}
"""People registered in 2014, by where they are met: 54 and 36 are published."""

COHORT, COHORT_MET = 496, 262
"""Registered June 2010 to June 2012 (published), and how many of them are met in 2014."""

LATER_UNMET, NEVER, LEFT = 25, 254, 150
"""Registered up to 2013 and not met in 2014; never registered and not met; gone before 2014."""

INJECT, WOMEN, UNDER_25, MEAN_AGE, YOUNGEST, OLDEST = 0.224, 0.15, 0.47, 26, 16, 52
CUSTOMS = Customs(twins=0.0, day_unknown=0.1, month_unknown=0.08)

# First and last day of registration of each group, and where ages are counted from.
PERIODS = {
    "cohort": ("2010-06-01", "2012-06-30"),
    "later": ("2012-07-01", "2013-12-31"),
    "new": ("2014-01-06", "2014-11-30"),
    "never": ("2010-06-01", "2012-06-30"),
}


@dataclass(frozen=True, repr=False)
class Hidden:
    """The hidden people, position by position.

    Attributes:
        columns: Their attributes, as they could state them.
        met: For each partner, who was met in 2014.
        group: ``cohort``, ``later``, ``new`` (registered in 2014) or ``never``.
        registered: Day of first registration with outreach or centre, NaT for ``never``.
        born: Day of birth, known to nobody but the generator.
        injects: Who injects.
        present: Who still was in the area in 2014.
    """

    columns: Columns
    met: dict[str, NDArray[np.bool_]]
    group: NDArray[np.object_]
    registered: NDArray[np.datetime64]
    born: NDArray[np.datetime64]
    injects: NDArray[np.bool_]
    present: NDArray[np.bool_]

    def to_table(self) -> pa.Table:
        """Return one row a person, under the person's ``entity``."""
        facts = {"registered": self.registered, "born": self.born, "injects": self.injects}
        return pa.table(
            {"entity": entities(len(self.group)), "group": self.group}
            | {name: self.columns[name] for name in STANDARD_ATTRIBUTES}
            | facts
            | {"present_2014": self.present}
            | {f"{partner}_2014": self.met[partner] for partner in PARTNERS}
        )


def hidden_people(scale: float, rng: np.random.Generator) -> Hidden:
    """Draw the hidden population; ``scale`` multiplies the number of people of each kind."""
    met = _met(scale, rng)
    group = _groups(met, scale, rng)
    n = len(group)
    women, injects, age = np.zeros(n, bool), np.zeros(n, bool), np.zeros(n, np.int64)
    registered = np.empty(n, "datetime64[D]")
    for name, period in PERIODS.items():
        rows = rng.permutation(np.flatnonzero(group == name))
        women[rng.permutation(rows)[: round(WOMEN * len(rows))]] = True
        injects[rng.permutation(rows)[: round(INJECT * len(rows))]] = True
        age[rows] = ages(len(rows), rng)
        registered[rows] = _days(period, len(rows), rng)
    born = _born(registered, age, rng)
    registered[group == "never"] = np.datetime64("NaT")
    columns = describe(women, born, stock("khmer-dense", rng), CUSTOMS, rng)
    return Hidden(columns, met, group, registered, born, injects, _present(met, group, scale, rng))


def scaled(number: int, scale: float) -> int:
    """Return a number of people or contacts at another scale."""
    return round(number * scale)


def ages(n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw ages with exactly the published share under 25 and mean, inside the published range."""
    young = round(UNDER_25 * n)
    low = rng.binomial(8, 0.55, young) + YOUNGEST
    high = np.minimum(25 + rng.geometric(0.15, n - young) - 1, OLDEST)
    result = np.concatenate([low, high]).astype(np.int64)
    if n >= 20:  # fewer cannot show the range and the mean at once
        result[0], result[-1] = YOUNGEST, OLDEST
    return _with_sum(result, MEAN_AGE * n, young, rng)


def _with_sum(
    values: NDArray[np.int64], total: int, young: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Move single ages by a year, inside their side of 25 and the range, until the sum fits."""
    bottom = np.where(np.arange(len(values)) < young, YOUNGEST, 25)
    top = np.where(np.arange(len(values)) < young, 24, OLDEST)
    fixed = np.zeros(len(values), bool)
    fixed[[0, -1]] = len(values) >= 20
    while (gap := total - int(values.sum())) != 0:
        step = 1 if gap > 0 else -1
        movable = np.flatnonzero(~fixed & (values != (top if gap > 0 else bottom)))
        if not len(movable):
            break
        values[rng.permutation(movable)[: abs(gap)]] += step
    return values


def _met(scale: float, rng: np.random.Generator) -> dict[str, NDArray[np.bool_]]:
    counts = [scaled(count, scale) for count in OVERLAP.values()]
    unmet = scaled(COHORT - COHORT_MET, scale) + scaled(LATER_UNMET, scale) + scaled(NEVER, scale)
    order = rng.permutation(sum(counts) + unmet)
    combination = np.repeat(np.arange(len(OVERLAP) + 1), [*counts, unmet])[order]
    return {
        partner: np.isin(combination, [i for i, on in enumerate(OVERLAP) if partner in on])
        for partner in PARTNERS
    }


def _groups(
    met: dict[str, NDArray[np.bool_]], scale: float, rng: np.random.Generator
) -> NDArray[np.object_]:
    outreach, dic = met["outreach"], met["dic"]
    group = np.full(len(dic), "never", dtype=object)

    def put(name: str, among: NDArray[np.bool_], count: int) -> None:
        rows = np.flatnonzero(among & (group == "never"))
        group[rng.permutation(rows)[:count]] = name

    for on, count in NEW.items():
        among = (outreach == ("outreach" in on)) & (dic == ("dic" in on))
        put("new", among, scaled(count, scale))
    registered = outreach | dic
    put("cohort", registered, scaled(COHORT_MET, scale))
    put("later", registered, len(dic))
    unmet = ~registered & ~met["referrals"]
    put("cohort", unmet, scaled(COHORT - COHORT_MET, scale))
    put("later", unmet, scaled(LATER_UNMET, scale))
    return group


def _present(
    met: dict[str, NDArray[np.bool_]],
    group: NDArray[np.object_],
    scale: float,
    rng: np.random.Generator,
) -> NDArray[np.bool_]:
    anywhere = np.logical_or.reduce(list(met.values()))
    gone = rng.permutation(np.flatnonzero(~anywhere & (group != "never")))[: scaled(LEFT, scale)]
    present = np.ones(len(group), bool)
    present[gone] = False
    return present


def _days(period: tuple[str, str], n: int, rng: np.random.Generator) -> NDArray[np.datetime64]:
    first, last = (np.datetime64(day) for day in period)
    return np.asarray(first + rng.integers(0, (last - first).astype(int) + 1, n))


def _born(
    registered: NDArray[np.datetime64], age: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.datetime64]:
    """Return a day of birth that makes the person ``age`` years old when registered."""
    months = registered.astype("datetime64[M]")
    within = np.minimum((registered - months.astype("datetime64[D]")).astype(int), 27)
    birthday = (months - 12 * age).astype("datetime64[D]") + within
    return np.asarray(birthday - rng.integers(1, 364, len(age)))
