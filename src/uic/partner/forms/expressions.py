"""XPath expressions for phones: the rules of a scheme in what JavaRosa and Enketo can compute.

Only ``translate``, ``substr``, ``concat``, ``if`` and arithmetic are used: both engines agree on
them. ``digest`` is not (it hashed the wrong thing in one of them for years), and neither are
typographic quotes, which pyxform rewrites. ``${name}`` stands for an answer, as in XLSForm.
"""

from __future__ import annotations

import functools

from uic.partner.normalising.tables import load

COENG = "\u17d2"
SUBSCRIPTS = 5
"""Subscripts a Khmer name may have in a form; each costs one step of an expression."""

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
SMALL = "abcdefghijklmnopqrstuvwxyz"


@functools.cache
def letter_tables(script: str) -> tuple[str, str]:
    """Return the characters a form accepts in a script, and the code letter of each.

    Only characters that become exactly one letter: ``translate`` cannot write two.
    """
    table = load().data[script]
    letters = {form: target for target, forms in table["letters"].items() for form in forms}
    if script == "khmer":
        codes = {form: target for target, forms in table["code_letters"].items() for form in forms}
        letters = {form: codes[target] for form, target in letters.items() if target in codes}
    pairs = sorted(
        (form, target) for form, target in letters.items() if len(target) == 1 and form <= "\uffff"
    )
    return "".join(form for form, _ in pairs), "".join(target for _, target in pairs)


def accepted(scripts: tuple[str, ...], least: int, *, optional: bool) -> str:
    """Return the regular expression of a name the form can bring to code letters.

    It leaves out characters that become two letters, other scripts, and digits: in a name they
    are typing errors.

    Args:
        scripts: The scripts of the scheme.
        least: Letters a Latin name must have.
        optional: Whether a name without any letter is as good as an empty one.
    """
    return "^(" + "|".join(_ACCEPTED[script](least, optional) for script in scripts) + ")$"


def _latin(least: int, optional: bool) -> str:
    between = f"[{_between()}]*"
    letters = f"([{letter_tables('latin')[0]}]{between}){{{least},}}"
    return f"{between}({letters})?" if optional else f"{between}{letters}"


@functools.cache
def _between() -> str:
    """Return what may stand between letters: separators, apostrophes, and what is dropped."""
    shared = load().data["shared"]
    single = [f"{ord(sign):04X}" for sign in shared["apostrophes"]]
    ranges = [item.split("-") for item in (*single, *shared["separators"], *shared["dropped"])]
    return "".join("-".join(f"\\u{end}" for end in ends) for ends in ranges if len(ends[0]) == 4)


def _khmer(_least: int, _optional: bool) -> str:
    letters = letter_tables("khmer")[0]
    signs = "\\u17b4-\\u17d1\\u17d3\\u17dd\\u200b-\\u200d"
    plain = f"[{letters}{signs} .-]"
    pair = f"{COENG}[{signs}]*[{letters}]"
    return f"({plain}+({pair}{plain}*){{0,{SUBSCRIPTS}}})*"


_ACCEPTED = {"latin": _latin, "khmer": _khmer}


def letters_of(script: str) -> tuple[str, ...]:
    """Return the steps that bring a typed name to code letters; ``{0}`` is the step before.

    ``translate(x, translate(x, kept, ''), '')`` keeps the letters in ``kept`` without naming
    the others.
    """
    forms, targets = letter_tables(script)
    if script != "khmer":
        return (f"translate({_keep('{0}', forms)}, '{forms}', '{targets}')",)
    subscript = (
        f"concat(substring-before(concat({{0}}, '{COENG}'), '{COENG}'), "
        f"substr(substring-after({{0}}, '{COENG}'), 1))"
    )
    last = f"translate({{0}}, '{forms}', '{targets}')"
    return (_keep("{0}", forms + COENG), *[subscript] * SUBSCRIPTS, last)


def _keep(text: str, kept: str) -> str:
    """Keep some letters only. The space is there because one engine errs on an empty text."""
    return f"translate({text}, concat(translate({text}, '{kept}', ''), ' '), '')"


def take(letters: str, positions: tuple[int, ...], short: str | None) -> str:
    """Return the letters at positions counted from 1; ``short`` stands for those that are not."""
    padded = f"concat({letters}, '{short * positions[-1]}')" if short else letters
    places = [f"substr({padded}, {place - 1}, {place})" for place in positions]
    found = concat(places)
    if short is not None:
        return found
    return f"if(string-length({letters}) >= {positions[-1]}, {found}, '')"


def concat(parts: list[str]) -> str:
    """Return the parts joined."""
    return parts[0] if len(parts) == 1 else f"concat({', '.join(parts)})"


def two_digits(number: str) -> str:
    """Return a whole number below 100 with a leading zero."""
    return f"if({number} < 10, concat('0', number({number})), concat('', number({number})))"


def zero_padded(number: str, digits: int) -> str:
    """Return a whole number with leading zeros."""
    text = f"concat('{'0' * digits}', number({number}))"
    return f"substr({text}, string-length({text}) - {digits})"


def chosen(field: str, codes: dict[str, str]) -> str:
    """Return the code of a chosen answer, or nothing."""
    found = "''"
    for answer, code in reversed(codes.items()):
        found = f"if({field} = '{answer}', '{code}', {found})"
    return found


def check_character(code: str, length: int, method: str) -> str:
    """Return the ISO 7064 check character of ``code``, which has at most ``length`` characters.

    The hybrid system 37,36 keeps a product over the characters; written with
    ``(x + 35) mod 36 + 1`` it needs no branch, so the whole recursion is one expression.
    """
    values = [
        f"string-length(substring-before('{ALPHABET}', substr({code}, {place}, {place + 1})))"
        for place in range(length)
    ]
    product = "36" if method == "mod37_36" else "0"
    for value in values:
        if method == "mod37_36":
            product = f"(((({product} + {value} + 35) mod 36) + 1) * 2) mod 37"
        else:
            product = f"(({product} + {value}) * 2) mod 37"
    place = f"(37 - ({product})) mod 36" if method == "mod37_36" else f"(38 - ({product})) mod 37"
    return f"substr('{ALPHABET}', {place}, {place} + 1)"


def upper(text: str) -> str:
    """Return ``text`` with A to Z in capitals."""
    return f"translate({text}, '{SMALL}', '{SMALL.upper()}')"


def symbols(code: str, scripts: tuple[str, ...]) -> str:
    """Return a code with every Khmer consonant written as the symbol it counts as."""
    if "khmer" not in scripts:
        return code
    table = load().data["khmer"]["check_symbols"]
    return f"translate({code}, '{''.join(table)}', '{''.join(table.values())}')"


def grouped(code: str, groups: tuple[int, ...], shortest: int, longest: int) -> str:
    """Return a code in groups joined by hyphens; what the groups leave over is the last one."""
    starts = [sum(groups[:count]) for count in range(len(groups) + 1)]
    ends = [*starts[1:], longest]
    parts = []
    for start, end in zip(starts, ends, strict=True):
        if start >= min(end, longest):
            continue
        part = f"substr({code}, {start}, {end})"
        if start >= shortest:
            part = f"if(string-length({code}) > {start}, concat('-', {part}), '')"
        elif start:
            part = f"concat('-', {part})"
        parts.append(part)
    return concat(parts)
