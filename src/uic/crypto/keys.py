"""The epoch key: one random root for one project and one reporting period.

The file is text, readable by its owner only. Whoever holds it and a registry can test every
name against every token made with it: it is the one thing that must not be copied around.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from uic.crypto.kdf import ROOT_BYTES, derive
from uic.errors import KeyMaterialError

_FORMAT = "uic-epoch-key/1"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, repr=False, eq=False)
class EpochKey:
    """One root key. ``repr`` shows project, epoch and the public key id, never a byte of it.

    Attributes:
        project: Project the key belongs to.
        epoch: Reporting period the key is valid for; encodings of two epochs cannot be compared.
    """

    project: str
    epoch: str
    _root: bytes

    def __post_init__(self) -> None:
        """Refuse names that would make labels ambiguous to a reader, and weak roots."""
        if not (_NAME.fullmatch(self.project) and _NAME.fullmatch(self.epoch)):
            raise KeyMaterialError("project and epoch are letters, digits, '-' and '_' only")
        if len(self._root) != ROOT_BYTES:
            raise KeyMaterialError("a root key has exactly 32 random bytes")

    @property
    def key_id(self) -> str:
        """Public name of the key: 16 hexadecimal digits that tell nothing about its bytes."""
        return self.sub_key("key-id").hex()[:16]

    def sub_key(self, purpose: str, *parts: str) -> bytes:
        """Return the 32-byte sub-key for one purpose, pass and attribute."""
        return derive(self._root, self.project, self.epoch, purpose, *parts)

    def __repr__(self) -> str:
        return f"<EpochKey {self.project}/{self.epoch}>"

    def __reduce__(self) -> str:
        raise KeyMaterialError("a key is not pickled; write it with save_key")


def new_key(project: str, epoch: str) -> EpochKey:
    """Make a fresh random key."""
    return EpochKey(project, epoch, secrets.token_bytes(ROOT_BYTES))


def save_key(key: EpochKey, path: str | Path) -> None:
    """Write the key to a new file that only its owner can read.

    Raises:
        KeyMaterialError: the file exists already (a key is never overwritten).
    """
    text = "\n".join((_FORMAT, key.project, key.epoch, base64.b64encode(key._root).decode(), ""))
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyMaterialError("the key file exists already; a key is never overwritten") from None
    with os.fdopen(handle, "w", encoding="ascii", newline="\n") as file:
        file.write(text)


def load_key(path: str | Path) -> EpochKey:
    """Read a key file.

    Raises:
        KeyMaterialError: the file is missing, readable by others, or not a key file.
    """
    _check_private(Path(path))
    try:
        lines = Path(path).read_text(encoding="ascii").split("\n")
        tag, project, epoch, encoded, end = lines
        root = base64.b64decode(encoded, validate=True)
    except (UnicodeDecodeError, ValueError):
        raise KeyMaterialError("this is not a key file of this library, or it is damaged") from None
    if tag != _FORMAT or end:
        raise KeyMaterialError("this key file is of another version, or it is damaged")
    return EpochKey(project, epoch, root)


def load_or_make_key(path: str | Path, project: str, epoch: str | None = None) -> EpochKey:
    """Read the key file, or make it on first use.

    Args:
        path: The key file.
        project: Project the key must belong to.
        epoch: Epoch of a new key; by default the quarter of today, as ``2026Q4``.

    Raises:
        KeyMaterialError: as :func:`load_key`, or the key is of another project or epoch.
    """
    if not Path(path).exists():
        save_key(new_key(project, epoch or _this_quarter()), path)
    key = load_key(path)
    if key.project != project or epoch not in {None, key.epoch}:
        raise KeyMaterialError(
            f"the key file is for {key.project}/{key.epoch}, this run is for"
            f" {project}/{epoch or key.epoch}\n  hint: name the right key file with --key"
        )
    return key


def _this_quarter() -> str:
    today = datetime.now(UTC)
    return f"{today.year}Q{(today.month + 2) // 3}"


def _check_private(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except OSError:
        raise KeyMaterialError("the key file does not exist or cannot be read") from None
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise KeyMaterialError(
            "the key file can be read by others on this computer\n  hint: chmod 600 on the file"
        )
