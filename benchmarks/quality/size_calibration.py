"""Do the size estimates keep their promise? Coverage and bias over simulated populations.

Every line draws 1,000 tables (seeded) from a population of known size and prints how often the
95% interval holds the truth and how far the mean estimate is off. Where the model is true the
coverage must lie between .92 and .97; with 5-10% of the links missed the corrected estimate must
be within 2% of the truth where the plain one is off by more than 5%.

    python benchmarks/quality/size_calibration.py [--replicates 1000] [--seed 1]
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from uic.analysis.estimating import LinkageQuality, estimate, models
from uic.analysis.estimating.averaging import average
from uic.analysis.estimating.coverage import sample_coverage
from uic.analysis.estimating.decomposable import decomposable
from uic.analysis.estimating.heterogeneity import heterogeneity
from uic.analysis.estimating.histories import Histories
from uic.analysis.estimating.linkage_error import corrected, from_probabilities
from uic.analysis.estimating.linkage_models import corrected_models
from uic.analysis.estimating.loglinear import loglinear
from uic.analysis.estimating.mixing import mixing
from uic.analysis.estimating.two_lists import chapman, lincoln_petersen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Found = tuple[float, float, float]  # estimate, lower and upper limit

LOW, HIGH = 0.92, 0.97


def cells(k: int, main: list[float], pairs: dict[str, float]) -> NDArray[np.float64]:
    """Chances of all 2^k histories, the unseen one first: a log-linear model with odds ratios."""
    design = models.design(k)
    design = np.vstack([np.eye(1, 2**k), design])
    coef = np.zeros(2**k)
    for i, chance in enumerate(main):
        coef[1 << (k - 1 - i)] = np.log(chance / (1 - chance))
    for name, odds in pairs.items():
        coef[sum(1 << (k - int(digit)) for digit in name)] = np.log(odds)
    mu = np.exp(design @ coef)
    return mu / mu.sum()


def tables(
    rng: np.random.Generator, size: int, chances: NDArray[np.float64], k: int, n: int
) -> Iterator[Histories]:
    names = tuple("ABCDE"[:k])
    for draw in rng.multinomial(size, chances, size=n):
        yield Histories(names, tuple(draw[1:].tolist()))


def summary(name: str, size: int, found: list[Found], held: bool) -> dict[str, Any]:
    values = np.array([one[0] for one in found])
    inside = np.mean([low <= size <= high for _, low, high in found])
    row = {
        "case": name,
        "replicates": len(found),
        "coverage": round(float(inside), 4),
        "bias": round(float(values.mean() / size - 1), 4),
        "median_bias": round(float(np.median(values) / size - 1), 4),
        "must_hold": held,
        "holds": bool(LOW <= inside <= HIGH) if held else None,
    }
    print(json.dumps(row), flush=True)
    return row


def limits(item: Any) -> Found:  # noqa: ANN401 - any estimate with an interval
    return item.abundance, item.interval.low, item.interval.high


def two_lists(rng: np.random.Generator, n: int) -> None:
    size = 2000
    drawn = [t.pair(0, 1) for t in tables(rng, size, cells(2, [0.25, 0.2], {}), 2, n)]
    for name in ("log-normal", "transformed logit", "profile", "binomial"):
        found = [limits(chapman(*pair, interval=name)) for pair in drawn]
        # the binomial interval takes n1 as fixed odds and is known to be wide
        summary(f"two lists, Chapman, {name}", size, found, held=name != "binomial")
    found = [limits(lincoln_petersen(*pair)) for pair in drawn]
    summary("two lists, Lincoln-Petersen, log-normal", size, found, held=True)


def true_models(rng: np.random.Generator, n: int) -> None:
    cases = [
        (3, [0.3, 0.25, 0.2], {}, "[1,2,3]"),
        (3, [0.25, 0.2, 0.25], {"12": 2.5}, "[12,3]"),
        (3, [0.25, 0.2, 0.25], {"12": 2.5, "23": 2.0}, "[12,23]"),
        (3, [0.3, 0.3, 0.25], {"12": 2.0, "13": 2.0, "23": 2.0}, "[12,13,23]"),
        (4, [0.25, 0.2, 0.25, 0.15], {"12": 2.0, "34": 3.0}, "[12,34]"),
        (5, [0.2, 0.15, 0.2, 0.15, 0.2], {"12": 2.0, "34": 3.0}, "[12,34,5]"),
    ]
    size = 2000
    for k, main, pairs, label in cases:
        plain, profiled = [], []
        for table in tables(rng, size, cells(k, main, pairs), k, n):
            fitted, _ = loglinear(table, [models.parse_label(label, k)])
            plain.append(limits(fitted[0]))
            profiled.append(
                (
                    fitted[0].profile.abundance,
                    fitted[0].profile.interval.low,
                    fitted[0].profile.interval.high,
                )
            )
        summary(f"{k} lists, true model {label}, log-normal", size, plain, held=True)
        summary(f"{k} lists, true model {label}, profile", size, profiled, held=True)


def chosen(rng: np.random.Generator, n: int) -> None:
    """What the headline does: it must find the model first, so coverage is reported, not held."""
    cases = [
        (3, [0.3, 0.25, 0.2], {}, "[1,2,3]"),
        (3, [0.25, 0.2, 0.25], {"12": 2.5}, "[12,3]"),
        (3, [0.25, 0.2, 0.25], {"12": 2.5, "23": 2.0}, "[12,23]"),
        (4, [0.25, 0.2, 0.25, 0.15], {"12": 2.0, "34": 3.0}, "[12,34]"),
    ]
    size = 2000
    for k, main, pairs, label in cases:
        found: dict[str, list[Found]] = {
            "AIC": [],
            "BIC": [],
            "best AIC": [],
            "best BIC": [],
            "graphs": [],
            "LSC": [],
        }
        for table in tables(rng, size, cells(k, main, pairs), k, n):
            fitted, _ = loglinear(table, models.all_models(k, k - 1), profiled=0)
            for name in ("AIC", "BIC"):
                found[name].append(limits(average(fitted, table.seen, name)))
            found["best AIC"].append(limits(min(fitted, key=lambda m: m.aic)))
            found["best BIC"].append(limits(min(fitted, key=lambda m: m.bic)))
            found["graphs"].append(limits(decomposable(table)))
            one = sample_coverage(table, replicates=100)
            found["LSC"].append(limits(next(e for e in one.estimates if e.method == one.chosen)))
        for name, values in found.items():
            summary(f"{k} lists, truth {label}, {name}", size, values, held=False)


def missed_links(rng: np.random.Generator, n: int) -> None:
    size, p1, p2 = 10_000, 0.4, 0.3
    for alpha, ppv in ((0.95, 1.0), (0.9, 1.0), (0.92, 0.97)):
        plain, better, unsure = [], [], []
        for _ in range(n):
            one, two = rng.random(size) < p1, rng.random(size) < p2
            both = int((one & two).sum())
            hits = int(rng.binomial(both, alpha))
            links = hits + int(rng.binomial(hits, (1 - ppv) / ppv)) if ppv < 1 else hits
            n1, n2 = int(one.sum()), int(two.sum())
            found = corrected(n1, n2, links, LinkageQuality(alpha, ppv))
            plain.append(limits(found.naive))
            better.append(limits(found.corrected))
            guess = float(rng.normal(alpha, 0.02))
            if guess <= 1:
                unsure.append(
                    limits(corrected(n1, n2, links, LinkageQuality(guess, ppv, 0.02)).corrected)
                )
        name = f"two lists, sensitivity {alpha}, PPV {ppv}"
        off = summary(f"{name}: as linked", size, plain, held=False)
        right = summary(f"{name}: corrected", size, better, held=True)
        summary(f"{name}: corrected, sensitivity known to .02", size, unsure, held=False)
        print(
            json.dumps(
                {
                    "case": name,
                    "naive_bias": off["bias"],
                    "corrected_bias": right["bias"],
                    "holds": abs(right["bias"]) < 0.02,
                }
            )
        )


def missed_links_three(rng: np.random.Generator, n: int) -> None:
    """Three lists: people split when their records are not linked."""
    size, alpha = 5_000, {("A", "B"): 0.95, ("A", "C"): 0.9, ("B", "C"): 0.92}
    chances = cells(3, [0.3, 0.25, 0.3], {"12": 2.0})
    rates = mixing(("A", "B", "C"), alpha)
    label = "[12,3]"
    plain, better = [], []
    for table in tables(rng, size, chances, 3, n):
        seen = observe(rng, table, [0.95, 0.9, 0.92])
        fitted, _ = loglinear(seen, [models.parse_label(label, 3)], profiled=0)
        plain.append(limits(fitted[0]))
        done, _ = corrected_models(seen, rates, [models.parse_label(label, 3)])
        better.append(limits(done[0]))
    off = summary(f"3 lists, sensitivity .90-.95, {label}: as linked", size, plain, held=False)
    right = summary(f"3 lists, sensitivity .90-.95, {label}: corrected", size, better, held=True)
    print(
        json.dumps(
            {
                "case": "three lists",
                "naive_bias": off["bias"],
                "corrected_bias": right["bias"],
                "holds": abs(right["bias"]) < 0.02,
            }
        )
    )


def observe(rng: np.random.Generator, table: Histories, alpha: list[float]) -> Histories:
    """Miss links of the pairs 12, 13 and 23 independently and count connected records."""
    y = dict(zip(table.names, table.counts, strict=True))
    out = dict.fromkeys(y, 0)
    for history, count in y.items():
        on = [i for i, digit in enumerate(history) if digit == "1"]
        linked = {
            (0, 1): rng.random(count) < alpha[0],
            (0, 2): rng.random(count) < alpha[1],
            (1, 2): rng.random(count) < alpha[2],
        }
        if len(on) == 1:
            out[history] += count
        elif len(on) == 2:
            hits = int(linked[on[0], on[1]].sum())
            out[history] += hits
            for i in on:
                out["".join("1" if j == i else "0" for j in range(3))] += count - hits
        else:
            number = sum(part.astype(int) for part in linked.values())
            out["111"] += int((number >= 2).sum())
            for (i, j), part in linked.items():
                only = int((part & (number == 1)).sum())
                out["".join("1" if q in (i, j) else "0" for q in range(3))] += only
                out["".join("0" if q in (i, j) else "1" for q in range(3))] += only
            for i in range(3):
                out["".join("1" if q == i else "0" for q in range(3))] += int((number == 0).sum())
    return Histories(table.lists, tuple(out[name] for name in table.names))


def threshold_free(rng: np.random.Generator, n: int) -> None:
    size, p1, p2 = 5_000, 0.4, 0.3
    found = []
    for _ in range(n):
        one, two = rng.random(size) < p1, rng.random(size) < p2
        both = int((one & two).sum())
        likely = rng.random(6 * both) < 0.5
        chance = np.where(likely, rng.beta(6, 1, 6 * both), rng.beta(1, 6, 6 * both))
        true = rng.random(len(chance)) < chance  # the probabilities are calibrated
        last = int(np.searchsorted(np.cumsum(true), both))  # candidates up to the last true pair
        done = from_probabilities(int(one.sum()), int(two.sum()), chance[: last + 1])
        found.append(limits(done.corrected))
    summary("two lists, without a threshold", size, found, held=True)


def lower_bounds(rng: np.random.Generator, n: int) -> None:
    """People who differ: Chao's estimate is a lower bound, the shapes disagree."""
    size, found = 2000, {"Mt": [], "Mth Chao (LB)": [], "Mth Poisson2": [], "Mth Darroch": []}
    for _ in range(n):
        person = rng.normal(0, 0.8, size)
        on = np.column_stack(
            [rng.random(size) < 1 / (1 + np.exp(-(b + person))) for b in (-1.2, -1.4, -1.0)]
        )
        codes = on @ np.array([4, 2, 1])
        table = Histories(("A", "B", "C"), tuple(np.bincount(codes, minlength=8)[1:].tolist()))
        for item in heterogeneity(table)[0]:
            if item.model in found:
                found[item.model].append(limits(item))
    for name, values in found.items():
        summary(f"people differ (sd .8 on the logit): {name}", size, values, held=False)


def speed(_rng: np.random.Generator, _n: int) -> None:
    """Seconds on the tables of the tests; best of three."""
    path = Path(__file__).parents[2] / "tests" / "analysis" / "reference" / "tables.json"
    known = json.loads(path.read_text())["tables"]

    def table(name: str) -> Histories:
        return Histories(tuple(known[name]["lists"]), tuple(known[name]["counts"]))

    def averaged(name: str, order: int) -> None:
        histories = table(name)
        fitted, _ = loglinear(histories, models.all_models(histories.k, order))
        average(fitted, histories.seen, "AIC")
        average(fitted, histories.seen, "BIC")

    jobs: dict[str, Callable[[], Any]] = {
        "113 four-list models, profiles, averages": lambda: averaged("lesbian_allegheny", 3),
        "1,024 pairwise five-list models": lambda: averaged("uk_modern_slavery_5", 2),
        "6,893 five-list models": lambda: averaged("uk_modern_slavery_5", 4),
        "822 graphs, 1-54,880 unseen": lambda: decomposable(table("uk_modern_slavery_5")),
        "uic.estimate, three lists": lambda: estimate(table("hav_taiwan")),
        "uic.estimate, four lists": lambda: estimate(table("lesbian_allegheny")),
        "uic.estimate, five lists": lambda: estimate(table("uk_modern_slavery_5")),
    }
    for name, job in jobs.items():
        best = min(_seconds(job) for _ in range(3))
        print(json.dumps({"case": name, "seconds": round(best, 3)}), flush=True)


def _seconds(job: Callable[[], Any]) -> float:
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


PARTS: dict[str, Callable[[np.random.Generator, int], None]] = {
    "two_lists": two_lists,
    "true_models": true_models,
    "chosen": chosen,
    "missed_links": missed_links,
    "missed_links_three": missed_links_three,
    "threshold_free": threshold_free,
    "lower_bounds": lower_bounds,
    "speed": speed,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", choices=sorted(PARTS))
    options = parser.parse_args()
    for place, (name, part) in enumerate(PARTS.items()):
        if options.part in {None, name}:
            start = time.perf_counter()
            part(np.random.default_rng([options.seed, place]), options.replicates)
            print(json.dumps({"part": name, "seconds": round(time.perf_counter() - start, 1)}))


if __name__ == "__main__":
    main()
