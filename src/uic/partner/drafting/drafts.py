"""Put a draft together from what was guessed."""

from __future__ import annotations

import glob
import os
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uic.errors import InputError, Problem
from uic.partner.drafting.guessing import Guesses, guessed
from uic.partner.drafting.looking import column_of, dates_of, format_of, opened_as
from uic.partner.drafting.services import (
    Services,
    pieces_of,
    separator_of,
    split_questions,
    split_services,
)
from uic.partner.drafting.words import COLUMNS
from uic.partner.drafting.writing import ASK, Findings, text_of
from uic.partner.reading.headers import looks_like_data
from uic.partner.reading.sources import folded
from uic.schema import CHARACTERISTICS, EVENT_COLUMNS, STANDARD_ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.partner.reading.sources import Source

CODED = ("sex", "birth_order", "channel", "referral", "population")
DHIS2 = {"record_id": "trackedEntity", "date": "occurredAt"}
_ENDING = re.compile(r"(\.[A-Za-z0-9]{1,5}){1,2}$")


@dataclass(frozen=True)
class Draft:
    """A schema file to check.

    Attributes:
        text: The file, in TOML. It holds names of columns and code words, no other cell.
        format: Which system the export was taken for.
        columns: The header that was guessed for each attribute and event column.
        questions: What could not be guessed.
    """

    text: str
    format: str
    columns: dict[str, str]
    questions: tuple[str, ...] = field(default=())


def init(
    inputs: str | Path | Sequence[str | Path],
    *,
    format: str | None = None,  # noqa: A002 - the name of the key it writes
    partner: str | None = None,
    project: str = "project",
    repeat: str | None = None,
    time_zone: str | None = None,
) -> Draft:
    """Draft a linkage schema from an export: columns and codes by words, dates by their order.

    Args:
        inputs: The export: a file, several files, an archive or a folder.
        format: Which system wrote it (``docs/schema.md``); found by its headers without it.
        partner: Name of the partner; the file's name without it.
        project: Name of the project.
        repeat: The repeat whose rows are the contacts.
        time_zone: Where the contacts happened, such as "Asia/Phnom_Penh" or "+07:00".

    Returns:
        A :class:`Draft`. Whoever holds its text learns how the export is laid out, and which
        code words (of two signs, or words of the trade) it holds how often; never a value of a
        person. Small counts are not told apart.

    Raises:
        InputError: the export cannot be opened, or its first row looks like a person.
        SchemaError: a name given here is no name of a partner, a system or a time zone.
    """
    several = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
    paths = [Path(item) for item in several]
    if not paths:
        raise InputError(Problem("inputs", "", "no file is given", "name one or more files"))
    system = format or format_of(paths)
    mapping: dict[str, Any] = {"files": [glob.escape(path.name) for path in paths]}
    given = {"format": system, "repeat": repeat, "time_zone": time_zone}
    mapping |= {key: value for key, value in given.items() if value not in (None, "plain")}
    name = partner or _label(paths[0])
    wanted = {"columns": DHIS2} if system == "dhis2-tracker" else {}
    source = opened_as(paths, name, mapping | wanted)
    if looks_like_data(source.headers):
        hint = "put a row of column names above it"
        raise InputError(Problem(source.name, "row 1", "the first row looks like data", hint))
    services = split_services(source)
    guesses = _guesses(source, services)
    found = _findings(source, guesses, services, mapping | {"partner": name}, project)
    text = text_of(found)
    questions = [line[len(ASK) :].strip() for line in text.splitlines() if line.startswith(ASK)]
    return Draft(text, system, found.columns, tuple(questions))


def _label(path: Path) -> str:
    """Make a partner's name of a file's name."""
    return re.sub(r"[^A-Za-z0-9]+", "-", _ENDING.sub("", path.name)).strip("-")[:64] or "partner"


def _guesses(source: Source, services: Services) -> Guesses:
    """Guess the columns; a yes/no column is an answer, a header that stands twice is none."""
    known = ("record_id", *STANDARD_ATTRIBUTES, *EVENT_COLUMNS, *CHARACTERISTICS)
    answers = {header for several in split_questions(source).values() for header in several}
    times = Counter(map(folded, source.headers))
    headers = [h for h in source.headers if h and h not in answers and times[folded(h)] == 1]
    found = guessed(headers, known)
    fixed = {attribute: header for attribute, header in DHIS2.items() if header in headers}
    if services.header:
        fixed["service"] = services.header
    columns = found.columns | fixed
    return Guesses({name: columns[name] for name in COLUMNS if name in columns}, found.rivals)


def _findings(
    source: Source, guesses: Guesses, services: Services, mapping: dict[str, Any], project: str
) -> Findings:
    """Look at the dates and the codes of the columns that were guessed."""
    loaded = {name: column_of(source, header) for name, header in guesses.columns.items()}
    held = {name: words for name, words in loaded.items() if words is not None}
    columns = {
        name: header
        for name, header in guesses.columns.items()
        if name in held or header == services.header
    }
    own = {}
    if "format" not in mapping and columns.get("service") == services.header:
        own = dict(zip(services.answers, services.columns, strict=True))
        del columns["service"]
    separator = None if own else services.separator
    if "service" in held and separator is None:
        separator = separator_of(held["service"])
    coded = {name: pieces_of(held[name], None) for name in CODED if name in held}
    if "service" in held and not services.columns:
        coded["service"] = pieces_of(held["service"], separator)
    used = {*columns.values(), *services.columns}
    return Findings(
        name=source.name,
        project=project,
        partner=str(mapping["partner"]),
        mapping=mapping,
        columns=columns,
        rivals=guesses.rivals,
        service_columns=own,
        unused=tuple(h for h in source.headers if h not in used) if columns else (),
        dates=dates_of([held[name] for name in ("birth_date", "date") if name in held]),
        separator=separator,
        coded=coded,
        repeats=source.repeats,
        advice=source.advice,
    )
