"""Secrets in the operating system's keyring, named ``keyring:NAME`` where a key file may stand.

Needs the extra ``keyring``. The login unlocks it, other users of the computer cannot read it, and
it stays out of copies of a folder; it does not help against somebody at the unlocked computer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.errors import KeyMaterialError

if TYPE_CHECKING:
    from pathlib import Path

_PREFIX = "keyring:"
_SERVICE = "uic"


def in_ring(path: str | Path) -> str | None:
    """Return NAME of ``keyring:NAME``; None for a file."""
    text = str(path)
    return text.removeprefix(_PREFIX) if text.startswith(_PREFIX) else None


def ring_text(name: str) -> str | None:
    """Return the secret of that name, None where there is none.

    Raises:
        KeyMaterialError: there is no keyring here, it is locked, or it keeps secrets as plain text.
    """
    return _asked("get_password", name)


def put_in_ring(name: str, text: str) -> None:
    """Keep a secret under a name that must be new.

    Raises:
        KeyMaterialError: as :func:`ring_text`, or the name is taken.
    """
    if ring_text(name) is not None:
        raise KeyMaterialError(f"{_PREFIX}{name}: it exists already; a key is never overwritten")
    _asked("set_password", name, text)


def remove_from_ring(name: str) -> None:
    """Remove a secret; what the keyring keeps on disk is its own affair."""
    _asked("delete_password", name)


def _asked(verb: str, name: str, *more: str) -> str | None:
    try:
        from keyring import get_keyring
        from keyring.errors import KeyringError
    except ImportError:
        raise KeyMaterialError(
            f"{_PREFIX}{name}: keyrings need the package keyring\n"
            "  hint: pip install 'uic-link[keyring]', or use a key file"
        ) from None
    ring = get_keyring()
    if ring.priority < 1:  # none at all, or one that writes plain text
        raise KeyMaterialError(
            "this computer has no keyring that encrypts\n  hint: use a key file instead"
        )
    try:
        found: str | None = getattr(ring, verb)(_SERVICE, name, *more)
    except KeyringError:
        raise KeyMaterialError(f"{_PREFIX}{name}: the keyring is locked or refuses") from None
    return found
