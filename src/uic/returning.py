"""What comes back to a partner: person ids and questions under its own handles, and its answers.

Plain values: the sealed files they travel in are ``uic.envelope.returns`` and
``uic.envelope.reviews`` (spec/exchange.md). A handle is the partner's own name for a record under
the epoch key, so that whoever carries the file learns nothing, and the partner only what is its.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

PERSON_IDS = pa.schema(
    [
        ("handle_hi", pa.int64()),
        ("handle_lo", pa.int64()),
        ("person_id", pa.string()),
    ]
)
QUESTIONS = pa.schema(
    [
        ("question", pa.int64()),  # random, another one for each partner that is asked
        ("handle_hi", pa.int64()),
        ("handle_lo", pa.int64()),
        ("other_hi", pa.int64()),  # null: the other record is another partner's
        ("other_lo", pa.int64()),
        ("probability", pa.float64()),
    ]
)
LEVELS = pa.schema(
    [
        ("question", pa.int64()),
        ("attribute", pa.string()),
        ("level", pa.string()),
        ("weight", pa.float64()),
    ]
)
ANSWERS = pa.schema(
    [
        ("question", pa.int64()),
        ("same", pa.bool_()),  # null: the partner does not know
    ]
)


@dataclass(frozen=True)
class Errand:
    """What a return, a review or an answer belongs to; may be read without a key.

    Attributes:
        project: Project of the epoch key.
        epoch: Epoch of the key.
        key_id: Public name of the epoch key: handles of another key mean nothing.
        round: Name of the round.
        partner: The partner it goes to or comes from.
    """

    project: str
    epoch: str
    key_id: str
    round: str
    partner: str


@dataclass(frozen=True, repr=False)
class Returned:
    """One partner's records with their person ids.

    Attributes:
        errand: What it belongs to.
        persons: ``PERSON_IDS``, ascending by handle, every handle once.
    """

    errand: Errand
    persons: pa.Table

    def __repr__(self) -> str:
        return f"<Returned {self.errand.partner}: {len(self.persons)} records>"


@dataclass(frozen=True, repr=False)
class Questions:
    """Pairs that one partner is asked about.

    Attributes:
        errand: What they belong to.
        pairs: ``QUESTIONS``, one row a pair.
        levels: ``LEVELS``, one row an attribute of a pair.
    """

    errand: Errand
    pairs: pa.Table
    levels: pa.Table

    def __repr__(self) -> str:
        return f"<Questions {self.errand.partner}: {len(self.pairs)} pairs>"


@dataclass(frozen=True, repr=False)
class Answers:
    """What one partner answered.

    Attributes:
        errand: What they belong to.
        answers: ``ANSWERS``, every question once.
    """

    errand: Errand
    answers: pa.Table

    def __repr__(self) -> str:
        return f"<Answers {self.errand.partner}: {len(self.answers)}>"
