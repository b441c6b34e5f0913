"""``uic dedupe --local``: one NGO's own list, its doubtful pairs side by side, in the clear.

For the NGO's own eyes, before anything is encoded: a list that is clean links better, and a typing
error is found best by those who know the person. No key is needed and nothing else is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.errors import InputError, Problem
from uic.levels import unpack
from uic.partner.answers import ANSWER, WORDS
from uic.partner.reading import read_registers
from uic.pipeline.clear import match_clear
from uic.pipeline.joining import join_candidates
from uic.pipeline.reviewing import read_decisions
from uic.resolving.deciding import UNDECIDED
from uic.resolving.resolver import resolve
from uic.resolving.thresholds import LOWER
from uic.schema import LinkageSchema, as_schema, with_threshold
from uic.sheets import write_sheet
from uic.values import silent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from uic.levels import Comparison
    from uic.partner.registers import Register
    from uic.values import Progress, RowProblem

WARNING = (
    "THIS FILE HOLDS THE NAMES OF CLIENTS. Keep it where your register is kept, send it to nobody,"
    " delete it when you are done."
)
_COLOURS = {
    "exact": "",
    "missing": "#eceff1",
    "different": "#f8d7da",
    "far": "#fde4cf",
    "swapped": "#d6e4f7",
    "day and month swapped": "#d6e4f7",
    "different year, rest unknown": "#f8d7da",
    "different year, rest unknown in both": "#f8d7da",
}
_BETWEEN = "#fff4ce"  # every other level: nearly the same


@dataclass(frozen=True, repr=False)
class LocalPairs:
    """Pairs of one partner's own records, side by side. Holds names: never leaves the partner.

    Attributes:
        pairs: ``pair``, ``probability``, ``linked``, ``record_id_a``, ``record_id_b``,
            ``same_person`` (empty), then for every attribute both values and their level:
            ``family_name_a``, ``family_name_b``, ``family_name_level``. The surest first.
        records: Records of the list.
        persons: Persons among them at the threshold.
        problems: Values that could not be used.
    """

    pairs: pa.Table
    records: int
    persons: int
    problems: tuple[RowProblem, ...]

    def __repr__(self) -> str:
        return f"<LocalPairs {len(self.pairs)} pairs of {self.records} records>"


def dedupe_local(
    inputs: Sequence[str | Path] | Mapping[str, Any],
    *,
    schema: LinkageSchema | str | Path | None = None,
    threshold: float | None = None,
    lower: float = LOWER,
    decisions: str | Path | None = None,
    progress: Progress = silent,
) -> LocalPairs:
    """Find the records of one partner's own list that may be one person, in the clear.

    Args:
        inputs: The partner's export, or a mapping from its name to a table.
        schema: The linkage schema or its path; by default that of a name register.
        threshold: Probability at which a pair is a link, instead of the schema's.
        lower: Least probability of a pair that is shown.
        decisions: A file of an earlier run with ``same_person`` filled in; what it says binds.
        progress: Called with each pass.

    Raises:
        InputError: a file cannot be used, or the files belong to more than one partner.
        SchemaError: the schema breaks a rule.
        LocalMissingError: rapidfuzz is not installed.
    """
    chosen = with_threshold(as_schema(schema), threshold)
    registers = read_registers(inputs, chosen, progress=progress)
    if len(registers) != 1:
        rule = f"the files belong to {len(registers)} partners"
        hint = "compare one partner's own list at a time; across partners only encodings meet"
        raise InputError(Problem("inputs", "", rule, hint))
    found = match_clear(registers, chosen, progress=progress)
    decided = UNDECIDED if decisions is None else read_decisions(decisions, registers)
    resolved = resolve(found.pairs, found.parts, chosen, decisions=decided)
    candidates = join_candidates(resolved, registers)
    shown = pc.and_(
        pc.greater_equal(candidates["probability"], lower), pc.invert(candidates["decided"])
    )
    positions = resolved.compared.filter(shown), candidates.filter(shown)
    return LocalPairs(
        _side_by_side(*positions, registers[0], found.items),
        records=len(registers[0].records),
        persons=len(resolved.persons["person_id"].unique()),
        problems=registers[0].problems,
    )


def write_local(found: LocalPairs, path: str | Path) -> None:
    """Write the pairs as a workbook (``.xlsx``, coloured by level) or as CSV.

    A line at the top says that the file holds names; only its owner may read it.
    """
    colours = _shades(found.pairs)
    names = found.pairs.column_names
    write_sheet(
        found.pairs,
        path,
        note=WARNING,
        colour=lambda row, place: colours.get(names[place], {}).get(row, ""),
        choices={ANSWER: WORDS},
    )
    Path(path).chmod(0o600)


def _side_by_side(
    compared: pa.Table, named: pa.Table, register: Register, items: Sequence[Comparison]
) -> pa.Table:
    order = np.argsort(-named["probability"].to_numpy(), kind="stable")
    compared, named = compared.take(pa.array(order)), named.take(pa.array(order))
    levels = [unpack(pattern, items) for pattern in named["pattern"].to_pylist()]
    columns: dict[str, Any] = {
        "pair": np.arange(1, len(named) + 1),
        "probability": np.round(named["probability"].to_numpy(), 3),
        "linked": pa.array(["yes" if same else "no" for same in named["same"].to_pylist()]),
        "record_id_a": named["record_id_a"],
        "record_id_b": named["record_id_b"],
        ANSWER: pa.array([""] * len(named), pa.string()),
    }
    for item in items:
        values = _texts(register, item)
        for side in "ab":
            columns[f"{item.attribute}_{side}"] = values.take(
                compared[f"record_{side}"].combine_chunks()
            )
        words = [item.levels[one[item.attribute]] for one in levels]
        columns[f"{item.attribute}_level"] = pa.array(words, pa.string())
    return pa.table(columns)


def _texts(register: Register, item: Comparison) -> pa.Array:
    """Return the attribute as the register holds it; a date as far as it is known."""
    records = register.records
    if item.kind != "date":
        return records[item.attribute].combine_chunks().cast(pa.string())
    names = [f"{item.attribute}_{part}" for part in ("year", "month", "day")]
    parts = zip(*(records[name].to_pylist() for name in names), strict=True)
    known = ([f"{part:02d}" for part in date if part is not None] for date in parts)
    return pa.array(["-".join(date) or None for date in known], pa.string())


def _shades(pairs: pa.Table) -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = {}
    for name in pairs.column_names:
        if name.endswith("_level"):
            words = pairs[name].to_pylist()
            shade = {row: _COLOURS.get(word, _BETWEEN) for row, word in enumerate(words)}
            found |= {name.removesuffix("level") + side: shade for side in ("a", "b", "level")}
    return found
