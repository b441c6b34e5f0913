"""Codes as people write them: spaces, groups, small letters, a check character after a slash."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NamedTuple

from uic.partner.normalising.tables import load

if TYPE_CHECKING:
    from uic.partner.schemes import Scheme

_SEPARATORS = re.compile(r"[\s.\-_\u00ad\u200b-\u200d\u2010-\u2015\ufeff]+")
_GROUP = 4


class Written(NamedTuple):
    """A code without its dress: the bare characters, and the check character if one was given."""

    code: str
    check: str | None


def bare(text: str, check: str | None = None) -> Written:
    """Take spaces, hyphens and points out, write A-Z in capitals and all digits as 0-9.

    ``mare-0101-0119-70/8`` is ``MARE0101011970`` with the check character ``8``. Nothing else is
    repaired: an O for a 0 stays wrong.
    """
    plain = _SEPARATORS.sub("", text.translate(_digits()))
    code, _, after = plain.partition("/")
    given = _SEPARATORS.sub("", check.translate(_digits())) if check else after
    return Written(_capitals(code), _capitals(given) or None)


def grouped(code: str, scheme: Scheme, check: str | None = None) -> str:
    """Return a code in groups that are easy to read aloud: ``OE2OH-19122000-1/T``."""
    sizes = scheme.groups or (_GROUP,) * (len(code) // _GROUP + 1)
    groups, start = [], 0
    for size in sizes:
        groups.append(code[start : start + size])
        start += size
    groups.append(code[start:])
    return "-".join(filter(None, groups)) + (f"/{check}" if check else "")


def _capitals(text: str) -> str:
    return re.sub("[a-z]+", lambda match: match.group().upper(), text)


@functools.cache
def _digits() -> dict[int, str]:
    digits = load().data["shared"]["digits"]
    return {ord(form): digit for digit, forms in digits.items() for form in forms}
