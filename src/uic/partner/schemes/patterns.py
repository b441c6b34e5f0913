"""What a code of a scheme looks like: one regular expression a component.

Only what Python's ``re`` and Google's RE2 (Arrow, phones) read alike is used. The rule:
``spec/code.md``, section 4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from uic.partner.normalising.tables import load

if TYPE_CHECKING:
    from uic.partner.schemes.model import Component, Date, Length, Letters, Scheme

SUFFIX = "suffix"
MANY = 999
"""Stands for no upper limit to the length of a part."""

HASHED = "hash"
_ALPHABETS = {"digits": "[0-9]", "letters": "[A-Z]", "alphanumeric": "[0-9A-Z]"}
_TOKENS = {
    "YYYY": "[0-9]{4}", "YY": "[0-9]{2}", "MM": "(?:0[1-9]|1[0-2])",
    "DD": "(?:0[1-9]|[12][0-9]|3[01])", "M": "(?:1[0-2]|[1-9])",
}  # fmt: skip


def parts(scheme: Scheme, *, lazy: bool = False) -> list[tuple[str, str]]:
    """Return name and pattern of everything a code is made of, in order.

    With ``lazy`` the variable parts take as little as they can: a code that both readings take
    apart alike has one meaning.
    """
    found = [(c.name, pattern(c, scheme, lazy=lazy)) for c in scheme.components]
    if scheme.hash:
        found = [(HASHED, f"[0-9A-F]{{{scheme.hash.characters}}}")]
    if scheme.suffix:
        signs = f"[{scheme.suffix.taken}{scheme.suffix.first}]"
        found.append((SUFFIX, signs if scheme.suffix.first else f"{signs}?"))
    return found


def whole(scheme: Scheme, *, lazy: bool = False) -> str:
    """Return the pattern of a whole code, with one named group a part."""
    groups = "".join(f"(?P<{name}>{text})" for name, text in parts(scheme, lazy=lazy))
    return f"^{groups}$"


def widths(scheme: Scheme) -> list[tuple[int, int]]:
    """Return the fewest and the most characters of every part, in the order of :func:`parts`."""
    found = [_width(component) for component in scheme.components]
    if scheme.hash:
        found = [(scheme.hash.characters, scheme.hash.characters)]
    if scheme.suffix:
        found.append((len(scheme.suffix.first), 1))
    return found


def _width(component: Component) -> tuple[int, int]:
    low, high = _WIDTHS[component.kind](component)
    signs = [len(sign) for sign in component.pads]
    return min([low, *signs]), max([high, *signs])


def _letters_width(component: Letters) -> tuple[int, int]:
    if isinstance(component.letters, str):
        return 1, MANY
    count = len(component.letters)
    return (count if component.short != "" else int(component.letters[0] == 1)), count


def pattern(component: Component, scheme: Scheme, *, lazy: bool = False) -> str:
    """Return the pattern of one component."""
    own = _RULES[component.kind](component, scheme, "?" if lazy else "")
    signs = sorted(component.pads, key=len, reverse=True)
    return f"(?:{'|'.join([*signs, own])})" if signs else f"(?:{own})"


def _letters(component: Letters, scheme: Scheme, lazy: str) -> str:
    return "|".join(_one_script(component, _class(script), lazy) for script in scheme.scripts)


def _one_script(component: Letters, letter: str, lazy: str) -> str:
    if isinstance(component.letters, str):
        return f"{letter}+{lazy}"
    count = len(component.letters)
    least = 1 if component.letters[0] == 1 else 0
    if component.short is None:
        return f"{letter}{{{count}}}"
    if not component.short:
        return f"{letter}{{{least},{count}}}{lazy}"
    full = range(count, least - 1, -1)
    return "|".join(f"{letter}{{{n}}}{component.short * (count - n)}" for n in full)


def _class(script: str) -> str:
    """Return the character class of a script's code letters."""
    if script == "latin":
        return "[A-Z]"
    data = load().data[script]
    letters = data["consonants"] if "consonants" in data else "".join(data["letters"])
    return f"[{''.join(dict.fromkeys(letters))}]"


def _date(component: Date, _scheme: Scheme, _lazy: str) -> str:
    signs = {"DD": component.unknown_day, "MM": component.unknown_month}
    return "".join(
        f"(?:{_TOKENS[token]}|{signs[token]})" if signs.get(token) else _TOKENS[token]
        for token in component.tokens
    )


def _length(component: Length, _scheme: Scheme, lazy: str) -> str:
    return "[0-9]" if component.over_nine == "0" else f"[1-9][0-9]?{lazy}"


_RULES: dict[str, Any] = {
    "letters": _letters,
    "length": _length,
    "soundex": lambda _c, scheme, _l: "|".join(f"{_class(s)}[0-6]{{3}}" for s in scheme.scripts),
    "date": _date,
    "code": lambda c, _s, _l: "|".join(dict.fromkeys(c.codes.values())),
    "number": lambda c, _s, _l: f"[0-9]{{{c.digits}}}",
    "text": lambda c, _s, _l: f"{_ALPHABETS[c.alphabet]}{{{c.length}}}",
    "literal": lambda c, _s, _l: "".join(f"[{sign}]" for sign in c.text),
}
_WIDTHS: dict[str, Any] = {
    "letters": _letters_width,
    "length": lambda c: (1, 1 if c.over_nine == "0" else 2),
    "soundex": lambda _c: (4, 4),
    "date": lambda c: (len(c.format), len(c.format) + ("M" in c.tokens)),
    "code": lambda c: (len(next(iter(c.codes.values()))),) * 2,
    "number": lambda c: (c.digits, c.digits),
    "text": lambda c: (c.length, c.length),
    "literal": lambda c: (len(c.text),) * 2,
}
