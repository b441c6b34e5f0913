"""Do both implementations make the same tokens? Python encodes registers, JavaScript persons.

Run: ``python benchmarks/twins/tokens.py [people per script] [seed]`` (default 20,000 and
20261122). Needs Node. Prints one line a script and profile: people, tokens, tokens that differ,
seconds. The Python side is ``encode`` itself: tokens are found by the resolver's map.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from shutil import which
from typing import Any

import pyarrow as pa
from agree import ALL_SCRIPTS, DRIVER, names

from uic.crypto.keys import EpochKey
from uic.partner.encoding import encode
from uic.partner.registers import EVENTS, Register
from uic.schema import LinkageSchema, default_schema, parse_schema

ROOT = bytes(range(32))
KEY = EpochKey("project", "2026Q4", ROOT)
SPELT = {"project": KEY.project, "epoch": KEY.epoch, "root": ROOT.hex()}
EVERY_TAKE = {
    "attributes": {"ward": "number", "card": "identifier", "group": "code"},
    "passes": [
        {"name": f"{take}-{attribute}", "parts": [{"take": take, "attribute": attribute}]}
        for take in ("exact", "sound", "skeleton", "initial")
        for attribute in ("family_name", "place", "sex", "ward", "card", "group")
    ]
    + [
        {"name": f"{take}-sorted", "parts": [{"take": take, "sorted": ["given_name", other]}]}
        for take in ("exact", "sound", "skeleton", "initial")
        for other in ("family_name",)
    ]
    + [
        {"name": take, "parts": [{"take": take, "attribute": "birth_date"}]}
        for take in ("date", "year", "month", "day", "month_day")
    ],
}
SCHEMAS: dict[str, LinkageSchema] = {
    "names": default_schema(),
    "codes": parse_schema({"profile": "codes"}),
    "every take": parse_schema({"profile": "tokens"} | EVERY_TAKE),
}


def people(script: str, count: int, seed: int) -> list[dict[str, str]]:
    """Draw people as a partner's file would be read: now and then a value is missing."""
    draw = random.Random(f"tokens {script} {seed}")
    pool = names(script, max(count // 2, 10), draw)
    drawn = [person(pool, draw) for _ in range(count)]
    return [
        {k: v.strip() for k, v in one.items() if v.strip() and draw.random() > 0.1} for one in drawn
    ]


def person(pool: list[str], draw: random.Random) -> dict[str, str]:
    """Draw one person: names of the script, a place with digits, dates known in part."""
    month, day = draw.choice(((1, 1), (1, 2), (2, 29), (draw.randint(1, 12), draw.randint(1, 28))))
    date = f"{draw.choice((1988, 1992, 2000))}-{month:02}-{day:02}"
    return {
        "family_name": draw.choice(pool),
        "given_name": draw.choice(pool),
        "mother_given_name": draw.choice(pool),
        "father_given_name": draw.choice(pool),
        "birth_date": draw.choice(("", "", "", "~")) + date[: draw.choice((4, 7, 10, 10, 10, 10))],
        "sex": draw.choice(("M", "F", "other")),
        "place": f"{draw.choice(pool)} {draw.choice(('', '12', '៣'))} {draw.choice(pool)}",
        "phone": draw.choice(("012 345 678", "(0)12-345", "000", "+855 12")) + str(draw.random()),
        "ward": str(draw.randint(0, 50)),
        "card": draw.choice(("00", "0A", "")) + str(draw.randint(0, 10**6)),
        "group": draw.choice(("A", "a-1", "ក", "01")),
    }


def register(drawn: list[dict[str, str]], schema: LinkageSchema) -> Register:
    """Write people as reading their file would give them."""
    texts = [name for name, kind in schema.kinds.items() if kind != "date"]
    columns = {"record_id": pa.array([f"row-{n}" for n in range(len(drawn))])}
    columns |= {name: pa.array([one.get(name) for one in drawn], pa.string()) for name in texts}
    parts = [_date(one.get("birth_date")) for one in drawn]
    kinds = (pa.int16(), pa.int8(), pa.int8(), pa.string())
    for place, (part, kind) in enumerate(
        zip(("year", "month", "day", "precision"), kinds, strict=True)
    ):
        columns[f"birth_date_{part}"] = pa.array([found[place] for found in parts], kind)
    return Register("dic", pa.table(columns), EVENTS.empty_table(), (), len(drawn), "")


def _date(text: str | None) -> tuple[Any, ...]:
    if not text:
        return None, None, None, None
    numbers = [int(part) for part in text.removeprefix("~").split("-")]
    known = ("year", "month", "day")[len(numbers) - 1]
    return (*(*numbers, None, None)[:3], "estimated" if text.startswith("~") else known)


def python_tokens(drawn: list[dict[str, str]], schema: LinkageSchema) -> list[dict[str, Any]]:
    """Encode everybody as one register and read the tokens back by record."""
    export = encode(register(drawn, schema), schema, KEY)
    found = [dict.fromkeys(item.name for item in schema.active_passes) for _ in drawn]
    record_of = {
        (row["pass"], row["row_id"]): row["record"]
        for row in export.resolver.row_map.to_pylist()
        if row["usable"]
    }
    for name, rows in export.matcher.pass_rows.items():
        for row in rows.select(["row_id", "token_hi", "token_lo"]).to_pylist():
            record = record_of.get((name, row["row_id"]))
            if record is not None:
                words = (row["token_hi"], row["token_lo"])
                found[record][name] = "".join(f"{word % 2**64:016x}" for word in words)
    return found


def javascript_tokens(
    drawn: list[dict[str, str]], schema: LinkageSchema, *, written: bool
) -> list[dict[str, Any]]:
    """Ask the JavaScript for everybody's tokens.

    Args:
        drawn: The people.
        schema: The schema.
        written: Write its passes out; else the JavaScript takes its own of that profile.
    """
    asked = {"project": schema.project, "profile": schema.profile, "attributes": schema.attributes}
    if written:
        passes = [item.model_dump(mode="json", exclude_none=True) for item in schema.active_passes]
        asked |= {"passes": passes}
    lines = [
        json.dumps({"kind": "tokens", "input": {"key": SPELT, "schema": asked, "record": one}})
        for one in drawn
    ]
    node = which("node")
    if node is None:
        raise FileNotFoundError("node")
    done = subprocess.run(
        [node, str(DRIVER)], input="\n".join(lines), capture_output=True, text=True, check=True,
        encoding="utf-8",
    )  # fmt: skip
    return [json.loads(line)["tokens"] for line in done.stdout.splitlines()]


def differences(script: str, profile: str, count: int, seed: int) -> tuple[int, list[int]]:
    """Return how many tokens both made, and the people (by number) whose tokens differ."""
    drawn, schema = people(script, count, seed), SCHEMAS[profile]
    ours = python_tokens(drawn, schema)
    theirs = javascript_tokens(drawn, schema, written=profile == "every take")
    differing = [n for n, (a, b) in enumerate(zip(ours, theirs, strict=True)) if a != b]
    return sum(token is not None for one in ours for token in one.values()), differing


def main() -> None:
    """Ask, compare, print. No value of the made-up people is printed, only numbers."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20261122
    for script in ALL_SCRIPTS:
        for profile in SCHEMAS:
            start = time.perf_counter()
            made, differing = differences(script, profile, count, seed)
            seconds = time.perf_counter() - start
            row = (script, profile, f"{count:,}", f"{made:,}", len(differing), f"{seconds:.0f}")
            print("| " + " | ".join(map(str, row)) + " |", flush=True)


if __name__ == "__main__":
    main()
