"""Headers: JSON with exactly one spelling, and exactly the fields of its format.

Canonical means: keys sorted, no white space, ASCII with escapes, no key twice, whole numbers. A
header that decodes is encoded again and must give the same bytes.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from uic.crypto.seal import SUITES
from uic.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Callable

EXPORT = "uic-export/1"
WRAPPED_KEY = "uic-wrapped-key/1"
RETURN = "uic-return/1"
REVIEW = "uic-review/1"
ANSWERS = "uic-answers/1"
PAIRS = "uic-pairs/1"
WITHDRAWAL = "uic-withdrawal/1"
_TEXT = 200  # characters of a name that people give
_NUMBER = 2**53  # whole numbers that JavaScript holds exactly
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_ATTRIBUTE = re.compile(r"[a-z][a-z0-9_]{0,63}")


def encode_header(fields: dict[str, Any]) -> bytes:
    """Return the canonical bytes of a header.

    Raises:
        FormatError: layer ``header``: a field is not what its format says.
    """
    _check(fields)
    return canonical(fields)


def decode_header(raw: bytes) -> dict[str, Any]:
    """Read a header.

    Raises:
        FormatError: layer ``header``: not JSON, not canonical, of an unknown format, or a field
            is missing, unknown or not what its format says.
    """
    fields = parse_canonical(raw)
    _check(fields)
    return fields


def canonical(fields: dict[str, Any]) -> bytes:
    """Return the one spelling of a mapping."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def parse_canonical(raw: bytes) -> dict[str, Any]:
    """Read a mapping in its one spelling.

    Raises:
        FormatError: layer ``header``: any other spelling, or no mapping.
    """
    try:
        fields = json.loads(
            raw.decode("ascii"),
            object_pairs_hook=_sorted_object,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
    except FormatError:
        raise
    except (ValueError, RecursionError):
        raise _refused("this is not JSON in ASCII") from None
    if not isinstance(fields, dict):
        raise _refused("this is no mapping")
    if canonical(fields) != raw:
        raise _refused("this is not the canonical spelling (white space, escapes or numbers)")
    return fields


def _sorted_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise _refused("a field is given twice")
    if names != sorted(names):
        raise _refused("the fields are not sorted")
    return dict(pairs)


def _no_number(_text: str) -> Any:  # noqa: ANN401 - never returns
    raise _refused("a number is not a whole number")


def _check(fields: dict[str, Any]) -> None:
    wanted = FORMATS.get(str(fields.get("format")))
    if wanted is None:
        raise FormatError(
            "the header is of a format this program does not know\n"
            "  hint: install the newest version of this library",
            layer="version",
        )
    for name, fits in wanted.items():
        if name not in fields:
            raise _refused(f"the field '{name}' is missing")
        if not fits(fields[name]):
            raise _refused(f"the field '{name}' is not what it must be")
    if len(fields) > len(wanted):
        raise _refused("there is an unknown field")


def _refused(why: str) -> FormatError:
    return FormatError(why, layer="header")


def _text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _TEXT and value.isprintable()


def _label(value: object) -> bool:
    return isinstance(value, str) and _LABEL.fullmatch(value) is not None


def _count(value: object) -> bool:
    return type(value) is int and 0 <= value < _NUMBER


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _hexadecimal(digits: int) -> Callable[[object], bool]:
    wanted = re.compile(rf"[0-9a-f]{{{digits}}}")
    return lambda value: isinstance(value, str) and wanted.fullmatch(value) is not None


def _counts(of: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: (
        isinstance(value, dict)
        and all(of(name) and _count(number) for name, number in value.items())
    )


def _attributes(value: object) -> bool:
    return (
        isinstance(value, list)
        and all(isinstance(name, str) and _ATTRIBUTE.fullmatch(name) for name in value)
        and value == sorted(set(value))
    )


def _digests(value: object) -> bool:
    return isinstance(value, list) and all(map(_SHA256, value)) and value == sorted(set(value))


def _recipients(*roles: str) -> Callable[[object], bool]:
    """One recipient a role, in this order, each with the id and the suite of its key."""

    def fits(value: object) -> bool:
        return (
            isinstance(value, list)
            and len(value) == len(roles)
            and all(
                isinstance(item, dict)
                and item.keys() == {"key", "role", "suite"}
                and item["role"] == role
                and _KEY_ID(item["key"])
                and item["suite"] in tuple(SUITES)  # a list is not hashable
                for item, role in zip(value, roles, strict=True)
            )
        )

    return fits


def _one_of(*words: str) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and value in words


_KEY_ID = _hexadecimal(32)
_SHA256 = _hexadecimal(64)
_COMMON: dict[str, Callable[[object], bool]] = {
    "epoch": _label,
    "key_id": _hexadecimal(16),
    "project": _label,
    "signer": _KEY_ID,
}
_ERRAND = _COMMON | {"partner": _text, "round": _label}
FORMATS: dict[str, dict[str, Callable[[object], bool]]] = {
    EXPORT: _COMMON
    | {
        "format": _one_of(EXPORT),
        "attributes": _attributes,
        "events": _count,
        "fingerprint": _hexadecimal(64),
        "normaliser": _text,
        "partner": _text,
        "passes": _counts(_label),
        "recipients": _recipients("matcher", "resolver"),
        "records": _count,
        "vouched": _flag,
    },
    PAIRS: _COMMON
    | {
        "format": _one_of(PAIRS),
        "exports": _digests,
        "fingerprint": _SHA256,
        "passes": _counts(_label),
        "recipients": _recipients("resolver"),
    },
    RETURN: _ERRAND
    | {
        "format": _one_of(RETURN),
        "recipients": _recipients("partner"),
        "records": _count,
    },
    REVIEW: _ERRAND
    | {
        "format": _one_of(REVIEW),
        "pairs": _count,
        "recipients": _recipients("partner"),
    },
    ANSWERS: _ERRAND
    | {
        "answers": _count,
        "format": _one_of(ANSWERS),
        "recipients": _recipients("resolver"),
    },
    WITHDRAWAL: _COMMON
    | {
        "files": _count,
        "format": _one_of(WITHDRAWAL),
        "recipients": _recipients("matcher"),
        "rows": _count,
    },
    WRAPPED_KEY: _COMMON | {"format": _one_of(WRAPPED_KEY), "recipients": _recipients("partner")},
}
"""Every format of an envelope, with the rule of each of its fields."""
