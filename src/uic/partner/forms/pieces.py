"""The pieces of a code as calculations, the code itself, its check character and its groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.partner.codes import label_of
from uic.partner.forms import expressions
from uic.partner.forms.dates import date_piece
from uic.partner.forms.names import letters_of, one_script, places, script_fields
from uic.partner.forms.rows import Row, calculate, field
from uic.partner.forms.words import phrase
from uic.partner.schemes import patterns
from uic.partner.schemes.model import Code, Date, Letters, Literally, Number, Text

if TYPE_CHECKING:
    from uic.partner.schemes import Scheme
    from uic.partner.schemes.model import Component, Take

SUFFIX = "code_suffix"
GROUP = 4
CODE, CHECK, LABEL, SHOWN = "uic", "uic_check", "uic_scheme", "uic_shown"
"""Fields that hold the code, its check character, its label, and the code in groups."""


def code_rows(scheme: Scheme) -> list[Row]:
    """Return the calculations from answers to code, and the note that shows it."""
    pieces = [calculate(f"piece_{c.name}", _piece(c, scheme)) for c in scheme.components]
    known = f"{field(CODE)} != ''"
    return [
        *pieces,
        calculate(CODE, _code([field(row.name) for row in pieces], scheme)),
        calculate(CHECK, f"if({known}, {_check(scheme)}, '')"),
        calculate(SHOWN, f"if({known}, {_shown(scheme)}, '')"),
        calculate(LABEL, f"if({known}, {_label(scheme)}, '')"),
        *_endings(known),
    ]


def _endings(known: str) -> list[Row]:
    """Show the code; have it typed again from the card; or say that there is none."""
    typed = "translate(., 'abcdefghijklmnopqrstuvwxyz -./', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')"
    code = f"{phrase('code')[0]}: **{field(SHOWN)}**", f"{phrase('code')[1]}៖ **{field(SHOWN)}**"
    return [
        Row("note", "show_code", code, phrase("write_down"), relevant=known),
        Row(
            "text",
            "typed_again",
            phrase("retype"),
            relevant=known,
            constraint=f"{typed} = concat({field(CODE)}, {field(CHECK)})",
            message=phrase("retype_wrong"),
        ),
        Row("note", "show_no_code", phrase("no_code"), relevant=f"{field(CODE)} = ''"),
    ]


def _piece(component: Component, scheme: Scheme) -> str:
    match component:
        case Letters():
            return _letters(component)
        case Date():
            return date_piece(component, scheme)
        case Code():
            return _filled(component, expressions.chosen(_answer(component), component.codes))
        case Number():
            return _filled(component, expressions.zero_padded(_answer(component), component.digits))
        case Text():
            return _filled(component, expressions.upper(_answer(component)))
        case Literally():
            return f"'{component.text}'"
    return "''"


def _answer(component: Code | Number | Text) -> str:
    return field(component.attribute)


def _filled(component: Code | Number | Text, written: str) -> str:
    return f"if({_answer(component)} = '', '{component.missing or ''}', {written})"


def _letters(component: Letters) -> str:
    letters = letters_of(component.attribute)
    found = expressions.take(letters, places(component), component.short)
    absent = _sign(component)
    if component.fallback:
        absent = _fallback(component, absent)
    return f"if({letters} = '', {absent}, {found})"


def _sign(component: Letters) -> str:
    """Return what stands for an absent name, by the reason where the scheme tells them apart."""
    sign = f"'{component.missing or ''}'"
    if component.unknown is None and component.refused is None:
        return sign
    status = field(f"{component.attribute}_status")
    unknown = component.missing if component.unknown is None else component.unknown
    refused = unknown if component.refused is None else component.refused
    sign = f"if({status} = 'unknown', '{unknown or ''}', {sign})"
    return f"if({status} = 'refused', '{refused or ''}', {sign})"


def _fallback(component: Letters, otherwise: str) -> str:
    """Return letters of other attributes, all of them or none."""
    whole = " and ".join(_enough(take, component.short) for take in component.fallback)
    parts = [
        expressions.take(letters_of(take.attribute), take.letters, component.short)
        for take in component.fallback
    ]
    return f"if({whole}, {expressions.concat(parts)}, {otherwise})"


def _enough(take: Take, short: str | None) -> str:
    least = max(take.letters) if short is None else 1
    return f"string-length({letters_of(take.attribute)}) >= {least}"


def _code(pieces: list[str], scheme: Scheme) -> str:
    """Join the pieces; where one of them is empty there is no code."""
    broken = [f"{piece} = ''" for piece in pieces]
    if len(scheme.scripts) > 1:
        broken.append(f"not({one_script(_names(scheme), scheme)})")
    joined = expressions.concat([*pieces, *([_suffix(scheme)] if scheme.suffix else [])])
    return f"if({' or '.join(broken)}, '', {joined})"


def _names(scheme: Scheme) -> list[str]:
    names = [c.attribute for c in scheme.components if isinstance(c, Letters)]
    return list(dict.fromkeys(names))


def _label(scheme: Scheme) -> str:
    """Return the scheme, its version and the version of the rules; and which script was used."""
    found = "''"
    if len(scheme.scripts) > 1:
        for script in reversed(scheme.scripts):
            used = [f"{letters} != ''" for letters in script_fields(_names(scheme), script)]
            found = f"if({' or '.join(used)}, '/{script}', {found})"
    return f"concat('{label_of(scheme)}', {found})"


def _suffix(scheme: Scheme) -> str:
    first = scheme.suffix.first if scheme.suffix else ""
    return f"if({field(SUFFIX)} = '', '{first}', {expressions.upper(field(SUFFIX))})"


def _lengths(scheme: Scheme) -> tuple[int, int]:
    """Return the fewest and the most characters of a code; only a suffix makes them differ."""
    widths = patterns.widths(scheme)
    return sum(width[0] for width in widths), sum(width[1] for width in widths)


def _check(scheme: Scheme) -> str:
    shortest, longest = _lengths(scheme)
    code = expressions.symbols(field(CODE), scheme.scripts)
    found = expressions.check_character(code, longest, scheme.check)
    if shortest == longest:
        return found
    shorter = expressions.check_character(code, shortest, scheme.check)
    return f"if(string-length({field(CODE)}) = {shortest}, {shorter}, {found})"


def _shown(scheme: Scheme) -> str:
    shortest, longest = _lengths(scheme)
    groups = scheme.groups or (GROUP,) * (longest // GROUP)
    code = expressions.grouped(field(CODE), groups, shortest, longest)
    return f"concat({code}, '/', {field(CHECK)})"
