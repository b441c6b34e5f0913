"""What goes back to the partners after a round, and the answers that come in.

Return files take each partner its own handles with person ids. Review files ask it about doubtful
pairs of its own records. Answers are taken from the partner that was asked, and bind the next
round.
"""

from __future__ import annotations

import datetime as dt
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from uic.crypto.pairs import PrivateKey, as_private, load_public
from uic.engines.storing import fetched, transaction
from uic.envelope.headers import ANSWERS
from uic.envelope.inspecting import inspect
from uic.envelope.opening import HOLDS
from uic.envelope.returns import file_name, write_returns
from uic.envelope.reviews import read_answers, write_questions
from uic.errors import FormatError, InputError, Problem, UicWarning
from uic.pipeline.rounds.looking import existing
from uic.resolving.register.audit import note
from uic.resolving.register.decisions import keep_decisions
from uic.resolving.register.questions import keep_questions, ledger_of, questions_of
from uic.resolving.register.rounds import get_round
from uic.resolving.reviewing import decided
from uic.resolving.thresholds import LOWER, UPPER
from uic.returning import Errand

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from uic.crypto.pairs import PublicKey
    from uic.engines.storing import Database
    from uic.resolving.register.rounds import Round
    from uic.returning import Answers


@dataclass(frozen=True)
class Sent:
    """What was written for the partners.

    Attributes:
        returns: Return files, one a partner.
        reviews: Review files, one a partner that is asked anything.
        questions: Questions in all.
    """

    returns: tuple[Path, ...]
    reviews: tuple[Path, ...]
    questions: int


def send(
    register: str | Path,
    name: str,
    *,
    key: PrivateKey | str | Path,
    partners: str | Path,
    out: str | Path,
    across: bool = False,
    lower: float = LOWER,
    upper: float = UPPER,
) -> Sent:
    """Write every partner's return file and review file of a round.

    Each is sealed to its partner and holds that partner's own handles only. What was asked is
    kept in the register, in the place of what was asked in this round before; a review of it that
    still lies in the folder goes, because nobody could take its answers any more.

    Args:
        register: The project's register.
        name: The round.
        key: The resolver's own ``NAME.private``, which signs.
        partners: Folder with ``PARTNER.public`` of every partner.
        out: Folder for the files.
        across: Ask about pairs between two partners, too; partners agree on it first, because
            such a question tells that somewhere a record like this one may exist.
        lower: Least probability that is asked.
        upper: Largest.

    Warns:
        UicWarning: pairs across are asked of two partners only: then each knows whose the other
            record is.

    Raises:
        InputError: there is no such register or round, or the band is none.
        KeyMaterialError: a partner of the round has no public key, or a key cannot be used.
    """
    if not 0 <= lower < upper <= 1:
        rule = "the band of questions is two probabilities, the lower one first"
        raise InputError(Problem("options", "", rule, "give --lower 0.1 --upper 0.95"))
    own, keys, folder = as_private(key), _keys(partners), Path(out)
    now = dt.datetime.now(dt.UTC)
    with existing(register) as database, transaction(database):
        found = get_round(database, name)
        facts = {name: found.facts[name] for name in ("project", "epoch", "key_id")}
        written = write_returns(
            _persons(database, found),
            folder,
            round=found.name,
            recipients=keys,
            signer=own,
            **facts,
        )
        if across and len(written) == 2:
            warnings.warn(_TWO, UicWarning, stacklevel=2)
        errand = Errand(**facts, round=found.name, partner="")
        asked = questions_of(database, found, errand, lower=lower, upper=upper, across=across)
        for partner in keys:
            (folder / file_name("review", partner, found.name)).unlink(missing_ok=True)
        reviews = []
        for questions in asked.questions:
            partner = questions.errand.partner
            path = folder / file_name("review", partner, found.name)
            write_questions(questions, path, to=keys[partner], signer=own)
            reviews.append(path)
        note(database, "returns", {"round": found.name, "files": len(written)}, now)
        keep_questions(database, asked, found.name, now)
    return Sent(written, tuple(reviews), len(asked.ledger))


_TWO = (
    "with two partners, a question about a pair between them tells each that the other may know"
    " its client\n  hint: leave out --across unless both agreed to it"
)


def decide(
    register: str | Path,
    files: Sequence[str | Path],
    *,
    key: PrivateKey | str | Path,
    partners: str | Path,
) -> int:
    """Take the partners' answers to a review into the register; return how many decide.

    Answers about pairs between two partners count only when both sides are among the files and
    agree: give them together. Decisions bind from the next round on.

    Args:
        register: The project's register.
        files: Answers (.uica), of one round.
        key: The resolver's own ``NAME.private``.
        partners: Folder with ``PARTNER.public`` of every partner.

    Raises:
        InputError: a file cannot be read, or the files are of several rounds.
        FormatError: a file is damaged, or another than its partner signed it.
    """
    own, keys = as_private(key), _keys(partners)
    answers = [_answers(Path(file), own, keys) for file in files]
    rounds = {item.errand.round for item in answers}
    if len(rounds) != 1:
        hint = "give the answers of one round at a time, at least one file"
        raise InputError(Problem("answers", "", f"the files are of {len(rounds)} rounds", hint))
    (name,) = rounds
    with existing(register) as database, transaction(database):
        found = decided(ledger_of(database, name), answers)
        who = ", ".join(sorted({item.errand.partner for item in answers}))
        return keep_decisions(database, found, who, dt.datetime.now(dt.UTC))


def _answers(path: Path, own: PrivateKey, keys: dict[str, PublicKey]) -> Answers:
    header = inspect(path).header
    if header["format"] != ANSWERS:
        raise FormatError(
            f"{path.name}: this sealed file holds {HOLDS[header['format']]}, no answers\n"
            "  hint: name the .uica files that the partners made with uic answer",
            layer="header",
        )
    if header["partner"] not in keys:
        hint = "put its PARTNER.public, got from them by another way, into the folder"
        raise InputError(Problem(path.name, "", "there is no public key of this partner", hint))
    partner = header["partner"]
    return read_answers(path, key=own, signer=keys[partner], partner=partner)


def _keys(partners: str | Path) -> dict[str, PublicKey]:
    return {path.stem: load_public(path) for path in sorted(Path(partners).glob("*.public"))}


def _persons(database: Database, found: Round) -> pa.Table:
    return fetched(
        database,
        "SELECT partner, handle_hi, handle_lo, printf('P%06d', person) AS person_id"
        " FROM persons WHERE round = $1",
        [found.number],
    )
