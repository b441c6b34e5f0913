"""ODK Central: a .zip of CSV files, one for the submissions and one for each repeat.

Layout: getodk/central-backend, ``lib/data/briefcase.js`` (columns, names of files, keys).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from uic.partner.reading.formats.files import text_part
from uic.partner.reading.formats.forms import Dialect, open_forms
from uic.partner.reading.formats.repeats import Table
from uic.partner.reading.held import digest_of_all
from uic.partner.reading.sources import refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.partner.reading.formats.parts import Part
    from uic.partner.reading.held import File
    from uic.partner.reading.partners import Export
    from uic.partner.reading.sources import Source

ODK = Dialect(
    identity=("KEY", "meta-instanceID", "instanceID"),
    separator="-",
    rejected=(("ReviewState", ("rejected",)),),
)


def open_odk(files: Sequence[File], export: Export, name: str) -> Source:
    """Open one ODK Central export.

    Raises:
        InputError: there is not exactly one table of submissions, submissions were not
            decrypted, or a file, a table or a column is not what it must be.
    """
    parts = [text_part(file, export) for file in files]
    for part, file in zip(parts, files, strict=True):
        if "KEY" not in part.headers:
            hint = "ODK Central writes a column KEY in every table: export it again"
            raise refusal(file.name, "row 1", "there is no column 'KEY'", hint)
    roots = [part for part in parts if "PARENT_KEY" not in part.headers]
    if len(roots) != 1:
        hint = "give the files of one form, with its main table"
        raise refusal(name, "", f"{len(roots)} tables of submissions instead of one", hint)
    _refuse_encrypted(name, roots[0])
    stem = roots[0].title
    tables = [Table(roots[0], roots[0].column("KEY"))]
    tables += [_repeat(part, stem) for part in parts if part is not roots[0]]
    return open_forms(name, digest_of_all(tuple(files)), tables, export, ODK)


def _repeat(part: Part, stem: str) -> Table:
    """Call a repeat by its own name, without the form's before it."""
    title = part.title.removeprefix(f"{stem}-")
    return Table(replace(part, title=title), part.column("KEY"), part.column("PARENT_KEY"))


def _refuse_encrypted(name: str, root: Part) -> None:
    """Refuse an export whose submissions are still locked: they would be people without names."""
    words = root.column("Status")
    marked = ["decrypted" in word.lower() or "encrypted" in word.lower() for word in words.listed()]
    locked = int(words.rows_with(marked).sum())
    if locked:
        hint = "export it again and enter the form's passphrase"
        raise refusal(name, "column 'Status'", f"{locked} submissions were not decrypted", hint)
