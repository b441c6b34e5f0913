"""What a quality check says: frozen values that hold counts, rules and sentences only."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

from uic.partner.quality.rules import MEANS


@dataclass(frozen=True)
class Finding:
    """One rule applied to one column.

    Attributes:
        rule: Stable name of the rule, for example ``birth-date-in-future``.
        column: Attribute, or header of the source column; never a value.
        count: How many records (or pairs, codes, workers: ``means`` says) break the rule.
        of: How many were looked at.
        expected: Share that is expected when nothing is wrong, 0 to 1; ``None`` where the
            answer is simply none.
        flagged: Whether the count is worth a person's time.
    """

    rule: str
    column: str
    count: int
    of: int
    expected: float | None
    flagged: bool

    @property
    def means(self) -> str:
        """What it means and what to do, in one or two plain sentences."""
        return MEANS[self.rule]

    @property
    def share(self) -> float:
        """The share seen, 0 to 1; 0 where nothing was looked at."""
        return self.count / self.of if self.of else 0.0


@dataclass(frozen=True)
class CodeStrength:
    """How well a code tells the people of a register apart, and how badly it hides them.

    Attributes:
        scheme: Identifier of the scheme, or the code column's name.
        coded: Records with a whole code.
        of: Records in the register.
        complete: Coded records in which every part is known, or ``None`` where only the finished
            code is at hand; the others carry the scheme's signs for what is not known.
        distinct: Number of different codes.
        entropy_bits: Collision entropy H2 in bits, from the unbiased estimate
            ``sum c(c-1) / n(n-1)`` of the chance that two records share a code; ``None`` when
            no two records share one, so that only a bound is known.
        entropy_complete: The same among records in which every part is known.
        entropy_at_least: Lower end of a one-sided 95% interval for H2 (Poisson count of
            colliding pairs), in bits; ``None`` with fewer than two codes.
        shared_seen: Share of coded records whose code another record carries too.
        shared_expected: Share expected from H2, ``1 - (1 - 2^-H2)^(n-1)``.
        population: Size of the registry a searcher is assumed to hold, or ``None``.
        crowd: People expected behind a code in that registry, ``1 + (N-1) 2^-H2``; ``None``
            when no two records share a code, so that nothing can be said.
        sentence: The same in plain words.
    """

    scheme: str
    coded: int
    of: int
    complete: int | None
    distinct: int
    entropy_bits: float | None
    entropy_complete: float | None
    entropy_at_least: float | None
    shared_seen: float
    shared_expected: float
    population: int | None
    crowd: float | None
    sentence: str


@dataclass(frozen=True)
class RegisterCheck:
    """What was found in one partner's register."""

    partner: str
    rows: int
    records: int
    findings: tuple[Finding, ...]
    code: CodeStrength | None

    @property
    def flagged(self) -> tuple[Finding, ...]:
        """The findings worth a person's time."""
        return tuple(finding for finding in self.findings if finding.flagged)


@dataclass(frozen=True)
class CheckReport:
    """What was found in every register. A holder learns counts, never a value of a person."""

    registers: tuple[RegisterCheck, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data, shares included."""
        data = dataclasses.asdict(self)
        for register, plain in zip(self.registers, data["registers"], strict=True):
            for finding, item in zip(register.findings, plain["findings"], strict=True):
                item |= {"share": finding.share, "means": finding.means}
        return data

    def to_json(self) -> str:
        """Return the report as JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2) + "\n"

    def to_text(self) -> str:
        """Return the report as text for a terminal."""
        from uic.partner.quality.printing import register_text

        return "\n\n".join(register_text(register) for register in self.registers) + "\n"
