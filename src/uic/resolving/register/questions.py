"""What partners were asked about doubtful pairs, until their answers are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.engines.storing import fetched, shown_as
from uic.levels import Comparison
from uic.resolving.register.audit import note
from uic.resolving.reviewing import LEDGER, Asked, ask
from uic.weighing import parse_weights

if TYPE_CHECKING:
    import datetime as dt

    import pyarrow as pa

    from uic.engines.storing import Database
    from uic.resolving.register.rounds import Round
    from uic.returning import Errand


def questions_of(
    database: Database,
    found: Round,
    errand: Errand,
    *,
    lower: float,
    upper: float,
    across: bool,
) -> Asked:
    """Ask about the doubtful pairs of a round.

    Args:
        database: The register.
        found: The round.
        errand: Project, epoch, key and round of the questions.
        lower: Least probability.
        upper: Largest probability.
        across: Whether pairs between two partners are asked, too.
    """
    pairs = fetched(
        database,
        "SELECT * FROM pairs WHERE round = $1 ORDER BY ALL",
        [found.number],
    )
    facts = found.facts
    weights = (facts["weights"] or {}).get("passes", {})
    return ask(
        pairs,
        errand=errand,
        passes=[item["name"] for item in facts["passes"]],
        items=[Comparison(i["attribute"], i["kind"]) for i in facts["comparisons"]],
        weights={name: parse_weights(item) for name, item in weights.items()},
        threshold=found.threshold,
        lower=lower,
        upper=upper,
        across=across,
    )


def keep_questions(database: Database, asked: Asked, name: str, now: dt.datetime) -> None:
    """Keep what was asked in a round; it takes the place of what was asked in it before."""
    database.execute("DELETE FROM questions WHERE round = $1", [name])
    with shown_as(database, "incoming", asked.ledger):
        database.execute("INSERT INTO questions SELECT $1, * FROM incoming", [name])
    told = {item.errand.partner: len(item.pairs) for item in asked.questions}
    note(database, "questions", {"round": name, "pairs": told}, now)


def ledger_of(database: Database, name: str) -> pa.Table:
    """Return what was asked in a round, as ``LEDGER``."""
    columns = ", ".join(LEDGER.names)
    found = fetched(
        database,
        f"SELECT {columns} FROM questions WHERE round = $1 ORDER BY ALL",  # noqa: S608 - our names
        [name],
    )
    return found.cast(LEDGER)
