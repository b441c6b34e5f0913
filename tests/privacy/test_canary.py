"""No marked name, date, code, token or key byte comes out anywhere but on the partner's side.

Every path that fails, and the one that works, is driven with marked values; then everything that
came out (results, messages, logs, representations, tracebacks, temporary files) is searched.
"""

from __future__ import annotations

import base64
import csv
import logging
import os
import subprocess
import sys
import traceback
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import uic
from uic.crypto.keys import load_key, new_key
from uic.matching.matcher import match
from uic.partner.encoding import encode
from uic.partner.reading import read_registers
from uic.resolving.resolver import resolve

MARKS = {
    "family_name": "Zqxfamilia",
    "given_name": "Zqxgivena",
    "mother_given_name": "Zqxmaternal",
    "father_given_name": "Zqxpaternal",
    "birth_date": "1987-09-23",
    "phone": "0977312459",
    "place": "Zqxvillage",
    "sex": "M",
}
TEXTS = [value for name, value in MARKS.items() if name != "sex"]
FORMS = [form for text in TEXTS for form in {text, text.upper(), text.lower()}]
FORMS += ["19870923", "23091987", "23/09/1987", "1987, 9, 23"]


def rows(count: int) -> list[dict[str, str]]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [
        {"record_id": f"r{n}"}
        | MARKS
        | {"given_name": MARKS["given_name"] + letters[n % 26] + letters[n // 26 % 26]}
        for n in range(count)
    ]


def write(path: Path, people: list[dict[str, str]], extra: str = "") -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, people[0])
        table.writeheader()
        table.writerows(people)
        file.write(extra)
    return path


def secrets_of(key_file: Path) -> list[str]:
    encoded = key_file.read_text().split("\n")[3]
    raw = base64.b64decode(encoded)
    key = load_key(key_file)
    sub = key.sub_key("block", "birth-date")
    return [encoded, raw.hex(), repr(raw)[2:-1], sub.hex(), base64.b64encode(sub).decode()]


def leaks(text: str, more: list[str]) -> list[str]:
    """Return which kinds of marks stand in the text (never the text itself)."""
    return [f"mark {n}" for n, mark in enumerate([*FORMS, *more]) if mark in text]


def everything_in(folder: Path) -> str:
    texts = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            texts.append(path.name)
            texts.append(path.read_bytes().decode("latin-1"))
            if path.suffix == ".parquet":
                texts.append(str(pq.read_table(path).to_pylist()))
    return "\n".join(texts)


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command with a temporary folder of its own, which is searched later."""
    (folder / "tmp").mkdir(exist_ok=True)
    (folder / "tmp" / ".here").touch()
    return subprocess.run(
        [sys.executable, "-X", "dev", "-W", "default", "-m", "uic.cli", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"TMPDIR": str(folder / "tmp"), "PYTHONFAULTHANDLER": "1"},
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A partner's folder with two marked exports and a key."""
    write(tmp_path / "alpha.csv", rows(30))
    write(tmp_path / "beta.csv", rows(20))
    uic.crypto.keys.save_key(new_key("project", "2026Q4"), tmp_path / "epoch.key")
    return tmp_path


def test_results_hold_no_attribute_and_no_key(folder: Path) -> None:
    """The seven files, the screen and the temporary folder are clean after a good run."""
    done = run(folder, "dedupe", "alpha.csv", "beta.csv", "--key", "epoch.key", "--out", "out")
    assert done.returncode == 0
    came_out = (
        done.stdout + done.stderr + everything_in(folder / "out") + everything_in(folder / "tmp")
    )
    assert leaks(came_out, secrets_of(folder / "epoch.key")) == []


def test_the_search_would_find_a_leak(folder: Path) -> None:
    """The same search over the partner's own files finds the marks: it is able to fail."""
    assert leaks(everything_in(folder), secrets_of(folder / "epoch.key"))


BROKEN = {
    "impossible date": ("birth_date", "1987-09-23x"),
    "future date": ("birth_date", "2987-09-23"),
    "unknown sex": ("sex", "Zqxfamilia"),
    "formula": ("family_name", "=Zqxfamilia()"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_row_problems_name_the_rule_and_not_the_value(folder: Path, case: str) -> None:
    """rejects.csv, the report and the screen say where and why, never what."""
    column, value = BROKEN[case]
    people = rows(30)
    people[3][column] = value
    write(folder / "alpha.csv", people)
    done = run(
        folder, "dedupe", "alpha.csv", "beta.csv", "--key", "epoch.key", "--out", "out", "--strict"
    )
    came_out = (
        done.stdout + done.stderr + everything_in(folder / "out") + everything_in(folder / "tmp")
    )
    future = ["2987-09", "29870923"]  # "2987" alone stands by chance in some long figure
    assert leaks(came_out, [*secrets_of(folder / "epoch.key"), *future]) == []


def spoil(folder: Path, case: str) -> None:
    alpha = folder / "alpha.csv"
    if case == "ragged rows":
        write(alpha, rows(5), "r9,Zqxfamilia,too,many,Zqxgivena,cells,Zqxpaternal,1,2,3,4,5,6\n")
    elif case == "mojibake":
        alpha.write_bytes("record_id,family_name\n1,Zqxfamiliaá\x9ežá\x9e€á\x9e\n".encode())
    elif case == "not text":
        alpha.write_bytes(b"record_id,family_name\n1,Zqxfamilia\x00\xff\xfe\x00Zqxgivena\n")
    elif case == "header only":
        alpha.write_text("record_id,Zqxfamilia\n")
    elif case == "no attribute":
        alpha.write_text("Zqxfamilia,Zqxgivena\n1,2\n")
    elif case == "huge field":
        write(alpha, [rows(1)[0] | {"family_name": "Zqxfamilia" * 300_000}])
    elif case == "mixed dates":
        people = rows(30)
        for n, person in enumerate(people):
            person["birth_date"] = "23/09/1987" if n % 2 else "09/23/1987"
        write(alpha, people)
    elif case == "cut parquet":
        alpha.write_bytes(b"PAR1Zqxfamilia" + bytes(60) + b"Zqxgivena")
    elif case == "cut workbook":
        alpha.write_bytes(b"PK\x03\x04Zqxfamilia" + bytes(60))
    elif case == "broken key":
        key = folder / "epoch.key"
        text = key.read_text()
        key.write_text(text[:60] + text[61:])
    elif case == "open key":
        (folder / "epoch.key").chmod(0o644)
    elif case == "key of another project":
        (folder / "epoch.key").unlink()
        uic.crypto.keys.save_key(new_key("elsewhere", "2026Q4"), folder / "epoch.key")


CASES = [
    "ragged rows",
    "mojibake",
    "not text",
    "header only",
    "no attribute",
    "huge field",
    "mixed dates",
    "cut parquet",
    "cut workbook",
    "broken key",
    "open key",
    "key of another project",
]


@pytest.mark.parametrize("case", CASES)
def test_every_failing_path_keeps_silent_about_people(folder: Path, case: str) -> None:
    """The message, and the traceback with its causes, hold no marked value and no key byte."""
    kept = secrets_of(folder / "epoch.key")
    spoil(folder, case)
    try:
        uic.dedupe([folder / "alpha.csv", folder / "beta.csv"], key=folder / "epoch.key")
        told = ""
    except uic.UicError as error:
        told = "".join(traceback.format_exception(error)) + repr(error) + str(vars(error))
    assert leaks(told, kept) == []
    if case not in {"mixed dates", "huge field", "not text", "ragged rows"}:
        assert told, "this file or key should have been refused"


def test_a_killed_run_leaves_no_value_in_temporary_files(folder: Path) -> None:
    """Whatever a killed run leaves behind holds no marked value."""
    write(folder / "alpha.csv", rows(600) * 20)
    (folder / "tmp").mkdir()
    started = subprocess.Popen(
        [sys.executable, "-m", "uic.cli", "dedupe", "alpha.csv", "beta.csv", "--key", "epoch.key"],
        cwd=folder,
        env=os.environ | {"TMPDIR": str(folder / "tmp")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        started.wait(2)
    except subprocess.TimeoutExpired:
        started.kill()
        started.wait()
    left = everything_in(folder / "tmp")
    if (folder / "results").exists():
        left += everything_in(folder / "results")
    assert leaks(left, secrets_of(folder / "epoch.key")) == []


def test_representations_and_logs_show_counts_only(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """repr and str of every value that crosses a wall, and all log lines, are clean."""
    caplog.set_level(logging.DEBUG)
    schema = uic.default_schema()
    key = load_key(folder / "epoch.key")
    registers = read_registers([folder / "alpha.csv", folder / "beta.csv"], schema)
    exports = [encode(register, schema, key) for register in registers]
    matched = match([export.matcher for export in exports], schema)
    resolved = resolve(matched.pairs, [export.resolver for export in exports], schema)
    result = uic.dedupe([folder / "alpha.csv"], key=key)
    values = [key, *registers, *exports, matched, resolved, result]
    values += [
        part for export in exports for part in (export.header, export.matcher, export.resolver)
    ]
    shown = "".join(f"{value!r}{value!s}" for value in values) + caplog.text
    tokens = [
        str(token)
        for export in exports
        for table in export.matcher.pass_rows.values()
        for token in table["token_hi"].to_pylist()[:5]
    ]
    assert leaks(shown, [*secrets_of(folder / "epoch.key"), *tokens]) == []


def test_results_hold_no_token(folder: Path) -> None:
    """No file of the results holds a token, as text or as bytes."""
    schema = uic.default_schema()
    key = load_key(folder / "epoch.key")
    result = uic.dedupe([folder / "alpha.csv", folder / "beta.csv"], key=key)
    uic.write_results(result, folder / "out")
    export = encode(read_registers([folder / "alpha.csv"], schema)[0], schema, key)
    usable = {row["row_id"] for row in export.resolver.row_map.to_pylist() if row["usable"]}
    tokens = {
        row["token_hi"]
        for table in export.matcher.pass_rows.values()
        for row in table.select(["row_id", "token_hi"]).to_pylist()
        if row["row_id"] in usable
    }
    written = everything_in(folder / "out")
    for token in tokens:
        assert str(token) not in written
        assert token.to_bytes(8, "little", signed=True).decode("latin-1") not in written
