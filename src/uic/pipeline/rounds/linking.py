"""``uic link``: both halves of a round, for a small office that holds both keys."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from uic.crypto.pairs import PrivateKey, as_private
from uic.engines.memory import as_memory
from uic.engines.storing import transaction
from uic.envelope.safe import KeySafe
from uic.errors import InputError, KeyMaterialError, Problem
from uic.matching.store import open_store
from uic.matching.thinning import keep_only
from uic.pipeline.rounds import matching, resolving
from uic.pipeline.rounds.files import epoch_of, look_at, round_name
from uic.resolving.register.exports import current_exports, latest_epoch, rows_here
from uic.resolving.register.rounds import find_round, get_round
from uic.resolving.register.tables import open_register
from uic.resolving.thresholds import as_target
from uic.schema import LinkageSchema, as_schema, with_threshold
from uic.values import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.analysis.counting import Period
    from uic.analysis.histories import Lists
    from uic.engines.storing import Database
    from uic.pipeline.rounds.resolving import Finished


def link(
    files: Sequence[str | Path] = (),
    *,
    matcher_key: PrivateKey | str | Path,
    resolver_key: PrivateKey | str | Path,
    partners: str | Path,
    register: str | Path,
    round: str,  # noqa: A002 - the word of the field
    schema: LinkageSchema | str | Path | None = None,
    store: str | Path | None = None,
    epoch: str | None = None,
    threshold: float | None = None,
    precision: float | None = None,
    recall: float | None = None,
    parameters: str | None = None,
    period: Period = "year",
    lists: Lists = "partner",
    memory: str | None = None,
    progress: Progress = silent,
) -> Finished:
    """Match and resolve in one office: exports in, persons whose ids stay out.

    One office that holds both keys can do what neither half can do alone: with the epoch key on
    top it could test names. Keep store and register on two disks, or better in two offices.

    Args:
        files: Exports, one a partner; only those that are new. None at all links those that are
            there again, as under another threshold.
        matcher_key: ``NAME.private`` of the matcher.
        resolver_key: ``NAME.private`` of the resolver, another pair.
        partners: Folder with ``PARTNER.public`` for every partner.
        register: The project's register (a DuckDB file, made on first use).
        round: Name of the round. The same name with other inputs is its next revision.
        schema: The linkage schema that the exports were made under.
        store: The matcher's store; by default ``REGISTER-EPOCH.store.duckdb`` beside the register.
        epoch: Epoch to link; by default that of the files, or else the newest of the register.
        threshold: Probability at which a pair is a link, instead of the schema's.
        precision: Expected precision to reach, 0 to 1, instead of a threshold: as many links as it
            allows. The round keeps the threshold that its own pairs lead to.
        recall: Expected recall to reach, 0 to 1, instead of a threshold: as few links as it needs.
        parameters: Name of an earlier round whose fitted parameters are used again.
        period: Length of a period in the counts.
        lists: What a list is in the capture histories.
        memory: Memory that matching may hold before it spills to disk, as ``8GB``; by default half
            of the machine's.
        progress: Called with each step.

    Raises:
        InputError: a file cannot be used; all problems are listed.
        FormatError: a file is damaged, or another signed it; ``layer`` says where.
        SchemaError: the schema breaks a rule.
        KeyMaterialError: a key cannot be used, or both are the same.
        LinkError: no threshold is expected to reach the precision or recall asked for; the
            register stays as it was.
    """
    name = round_name(round)
    target, memory = as_target(threshold, precision, recall), as_memory(memory)
    chosen = with_threshold(as_schema(schema), threshold)
    own = as_private(matcher_key), as_private(resolver_key)
    if own[0].public.key_id == own[1].public.key_id:
        raise KeyMaterialError("matcher and resolver have the same key: make two pairs")
    found = look_at(files, partners, chosen)
    if not found and not Path(register).exists():
        hint = "check --register, or give the partners' files"
        raise InputError(Problem(Path(register).name, "", "there is no register yet", hint))
    with open_register(register) as database:
        wanted = epoch or epoch_of(found) or latest_epoch(database)
        place, safe = store or _beside(register, wanted), KeySafe.of(own[0])
        with open_store(place, safe) as kept, transaction(database):
            matching.receive(kept, found, own[0], chosen, progress)
            arrivals = resolving.receive(database, found, own[1], chosen, progress)
            exports = list(current_exports(database, wanted).values())
            told, source = _parameters(database, parameters)
            inputs = resolving.inputs_of(database, exports, chosen, target)
            inputs["parameters"] = source
            done = find_round(database, name, inputs)
            if done is None:
                if inputs["withdrawn"]:
                    keep_only(kept, rows_here(database, exports))
                scored = matching.score(
                    kept, _some(exports, wanted), chosen, told, progress, memory
                )
                progress("resolving", 0, 1)
                finished = resolving.keep(database, scored, chosen, name, inputs, target)
        here = done or finished
        return resolving.concluded(database, here, done is not None, arrivals, period, lists)


def _beside(register: str | Path, epoch: str) -> Path:
    path = Path(register)
    return path.with_name(f"{path.stem}-{epoch}.store.duckdb")


def _some(exports: list[str], epoch: str) -> list[str]:
    if not exports:
        hint = "give the partners' files, or look at the epoch: uic rounds show tells those so far"
        rule = f"no export of the epoch {epoch!r} is here to link"
        raise InputError(Problem("register", "", rule, hint))
    return exports


def _parameters(database: Database, name: str | None) -> tuple[dict[str, Any] | None, str]:
    """Return the parameters of an earlier round, and what the inputs say of them."""
    if name is None:
        return None, "fitted"
    earlier = get_round(database, name)
    return earlier.parameters, f"{earlier.name}/{earlier.revision}"
