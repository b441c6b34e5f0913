"""One attack a raid, each with a baseline that falls to the same finder."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import clk
import dictionaries
import duckdb
import graph
import numpy as np
import one_pass
import pooled
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import score_graph
import seized
from populations import NAMED
from raid_scene import EPOCH, PARTNERS

from uic import keys
from uic.crypto.keys import load_key, new_key
from uic.envelope.returns import read_return
from uic.errors import UicError
from uic.exchange import Export
from uic.levels import comparisons
from uic.partner.encoding import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from raid_scene import Office

    from uic.crypto.keys import EpochKey
    from uic.exchange import ResolverPart
    from uic.levels import Comparison

TOP = 0.05


@dataclass(frozen=True)
class Found:
    """Result of one raid: share of clients found, of the surest claims right, and the baseline."""

    raid: str
    attack: str
    found: float
    top: float
    claims: int
    baseline: str
    baseline_found: float


def one_export(office: Office) -> Found:
    """(a) One sealed export: look for everybody in it, with tokens under a key of one's own."""
    name = PARTNERS[0]
    folder = office.folder / "partner" / name
    path = folder / f"{name}-{EPOCH}.uicx"
    sought = _sought(office, [path])
    return Found("a", "search of one sealed export", *sought, *_line_list(office))


def matcher_store(office: Office) -> Found:
    """(b) The matcher's store as it lies on the disk, searched for the tokens of every client.

    The finder even has the epoch key, and a client counts as found where any token stands. Beside
    it, the same rows unsealed: there everybody stands.
    """
    path = office.folder / "matcher" / "store.duckdb"
    bare = office.folder / "unsealed.duckdb"
    with duckdb.connect(str(bare)) as database:
        for partner, part in office.matcher.items():
            for name, rows in part.pass_rows.items():
                database.register("rows", rows)
                database.execute(f'CREATE TABLE "{partner} {name}" AS SELECT * FROM rows')  # noqa: S608
    words, clients = _tokens(office)
    standing = seized.owners_of_standing(seized.contents([path]), words, clients)
    baseline = seized.owners_of_standing(seized.contents([bare]), words, clients)
    return Found(
        "b", "search for every token, epoch key known",
        np.isin(standing, list(office.known), invert=True).sum()
        / (len(office.members) - len(office.known)),
        float(len(standing) > 0), len(standing),
        "the same rows unsealed", len(baseline) / len(office.members),
    )  # fmt: skip


def _tokens(office: Office) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the first words of every client's tokens, as bytes lie in both orders, and whose."""
    made = encode(office.all_clients, office.schema, office.key)
    usable = made.resolver.row_map.filter(pc.field("usable")).select(["row_id", "record"])
    words, owners = [], []
    for rows in made.matcher.pass_rows.values():
        both = rows.select(["row_id", "token_hi"]).join(usable, "row_id", join_type="inner")
        for order in ("<i8", ">i8"):
            words.append(both["token_hi"].to_numpy().astype(order).view("<u8"))
            owners.append(both["record"].to_numpy().astype(np.int64))
    return np.concatenate(words), np.concatenate(owners)


def matcher_store_opened(office: Office) -> Found:
    """(b) and the matcher's private key: rows of all partners in one block, pass by pass."""
    told = resemblances(office)
    return Found(
        "b + matcher's key", "resemblance in blocks of all partners",
        *_scored(office, told.client, told.right, told.sure), *_plain_clk(office),
    )  # fmt: skip


class Told(NamedTuple):
    """Claims of all passes.

    Attributes:
        client: The client of the row.
        right: Whether it was named rightly.
        sure: How sure the finder is.
        beside: Whether a client whom the finder knows is in the same block.
        name: The pass.
    """

    client: NDArray[np.int64]
    right: NDArray[np.bool_]
    sure: NDArray[np.float64]
    beside: NDArray[np.bool_]
    name: NDArray[np.str_]


def resemblances(office: Office) -> Told:
    """Return what the attack on blocks claims of the open rows of all partners."""
    rng = np.random.default_rng(1)
    parts = []
    for seen in pooled.claims(office, one_pass.attack, rng):
        known = np.unique(seen.blocks[np.isin(seen.clients, list(office.known))])
        beside = np.isin(seen.blocks[seen.claims.rows], known)
        name = np.full(len(beside), seen.name)
        parts.append((*_tell(office, seen.claims, seen.clients), beside, name))
    return Told(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def matcher_store_with_keys(office: Office) -> Found:
    """(b) and both keys: the whole registry encoded, and every row of every partner looked up."""
    found = _dictionary(office, office.key)
    return Found("b + matcher's and epoch key", "dictionary of the registry", *found)


def resolver_pairs(office: Office) -> Found:
    """(c) All scored pairs the resolver was handed, its row map and its person ids."""
    return _score_graph(office, "score graph: pairs handed over", office.pairs)


def resolver_register(office: Office) -> Found:
    """(c) What the register keeps: pairs more probable than one in a hundred."""
    kept = office.pairs.filter(pc.field("log_odds") >= float(np.log(0.01 / 0.99)))
    return _score_graph(office, "score graph: pairs the register keeps", kept)


def resolver_all_pairs(office: Office) -> Found:
    """(c) if rows were not thinned and no pair dropped for its score: the attack can do much."""
    return _score_graph(office, "score graph, if all that met were kept", None)


def partner_machine(office: Office) -> Found:
    """(d) A partner's machine: export, own pair, return file and its ids; not its list of clients.

    With the partner's private key the finder opens the return file: handles and person ids.
    """
    name = PARTNERS[0]
    folder = office.folder / "partner" / name
    kept = [path for path in folder.iterdir() if path.suffix != ".uick"]
    (sent,) = folder.glob("return-*")
    opened = read_return(
        sent, key=folder / f"{name}.private", signer=office.folder / "resolver.public"
    )
    pq.write_table(opened.persons, office.folder / "opened.parquet")
    sought = _sought(office, [*kept, office.folder / "opened.parquet"])
    return Found("d", "search of a partner's machine", *sought, *_line_list(office))


def partner_with_wrapped_key(office: Office) -> Found:
    """(d) where the wrapped key was not removed: it opens, and with (b) opened everybody falls."""
    name = PARTNERS[0]
    folder = office.folder / "partner" / name
    key = office.folder / "unwrapped.key"
    try:
        keys.unwrap(
            folder / f"{EPOCH}.uick", key=folder / f"{name}.private",
            signer=folder / "coordinator.public", out=key,
        )  # fmt: skip
        found = _dictionary(office, load_key(key))
    except UicError:
        found = (0.0, 0.0, 0, "", 1.0)
    return Found("d + wrapped key + b opened", "key unwrapped, dictionary", *found)


def _dictionary(office: Office, key: EpochKey) -> tuple[float, float, int, str, float]:
    tested = encode(office.listed, office.schema, key)
    named = np.zeros(len(office.members), dtype=bool)
    for partner in PARTNERS:
        part, clients = office.matcher[partner], office.clients[partner]
        file = Export(part.header, part, office.resolver[partner])
        found, _ = dictionaries.looked_up(file, tested, office.members[clients])
        named[clients[found]] = True
    unknown = ~np.isin(np.arange(len(named)), list(office.known))
    return float(named[unknown].mean()), 1.0, int(named.sum()), "", 1.0


def analyst_files(office: Office) -> Found:
    """(e) Counts, histories, the report and persons without names."""
    sought = _sought(office, (office.folder / "analyst").iterdir())
    return Found("e", "search of the analyst's files", *sought, *_line_list(office))


def analyst_traits(office: Office) -> Found:
    """(e) A guess by sex and age group, the finest traits of a person that analysis ever sees."""
    sexes = np.array(office.drawn["sex"].to_pylist(), dtype=str)
    years = np.array([int(born[:4]) for born in office.drawn["birth_date"].to_pylist()])
    traits = np.char.add(sexes, np.digitize(2026 - years, [15, 20, 25, 50]).astype(str))
    rng = np.random.default_rng(1)
    guess = np.array([rng.choice(np.flatnonzero(traits == traits[m])) for m in office.members])
    alike = np.array([1 / (traits == traits[m]).sum() for m in office.members])
    told = _scored(office, np.arange(len(guess)), guess == office.members, alike)
    return Found("e", "guess by sex and age group", *told, *_initials(office))


def _initials(office: Office) -> tuple[str, float]:
    """Return how many of a line list of initials, sex and birth date one registry names."""
    names = ("family_name", "given_name", "sex", "birth_date")
    rows = list(zip(*(office.drawn[name].to_pylist() for name in names), strict=True))
    lines = [f"{family[0]}{given[0]}{sex}{born}" for family, given, sex, born in rows]
    _, inverse, count = np.unique(lines, return_inverse=True, return_counts=True)
    return "line list: initials, sex, birth date", float(
        (count[inverse] == 1)[office.members].mean()
    )


def _sought(
    office: Office, paths: Iterable[Path], key: EpochKey | None = None
) -> tuple[float, float, int]:
    """Search files for everybody on the list; the key is the finder's own unless it leaked."""
    used = key or new_key(office.key.project, office.key.epoch)
    texts = list(seized.contents(sorted(paths)))
    people = seized.found_in(texts, office.drawn, office.listed, office.schema, used)
    is_client = np.isin(people, office.members)
    known = np.array(list(office.known.values()), dtype=int)
    new = is_client & ~np.isin(people, known)
    top = float(is_client.mean()) if len(people) else 0.0
    return new.sum() / (len(office.members) - len(office.known)), top, len(people)


@functools.cache
def _line_list(office: Office) -> tuple[str, float]:
    """Return the same search over a list of SHA-256 of names and birth dates of the clients."""
    text = seized.line_list(office.drawn.take(pa.array(office.members)))
    key = new_key(office.key.project, office.key.epoch)
    people = seized.found_in([text], office.drawn, office.listed, office.schema, key)
    return "line list of SHA-256", float(np.isin(office.members, people).mean())


@functools.cache
def _plain_clk(office: Office) -> tuple[str, float]:
    file = clk.dice(clk.filters(office.drawn.take(pa.array(office.members))))
    claimed, _ = graph.attack(file, clk.dice(clk.filters(office.drawn)), office.known)
    right = claimed == office.members
    unknown = ~np.isin(np.arange(len(right)), list(office.known))
    return "similarities of plain CLK", float(right[unknown].mean())


def _tell(
    office: Office, claims: one_pass.Claims, clients: Sequence[int]
) -> tuple[NDArray, NDArray, NDArray]:
    client = np.asarray(clients)[claims.rows]
    return client, claims.persons == office.members[client], claims.sure


def _scored(
    office: Office, client: NDArray, right: NDArray, sure: NDArray
) -> tuple[float, float, int]:
    """Return the share of unknown clients found, and the precision and number of the surest."""
    new = ~np.isin(client, list(office.known))
    client, right, sure = client[new], right[new], sure[new]
    top = np.argsort(-sure, kind="stable")[: max(round(TOP * len(sure)), 1)]
    found = len(np.unique(client[right])) / (len(office.members) - len(office.known))
    return found, float(right[top].mean()) if len(top) else 0.0, len(top)


def _score_graph(office: Office, attack: str, pairs: pa.Table | None) -> Found:
    """Contract the resolver's pairs to persons and match them to the list's pairs.

    Who belongs to whom among the records is taken as the truth: the resolver's clusters at best.
    """
    schema = office.schema
    items = comparisons(schema, frozenset((*NAMED, "birth_date")))
    mine = encode(office.listed, schema, new_key(office.key.project, office.key.epoch))
    whole = encode(office.all_clients, schema, new_key(office.key.project, office.key.epoch))
    file, listed = [], []
    for number, name in enumerate(item.name for item in schema.active_passes):
        if not len(mine.matcher.pass_rows[name]):
            continue
        there = score_graph.listed_pairs(mine.matcher.pass_rows[name], items)
        listed.append(_ends(there, _places([mine.resolver], None, name), number, items))
        if pairs is None:
            here = score_graph.listed_pairs(whole.matcher.pass_rows[name], items)
            places = _places([whole.resolver], None, name)
        else:
            here = pairs.filter(pc.equal(pairs["pass"], name))
            parts = [office.resolver[partner] for partner in PARTNERS]
            places = _places(parts, [office.clients[partner] for partner in PARTNERS], name)
        file.append(_ends(here, places, number, items))
    one, two = (
        score_graph.Edges(nodes, *(np.concatenate(part) for part in zip(*ends, strict=True)))
        for nodes, ends in ((len(office.members), file), (len(office.drawn), listed))
    )
    claimed, sure = score_graph.attack(one, two, office.share, office.known)
    right = claimed == office.members
    told = _scored(office, np.arange(len(claimed)), right, sure)
    return Found("c", attack, *told, *_plain_clk(office))


Places = tuple["NDArray[np.int64]", "NDArray[np.int64]"]


def _places(
    parts: Sequence[ResolverPart], clients: Sequence[NDArray[np.int64]] | None, name: str
) -> Places:
    """Return all row ids of one pass in order, and the node of each."""
    ids, nodes = [], []
    for number, part in enumerate(parts):
        rows = part.row_map.filter(pc.equal(part.row_map["pass"], name))
        record = rows["record"].to_numpy()
        ids.append(rows["row_id"].to_numpy())
        nodes.append(record if clients is None else clients[number][record])
    found, whose = np.concatenate(ids), np.concatenate(nodes)
    order = np.argsort(found)
    return found[order], whose[order]


def _ends(
    pairs: pa.Table, places: Places, number: int, items: tuple[Comparison, ...]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    ids, nodes = places
    a, b = (
        nodes[np.searchsorted(ids, pairs[side].to_numpy())].astype(np.int64)
        for side in ("row_a", "row_b")
    )
    kind = score_graph.kinds_of(number, pairs["pattern"].to_numpy().astype(np.int64), items)
    edges = np.stack((np.minimum(a, b), np.maximum(a, b), kind))[:, a != b]
    edges = np.unique(edges, axis=1)
    return edges[0], edges[1], edges[2]


RAIDS: tuple[tuple[str, Callable[[Office], Found]], ...] = (
    ("a", one_export),
    ("b", matcher_store),
    ("b", matcher_store_opened),
    ("b", matcher_store_with_keys),
    ("c", resolver_pairs),
    ("c", resolver_register),
    ("c", resolver_all_pairs),
    ("d", partner_machine),
    ("d", partner_with_wrapped_key),
    ("e", analyst_files),
    ("e", analyst_traits),
)
