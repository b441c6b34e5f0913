"""A round that is killed leaves the last finished one, and can be run again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from killing import kill_rounds
from rounds_helpers import office, people

from uic.crypto.pairs import save_pair


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
def test_a_killed_round_leaves_the_last_finished_one(tmp_path: Path) -> None:
    """Killed five times: the register opens, the log verifies, and a re-run gives the same."""
    desk = office(tmp_path)
    for name in ("matcher", "resolver"):
        save_pair(desk.pairs[name], tmp_path)
    rows = people(60)
    desk.link([desk.send("a", rows[:40])])
    found = list(kill_rounds(desk, [desk.send("b", rows[20:])], times=5, seed=2))
    assert all(one.intact for one in found)
    assert all(one.same for one in found)
    assert any(one.dead for one in found)
