"""``uic match``: the matcher's half of a round. It sees tokens and signatures, never a record."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uic.crypto.pairs import PrivateKey, PublicKey, as_private, as_public
from uic.engines.memory import as_memory
from uic.envelope.pairs import write_pairs
from uic.envelope.safe import KeySafe
from uic.errors import InputError, Problem
from uic.exchange import Arrival, Scored
from uic.matching.matcher import match as match_exports
from uic.matching.store import (
    add_export,
    current_exports,
    keep_parameters,
    kept_parameters,
    open_store,
    stored_exports,
)
from uic.pipeline.manifest import told_by_matcher
from uic.pipeline.rounds.files import each, epoch_of, expectation, look_at
from uic.pipeline.rounds.withdrawing import take_out
from uic.schema import LinkageSchema, as_schema
from uic.values import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.matching.keeping import Store
    from uic.pipeline.rounds.files import Sealed


@dataclass(frozen=True)
class Matched:
    """What ``match`` did.

    Attributes:
        path: The file of scored pairs, for the resolver.
        epoch: Epoch of the exports.
        arrivals: What became of each file that was given.
        exports: Number of exports that were matched.
        pairs: Number of scored pairs of pass rows.
    """

    path: Path
    epoch: str
    arrivals: tuple[Arrival, ...]
    exports: int
    pairs: int


def match(
    files: Sequence[str | Path] = (),
    *,
    key: PrivateKey | str | Path,
    resolver: PublicKey | str | Path,
    partners: str | Path,
    schema: LinkageSchema | str | Path | None = None,
    store: str | Path | None = None,
    out: str | Path | None = None,
    round: str | None = None,  # noqa: A002 - the word of the field
    parameters: str | None = None,
    withdrawn: Sequence[str | Path] = (),
    memory: str | None = None,
    progress: Progress = silent,
) -> Matched:
    """Match partners' exports and write the scored pairs for the resolver.

    The file tells the resolver which pass rows may be one person and how alike they are. Sealed
    to the resolver and signed by the matcher, it tells anybody else which exports were matched.

    Args:
        files: Exports, one a partner; with a store only those that are new.
        key: The matcher's own ``NAME.private``.
        resolver: ``NAME.public`` of the resolver.
        partners: Folder with ``PARTNER.public`` for every partner.
        schema: The linkage schema that the exports were made under.
        store: The matcher's store of this epoch (a DuckDB file, made on first use); None keeps
            nothing.
        out: The file; by default ``pairs-EPOCH.uicp`` here.
        round: Name under which the store keeps the fitted parameters; by default the epoch.
        parameters: Name of an earlier round of the store whose parameters are used again.
        withdrawn: Files in which the resolver says whose rows go; the store loses them first.
        memory: Memory that matching may hold before it spills to disk, as ``8GB``; by default half
            of the machine's.
        progress: Called with each step.

    Raises:
        InputError: a file cannot be used; all problems are listed.
        FormatError: a file is damaged, or another signed it; ``layer`` says where.
        SchemaError: the schema breaks a rule.
        KeyMaterialError: a key cannot be used.
        LinkError: there is nothing to match.
    """
    chosen, own, to = as_schema(schema), as_private(key), as_public(resolver)
    memory = as_memory(memory)
    found = look_at(files, partners, chosen)
    if withdrawn:
        take_out(store, withdrawn, key=own, resolver=to, project=chosen.project)
    with open_store(store, KeySafe.of(own)) as database:
        arrivals = receive(database, found, own, chosen, progress)
        digests = list(current_exports(database).values())
        if not digests:
            hint = "give the partners' files, or a store that has some"
            raise InputError(Problem("inputs", "", "there is no export to match", hint))
        told = kept_parameters(database, parameters) if parameters else None
        scored = score(database, digests, chosen, told, progress, memory)
        keep_parameters(database, round or scored.epoch, scored.told)
    path = Path(out or f"pairs-{scored.epoch}.uicp")
    write_pairs(scored, path, resolver=to, signer=own)
    return Matched(path, scored.epoch, arrivals, len(digests), len(scored.pairs))


def receive(
    store: Store,
    found: Sequence[Sealed],
    key: PrivateKey,
    schema: LinkageSchema,
    progress: Progress,
) -> tuple[Arrival, ...]:
    """Put the matcher's part of every file into the store."""
    expected = expectation(schema, epoch_of(found))

    def kept(sealed: Sealed) -> Arrival:
        return add_export(store, sealed.for_matcher(key, expected), sealed.digest)

    return each(found, kept, progress)


def score(
    store: Store,
    digests: Sequence[str],
    schema: LinkageSchema,
    parameters: dict[str, Any] | None,
    progress: Progress,
    memory: str | None = None,
) -> Scored:
    """Match exports of the store; ``parameters`` are those of an earlier round, if any."""
    parts = stored_exports(store, digests)
    saved = parameters["weights"] if parameters else None
    matched = match_exports(parts, schema, memory=memory, saved=saved, progress=progress)
    header = parts[0].header
    return Scored(
        project=header.project,
        epoch=header.epoch,
        key_id=header.key_id,
        fingerprint=header.fingerprint,
        exports=tuple(sorted(digests)),
        pairs=matched.pairs,
        told=told_by_matcher(matched),
    )
