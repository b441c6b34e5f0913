"""Key pairs: one a party, to open what is sealed to it and to sign what it sends.

``NAME.private`` stays with its owner, ``NAME.public`` goes to everybody else. A pair holds two
keys that are never mixed: one for HPKE (``uic.crypto.seal``), one for Ed25519
(``uic.crypto.sign``). The key id is what two people read to each other over the telephone.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from uic.crypto.files import read_private, read_public, write_private
from uic.crypto.kdf import label
from uic.crypto.seal import SUITES, new_seal_key, public_seal_key
from uic.crypto.texts import decode_bytes, encode_bytes
from uic.errors import KeyMaterialError

_PRIVATE = "uic-private-key/1"
_PUBLIC = "uic-public-key/1"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_SIGN_BYTES = 32


@dataclass(frozen=True)
class PublicKey:
    """The half everybody may see.

    Attributes:
        name: What its owner calls it; says nothing about who the owner is.
        suite: ``x25519`` or ``x25519-mlkem768``.
        seal: Public key to seal to.
        sign: Ed25519 public key to check signatures with.
    """

    name: str
    suite: str
    seal: bytes
    sign: bytes

    @property
    def key_id(self) -> str:
        """The first 128 bits of SHA-256 over both keys, as 32 hexadecimal digits."""
        # Every part has a fixed length under its suite, so nothing can run into its neighbour.
        return hashlib.sha256(label("key-id", self.suite) + self.seal + self.sign).hexdigest()[:32]

    def __repr__(self) -> str:
        return f"<PublicKey {self.name} {self.key_id}>"


@dataclass(frozen=True, repr=False, eq=False)
class PrivateKey:
    """The half that stays with its owner. ``repr`` shows name and public key id only."""

    name: str
    suite: str
    _seal: bytes
    _sign: bytes

    @property
    def public(self) -> PublicKey:
        """The public half."""
        sign = Ed25519PrivateKey.from_private_bytes(self._sign).public_key().public_bytes_raw()
        return PublicKey(self.name, self.suite, public_seal_key(self.suite, self._seal), sign)

    def __repr__(self) -> str:
        return f"<PrivateKey {self.name} {self.public.key_id}>"

    def __reduce__(self) -> str:
        raise KeyMaterialError("a private key is not pickled; write it with save_pair")


def new_pair(name: str, *, post_quantum: bool = False) -> PrivateKey:
    """Make a fresh pair.

    Args:
        name: Letters, digits, ``-`` and ``_``.
        post_quantum: Seal with X25519 and ML-KEM-768 together instead of X25519 alone: what is
            captured today stays closed even to a quantum computer. Signatures stay Ed25519.
    """
    if not _NAME.fullmatch(name):
        raise KeyMaterialError("a key's name is letters, digits, '-' and '_' only")
    suite = "x25519-mlkem768" if post_quantum else "x25519"
    sign = Ed25519PrivateKey.generate().private_bytes_raw()
    return PrivateKey(name, suite, new_seal_key(suite), sign)


def private_text(key: PrivateKey) -> str:
    """Return the text of ``NAME.private``. It is the secret itself."""
    return _text(_PRIVATE, key.name, key.suite, key._seal, key._sign)


def public_text(key: PublicKey) -> str:
    """Return the text of ``NAME.public``."""
    return _text(_PUBLIC, key.name, key.suite, key.seal, key.sign)


def parse_private(text: str, name: str = "key") -> PrivateKey:
    """Read the text of a private key; ``name`` is used in messages.

    Raises:
        KeyMaterialError: this is not the one canonical text of a private key.
    """
    return PrivateKey(*_parse(text, _PRIVATE, name))


def parse_public(text: str, name: str = "key") -> PublicKey:
    """Read the text of a public key; ``name`` is used in messages.

    Raises:
        KeyMaterialError: this is not the one canonical text of a public key.
    """
    return PublicKey(*_parse(text, _PUBLIC, name))


def save_pair(key: PrivateKey, folder: str | Path = ".") -> tuple[Path, Path]:
    """Write ``NAME.private`` (its owner only) and ``NAME.public`` to a folder.

    Raises:
        KeyMaterialError: one of the files exists already.
    """
    private, public = (Path(folder) / f"{key.name}.{kind}" for kind in ("private", "public"))
    if public.exists():
        raise KeyMaterialError(f"{public.name} exists already; a key is never overwritten")
    write_private(private, private_text(key))
    write_private(public, public_text(key.public))
    public.chmod(0o644)
    return private, public


def load_private(path: str | Path) -> PrivateKey:
    """Read ``NAME.private``.

    Raises:
        KeyMaterialError: the file is missing, readable by others, or not a private key.
    """
    if read_public(path).startswith(_PUBLIC):
        raise _other_half(Path(path).name, "private")
    return parse_private(read_private(path), Path(path).name)


def load_public(path: str | Path) -> PublicKey:
    """Read ``NAME.public``.

    Raises:
        KeyMaterialError: the file is missing or not a public key.
    """
    return parse_public(read_public(path), Path(path).name)


def as_private(key: PrivateKey | str | Path) -> PrivateKey:
    """Return the key itself, or read its file (:func:`load_private`)."""
    return key if isinstance(key, PrivateKey) else load_private(key)


def as_public(key: PublicKey | str | Path) -> PublicKey:
    """Return the key itself, or read its file (:func:`load_public`)."""
    return key if isinstance(key, PublicKey) else load_public(key)


def _text(tag: str, name: str, suite: str, seal: bytes, sign: bytes) -> str:
    lines = (tag, name, f"{suite} {encode_bytes(seal)}", f"ed25519 {encode_bytes(sign)}", "")
    return "\n".join(lines)


def _parse(text: str, wanted: str, file: str) -> tuple[str, str, bytes, bytes]:
    match [line.split(" ") for line in text.split("\n")]:
        case [[tag], [name], [suite, first], ["ed25519", second], [""]] if tag == wanted:
            seal, sign = decode_bytes(first), decode_bytes(second)
            if _NAME.fullmatch(name) and _fits(wanted, suite, seal) and _size(sign) == _SIGN_BYTES:
                return name, suite, seal or b"", sign or b""
    if text.startswith((_PRIVATE, _PUBLIC)) and not text.startswith(wanted):
        raise _other_half(file, "private" if wanted == _PRIVATE else "public")
    raise KeyMaterialError(f"{file}: this is not a key of this library, or it is damaged")


def _other_half(file: str, need: str) -> KeyMaterialError:
    return KeyMaterialError(f"{file}: the {need} half of the pair is needed here, not the other")


def _fits(tag: str, suite: str, seal: bytes | None) -> bool:
    found = SUITES.get(suite)
    return found is not None and _size(seal) == (
        found.private_bytes if tag == _PRIVATE else found.public_bytes
    )


def _size(value: bytes | None) -> int:
    return -1 if value is None else len(value)
