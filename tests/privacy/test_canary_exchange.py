"""No name, date, token, record id or key byte comes out of keys and sealed files.

Every path that fails is driven with marked values; then the error, everything that hangs on it,
the representations and the folder are searched. Only a secret key file may hold a secret.
"""

from __future__ import annotations

import base64
import csv
import logging
import traceback
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from uic import keys
from uic.crypto.keys import EpochKey, key_text, load_key, new_key, parse_key, save_key
from uic.crypto.pairs import (
    load_private,
    load_public,
    new_pair,
    parse_private,
    parse_public,
    private_text,
    save_pair,
)
from uic.crypto.seal import unseal
from uic.crypto.stream import open_chunk
from uic.envelope.exports import Expected, open_batches, read_matcher, read_resolver
from uic.envelope.inspecting import inspect
from uic.envelope.tables import batches_of
from uic.envelope.unpacking import open_export
from uic.envelope.wrapping import read_wrapped
from uic.errors import UicError
from uic.pipeline.exporting import encode

MARKS = ["Zqxfamilia", "Zqxgivena", "1987-09-23", "zqxrecord"]
PAIRS = {name: new_pair(name) for name in ("matcher", "resolver", "dic")}
KEY = new_key("project", "2026Q4")


def forms_of(secret: bytes) -> list[str]:
    """Return the ways in which bytes may be printed."""
    return [
        base64.b64encode(secret).decode(),
        secret.hex(),
        repr(secret)[2:-1],
        str(list(secret)),
        str(int.from_bytes(secret, "big")),
    ]


SECRETS = [
    form
    for secret in (
        KEY._root,
        KEY.sub_key("handle", "dic"),
        KEY.sub_key("block", "birth-date"),
        *(part for pair in PAIRS.values() for part in (pair._seal, pair._sign)),
    )
    for form in forms_of(secret)
]


def register(path: Path) -> Path:
    people = [
        {
            "record_id": f"zqxrecord{n}",
            "family_name": "Zqxfamilia",
            "given_name": f"Zqxgivena{'abcdefghij'[n]}",
            "birth_date": "1987-09-23",
            "sex": "M",
        }
        for n in range(10)
    ]
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, people[0])
        table.writeheader()
        table.writerows(people)
    return path


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    for pair in PAIRS.values():
        save_pair(pair, tmp_path)
    save_key(KEY, tmp_path / "a.key")
    encoded(tmp_path)
    return tmp_path


def encoded(desk: Path, key: str = "a.key", **changed: str) -> Path:
    files = {"matcher": "matcher.public", "resolver": "resolver.public", "signer": "dic.private"}
    paths = {name: desk / file for name, file in (files | changed).items()}
    source = desk / "dic.csv"
    if not source.exists():
        register(source)
    return encode([source], key=desk / key, out=desk / "dic.uicx", **paths).path


def tokens_of(desk: Path) -> list[str]:
    part = read_matcher(desk / "dic.uicx", key=PAIRS["matcher"], signer=PAIRS["dic"].public)
    rows = part.pass_rows["birth-date"]
    words = [*rows["token_hi"].to_pylist(), *rows["token_lo"].to_pylist()]
    return [str(abs(word)) for word in words]


def everything_on(error: BaseException) -> str:
    """Return all text that hangs on an error: chain, attributes, traceback with source lines."""
    texts = ["".join(traceback.format_exception(error))]
    seen: list[BaseException | None] = [error]
    for found in seen:
        if found is None:
            continue
        texts += [str(found), repr(found), repr(found.args), repr(vars(found))]
        texts += [repr(getattr(found, name, "")) for name in ("object", "doc", "input")]
        seen += [e for e in (found.__cause__, found.__context__) if e not in seen]
    return "\n".join(texts)


def spoilt(path: Path, at: int) -> Path:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    target = path.with_suffix(".spoilt")
    target.write_bytes(data)
    return target


def drained(path: Path, **options: object) -> None:
    with open_batches(path, "matcher", **options) as (_, batches):  # type: ignore[arg-type]
        list(batches)


def failing(desk: Path) -> list[Callable[[], object]]:
    """Return one call a failing path."""
    path, sender = desk / "dic.uicx", PAIRS["dic"].public
    wrapped, other = desk / "a.uick", desk / "other.txt"
    keys.wrap(desk / "a.key", to=desk / "dic.public", signer=desk / "matcher.private", out=wrapped)
    secret = key_text(KEY)
    half = private_text(PAIRS["dic"])
    other.write_text(secret + secret)
    other.chmod(0o600)
    leaked = desk / "leaked.key"
    leaked.write_text(secret)
    leaked.chmod(0o644)
    binary = desk / "binary.key"
    binary.write_bytes(secret.encode() + b"\xff")
    binary.chmod(0o600)
    marked = pa.table({"a": [*MARKS]}).to_batches()[0].serialize().to_pybytes()
    m, r = PAIRS["matcher"], PAIRS["resolver"]
    return [
        *(lambda cut=cut: parse_key(secret[:cut]) for cut in range(0, len(secret), 7)),
        *(lambda cut=cut: parse_private(half[:cut]) for cut in range(0, len(half), 7)),
        lambda: parse_public(half),
        lambda: load_key(other),
        lambda: load_key(leaked),
        lambda: load_key(binary),
        lambda: load_key(desk / "dic.private"),
        lambda: load_private(desk / "a.key"),
        lambda: load_private(desk / "dic.public"),
        lambda: load_public(desk / "a.key"),
        lambda: EpochKey("p", "e", KEY._root[:31]),
        lambda: EpochKey("p p", "e", KEY._root),
        lambda: save_key(KEY, desk / "a.key"),
        lambda: save_pair(PAIRS["dic"], desk),
        lambda: keys.new("p", "e", desk / "a.key"),
        lambda: keys.rotate(desk / "a.key", desk / "a.key"),
        lambda: keys.show(other),
        lambda: keys.destroy(desk / "dic.csv"),
        lambda: keys.unwrap(wrapped, key=desk / "resolver.private", signer=desk / "matcher.public",
                            out=desk / "b.key"),
        lambda: keys.unwrap(wrapped, key=desk / "dic.private", signer=desk / "dic.public",
                            out=desk / "b.key"),
        lambda: read_wrapped(path, key=PAIRS["dic"], signer=sender),
        lambda: unseal(m, KEY._root * 3, b""),
        lambda: open_chunk(KEY._root, 0, KEY._root, last=True),
        lambda: list(batches_of([(marked, False)], lambda *_: True, {"a": None})),
        lambda: list(batches_of([(secret.encode(), True)], lambda *_: True, {"a": None})),
        lambda: inspect(desk / "a.key"),
        lambda: inspect(desk / "dic.csv"),
        *(lambda at=at: drained(spoilt(path, at), key=m, signer=sender)
          for at in (0, 14, 60, 1200, 3000, path.stat().st_size - 1)),
        lambda: read_matcher(path, key=r, signer=sender),
        lambda: read_resolver(path, key=r, signer=m.public),
        lambda: drained(path, key=m, signer=sender, expected=Expected(epoch="2027Q1")),
        lambda: open_export(path, "matcher", key=m, signer=sender, out=desk),
        lambda: encoded(desk, "leaked.key"),
        lambda: encoded(desk, signer="matcher.public"),
        lambda: encoded(desk, matcher="resolver.public"),
        lambda: encoded(desk, previous="a.key"),
    ]  # fmt: skip


def test_no_failing_path_tells_a_secret(desk: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Message, representation, cause, context, attributes and log of every error."""
    caplog.set_level(logging.DEBUG)
    forbidden = [*MARKS, *SECRETS, *tokens_of(desk)]
    calls = failing(desk)
    for number, call in enumerate(calls):
        with pytest.raises(UicError) as caught:
            call()
        text = everything_on(caught.value) + caplog.text
        leaks = [place for place, mark in enumerate(forbidden) if mark in text]
        assert not leaks, (number, leaks)
    assert len(calls) > 50


def test_no_representation_tells_a_secret(desk: Path) -> None:
    """Of every value that a caller gets into their hands."""
    sender, expected = PAIRS["dic"].public, Expected("project", "2026Q4")
    values = [
        KEY,
        *PAIRS.values(),
        sender,
        keys.show(desk / "a.key"),
        keys.show(desk / "dic.private"),
        inspect(desk / "dic.uicx"),
        read_matcher(desk / "dic.uicx", key=PAIRS["matcher"], signer=sender, expected=expected),
        read_resolver(desk / "dic.uicx", key=PAIRS["resolver"], signer=sender),
    ]
    text = "\n".join(f"{value!r} {value}" for value in values)
    assert not [n for n, mark in enumerate([*MARKS, *SECRETS, *tokens_of(desk)]) if mark in text]


def test_only_secret_files_hold_secrets(desk: Path) -> None:
    """The export, the wrapped key, the public halves and every leftover are free of marks."""
    failing(desk)
    expected = {"a.key", "leaked.key", "binary.key", "other.txt", "dic.csv"}
    expected |= {f"{name}.private" for name in PAIRS}
    marks = [mark.encode() for mark in [*MARKS, *SECRETS]] + [KEY._root]
    holding = {
        path.name
        for path in desk.rglob("*")
        if path.is_file() and any(mark in path.read_bytes() for mark in marks)
    }
    assert holding == expected


def test_opened_parts_hold_no_clear_value(desk: Path) -> None:
    """What matcher and resolver get has no name, no date, no record id and no key."""
    sender = PAIRS["dic"].public
    for role in ("matcher", "resolver"):
        open_export(desk / "dic.uicx", role, key=PAIRS[role], signer=sender, out=desk / role)
        texts = [str(pq.read_table(path).to_pydict()) for path in (desk / role).glob("*.parquet")]
        texts.append((desk / role / "header.json").read_text())
        assert len(texts) > 4
        assert not [n for n, mark in enumerate([*MARKS, *SECRETS]) if mark in "\n".join(texts)]
