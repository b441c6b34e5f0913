"""The one-machine chain: partner exports in, people counted once, nothing named out.

The only module beside the command line that sees more than one wing. Each step hands over a
value that the next room may see; no step looks back.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uic.crypto.keys import load_or_make_key
from uic.engines.memory import as_memory
from uic.matching.matcher import match
from uic.partner.encoding import encode
from uic.partner.reading import read_registers
from uic.pipeline.concluding import conclude
from uic.pipeline.joining import join_candidates, join_events, join_pairs, join_persons
from uic.pipeline.manifest import files_read, manifest, told_by_matcher
from uic.pipeline.results import Deduplication, write_results
from uic.pipeline.reviewing import read_decisions
from uic.resolving.deciding import UNDECIDED
from uic.resolving.resolver import resolve
from uic.resolving.thresholds import as_target
from uic.schema import LinkageSchema, as_schema, with_threshold
from uic.values import silent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from uic.analysis.counting import Period
    from uic.analysis.histories import Lists
    from uic.crypto.keys import EpochKey
    from uic.values import Progress

__all__ = ["Deduplication", "dedupe", "write_results"]


def dedupe(
    inputs: Sequence[str | Path] | Mapping[str, Any],
    *,
    schema: LinkageSchema | str | Path | None = None,
    key: EpochKey | str | Path = "uic-epoch.key",
    seed: int = 0,
    period: Period = "year",
    lists: Lists = "partner",
    threshold: float | None = None,
    precision: float | None = None,
    recall: float | None = None,
    decisions: str | Path | None = None,
    memory: str | None = None,
    progress: Progress = silent,
) -> Deduplication:
    """Count people once over the exports of several partners, on one machine.

    Args:
        inputs: Paths of the partners' exports, or a mapping from partner to a table (pandas,
            polars, Arrow).
        schema: The linkage schema or its path; without one the default name-register schema
            applies and the partner is the file's name.
        key: The epoch key or its path; the file is made on first use.
        seed: Seed of everything random in the outputs. The same inputs, key and seed give the
            same tables.
        period: Length of a period in the counts.
        lists: What a list is in the capture histories.
        threshold: Probability at which a pair is a link, instead of the schema's.
        precision: Expected precision to reach, 0 to 1, instead of a threshold: as many links as it
            allows.
        recall: Expected recall to reach, 0 to 1, instead of a threshold: as few links as it needs.
        decisions: A review file that was filled in (:func:`uic.pipeline.reviewing.write_review`);
            what it says of two records binds.
        memory: Memory that matching may hold before it spills to disk, as ``8GB``; by default half
            of the machine's.
        progress: Called with each step.

    Raises:
        InputError: a file cannot be used; every problem of every file is listed.
        SchemaError: the schema breaks a rule.
        KeyMaterialError: the key cannot be used.
        LinkError: no threshold is expected to reach the precision or recall asked for.
    """
    clock = _Clock()
    target, memory = as_target(threshold, precision, recall), as_memory(memory)
    chosen = with_threshold(as_schema(schema), threshold)
    registers = read_registers(inputs, chosen, progress=progress)
    decided = read_decisions(decisions, registers) if decisions is not None else UNDECIDED
    clock.lap("reading")
    epoch_key = load_or_make_key(key, chosen.project) if isinstance(key, (str, Path)) else key
    exports = []
    for number, register in enumerate(registers):
        progress("encoding", number, len(registers))
        exports.append(encode(register, chosen, epoch_key))
    clock.lap("encoding")
    parts = [export.matcher for export in exports]
    matched = match(parts, chosen, memory=memory, progress=progress)
    clock.lap("matching")
    progress("resolving", 0, 1)
    maps = [export.resolver for export in exports]
    resolved = resolve(matched.pairs, maps, chosen, seed=seed, decisions=decided, target=target)
    clock.lap("resolving")
    progress("counting", 0, 1)
    run = manifest(
        chosen,
        epoch=epoch_key.epoch,
        key_id=epoch_key.key_id,
        seed=seed,
        inputs=files_read(registers),
        matched=told_by_matcher(matched),
        resolved=resolved,
    )
    done = conclude(
        join_persons(resolved, registers),
        join_pairs(resolved, registers),
        join_events(resolved, registers),
        run,
        period=period,
        lists=lists,
        registers=registers,
        lap=clock.lap,
    )
    run["decisions"] = len(decided)
    run["seconds"] = clock.seconds
    return replace(done, candidates=join_candidates(resolved, registers))


class _Clock:
    """Seconds spent in each step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self.seconds[step], self._last = round(now - self._last, 3), now
