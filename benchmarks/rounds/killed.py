"""Kill a round with SIGKILL at random moments, and look at what is left.

    PYTHONPATH=src:tests/pipeline python benchmarks/rounds/killed.py [KILLS] [PEOPLE]

Half of the kills hit the first round of a project, which makes the register, half a second round.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from killing import Killed, kill_rounds
from rounds_helpers import office, people

from uic.crypto.pairs import save_pair


def main(kills: int, size: int) -> None:
    rows = people(size)
    cut = 2 * size // 3
    found: list[Killed] = []
    for first in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            desk = office(Path(folder))
            for name in ("matcher", "resolver"):
                save_pair(desk.pairs[name], Path(folder))
            files = [desk.send("a", rows[:cut]), desk.send("b", rows[size - cut :])]
            if not first:
                desk.link(files[:1])
            for one in kill_rounds(desk, files, times=kills // 2, seed=int(first)):
                found.append(one)
                print(f"{one.moment:6.2f} s  killed {one.dead!s:<5}  kept {one.finished!s:<5}"
                      f"  intact {one.intact}  same again {one.same}", flush=True)  # fmt: skip
    dead, kept = sum(one.dead for one in found), sum(one.finished for one in found)
    print(f"{len(found)} runs of {size} people: {dead} killed while running, {kept} rounds kept")
    print(f"intact {sum(one.intact for one in found)}, same {sum(one.same for one in found)}")


if __name__ == "__main__":
    main(*(int(text) for text in (sys.argv[1:] + ["50", "1000"][len(sys.argv) - 1 :])))
