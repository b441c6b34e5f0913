"""Codes away from a computer: forms for phones, an offline page, cards to print."""

from uic.partner.forms.card import card
from uic.partner.forms.xlsform import form

__all__ = ["card", "form"]
