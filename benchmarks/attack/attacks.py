"""The attacks of the suite on one scene; each returns the share of people that was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import clk
import graph
import linked
import numpy as np
import one_pass
import pyarrow as pa
import pyarrow.compute as pc
import score_graph
from populations import people, register

from uic.crypto.keys import new_key
from uic.partner.encoding import encode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from scenes import Scene

    from uic.crypto.keys import EpochKey
    from uic.exchange import Export

TOP = 0.05  # the surest claims, as a share of all claims of that attack
Result = dict[str, object]


def _result(setting: Scene, attack: str, records: NDArray, right: NDArray, sure: NDArray) -> Result:
    """Score claims on records that the attacker did not know before."""
    new = ~np.isin(records, list(setting.known))
    records, right, sure = records[new], right[new], sure[new]
    unknown = len(setting.members) - len(setting.known)
    top = np.argsort(-sure, kind="stable")[: max(round(TOP * len(sure)), 1)]
    return {
        "attack": attack,
        "found": len(np.unique(records[right])) / unknown,
        "claims": len(records),
        "top": float(right[top].mean()) if len(records) else 0.0,
        "top_claims": len(top) if len(records) else 0,
    }


def plain_clk(setting: Scene, clkhash: str | None = None) -> Result:
    """Attack the baseline: the same people as plain CLKs, similarity graphs matched."""
    file = clk.dice(clk.filters(setting.drawn.take(setting.members), clkhash))
    listed = clk.dice(clk.filters(setting.drawn, clkhash))  # under another key, of the attacker's
    claimed, sure = graph.attack(file, listed, setting.known)
    return _result(setting, "plain CLK", np.arange(len(claimed)), claimed == setting.members, sure)


def each_pass(setting: Scene, seed: int = 1) -> Iterator[Result]:
    """Attack the matcher's file pass by pass, then count who was found in any pass."""
    rng = np.random.default_rng(seed)
    parts = []
    for name, (file, listed) in setting.passes.items():
        found = one_pass.attack(file, listed, setting.share, setting.known, rng)
        right = setting.whose(found.rows) == found.persons
        parts.append((found.rows, right, found.sure))
        yield _result(setting, name, *parts[-1])
    yield _result(setting, "any pass", *map(np.concatenate, zip(*parts, strict=True)))


def alone(setting: Scene, seed: int = 1) -> Result:
    """Attack every row by itself: what of a person can be seen without another row beside it.

    Which attributes are missing, and whether day and month or the two names are equal. A row is
    claimed in every pass; who is left of a list of n is hit by chance once in n claims.
    """
    rng = np.random.default_rng(seed)
    parts = []
    for name, (file, listed) in setting.passes.items():
        claimed, sure = one_pass.alone(file, listed, rng)
        dummies = np.arange(len(setting.members), len(claimed))
        sent = np.concatenate([np.flatnonzero(setting.sent(name)), dummies])
        parts.append((sent, (setting.whose(sent) == claimed[sent]), sure[sent]))
    found = map(np.concatenate, zip(*parts, strict=True))
    return _result(setting, "rows by themselves", *found)


def own_pairs(setting: Scene) -> Result:
    """Attack what the resolver gets of one partner: its own pairs and the map to its records."""
    listed = encode(
        register(setting.drawn, setting.attributes),
        setting.schema,
        new_key(setting.key.project, setting.key.epoch),
    )
    file: list[tuple[NDArray, ...]] = []
    mine: list[tuple[NDArray, ...]] = []
    for number, item in enumerate(setting.schema.active_passes):
        pairs = setting.export.resolver.own_pairs
        pairs = pairs.filter(pc.equal(pairs["pass"], item.name))
        file.append(_ends(setting.export, number, item.name, pairs, setting))
        rows = listed.matcher.pass_rows[item.name]
        if len(rows):
            met = score_graph.listed_pairs(rows, setting.items)
            mine.append(_ends(listed, number, item.name, met, setting))
    sizes = (len(setting.members), len(setting.drawn))
    graphs = [
        score_graph.Edges(size, *map(np.concatenate, zip(*ends, strict=True)))
        for size, ends in zip(sizes, (file, mine), strict=True)
    ]
    claimed, sure = score_graph.attack(*graphs, setting.share, setting.known)
    right = claimed == setting.members
    return _result(setting, "resolver's own pairs", np.arange(len(claimed)), right, sure)


def _ends(
    export: Export, number: int, name: str, pairs: pa.Table, setting: Scene
) -> tuple[NDArray, NDArray, NDArray]:
    """Return the records at both ends of pairs of one pass, and what the pairs say."""
    row_map = export.resolver.row_map
    row_map = row_map.filter(pc.equal(row_map["pass"], name))
    ids, records = row_map["row_id"].to_numpy(), row_map["record"].to_numpy()
    order = np.argsort(ids)
    a, b = (
        records[order][np.searchsorted(ids[order], pairs[side].to_numpy())].astype(int)
        for side in ("row_a", "row_b")
    )
    return a, b, score_graph.kinds_of(number, pairs["pattern"].to_numpy(), setting.items)


def linked_passes(setting: Scene, seed: int = 1) -> Result:
    """Attack the matcher's file together with the resolver's map; one claim a record."""
    file, listed = (list(sides) for sides in zip(*setting.passes.values(), strict=True))
    rng = np.random.default_rng(seed)
    claims = [
        one_pass.attack(one, two, setting.share, setting.known, rng)
        for one, two in setting.passes.values()
    ]
    claimed, sure = linked.attack(file, listed, claims, setting.share, setting.known)
    return _result(
        setting,
        "with the resolver's map",
        np.arange(len(claimed)),
        claimed == setting.members,
        sure,
    )


def frequencies(setting: Scene) -> Iterator[Result]:
    """Align the tokens and the block values of the list by how frequent they are."""
    for name, (file, listed) in setting.passes.items():
        sizes, others = np.bincount(file.blocks), np.bincount(listed.blocks)
        order, wanted = np.argsort(-sizes, kind="stable"), np.argsort(-others, kind="stable")
        guess = np.full(len(sizes), -1)  # rows without a value are dummies in blocks of their own
        both = min(len(order), len(wanted))
        guess[order[:both]] = wanted[:both]
        right = guess[file.blocks] == listed.blocks[setting.members]
        rows = np.flatnonzero(setting.sent(name))
        told = f"frequency of tokens: {name}"
        yield _result(setting, told, rows, right[rows], sizes[file.blocks][rows])


def dictionary(setting: Scene, registry: int, key: EpochKey | None, seed: int = 1) -> Result:
    """Encode a registry that holds the clients and look their rows up.

    Args:
        setting: Its file is attacked.
        registry: People in the registry: the attacker's list and strangers.
        key: The leaked epoch key, or None: the attacker then makes one of his own.
        seed: Draws the strangers.
    """
    strangers = people(setting.style, registry - len(setting.drawn), seed + 1)
    everybody = pa.concat_tables([setting.drawn, strangers])
    tested = encode(
        register(everybody, setting.attributes),
        setting.schema,
        key or new_key(setting.key.project, setting.key.epoch),
    )
    records, right = [], []
    for name, table in setting.export.matcher.pass_rows.items():
        if not len(table):
            continue
        record, claimed = _looked_up(table, tested.matcher.pass_rows[name])
        records.append(_records(setting.export, name, table)[record])
        persons = _records(tested, name, tested.matcher.pass_rows[name])[claimed]
        right.append(persons == setting.members[records[-1]])
    found = np.concatenate(records)
    name = "dictionary, key leaked" if key else "dictionary, no key"
    return _result(setting, name, found, np.concatenate(right), np.ones(len(found)))


def _looked_up(table: pa.Table, tested: pa.Table) -> tuple[NDArray, NDArray]:
    """Return rows of the file and the row of the registry with the same token and signatures."""
    names = [name for name in table.column_names if name != "row_id"]

    def keys(rows: pa.Table) -> NDArray:
        columns = [rows[name].fill_null(-1).to_numpy().astype(np.int64) for name in names]
        return np.ascontiguousarray(np.stack(columns, 1)).view(f"V{8 * len(names)}").ravel()

    order: dict[bytes, int] = {}
    for number, item in enumerate(keys(tested).tolist()):
        order.setdefault(item, number)
    hits = [(n, order[item]) for n, item in enumerate(keys(table).tolist()) if item in order]
    return (
        tuple(np.array(part, dtype=int) for part in zip(*hits, strict=True))
        if hits
        else (np.empty(0, int), np.empty(0, int))
    )


def _records(export, name: str, table: pa.Table) -> NDArray:  # noqa: ANN001 - an Export
    row_map = export.resolver.row_map
    row_map = row_map.filter(pc.equal(row_map["pass"], name))
    ids, records = row_map["row_id"].to_numpy(), row_map["record"].to_numpy()
    order = np.argsort(ids)
    return records[order][np.searchsorted(ids[order], table["row_id"].to_numpy())]
