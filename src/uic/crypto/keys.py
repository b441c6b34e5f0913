"""The epoch key: one random root for one project and one reporting period.

The file is text, readable by its owner only. Whoever holds it and a registry can test every
name against every token made with it: it is the one thing that must not be copied around.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from uic.crypto.files import exists, read_private, write_private
from uic.crypto.kdf import ROOT_BYTES, derive
from uic.crypto.texts import decode_bytes, encode_bytes
from uic.errors import KeyMaterialError

_FORMAT = "uic-epoch-key/1"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_QUARTER = re.compile(r"([0-9]{4})Q([1-4])")


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


def key_text(key: EpochKey) -> str:
    """Return the key file's text. It is the secret itself: seal it or write it with save_key."""
    return "\n".join((_FORMAT, key.project, key.epoch, encode_bytes(key._root), ""))


def parse_key(text: str, name: str = "key") -> EpochKey:
    """Read a key file's text; ``name`` is used in messages.

    Raises:
        KeyMaterialError: this is not the one canonical text of a key. Neither the error nor its
            context holds a byte of it.
    """
    match text.split("\n"):
        case [str(tag), str(project), str(epoch), str(encoded), ""] if tag == _FORMAT:
            root = decode_bytes(encoded)
            if root is not None and len(root) == ROOT_BYTES:
                return EpochKey(project, epoch, root)
    raise KeyMaterialError(
        f"{name}: this is not an epoch key file of this library, or it is damaged\n"
        "  hint: copy the file again from where it was made; do not edit it"
    )


def save_key(key: EpochKey, path: str | Path) -> None:
    """Write the key to a new file that only its owner can read.

    Raises:
        KeyMaterialError: the file exists already (a key is never overwritten).
    """
    write_private(path, key_text(key))


def load_key(path: str | Path) -> EpochKey:
    """Read a key file.

    Raises:
        KeyMaterialError: the file is missing, readable by others, or not a key file.
    """
    return parse_key(read_private(path), Path(path).name)


def load_or_make_key(path: str | Path, project: str, epoch: str | None = None) -> EpochKey:
    """Read the key file, or make it on first use.

    Args:
        path: The key file.
        project: Project the key must belong to.
        epoch: Epoch of a new key; by default the quarter of today, as ``2026Q4``.

    Raises:
        KeyMaterialError: as :func:`load_key`, or the key is of another project or epoch.
    """
    if not exists(path):
        save_key(new_key(project, epoch or this_quarter()), path)
    key = load_key(path)
    check_key(key, project, epoch)
    return key


def check_key(key: EpochKey, project: str, epoch: str | None = None) -> None:
    """Refuse a key of another project or, where ``epoch`` is given, of another epoch.

    Raises:
        KeyMaterialError: it is the wrong key.
    """
    if key.project != project or epoch not in {None, key.epoch}:
        raise KeyMaterialError(
            f"the key file is for {key.project}/{key.epoch}, this run is for"
            f" {project}/{epoch or key.epoch}\n  hint: name the right key file with --key"
        )


def this_quarter() -> str:
    """Return the quarter of today, as ``2026Q4``."""
    today = datetime.now(UTC)
    return f"{today.year}Q{(today.month + 2) // 3}"


def next_epoch(epoch: str) -> str:
    """Return the quarter after ``epoch``.

    Raises:
        KeyMaterialError: the epoch is no quarter, so its successor must be named.
    """
    found = _QUARTER.fullmatch(epoch)
    if found is None:
        raise KeyMaterialError(
            f"the epoch {epoch} is no quarter like 2026Q4, so the next one is not known\n"
            "  hint: name it with --epoch"
        )
    year, quarter = int(found[1]), int(found[2])
    return f"{year + 1}Q1" if quarter == 4 else f"{year}Q{quarter + 1}"
