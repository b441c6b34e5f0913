"""Indicator files: find, read, and say what is wrong and what to do."""

from __future__ import annotations

import difflib
import functools
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from uic.analysis.indicators.model import (
    COLUMNS_WITH_WORDS,
    FORMAT,
    Completion,
    Indicator,
    IndicatorSet,
    Where,
    Words,
    folded,
    spellings,
)
from uic.errors import Problem, SchemaError
from uic.files import spec_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

_FOLDER = "indicators"
_WORDS = "words"
_MORE = "docs/counting.md explains every key with an example"


def list_indicator_sets() -> tuple[IndicatorSet, ...]:
    """Return every set that ships with the library, in the order of their ids."""
    return tuple(_shipped(name) for name in _ids())


def load_indicators(source: str | Path | IndicatorSet) -> IndicatorSet:
    """Return a set of indicators by id (``khana-nsp``), from a TOML file, or as it is.

    Raises:
        SchemaError: no such set (the nearest id is suggested), or the file breaks a rule; every
            problem is listed.
    """
    if isinstance(source, IndicatorSet):
        return source
    if isinstance(source, Path) or str(source).endswith(".toml"):
        return _read_set(Path(source))
    if source not in _ids():
        near = difflib.get_close_matches(str(source), _ids(), n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        hint += f"there are {', '.join(_ids())}; a set of your own is given as FILE.toml"
        raise SchemaError(Problem(str(source), "", "there is no set of this name", hint))
    return _shipped(str(source))


@functools.cache
def words() -> Words:
    """Return the words that indicators may name, and how files write them."""
    return Words.model_validate(_read(spec_path(_FOLDER, f"{_WORDS}.toml")))


@functools.cache
def written_as(column: str, value: str) -> tuple[str, ...]:
    """Return every folded spelling of a value of a column; one without words is itself."""
    if column in COLUMNS_WITH_WORDS:
        for word in getattr(words(), column):
            known = spellings(word)
            if folded(value) in known:
                return tuple(sorted(known))
    return (folded(value),)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of an indicator file, as written to ``spec/``."""
    return IndicatorSet.model_json_schema() | {"$id": FORMAT}


@functools.cache
def _ids() -> tuple[str, ...]:
    names = (path.stem for path in spec_path(_FOLDER).glob("*.toml"))
    return tuple(sorted(name for name in names if name != _WORDS))


@functools.cache
def _shipped(identifier: str) -> IndicatorSet:
    return _read_set(spec_path(_FOLDER, f"{identifier}.toml"))


def _read_set(path: Path) -> IndicatorSet:
    data = _read(path)
    try:
        found = IndicatorSet.model_validate(data)
    except ValidationError as error:
        problems = [_problem(path.name, item) for item in error.errors()]
        raise SchemaError(problems) from None
    unknown = list(_unknown_words(found, path.name))
    if unknown:
        raise SchemaError(unknown)
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SchemaError(Problem(path.name, "", "the indicator file does not exist")) from None
    except (UnicodeDecodeError, OSError):
        raise SchemaError(Problem(path.name, "", "the file cannot be read as UTF-8")) from None
    except tomllib.TOMLDecodeError as error:
        raise SchemaError(Problem(path.name, "", f"this is not TOML: {error}")) from None


def _problem(name: str, error: Any) -> Problem:  # noqa: ANN401 - pydantic's error is a dict
    where = ".".join(str(step) for step in error["loc"])
    if error["type"] == "extra_forbidden":
        return Problem(name, where, "unknown key", _near_key(str(error["loc"][-1])))
    return Problem(name, where, str(error["msg"]).removeprefix("Value error, "), _MORE)


def _near_key(key: str) -> str:
    models: tuple[type[BaseModel], ...] = (IndicatorSet, Indicator, Where, Completion)
    known = {name for model in models for name in model.model_fields}
    near = difflib.get_close_matches(key, sorted(known), n=1)
    return f"did you mean {near[0]!r}?" if near else _MORE


def _unknown_words(found: IndicatorSet, name: str) -> list[Problem]:
    """List values that are no word: a misspelt service would count nobody, silently."""
    hint = "spec/indicators/words.toml lists them; your own go under [words] of this file"
    return [
        Problem(name, f"{identifier}, {column}", f"{value!r} is no word of this column", hint)
        for identifier, column, value in _named_values(found)
        if column in COLUMNS_WITH_WORDS
        and not _is_word(column, value)
        and folded(value) not in {folded(own) for own in found.words.get(column, ())}
    ]


def _named_values(found: IndicatorSet) -> Iterator[tuple[str, str, str]]:
    """Yield indicator, column and value of everything a set asks for."""
    for item in found.indicators:
        for where in (item.where, item.also, item.unless):
            for column, values in where.items if where is not None else ():
                yield from ((item.id, column, value) for value in values)
    for completion in found.completions:
        yield from ((completion.id, "service", value) for value in completion.service)
    for cohort in found.cohorts:
        yield from ((cohort.id, "service", value) for value in cohort.service)


def _is_word(column: str, value: str) -> bool:
    return any(folded(value) in spellings(word) for word in getattr(words(), column))
