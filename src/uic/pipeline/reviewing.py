"""Review on one machine: doubtful pairs into a file, and what people decided back out of it.

The file holds the partners' own record ids, levels in words and no value of a person: whoever
answers looks the records up in the partners' own registers. What comes back binds every later run
that is given it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from uic.errors import InputError, Problem
from uic.levels import Comparison, unpack
from uic.partner.answers import ANSWER, WORDS, read_answers
from uic.resolving.deciding import decisions_of
from uic.resolving.thresholds import LOWER, UPPER
from uic.sheets import write_sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from uic.partner.registers import Register
    from uic.pipeline.results import Deduplication
    from uic.resolving.deciding import Decisions

_PAIR = ("partner_a", "record_id_a", "partner_b", "record_id_b")


def write_review(
    result: Deduplication, path: str | Path, *, lower: float = LOWER, upper: float = UPPER
) -> int:
    """Write the doubtful pairs of a run for people to decide; return how many there are.

    The file holds the partners' record ids: it stays where the run was made. Fill in the column
    ``same_person`` and give it to the next run as ``decisions``. ``.xlsx`` keeps record ids as
    they are; a CSV that a spreadsheet saves again may lose leading zeros.

    Args:
        result: What ``uic.dedupe`` returned.
        path: The file, ``.csv`` or ``.xlsx``.
        lower: Least probability.
        upper: Largest probability.
    """
    table = review_table(result, lower=lower, upper=upper)
    write_sheet(table, path, choices={ANSWER: WORDS})
    return len(table)


def review_table(result: Deduplication, *, lower: float = LOWER, upper: float = UPPER) -> pa.Table:
    """Return the doubtful pairs of a run, the most doubtful first.

    Doubtful is a pair whose probability lies in the band, and one above the threshold whose
    records were kept apart because their cluster was bad. Pairs that people decided are left
    out.

    Returns:
        ``pair`` (its number, for ``uic explain``), ``partner_a``, ``record_id_a``, ``partner_b``,
        ``record_id_b``, ``same_person`` (empty), ``probability``, ``linked`` (yes or no), one
        column of words for each attribute, and ``passes`` in which the two met.

    Raises:
        InputError: the band is empty.
    """
    if not 0 <= lower < upper <= 1:
        raise InputError("the band of a review is two probabilities, the lower one first")
    found = result.candidates
    if found is None:
        raise InputError("this result holds no pairs to review")
    chosen = _doubtful(found, result.run, lower, upper)
    picked = found.take(pa.array(chosen))
    names = [item["name"] for item in result.run["passes"]]
    return pa.table(
        {
            "pair": pa.array(chosen + 1, pa.int64()),
            **{name: picked[name] for name in _PAIR},
            ANSWER: pa.array([""] * len(picked), pa.string()),
            "probability": np.round(picked["probability"].to_numpy(), 3),
            "linked": pa.array(["yes" if same else "no" for same in picked["same"].to_pylist()]),
            **level_columns(picked, comparisons_of(result.run)),
            "passes": pa.array([_named(mask, names) for mask in picked["met"].to_pylist()]),
        }
    )


def comparisons_of(run: dict[str, Any]) -> tuple[Comparison, ...]:
    """Return what a run compared, in the order of its patterns."""
    return tuple(Comparison(item["attribute"], item["kind"]) for item in run["comparisons"])


def level_columns(pairs: pa.Table, items: Sequence[Comparison]) -> dict[str, pa.Array]:
    """Return the level of every attribute in words, one column each."""
    patterns = [unpack(pattern, items) for pattern in pairs["pattern"].to_pylist()]
    return {
        item.attribute: pa.array(
            [item.levels[levels[item.attribute]] for levels in patterns], pa.string()
        )
        for item in items
    }


def read_decisions(path: str | Path, registers: Sequence[Register]) -> Decisions:
    """Read a review file that was filled in.

    Args:
        path: The file that :func:`write_review` made, answered; rows may be missing.
        registers: The partners' registers, in the order of the run.

    Raises:
        InputError: the file cannot be read, an answer is none, or records are not in the
            registers; rows are named, never a record id.
    """
    alone = len(registers) == 1  # a list of one partner does not say whose the records are
    answers = read_answers(path, [n for n in _PAIR if not (alone and n.startswith("partner"))])
    nodes, only = _nodes(registers), registers[0].partner if alone else None
    rows = answers.to_pylist()
    ends = [
        tuple(nodes.get((only or r[f"partner_{s}"], r[f"record_id_{s}"])) for s in "ab")
        for r in rows
    ]
    lost = [row["_row"] for row, pair in zip(rows, ends, strict=True) if None in pair]
    if lost:
        rule = "a record of this pair is not in the exports"
        hint = "a spreadsheet may have dropped leading zeros: review with a name ending in .xlsx"
        raise InputError(Problem(Path(path).name, f"row {row}", rule, hint) for row in lost)
    return decisions_of(
        (pair[0], pair[1], row[ANSWER])  # type: ignore[misc]
        for row, pair in zip(rows, ends, strict=True)
        if row[ANSWER] is not None
    )


def _nodes(registers: Sequence[Register]) -> dict[tuple[str, str], int]:
    keys = (
        (register.partner, record)
        for register in registers
        for record in register.records["record_id"].to_pylist()
    )
    return {key: node for node, key in enumerate(keys)}


def _doubtful(
    found: pa.Table, run: dict[str, Any], lower: float, upper: float
) -> NDArray[np.int64]:
    chance = found["probability"].to_numpy()
    same, decided = (found[name].to_numpy() for name in ("same", "decided"))
    parted = (chance >= run["threshold"]) & ~same
    asked = (((chance >= lower) & (chance <= upper)) | parted) & ~decided
    order = np.argsort(np.abs(chance - run["threshold"]), kind="stable")
    return np.asarray(order[asked[order]], dtype=np.int64)


def _named(mask: int, names: Sequence[str]) -> str:
    return " ".join(name for number, name in enumerate(names) if mask >> number & 1)
