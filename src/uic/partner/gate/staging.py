"""Stage the gate's own attack: a sample of the file that leaves, and a made-up list that holds it.

The attacker's list is the register's own people in whole blocks (overlap 1, his best case), and
the same beside nineteen made-up people each (overlap .05), who fall into the same blocks and take
every other value from somebody else: a registry as dense as the register. Samples keep the cost
the same for registers of any size; fewer wrong blocks to choose from help the attacker. Nothing of
this leaves the process but counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from uic.partner.gate.attacking import attack, by_themselves, guess
from uic.partner.gate.resembling import features_of, file_side, list_side, people_of, tables
from uic.partner.mixing import mixed
from uic.passes import DATE_TAKES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from uic.levels import Comparison
    from uic.partner.encoding.preparing import Prepared
    from uic.partner.gate.attacking import Numbers, Rows, Side
    from uic.partner.gate.resembling import Look, People
    from uic.schema import Part, Pass

OVERLAPS = (0.05, 1.0)
"""Size of the file over size of the attacker's list: what the suite aims at, and his best case."""
KNOWN = 30
"""Clients whose rows the attacker knows."""
SAMPLED, LISTED, WIDEST = 800, 2_000, 60
"""Records looked at, people on a list, people of one block: what one pass may cost."""
SUREST = 0.05
RESEMBLANCE = "resemblance"


@dataclass(repr=False)
class Sample:
    """Whole blocks of one pass, drawn by their tokens.

    Attributes:
        share: Share of the tokens that is drawn.
        tokens: Tokens of the records in those blocks, also of those whose row stays at home.
        records: Those records.
        rows: Their rows that leave, as the matcher gets them, with the record of each.
    """

    share: float = 1.0
    tokens: list[Rows] = field(default_factory=list)
    records: list[Rows] = field(default_factory=list)
    rows: list[pa.Table] = field(default_factory=list)

    @classmethod
    def of(cls, records: int) -> Sample:
        """Return the sample of a register of so many records."""
        return cls(SAMPLED / max(records, 1))

    def note(self, table: pa.Table) -> None:
        """Take records of the register, before any row stays at home."""
        table = table.select(["token_hi", "record"]).filter(table["record"].is_valid())
        table = self._drawn(table)
        self.tokens.append(table["token_hi"].to_numpy())
        self.records.append(table["record"].to_numpy().astype(np.int64))

    def see(self, table: pa.Table) -> None:
        """Take rows that leave."""
        self.rows.append(self._drawn(table))

    def _drawn(self, table: pa.Table) -> pa.Table:
        if self.share >= 1:
            return table
        words = mixed(table["token_hi"].to_numpy().view(np.uint64))
        return table.filter(pa.array(words < np.uint64(self.share * 2.0**64)))


@dataclass(frozen=True)
class Tried:
    """What the attack found in one pass; counts only.

    Attributes:
        how: ``resemblance`` to the rows of the same block, or ``rows by themselves``.
        overlap: Size of the file over size of the list.
        people: People looked at whom the attacker did not know.
        listed: People on the list.
        claims: Rows for which he named somebody.
        found: People of whom that was right.
        surest: Share of right ones among the surest twentieth of the claims.
    """

    how: str
    overlap: float
    people: int
    listed: int
    claims: int
    found: int
    surest: float

    def beyond(self, ceiling: float) -> bool:
        """Tell whether resemblance found more than the ceiling, chance considered.

        What a row shows by itself is told and not judged: no schema changes it, and it names about
        as many people as there are kinds of rows, however many people there are.
        """
        expected = ceiling * self.people
        return self.how == RESEMBLANCE and self.found > expected + 3 * math.sqrt(expected)

    def as_dict(self) -> dict[str, Any]:
        """Return it as it stands in a report."""
        rates = {"surest": round(self.surest, 3), "share": self.found / max(self.people, 1)}
        return vars(self) | rates | {"share": round(rates["share"], 4)}


def is_worst(told: Mapping[str, Any]) -> bool:
    """Tell whether a report's entry is of resemblance and of a list of exactly these people."""
    return bool(told["how"] == RESEMBLANCE and told["overlap"] == max(OVERLAPS))


@dataclass(frozen=True, repr=False)
class _Pool:
    """All records that some pass drew: who they are, in the order of ``records``."""

    records: Rows
    people: People
    items: tuple[Comparison, ...]

    @property
    def columns(self) -> list[str]:
        """The columns that are compared."""
        return [name for item in self.items for name in item.columns]


@dataclass(frozen=True, repr=False)
class _Scene:
    """One pass as the attacker meets it.

    Attributes:
        file: Rows of the file.
        listed: His list.
        truth: Row of the list that each row of the file is; -1 for a dummy.
        known: Rows of the file of which he knows that.
        people: People of the file whom he does not know, also those whose row stays at home.
    """

    file: Side
    listed: Side
    truth: Rows
    known: dict[int, int]
    people: int


def attacked(prepared: Prepared) -> dict[str, tuple[Tried, ...]]:
    """Attack every pass of a file, once all were written; about a second, whatever its size."""
    samples = {name: found.sample for name, found in prepared.measured.items()}
    drawn = [part for sample in samples.values() for part in sample.records]
    records = np.unique(np.concatenate([np.empty(0, np.int64), *drawn]))
    items = prepared.items if prepared.schema.profile != "tokens" else ()
    pool = _Pool(records, _people(prepared, records, items), items)
    passes = {item.name: item for item in prepared.passes}
    return {name: _both(sample, passes[name], pool) for name, sample in samples.items()}


def _both(sample: Sample, item: Pass, pool: _Pool) -> tuple[Tried, ...]:
    """Attack one pass by resemblance at every overlap, and guess at rows by themselves."""
    looks = features_of(pool.items, item.fixed)
    logs = tables(looks)
    met = (_tried(_scene(sample, item, pool, looks, o), logs, o) for o in OVERLAPS)
    return *met, _alone(sample, pool, looks, logs)


def _people(prepared: Prepared, records: Rows, items: tuple[Comparison, ...]) -> People:
    """Return what the records hold, in their order."""
    names = [name for item in items for name in item.columns]
    parts: dict[str, list[pa.Array]] = {name: [] for name in names}
    for part, end in enumerate(np.cumsum(prepared.sizes).tolist()):
        first = end - prepared.sizes[part]
        mine = records[(records >= first) & (records < end)] - first
        table = prepared.store.look(f"columns/{part}", names).take(pa.array(mine))
        for name in names:
            column = table[name].combine_chunks()
            text = pa.types.is_dictionary(column.type)
            parts[name].append(column.cast(pa.string()) if text else column)
    return people_of({name: pa.concat_arrays(found) for name, found in parts.items()}, items)


def _tried(scene: _Scene, logs: list[Numbers], overlap: float) -> Tried:
    claims = attack(scene.file, scene.listed, logs, overlap, scene.known)
    new = ~np.isin(claims.rows, list(scene.known))
    right = (claims.persons == scene.truth[claims.rows])[new]
    sizes = scene.people, len(scene.listed.blocks)
    return _counted(RESEMBLANCE, overlap, sizes, right, claims.sure[new])


def _alone(sample: Sample, pool: _Pool, looks: tuple[Look, ...], logs: list[Numbers]) -> Tried:
    """Guess who each row is by what it shows without another; everybody drawn is on the list."""
    rows, everybody = pa.concat_tables(sample.rows), np.arange(len(pool.records))
    lent = dict.fromkeys(pool.columns, everybody)
    held = by_themselves(list_side(pool.people, lent, everybody, looks))
    seen, draw = by_themselves(file_side(rows, looks)), np.random.default_rng(len(rows))
    guesses, sure = guess(seen, held, logs, draw)
    right = pool.records[guesses] == rows["record"].fill_null(-1).to_numpy()
    sizes = sum(map(len, sample.records)), len(pool.records)
    return _counted("rows by themselves", 1.0, sizes, right, sure)


def _counted(
    how: str, overlap: float, sizes: tuple[int, int], right: NDArray[np.bool_], sure: Numbers
) -> Tried:
    top = right[np.argsort(-sure, kind="stable")[: math.ceil(SUREST * len(right))]]
    surest = float(top.mean()) if len(top) else 0.0
    return Tried(how, overlap, *sizes, len(right), int(right.sum()), surest)


def _scene(
    sample: Sample, item: Pass, pool: _Pool, looks: tuple[Look, ...], overlap: float
) -> _Scene:
    draw = np.random.default_rng(len(pool.records))
    tokens, records = np.concatenate(sample.tokens), np.concatenate(sample.records)
    if overlap < 1:  # whole blocks, as many as leave room for strangers
        _, block = np.unique(tokens, return_inverse=True)
        chosen = np.argsort(draw.permutation(len(tokens))[block])[: round(LISTED * overlap)]
        tokens, records = tokens[chosen], records[chosen]
    rows = pa.concat_tables(sample.rows)
    sent = rows["record"].fill_null(-1).to_numpy()
    dummy = (sent < 0) & np.isin(rows["token_hi"].to_numpy(), tokens)
    here = np.isin(sent, records) | dummy | ((sent < 0) & (overlap == 1))
    rows, sent = rows.filter(pa.array(here)), sent[here]
    kept = _narrow(tokens, np.isin(records, sent), round(WIDEST * overlap), draw)
    people = len(records)
    tokens, records = tokens[kept], records[kept]
    order = np.argsort(records)
    truth = order[np.searchsorted(records[order], np.maximum(sent, 0)) % max(len(order), 1)]
    truth = np.where(sent >= 0, truth, -1)
    met = draw.permutation(np.flatnonzero(truth >= 0))[: min(KNOWN, people // 2)]
    lent, blocks = _listed(
        np.searchsorted(pool.records, records), tokens, item, pool, overlap, draw
    )
    return _Scene(
        file=file_side(rows, looks),
        listed=list_side(pool.people, lent, blocks, looks),
        truth=truth,
        known=dict(zip(met.tolist(), truth[met].tolist(), strict=True)),
        people=people - len(met),
    )


def _narrow(
    tokens: Rows, left: NDArray[np.bool_], most: int, draw: np.random.Generator
) -> NDArray[np.int64]:
    """Return so many records of each block, and all whose row leaves."""
    order = np.lexsort((draw.random(len(tokens)), ~left, tokens))
    place = np.arange(len(order)) - np.searchsorted(tokens[order], tokens[order])
    return np.sort(order[(place < most) | left[order]])


def _listed(
    people: Rows,
    tokens: Rows,
    item: Pass,
    pool: _Pool,
    overlap: float,
    draw: np.random.Generator,
) -> tuple[dict[str, Rows], Rows]:
    """Return who lends each column of each row of the list, and the blocks.

    After the people themselves stand strangers, who have of somebody what the pass looks at, and
    all else from others.
    """
    strangers = round(len(people) / overlap) - len(people)
    beside = draw.integers(0, len(people), strangers)
    shared = {column for part in item.parts for column in _columns(part)}
    lent = {}
    for compared in pool.items:
        for names in (compared.columns[:1], compared.columns[1:]):
            others = draw.integers(0, len(pool.records), strangers)
            for name in names:
                made = people[beside] if name in shared else others
                lent[name] = np.concatenate([people, made])
    return lent, np.concatenate([tokens, tokens[beside]])


def _columns(part: Part) -> tuple[str, ...]:
    """Return the columns that a part of a pass looks at."""
    if part.take not in DATE_TAKES:
        return part.attributes
    parts = {"date": ("year", "month", "day"), "month_day": ("month", "day")}
    return tuple(f"{part.attribute}_{name}" for name in parts.get(part.take, (part.take,)))
