"""KoBo: CSV or XLSX, headers as names or labels, repeats as sheets of the workbook.

Layout: kobotoolbox/formpack, ``reporting/export.py`` (``_index``, ``_parent_table_name``,
``_parent_index``) and ``utils/string.py`` (names of sheets are cut at 31 signs).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from uic.partner.reading.formats.files import sheets_of
from uic.partner.reading.formats.forms import Dialect, open_forms
from uic.partner.reading.formats.repeats import Table
from uic.partner.reading.held import digest_of
from uic.partner.reading.sources import refusal
from uic.partner.reading.words import words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.partner.reading.formats.parts import Part
    from uic.partner.reading.held import File
    from uic.partner.reading.partners import Export
    from uic.partner.reading.sources import Source
    from uic.partner.reading.words import Words

KOBO = Dialect(
    identity=("_uuid", "_id"),
    separator="/",
    rejected=(("_validation_status", ("notapproved", "validationstatusnotapproved")),),
    unstable=("_index", "_parent_index"),
    utc=("_submission_time", "_submission__submission_time"),
)
_CUT = 23
"""Signs of a sheet's name that are sure to be kept: 31 less the mark of a cut name, "... (10)"."""
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))


def open_kobo(files: Sequence[File], export: Export) -> Source:
    """Open one KoBo export.

    Raises:
        InputError: several files, or the file, a sheet or a column is not what it must be.
    """
    if len(files) != 1:
        hint = "give the one CSV or XLSX file that KoBo made"
        raise refusal(files[1].name, "", "a KoBo export is one file", hint)
    parts = sheets_of(files[0], export)
    if len(parts) == 1 and export.mapping and export.mapping.repeat:
        hint = "export it as XLSX: repeats are sheets there"
        raise refusal(files[0].name, "", "a CSV file of KoBo holds no repeats", hint)
    titles = [part.title for part in parts]
    tables = [Table(part, _own(part), _parent(part, titles)) for part in parts]
    return open_forms(files[0].name, digest_of(files[0]), tables, export, KOBO)


def _own(part: Part) -> Words:
    return _keyed(part.column("_index"), part.title)


def _parent(part: Part, titles: Sequence[str]) -> Words | None:
    """Join the parent's sheet and number; sheets are called by their whole name there."""
    if "_parent_index" not in part.headers:
        return None
    names = part.column("_parent_table_name")
    sheets = names.translated([_sheet(name, titles) for name in names.listed()])
    both = pc.binary_join_element_wise(
        sheets.to_arrow(), part.column("_parent_index").to_arrow(), "\x1f"
    )
    return words_of(both)


def _sheet(name: str, titles: Sequence[str]) -> str:
    """Find the sheet of a table: without signs that no sheet's name may hold, and cut."""
    plain = name.translate(_FORBIDDEN)
    cut = [title for title in titles if title.startswith(plain[:_CUT])]
    return plain if plain in titles or len(cut) != 1 else cut[0]


def _keyed(words: Words, title: str) -> Words:
    texts = pc.binary_join_element_wise(pa.scalar(title), words.distinct, "\x1f")
    return words.translated(texts)
