"""What the exports of form tools have in common: submissions, groups in headers, repeats."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.errors import InputError, Problem
from uic.partner.reading.formats.choices import with_services
from uic.partner.reading.formats.joining import alone, source_of
from uic.partner.reading.formats.naming import suffixes, without_positions
from uic.partner.reading.formats.problems import rows_listed
from uic.partner.reading.formats.repeats import climbed
from uic.partner.reading.sources import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.partner.reading.formats.parts import Part
    from uic.partner.reading.formats.repeats import Table
    from uic.partner.reading.partners import Export
    from uic.partner.reading.sources import Source
    from uic.partner.reading.words import Mask, Words
    from uic.values import RowProblem


@dataclass(frozen=True)
class Dialect:
    """How one tool writes its exports.

    Attributes:
        identity: Header of the submission's own name, in the order of preference.
        separator: What stands between a group and a question, unless the mapping says so.
        answers: What stands between a question and one of its answers, beside ``separator``.
        rejected: For each header, the words that mean that a reviewer refused the submission.
        unstable: Headers that change from export to export and name nobody.
        utc: Headers of times in UTC that are written without saying so.
        empty: Words that mean an empty cell.
    """

    identity: tuple[str, ...]
    separator: str
    answers: tuple[str, ...] = ("/",)
    rejected: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unstable: tuple[str, ...] = ()
    utc: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()


def open_forms(
    name: str, digest: str, tables: Sequence[Table], export: Export, dialect: Dialect
) -> Source:
    """Make the tables of a form one source: a row a submission, or a row of the chosen repeat.

    Raises:
        InputError: the repeat that the mapping names does not exist, a name of the mapping fits
            several columns, or the mapping asks for what must not be read.
    """
    _refuse_unstable(name, export, dialect)
    ready = [replace(table, part=_ready(name, table.part, export, dialect)) for table in tables]
    root = ready[0]
    kept, problems = _kept(root.part, export.partner, dialect)
    leaf = _leaf(name, ready, export)
    if leaf is root:
        joined = alone(root.part, kept)
    else:
        joined = climbed(
            name, ready, leaf, kept, export.partner, contacts=_of_contacts(export, ready)
        )
    listed = (*joined.problems, *problems)
    whole = replace(joined, problems=listed)
    repeats = tuple(table.part.title for table in ready[1:])
    source = source_of(name, digest, whole, export, _advice(ready, leaf))
    return replace(source, repeats=repeats)


def _ready(name: str, part: Part, export: Export, dialect: Dialect) -> Part:
    """Bring a table to plain columns: names without groups, no positions, times that say UTC."""
    given = export.mapping.group_separator if export.mapping else None
    separator = given or dialect.separator
    separators = tuple(dict.fromkeys((separator, *dialect.answers)))
    part = replace(part, names=tuple(suffixes(header, separator) for header in part.headers))
    part = without_positions(name, part, export)
    for header in dialect.utc:
        part = part.changed(header, _as_utc)
    if dialect.empty:
        part = part.everywhere(lambda words: words.without(_among(words, dialect.empty)))
    return with_services(name, part, export, separators)


def _as_utc(words: Words) -> Words:
    """Say of a time without a zone that it is UTC."""
    bare = r"^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(:\d\d(\.\d+)?)?)$"
    return words.translated(pc.replace_substring_regex(words.distinct, bare, r"\1T\2Z"))


def _among(words: Words, chosen: Sequence[str]) -> Mask:
    marks = pc.is_in(pc.utf8_trim_whitespace(words.distinct), pa.array(chosen, pa.string()))
    return np.asarray(marks, dtype=np.bool_)


def _kept(root: Part, partner: str, dialect: Dialect) -> tuple[Mask, list[RowProblem]]:
    """Leave out submissions that a reviewer refused, and those that stand there once more."""
    kept = np.ones(len(root), dtype=np.bool_)
    for header, refused in dialect.rejected:
        words = root.column(header)
        marked = [folded(word) in refused for word in words.listed()]
        kept &= ~words.rows_with(marked)
    identity = next((header for header in dialect.identity if header in root.headers), "")
    words = root.column(identity)
    first = np.zeros(len(root), dtype=np.bool_)
    first[np.unique(words.codes, return_index=True)[1]] = True
    again = words.present & ~first
    return kept & ~again, rows_listed(partner, root, again & kept, "repeated_row")


def _leaf(name: str, tables: Sequence[Table], export: Export) -> Table:
    """Find the repeat that the mapping names; the submissions where it names none."""
    wanted = export.mapping.repeat if export.mapping else None
    if wanted is None:
        return tables[0]
    for table in tables[1:]:
        if folded(table.part.title) == folded(wanted):
            return table
    known = ", ".join(repr(table.part.title) for table in tables[1:])
    hint = f"set 'repeat' to one of {known}" if known else "this export holds no repeat"
    raise InputError(Problem(name, f"repeat {wanted!r}", "there is no such repeat", hint))


def _of_contacts(export: Export, tables: Sequence[Table]) -> bool:
    """Tell whether the rows are contacts: something is their date."""
    mapping = export.mapping
    if mapping and (mapping.columns.get("date") or "date" in mapping.constants):
        return True
    return any(folded(header) == "date" for table in tables for header in table.part.headers)


def _refuse_unstable(name: str, export: Export, dialect: Dialect) -> None:
    wanted = export.mapping.columns.get("record_id", "") if export.mapping else ""
    if wanted in dialect.unstable:
        hint = "map the client's own code, or leave record_id out: attributes then tell who it is"
        rule = "this number changes from export to export and names nobody"
        raise InputError(Problem(name, f"column {wanted!r}", rule, hint))


def _advice(tables: Sequence[Table], leaf: Table) -> str:
    """Name the repeats that could hold a missing column."""
    others = [repr(table.part.title) for table in tables[1:] if table is not leaf]
    return f"or set 'repeat' to one of {', '.join(others)}" if others else ""
