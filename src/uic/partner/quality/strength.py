"""How well a code tells people apart, and how small the crowd behind it is."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc
from scipy import stats

from uic.partner.quality.findings import CodeStrength

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

SAFE_CROWD = 5


def strength(
    codes: pa.ChunkedArray,
    scheme: str,
    population: int | None,
    known: pa.Array | None = None,
) -> CodeStrength:
    """Measure a code on the records of one register.

    Args:
        codes: One code a record, null where there is none.
        scheme: What the code is called in the report.
        population: Number of people in the registry a searcher is assumed to hold.
        known: Which records have every part of the code; ``None`` where that is not known.

    Records of one person entered twice look like two people who share a code, so a register
    with duplicates gives too little entropy: deduplicate first where you can.
    """
    counts = _counts(codes)
    n = int(counts.sum())
    chance, most = _pair_chance(counts)
    whole = None if known is None else _counts(codes.filter(known))
    result = CodeStrength(
        scheme=scheme,
        coded=n,
        of=len(codes),
        complete=None if whole is None else int(whole.sum()),
        distinct=len(counts),
        entropy_bits=_bits(chance),
        entropy_complete=None if whole is None else _bits(_pair_chance(whole)[0]),
        entropy_at_least=_bits(most),
        shared_seen=int(counts[counts > 1].sum()) / n if n else 0.0,
        shared_expected=-math.expm1((n - 1) * math.log1p(-chance)) if chance else 0.0,
        population=population,
        crowd=1 + (population - 1) * chance if population and chance else None,
        sentence="",
    )
    return dataclasses.replace(result, sentence=" ".join(_sentences(result)))


def _counts(codes: pa.ChunkedArray) -> NDArray[np.int64]:
    return np.asarray(pc.value_counts(codes.drop_null()).field("counts"), dtype=np.int64)


def _bits(chance: float | None) -> float | None:
    return -math.log2(chance) if chance else None


def _pair_chance(counts: NDArray[np.int64]) -> tuple[float | None, float | None]:
    """Return the chance that two records share a code, and the most it can be at 95%."""
    n = int(counts.sum())
    if n < 2:
        return None, None
    pairs = n * (n - 1) / 2
    equal = float((counts * (counts - 1) / 2).sum())
    most = float(stats.chi2.ppf(0.95, 2 * (equal + 1))) / 2 / pairs
    return min(equal / pairs, 1.0), min(most, 1.0)


def _sentences(result: CodeStrength) -> list[str]:
    if result.entropy_at_least is None:
        return [f"{result.scheme}: {result.coded} of {result.of} records have a whole code."]
    exact = result.entropy_bits is not None
    bits = f"{result.entropy_bits:.1f}" if exact else f"at least {result.entropy_at_least:.1f}"
    measured = (
        f"{result.scheme}: {result.coded} of {result.of} records have a whole code, with {bits} "
        f"bits of collision entropy; {result.shared_seen:.2%} of them share it with another "
        f"record ({result.shared_expected:.2%} expected)."
    )
    return [
        measured,
        *_complete(result),
        *_crowd(result),
        "It is a pseudonym: keep it as carefully as the name.",
    ]


def _complete(result: CodeStrength) -> list[str]:
    if result.complete is None or result.complete == result.coded:
        return []
    bits = result.entropy_complete
    if not result.complete:
        return ["No record knows every part."]
    said = f"Only {result.complete} records know every part"
    return [f"{said}; among them it is {bits:.1f} bits." if bits else f"{said}."]


def _crowd(result: CodeStrength) -> list[str]:
    if result.population is None:
        return []
    registry = f"a registry of {result.population} people"
    if result.crowd is None:
        unknown = "No two records share a code, so the crowd behind it in"
        return [f"{unknown} {registry} cannot be measured here: expect one person."]
    found = f"Whoever holds {registry} finds about {result.crowd:.1f} behind a code"
    if result.crowd < SAFE_CROWD:
        return [f"{found}: it points at a person, and is not anonymous."]
    return [f"{found} on average, but one behind many: it is not anonymous."]
