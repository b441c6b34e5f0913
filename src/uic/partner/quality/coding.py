"""Codes of a register against a scheme: which cannot be made, which are not what they must be."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.partner.codes import CODE_RULES, RULES, check_codes
from uic.partner.codes.reading import bare
from uic.partner.quality.findings import Finding
from uic.partner.registers import DATE_PARTS

if TYPE_CHECKING:
    from uic.partner.codes import Composed
    from uic.partner.schemes import Scheme

WRONG_CHECK = "wrong_check_character"


def flaw_findings(composed: Composed, of: int) -> list[Finding]:
    """Count the values that kept a code from being made, or counted as missing in it."""
    counts = Counter((flaw.attribute, flaw.rule) for flaw in composed.flaws)
    found = [
        Finding("not-usable-in-code", f"{attribute}: {RULES[rule]}", count, of, None, True)
        for (attribute, rule), count in sorted(counts.items())
    ]
    none = composed.codes.null_count
    return [*found, Finding("no-code", "", none, of, None, none > 0)]


def all_known(records: pa.Table, scheme: Scheme, composed: Composed) -> pa.Array:
    """Return which records know, usably, every part of their code; dates to the day."""
    known = np.ones(len(records), dtype=np.bool_)
    known[[flaw.row for flaw in composed.flaws]] = False
    for name in scheme.required:
        parts = [name] if scheme.kinds[name] != "date" else [f"{name}_{p}" for p in DATE_PARTS]
        for column in parts:
            if column not in records.column_names:
                return pa.array(np.zeros_like(known))
            known &= pc.is_valid(records[column]).to_numpy()
    return pa.array(known)


def carried_findings(codes: pa.ChunkedArray, scheme: Scheme, name: str) -> list[Finding]:
    """Check codes given earlier against the scheme: form, dates and check characters."""
    of = len(codes) - codes.null_count
    counts = Counter(check_codes(codes, scheme)["rule"].drop_null().to_pylist())
    wrong = counts.pop(WRONG_CHECK, 0)
    formed = [
        Finding("not-a-code-of-the-scheme", f"{name}: {CODE_RULES[rule]}", count, of, None, True)
        for rule, count in sorted(counts.items())
    ]
    return [Finding("wrong-check-character", name, wrong, of, None, wrong > 0), *formed]


def differing_finding(codes: pa.ChunkedArray, composed: Composed, name: str) -> Finding:
    """Count the codes given earlier that these answers do not give."""
    both = pc.not_equal(_bare(codes), composed.codes).drop_null()
    count = int(pc.sum(both).as_py() or 0)
    return Finding("code-not-from-these-answers", name, count, len(both), None, count > 0)


def _bare(codes: pa.ChunkedArray) -> pa.Array:
    """Return codes without groups and check characters; each different one is read once."""
    coded = codes.combine_chunks().dictionary_encode()
    words = [bare(word).code for word in coded.dictionary.to_pylist()]
    return pa.array(words, pa.string()).take(coded.indices)
