"""``uic resolve``: the resolver's half of a round. It sees pairs of rows and records, no token."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from uic.crypto.pairs import PrivateKey, PublicKey, as_private, as_public
from uic.engines.storing import transaction
from uic.envelope.pairs import read_pairs
from uic.pipeline.concluding import conclude
from uic.pipeline.manifest import manifest
from uic.pipeline.results import Deduplication, write_results
from uic.pipeline.rounds.files import each, epoch_of, expectation, look_at, round_name
from uic.resolving.register.arrivals import add_export
from uic.resolving.register.decisions import digest_of_decisions
from uic.resolving.register.exports import arrived_exports
from uic.resolving.register.history import changes_of
from uic.resolving.register.reading import events_of, links_of, persons_of
from uic.resolving.register.rounds import Round, find_round, finish_round
from uic.resolving.register.tables import open_register
from uic.resolving.register.withdrawing import withdrawals
from uic.resolving.thresholds import as_target
from uic.schema import LinkageSchema, as_schema, fingerprint, with_threshold
from uic.values import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa

    from uic.analysis.counting import Period
    from uic.analysis.histories import Lists
    from uic.engines.storing import Database
    from uic.exchange import Arrival, Scored
    from uic.pipeline.rounds.files import Sealed
    from uic.resolving.resolver import Resolution
    from uic.resolving.thresholds import Target


@dataclass(frozen=True)
class Finished:
    """A finished round.

    Attributes:
        round: Name, revision, inputs, parameters and facts.
        recognised: The round had been finished with the same inputs before; nothing was done.
        arrivals: What became of each file that was given.
        changes: What became of the person ids of the round before: ``event``, ``before``,
            ``after``.
        result: Persons, pairs, counts, histories, an estimate and a report; records are named
            by ``handle``.
    """

    round: Round
    recognised: bool
    arrivals: tuple[Arrival, ...]
    changes: pa.Table
    result: Deduplication


def resolve(
    pairs: str | Path,
    files: Sequence[str | Path] = (),
    *,
    key: PrivateKey | str | Path,
    matcher: PublicKey | str | Path,
    partners: str | Path,
    register: str | Path,
    round: str,  # noqa: A002 - the word of the field
    schema: LinkageSchema | str | Path | None = None,
    threshold: float | None = None,
    precision: float | None = None,
    recall: float | None = None,
    period: Period = "year",
    lists: Lists = "partner",
    progress: Progress = silent,
) -> Finished:
    """Turn the matcher's pairs into persons and keep the round in the register.

    Whoever holds the register knows which records of which partners are one person, and their
    events; no name, no code, no token. Person ids stay from round to round; what changed is told.

    Args:
        pairs: The matcher's file.
        files: Exports, one a partner; only those that the register does not have yet.
        key: The resolver's own ``NAME.private``.
        matcher: ``NAME.public`` of the matcher.
        partners: Folder with ``PARTNER.public`` for every partner.
        register: The project's register (a DuckDB file, made on first use).
        round: Name of the round. The same name with other inputs is its next revision.
        schema: The linkage schema that the exports were made under.
        threshold: Probability at which a pair is a link, instead of the schema's.
        precision: Expected precision to reach, 0 to 1, instead of a threshold: as many links as it
            allows. The round keeps the threshold that its own pairs lead to.
        recall: Expected recall to reach, 0 to 1, instead of a threshold: as few links as it needs.
        period: Length of a period in the counts.
        lists: What a list is in the capture histories.
        progress: Called with each step.

    Raises:
        InputError: a file cannot be used, or an export that was matched is not here.
        FormatError: a file is damaged, or another signed it; ``layer`` says where.
        SchemaError: the schema breaks a rule.
        KeyMaterialError: a key cannot be used.
        LinkError: no threshold is expected to reach the precision or recall asked for; the
            register stays as it was.
    """
    name, target = round_name(round), as_target(threshold, precision, recall)
    chosen, own = with_threshold(as_schema(schema), threshold), as_private(key)
    found = look_at(files, partners, chosen)
    expected = expectation(chosen, epoch_of(found))
    scored = read_pairs(pairs, key=own, signer=as_public(matcher), expected=expected)
    with open_register(register) as database:
        with transaction(database):
            arrivals = receive(database, found, own, chosen, progress)
            progress("resolving", 0, 1)
            inputs = inputs_of(database, scored.exports, chosen, target)
            inputs["pairs"] = _digest(scored.pairs)
            done = find_round(database, name, inputs)
            finished = done or keep(database, scored, chosen, name, inputs, target)
        return concluded(database, finished, done is not None, arrivals, period, lists)


def write_round(finished: Finished, out: str | Path) -> tuple[Path, ...]:
    """Write what a round found into a folder: the files of ``uic dedupe``, and changes.csv."""
    return write_results(finished.result, out, changes=finished.changes)


def receive(
    database: Database,
    found: Sequence[Sealed],
    key: PrivateKey,
    schema: LinkageSchema,
    progress: Progress,
) -> tuple[Arrival, ...]:
    """Put the resolver's part of every file into the register."""
    expected = expectation(schema, epoch_of(found))

    def kept(sealed: Sealed) -> Arrival:
        return add_export(
            database,
            sealed.for_resolver(key, expected),
            sealed.digest,
            file=sealed.path.name,
            signer=sealed.signer.key_id,
            now=dt.datetime.now(dt.UTC),
        )

    return each(found, kept, progress)


def inputs_of(
    database: Database, exports: Sequence[str], schema: LinkageSchema, target: Target | None
) -> dict[str, Any]:
    """Return what a round is made of; the same again is the same round."""
    wish = {"target": target.told} if target else {"threshold": schema.linking.threshold}
    return {
        "exports": sorted(exports),
        "schema": fingerprint(schema),
        **wish,
        "decisions": digest_of_decisions(database),
        "withdrawn": withdrawals(database),
        "software": version("uic-link"),
    }


def keep(
    database: Database,
    scored: Scored,
    schema: LinkageSchema,
    name: str,
    inputs: dict[str, Any],
    target: Target | None,
) -> Round:
    """Resolve and keep a round, inside a transaction."""

    def facts(resolved: Resolution) -> dict[str, Any]:
        told = manifest(
            schema,
            epoch=scored.epoch,
            key_id=scored.key_id,
            seed=None,
            inputs=arrived_exports(database, scored.exports),
            matched=scored.told,
            resolved=resolved,
        )
        return told | {"schema_fingerprint": scored.fingerprint}

    now = dt.datetime.now(dt.UTC)
    return finish_round(
        database, scored, schema, name=name, inputs=inputs, facts=facts, now=now, target=target
    )


def concluded(
    database: Database,
    finished: Round,
    recognised: bool,
    arrivals: tuple[Arrival, ...],
    period: Period,
    lists: Lists,
) -> Finished:
    """Count what a round found."""
    changes = changes_of(database, finished.number)
    run = finished.facts | {
        "round": finished.name,
        "revision": finished.revision,
        "changes": dict(sorted(Counter(changes["event"].to_pylist()).items())),
    }
    result = conclude(
        persons_of(database, finished.number),
        links_of(database, finished.number, finished.threshold),
        events_of(database, finished),
        run,
        period=period,
        lists=lists,
    )
    return Finished(finished, recognised, arrivals, changes, result)


def _digest(pairs: pa.Table) -> str:
    """Return the SHA-256 of scored pairs, whatever their order."""
    found = hashlib.sha256()
    ordered = pairs.sort_by([(name, "ascending") for name in ("pass", "row_a", "row_b")])
    found.update("\n".join(ordered["pass"].to_pylist()).encode())
    for name in ("row_a", "row_b", "pattern", "log_odds"):
        values = ordered[name].fill_null(0).to_numpy()
        found.update(values.astype("<f8" if name == "log_odds" else "<i8").tobytes())
    return found.hexdigest()
