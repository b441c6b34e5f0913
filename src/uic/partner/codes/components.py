"""One rule a kind of component: attributes in, a piece of every code out.

A piece is null where no code can be made; the reason has been noted by then. The rules with
examples are in ``spec/scheme.md``, section 4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from uic.partner import normalising
from uic.partner.codes.people import NOTHING, TEXT, People, truth
from uic.partner.codes.spelling import How, how_of
from uic.partner.schemes.model import CALENDARS, Code

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from uic.partner.codes.people import Mask
    from uic.partner.schemes import model

NUMBER = pa.int32()


def piece(component: model.Component, people: People) -> pa.Array:
    """Return one component's part of every code: an Arrow array of strings, null for no code."""
    return _RULES[component.kind](component, people)


def _letters(component: model.Letters, people: People) -> pa.Array:
    names = people.names(component.attribute, how_of(component))
    taken, short = _take(names.letters, component.letters, component.short)
    people.flag(short & ~names.absent, component.attribute, "too_short")
    absent = names.absent
    for answer in _fallback(component, people, absent):
        taken = pc.if_else(pa.array(absent), answer, taken)
        absent = absent & truth(pc.is_null(answer))
    return _filled(component, people, taken, absent)


def _take(
    letters: pa.Array, positions: Sequence[int] | str, short: str | None
) -> tuple[pa.Array, Mask]:
    """Return the letters at the positions, and where one was lacking without a sign for it."""
    if isinstance(positions, str):
        return letters, np.zeros(len(letters), dtype=np.bool_)
    singles = [pc.utf8_slice_codeunits(letters, place - 1, place) for place in positions]
    lacking = np.zeros(len(letters), dtype=np.bool_)
    if short is None:
        lacking = np.logical_or.reduce([truth(pc.equal(single, "")) for single in singles])
        singles = [pc.if_else(pa.array(lacking), NOTHING, single) for single in singles]
    elif short:
        singles = [pc.if_else(pc.equal(single, ""), short, single) for single in singles]
    return pc.binary_join_element_wise(*singles, ""), lacking


def _fallback(component: model.Letters, people: People, absent: Mask) -> list[pa.Array]:
    """Return what stands for an absent name: letters of other attributes, all or nothing."""
    if not component.fallback or not absent.any():
        return []
    parts = []
    for take in component.fallback:
        names = people.names(take.attribute, How(), absent)
        parts.append(_take(names.letters, take.letters, component.short)[0])
    return [pc.binary_join_element_wise(*parts, "")]


def _length(component: model.Length, people: People) -> pa.Array:
    names = people.names(component.attribute, how_of(component))
    count = pc.utf8_length(names.letters)
    text = count.cast(TEXT)
    if component.over_nine == "0":
        text = pc.if_else(pc.greater(count, 9), "0", text)
    return _filled(component, people, text, names.absent)


def _soundex(component: model.Soundex, people: People) -> pa.Array:
    names = people.names(component.attribute, How())
    return _filled(component, people, normalising.sounds(names.letters), names.absent)


def _date(component: model.Date, people: People) -> pa.Array:
    parts = {
        letter: people.column(f"{component.attribute}_{name}", NUMBER)
        for letter, name in (("Y", "year"), ("M", "month"), ("D", "day"))
    }
    parts["Y"] = pc.add(parts["Y"], CALENDARS[component.calendar])
    absent = np.logical_and.reduce([truth(pc.is_null(part)) for part in parts.values()])
    texts = [
        _date_text(component, token, parts[token[0]], people, absent) for token in component.tokens
    ]
    return _filled(component, people, pc.binary_join_element_wise(*texts, ""), absent)


def _date_text(
    component: model.Date, token: str, number: pa.Array, people: People, absent: Mask
) -> pa.Array:
    """Write one part of the date; a part that is not known has a sign or makes no code."""
    width = 1 if token == "M" else len(token)  # noqa: S105 - a token of a date format
    if token == "YY":  # noqa: S105
        number = pc.subtract(number, pc.multiply(pc.divide(number, 100), 100))
    text = pc.utf8_lpad(number.cast(TEXT), width, "0")
    sign = {"D": component.unknown_day, "M": component.unknown_month}.get(token[0])
    if sign is not None:
        return pc.fill_null(text, sign)
    rule = {"D": "no_day", "M": "no_month", "Y": "no_year"}[token[0]]
    people.flag(truth(pc.is_null(number)) & ~absent, component.attribute, rule)
    return text


def _code(component: model.Code, people: People) -> pa.Array:
    answers = people.column(component.attribute).cast(TEXT)
    known = truth(pc.is_in(answers, pa.array(component.domain, TEXT)))
    present = truth(pc.is_valid(answers))
    people.flag(present & ~known, component.attribute, "unknown_code")
    refused = truth(pc.is_in(answers, pa.array(component.refuse, TEXT)))
    people.flag(refused, component.attribute, "answer_not_in_scheme")
    keys = pa.array(list(component.codes), TEXT)
    codes = pa.array(list(component.codes.values()), TEXT)
    return _filled(component, people, codes.take(pc.index_in(answers, keys)), ~known)


def _number(component: model.Number, people: People) -> pa.Array:
    answers = pc.utf8_trim_whitespace(people.column(component.attribute).cast(TEXT))
    whole = truth(pc.match_substring_regex(answers, r"^[0-9]{1,9}$"))
    people.flag(truth(pc.is_valid(answers)) & ~whole, component.attribute, "not_a_number")
    number = pc.if_else(pa.array(whole), answers, NOTHING).cast(NUMBER)
    outside = truth(pc.or_(pc.less(number, component.smallest), pc.greater(number, component.top)))
    people.flag(outside, component.attribute, "out_of_range")
    number = pc.if_else(pa.array(outside), pa.scalar(None, NUMBER), number)
    text = pc.utf8_lpad(number.cast(TEXT), component.digits, "0")
    return _filled(component, people, text, truth(pc.is_null(text)))


_ALPHABETS = {"digits": "0-9", "letters": "A-Z", "alphanumeric": "0-9A-Z"}


def _text(component: model.Text, people: People) -> pa.Array:
    answers = pc.ascii_upper(pc.utf8_trim_whitespace(people.column(component.attribute).cast(TEXT)))
    pattern = f"^[{_ALPHABETS[component.alphabet]}]{{{component.length}}}$"
    fits = truth(pc.match_substring_regex(answers, pattern))
    people.flag(truth(pc.is_valid(answers)) & ~fits, component.attribute, "wrong_form")
    return _filled(component, people, pc.if_else(pa.array(fits), answers, NOTHING), ~fits)


def _literal(component: model.Literally, people: People) -> pa.Array:
    return pa.array([component.text], TEXT).take(pa.array(np.zeros(len(people), dtype=np.int32)))


def _filled(component: model.Part, people: People, text: pa.Array, absent: Mask) -> pa.Array:
    """Put the component's sign where the value is absent; without a sign there is no code."""
    if not absent.any():
        return text
    told = {
        word: absent & people.status(component.attribute, word) for word in ("refused", "unknown")
    }
    told["missing"] = absent & ~told["refused"] & ~told["unknown"]
    for word, where in told.items():
        pad = _pad(component, word)
        if pad is None:
            people.flag(where, component.attribute, word)
        text = pc.if_else(pa.array(where), pa.scalar(pad, TEXT), text)
    return text


def _pad(component: model.Part, word: str) -> str | None:
    """Return the sign for an absent value: refused falls back to unknown, unknown to missing."""
    order = ("refused", "unknown", "missing")
    signs: list[str | None] = [getattr(component, name) for name in order[order.index(word) :]]
    if isinstance(component, Code) and word != "missing":
        signs.insert(-1, component.codes.get("unknown"))
    return next((sign for sign in signs if sign is not None), None)


_RULES: dict[str, Callable[[Any, People], Any]] = {
    "letters": _letters,
    "length": _length,
    "soundex": _soundex,
    "date": _date,
    "code": _code,
    "number": _number,
    "text": _text,
    "literal": _literal,
}
