"""Every vector of spec/vectors/exchange holds, in the library and in a second reader."""

from __future__ import annotations

import base64
import hashlib
import hmac
import subprocess
import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import exchange_twin as twin
import pytest

from uic.crypto.keys import parse_key
from uic.crypto.pairs import parse_private, parse_public
from uic.envelope.exports import Expected, read_matcher, read_resolver
from uic.envelope.opening import open_compartment, read_envelope
from uic.envelope.pairs import read_pairs
from uic.envelope.returns import read_return
from uic.envelope.reviews import read_answers, read_questions
from uic.envelope.withdrawals import read_withdrawal
from uic.envelope.wrapping import read_wrapped
from uic.errors import FormatError, KeyMaterialError

FOLDER = Path(__file__).parents[2] / "spec" / "vectors" / "exchange"
LAYERS = {
    "magic", "version", "frame", "header", "signer", "signature",
    "digest", "replay", "recipient", "seal", "chunk", "content",
}  # fmt: skip


@dataclass(frozen=True)
class Vector:
    """One scenario: its lines and its bytes."""

    lines: dict[str, str]
    data: bytes

    def __getitem__(self, name: str) -> str:
        return self.lines[name]


def vectors_in(folder: Path) -> dict[str, Vector]:
    found = {}
    for path in sorted(folder.glob("*.txt")):
        head, body = path.read_text("ascii").split("\n\n", 1)
        lines = dict(line.split(": ", 1) for line in head.split("\n"))
        found[path.stem] = Vector(lines, base64.b64decode(body))
    return found


PAPERS = {
    b"uic-return/1": read_return,
    b"uic-review/1": read_questions,
    b"uic-answers/1": read_answers,
    b"uic-withdrawal/1": read_withdrawal,
}
VECTORS = vectors_in(FOLDER)
ENVELOPES = [name for name, vector in VECTORS.items() if vector["kind"] == "envelope"]
KEYS = [name for name, vector in VECTORS.items() if vector["kind"] != "envelope"]


def test_there_is_one_for_every_layer() -> None:
    """Success and a failure at each layer; no vector expects anything else."""
    assert {vector["expect"] for vector in VECTORS.values()} == LAYERS | {"success", "key"}


def text_of(folder: Path, name: str, half: str) -> str:
    return (folder / "keys" / f"{name}.{half}").read_text("ascii")


def opened(vector: Vector, folder: Path, path: Path) -> str:
    """Open with the library; return the layer that refused, or the digest of what is inside."""
    path.write_bytes(vector.data)
    key = parse_private(text_of(folder, vector["key"], "private"))
    signer = parse_public(text_of(folder, vector["signer"], "public"))
    project, epoch = vector["project"], vector["epoch"]
    try:
        if form := next((one for one in PAPERS if one in vector.data), None):
            PAPERS[form](path, key=key, signer=signer, project=project, epoch=epoch)
        elif b"uic-pairs/1" in vector.data:
            read_pairs(path, key=key, signer=signer, expected=Expected(project, epoch))
        elif vector["role"] == "partner":
            read_wrapped(path, key=key, signer=signer, project=project, epoch=epoch)
        elif b"uic-export/1" in vector.data:
            read = read_matcher if vector["role"] == "matcher" else read_resolver
            read(path, key=key, signer=signer, expected=Expected(project, epoch))
        file = BytesIO(vector.data)
        chunks = open_compartment(file, read_envelope(file), vector["role"], key)
        return hashlib.sha256(b"".join(chunk for chunk, _ in chunks)).hexdigest()
    except FormatError as error:
        return error.layer


def expected_of(vector: Vector) -> str:
    return vector["plain"] if vector["expect"] == "success" else vector["expect"]


@pytest.mark.parametrize("name", ENVELOPES)
def test_a_sealed_file_opens_or_fails_at_its_layer(name: str, tmp_path: Path) -> None:
    """The library says what the vector says."""
    assert opened(VECTORS[name], FOLDER, tmp_path / "a") == expected_of(VECTORS[name])


@pytest.mark.parametrize("name", [n for n in ENVELOPES if VECTORS[n]["key"] != "quantum"])
def test_the_second_reader_agrees(name: str) -> None:
    """The specification is enough to read the files and to find the same layer."""
    vector = VECTORS[name]
    keys = [text_of(FOLDER, vector["key"], half) for half in ("private", "public")]
    signer = text_of(FOLDER, vector["signer"], "public")
    try:
        plain = twin.open_part(
            vector.data, vector["role"], *keys, signer, vector["project"], vector["epoch"]
        )
        found = hashlib.sha256(plain).hexdigest()
    except twin.Refused as refused:
        found = str(refused)
    if vector["expect"] == "content":  # tables and keys inside are not the second reader's affair
        assert len(found) == 64
    else:
        assert found == expected_of(vector)


@pytest.mark.parametrize("name", KEYS)
def test_a_key_reads_or_is_refused(name: str) -> None:
    """Texts, ids, sub-keys and handles."""
    vector = VECTORS[name]
    text = vector.data.decode("ascii")
    parse = parse_key if vector["kind"] == "epoch-key" else parse_public
    if vector["expect"] == "key":
        with pytest.raises(KeyMaterialError):
            parse(text)
        return
    assert parse(text).key_id == vector["key-id"]
    if vector["kind"] == "public-key":
        assert twin.key_id(text) == vector["key-id"]
        return
    project, epoch, root = twin.parse_epoch_key(text)
    names = {"sub-key-block-birth-date": ("block", "birth-date"), "key-id": ("key-id",)}
    for line, parts in names.items():
        info = twin.label(*(part.encode() for part in (project, epoch, *parts))) + b"\x01"
        derived = hmac.digest(root, info, hashlib.sha256).hex()
        assert derived.startswith(vector[line])
        assert parse_key(text).sub_key(*parts).hex() == derived
    handle = hmac.digest(parse_key(text).sub_key("handle", "dic"), b"A-1", hashlib.sha256)
    assert handle[:16].hex() == vector["handle-dic"]


@pytest.mark.parametrize("name", [name for name in KEYS if name.startswith("epoch-key")])
def test_the_second_reader_agrees_on_epoch_keys(name: str) -> None:
    """One spelling, and no other."""
    text = VECTORS[name].data.decode("ascii")
    if VECTORS[name]["expect"] == "key":
        with pytest.raises(twin.Refused):
            twin.parse_epoch_key(text)
    else:
        assert twin.parse_epoch_key(text)[2] == bytes(range(32))


def test_what_the_generator_writes_anew_holds_as_well(tmp_path: Path) -> None:
    """The same scenarios, other random numbers, the same layers; no vector is left over."""
    program = FOLDER / "generate.py"
    subprocess.run([sys.executable, "-B", str(program), str(tmp_path / "new")], check=True)
    fresh = vectors_in(tmp_path / "new")
    assert fresh.keys() == VECTORS.keys()
    for name, vector in fresh.items():
        if vector["kind"] == "envelope":
            assert opened(vector, tmp_path / "new", tmp_path / "a") == expected_of(vector), name
        else:
            assert vector == VECTORS[name]
    assert fresh["wrapped-key"].data != VECTORS["wrapped-key"].data
