"""Records in, codes out: the pieces of a scheme joined, hashed where it says so, and checked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.errors import SchemaError
from uic.partner.codes.checkchars import check_characters
from uic.partner.codes.components import piece
from uic.partner.codes.people import NOTHING, TEXT, Flaw, People, truth
from uic.partner.codes.spelling import Speller

if TYPE_CHECKING:
    from uic.partner.codes.people import Mask
    from uic.partner.schemes import Scheme

SUFFIX = "code_suffix"


@dataclass(frozen=True, repr=False)
class Composed:
    """Codes of many people. A code is a pseudonym: who knows the scheme can guess at it.

    Attributes:
        codes: One a record, null where none could be made.
        checks: The check character of each code.
        scripts: The script of the letters in each code, null where it has none.
        flaws: Values that could not be used, in the order of the rows.
    """

    codes: pa.Array
    checks: pa.Array
    scripts: pa.Array
    flaws: tuple[Flaw, ...]


def compose(records: pa.Table, scheme: Scheme, speller: Speller | None = None) -> Composed:
    """Put the codes of a table of records together.

    Args:
        records: Columns as in :class:`uic.partner.registers.Register`: one an attribute, dates
            as ``_year``, ``_month`` and ``_day``, and ``<attribute>_status`` with ``unknown``,
            ``refused`` or ``none``. An attribute without a column counts as missing.
        scheme: A scheme whose codes are derived.
        speller: One of the scheme's scripts, where a register is coded in several pieces.

    Raises:
        SchemaError: the scheme's codes are assigned, not derived.
    """
    refuse_assigned(scheme)
    speller = Speller(scheme.scripts) if speller is None else speller
    people = People(_renamed(records, scheme), speller)
    pieces = [piece(component, people) for component in scheme.components]
    scripts = _scripts(scheme, people)
    codes = pc.binary_join_element_wise(*pieces, "")
    codes = pc.if_else(pa.array(_one_script(scheme, people)), codes, NOTHING)
    codes = _suffixed(_hashed(codes, scheme), scheme, people)
    scripts = pc.if_else(pc.is_valid(codes), scripts, NOTHING)
    return Composed(
        codes, check_characters(codes, scheme.check), scripts, tuple(sorted(people.flaws))
    )


def refuse_assigned(scheme: Scheme) -> None:
    """Raise SchemaError where codes are given by a counter and cannot be made from attributes."""
    if scheme.made == "assigned":
        raise SchemaError(f"codes of {scheme.id} cannot be made here. {scheme.why_assigned}")


def _renamed(records: pa.Table, scheme: Scheme) -> pa.Table:
    """Move the only name of a person to where the scheme wants it."""
    rule = scheme.mononym
    if rule is None or f"{rule.target}_status" not in records.column_names:
        return records
    people = People(records, Speller(scheme.scripts))
    only = people.status(rule.target, "none") & truth(pc.is_null(people.column(rule.target)))
    source, target = people.column(rule.source).cast(TEXT), people.column(rule.target).cast(TEXT)
    moved = pc.if_else(pa.array(only), source, target)
    left = pc.if_else(pa.array(only), NOTHING, source)
    columns = dict(zip(records.column_names, records.columns, strict=True))
    return pa.table(columns | {rule.target: moved, rule.source: left})


def _one_script(scheme: Scheme, people: People) -> Mask:
    """Mark the rows whose names are in one script; note the others."""
    alike = np.ones(len(people), dtype=np.bool_)
    if len(scheme.scripts) < 2:
        return alike
    first: pa.Array = pa.nulls(len(people), TEXT)
    for attribute, scripts in people.name_scripts:
        differ = truth(pc.not_equal(first, scripts))
        people.flag(differ, attribute, "scripts_differ")
        alike &= ~differ
        first = pc.coalesce(first, scripts)
    return alike


def _scripts(scheme: Scheme, people: People) -> pa.Array:
    found = [scripts for _, scripts in people.name_scripts]
    return pc.coalesce(*found) if found and scheme.hash is None else pa.nulls(len(people), TEXT)


def _hashed(codes: pa.Array, scheme: Scheme) -> pa.Array:
    if scheme.hash is None:
        return codes
    step = scheme.hash
    coded = codes.dictionary_encode()
    digests = [
        None if text is None else _digest(step.algorithm, text)[: step.characters]
        for text in coded.dictionary.to_pylist()
    ]
    return pa.array(digests, TEXT).take(coded.indices)


def _digest(algorithm: str, text: str) -> str:
    return hashlib.new(algorithm, text.encode(), usedforsecurity=False).hexdigest().upper()


def _suffixed(codes: pa.Array, scheme: Scheme, people: People) -> pa.Array:
    """Add the suffix the register gave, or the scheme's first one."""
    if scheme.suffix is None:
        return codes
    given = pc.ascii_upper(people.column(SUFFIX).cast(TEXT))
    allowed = pa.array([*scheme.suffix.taken, scheme.suffix.first], TEXT)
    wrong = truth(pc.is_valid(given)) & ~truth(pc.is_in(given, allowed))
    people.flag(wrong, SUFFIX, "suffix_not_allowed")
    suffix = pc.if_else(pa.array(wrong), NOTHING, pc.fill_null(given, scheme.suffix.first))
    return pc.binary_join_element_wise(codes, suffix, "")
