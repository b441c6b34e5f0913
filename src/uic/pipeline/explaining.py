"""``uic explain``: one pair of a finished run, in words and as a picture."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from uic.analysis.pictures import render
from uic.analysis.pictures.waterfall import waterfall
from uic.engines.storing import fetched
from uic.errors import FormatError, InputError, Problem
from uic.files import write_text
from uic.pipeline.results import CANDIDATES
from uic.pipeline.reviewing import comparisons_of
from uic.pipeline.rounds.looking import existing
from uic.resolving.explaining import chance, conclusion, explain_pair
from uic.resolving.register.rounds import get_round
from uic.weighing import parse_weights

if TYPE_CHECKING:
    from uic.analysis.pictures import Picture
    from uic.resolving.explaining import Explanation

_COLUMNS = (
    "partner_a", "record_id_a", "partner_b", "record_id_b",
    "probability", "log_odds", "same", "decided", "best", "met", "pattern",
)  # fmt: skip
_HINT = "name the folder that uic dedupe wrote"


@dataclass(frozen=True, repr=False)
class Run:
    """A finished run, as far as explaining needs it.

    Attributes:
        facts: Its ``run.json``, or the facts of a round.
        pairs: Its ``candidates.parquet``, or the pairs of a round under handles.
    """

    facts: dict[str, Any]
    pairs: pa.Table


def explain(results: str | Path | Run, first: str, second: str | None = None) -> Explanation:
    """Explain why two records are, or are not, one person.

    The explanation holds agreement levels and weights, and no value of a person.

    Args:
        results: The folder that ``uic dedupe`` wrote, or a run that was read before.
        first: A record as ``PARTNER:RECORD_ID``, or the number of a pair in a review file.
        second: The other record; None with a number.

    Raises:
        InputError: the folder holds no run, or the pair is not among those that were kept: less
            probable than one in a hundred, or never compared. No message holds a record id.
        FormatError: ``run.json`` was changed.
    """
    run = results if isinstance(results, Run) else read_run(results)
    pair = run.pairs.slice(_position(run.pairs, first, second), 1).to_pylist()[0]
    names = ("pattern", "best", "met", "log_odds", "probability", "same", "decided")
    weights = (run.facts["weights"] or {}).get("passes", {})
    return explain_pair(
        **{name: pair[name] for name in names},
        passes=[item["name"] for item in run.facts["passes"]],
        items=comparisons_of(run.facts),
        weights={name: parse_weights(item) for name, item in weights.items()},
    )


def explanation_picture(found: Explanation, *, threshold: float = 0.5) -> Picture:
    """Draw the weights of a pair as a waterfall."""
    steps = [(f"{t.name}: {t.finding}" if t.finding else t.name, t.weight) for t in found.terms]
    cut = float(np.log(threshold / (1 - threshold)))
    outcome = "one person" if found.same else "two people"
    summary = f"Probability of one person {chance(found.probability)}; they are {outcome} now."
    return waterfall(steps, cut=cut, title="Why these two records", summary=summary)


def write_explanation(found: Explanation, path: str | Path, *, threshold: float = 0.5) -> None:
    """Write the explanation as one HTML page with its picture; nothing on it names anybody."""
    picture = render(explanation_picture(found, threshold=threshold)) if found.terms else ""
    told = "".join(f"<li>{escape(line)}</li>" for line in conclusion(found))
    write_text(path, _PAGE.format(picture=picture, told=told))


def read_run(results: str | Path) -> Run:
    """Read what explaining needs of a results folder.

    Raises:
        InputError: a file is missing or is not what ``uic dedupe`` wrote.
    """
    folder = Path(results)
    try:
        facts = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        pairs = pq.read_table(folder / CANDIDATES)
    except OSError:
        rule = "the folder holds no run.json and candidates.parquet"
        raise InputError(Problem(folder.name, "", rule, _HINT)) from None
    except (ValueError, pa.ArrowException):
        rule = "run.json or candidates.parquet is damaged"
        raise InputError(Problem(folder.name, "", rule, _HINT)) from None
    whole = isinstance(facts, dict) and {"passes", "comparisons", "weights"} <= facts.keys()
    if not whole or not set(_COLUMNS) <= set(pairs.column_names):
        raise FormatError("run.json and candidates.parquet are not of one run", layer="content")
    return Run(facts, pairs)


def read_round(register: str | Path, name: str) -> Run:
    """Read what explaining needs of a round; its records are named by handle.

    Raises:
        InputError: there is no such register or round.
    """
    with existing(register) as database:
        found = get_round(database, name)
        pairs = fetched(
            database,
            "SELECT partner_a, printf('%016x%016x', handle_a_hi, handle_a_lo) AS record_id_a,"
            " partner_b, printf('%016x%016x', handle_b_hi, handle_b_lo) AS record_id_b,"
            " CASE WHEN decided THEN CAST(same AS DOUBLE) ELSE 1 / (1 + EXP(-log_odds)) END"
            " AS probability, log_odds, same, decided, best, met, pattern"
            " FROM pairs WHERE round = $1 ORDER BY ALL",
            [found.number],
        )
    return Run(found.facts, pairs)


def _position(pairs: pa.Table, first: str, second: str | None) -> int:
    if second is None:
        number = int(first) if first.isascii() and first.isdigit() else 0
        if not 0 < number <= len(pairs):
            rule = f"the pair must be a number from 1 to {len(pairs):,}, or two records"
            raise InputError(Problem(CANDIDATES, "", rule, "as in the column 'pair' of a review"))
        return number - 1
    ends = [_ends(text) for text in (first, second)]
    for one, other in (ends, ends[::-1]):
        wanted = zip(_COLUMNS[:4], (*one, *other), strict=True)
        hits = [pc.equal(pairs[name].cast(pa.string()), text) for name, text in wanted]
        found = np.flatnonzero(pc.and_(pc.and_(*hits[:2]), pc.and_(*hits[2:])).to_numpy())
        if len(found):
            return int(found[0])
    rule = "these two records are not among the pairs that were kept"
    hint = "a pair less probable than one in a hundred is not kept; check partner and record id"
    raise InputError(Problem(CANDIDATES, "", rule, hint))


def _ends(text: str) -> tuple[str, str]:
    partner, found, record = text.partition(":")
    if not found:
        raise InputError("a record is written PARTNER:RECORD_ID, as in persons.parquet")
    return partner, record


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Why these two records</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:46rem;padding:0 1rem;
color:#1b2733}}</style></head>
<body>{picture}<ul>{told}</ul>
<p>Weights are natural log-odds. No value of a person was needed to compute them, and none is
shown: only how much the two records agree.</p></body></html>
"""
