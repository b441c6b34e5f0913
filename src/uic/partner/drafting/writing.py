"""The draft as a text: lines that are settled, and questions behind a mark."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from uic.partner.drafting.guessing import answers_of, meaning
from uic.partner.drafting.words import CODES, REFUSED, UNKNOWN, plain
from uic.schema import STANDARD_ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from uic.partner.drafting.looking import Dates

ASK = "# ?"
FEW = 5
LONGEST_HEADER = 80
MOST_HEADERS = 300

_HEAD = """\
# Drafted by `uic init` from {name}: look at every line, above all at those marked with "?".
# It holds names of columns, and code words with the number of rows that hold them; nothing else
# of the export. A guess is a guess: partners sign what they have checked.
format = "uic-linkage-schema/1"
project = {project}
profile = {profile}

[partners.{partner}]
"""


@dataclass(frozen=True)
class Findings:
    """What a draft says.

    Attributes:
        name: Name of the export.
        project: Name of the project.
        partner: Name of the partner.
        mapping: Keys that were given or are certain.
        columns: Header of each attribute and event column.
        rivals: Other headers that could be it.
        service_columns: Header of each service with a column of its own.
        unused: Headers that are not used.
        dates: How dates are written.
        separator: What stands between several services.
        coded: For each column of codes, how many rows hold each answer.
        repeats: Other tables of the export.
        advice: What else to try.
    """

    name: str
    project: str
    partner: str
    mapping: dict[str, Any]
    columns: dict[str, str]
    rivals: dict[str, tuple[str, ...]]
    service_columns: dict[str, str]
    unused: tuple[str, ...]
    dates: Dates
    separator: str | None
    coded: dict[str, dict[str, int]]
    repeats: tuple[str, ...]
    advice: str


def text_of(found: Findings) -> str:
    """Write a draft as a schema file in TOML."""
    parents = {"mother_given_name", "father_given_name"} & set(found.columns)
    profile = "codes" if parents and "family_name" not in found.columns else "names"
    name = "".join(sign if sign.isprintable() else "?" for sign in found.name)
    head = _HEAD.format(
        name=name, project=quoted(found.project), profile=quoted(profile), partner=found.partner
    )
    lines = [*_keys(found), *_missing(found)]
    lines += ["", f"[partners.{found.partner}.columns]"]
    lines += _columns(found.columns, found.rivals)
    lines += _unused(found.unused)
    if found.service_columns:
        lines += ["", f"[partners.{found.partner}.service_columns]"]
        lines += [f"{quoted(n)} = {quoted(header)}" for n, header in found.service_columns.items()]
    for attribute, counts in found.coded.items():
        if block := _codes(attribute, counts):
            lines += ["", f"[partners.{found.partner}.codes.{attribute}]", *block]
    return head + "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """Write a text as TOML does; what JSON leaves bare and TOML does not is escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def counted(times: int) -> str:
    """Write how many rows; a handful is not told apart."""
    return f"fewer than {FEW} rows" if times < FEW else f"{times} rows"


def _keys(found: Findings) -> list[str]:
    """Write how the export is read."""
    mapping, dates = found.mapping, found.dates
    lines = [f"files = [{_listed(mapping['files'])}]"]
    for key in ("format", "repeat", "time_zone"):
        lines += [f"{key} = {quoted(mapping[key])}"] if key in mapping else []
    if dates.order != "YMD":
        lines.append(f"date_order = {quoted(dates.order)}")
    if dates.order != "YMD" and not dates.sure:
        lines.append(f"{ASK} date_order: no date tells whether the day or the month stands first")
    if dates.utc and "time_zone" not in mapping:
        lines.append(f'{ASK} time_zone = "Asia/Phnom_Penh": the dates are in UTC and need one')
    if found.separator is not None:
        lines.append(f"service_separator = {quoted(found.separator)}")
        lines.append(f"{ASK} service_separator: is this what stands between several services?")
    answers = {word for counts in found.coded.values() for word in counts}
    for key, words in (("unknown", UNKNOWN), ("refused", REFUSED)):
        said = sorted(word for word in answers if plain(word) in words)
        lines += [f"{key} = [{_listed(said)}]"] if said else []
    return lines


def _missing(found: Findings) -> list[str]:
    """Ask for what is needed and was not found."""
    asked = []
    if found.repeats and "repeat" not in found.mapping:
        asked.append(f"repeat: are the rows of one of these the contacts? {_listed(found.repeats)}")
    if not found.columns:
        asked.append("no column was recognised: is the first row a row of column names?")
    if "record_id" not in found.columns:
        asked.append("record_id: which column holds the client's own code?")
    if not set(found.columns) & set(STANDARD_ATTRIBUTES):
        asked.append("no attribute of a person was recognised")
    if "date" not in found.columns:
        asked.append("date: without the day of the contact a row is a person, not a contact")
    if found.advice and "format" not in found.mapping:
        asked.append(found.advice.removeprefix("or "))
    return [f"{ASK} {question}" for question in asked]


def _columns(columns: Mapping[str, str], rivals: Mapping[str, Iterable[str]]) -> list[str]:
    """Write the columns, each with the other headers that could be it."""
    lines = []
    for name, header in columns.items():
        lines.append(f"{name} = {quoted(header)}")
        others = [other for other in rivals.get(name, ()) if len(other) <= LONGEST_HEADER]
        lines += [f"{ASK} {name}: or {_listed(others)}"] if others else []
    return lines


def _codes(attribute: str, counts: Mapping[str, int]) -> list[str]:
    """Write what each code means; what nobody said is a question."""
    told = UNKNOWN | REFUSED
    answers = answers_of({word: n for word, n in counts.items() if plain(word) not in told})
    lines = []
    for word, times in answers.shown.items():
        value = meaning(attribute, word)
        if value:
            lines.append(f"{quoted(word)} = {quoted(value)}  # {counted(times)}")
        elif attribute in CODES:
            lines.append(f'{ASK} {quoted(word)} = ""  # {counted(times)}: which {attribute}?')
        else:
            lines.append(f"# {quoted(word)} = {quoted(word)}  # {counted(times)}, read as it is")
    if answers.hidden:
        rows = counted(answers.hidden)
        lines.append(f"{ASK} {attribute}: {rows} with other answers, which are not shown here")
    return lines


def _unused(headers: Iterable[str]) -> list[str]:
    """List the headers that are not used."""
    short = [header for header in headers if header and len(header) <= LONGEST_HEADER]
    lines = [f"# not used: {quoted(header)}" for header in short[:MOST_HEADERS]]
    more = len(short) - MOST_HEADERS
    return [*lines, f"# not used: {more} more"] if more > 0 else lines


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(map(quoted, texts))
