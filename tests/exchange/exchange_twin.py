"""A second reader of sealed files, from the text of spec/exchange.md alone.

Shares no line with the library: HPKE by hand from RFC 9180, frames and header from the
specification. It knows X25519 only.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import struct
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

MAGIC = b"uic-envelope/1\n"
CAPS = {b"H": 65536, b"K": 1168, b"C": 2**20 + 16, b"L": 2**20 + 16, b"S": 320}
KEY_FIELDS = {"epoch", "format", "key_id", "project", "recipients", "signer"}
EXPORT_FIELDS = KEY_FIELDS | {
    "attributes", "events", "fingerprint", "normaliser", "partner", "passes", "records", "vouched",
}  # fmt: skip
ERRAND_FIELDS = KEY_FIELDS | {"partner", "round"}
FIELDS = {
    "uic-wrapped-key/1": KEY_FIELDS,
    "uic-export/1": EXPORT_FIELDS,
    "uic-pairs/1": KEY_FIELDS | {"exports", "fingerprint", "passes"},
    "uic-withdrawal/1": KEY_FIELDS | {"files", "rows"},
    "uic-return/1": ERRAND_FIELDS | {"records"},
    "uic-review/1": ERRAND_FIELDS | {"pairs"},
    "uic-answers/1": ERRAND_FIELDS | {"answers"},
}


class Refused(Exception):  # noqa: N818 - one word, the layer is the message
    """The layer that refuses."""


def label(*parts: bytes) -> bytes:
    return b"".join(struct.pack(">I", len(part)) + part for part in (b"uic/v1", *parts))


def key_of(text: str) -> tuple[str, bytes, bytes]:
    """Return suite, sealing half and signing half of a key file."""
    _, _, seal, sign, _ = text.split("\n")
    suite, first = seal.split(" ")
    return suite, base64.b64decode(first), base64.b64decode(sign.split(" ")[1])


def key_id(public: str) -> str:
    suite, seal, sign = key_of(public)
    return hashlib.sha256(label(b"key-id", suite.encode()) + seal + sign).hexdigest()[:32]


def read_frames(data: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """Return letter, body and bytes of every frame."""
    if data[:13] != MAGIC[:13] or len(data) < len(MAGIC):
        raise Refused("magic")
    if data[:15] != MAGIC:
        raise Refused("version")
    at, frames = len(MAGIC), []
    while not frames or frames[-1][0] != b"S":
        if len(data) < at + 5:
            raise Refused("frame")
        letter, length = data[at : at + 1], struct.unpack(">I", data[at + 1 : at + 5])[0]
        before = frames[-1][0] if frames else b""
        follows = {b"": b"H", b"H": b"K", b"K": b"CL", b"C": b"CL", b"L": b"KS"}[before]
        if letter not in follows or length > CAPS[letter] or len(data) < at + 5 + length:
            raise Refused("frame")
        frames.append((letter, data[at + 5 : at + 5 + length], data[at : at + 5 + length]))
        if letter == b"H":
            check_header(frames[0][1])
        at += 5 + length
    compartments = sum(letter == b"K" for letter, _, _ in frames)
    if at != len(data) or len(frames[-1][1]) != 32 * compartments + 64:
        raise Refused("frame")
    return frames


def check_header(raw: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(raw.decode("ascii"))
        again = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    except (ValueError, RecursionError):
        raise Refused("header") from None
    if again.encode() != raw or not isinstance(fields, dict):
        raise Refused("header")
    if fields.get("format") not in FIELDS:
        raise Refused("version")
    if fields.keys() != FIELDS[fields["format"]] or not isinstance(fields["epoch"], str):
        raise Refused("header")
    exports = fields.get("exports", [])
    if exports != sorted(set(exports)):
        raise Refused("header")
    return fields


def open_part(
    data: bytes, role: str, private: str, own_public: str, signer: str, project: str, epoch: str
) -> bytes:
    """Return the plain chunks of one part, end to end."""
    frames = read_frames(data)
    fields = check_header(frames[0][1])
    parts: list[list[tuple[bytes, bytes, bytes]]] = []
    for item in frames[1:-1]:
        if item[0] == b"K":
            parts.append([])
        parts[-1].append(item)
    head, end = MAGIC + frames[0][2], frames[-1][1]
    check_signer(head, end, fields, signer)
    for number, part in enumerate(parts):
        if hashlib.sha256(b"".join(item[2] for item in part)).digest() != end[32 * number :][:32]:
            raise Refused("digest")
    if (fields["project"], fields["epoch"]) != (project, epoch):
        raise Refused("replay")
    roles = [item["role"] for item in fields["recipients"]]
    if role not in roles or fields["recipients"][roles.index(role)]["key"] != key_id(own_public):
        raise Refused("recipient")
    part = parts[roles.index(role)]
    key = unsealed(private, part[0][1], label(b"envelope", role.encode()) + head)
    return b"".join(plain(key, number, *item[:2]) for number, item in enumerate(part[1:]))


def check_signer(head: bytes, end: bytes, fields: dict[str, Any], signer: str) -> None:
    if fields["signer"] != key_id(signer):
        raise Refused("signer")
    message = label(b"envelope") + hashlib.sha256(head).digest() + end[:-64]
    try:
        Ed25519PublicKey.from_public_bytes(key_of(signer)[2]).verify(end[-64:], message)
    except InvalidSignature:
        raise Refused("signature") from None


def plain(key: bytes, number: int, letter: bytes, body: bytes) -> bytes:
    nonce = number.to_bytes(11, "big") + (b"\x01" if letter == b"L" else b"\x00")
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, body, None)
    except InvalidTag:
        raise Refused("chunk") from None


def unsealed(private: str, sealed: bytes, info: bytes) -> bytes:
    """RFC 9180: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305, base mode."""
    own = X25519PrivateKey.from_private_bytes(key_of(private)[1])
    enc = sealed[:32]
    kem, suite = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x03"
    shared = own.exchange(X25519PublicKey.from_public_bytes(enc))
    context = enc + own.public_key().public_bytes_raw()
    secret = expand(extract(b"", kem, b"eae_prk", shared), kem, b"shared_secret", context, 32)
    hashes = [extract(b"", suite, name, text) for name, text in
              ((b"psk_id_hash", b""), (b"info_hash", info))]  # fmt: skip
    schedule = b"\x00" + b"".join(hashes)
    final = extract(secret, suite, b"secret", b"")
    key = expand(final, suite, b"key", schedule, 32)
    nonce = expand(final, suite, b"base_nonce", schedule, 12)
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, sealed[32:], None)
    except InvalidTag:
        raise Refused("seal") from None


def extract(salt: bytes, suite: bytes, name: bytes, value: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + name + value, hashlib.sha256)


def expand(key: bytes, suite: bytes, name: bytes, info: bytes, length: int) -> bytes:
    text = struct.pack(">H", length) + b"HPKE-v1" + suite + name + info + b"\x01"
    return hmac.digest(key, text, hashlib.sha256)[:length]


def parse_epoch_key(text: str) -> tuple[str, str, bytes]:
    """Return project, epoch and root of an epoch key file."""
    name, root = r"([A-Za-z0-9_-]+)\n", r"([A-Za-z0-9+/]{42}[048AEIMQUYcgkosw]=)\n"
    found = re.fullmatch(r"uic-epoch-key/1\n" + name + name + root, text)
    if found is None:
        raise Refused("key")
    return found[1], found[2], base64.b64decode(found[3])
