"""A project of three partners, one matcher, one resolver and one analyst, as files on disks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from populations import NAMED, people, register

import uic
from uic import keys
from uic.crypto.keys import load_key, new_key
from uic.crypto.mac import hmac_each
from uic.crypto.pairs import load_private, load_public
from uic.envelope.exports import Expected, read_resolver
from uic.envelope.pairs import read_pairs
from uic.envelope.safe import KeySafe
from uic.exchange import OWN_PAIRS
from uic.matching.store import current_exports, open_store, stored_exports
from uic.partner.encoding import encode_to_leave
from uic.partner.receiving import receive
from uic.pipeline import rounds
from uic.pipeline.rounds.sending import send
from uic.schema import LinkageSchema

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.crypto.keys import EpochKey
    from uic.exchange import MatcherPart, ResolverPart
    from uic.partner.registers import Register

PARTNERS = ("dic", "outreach", "clinic")
EPOCH = "2026Q4"


@dataclass(frozen=True, repr=False, eq=False)
class Office:
    """Everything that a project keeps, and what the finder knows.

    Attributes:
        style: Kind of population.
        drawn: The finder's registry, in clear.
        members: Number in the registry of each client.
        clients: Per partner, the client of each record in the order of the export (for scoring).
        known: Clients whom the finder knows, with their number in the registry.
        folder: Holds ``partner/``, ``matcher/``, ``resolver/`` and ``analyst/``.
        matcher: What the matcher opened, by partner.
        resolver: What the resolver opened, by partner.
        pairs: All scored pairs that the matcher handed over.
        key: The epoch key, which the finder does not have.
        schema: The schema, which all partners and the finder can read.
    """

    style: str
    drawn: pa.Table
    members: NDArray[np.int64]
    clients: dict[str, NDArray[np.int64]]
    known: dict[int, int]
    folder: Path
    matcher: dict[str, MatcherPart]
    resolver: dict[str, ResolverPart]
    pairs: pa.Table
    key: EpochKey
    schema: LinkageSchema = field(default_factory=LinkageSchema)

    @property
    def listed(self) -> Register:
        """The finder's registry as a register of his own."""
        return register(self.drawn, NAMED)

    @property
    def all_clients(self) -> Register:
        """Everybody who is a client anywhere, as one register that nobody has."""
        return register(self.drawn.take(pa.array(self.members)), NAMED)

    @property
    def share(self) -> float:
        """Share of the registry that are clients of some partner."""
        return len(self.members) / len(self.drawn)


class Drawn(NamedTuple):
    """A registry, and who of it is whose client.

    Attributes:
        people: The registry.
        members: Number in the registry of each client.
        lists: Per partner the clients on its list, in its order.
        anchors: Clients whom the finder knows, with their number in the registry.
    """

    people: pa.Table
    members: NDArray[np.int64]
    lists: dict[str, NDArray[np.int64]]
    anchors: dict[int, int]


def draw(style: str, n: int, size: int, *, known: int, seed: int) -> Drawn:
    """Draw a registry of ``n``, ``size`` of them clients, each at half of the partners."""
    rng = np.random.default_rng([seed, size, 7])
    drawn = people(style, n, seed)
    members = rng.permutation(n)[:size]
    at = rng.random((len(PARTNERS), size)) < 0.5
    at[rng.integers(0, len(PARTNERS), size), np.arange(size)] = True
    lists = {name: rng.permutation(np.flatnonzero(at[k])) for k, name in enumerate(PARTNERS)}
    met = rng.permutation(size)[: min(known, size // 2)]
    return Drawn(drawn, members, lists, {int(client): int(members[client]) for client in met})


def opened(found: Drawn, style: str, schema: LinkageSchema) -> Office:
    """Return what the matcher has open of a project, without files: quick enough for many keys."""
    key = new_key("project", EPOCH)
    exports = {
        name: encode_to_leave(
            register(found.people.take(pa.array(found.members[who])), NAMED, name), schema, key,
            lambda *_: OWN_PAIRS.empty_table(),
        )
        for name, who in found.lists.items()
    }  # fmt: skip
    return Office(
        style, found.people, found.members, found.lists, found.anchors, Path(),
        {name: export.matcher for name, export in exports.items()},
        {name: export.resolver for name, export in exports.items()},
        OWN_PAIRS.empty_table(), key, schema,
    )  # fmt: skip


def seize(style: str, n: int, size: int, folder: Path, *, known: int, seed: int) -> Office:
    """Draw a registry of ``n``, ``size`` of them clients, and run one quarter of the project."""
    found = draw(style, n, size, known=known, seed=seed)
    drawn, members, lists = found.people, found.members, found.lists
    rng = np.random.default_rng([seed, size, 8])
    tables = {name: _contacts(drawn, members, who, rng) for name, who in lists.items()}
    _keys(folder)
    for name, table in tables.items():
        _encode(folder, name, table)
    _link(folder)
    for name, table in tables.items():
        _receive(folder, name, table)
    matcher, resolver = _open(folder)
    pairs = _pairs(folder, resolver)
    key = load_key(folder / "epoch.key")
    clients = {name: _clients(resolver[name], key, name, lists[name]) for name in PARTNERS}
    return Office(
        style, drawn, members, clients, found.anchors, folder, matcher, resolver, pairs, key
    )


def _contacts(
    drawn: pa.Table, members: NDArray, who: NDArray, rng: np.random.Generator
) -> pa.Table:
    """Return a partner's export: one to four contacts a client, under ids of its own."""
    times = rng.integers(1, 5, len(who))
    rows = np.repeat(np.arange(len(who)), times)
    people_of = drawn.take(members[who[rows]]).select([*NAMED, "birth_date"])
    days = np.datetime64("2026-10-01") + rng.integers(0, 50, len(rows))
    columns = {name: people_of[name] for name in people_of.column_names}
    columns["record_id"] = pa.array([f"C-{who[row]:06d}" for row in rows])
    columns["date"] = pa.array(days.astype(str))
    columns["service"] = pa.array(rng.choice(["needles", "condoms", "test"], len(rows)))
    columns["site"] = pa.array(rng.choice(["site 1", "site 2", "site 3"], len(rows)))
    return pa.table(columns)


def _keys(folder: Path) -> None:
    for name in ("coordinator", "matcher", "resolver", *PARTNERS):
        keys.pair(folder / name)
    keys.new("project", EPOCH, folder / "epoch.key")
    for name in PARTNERS:
        own = folder / "partner" / name
        own.mkdir(parents=True)
        keys.wrap(
            folder / "epoch.key", to=folder / f"{name}.public",
            signer=folder / "coordinator.private", out=own / f"{EPOCH}.uick",
        )  # fmt: skip
        for half in (f"{name}.private", "matcher.public", "resolver.public", "coordinator.public"):
            (own / half).write_bytes((folder / half).read_bytes())
            (own / half).chmod(0o600)


def _encode(folder: Path, name: str, table: pa.Table) -> None:
    own = folder / "partner" / name
    uic.encode(
        {name: table}, key=folder / "epoch.key", matcher=folder / "matcher.public",
        resolver=folder / "resolver.public", signer=folder / f"{name}.private",
        out=own / f"{name}-{EPOCH}.uicx",
    )  # fmt: skip


def _link(folder: Path) -> None:
    """Run the round in two offices; the analyst gets what a round writes, without record names."""
    files = [folder / "partner" / name / f"{name}-{EPOCH}.uicx" for name in PARTNERS]
    for room in ("matcher", "resolver", "analyst"):
        (folder / room).mkdir()
    matched = rounds.match(
        files, key=folder / "matcher.private", resolver=folder / "resolver.public",
        partners=folder, store=folder / "matcher" / "store.duckdb",
        out=folder / "resolver" / "pairs.uicp",
    )  # fmt: skip
    finished = rounds.resolve(
        matched.path, files, key=folder / "resolver.private", matcher=folder / "matcher.public",
        partners=folder, register=folder / "resolver" / "register.duckdb", round=EPOCH,
    )  # fmt: skip
    rounds.write_round(finished, folder / "results")
    for path in (folder / "results").iterdir():
        if path.suffix in (".csv", ".html", ".json"):
            (folder / "analyst" / path.name).write_bytes(path.read_bytes())
    persons = finished.result.persons
    pq.write_table(persons.select(["partner", "person_id"]), folder / "analyst" / "persons.parquet")
    send(
        folder / "resolver" / "register.duckdb", EPOCH, key=folder / "resolver.private",
        partners=folder, out=folder / "returns",
    )  # fmt: skip


def _receive(folder: Path, name: str, table: pa.Table) -> None:
    """Keep at the partner what it gets back: the sealed files, and its own ids and persons."""
    own = folder / "partner" / name
    for path in (folder / "returns").glob(f"return-{name}-*"):
        (own / path.name).write_bytes(path.read_bytes())
        ids = receive(
            path, {name: table}, key=folder / f"{name}.private",
            signer=folder / "resolver.public", epoch_key=folder / "epoch.key",
        )  # fmt: skip
        pq.write_table(ids, own / "ids.parquet")


def _open(folder: Path) -> tuple[dict[str, MatcherPart], dict[str, ResolverPart]]:
    """Return what matcher and resolver hold: the matcher's part from its store."""
    safe = KeySafe.of(load_private(folder / "matcher.private"))
    with open_store(folder / "matcher" / "store.duckdb", safe) as store:
        digests = current_exports(store)
        parts = stored_exports(store, list(digests.values()))
        kept = [replace(part, pass_rows=dict(part.pass_rows)) for part in parts]
        matcher = dict(zip(digests, kept, strict=True))
    own = load_private(folder / "resolver.private")
    resolver = {
        name: read_resolver(
            folder / "partner" / name / f"{name}-{EPOCH}.uicx",
            key=own,
            signer=load_public(folder / f"{name}.public"),
        )
        for name in PARTNERS
    }
    return matcher, resolver


def _pairs(folder: Path, parts: dict[str, ResolverPart]) -> pa.Table:
    """Return every pair the resolver ever got: the matcher's, and the partners' own."""
    scored = read_pairs(
        folder / "resolver" / "pairs.uicp", key=folder / "resolver.private",
        signer=folder / "matcher.public", expected=Expected(),
    )  # fmt: skip
    tables = [scored.pairs, *(part.own_pairs for part in parts.values())]
    return pa.concat_tables(table.select(OWN_PAIRS.names).cast(OWN_PAIRS) for table in tables)


def _clients(part: ResolverPart, key: EpochKey, partner: str, who: NDArray) -> NDArray[np.int64]:
    """Return the client of each record: handles of the ids, as only a holder of the key can."""
    ids = [f"C-{client:06d}".encode() for client in who]
    tags = hmac_each(key.sub_key("handle", partner), ids)
    words = np.frombuffer(tags, dtype=">i8").reshape(-1, 4)[:, 0].tolist()
    client_of = dict(zip(words, who.tolist(), strict=True))
    ordered = part.records.sort_by("record")
    return np.array([client_of[word] for word in ordered["handle_hi"].to_pylist()])
