"""Kill a round at a random moment, and see what is left.

Used by the test (a few kills) and by ``benchmarks/rounds/killed.py`` (many).
"""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rounds_helpers import SCHEMA, Office, who

from uic.pipeline.rounds import link, listed, verify
from uic.resolving.register.audit import digest_of_round
from uic.resolving.register.tables import open_register

_FORKS = multiprocessing.get_context("forkserver")


@dataclass(frozen=True)
class Killed:
    """What a killed run left.

    Attributes:
        moment: Seconds into the run at which it was killed.
        dead: Whether it was still running then.
        finished: Whether its round was kept all the same.
        intact: The rounds before are those that were logged, and the log's chain holds.
        same: Running it again gives the persons of a run that nobody killed.
    """

    moment: float
    dead: bool
    finished: bool
    intact: bool
    same: bool


def kill_rounds(desk: Office, files: list[Path], times: int, seed: int) -> Iterator[Killed]:
    """Start the next round of a register again and again, and kill it.

    Args:
        desk: An office whose register holds one round, or which has no register yet.
        files: The exports of the next round.
        times: How often.
        seed: Seed of the moments.
    """
    _FORKS.set_forkserver_preload(["uic.pipeline.rounds"])
    state = {path: path.read_bytes() for path in _paths(desk) if path.exists()}
    kept = _digest(desk)
    wanted = who(desk.link(files, "r2"))
    long = 0.0
    for _ in range(2):  # the first starts the fork server, the second is timed
        _restore(desk, state)
        long = _run(desk, files)
    draw = random.Random(seed)
    for _ in range(times):
        _restore(desk, state)
        moment = draw.uniform(0.0, long)
        child = _child(desk, files)
        child.start()
        time.sleep(moment)
        dead = child.is_alive()
        child.kill()
        child.join()
        finished, intact = _look(desk, kept)
        again = desk.link(files, "r2")
        same = who(again) == wanted and again.recognised == finished
        yield Killed(moment, dead, finished, intact, same)


def _look(desk: Office, kept: str) -> tuple[bool, bool]:
    """Tell whether the killed round was kept, and whether all that is there is as it was."""
    if not desk.register.exists():
        return False, not kept
    names = [item.name for item in listed(desk.register)]
    intact = verify(desk.register).rounds == len(names)
    return "r2" in names, intact and (not kept or _digest(desk) == kept)


def _run(desk: Office, files: list[Path]) -> float:
    child = _child(desk, files)
    started = time.perf_counter()
    child.start()
    child.join()
    return time.perf_counter() - started


def _child(desk: Office, files: list[Path]) -> Any:
    return _FORKS.Process(target=_second_round, args=(desk.folder, [str(one) for one in files]))


def _second_round(folder: Path, files: list[str]) -> None:
    link(
        files,
        matcher_key=folder / "matcher.private",
        resolver_key=folder / "resolver.private",
        partners=folder / "partners",
        register=folder / "r.duckdb",
        round="r2",
        schema=SCHEMA,
    )


def _paths(desk: Office) -> tuple[Path, Path]:
    return desk.register, desk.folder / "r-2026Q3.store.duckdb"


def _restore(desk: Office, state: dict[Path, bytes]) -> None:
    """Put register and store back to where they were."""
    for path in _paths(desk):
        Path(f"{path}.wal").unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        if path in state:
            path.write_bytes(state[path])


def _digest(desk: Office) -> str:
    """Return the digest of the first round; empty without a register."""
    if not desk.register.exists():
        return ""
    with open_register(desk.register) as database:
        return digest_of_round(database, 1)
