"""``uic explain``: one pair of a finished run, in words and as a picture."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from uic.analysis.pictures import render
from uic.analysis.pictures.chain import chain_picture
from uic.analysis.pictures.waterfall import waterfall
from uic.errors import InputError, Problem
from uic.files import write_text
from uic.pipeline.explainable import (
    Run,
    chain_between,
    place_of,
    read_round,
    read_run,
    record_of,
)
from uic.pipeline.results import CANDIDATES
from uic.pipeline.reviewing import comparisons_of
from uic.resolving.explaining import (
    chance,
    conclusion,
    explain_chain,
    explain_pair,
    link_chance,
)
from uic.weighing import parse_weights

if TYPE_CHECKING:
    from pathlib import Path

    from uic.analysis.pictures import Picture
    from uic.resolving.explaining import Explanation

__all__ = ["explain", "explanation_pictures", "read_round", "read_run", "write_explanation"]


def explain(results: str | Path | Run, first: str, second: str | None = None) -> Explanation:
    """Explain why two records are, or are not, one person.

    The explanation holds agreement levels and weights, and no value of a person. Where the two
    are one person only through other records, it tells the pairs that joined them.

    Args:
        results: The folder that ``uic dedupe`` wrote, or a run that was read before.
        first: A record as ``PARTNER:RECORD_ID``, or the number of a pair in a review file.
        second: The other record; None with a number.

    Raises:
        InputError: the folder holds no run; or the pair is not among those that were kept (less
            probable than one in a hundred, or never compared) and no other records join the two.
            No message holds a record id.
        FormatError: ``run.json`` was changed.
    """
    run = results if isinstance(results, Run) else read_run(results)
    place = place_of(run, first, second)
    if place is not None:
        return _explained(run, place)
    chain = chain_between(run, record_of(first), record_of(str(second)))
    if not chain:
        rule = "these two records are not among the pairs that were kept, and no others join them"
        hint = "a pair less probable than one in a hundred is not kept; check partner and record id"
        raise InputError(Problem(CANDIDATES, "", rule, hint))
    return explain_chain(chain)


def explanation_pictures(found: Explanation, *, threshold: float = 0.5) -> tuple[Picture, ...]:
    """Draw the weights of a pair as a waterfall, and the chain that joined its records."""
    drawn = []
    if found.terms:
        drawn.append(_weights(found, threshold))
    if found.chain:
        drawn.append(_chain(found))
    return tuple(drawn)


def write_explanation(found: Explanation, path: str | Path, *, threshold: float = 0.5) -> None:
    """Write the explanation as one HTML page with its pictures; nothing on it names anybody."""
    pictures = "".join(map(render, explanation_pictures(found, threshold=threshold)))
    told = "".join(map(_item, conclusion(found)))
    write_text(path, _PAGE.format(pictures=pictures, told=told))


def _explained(run: Run, place: int) -> Explanation:
    pair = run.pairs.slice(place, 1).to_pylist()[0]
    names = ("pattern", "best", "met", "log_odds", "probability", "same", "decided")
    weights = (run.facts["weights"] or {}).get("passes", {})
    found = explain_pair(
        **{name: pair[name] for name in names},
        passes=[item["name"] for item in run.facts["passes"]],
        items=comparisons_of(run.facts),
        weights={name: parse_weights(item) for name, item in weights.items()},
    )
    linking = bool(run.linking[place])
    if linking == found.same:
        return found
    if linking:
        return replace(found, parted=True)
    first, last = ((pair[f"partner_{side}"], pair[f"record_id_{side}"]) for side in "ab")
    return replace(found, chain=chain_between(run, first, last))


def _item(line: str) -> str:
    """Return a sentence as an item of a list; the links of a chain stand further in."""
    inner = line.removeprefix("- ")
    return f"<li>{escape(line)}</li>" if inner == line else f'<li class="in">{escape(inner)}</li>'


def _weights(found: Explanation, threshold: float) -> Picture:
    steps = [(f"{t.name}: {t.finding}" if t.finding else t.name, t.weight) for t in found.terms]
    cut = float(np.log(threshold / (1 - threshold)))
    outcome = "one person" if found.same else "two people"
    through = ", joined only through others (see below)" if found.chain else ""
    told = chance(found.probability or 0.0)
    summary = f"Probability of one person {told}; they are {outcome} now{through}."
    return waterfall(steps, cut=cut, title="Why these two records", summary=summary)


def _chain(found: Explanation) -> Picture:
    links = [(f"pair {link.number}", link_chance(link)) for link in found.chain]
    records = [link.partners[0] for link in found.chain] + [found.chain[-1].partners[1]]
    own = "no pair" if found.probability is None else f"own pair: {chance(found.probability)}"
    return chain_picture(records, links, own=own)


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Why these two records</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:46rem;padding:0 1rem;
color:#1b2733}}li.in{{margin-left:1.5rem;list-style:circle}}</style></head>
<body>{pictures}<ul>{told}</ul>
<p>Weights are natural log-odds. No value of a person was needed to compute them, and none is
shown: only how much the two records agree.</p></body></html>
"""
