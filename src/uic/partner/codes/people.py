"""What a scheme looks at: attributes of many people as columns, and what is absent and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.partner.codes import spelling

    Mask = NDArray[np.bool_]

TEXT = pa.string()
NOTHING = pa.scalar(None, TEXT)

NAME_RULES = ("no_letters", "unknown_character", "script_not_allowed")
RULES = {
    "missing": "the value is missing and the scheme has no sign for that",
    "unknown": "the person does not know it and the scheme has no sign for that",
    "refused": "the person does not tell it and the scheme has no sign for that",
    "no_letters": "there is no letter in the name; it counts as missing",
    "unknown_character": "the name has a character that no table of the normalisation lists",
    "script_not_allowed": "the name is written in a script the scheme does not know",
    "scripts_differ": "the names of this person are written in more than one script",
    "too_short": "the name has too few letters and the scheme has no sign for that",
    "no_year": "the date has no year",
    "no_month": "the date has no month and the scheme has no sign for that",
    "no_day": "the date has no day and the scheme has no sign for that",
    "answer_not_in_scheme": "the scheme has no code for this answer",
    "unknown_code": "the answer is none of those the attribute can have; it counts as missing",
    "not_a_number": "this is no whole number; it counts as missing",
    "out_of_range": "the number is outside what the scheme allows; it counts as missing",
    "wrong_form": "the value has another length or other characters; it counts as missing",
    "suffix_not_allowed": "the suffix is none of those the scheme gives",
}
"""Every rule a value can break while a code is put together, in words."""


class Flaw(NamedTuple):
    """A value that could not be used: position in the table, attribute, name of the rule."""

    row: int
    attribute: str
    rule: str


@dataclass(repr=False)
class Spelled:
    """The names of one attribute, spelled for a scheme; one entry a row.

    Attributes:
        letters: The letters a code may take, null where there is no usable name.
        script: Their script, null where there is no usable name.
        absent: Where there is no name at all, for whatever reason.
        broken: For each rule, the rows whose name breaks it.
    """

    letters: pa.Array
    script: pa.Array
    absent: Mask
    broken: dict[str, Mask]


@dataclass(repr=False)
class People:
    """The records of a register while they are coded, and the flaws found so far.

    ``records`` has the columns of :class:`uic.partner.registers.Register`; an attribute that has
    no column counts as missing.
    """

    records: pa.Table
    speller: spelling.Speller
    flaws: set[Flaw] = field(default_factory=set)
    spelled: dict[Any, Spelled] = field(default_factory=dict)
    name_scripts: list[tuple[str, pa.Array]] = field(default_factory=list)

    def __len__(self) -> int:
        return int(self.records.num_rows)

    def column(self, name: str, kind: pa.DataType = TEXT) -> pa.Array:
        """Return one column, nulls where the register has none."""
        if name not in self.records.column_names:
            return pa.nulls(len(self), kind)
        column = self.records[name].combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.nulls(0, kind)
        return column if pa.types.is_dictionary(column.type) else column.cast(kind)

    def flag(self, where: Mask, attribute: str, rule: str) -> None:
        """Note the rows in which a value breaks a rule."""
        rows = np.flatnonzero(where)
        self.flaws.update(Flaw(int(row), attribute, rule) for row in rows)

    def status(self, attribute: str, status: str) -> Mask:
        """Return where the register says ``unknown``, ``refused`` or ``none`` of an attribute."""
        return truth(pc.equal(self.column(f"{attribute}_status").cast(TEXT), status))

    def names(self, attribute: str, how: spelling.How, where: Mask | None = None) -> Spelled:
        """Spell the names of an attribute, and note the flaws of those that are used."""
        if (attribute, how) not in self.spelled:
            self.spelled[attribute, how] = self._spell(attribute, how)
        names = self.spelled[attribute, how]
        used = np.ones(len(self), dtype=np.bool_) if where is None else where
        for rule, marks in names.broken.items():
            self.flag(marks & used, attribute, rule)
        self.name_scripts.append((attribute, pc.if_else(pa.array(used), names.script, NOTHING)))
        return names

    def _spell(self, attribute: str, how: spelling.How) -> Spelled:
        column = self.column(attribute)
        coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        spelled = self.speller.spell(coded.dictionary.cast(TEXT), how)
        letters, script, rule = (
            spelled[name].combine_chunks().take(coded.indices)
            for name in ("letters", "script", "rule")
        )
        broken = {name: truth(pc.equal(rule, name)) for name in NAME_RULES}
        absent = truth(pc.is_null(coded.indices)) | broken["no_letters"]
        return Spelled(letters, script, absent, broken)


def truth(marks: pa.Array) -> Mask:
    """Return Arrow booleans as numpy; null is false."""
    if isinstance(marks, pa.ChunkedArray):
        marks = marks.combine_chunks()
    return np.asarray(pc.fill_null(marks, False).to_numpy(zero_copy_only=False), dtype=np.bool_)
