"""Reading a record: TOML for a whole meeting, CSV for a bare table of estimates."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from uic.analysis.consensus.record import Estimate, Record
from uic.errors import InputError, Problem


def load_record(path: str | Path) -> Record:
    """Read a record of estimates from TOML or CSV (by the file's ending).

    A CSV file has one row an estimate and the keys of ``[[estimates]]`` as header; an empty cell
    is a missing value. It can hold no prior, no pooling rules and no meeting: use TOML for those.

    Raises:
        InputError: the file is missing, not TOML or CSV, or breaks a rule; every problem is
            listed with its entry or row.
    """
    source = Path(path)
    text = read_text(source)
    if source.suffix.lower() == ".csv":
        return _parse_table(text, source.name)
    try:
        return parse_record(tomllib.loads(text), source.name)
    except tomllib.TOMLDecodeError as error:
        raise InputError(Problem(source.name, "", f"this is not TOML: {error}")) from None


def read_text(source: Path) -> str:
    """Read a text file of a meeting, or say why it cannot be read."""
    try:
        return source.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(Problem(source.name, "", "the file does not exist")) from None
    except (UnicodeDecodeError, OSError):
        hint = "save it as UTF-8 text"
        raise InputError(Problem(source.name, "", "the file cannot be read", hint)) from None


def parse_record(data: dict[str, Any], name: str = "record") -> Record:
    """Validate a record given as a mapping; ``name`` is used in messages."""
    try:
        return Record.model_validate(data)
    except ValidationError as error:
        raise InputError(
            _problem(item, _entry(item, data), name) for item in error.errors()
        ) from None


def restore_record(data: dict[str, Any], name: str) -> Record:
    """Validate a record that was written as JSON, where a date is text."""
    try:
        return Record.model_validate_json(json.dumps(data))
    except ValidationError as error:
        raise InputError(
            _problem(item, _entry(item, data), name) for item in error.errors()
        ) from None


def _parse_table(text: str, name: str) -> Record:
    """Read the rows of a CSV file, with the separator that its header uses most."""
    separator = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.DictReader(io.StringIO(text), delimiter=separator, restkey="(beyond the header)")
    entries, problems = [], []
    for number, row in enumerate(reader, start=2):
        cells = {key.strip(): str(value) for key, value in row.items() if value not in ("", None)}
        try:
            entries.append(Estimate.model_validate_strings(cells))
        except ValidationError as error:
            problems += [_problem(item, f"row {number}", name) for item in error.errors()]
    if problems:
        raise InputError(problems)
    if not entries:
        hint = "give a header with the keys of an estimate and one row an estimate"
        raise InputError(Problem(name, "", "the file has no estimate", hint))
    return parse_record({"estimates": entries}, name)


def _entry(item: Any, data: dict[str, Any]) -> str:  # noqa: ANN401 - a pydantic error
    """Name the estimate that an error is about, as a person would look for it."""
    match item["loc"]:
        case ("estimates", int(index), *_):
            entry = data["estimates"][index]
            label = entry.get("label") if isinstance(entry, dict) else None
            return f"estimate {index + 1}" + (f" ({label})" if isinstance(label, str) else "")
    return ""


def _problem(item: Any, entry: str, name: str) -> Problem:  # noqa: ANN401 - a pydantic error
    """Turn one pydantic error into place, rule and hint, without its input value."""
    keys = [str(step) for step in item["loc"]]
    keys = keys[2:] if entry.startswith("estimate ") else keys
    where = ", ".join(part for part in (entry, ".".join(keys)) if part)
    if item["type"] == "extra_forbidden":
        return Problem(name, where, "unknown key", "check the spelling against docs/consensus.md")
    if isinstance(item["input"], str) and item["input"].lstrip().startswith("<"):
        hint = "ask the owner of the lists for the estimate with its interval"
        return Problem(name, where, "a masked count cannot be used here", hint)
    if item["type"] == "string_pattern_mismatch":
        return Problem(name, where, "a line break or control character is not allowed here")
    if keys == ["m"] and item["type"] == "greater_than":
        hint = "leave this estimate out, or give 'low' and 'high' from another method"
        return Problem(name, where, "lists that share nobody give no estimate", hint)
    return Problem(name, where, str(item["msg"]).removeprefix("Value error, "))
