"""Rounds at the linkage unit: from partners' sealed files to persons whose ids stay.

Three ways: the matcher's half and the resolver's half in two offices (``uic match``,
``uic resolve``), or both in one small office (``uic link``). Only here and in the command line are
sealed files opened and the rooms of matcher and resolver seen together.
"""

from __future__ import annotations

from uic.pipeline.rounds.counting import tabulate_round
from uic.pipeline.rounds.linking import link
from uic.pipeline.rounds.looking import Shown, listed, show, verify, withdraw
from uic.pipeline.rounds.matching import Matched, match
from uic.pipeline.rounds.resolving import Finished, resolve, write_round
from uic.pipeline.rounds.withdrawing import Notice

__all__ = [
    "Finished",
    "Matched",
    "Notice",
    "Shown",
    "link",
    "listed",
    "match",
    "resolve",
    "show",
    "tabulate_round",
    "verify",
    "withdraw",
    "write_round",
]
