"""Rows of an XLSForm, before they are written: values only."""

from __future__ import annotations

from dataclasses import dataclass

from uic.partner.forms.words import EMPTY, Words


@dataclass(frozen=True)
class Row:
    """One row of the survey sheet. Labels are in English and Khmer.

    Attributes:
        type: ``text``, ``integer``, ``select_one``, ``note`` or ``calculate``.
        name: Name of the field.
        label: What is asked.
        hint: What is said below it.
        required: ``yes``, an expression, or nothing.
        relevant: Expression that says when the question is asked at all.
        constraint: Expression that an answer must fulfil.
        message: What is said when it does not.
        calculation: Expression of a ``calculate`` row.
        answers: What a ``select_one`` offers: name and label of each answer.
    """

    type: str
    name: str
    label: Words = EMPTY
    hint: Words = EMPTY
    required: str = ""
    relevant: str = ""
    constraint: str = ""
    message: Words = EMPTY
    calculation: str = ""
    answers: tuple[tuple[str, Words], ...] = ()


def field(name: str) -> str:
    """Return a reference to a field, as XLSForm writes it."""
    return "${" + name + "}"


def calculate(name: str, calculation: str) -> Row:
    """Return a row that holds a calculation."""
    return Row("calculate", name, calculation=calculation)
