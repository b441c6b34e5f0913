"""Hold the measures of every pass against the schema's ceilings; add partners' counts up."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from uic.errors import InputError, Problem
from uic.files import private, write_text
from uic.partner.gate.measuring import Measures, entropy, share_in
from uic.partner.gate.staging import is_worst

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from uic.exchange import Header
    from uic.partner.gate.staging import Tried
    from uic.schema import Ceilings, LinkageSchema

FORMAT = "uic-gate/1"
SCARCE = 0.5
"""Below this share of rows that are kept, a pass finds too little to be of use."""


def judge(
    passes: Mapping[str, Measures],
    tried: Mapping[str, tuple[Tried, ...]],
    header: Header,
    schema: LinkageSchema,
    path: Path,
) -> None:
    """Write the partner's report and refuse a file that would show too much.

    Args:
        passes: Measures of every pass of the file.
        tried: What the gate's own attack found in each.
        header: Header of the export.
        schema: Holds the ceilings.
        path: The report: counts only, readable by its owner only.

    Raises:
        InputError: a pass shows more than the ceilings allow; every such pass is listed.
    """
    problems = [
        problem
        for name, measured in passes.items()
        for problem in _problems(name, measured, tried[name], schema.ceilings)
    ]
    told = {
        "format": FORMAT,
        "partner": header.partner,
        "project": header.project,
        "epoch": header.epoch,
        "records": header.records,
        "protection": schema.protection.model_dump(),
        "ceilings": schema.ceilings.model_dump(),
        "passes": {
            name: measured.as_dict() | {"attack": [one.as_dict() for one in tried[name]]}
            for name, measured in passes.items()
        },
        "scarce": sorted(name for name, m in passes.items() if m.kept < SCARCE),
        "may_leave": not problems,
    }
    with private():
        write_text(path, json.dumps(told, indent=1) + "\n")
    if problems:
        raise InputError(problems)


def least_entropy(rows: int, ceilings: Ceilings) -> float:
    """Return the bits asked of a pass: the schema's, or what so few rows can show.

    log2(rows) + 4 bits are one row in sixteen that shares its token with another.
    """
    return min(ceilings.entropy, math.log2(max(rows, 2)) + 4)


def _problems(
    name: str, measured: Measures, tried: tuple[Tried, ...], ceilings: Ceilings
) -> list[Problem]:
    bits = entropy(measured.file)
    rows = sum(size * count for size, count in measured.file.items())
    found = []
    least = least_entropy(rows, ceilings)
    if bits is not None and bits < least:
        found.append(f"its tokens have {bits:.1f} bits of collision entropy, below {least:.1f}")
    shares = (
        (share_in(measured.file, 3), ceilings.blocks_of_3, "in blocks of three and more rows"),
        (share_in(measured.file, 10), ceilings.blocks_of_10, "in blocks of ten and more rows"),
        (measured.unique / max(rows, 1), ceilings.unique_pattern, "with a pattern of their own"),
    )
    found += [
        f"{share:.1%} of its rows are {where}, above {ceiling:.1%}"
        for share, ceiling, where in shares
        if share > ceiling
    ]
    found += [
        f"the gate's own attack found {one.found} of {one.people} people on a list of {one.listed},"
        f" above {ceilings.found:.1%}"
        for one in tried
        if one.beyond(ceilings.found)
    ]
    hint = (
        "lower protection.rows_per_block in the schema, make the pass narrower with one more part,"
        " let dummies stand among its rows (protection.dummies), or leave it out; all partners must"
        " agree on the schema"
    )
    return [Problem("export", f"pass {name}", rule, hint) for rule in found]


def pooled(reports: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Add the histograms of several partners' reports up, pass by pass.

    Entropy is that of pairs of records of one partner: if all partners serve one population, it
    is the population's. Nobody's records are needed for it, and no two partners' are compared.
    ``found`` is what each partner's own file gave away to the attack at its best; rows of several
    partners in one block show more than that (benchmarks/attack/raids.md).
    """
    names = dict.fromkeys(name for report in reports for name in report["passes"])
    found = {}
    for name in names:
        parts = [report["passes"][name] for report in reports if name in report["passes"]]
        register, pairs, agreeing = Counter[int](), 0, 0
        for part in parts:
            blocks = {int(size): count for size, count in part["register_blocks"].items()}
            register.update(blocks)
            rows = sum(size * count for size, count in blocks.items())
            pairs += rows * (rows - 1)
            agreeing += sum(size * (size - 1) * count for size, count in blocks.items())
        rows = sum(part["rows"] for part in parts)
        kept = sum(part["rows"] * part["rows_kept"] for part in parts)
        worst = [one for part in parts for one in part.get("attack", ()) if is_worst(one)]
        found[name] = {
            "rows": rows,
            "entropy_bits": round(math.log2(pairs / agreeing), 2) if agreeing else None,
            "in_3": round(share_in(register, 3), 4),
            "in_10": round(share_in(register, 10), 4),
            "largest": max(register, default=0),
            "rows_kept": round(kept / rows, 4) if rows else 1.0,
            "found": sum(one["found"] for one in worst)
            / max(sum(one["people"] for one in worst), 1),
            "blocks": dict(sorted(register.items())),
        }
    return found


def read_report(path: Path) -> dict[str, Any]:
    """Read a report of the gate.

    Raises:
        InputError: the file is no such report.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        told = None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise InputError(
            Problem(path.name, "", "this is no report of the gate", "uic encode writes them")
        )
    return told
