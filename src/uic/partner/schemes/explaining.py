"""A scheme in words: what every component takes, and what stands where there is nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from uic.partner.schemes import patterns
from uic.partner.schemes.model import Letters, Literally

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.partner.schemes.model import Code, Component, Date, Length, Number, Scheme, Text

_CALENDARS = {"gregorian": "", "buddhist": " in years of the Buddhist era"}
_TOKENS = {
    "YYYY": "the year with four digits", "YY": "the last two digits of the year",
    "MM": "the month with two digits", "DD": "the day with two digits",
    "M": "the month without leading zero",
}  # fmt: skip
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class Explained(NamedTuple):
    """One component in words.

    Attributes:
        name: Name of the component.
        words: What it takes, as a sentence.
        example: What it gives for the scheme's invented person; empty where it cannot be seen.
    """

    name: str
    words: str
    example: str


def explain(scheme: Scheme) -> tuple[Explained, ...]:
    """Explain every component of a scheme, in order, with a piece of its example."""
    pieces = _pieces(scheme)
    found = [
        Explained(component.name, _sentence(component), pieces.get(component.name, ""))
        for component in scheme.components
    ]
    if scheme.hash:
        found.append(
            Explained(patterns.HASHED, _hash_words(scheme), pieces.get(patterns.HASHED, ""))
        )
    if scheme.suffix:
        found.append(
            Explained(patterns.SUFFIX, _suffix_words(scheme), pieces.get(patterns.SUFFIX, ""))
        )
    return tuple(found)


def _pieces(scheme: Scheme) -> dict[str, str]:
    match = re.match(patterns.whole(scheme), scheme.example.code) if scheme.example else None
    return match.groupdict() if match else {}


def _sentence(component: Component) -> str:
    sentence = _RULES[component.kind](component)
    return f"{sentence}{_absent(component)}."


def _absent(component: Component) -> str:
    """Say what stands for a value that is missing, unknown or refused."""
    if isinstance(component, Literally):
        return ""
    if isinstance(component, Letters) and component.fallback:
        letters = " and ".join(f"{_places(t.letters)} of {t.attribute}" for t in component.fallback)
        return f"; without {component.attribute}, {letters}"
    if component.missing is None:
        return f"; without {component.attribute} there is no code"
    said = f"; missing is written {_shown(component.missing)}"
    for word in ("unknown", "refused"):
        sign = getattr(component, word)
        if sign is not None:
            said += f", {word} {_shown(sign)}"
    return said


def _shown(sign: str) -> str:
    return sign or "as nothing"


def _places(positions: Sequence[int]) -> str:
    names = [str(place) for place in positions]
    if len(names) == 1:
        return f"letter {names[0]}"
    return f"letters {', '.join(names[:-1])} and {names[-1]}"


def _letters(component: Letters) -> str:
    if isinstance(component.letters, str):
        return f"all letters of {component.attribute}{_spelling(component)}"
    said = f"{_places(component.letters)} of {component.attribute}{_spelling(component)}"
    if component.short is None:
        return f"{said}; a name that is too short makes no code"
    if not component.short:
        return f"{said}; a letter that does not exist is left out"
    return f"{said}; a letter that does not exist is written {component.short}"


def _spelling(component: Letters | Length) -> str:
    said = ", of the first word only" if component.part == "first_word" else ""
    said += ", an umlaut written as two letters" if component.expand else ""
    return said + (", titles and particles left out" if component.drop_words else "")


def _length(component: Length) -> str:
    more = ", 0 for more than nine" if component.over_nine == "0" else ""
    return f"the number of letters of {component.attribute}{_spelling(component)}{more}"


def _date(component: Date) -> str:
    parts = " and ".join(_TOKENS[token] for token in component.tokens)
    said = f"of {component.attribute}{_CALENDARS[component.calendar]}: {parts} ({component.format})"
    for word, sign in (("day", component.unknown_day), ("month", component.unknown_month)):
        said += f"; an unknown {word} is written {sign}" if sign is not None else ""
    return said


def _code(component: Code) -> str:
    codes = ", ".join(f"{answer} is {code}" for answer, code in component.codes.items())
    refused = f"; no code for {' or '.join(component.refuse)}" if component.refuse else ""
    return f"{component.attribute}: {codes}{refused}"


def _number(component: Number) -> str:
    digits = f"{_WORDS[component.digits]} digit{'s' if component.digits > 1 else ''}"
    return f"{component.attribute} with {digits}, from {component.smallest} to {component.top}"


def _text(component: Text) -> str:
    signs = {"digits": "digit", "letters": "letter", "alphanumeric": "letter or digit"}
    many = {"digits": "digits", "letters": "letters", "alphanumeric": "letters or digits"}
    kind = signs[component.alphabet] if component.length == 1 else many[component.alphabet]
    return f"{component.attribute} as it is, {component.length} {kind}"


def _hash_words(scheme: Scheme) -> str:
    step = scheme.hash
    assert step is not None  # noqa: S101 - called for hashed schemes only
    name = {"sha1": "SHA-1", "sha256": "SHA-256"}[step.algorithm]
    return (
        f"the first {step.characters} hexadecimal characters of the {name} of all the above, in"
        " capitals. It has no key and is reversed in seconds: it protects nobody."
    )


def _suffix_words(scheme: Scheme) -> str:
    rule = scheme.suffix
    assert rule is not None  # noqa: S101 - called for schemes with a suffix only
    first = f"{rule.first}, or " if rule.first else "nothing, or "
    return f"{first}one of {', '.join(rule.taken)} that the register gave because a code was taken."


_RULES: dict[str, Any] = {
    "letters": _letters,
    "length": _length,
    "soundex": lambda c: f"the American Soundex of {c.attribute}: a letter and three digits",
    "date": _date,
    "code": _code,
    "number": _number,
    "text": _text,
    "literal": lambda c: f"always {c.text}",
}
