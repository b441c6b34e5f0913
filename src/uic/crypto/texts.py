"""Key files are short ASCII text; bytes in them are base64 with exactly one spelling."""

from __future__ import annotations

import base64
import binascii


def encode_bytes(value: bytes) -> str:
    """Return standard padded base64 without line breaks."""
    return base64.b64encode(value).decode("ascii")


def decode_bytes(text: str) -> bytes | None:
    """Return the bytes, or None where ``text`` is not their one spelling.

    None instead of an error: an exception would carry the text of a key along with it.
    """
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return value if encode_bytes(value) == text else None
