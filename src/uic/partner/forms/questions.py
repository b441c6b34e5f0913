"""All questions of a form, in order: one or a few for each attribute a scheme looks at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from uic.errors import Problem, SchemaError
from uic.partner.forms.dates import date_rows
from uic.partner.forms.names import fallback_row, letter_rows, name_rows
from uic.partner.forms.rows import Row
from uic.partner.forms.words import CHOICES, EMPTY, attribute, phrase
from uic.partner.schemes.model import Code, Date, Letters, Literally, Number, Text

if TYPE_CHECKING:
    from uic.partner.schemes import Scheme
    from uic.partner.schemes.model import Component

SUFFIX = "code_suffix"
CLASSES = {"digits": "0-9", "letters": "A-Za-z", "alphanumeric": "0-9A-Za-z"}


def question_rows(scheme: Scheme) -> list[Row]:
    """Return the questions, and the calculations that bring names to code letters.

    An attribute is asked once. One that only stands in for another is asked after it, of
    people whose other answer is empty.
    """
    rows: list[Row] = []
    own: set[str] = set()
    for component in scheme.components:
        if not own.issuperset(component.attributes[:1]):
            rows += _asked(component, scheme)
            own |= {component.attributes[0]}
    names = _names(scheme)
    others = [name for name in names if name not in own]
    rows += letter_rows([name for name in names if name in own], scheme)
    rows += [fallback_row(name, scheme) for name in others]
    return rows + letter_rows(others, scheme) + _suffix(scheme)


def _names(scheme: Scheme) -> list[str]:
    """Return every attribute of which letters are taken."""
    found = [name for c in scheme.components if isinstance(c, Letters) for name in c.attributes]
    return list(dict.fromkeys(found))


def _asked(component: Component, scheme: Scheme) -> list[Row]:
    match component:
        case Letters():
            return name_rows(component.attribute, scheme)
        case Date():
            return date_rows(component.attribute, scheme)
        case Code():
            return [_code(component)]
        case Number():
            return [_number(component)]
        case Text():
            return [_text(component)]
    return []


def _code(component: Code) -> Row:
    answers = tuple((answer, CHOICES.get(answer, (answer, answer))) for answer in component.codes)
    return replace(_plain("select_one", component), answers=answers)


def _number(component: Number) -> Row:
    low, high = component.smallest, component.top
    return replace(
        _plain("integer", component),
        constraint=f". >= {low} and . <= {high}",
        message=phrase("number_range", low, high),
    )


def _text(component: Text) -> Row:
    length = component.length
    return replace(
        _plain("text", component),
        constraint=f"regex(., '^[{CLASSES[component.alphabet]}]{{{length}}}$')",
        message=phrase("exact_text", length),
    )


def _plain(kind: str, component: Code | Number | Text) -> Row:
    return Row(
        kind,
        component.attribute,
        attribute(component.attribute),
        phrase("leave_empty") if component.pads else EMPTY,
        required="" if component.pads else "yes",
    )


def _suffix(scheme: Scheme) -> list[Row]:
    """Ask for the letter a register added because the code was taken already."""
    if scheme.suffix is None:
        return []
    letters = scheme.suffix.taken + scheme.suffix.first
    return [
        Row(
            "text",
            SUFFIX,
            attribute(SUFFIX),
            constraint=f"regex(., '^[{letters}{letters.lower()}]$')",
            message=phrase("one_of", " ".join(scheme.suffix.taken)),
        )
    ]


def refuse_unsafe(scheme: Scheme) -> None:
    """Refuse a scheme whose codes a phone's form cannot be trusted to make.

    Raises:
        SchemaError: the scheme is not marked ``xlsform_safe``, or needs what a form cannot do.
    """
    hint = f"'uic card {scheme.id}' makes an offline page that can"
    problems = []
    if scheme.made == "assigned":
        problems.append(Problem(scheme.id, "", f"its codes cannot be made. {scheme.why_assigned}"))
    elif not scheme.xlsform_safe:
        problems.append(Problem(scheme.id, "", "the scheme is not marked 'xlsform_safe'", hint))
    for component in scheme.components:
        if _too_much(component):
            place = f"component {component.name}"
            problems.append(Problem(scheme.id, place, "a form cannot compute it", hint))
    if scheme.hash is not None or not {"latin", "khmer"}.issuperset(scheme.scripts):
        problems.append(Problem(scheme.id, "", "a form cannot compute its hash or script", hint))
    if problems:
        raise SchemaError(problems)


def _too_much(component: Component) -> bool:
    if isinstance(component, Letters):
        plain = component.part == "whole" and not component.expand and not component.drop_words
        return component.letters == "all" or component.short == "" or not plain
    if isinstance(component, Date):
        return "M" in component.tokens
    return not isinstance(component, Code | Number | Text | Literally) or "" in component.pads
