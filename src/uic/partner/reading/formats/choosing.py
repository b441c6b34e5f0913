"""From the ``format`` of a mapping to the reader that knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.partner.reading.archives import files_of
from uic.partner.reading.formats.commcare import open_commcare
from uic.partner.reading.formats.dhis2 import open_tracker
from uic.partner.reading.formats.kobo import open_kobo
from uic.partner.reading.formats.odk import open_odk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from uic.partner.reading.partners import Export
    from uic.partner.reading.sources import Source


def open_export(paths: Sequence[Path], export: Export) -> Source:
    """Open an export of the system that the mapping names.

    Args:
        paths: A file, several files, an archive (.zip, .gz) or a folder: one export.
        export: Whose it is; ``export.mapping.format`` is not ``plain``.

    Raises:
        InputError: a file is missing, unsafe, damaged or not what the system writes.
    """
    files = files_of(paths)
    name = paths[0].name
    form = export.mapping.format if export.mapping else "plain"
    if form == "kobo":
        return open_kobo(files, export)
    if form == "odk-central":
        return open_odk(files, export, name)
    if form == "commcare":
        return open_commcare(files, export, name)
    return open_tracker(files, export, name)
