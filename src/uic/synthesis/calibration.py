"""What the example aims at and what it reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from uic.synthesis.contacts import CONTACTS, DISPENSED, PARTNER_CONTACTS, REFERRALS
from uic.synthesis.phnom_penh import COHORT, OVERLAP, PARTNERS

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from uic.synthesis.contacts import Contacts
    from uic.synthesis.phnom_penh import Hidden
    from uic.synthesis.recording import Records


@dataclass(frozen=True)
class Figure:
    """One figure of the example.

    Attributes:
        name: What is counted.
        target: The published figure times the scale; None where nothing is published.
        reached: What the files hold.
        unit: ``%`` or empty.
    """

    name: str
    target: float | None
    reached: float
    unit: str = ""


def figures(
    hidden: Hidden, met: dict[str, Contacts], kept: dict[str, Records], scale: float
) -> tuple[Figure, ...]:
    """Compare the hidden population and the partners' files with the published figures."""
    return (*_cohort(hidden, scale), *_year(hidden, met, scale), *_records(kept))


def whole_years(born: NDArray[np.datetime64], on: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return ages in completed years."""
    months = on.astype("datetime64[M]").astype(int) - born.astype("datetime64[M]").astype(int)
    early = _day(on) < _day(born)
    return np.asarray((months - early) // 12)


def to_markdown(table: tuple[Figure, ...]) -> str:
    """Write the figures as a Markdown table."""
    rows = [
        f"| {item.name} | {_number(item.target, item.unit)} | {_number(item.reached, item.unit)} |"
        for item in table
    ]
    return "\n".join(["| figure | published | in these files |", "|---|---:|---:|", *rows])


def overlap(people: pa.Table) -> str:
    """Write, as a Markdown table, how many people each combination of partners met in 2014."""
    met = np.column_stack([people[f"{partner}_2014"].to_numpy() for partner in PARTNERS])
    rows = [_overlap_row(met, tuple(name in on for name in PARTNERS)) for on in OVERLAP]
    unmet = int(pc.sum(people["present_2014"]).as_py() - met.any(axis=1).sum())
    last = f"| | | | {unmet} |"
    head = ["| outreach | dic | referrals | people |", "|:-:|:-:|:-:|---:|"]
    return "\n".join([*head, *rows, last])


def _overlap_row(met: NDArray[np.bool_], on: tuple[bool, ...]) -> str:
    marks = " | ".join("x" if there else "" for there in on)
    return f"| {marks} | {int((met == np.array(on)).all(axis=1).sum())} |"


def _cohort(hidden: Hidden, scale: float) -> list[Figure]:
    window = hidden.registered >= np.datetime64("2010-06-01")
    window &= hidden.registered <= np.datetime64("2012-06-30")
    age = whole_years(hidden.born[window], hidden.registered[window])
    women = hidden.columns["sex"][window] == "F"
    return [
        Figure("people registered June 2010 to June 2012", COHORT * scale, int(window.sum())),
        Figure("of them inject", 22.4, 100 * float(hidden.injects[window].mean()), "%"),
        Figure("of them women", 15, 100 * float(women.mean()), "%"),
        Figure("their youngest, when registered", 16, int(age.min())),
        Figure("their oldest", 52, int(age.max())),
        Figure("their mean age", 26, float(age.mean())),
        Figure("of them under 25", 47, 100 * float((age < 25).mean()), "%"),
    ]


def _year(hidden: Hidden, met: dict[str, Contacts], scale: float) -> list[Figure]:
    people = {"outreach": (353, 54), "dic": (226, 36)}
    found = []
    for name, (individuals, new) in people.items():
        seen = np.unique(met[name].person[met[name].person >= 0])
        of_year = hidden.registered[seen] >= np.datetime64("2014-01-01")
        found += [
            Figure(f"contacts of {name} in 2014", CONTACTS[name] * scale, len(met[name].person)),
            Figure(f"people met by {name}", individuals * scale, len(seen)),
            Figure(f"of them new in 2014, {name}", new * scale, int(of_year.sum())),
        ]
        found += _partners(name, hidden, met[name], scale)
    for good, published in DISPENSED.items():
        given = sum(int(met[name].given.get(good, np.zeros(1)).sum()) for name in people)
        found.append(Figure(f"{good} handed out in 2014", published * scale, given))
    for service, published in REFERRALS.items():
        done = int(met["referrals"].services[service].sum())
        found.append(Figure(f"completed referrals, {service}", published * scale, done))
    return found


def _partners(name: str, hidden: Hidden, met: Contacts, scale: float) -> list[Figure]:
    sexes = hidden.columns["sex"][met.person]
    return [
        Figure(
            f"contacts of {name} with {word} partners of people who inject",
            PARTNER_CONTACTS[name][sex] * scale,
            int(((met.kind == "partner of IDU") & (sexes == sex)).sum()),
        )
        for sex, word in (("M", "male"), ("F", "female"))
    ]


def _records(kept: dict[str, Records]) -> list[Figure]:
    return [
        Figure(f"records (client numbers) of {name}", None, len(records.person))
        for name, records in kept.items()
    ]


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    text = f"{value:,.1f}".removesuffix(".0") if value != int(value) else f"{int(value):,}"
    return f"{text} {unit}".strip()


def _day(days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    return np.asarray((days - days.astype("datetime64[M]").astype("datetime64[D]")).astype(int))
