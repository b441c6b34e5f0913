"""The record of a size-estimation meeting: every estimate, and what the meeting set about it.

A record is a TOML file, or a CSV file that holds the estimates alone. It is strict: an unknown
key is refused, so that a misspelt ``confidence`` cannot silently count as 1. A record holds
published numbers and the names of those who set the weights; it holds no client.
"""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads annotations at run time
from itertools import pairwise
from typing import Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

FORMAT: Final = "uic-consensus-record/1"

Text = Annotated[str, Field(min_length=1, max_length=2000)]
Number = Annotated[float, Field(gt=0, allow_inf_nan=False)]
People = Annotated[float, Field(ge=1, le=1e10, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, lt=1)]
Method = Literal[
    "two-list",
    "capture-recapture",
    "service-multiplier",
    "object-multiplier",
    "rds",
    "network-scale-up",
    "enumeration",
    "proportion",
    "programme-count",
    "expert",
    "other",
]
Part = TypeVar("Part", bound=BaseModel)
Mixable = Literal["population", "place", "age"]

EXPERT = ("expert", "programme-count")
"""Methods that are no study: opinion belongs in the prior, a count of clients is a lower bound."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, str_strip_whitespace=True)


def _refuse(part: Part, faults: list[str]) -> Part:
    """Raise every fault of one part of the record at once."""
    if faults:
        raise ValueError("; ".join(faults))
    return part


def _interval_faults(number: float | None, low: float | None, high: float | None) -> list[str]:
    if low is None and high is None:
        return []
    if low is None or high is None:
        return ["an interval needs both 'low' and 'high'"]
    if low >= high:
        return ["'low' must be below 'high'"]
    if number is not None and not low <= number <= high:
        return ["the interval does not contain the number"]
    return []


class Decided(_Strict):
    """Who decided, when and why; goes into the decision log with every change."""

    set_by: Text | None = None
    set_on: date | None = None
    why: Text | None = None


class Estimate(Decided):
    """One published or computed estimate, with as many of its numbers as are known.

    ``number`` is the estimate; ``low`` and ``high`` its interval at ``level``. Where there is no
    interval it is recovered from ``stderr``, from two lists (``n1``, ``n2``, ``m``), from a
    multiplier (``count``, ``proportion``, ``sample``) or from a proportion of a known ``total``.
    ``left_out`` gives the reason why an estimate is shown and not pooled.
    """

    label: Annotated[str, Field(max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]
    method: Method
    place: Text
    period: Annotated[str, Field(min_length=4, max_length=60)]
    population: Text
    age: Text | None = None
    number: People | None = None
    low: People | None = None
    high: People | None = None
    level: Share = 0.95
    stderr: Number | None = None
    n1: People | None = None
    n2: People | None = None
    m: Number | None = None
    count: People | None = None
    proportion: Share | None = None
    sample: Annotated[int, Field(ge=2)] | None = None
    total: People | None = None
    design: Literal["rds", "time-location", "simple"] = "rds"
    deff: Number | None = None
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0
    left_out: Text | None = None
    note: Text | None = None
    source: Text | None = None

    @model_validator(mode="after")
    def _sound(self) -> Estimate:
        faults = _interval_faults(self.number, self.low, self.high)
        lists = [size for size in (self.n1, self.n2) if size is not None]
        if self.m is not None and lists and self.m > min(lists):
            faults.append("'m' is larger than a list: it counts the people on both")
        return _refuse(self, faults)


class Prior(Decided):
    """What the meeting believed before the studies, and limits beyond which N cannot lie."""

    median: People | None = None
    q75: People | None = None
    lower: People | None = None
    upper: People | None = None

    @model_validator(mode="after")
    def _sound(self) -> Prior:
        faults = []
        if (self.median is None) != (self.q75 is None):
            faults.append("a prior needs both 'median' and 'q75' (the 75% point), or neither")
        points = [x for x in (self.lower, self.median, self.q75, self.upper) if x is not None]
        if any(left >= right for left, right in pairwise(points)):
            faults.append("the prior must rise: lower < median < q75 < upper")
        elif self.median and self.q75 and not 1.01 <= self.q75 / self.median <= 100:
            faults.append("'q75' must be 1.01 to 100 times the median: give the 75% point")
        return _refuse(self, faults)


class Meeting(_Strict):
    """What is to be agreed on: how many people of which population, where and when.

    ``set_by`` is who decides where an entry does not name somebody else.
    """

    title: Text = "Consensus on a population size"
    population: Text | None = None
    place: Text | None = None
    period: Text | None = None
    age: Text | None = None
    held_on: date | None = None
    set_by: Text | None = None
    adults: People | None = None
    key_population: Literal["A", "B", "C", "D", "E"] | None = None
    comment: Text | None = None


class Pooling(Decided):
    """How the studies are pooled. ``allow_mixed`` names what may differ between them."""

    method: Literal["triangulator", "random-effects", "fixed-effect", "median"] = "triangulator"
    tau_multiplier: Number = 0.01
    level: Share = 0.95
    allow_mixed: Annotated[tuple[Mixable, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _sound(self) -> Pooling:
        silent = self.allow_mixed and self.why is None
        faults = ["'allow_mixed' needs 'why': what the pooled number then stands for"]
        return _refuse(self, faults if silent else [])


class Reached(_Strict):
    """People reached by the programme, for coverage; the interval is that of the linkage."""

    number: People
    low: People | None = None
    high: People | None = None
    level: Share = 0.95
    period: Text | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _sound(self) -> Reached:
        return _refuse(self, _interval_faults(self.number, self.low, self.high))


class Record(_Strict):
    """A whole meeting. Build one with :func:`uic.analysis.consensus.load_record`."""

    format: Literal["uic-consensus-record/1"] = FORMAT
    meeting: Meeting = Meeting()
    populations: dict[str, Text] = {}
    prior: Prior = Prior()
    pooling: Pooling = Pooling()
    reached: Reached | None = None
    estimates: Annotated[tuple[Estimate, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _sound(self) -> Record:
        faults = [] if self.estimates else ["a record needs [[estimates]]: there is none"]
        labels = [item.label for item in self.estimates]
        if len(set(labels)) < len(labels):
            faults.append("two estimates have the same label: a label names one estimate")
        used = {item.population for item in self.estimates} | {self.meeting.population} - {None}
        if self.populations and used - set(self.populations):
            faults.append("a population is used that [populations] does not define")
        for entry in self.estimates:
            if "confidence" in entry.model_fields_set and not self.decider(entry):
                where = f"estimate {entry.label!r}"
                faults.append(f"{where}: 'confidence' needs 'set_by': who gave this weight")
        return _refuse(self, faults)

    def decider(self, part: Decided) -> str:
        """Return who decided on a part of the record; empty where nobody is named."""
        return part.set_by or self.meeting.set_by or ""

    def definition(self, population: str) -> str:
        """Return the definition of a population in words; its name where none was written."""
        return self.populations.get(population, population)
