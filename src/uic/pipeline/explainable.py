"""What ``uic explain`` reads: the pairs of a finished run, and how its records hang together."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from uic.engines.storing import fetched
from uic.errors import FormatError, InputError, Problem
from uic.pipeline.results import CANDIDATES
from uic.pipeline.rounds.looking import existing
from uic.resolving.chains import Link, strongest_chain
from uic.resolving.register.rounds import get_round

if TYPE_CHECKING:
    from numpy.typing import NDArray

_COLUMNS = (
    "partner_a", "record_id_a", "partner_b", "record_id_b",
    "probability", "log_odds", "same", "decided", "best", "met", "pattern",
)  # fmt: skip
_HINT = "name the folder that uic dedupe wrote"
_SLACK = 1e-9  # a probability that was computed again from log-odds
Record = tuple[str, str]
"""Partner and record id, or partner and handle."""


@dataclass(frozen=True, repr=False)
class Run:
    """A finished run, as far as explaining needs it.

    Attributes:
        facts: Its ``run.json``, or the facts of a round.
        pairs: Its ``candidates.parquet``, or the pairs of a round under handles.
    """

    facts: dict[str, Any]
    pairs: pa.Table

    @property
    def linking(self) -> NDArray[np.bool_]:
        """Shape (pairs,): whether a pair is a link by itself, as scored or as people decided."""
        chance, same, decided = (
            self.pairs[name].to_numpy() for name in ("probability", "same", "decided")
        )
        found: NDArray[np.bool_] = chance >= self.facts["threshold"] - _SLACK
        return np.where(decided, same, found)


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
    needed = {"passes", "comparisons", "weights", "threshold"}
    whole = isinstance(facts, dict) and needed <= facts.keys()
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


def place_of(run: Run, first: str, second: str | None) -> int | None:
    """Return where a pair stands; None for two records that are no pair.

    Args:
        run: The run.
        first: A record as ``PARTNER:RECORD_ID``, or the number of a pair.
        second: The other record; None with a number.

    Raises:
        InputError: there is no pair of this number, or a record is not written so.
    """
    pairs = run.pairs
    if second is None:
        number = int(first) if first.isascii() and first.isdigit() else 0
        if not 0 < number <= len(pairs):
            rule = f"the pair must be a number from 1 to {len(pairs):,}, or two records"
            raise InputError(Problem(CANDIDATES, "", rule, "as in the column 'pair' of a review"))
        return number - 1
    ends = [record_of(text) for text in (first, second)]
    for one, other in (ends, ends[::-1]):
        wanted = zip(_COLUMNS[:4], (*one, *other), strict=True)
        hits = [pc.equal(pairs[name].cast(pa.string()), text) for name, text in wanted]
        found = np.flatnonzero(pc.and_(pc.and_(*hits[:2]), pc.and_(*hits[2:])).to_numpy())
        if len(found):
            return int(found[0])
    return None


def record_of(text: str) -> Record:
    """Read ``PARTNER:RECORD_ID``.

    Raises:
        InputError: there is no colon in it.
    """
    partner, found, record = text.partition(":")
    if not found:
        raise InputError("a record is written PARTNER:RECORD_ID, as in persons.parquet")
    return partner, record


def chain_between(run: Run, first: Record, last: Record) -> tuple[Link, ...]:
    """Return the links through which two records are one person; none if nothing joins them."""
    places = np.flatnonzero(run.pairs["same"].to_numpy() & run.linking)
    links = run.pairs.take(pa.array(places))
    ends = _joined(*(pa.array(texts) for texts in zip(first, last, strict=True)))
    named = pa.concat_arrays([_records(links, "a"), _records(links, "b"), ends])
    codes = named.dictionary_encode().indices.to_numpy().astype(np.int64)
    a, b, (at, wanted) = np.split(codes, [len(links), 2 * len(links)])
    chance, decided = links["probability"].to_numpy(), links["decided"].to_numpy()
    found = []
    for place in strongest_chain(a, b, chance, int(at), int(wanted)):
        one, other = "ab" if a[place] == at else "ba"
        partners = (links[f"partner_{side}"][place].as_py() for side in (one, other))
        sure = float(chance[place]), bool(decided[place])
        found.append(Link(int(places[place]) + 1, (next(partners), next(partners)), *sure))
        at = a[place] + b[place] - at
    return tuple(found)


def _records(pairs: pa.Table, side: str) -> pa.Array:
    """Return the record of one side of each pair as one text."""
    names = (f"partner_{side}", f"record_id_{side}")
    return _joined(*(pairs[name].cast(pa.string()).combine_chunks() for name in names))


def _joined(partners: pa.Array, records: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(partners, records, "\0")
