"""Nothing readable reaches a disk, a screen or a progress bar while people are encoded.

What encoding puts aside on disk is kept here instead of being deleted, and searched; a command
that is killed leaves a folder that is searched; the same search over unsealed parts finds them.
"""

from __future__ import annotations

import csv
import hmac
import logging
import os
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
import numpy as np
import pytest

import uic
from uic import keys
from uic.crypto.keys import load_key
from uic.engines import duckdb as engines
from uic.envelope.exports import read_matcher
from uic.partner import storing
from uic.partner.reading import read_registers
from uic.pipeline.clear import match_clear

MARKS = ("Zqxfamilia", "Zqxgivena", "1987-09-23", "zqxrecord", "Zqxvillage", "0977312459")
NAMES = ("matcher", "resolver", "dic")


def people(count: int) -> list[dict[str, str]]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [
        {
            "record_id": f"zqxrecord{n}",
            "family_name": "Zqxfamilia",
            "given_name": f"Zqxgivena{letters[n % 26]}{letters[n // 26 % 26]}",
            "birth_date": "1987-09-23" if n % 3 else f"19{50 + n % 40}-07-{1 + n % 28:02}",
            "sex": "MF"[n % 2],
            "place": "Zqxvillage",
            "phone": "0977312459",
            "date": "2026-10-05",
            "service": "needles",
        }
        for n in range(count)
    ]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A partner's desk: keys of all parties and a marked export."""
    for name in NAMES:
        keys.pair(tmp_path / name)
    keys.new("project", "2026Q4", tmp_path / "epoch.key")
    with (tmp_path / "dic.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, people(1)[0])
        table.writeheader()
        table.writerows(people(120))
    return tmp_path


def encoded(desk: Path, **more: Any) -> Path:
    files = {"matcher": "matcher.public", "resolver": "resolver.public", "signer": "dic.private"}
    paths = {name: desk / file for name, file in files.items()} | {"key": desk / "epoch.key"}
    return uic.encode([desk / "dic.csv"], out=desk / "dic.uicx", **(paths | more)).path


def needles(desk: Path, export: Path | None = None) -> list[bytes]:
    """Return marks, key bytes, block values and, of an export, the tokens of its rows."""
    key = load_key(desk / "epoch.key")
    texts = [form for mark in MARKS for form in (mark, mark.upper(), mark.lower())]
    texts += ["1987-9-23", "Z214", "19870923"]
    secrets = [key._root, key.sub_key("block", "birth-date"), key.sub_key("handle", "dic")]
    tag = hmac.digest(key.sub_key("block", "birth-date"), b"1987-9-23", "sha256")
    halves = [np.frombuffer(tag[at : at + 8], ">u8") for at in (0, 8, 16)]
    found = [text.encode() for text in texts] + secrets
    found += [secret.hex().encode() for secret in secrets]
    found += [half.astype(order).tobytes() for half in halves for order in (">u8", "<u8")]
    if export is not None:
        signer = desk / "dic.public"
        part = read_matcher(export, key=desk / "matcher.private", signer=signer)  # type: ignore[arg-type]
        for rows in part.pass_rows.values():
            for name in ("token_hi", "token_lo"):
                words = rows[name].to_pylist()[:20]
                found += [str(word).encode() for word in words]
                found += [word.to_bytes(8, "little", signed=True) for word in words]
    return found


def leaks(data: bytes, sought: list[bytes]) -> list[int]:
    """Return the numbers of the needles found (never the needles)."""
    return [n for n, needle in enumerate(sought) if needle in data]


@pytest.fixture
def put_aside(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make encoding put everything on disk at once, into files that stay for the search."""
    folder = tmp_path_factory.mktemp("aside")

    def keep(**_: Any) -> BinaryIO:
        handle, name = tempfile.mkstemp(dir=folder)
        os.close(handle)
        return Path(name).open("w+b")

    monkeypatch.setattr(storing.tempfile, "TemporaryFile", keep)
    monkeypatch.setattr(storing.Store.__init__, "__defaults__", (None, 0))
    return folder


def everything_in(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_what_encoding_puts_aside_is_sealed(desk: Path, put_aside: Path) -> None:
    """Names, dates, block values, tokens, salts and keys are not to be found in it."""
    export = encoded(desk)
    data = everything_in(put_aside)
    assert len(data) > 50_000, "nothing was put aside: the test looks at nothing"
    assert leaks(data, needles(desk, export)) == []


def test_the_search_would_find_what_is_not_sealed(
    desk: Path, put_aside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same run without the sealing leaves names, dates, tokens and salts to be found."""
    monkeypatch.setattr(storing, "close_chunk", lambda _k, _n, plain, **_: bytes(plain))
    monkeypatch.setattr(storing, "open_chunk", lambda _k, _n, closed, **_: closed)
    encoded(desk)
    sought = needles(desk)
    found = {sought[n] for n in leaks(everything_in(put_aside), sought)}
    assert {b"ZQXFAMILIA", b"0977312459"[1:]} & found
    key = load_key(desk / "epoch.key")
    tag = hmac.digest(key.sub_key("block", "birth-date"), b"1987-9-23", "sha256")
    assert tag[:8][::-1] in found


def test_progress_tells_steps_and_numbers_only(
    desk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Every call of the progress bar, of encoding and of linking, and every log line."""
    caplog.set_level(logging.DEBUG)
    told: list[tuple[object, ...]] = []
    export = encoded(desk, progress=lambda *call: told.append(call))
    uic.dedupe([desk / "dic.csv"], key=desk / "epoch.key", progress=lambda *c: told.append(c))
    assert len(told) > 3
    assert all(isinstance(a, int) and isinstance(b, int) for _, a, b in told)
    text = f"{told}{caplog.text}".encode()
    assert leaks(text, needles(desk, export)) == []


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-X", "dev", "-m", "uic.cli", *arguments]


def environment(desk: Path) -> dict[str, str]:
    (desk / "tmp").mkdir(exist_ok=True)
    return os.environ | {"TMPDIR": str(desk / "tmp"), "PYTHONFAULTHANDLER": "1"}


ENCODE = ("encode", "dic.csv", "--key", "epoch.key", "--matcher", "matcher.public",
          "--resolver", "resolver.public", "--sign", "dic.private", "-o", "dic.uicx")  # fmt: skip
RUNS = {
    "encode": (0, *ENCODE),
    "encode again with the wrong key": (1, *ENCODE[:3], "dic.private", *ENCODE[4:]),
    "inspect": (0, "inspect", "dic.uicx"),
    "open": (0, "open", "dic.uicx", "--as", "matcher", "--key", "matcher.private", "--signer",
             "dic.public", "--out", "opened"),
    "open with the wrong key": (1, "open", "dic.uicx", "--as", "matcher", "--key",
                                "resolver.private", "--signer", "dic.public", "--out", "no"),
}  # fmt: skip


def test_screens_and_folders_of_the_commands_are_clean(desk: Path) -> None:
    """uic encode, inspect and open, good and refused: output, new files and temporary files."""
    mine = {path.name for path in desk.iterdir()}
    shown = b""
    for case, (code, *arguments) in RUNS.items():
        done = subprocess.run(
            command(*arguments), cwd=desk, env=environment(desk), capture_output=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == code, case
        shown += done.stdout + done.stderr
    new = [path for path in desk.iterdir() if path.name not in mine]
    assert {path.name for path in new} >= {"dic.uicx", "opened"}
    texts = [everything_in(path) if path.is_dir() else path.read_bytes() for path in new]
    assert leaks(b"\n".join(texts) + shown, needles(desk)[:-6]) == []
    assert leaks(shown, needles(desk, desk / "dic.uicx")) == []


def test_a_killed_encoding_leaves_nothing_readable(desk: Path) -> None:
    """Whatever lies in the folders after a kill, beside the partner's own files, holds no mark."""
    with (desk / "dic.csv").open("a", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, people(1)[0])
        for _ in range(20):
            table.writerows(people(600))
    mine = {path.name for path in desk.iterdir()}
    with subprocess.Popen(
        command(*ENCODE), cwd=desk, env=environment(desk),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as started:  # fmt: skip
        time.sleep(1.5)
        started.kill()
    new = [path for path in desk.iterdir() if path.name not in mine]
    data = b"\n".join(everything_in(p) if p.is_dir() else p.read_bytes() for p in new)
    assert leaks(data, needles(desk)) == []


def test_people_in_the_clear_are_never_spilled(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison inside one NGO asks for no folder to spill to."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a folder to spill people to")

    registers = read_registers([desk / "dic.csv"], uic.default_schema())
    monkeypatch.setattr(engines.tempfile, "TemporaryDirectory", refuse)
    assert match_clear(registers, uic.default_schema()).items


def test_an_engine_without_a_disk_stops_instead_of_spilling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More rows than memory holds: the run ends with an error, and no file was written."""
    before = set(tmp_path.rglob("*"))
    monkeypatch.setattr("uic.engines.memory._LEAST", 0)  # so that few rows fill it
    with engines.engine(memory="60MB", on_disk=False) as database, pytest.raises(duckdb.Error):
        database.run("many", "SELECT i, 'Zqxfamilia' || i AS name FROM range(5000000) r(i)")
    assert set(tmp_path.rglob("*")) == before


def test_an_interrupted_encoding_tells_no_value(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk in the middle of encoding: the traceback holds lines of code and no value."""

    def full(*_: object, **__: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storing.Store.__init__, "__defaults__", (None, 0))
    monkeypatch.setattr(storing, "close_chunk", full)
    with pytest.raises(OSError, match="No space left") as caught:
        encoded(desk)
    told = "".join(traceback.format_exception(caught.value)).encode()
    assert leaks(told, needles(desk)) == []
    assert not (desk / "dic.uicx").exists()
