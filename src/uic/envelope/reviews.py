"""Review files: questions to a partner about its own records, and its answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Unpack

import pyarrow as pa
import pyarrow.compute as pc

from uic.envelope.headers import ANSWERS as ANSWERS_FORMAT
from uic.envelope.headers import REVIEW
from uic.envelope.sealed import (
    Belongs,
    Sort,
    errand_of,
    read_sealed,
    refuse_unless,
    write_sealed,
)
from uic.levels import CODE_LEVELS, DATE_LEVELS, TEXT_LEVELS
from uic.returning import ANSWERS, LEVELS, QUESTIONS, Answers, Questions

if TYPE_CHECKING:
    from pathlib import Path

    from uic.crypto.pairs import PrivateKey, PublicKey

_REVIEW = Sort(REVIEW, "partner", {"levels": (LEVELS, None), "pairs": (QUESTIONS, "pairs")})
_ANSWERS = Sort(ANSWERS_FORMAT, "resolver", {"answers": (ANSWERS, "answers")})
_ATTRIBUTE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_WORDS = {*TEXT_LEVELS, *CODE_LEVELS, *DATE_LEVELS}


def write_questions(
    questions: Questions, path: str | Path, *, to: PublicKey, signer: PrivateKey
) -> None:
    """Write the questions to one partner, sealed to it.

    Whoever holds the file sees to whom it goes and how many pairs there are. The partner sees of
    a pair its own record, or its two own records, and how much the two agree.

    Args:
        questions: What it is asked.
        path: The file, by custom ``review-PARTNER-ROUND.uicr``.
        to: Public key of the partner.
        signer: The resolver's own pair.
    """
    pairs, levels = questions.pairs.cast(QUESTIONS), questions.levels.cast(LEVELS)
    _check_questions(pairs, levels)
    tables = {"levels": levels, "pairs": pairs}
    write_sealed(path, _REVIEW, vars(questions.errand), tables, to=to, signer=signer)


def read_questions(
    path: str | Path,
    *,
    key: PrivateKey | str | Path,
    signer: PublicKey | str | Path,
    **expected: Unpack[Belongs],
) -> Questions:
    """Check a review file and open it; arguments and errors as of ``read_return``."""
    fields, tables = read_sealed(path, _REVIEW, key=key, signer=signer, expected=expected)
    _check_questions(tables["pairs"], tables["levels"])
    return Questions(errand_of(fields), tables["pairs"], tables["levels"])


def write_answers(answers: Answers, path: str | Path, *, to: PublicKey, signer: PrivateKey) -> None:
    """Write a partner's answers, sealed to the resolver and signed by the partner."""
    table = answers.answers.cast(ANSWERS)
    _check_answers(table)
    write_sealed(path, _ANSWERS, vars(answers.errand), {"answers": table}, to=to, signer=signer)


def read_answers(
    path: str | Path,
    *,
    key: PrivateKey | str | Path,
    signer: PublicKey | str | Path,
    **expected: Unpack[Belongs],
) -> Answers:
    """Check a file of answers and open it.

    Args:
        path: The file.
        key: The resolver's own pair.
        signer: Public key of the partner that answered.
        expected: ``project`` and ``epoch`` it must be for, and the ``partner`` whose public key
            ``signer`` is.

    Raises:
        FormatError: the file is not what it must be; ``layer`` says where.
        InputError: the file cannot be read.
        KeyMaterialError: a key file cannot be used.
    """
    fields, tables = read_sealed(path, _ANSWERS, key=key, signer=signer, expected=expected)
    _check_answers(tables["answers"])
    return Answers(errand_of(fields), tables["answers"])


def _check_questions(pairs: pa.Table, levels: pa.Table) -> None:
    needed = (*(pairs[name] for name in QUESTIONS.names if not name.startswith("other")),
              *levels.columns)  # fmt: skip
    refuse_unless(not any(column.null_count for column in needed), "a question is not whole")
    asked = pairs["question"].to_pylist()
    refuse_unless(len(set(asked)) == len(asked), "a question stands there twice")
    halves = pc.equal(pairs["other_hi"].is_null(), pairs["other_lo"].is_null())
    refuse_unless(all(halves.to_pylist()), "half of a handle is missing")
    chances = pairs["probability"].to_pylist()
    refuse_unless(all(0 <= chance <= 1 for chance in chances), "a probability is none")
    keys = list(zip(levels["question"].to_pylist(), levels["attribute"].to_pylist(), strict=True))
    refuse_unless(len(set(keys)) == len(keys), "an attribute stands there twice")
    refuse_unless({key for key, _ in keys} <= set(asked), "levels belong to no question")
    refuse_unless(all(_ATTRIBUTE.fullmatch(name) for _, name in keys), "an attribute is none")
    words = set(pc.unique(levels["level"]).to_pylist())
    refuse_unless(words <= _WORDS, "a level is none of those this program knows")
    finite = pc.all(pc.is_finite(levels["weight"])).as_py()
    refuse_unless(finite is not False, "a weight is no number")


def _check_answers(table: pa.Table) -> None:
    asked = table["question"].to_pylist()
    whole = table["question"].null_count == 0 and len(set(asked)) == len(asked)
    refuse_unless(whole, "a question is missing or answered twice")
