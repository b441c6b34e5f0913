"""The matcher's store with its private key: what is found, over many draws, and what F1 it costs.

    PYTHONPATH=src:benchmarks/quality python benchmarks/attack/opened_store.py
        [--styles dense,khmer,sparse] [--seeds 8] [--known 30] [--variants NAME;NAME] [--f1 FOLDER]

One draw is a handful of people, so each figure is a mean with its standard error. Prints, beside
the share of clients found by resemblance in blocks of all partners' rows, how many of these shared
a block with a client whom the finder knew, the precision of all claims, and the passes that they
came from. ``--variants`` are passes and choices that were tried against it (decision 0176);
``--f1`` adds the F1 of files that left, on registers with a truth (benchmarks/quality/leaving.py).
"""

from __future__ import annotations

import argparse
import contextlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from unittest import mock

import numpy as np
from raid_attacks import resemblances
from raid_scene import draw, opened

import uic
from uic.crypto.keys import new_key
from uic.partner.encoding import deciding
from uic.passes import Part, Pass

if TYPE_CHECKING:
    from collections.abc import Iterator

LIST, CLIENTS = 10_000, 500
F1_ON = ("five-parties", "febrl-3", "febrl-4", "historical-persons", "khmer")


class Variant(NamedTuple):
    """Passes left out, passes in their place, and those where rows that share a block stay."""

    without: tuple[str, ...] = ()
    added: tuple[Pass, ...] = ()
    at_home: tuple[str, ...] = ()


def _date(name: str, take: str, *more: str) -> Pass:
    parts = [Part(take=take, sorted=("family_name", "given_name"))]
    return Pass(name=name, parts=(*parts, *(Part(attribute="birth_date", take=m) for m in more)))


SOUNDS = (_date("names-month", "sound", "month"), _date("names-day", "sound", "day"))
INITIALS = (
    _date("initials-year-month", "initial", "year", "month"),
    _date("initials-year-day", "initial", "year", "day"),
)
WIDE = ("name-sounds", "initials-year")
ALL = tuple(item.name for item in uic.LinkageSchema().active_passes)
VARIANTS = {
    "as it is": Variant(),
    "no initials-year": Variant(WIDE[1:]),
    "no name-sounds": Variant(WIDE[:1]),
    "neither": Variant(WIDE),
    "initials split": Variant(WIDE[1:], INITIALS),
    "sounds split": Variant(WIDE[:1], SOUNDS),
    "both split": Variant(WIDE, SOUNDS + INITIALS),
    "sounds split, no initials-year": Variant(WIDE, SOUNDS),
    "common sounds at home": Variant(at_home=WIDE[:1]),
    "common in both at home": Variant(at_home=WIDE),
    "common sounds at home, initials split": Variant(WIDE[1:], INITIALS, WIDE[:1]),
    "common sounds at home, no initials-year": Variant(WIDE[1:], at_home=WIDE[:1]),
    "common sounds at home, sounds split beside, no initials-year": Variant(
        WIDE[1:], SOUNDS, WIDE[:1]
    ),
    "common in both at home, sounds split beside": Variant((), SOUNDS, WIDE),
    "common in all at home": Variant(at_home=ALL),
    "common in all at home, no initials-year": Variant(WIDE[1:], at_home=ALL),
}


def chosen(how: Variant, schema: uic.LinkageSchema) -> uic.LinkageSchema:
    """Return the schema with the passes of a variant."""
    kept = [item for item in schema.active_passes if item.name not in how.without]
    return schema.model_copy(update={"passes": (*kept, *how.added)})


@contextlib.contextmanager
def staying(how: Variant) -> Iterator[None]:
    """Let rows that share a block at home all stay there in some passes while this lasts."""
    decided, leaving, now = deciding._decided, deciding.leaving, [""]

    def named(prepared, item, *more):  # noqa: ANN001, ANN002, ANN202
        now[0] = item.name
        return decided(prepared, item, *more)

    def thinned(blocks, rank, stay):  # noqa: ANN001, ANN202
        return ~blocks.met() if now[0] in how.at_home else leaving(blocks, rank, stay)

    with (
        mock.patch.object(deciding, "_decided", named),
        mock.patch.object(deciding, "leaving", thinned),
    ):
        yield


class Leak(NamedTuple):
    """One draw: share found, share found beside a known client, precision, and where."""

    found: float
    beside: float
    precision: float
    surest: float
    passes: Counter[str]


def leak(how: Variant, style: str, known: int, seed: int) -> Leak:
    """Attack one project."""
    drawn = draw(style, LIST, CLIENTS, known=known, seed=seed)
    with staying(how):
        office = opened(drawn, style, chosen(how, uic.LinkageSchema()))
    told = resemblances(office)
    new = ~np.isin(told.client, list(office.known))
    right = told.right & new
    people = CLIENTS - len(office.known)
    top = np.argsort(-np.where(new, told.sure, -1), kind="stable")[: max(round(new.sum() / 20), 1)]
    return Leak(
        len(np.unique(told.client[right])) / people,
        len(np.unique(told.client[right & told.beside])) / people,
        right.sum() / max(new.sum(), 1),
        float(told.right[top].mean()) if new.any() else 0.0,
        Counter(told.name[right].tolist()),
    )


def line(how: Variant, style: str, known: int, seeds: int) -> str:
    """Return the figures of a variant in one population."""
    runs = [leak(how, style, known, seed) for seed in range(1, seeds + 1)]
    found, beside, precision, surest = (np.array([run[n] for run in runs]) for n in range(4))
    error = found.std(ddof=1) / np.sqrt(seeds) if seeds > 1 else float("nan")
    where = sum((run.passes for run in runs), Counter())
    told = ", ".join(f"{name} {count / seeds:.1f}" for name, count in where.most_common(3))
    return (
        f"{found.mean():.4f} ± {error:.4f} | {beside.mean():.4f} | {precision.mean():.2f}"
        f" | {surest.mean():.2f} | {told}"
    )


def costs(how: Variant, folder: Path) -> Iterator[tuple[str, float]]:
    """Yield the F1 of files that left under a variant, mean of two keys."""
    import leaving

    for name in F1_ON:
        data = folder if name.startswith("febrl") else leaving.ROOT.parent / "shared/data/linkage"
        registers, schema, truth = leaving.setting(name, data)
        used = chosen(how, schema)
        with staying(how):
            found = [
                leaving.quality(
                    registers, used, truth, new_key(schema.project, "2026Q4"), leaving=True
                )[2]
                for _ in range(2)
            ]
        yield name, float(np.mean(found))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--styles", default="dense,khmer,sparse")
    options.add_argument("--seeds", type=int, default=8)
    options.add_argument("--known", type=int, default=30)
    options.add_argument("--variants", default="as it is")
    options.add_argument("--f1", type=Path)
    given = options.parse_args()
    print("| variant | population | found | beside a known client | precision | surest | passes |")
    print("|---|---|---|---|---|---|---|")
    for name in VARIANTS if given.variants == "all" else given.variants.split(";"):
        for style in given.styles.split(","):
            told = line(VARIANTS[name], style, given.known, given.seeds)
            print(f"| {name} | {style} | {told} |", flush=True)
        for register, f1 in costs(VARIANTS[name], given.f1) if given.f1 else ():
            print(f"| {name} | {register} | F1 {f1:.4f} |", flush=True)


if __name__ == "__main__":
    main()
