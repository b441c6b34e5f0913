"""CommCare: form exports hold what happened, case exports only how things stand now.

Layout: dimagi/commcare-hq, ``corehq/apps/export`` (columns, ``number`` and ``number__0`` of
repeats); "Metadata Glossary" of CommCare's help pages (forms and cases).
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from uic.errors import UicWarning
from uic.partner.reading.formats.files import sheets_of
from uic.partner.reading.formats.forms import Dialect, open_forms
from uic.partner.reading.formats.repeats import Table
from uic.partner.reading.held import digest_of_all
from uic.partner.reading.sources import refusal
from uic.partner.reading.words import Words, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.partner.reading.formats.parts import Part
    from uic.partner.reading.held import File
    from uic.partner.reading.partners import Export
    from uic.partner.reading.sources import Source

COMMCARE = Dialect(
    identity=("formid", "caseid"),
    separator=".",
    answers=(" | ", "/"),
    unstable=("number",),
    empty=("---",),
)
_CASES = (
    "{name} is a CommCare case export: it holds one row a case with today's values, so earlier"
    " contacts are not in it. Count contacts from the form export"
)


def open_commcare(files: Sequence[File], export: Export, name: str) -> Source:
    """Open one CommCare export: a CSV or XLSX file, or the .zip of CSV files.

    Raises:
        InputError: there is not exactly one table of forms or cases, or a file, a sheet or a
            column is not what it must be.

    Warns:
        UicWarning: it is a case export, which holds no history.
    """
    parts = [part for file in files for part in sheets_of(file, export)]
    roots = [part for part in parts if {"formid", "caseid"} & set(part.headers)]
    roots = [part for part in roots if "number__0" not in part.headers] or roots
    if len(roots) != 1:
        hint = "give one form export, with its column formid (or one case export, with caseid)"
        raise refusal(name, "", f"{len(roots)} tables of forms or cases instead of one", hint)
    if "formid" not in roots[0].headers:
        warnings.warn(_CASES.format(name=name), UicWarning, stacklevel=2)
    tables = [Table(roots[0], roots[0].column("number"))]
    tables += [_repeat(part) for part in parts if part is not roots[0]]
    return open_forms(name, digest_of_all(tuple(files)), tables, export, COMMCARE)


def _repeat(part: Part) -> Table:
    """Key a repeat: row 0.2.1 belongs to row 0.2."""
    levels = [header for header in part.headers if header.startswith("number__")]
    if not levels:
        own = part.column("number")
        above = [word.rpartition(".")[0] or None for word in own.listed()]
        return Table(part, own, own.translated(above))
    columns = [part.column(header).to_arrow() for header in levels]
    return Table(part, _path(columns), _path(columns[:-1]))


def _path(columns: Sequence[pa.Array]) -> Words:
    return words_of(pc.binary_join_element_wise(*columns, "."))
