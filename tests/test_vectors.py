"""Every vector of ``spec/vectors`` holds, in Python and in JavaScript."""

from __future__ import annotations

import hmac
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pyarrow as pa
import pytest

from conftest import register_of
from uic.crypto.keys import EpochKey
from uic.errors import InputError, KeyMaterialError, SchemaError
from uic.partner import normalising
from uic.partner.codes import (
    check_character,
    check_code,
    compose,
    grouped,
    parse_code,
    records_of,
)
from uic.partner.composites import block_values, canonical_columns
from uic.partner.encoding import encode
from uic.partner.handles import record_handles
from uic.partner.schemes import load_scheme, parse_scheme
from uic.partner.signatures import number_codes, text_signatures, value_codes
from uic.schema import parse_schema

SPEC = Path(__file__).parents[1] / "spec"
VECTORS = SPEC / "vectors"
CODING = ("check", "check_character", "compose", "group", "normalise", "parse", "scheme")
ENCODING = ("handle", "signature", "sub_key", "tokens")
KINDS = (*CODING, *ENCODING)
PYTHON_ONLY = ("scheme", "signature")
ERRORS = {"key": "KeyMaterialError", "schema": "SchemaError"}
PATHS = sorted(path for kind in KINDS for path in (VECTORS / kind).iterdir())
LOADED = {f"{path.parent.name}/{path.stem}": json.loads(path.read_text("ascii")) for path in PATHS}
NAME_RULES = {"unknown_character", "script_not_allowed"}


def layer_of(rules: list[str]) -> str:
    """The first layer at which composing failed."""
    if any(rule in NAME_RULES for rule in rules):
        return "names"
    return "code" if "scripts_differ" in rules else "component"


def normalise(vector: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    values = pa.array([vector["input"]["text"]], pa.string())
    names = normalising.normalise_names(values)
    found = {
        "name": names,
        "text": normalising.normalise_text(values),
        "script": normalising.script_of(names),
        "letters": normalising.code_letters(names),
        "sound": normalising.sounds(names),
        "skeleton": normalising.skeletons(names),
        "unknown": normalising.unknown_characters(values),
    }
    return "success", {key: column[0].as_py() for key, column in found.items()}


def composed(vector: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    scheme = load_scheme(vector["scheme"])
    try:
        made = compose(records_of([vector["input"]], scheme), scheme)
    except SchemaError:
        return "scheme", {"code": None}
    flaws = [{"attribute": flaw.attribute, "rule": flaw.rule} for flaw in made.flaws]
    code = made.codes[0].as_py()
    layer = "success" if code else layer_of([flaw.rule for flaw in made.flaws])
    answer = {"code": code, "check": made.checks[0].as_py(), "script": made.scripts[0].as_py()}
    return layer, answer | {"flaws": flaws}


LAYERS = {"impossible_date": "meaning", "out_of_range": "meaning", "scripts_differ": "meaning"}
LAYERS |= {"wrong_check_character": "check"}


def checked(vector: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    flaws = check_code(vector["input"]["code"], vector["scheme"]).flaws
    layer = LAYERS.get(flaws[0].rule, "form") if flaws else "success"
    return layer, {"flaws": [{"part": flaw.part, "rule": flaw.rule} for flaw in flaws]}


def parsed(vector: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    try:
        return "success", {"parts": parse_code(vector["input"]["code"], vector["scheme"])}
    except InputError:
        return "form", {}


def in_groups(vector: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    given = vector["input"]
    text = grouped(given["code"], load_scheme(vector["scheme"]), given.get("check"))
    return "success", {"text": text}


def check_sign(vector: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    sign = check_character(**vector["input"])
    return ("success" if sign else "form"), {"check": sign}


def scheme_file(vector: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    try:
        parse_scheme(vector["input"]["toml"])
    except SchemaError as error:
        problem = error.problems[0]
        line = int(problem.where.split(",")[0].removeprefix("line "))
        expected = vector["output"].get("rule", "")
        return "scheme", {
            "line": line,
            "rule": expected if expected in problem.rule else problem.rule,
        }
    return "success", {}


def key_of(given: dict[str, str]) -> EpochKey:
    return EpochKey(given["project"], given["epoch"], bytes.fromhex(given["root"]))


def hexadecimal(*words: int) -> str:
    return "".join(f"{word % 2**64:016x}" for word in words)


def sub_keyed(vector: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    given = vector["input"]
    try:
        found = key_of(given["key"]).sub_key(given["purpose"], *given["parts"])
    except KeyMaterialError:
        return "key", {"sub_key": None}
    return "success", {"sub_key": found.hex()}


def block_tag(key: EpochKey, scope: str, block: str) -> bytes:
    return hmac.digest(key.sub_key("block", scope), block.encode(), "sha256")


def tokens(vector: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Encode a register of this one person; rows are told apart by what the resolver sees."""
    given = vector["input"]
    try:
        schema = parse_schema({"profile": "tokens"} | given["schema"])
    except SchemaError:
        return "schema", {"tokens": None}
    key, register = key_of(given["key"]), register_of("dic", [given["record"]])
    columns = canonical_columns(register, schema)
    export = encode(register, schema, key)
    passes = schema.active_passes
    blocks = {item.name: block_values(item, columns, 1)[0].as_py() for item in passes}
    found: dict[str, str | None] = {}
    for name, block in blocks.items():
        rows = export.matcher.pass_rows[name].to_pylist()
        row = rows[0] if block is not None else {}
        found[name] = hexadecimal(row["token_hi"], row["token_lo"]) if row else None
    salts = {
        name: block and block_tag(key, name, block)[16:24].hex() for name, block in blocks.items()
    }
    layer = "success" if any(blocks.values()) else "missing"
    return layer, {"blocks": blocks, "tokens": found, "salts": salts}


def signature(vector: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    given = vector["input"]
    key = key_of(given["key"])
    salt = int.from_bytes(block_tag(key, given["pass"], given["block"])[16:24], "big")
    salts = np.array([salt], np.uint64)
    used = key.sub_key("signature", given["pass"], *given["purpose"])
    kind = pa.int16() if given["kind"] == "number" else pa.string()
    sign = {"text": text_signatures, "code": value_codes, "number": number_codes}[given["kind"]]
    found = sign(pa.array([given["value"]], kind), salts, used)[0].as_py()
    shown = hexadecimal(found) if given["kind"] == "text" and found is not None else found
    return "missing" if found is None else "success", {"signature": shown}


def handle(vector: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    given = vector["input"]
    register = register_of(given["partner"], [{"record_id": given["record_id"]}])
    if "export" in given:
        register = replace(register, digest=given["export"], made_up=np.array([True]))
    try:
        row = record_handles(register, key_of(given["key"])).to_pylist()[0]
    except KeyMaterialError:
        return "key", {"handle": None}
    return "success", {"handle": hexadecimal(row["handle_hi"], row["handle_lo"])}


ANSWERS = {
    "sub_key": sub_keyed,
    "tokens": tokens,
    "signature": signature,
    "handle": handle,
    "normalise": normalise,
    "compose": composed,
    "check": checked,
    "parse": parsed,
    "group": in_groups,
    "check_character": check_sign,
    "scheme": scheme_file,
}


def agrees(expected: dict[str, Any], answer: dict[str, Any]) -> bool:
    """Whether every expected key has the expected value; flaws in any order."""
    plain = dict(answer)
    for found in (plain, expected):
        if "flaws" in found and found["flaws"] and "attribute" in found["flaws"][0]:
            found["flaws"] = sorted(found["flaws"], key=str)
    return {key: plain.get(key) for key in expected} == expected


@pytest.mark.parametrize("name", LOADED)
def test_vector_holds_in_python(name: str) -> None:
    """The library gives the expected answer, and fails at the expected layer."""
    vector = LOADED[name]
    layer, answer = ANSWERS[vector["kind"]](vector)
    assert layer == vector["expect"]
    assert agrees(vector["output"], answer), answer


def test_vectors_hold_in_javascript() -> None:
    """The second implementation gives the same answers (it has no scheme files, no signatures)."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed, so the JavaScript cannot be run")
    asked = {name: vector for name, vector in LOADED.items() if vector["kind"] not in PYTHON_ONLY}
    driver = SPEC / "javascript" / "answer.mjs"
    lines = "\n".join(json.dumps(vector) for vector in asked.values())
    done = subprocess.run(
        [node, str(driver)],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(asked)
    for (name, vector), answer in zip(asked.items(), answers, strict=True):
        if vector["expect"] in ("scheme", "form") and "error" in answer:
            assert not vector["output"].get("code"), name
            continue
        if vector["expect"] in ERRORS:
            assert answer == {"error": ERRORS[vector["expect"]]}, name
            continue
        found = answer
        if vector["kind"] == "check":
            found = {"flaws": [{"part": f["part"], "rule": f["rule"]} for f in answer["flaws"]]}
        assert agrees(vector["output"], found), (name, answer)


@pytest.mark.parametrize("name", LOADED)
def test_vector_has_the_form_of_a_vector(name: str) -> None:
    """Every file fits the JSON Schema of vectors; an unknown key or kind is a failure."""
    schema = json.loads((VECTORS / "vector.schema.json").read_text("utf-8"))
    jsonschema.validate(LOADED[name], schema)
    assert LOADED[name]["kind"] == name.split("/")[0]


def test_vectors_are_what_the_generator_writes(tmp_path: Path) -> None:
    """No vector was edited by hand, and none was forgotten."""
    command = [sys.executable, "-B", str(VECTORS / "generate.py"), str(tmp_path)]
    subprocess.run(command, check=True)
    written = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.glob("*/*.json")}
    assert written == {path.relative_to(VECTORS): path.read_bytes() for path in PATHS}


def test_every_scheme_has_a_vector() -> None:
    """A scheme that ships is held by at least one vector."""
    held = {vector["scheme"] for vector in LOADED.values() if "scheme" in vector}
    shipped = {path.stem for path in (SPEC / "schemes").glob("*.toml")}
    assert held == shipped
