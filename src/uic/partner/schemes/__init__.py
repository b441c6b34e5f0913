"""Code schemes as data: the files in ``spec/schemes``, loaded and checked."""

from __future__ import annotations

from uic.partner.schemes.explaining import Explained, explain
from uic.partner.schemes.loading import (
    canonical,
    fingerprint,
    json_schema,
    list_schemes,
    load_scheme,
    parse_scheme,
)
from uic.partner.schemes.model import Scheme

__all__ = [
    "Explained",
    "Scheme",
    "canonical",
    "explain",
    "fingerprint",
    "json_schema",
    "list_schemes",
    "load_scheme",
    "parse_scheme",
]
