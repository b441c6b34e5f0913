"""What is missing, refused, coarse or unusable in a register."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from uic.partner.quality.findings import Finding

if TYPE_CHECKING:
    import pyarrow as pa

    from uic.partner.registers import Register

MANY = 0.05
"""Missing values are flagged above this share: beyond it linkage on the attribute suffers."""

SAID = ("unknown", "refused")
COARSE = ("month", "year", "estimated")


def missing_findings(records: pa.Table, name: str) -> list[Finding]:
    """Count the missing values of one attribute, why they are missing, and coarse dates."""
    of = len(records)
    first = name if name in records.column_names else f"{name}_year"
    missing = records[first].null_count
    words = {
        **{word: _count(records, f"{name}_status", word) for word in SAID},
        **{f"date-precision-{word}": _count(records, f"{name}_precision", word) for word in COARSE},
    }
    return [
        Finding("missing", name, missing, of, None, missing > MANY * of),
        *(Finding(rule, name, n, of, None, False) for rule, n in words.items() if n is not None),
    ]


def _count(records: pa.Table, column: str, word: str) -> int | None:
    if column not in records.column_names:
        return None
    return int(pc.sum(pc.equal(records[column], word)).as_py() or 0)


def unusable_findings(register: Register) -> list[Finding]:
    """Count the values that reading could not use, by column and the rule they break."""
    counts = Counter((problem.column, problem.rule) for problem in register.problems)
    return [
        Finding(
            "unusable-value",
            f"{column}: {rule.replace('_', ' ')}",
            count,
            register.rows,
            None,
            True,
        )
        for (column, rule), count in sorted(counts.items())
    ]
