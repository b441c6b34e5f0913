"""Links inside one DHIS2 instance, as bodies for its own review of duplicates.

DHIS2 finds no duplicates itself: somebody flags a pair, and ``/api/potentialDuplicates`` keeps it
until somebody decides. This module writes the pairs that the linkage found as bodies for that
endpoint, one a pair. It never merges, and nothing here should: a merge in DHIS2 cannot be undone,
and a link is a probability.

Source: DHIS2 developer documentation, "Potential duplicates" (``original``, ``duplicate``; 409
where the pair is known already, 404 where a tracked entity is not).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from uic.errors import InputError, Problem
from uic.files import write_text

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    import pyarrow as pa

_UID = re.compile(r"[A-Za-z][A-Za-z0-9]{10}")
_REPEATED = re.compile(r"#[0-9]+$")  # a further record that the reader found under one id


def potential_duplicates(
    pairs: pa.Table, partners: Collection[str], *, least: float = 0.5
) -> list[dict[str, str]]:
    """Return one body for ``POST /api/potentialDuplicates`` a linked pair, the surest first.

    Args:
        pairs: ``pairs.parquet`` of a run, in which the partners' record ids are the UIDs of
            tracked entities.
        partners: The partners whose exports come from the one instance.
        least: Least probability of a pair.

    Returns:
        Objects with ``original`` and ``duplicate``: two UIDs, the first by the alphabet as
        original, because which of two is kept is not ours to say. Each pair once.

    Raises:
        InputError: a partner is in no pair, or record ids are no UIDs of tracked entities. No
            message holds an id.

    A holder learns which tracked entities of the instance may be one person, and nothing else.
    """
    known = {*pairs["partner_a"].to_pylist(), *pairs["partner_b"].to_pylist()}
    problems = [
        Problem("pairs.parquet", "", f"no pair has a record of the partner {name!r}",
                "name it as in the linkage schema")
        for name in partners if name not in known
    ]  # fmt: skip
    inside = pairs.filter(
        pc.and_(_one_of(pairs["partner_a"], partners), _one_of(pairs["partner_b"], partners))
    )
    inside = inside.filter(pc.greater_equal(inside["probability"], least))
    inside = inside.sort_by([("probability", "descending")])
    sides = [
        [_REPEATED.sub("", text) for text in inside[f"record_id_{s}"].to_pylist()] for s in "ab"
    ]
    strange = sum(not _UID.fullmatch(text) for side in sides for text in side)
    if strange:
        rule = f"{strange} record ids are no UIDs of tracked entities (a letter and 10 signs)"
        hint = "read the export with record_id = the column trackedEntity, and link again"
        problems.append(Problem("pairs.parquet", "", rule, hint))
    if problems:
        raise InputError(problems)
    unique = dict.fromkeys((min(a, b), max(a, b)) for a, b in zip(*sides, strict=True) if a != b)
    return [{"original": first, "duplicate": second} for first, second in unique]


def write_duplicates(bodies: Sequence[dict[str, str]], path: str | Path) -> None:
    """Write one JSON body a line: each line is one POST."""
    write_text(path, "".join(json.dumps(body) + "\n" for body in bodies))


def _one_of(column: pa.ChunkedArray, partners: Collection[str]) -> pa.ChunkedArray:
    import pyarrow as pa

    return pc.is_in(column, pa.array(sorted(partners), pa.string()))
