"""Draft the schema file from an export: guesses for people to check, questions for the rest."""

from uic.partner.drafting.drafts import Draft, init

__all__ = ["Draft", "init"]
