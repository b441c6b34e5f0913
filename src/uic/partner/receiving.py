"""What comes back to a partner: person ids and questions, under its own record ids again.

This runs at the partner, beside its own export and with the epoch key: only there a handle turns
back into a record.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from uic.crypto.keys import EpochKey, load_key
from uic.crypto.pairs import as_private, as_public
from uic.envelope.inspecting import inspect
from uic.envelope.returns import read_return
from uic.envelope.reviews import read_questions, write_answers
from uic.errors import InputError, KeyMaterialError, Problem, SchemaMismatchError, UicWarning
from uic.partner.answers import ANSWER, read_answers
from uic.partner.handles import own_ids, record_handles
from uic.partner.reading import read_registers
from uic.returning import ANSWERS, Answers
from uic.schema import LinkageSchema, as_schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from uic.crypto.pairs import PrivateKey, PublicKey
    from uic.partner.registers import Register
    from uic.returning import Errand, Questions, Returned

    Own = str | Path | Sequence[str | Path] | Mapping[str, Any]

ELSEWHERE = "(another partner's record)"
QUESTION = "question"


def receive(
    path: str | Path,
    own: Own,
    *,
    key: PrivateKey | str | Path,
    signer: PublicKey | str | Path,
    epoch_key: EpochKey | str | Path,
    schema: LinkageSchema | str | Path | None = None,
) -> pa.Table:
    """Open a return or a review file and put the partner's own record ids into it.

    Args:
        path: What the resolver sent: a return or a review.
        own: The export that was encoded, or a mapping from the partner's name to a table.
        key: The partner's own ``NAME.private``.
        signer: ``NAME.public`` of the resolver.
        epoch_key: The epoch key with which the export was encoded.
        schema: The linkage schema with which it was encoded.

    Returns:
        Of a return ``record_id`` and ``person_id``, in the order of the export. Of a review
        ``question``, ``record_id``, ``other_record_id``, ``same_person`` (empty), ``probability``
        and, for every attribute, its level with the weight, as ``near (+3.1)``.

    Raises:
        FormatError: the file is not what it must be; ``layer`` says where.
        InputError: a file cannot be read, or the export is not the one partner's.
        KeyMaterialError: a key cannot be used, or the epoch key is another.
        SchemaMismatchError: the file is for another partner or project.
    """
    register, found_key = _own(own, schema), _epoch_key(epoch_key)
    kind = inspect(path).header["format"]
    if kind == "uic-review/1":
        questions = read_questions(path, key=key, signer=signer)
        ids = _handles(register, found_key, questions.errand)
        return _asked(questions, ids)
    returned = read_return(path, key=key, signer=signer)
    return _persons(returned, register, _handles(register, found_key, returned.errand))


def answer(
    answered: str | Path,
    review: str | Path,
    out: str | Path,
    *,
    key: PrivateKey | str | Path,
    resolver: PublicKey | str | Path,
) -> int:
    """Seal a filled-in review to the resolver; return how many questions are answered.

    The file holds question numbers with yes, no or unknown, and no record id.

    Args:
        answered: The table that :func:`receive` made, with ``same_person`` filled in.
        review: The review file the questions came in.
        out: The sealed answers, by custom ``answers-PARTNER-ROUND.uica``.
        key: The partner's own ``NAME.private``.
        resolver: ``NAME.public`` of the resolver.

    Raises:
        FormatError: the review is not what it must be.
        InputError: a file cannot be read, an answer is none, or a question is not of this review.
        KeyMaterialError: a key file cannot be used.
    """
    mine, to = as_private(key), as_public(resolver)
    questions = read_questions(review, key=mine, signer=to)
    given = read_answers(answered, [QUESTION])
    numbers = _numbers(Path(answered).name, given, set(questions.pairs["question"].to_pylist()))
    table = pa.table([numbers, given[ANSWER]], schema=ANSWERS)
    write_answers(Answers(questions.errand, table), out, to=to, signer=mine)
    return len(table)


def _numbers(name: str, given: pa.Table, known: set[int]) -> list[int]:
    texts, rows = given[QUESTION].to_pylist(), given["_row"].to_pylist()
    found = [int(text) if text.isascii() and text.isdigit() else -1 for text in texts]
    strange = [row for row, number in zip(rows, found, strict=True) if number not in known]
    twice = [row for n, row in enumerate(rows) if found[n] in found[:n]]
    if strange or twice:
        rules = dict.fromkeys(strange, "this is no question of the review") | dict.fromkeys(
            twice, "this question is answered twice"
        )
        raise InputError(
            Problem(name, f"row {row}, column {QUESTION}", rule, "answer in the file that was made")
            for row, rule in sorted(rules.items())
        )
    return found


def _own(own: Own, schema: LinkageSchema | str | Path | None) -> Register:
    registers = read_registers(own, as_schema(schema))
    if len(registers) != 1:
        rule = f"the files belong to {len(registers)} partners"
        raise InputError(Problem("inputs", "", rule, "give the one export that was encoded"))
    return registers[0]


def _epoch_key(key: EpochKey | str | Path) -> EpochKey:
    return key if isinstance(key, EpochKey) else load_key(key)


def _handles(register: Register, key: EpochKey, errand: Errand) -> dict[tuple[int, int], str]:
    """Return the partner's own record id of every handle."""
    if key.key_id != errand.key_id:
        raise KeyMaterialError(
            f"the file is under the epoch key {errand.key_id}, not under {key.key_id}\n"
            "  hint: name the key of the epoch in which the export was encoded"
        )
    if register.partner != errand.partner:
        raise SchemaMismatchError(
            f"the file is for the partner {errand.partner!r} and the export is of "
            f"{register.partner!r}\n  hint: use the schema with which the export was encoded"
        )
    without = int((~own_ids(register)).sum())
    if without:
        rows = "their rows in this very file stand for them"
        _warn(
            f"{without:,} of your {len(register.records):,} records have no id of their own: {rows}"
        )
    handles = record_handles(register, key)
    words = zip(handles["handle_hi"].to_pylist(), handles["handle_lo"].to_pylist(), strict=True)
    return dict(zip(words, register.records["record_id"].to_pylist(), strict=True))


def _persons(returned: Returned, register: Register, ids: dict[tuple[int, int], str]) -> pa.Table:
    table = returned.persons
    words = zip(table["handle_hi"].to_pylist(), table["handle_lo"].to_pylist(), strict=True)
    found = dict(zip(words, table["person_id"].to_pylist(), strict=True))
    strange = len(found.keys() - ids.keys())
    if strange:
        _warn(f"{strange:,} of the {len(found):,} records in the file are not in this export")
    own = {ids[handle]: person for handle, person in found.items() if handle in ids}
    records = register.records["record_id"].to_pylist()
    persons = pa.array([own.get(record) for record in records], pa.string())
    if persons.null_count:
        _warn(f"{persons.null_count:,} of your {len(records):,} records have no person id yet")
    return pa.table({"record_id": pa.array(records, pa.string()), "person_id": persons})


def _asked(questions: Questions, ids: dict[tuple[int, int], str]) -> pa.Table:
    rows = questions.pairs.to_pylist()
    told = {row["question"]: {} for row in rows}  # type: dict[int, dict[str, str]]
    for row in questions.levels.to_pylist():
        weight = f" ({row['weight']:+.1f})" if abs(row["weight"]) >= 0.05 else ""
        told[row["question"]][row["attribute"]] = row["level"] + weight
    attributes = dict.fromkeys(name for levels in told.values() for name in levels)
    own = [ids.get((row["handle_hi"], row["handle_lo"])) for row in rows]
    others = [_other(row, ids) for row in rows]
    lost = sum(None in pair for pair in zip(own, others, strict=True))
    if lost:
        _warn(f"{lost:,} of the {len(rows):,} questions are about records not in this export")
    columns = {
        QUESTION: pa.array([str(row["question"]) for row in rows], pa.string()),
        "record_id": pa.array(own, pa.string()),
        "other_record_id": pa.array(others, pa.string()),
        ANSWER: pa.array([""] * len(rows), pa.string()),
        "probability": pa.array([row["probability"] for row in rows], pa.float64()),
    }
    for name in attributes:
        columns[name] = pa.array([told[row["question"]].get(name, "") for row in rows], pa.string())
    return pa.table(columns)


def _other(row: Mapping[str, Any], ids: dict[tuple[int, int], str]) -> str | None:
    if row["other_hi"] is None:
        return ELSEWHERE
    return ids.get((row["other_hi"], row["other_lo"]))


def _warn(text: str) -> None:
    hint = "give the very export that was encoded, row for row where it has no record ids"
    warnings.warn(f"{text}\n  hint: {hint}", UicWarning, stacklevel=4)
