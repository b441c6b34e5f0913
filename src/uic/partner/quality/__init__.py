"""How good a register is, before anybody relies on it: counts and rules, never a value."""

from uic.partner.quality.checking import check
from uic.partner.quality.findings import CheckReport, CodeStrength, Finding, RegisterCheck

__all__ = ["CheckReport", "CodeStrength", "Finding", "RegisterCheck", "check"]
