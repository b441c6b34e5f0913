"""Review: what each partner is asked about doubtful pairs, and what its answers decide.

A partner is asked under its own handles. Of a pair inside its own list it sees both of its
records; of a pair with another partner it sees its own record, how much the other agrees, and not
whose the other is. That a question comes at all tells it that somewhere else a record like this
one may exist, and each exact level tells it a value it already holds. Therefore pairs between
partners are asked only where the partners agreed to it, they bind only when both sides say the
same, and the two sides get different question numbers, so that two files laid side by side do not
tell which questions belong together (docs/decisions/0132-questions-under-own-handles.md).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from uic.levels import unpack
from uic.resolving.thresholds import LOWER, UPPER
from uic.returning import LEVELS, QUESTIONS, Errand, Questions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from uic.levels import Comparison
    from uic.returning import Answers
    from uic.weighing import PassWeights

_NUMBERS = range(10**8, 10**9)  # nine digits: a spreadsheet shows and saves them as they are
_SIDES = {
    side: (f"partner_{side}", f"handle_{side}_hi", f"handle_{side}_lo") for side in ("a", "b")
}
LEDGER = pa.schema(
    [
        ("question", pa.int64()),
        ("partner", pa.string()),  # who is asked
        *((name, pa.string() if name.startswith("partner") else pa.int64())
          for side in _SIDES.values() for name in side),
    ]
)  # fmt: skip
"""Which pair a question is about: the resolver keeps it until the answers are there."""

DECIDED = pa.schema([*(LEDGER.field(name) for name in LEDGER.names[2:]), ("same", pa.bool_())])


@dataclass(frozen=True, repr=False)
class Asked:
    """Questions to the partners, and the resolver's own note of what they are about.

    Attributes:
        questions: One a partner that is asked anything.
        ledger: ``LEDGER``.
    """

    questions: tuple[Questions, ...]
    ledger: pa.Table

    def __repr__(self) -> str:
        return f"<Asked {len(self.ledger)} questions to {len(self.questions)} partners>"


def ask(
    pairs: pa.Table,
    *,
    errand: Errand,
    passes: Sequence[str],
    items: Sequence[Comparison],
    weights: Mapping[str, PassWeights],
    threshold: float = 0.5,
    lower: float = LOWER,
    upper: float = UPPER,
    across: bool = False,
) -> Asked:
    """Ask the partners about doubtful pairs.

    Args:
        pairs: ``partner_a``, ``handle_a_hi``, ``handle_a_lo``, the same for b, ``log_odds``,
            ``same``, ``decided``, ``best`` and ``pattern``, as a register keeps them.
        errand: Project, epoch, key and round; its partner is not used.
        passes: Names of the passes, in the order of their numbers.
        items: The comparisons, in the order of the pattern.
        weights: Fitted weights per pass.
        threshold: Probability at which a pair is a link. A pair above it whose records were kept
            apart is asked too.
        lower: Least probability that is asked.
        upper: Largest.
        across: Whether pairs between two partners are asked, too.
    """
    rows = [row for row in pairs.to_pylist() if _doubtful(row, threshold, lower, upper)]
    numbers = iter(secrets.SystemRandom().sample(_NUMBERS, 2 * len(rows)))
    asked: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        inside = row["partner_a"] == row["partner_b"]
        for side in "a" if inside else "ab" if across else "":
            kept = row | {"asked": side, "question": next(numbers), "inside": inside}
            asked.setdefault(row[f"partner_{side}"], []).append(kept)
    to = [_questions(errand, name, asked[name], passes, items, weights) for name in sorted(asked)]
    ledger = [row | {"partner": partner} for partner in sorted(asked) for row in asked[partner]]
    return Asked(tuple(to), pa.Table.from_pylist(_only(ledger, LEDGER), schema=LEDGER))


def decided(ledger: pa.Table, answers: Iterable[Answers]) -> pa.Table:
    """Return what the answers decide, as ``DECIDED``; *unknown* decides nothing.

    A pair inside one list is that partner's to decide. A pair between two partners is decided
    when both answered and agree. A question that this partner was not asked counts for nothing.
    """
    known = {(row["partner"], row["question"]): row for row in ledger.to_pylist()}
    said: dict[tuple[Any, ...], dict[str, bool | None]] = {}
    for item in answers:
        for row in item.answers.to_pylist():
            about = known.get((item.errand.partner, row["question"]))
            if about is not None:
                pair = tuple(about[name] for name in DECIDED.names[:-1])
                said.setdefault(pair, {})[item.errand.partner] = row["same"]
    rows = []
    for pair, voices in sorted(said.items()):
        needed = {pair[0], pair[3]}
        verdict = set(voices.values())
        if voices.keys() >= needed and len(verdict) == 1 and None not in verdict:
            rows.append(dict(zip(DECIDED.names, (*pair, *verdict), strict=True)))
    return pa.Table.from_pylist(rows, schema=DECIDED)


def _doubtful(row: Mapping[str, Any], threshold: float, lower: float, upper: float) -> bool:
    if row["decided"] or row["log_odds"] is None:
        return False
    chance = _chance(row["log_odds"])
    return lower <= chance <= upper or (chance >= threshold and not row["same"])


def _chance(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(log_odds, -500, 500))))


def _questions(
    errand: Errand,
    partner: str,
    rows: Sequence[dict[str, Any]],
    passes: Sequence[str],
    items: Sequence[Comparison],
    weights: Mapping[str, PassWeights],
) -> Questions:
    mine = Errand(**(vars(errand) | {"partner": partner}))
    given = {item.attribute: item.levels for item in items}
    pairs, levels = [], []
    for row in sorted(rows, key=lambda row: row["question"]):  # a random order
        pairs.append(_pair(row))
        found = unpack(row["pattern"], items)
        weighed = weights[passes[row["best"]]].evidence(found) if weights else {}
        levels += [
            {
                "question": row["question"],
                "attribute": name,
                "level": given[name][level],
                "weight": round(weighed.get(name, 0.0), 2),
            }
            for name, level in found.items()
        ]
    return Questions(
        mine,
        pa.Table.from_pylist(pairs, schema=QUESTIONS),
        pa.Table.from_pylist(levels, schema=LEVELS),
    )


def _pair(row: Mapping[str, Any]) -> dict[str, Any]:
    own, other = (row["asked"], "b" if row["asked"] == "a" else "a")
    shown = {
        "question": row["question"],
        "handle_hi": row[f"handle_{own}_hi"],
        "handle_lo": row[f"handle_{own}_lo"],
        "probability": round(_chance(row["log_odds"]), 3),
    }
    if row["inside"]:
        shown |= {f"other_{part}": row[f"handle_{other}_{part}"] for part in ("hi", "lo")}
    return shown


def _only(rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> list[dict[str, Any]]:
    return [{name: row[name] for name in schema.names} for row in rows]
