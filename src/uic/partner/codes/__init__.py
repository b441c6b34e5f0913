"""Codes: put together by a scheme, checked, taken apart."""

from __future__ import annotations

from uic.partner.codes.checkchars import check_character, check_characters
from uic.partner.codes.checking import CODE_RULES, CodeFlaw, Verdict, check_code
from uic.partner.codes.composing import Composed, compose
from uic.partner.codes.parsing import check_codes, parse_code, parse_codes
from uic.partner.codes.people import RULES, Flaw
from uic.partner.codes.persons import records_of
from uic.partner.codes.reading import grouped
from uic.partner.codes.tables import Coded, code, label_of

__all__ = [
    "CODE_RULES",
    "RULES",
    "CodeFlaw",
    "Coded",
    "Composed",
    "Flaw",
    "Verdict",
    "check_character",
    "check_characters",
    "check_code",
    "check_codes",
    "code",
    "compose",
    "grouped",
    "label_of",
    "parse_code",
    "parse_codes",
    "records_of",
]
