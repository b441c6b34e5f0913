"""Files that hold a secret: readable by their owner only, never overwritten, never half read."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from uic.crypto.ring import in_ring, put_in_ring, remove_from_ring, ring_text
from uic.errors import KeyMaterialError

_LARGEST = 1 << 16  # no key file is longer; a wrong file is not read into memory


def write_private(path: str | Path, text: str) -> None:
    """Write a new file that only its owner can read, or keep the text in ``keyring:NAME``.

    Raises:
        KeyMaterialError: the file exists already (a key is never overwritten).
    """
    if (name := in_ring(path)) is not None:
        put_in_ring(name, text)
        return
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        if os.path.lexists(path):
            why = "it exists already; a key is never overwritten\n  hint: choose another name"
        else:
            why = "it cannot be written here"
        raise KeyMaterialError(f"{Path(path).name}: {why}") from None
    with os.fdopen(handle, "w", encoding="ascii", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def read_private(path: str | Path) -> str:
    """Read a secret file, checked on the open file itself, so that it cannot be swapped between.

    ``keyring:NAME`` reads the keyring instead.

    Raises:
        KeyMaterialError: the file is missing, readable by others, or no text file of ours.
    """
    if (held := in_ring(path)) is not None:
        return _of_ring(held)
    name = Path(path).name
    try:
        with Path(path).open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            raw = file.read(_LARGEST + 1)
    except OSError:
        raise KeyMaterialError(f"{name}: the key file does not exist or cannot be read") from None
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise KeyMaterialError(
            f"{name}: the key file can be read by others on this computer\n"
            f"  hint: chmod 600 {name}; if others had a login here, make a new key"
        )
    return text_of(raw, name)


def read_public(path: str | Path) -> str:
    """Read a file of ours that holds no secret.

    Raises:
        KeyMaterialError: the file is missing or no text file of ours.
    """
    if (held := in_ring(path)) is not None:
        return _of_ring(held)
    try:
        with Path(path).open("rb") as file:
            return text_of(file.read(_LARGEST + 1), Path(path).name)
    except OSError:
        pass
    raise KeyMaterialError(f"{Path(path).name}: the key file does not exist or cannot be read")


def exists(path: str | Path) -> bool:
    """Tell whether there is such a key file, or such a name in the keyring."""
    name = in_ring(path)
    return Path(path).exists() if name is None else ring_text(name) is not None


def _of_ring(name: str) -> str:
    text = ring_text(name)
    if text is None:
        raise KeyMaterialError(f"keyring:{name}: the keyring holds no key of this name")
    return text_of(text.encode("ascii", "replace"), f"keyring:{name}")


def text_of(raw: bytes, name: str) -> str:
    """Decode a key file. The error holds no byte of it, and neither does its context."""
    if len(raw) > _LARGEST or not raw.isascii():
        raise KeyMaterialError(f"{name}: this is not a key file of this library, or it is damaged")
    return raw.decode("ascii")


def overwrite_and_remove(path: str | Path) -> None:
    """Overwrite a file with random bytes, then remove it.

    This is all a program can do. Solid-state disks, journals, snapshots and backups may still
    hold the old bytes: whole-disk encryption is what makes them unreadable.

    Raises:
        KeyMaterialError: the file is a link, or it cannot be written or removed.
    """
    if (name := in_ring(path)) is not None:
        remove_from_ring(name)
        return
    target = Path(path)
    if target.is_symlink():
        raise KeyMaterialError(f"{target.name}: this is a link\n  hint: name the key file itself")
    try:
        with target.open("r+b") as file:
            size = os.fstat(file.fileno()).st_size
            file.write(secrets.token_bytes(size))
            file.flush()
            os.fsync(file.fileno())
        target.unlink()
    except OSError:
        raise KeyMaterialError(f"{target.name}: it cannot be overwritten or removed") from None
