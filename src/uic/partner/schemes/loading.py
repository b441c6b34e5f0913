"""Scheme files: find, read, and say on which line something is wrong and what to do."""

from __future__ import annotations

import difflib
import functools
import hashlib
import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from uic.errors import Problem, SchemaError
from uic.files import spec_path
from uic.partner.schemes import model
from uic.partner.schemes.model import Scheme

_TABLES: dict[str, type[BaseModel]] = {
    "letters": model.Letters, "length": model.Length, "soundex": model.Soundex,
    "date": model.Date, "code": model.Code, "number": model.Number, "text": model.Text,
    "literal": model.Literally, "hash": model.Hash, "suffix": model.Suffix,
    "mononym": model.Mononym, "example": model.Example, "fallback": model.Take,
}  # fmt: skip
if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_MORE = "spec/scheme.md explains every key with an example"
_HEADER = re.compile(r"^\s*\[\[?\s*([\w.-]+)\s*\]\]?")


def list_schemes() -> tuple[Scheme, ...]:
    """Return every scheme that ships with the library, in the order of their ids."""
    return tuple(_shipped(path.stem) for path in sorted(spec_path("schemes").glob("*.toml")))


def load_scheme(scheme: str | Path | Scheme) -> Scheme:
    """Return a scheme by id (``au-slk581``), from a TOML file, or as it is.

    Raises:
        SchemaError: no such scheme (the nearest id is suggested), or the file breaks a rule;
            every problem is listed with its line and what to do.
    """
    if isinstance(scheme, Scheme):
        return scheme
    if isinstance(scheme, Path) or str(scheme).endswith(".toml"):
        return _read(Path(scheme))
    if (known := _ids()) and scheme not in known:
        near = difflib.get_close_matches(str(scheme), known, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        hint += "'uic schemes list' shows them all; a programme's own scheme is given as FILE.toml"
        raise SchemaError(Problem(str(scheme), "", "there is no scheme of this name", hint))
    return _shipped(str(scheme))


def parse_scheme(text: str, name: str = "scheme.toml") -> Scheme:
    """Read a scheme from TOML text; ``name`` is used in messages."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SchemaError(Problem(name, "", f"this is not TOML: {error}")) from None
    try:
        return Scheme.model_validate(data)
    except ValidationError as error:
        problems = [_problem(name, text, item) for item in error.errors()]
        raise SchemaError(problems) from None


def canonical(scheme: Scheme) -> str:
    """Return the scheme as canonical JSON: sorted keys, defaults written out, no example."""
    data = scheme.model_dump(mode="json", exclude={"example"})
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def fingerprint(scheme: Scheme) -> str:
    """Return the SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(scheme).encode()).hexdigest()


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a scheme file, as written to ``spec/``."""
    return Scheme.model_json_schema() | {"$id": model.FORMAT}


@functools.cache
def _ids() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in spec_path("schemes").glob("*.toml")))


@functools.cache
def _shipped(identifier: str) -> Scheme:
    return _read(spec_path("schemes", f"{identifier}.toml"))


def _read(path: Path) -> Scheme:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        hint = "'uic schemes list' shows the schemes that need no file"
        raise SchemaError(Problem(path.name, "", "the scheme file does not exist", hint)) from None
    except (UnicodeDecodeError, OSError):
        raise SchemaError(
            Problem(path.name, "", "the scheme file cannot be read as UTF-8")
        ) from None
    return parse_scheme(text, path.name)


def _problem(name: str, text: str, error: ErrorDetails) -> Problem:
    """Turn one pydantic error into line, rule and hint."""
    location = error["loc"]
    in_component = location[:1] == ("components",) and len(location) > 2
    table = str(location[2]) if in_component else str(location[0]) if len(location) > 1 else ""
    steps = [*location[:2], *location[3:4]] if in_component else list(location[:2])
    steps += error.get("ctx", {}).get("steps", ())
    where = f"line {line_of(text, steps)}" + (f", {'.'.join(map(str, steps))}" if steps else "")
    rule, hint = str(error["msg"]).removeprefix("Value error, "), _MORE
    if error["type"] == "extra_forbidden":
        rule, hint = "unknown key", _near_key(table, str(location[-1]))
    if error["type"] == "missing":
        rule, hint = "the key is missing", f"add it; {_MORE}"
    return Problem(name, where, rule, hint)


def _near_key(table: str, key: str) -> str:
    known = list(_TABLES.get(table, Scheme).model_fields)
    near = difflib.get_close_matches(key, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(known)}"


def line_of(text: str, steps: list[Any]) -> int:
    """Return the line a key stands on, or its table's header, or 1."""
    lines = text.splitlines()
    start, keys = _table_line(lines, steps)
    for key in keys:
        for number in range(start, len(lines) + 1):
            if number > start and _HEADER.match(lines[number - 1]):
                break
            if re.match(rf"\s*(\"?{re.escape(str(key))}\"?)\s*=", lines[number - 1]):
                return number
    return start


def _table_line(lines: list[str], steps: list[Any]) -> tuple[int, list[Any]]:
    """Return the line of the table header that ``steps`` goes through, and what is left."""
    if not steps:
        return 1, []
    wanted = steps[1] if len(steps) > 1 and isinstance(steps[1], int) else 0
    seen = -1
    for number, line in enumerate(lines, start=1):
        header = _HEADER.match(line)
        if header and header.group(1).split(".")[0] == steps[0]:
            seen += line.lstrip().startswith("[[") or seen < 0
            if seen == wanted:
                return number, [step for step in steps[1:] if not isinstance(step, int)]
    return 1, steps[:1]
