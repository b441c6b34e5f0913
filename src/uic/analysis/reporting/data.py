"""What a report is made of: tables of counts and simple values, nothing about one person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

    from uic.analysis.pictures import Picture
    from uic.values import RowProblem


@dataclass(frozen=True)
class PartnerRecords:
    """One partner's register after linkage: records, and the people they turned out to be."""

    partner: str
    records: int
    persons: int

    @property
    def duplicates(self) -> int:
        """Records beyond the first of a person inside this register."""
        return self.records - self.persons


@dataclass(frozen=True)
class Linkage:
    """What the linkage did.

    Attributes:
        partners: One row a partner.
        candidate_pairs: Pairs of records that were compared.
        links: Pairs accepted, within and across registers.
        persons: People in all registers together.
        threshold: Probability at which a pair became a link.
        expected_precision: Share of the links expected to be right, 0 to 1, where known.
        expected_recall: Share of the true links expected to be found, 0 to 1, where known.
    """

    partners: tuple[PartnerRecords, ...]
    candidate_pairs: int
    links: int
    persons: int
    threshold: float
    expected_precision: float | None = None
    expected_recall: float | None = None


@dataclass(frozen=True)
class RuleCount:
    """How many rows of a partner break a rule in a column; the values are not kept."""

    partner: str
    column: str
    rule: str
    rows: int


@dataclass(frozen=True)
class MissingValues:
    """How many of a partner's records have no usable value of an attribute."""

    partner: str
    attribute: str
    missing: int
    records: int


@dataclass(frozen=True)
class Model:
    """One model's population size. ``high`` may be infinite, ``stderr`` and ``aic`` unknown."""

    label: str
    abundance: float
    stderr: float | None
    low: float
    high: float
    aic: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Estimation:
    """How many people there are, seen or not.

    Attributes:
        models: The models tried; may be empty.
        chosen: Place of the model that is reported, or None when none can be.
        level: Level of the intervals.
        sentences: What has to be true for the number to hold, or why there is none.
        pictures: Drawn under the table of models.
    """

    models: tuple[Model, ...] = ()
    chosen: int | None = None
    level: float = 0.95
    sentences: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class InputFile:
    """One file that was read: its base name, its rows, and the SHA-256 of its bytes."""

    partner: str
    file: str
    rows: int
    digest: str


@dataclass(frozen=True)
class Method:
    """What is needed to run it again, or to say that two reports come from the same run."""

    software_version: str
    schema_fingerprint: str
    epoch: str
    seed: int | None
    inputs: tuple[InputFile, ...]
    seconds: float | None = None


@dataclass(frozen=True)
class ReportData:
    """Everything :func:`uic.analysis.reporting.render_report` shows.

    Attributes:
        project: Name of the project.
        period: The window of the data in words, for example ``2014-01-03 to 2014-12-29``.
        counts: Table of :func:`uic.analysis.counting.count`.
        histories: Table of :func:`uic.analysis.histories.histories`.
        linkage: What the linkage did.
        method: What is needed to run it again.
        rules: Row problems, counted (see :func:`rule_counts`).
        missing: Missing values by partner and attribute, counted.
        estimation: Population size, or None when none was asked for.
        warnings: Sentences to show at the top, for example where two forms of EM disagree.
    """

    project: str
    period: str
    counts: pa.Table
    histories: pa.Table
    linkage: Linkage
    method: Method
    rules: tuple[RuleCount, ...] = ()
    missing: tuple[MissingValues, ...] = ()
    estimation: Estimation | None = None
    warnings: tuple[str, ...] = ()


def rule_counts(problems: Iterable[RowProblem]) -> tuple[RuleCount, ...]:
    """Count row problems by partner, column and rule, the most frequent first in each partner."""
    found = Counter((problem.partner, problem.column, problem.rule) for problem in problems)
    rows = (RuleCount(*key, rows=rows) for key, rows in found.items())
    return tuple(sorted(rows, key=lambda row: (row.partner, -row.rows, row.column, row.rule)))
