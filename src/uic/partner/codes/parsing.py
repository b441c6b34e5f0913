"""Codes taken apart, so that registers that hold only codes can be linked on their parts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from uic.errors import InputError, Problem
from uic.partner.codes.checking import Verdict, date_parts, verdict
from uic.partner.codes.reading import bare
from uic.partner.schemes import load_scheme, patterns
from uic.partner.schemes.model import Code, Letters

if TYPE_CHECKING:
    from pathlib import Path

    from uic.partner.schemes import Scheme
    from uic.partner.schemes.model import Component

DATE_PARTS = ("year", "month", "day")


def parse_code(code: str, scheme: str | Path | Scheme) -> dict[str, str | None]:
    """Take one code apart into its components.

    Returns:
        What stands in the code for each component, by name, in order; None where the code may
        be read in two ways (schemes that do not pad short names).

    Raises:
        InputError: the code is not well formed; the flaws are listed, the code is not repeated.
        SchemaError: there is no such scheme.
    """
    found = load_scheme(scheme)
    written = bare(code)
    judged = verdict(written, found)
    if not judged:
        raise InputError(Problem("code", flaw.part, str(flaw)) for flaw in judged.flaws)
    return _pieces(written.code, found)


def check_codes(
    codes: pa.Array, scheme: str | Path | Scheme, checks: pa.Array | None = None
) -> pa.Table:
    """Check a column of codes; a null is neither right nor wrong.

    Returns:
        One row a code: ``part`` and ``rule`` of its first flaw, both null for a good code.
    """
    found = load_scheme(scheme)
    pairs = pa.table(
        {
            "code": codes,
            "check": checks if checks is not None else pa.nulls(len(codes), pa.string()),
        }
    )
    seen: dict[Any, tuple[str | None, str | None]] = {}
    rows = list(zip(*(column.to_pylist() for column in pairs.columns), strict=True))
    for code, check in set(rows):
        judged = Verdict() if code is None else verdict(bare(code, check), found)
        seen[code, check] = (None, None) if judged else (judged.flaws[0].part, judged.flaws[0].rule)
    answers = [seen[row] for row in rows]
    return pa.table(
        {
            "part": pa.array([part for part, _ in answers], pa.string()),
            "rule": pa.array([rule for _, rule in answers], pa.string()),
        }
    )


def parse_codes(
    codes: pa.Array, scheme: str | Path | Scheme, *, as_of: int | None = None
) -> pa.Table:
    """Return the attributes that a column of codes tells, as a register has them.

    Args:
        codes: Arrow array of codes; what is not well formed gives nulls.
        scheme: Id, path or scheme.
        as_of: Year in which the codes are read. With it a two-digit year is the last such year
            that is not later; without it a two-digit year tells no year.

    Returns:
        One column an attribute: letters as text, sex as M, F, other or unknown, dates as
        ``_year``, ``_month``, ``_day`` and ``_precision``. Letters of a code compare only with
        letters of the same scheme. These are attributes of persons: keep them with the partner.
    """
    found = load_scheme(scheme)
    column = codes.combine_chunks() if isinstance(codes, pa.ChunkedArray) else codes
    coded = column.cast(pa.string()).dictionary_encode()
    people = [_attributes(code, found, as_of) for code in coded.dictionary.to_pylist()]
    columns = {}
    for name, kind in _columns(found).items():
        values = pa.array([person.get(name) for person in people], kind)
        columns[name] = values.take(coded.indices)
    return pa.table(columns)


def _pieces(code: str, scheme: Scheme) -> dict[str, str | None]:
    eager = re.match(patterns.whole(scheme), code)
    lazy = re.match(patterns.whole(scheme, lazy=True), code)
    if eager is None or lazy is None:
        raise InputError(Problem("code", "", "the code is not well formed"))
    other = lazy.groupdict()
    return {name: text if other[name] == text else None for name, text in eager.groupdict().items()}


def _columns(scheme: Scheme) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for component in () if scheme.hash else scheme.components:
        if component.kind == "date":
            names = [f"{component.attribute}_{part}" for part in DATE_PARTS]
            columns |= dict.fromkeys(names, pa.int16())
            columns[f"{component.attribute}_precision"] = pa.string()
        elif component.kind not in ("length", "literal"):
            columns[component.attributes[0]] = pa.string()
    return columns


def _attributes(code: str | None, scheme: Scheme, as_of: int | None) -> dict[str, Any]:
    written = bare(code) if code else None
    if written is None or scheme.hash or not verdict(written, scheme):
        return {}
    pieces = _pieces(written.code, scheme)
    person: dict[str, Any] = {}
    dates: dict[str, dict[str, int]] = {}
    for component in scheme.components:
        text = pieces[component.name]
        if text is None or text in component.pads or component.kind in ("length", "literal"):
            continue
        if component.kind == "date":
            dates.setdefault(component.attribute, {}).update(date_parts(component, text))
        else:
            person[component.attributes[0]] = _value(component, text)
    for attribute, parts in dates.items():
        person |= _date_columns(attribute, parts, as_of)
    return person


def _value(component: Component, text: str) -> str | None:
    if isinstance(component, Code):
        answers = [answer for answer, code in component.codes.items() if code == text]
        return answers[0] if len(answers) == 1 else None
    if isinstance(component, Letters) and component.short and text.endswith(component.short):
        return text.rstrip(component.short) or None if component.short.isdigit() else None
    return text


def _date_columns(attribute: str, parts: dict[str, int], as_of: int | None) -> dict[str, Any]:
    year = parts.get("Y")
    if year is None and "y" in parts and as_of is not None:
        year = as_of - (as_of - parts["y"]) % 100
    month, day = parts.get("M"), parts.get("D")
    exact = "day" if day and month else "month" if month else "year" if year else None
    values = (year, month, day, exact)
    return {
        f"{attribute}_{name}": v for name, v in zip((*DATE_PARTS, "precision"), values, strict=True)
    }
