"""A quality report as text for a terminal: what needs a person's time first."""

from __future__ import annotations

import textwrap
from itertools import groupby
from typing import TYPE_CHECKING

from uic.partner.quality.rules import MEANS

if TYPE_CHECKING:
    from uic.partner.quality.findings import Finding, RegisterCheck

WIDTH = 96


def register_text(register: RegisterCheck) -> str:
    """Return one register's findings as lines."""
    flagged = sorted(register.flagged, key=lambda finding: _order(finding.rule))
    lines = [f"{register.partner}: {register.rows} rows, {register.records} records"]
    for rule, findings in groupby(flagged, key=lambda finding: finding.rule):
        lines += ["", *_wrapped(f"{rule}: {MEANS[rule]}", "  ")]
        lines += [_line(finding) for finding in findings]
    lines += _quiet(register)
    if register.code is not None:
        lines += ["", *_wrapped(register.code.sentence, "  ")]
    return "\n".join(lines)


def _order(rule: str) -> int:
    return list(MEANS).index(rule)


def _line(finding: Finding) -> str:
    share = f"{finding.share:.2%}"
    expected = "" if finding.expected is None else f"  (expected {finding.expected:.2%})"
    return (
        f"    {finding.count:>7} of {finding.of:<7} {share:>7}{expected}  {finding.column}".rstrip()
    )


def _quiet(register: RegisterCheck) -> list[str]:
    """Name the rules that were applied and have nothing to ask of anybody."""
    loud = {finding.rule for finding in register.flagged}
    calm = [item for item in register.findings if item.rule not in loud]
    some = [f"{item.rule} [{item.column}] {item.count}" for item in calm if item.count]
    none = {item.rule for item in calm} - {item.rule for item in calm if item.count}
    lines = []
    if some:
        lines += ["", *_wrapped("counted, and not unusual: " + ", ".join(some), "  ")]
    if none:
        lines += ["", *_wrapped("none: " + ", ".join(sorted(none, key=_order)), "  ")]
    return lines


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")
