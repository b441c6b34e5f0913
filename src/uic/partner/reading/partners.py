"""Which export belongs to which partner, and by which mapping it is read."""

from __future__ import annotations

import fnmatch
import os
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uic.errors import Problem
from uic.partner.reading.sources import folded
from uic.schema import CHARACTERISTICS, EVENT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from uic.schema import LinkageSchema, PartnerMapping

Inputs = str | Path | Sequence[str | Path] | Mapping[str, Any]


@dataclass(frozen=True, repr=False)
class Export:
    """One thing to read.

    Attributes:
        partner: Name of the partner.
        content: A path or a table; several paths where a partner's system writes several files.
        mapping: How the partner's columns are read; None where the schema says nothing.
        wanted: Headers to look for, folded.
    """

    partner: str
    content: Any
    mapping: PartnerMapping | None
    wanted: frozenset[str]


def export_of(partner: str, content: object, schema: LinkageSchema) -> Export:
    """Give a partner's export its mapping and the headers to look for, folded."""
    mapping = schema.partners.get(partner)
    names = ["record_id", *schema.kinds, *EVENT_COLUMNS, *CHARACTERISTICS]
    if mapping is not None:
        names += headers_of(mapping)
    return Export(partner, content, mapping, frozenset(map(folded, names)) - {""})


def headers_of(mapping: PartnerMapping) -> list[str]:
    """Return every header that a mapping names."""
    several = (mapping.service_columns, mapping.quantity_columns, mapping.returned_columns)
    return [*mapping.columns.values(), *(h for headers in several for h in headers.values())]


def exports_of(inputs: Inputs, schema: LinkageSchema) -> tuple[list[Export], list[Problem]]:
    """Give every input its partner; say what keeps one from having exactly one."""
    if isinstance(inputs, Mapping):
        return [export_of(str(name), item, schema) for name, item in inputs.items()], []
    paths = [Path(inputs)] if isinstance(inputs, str | os.PathLike) else [Path(p) for p in inputs]
    problems = (
        [] if paths else [Problem("inputs", "", "no file is given", "name one or more files")]
    )
    problems += _repeated(paths)
    exports: list[Export] = []
    for path in dict.fromkeys(paths):
        names = _partners_of(path, schema)
        exports += [export_of(name, path, schema) for name in names[:1]]
        problems += _ambiguous(path, names, schema)
    exports = _gathered(exports)
    return exports, problems + _shared(exports)


def _gathered(exports: list[Export]) -> list[Export]:
    """Take the files of a partner whose system writes several as one export."""
    paths: dict[str, list[Path]] = {}
    for export in exports:
        paths.setdefault(export.partner, []).append(export.content)
    return [
        replace(export, content=tuple(paths[export.partner])) if _is_laid_out(export) else export
        for export in exports
        if not _is_laid_out(export) or export.content == paths[export.partner][0]
    ]


def _is_laid_out(export: Export) -> bool:
    return export.mapping is not None and export.mapping.format != "plain"


def _partners_of(path: Path, schema: LinkageSchema) -> list[str]:
    if not schema.partners:
        return [path.stem]
    name = _plain(path.name)
    return [
        partner
        for partner, mapping in schema.partners.items()
        if any(fnmatch.fnmatchcase(name, _plain(pattern)) for pattern in mapping.files)
    ]


def _plain(name: str) -> str:
    """Compare file names as Windows and macOS do: no case, one Unicode form."""
    return unicodedata.normalize("NFC", name).casefold()


def _ambiguous(path: Path, names: list[str], schema: LinkageSchema) -> list[Problem]:
    if len(names) > 1:
        rule = f"the file fits the 'files' of {len(names)} partners: {', '.join(names)}"
        return [Problem(path.name, "", rule, "make the patterns narrower")]
    if not names:
        known = ", ".join(schema.partners)
        hint = f"add its name to 'files' of one of: {known}; or add a [partners.NAME]"
        return [Problem(path.name, "", "no partner of the schema fits this file", hint)]
    return []


def _repeated(paths: list[Path]) -> list[Problem]:
    """List files that are given more than once, under whatever name."""
    seen: dict[str, Path] = {}
    problems = []
    for path in paths:
        real = os.path.realpath(path)
        if real in seen:
            problems.append(Problem(path.name, "", "the same file is given twice", "name it once"))
        seen[real] = path
    return problems


def _shared(exports: Iterable[Export]) -> list[Problem]:
    """List partners that got more than one file."""
    files: dict[str, list[str]] = {}
    for export in exports:
        if not isinstance(export.content, tuple):
            files.setdefault(export.partner, []).append(Path(export.content).name)
    hint = "join them into one file, or give each its own [partners.NAME]"
    return [
        Problem(names[1], "", f"two files belong to the partner {partner!r}: {names[0]}", hint)
        for partner, names in files.items()
        if len(names) > 1
    ]
