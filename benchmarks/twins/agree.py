"""Do the two implementations agree? Python and JavaScript answer the same generated questions.

Run: ``python benchmarks/twins/agree.py [questions per script] [seed]`` (default 100,000 and
20261122). Needs Node. Prints one line a script: questions asked, answers that differ, seconds.
A question is a name to normalise, a person to code, or a code to check, in equal parts.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa

from uic.partner import normalising
from uic.partner.codes import compose, records_of
from uic.partner.codes.checking import verdict
from uic.partner.codes.reading import bare
from uic.partner.normalising.tables import SCRIPTS, load, points
from uic.partner.schemes import Scheme, list_schemes, parse_scheme

DRIVER = Path(__file__).parents[2] / "spec" / "javascript" / "answer.mjs"
ALL_SCRIPTS = (*SCRIPTS, "other")
NOISE = "\u200b\u200c\u200d\u00ad '’-.  12៣๔٥😀\ufffd\u0301\u0308"

SCHEME = """
format = "uic-scheme/1"
id = "every-rule"
version = "1"
title = "Every rule in one scheme"
source = "benchmark"
status = "template"
scripts = ["{script}"]
check = "mod37_2"
mononym = {{ source = "family_name", target = "given_name" }}

[[components]]
name = "family"
kind = "letters"
attribute = "family_name"
letters = [1, 3]
short = "2"
missing = "99"
refused = "77"
fallback = [{{ attribute = "mother_given_name", letters = [1, 2] }}]

[[components]]
name = "given"
kind = "letters"
attribute = "given_name"
part = "first_word"
letters = [2]
short = ""
missing = ""

[[components]]
name = "count"
kind = "length"
attribute = "given_name"
over_nine = "0"
missing = "0"

[[components]]
name = "birth"
kind = "date"
attribute = "birth_date"
calendar = "buddhist"
format = "DDMMYYYY"
unknown_day = "00"
unknown_month = "00"

[[components]]
name = "sex"
kind = "code"
attribute = "sex"
codes = {{ M = "1", F = "2", unknown = "9" }}
refuse = ["other"]
missing = "8"

[[components]]
name = "order"
kind = "number"
attribute = "birth_order"
digits = 2
smallest = 1
largest = 20
missing = "99"

[[components]]
name = "district"
kind = "text"
attribute = "district"
alphabet = "alphanumeric"
length = 2
missing = "00"

[suffix]
taken = "XYZ"
"""


def alphabet(script: str) -> list[str]:
    """Return every character that a name in this script may be typed with."""
    data = load().data
    if script != "other":
        return [form for forms in data[script]["letters"].values() for form in forms]
    cased = [
        form
        for group in data["other"]["letters"].values()
        for forms in group.values()
        for form in forms
    ]
    kept = [
        chr(point) for ranges in data["other"]["kept"].values() for point in points(ranges)[:60]
    ]
    return cased + kept


def names(script: str, count: int, draw: random.Random) -> list[str]:
    """Draw names: letters of the script, now and then noise or a letter of another script."""
    letters = alphabet(script)
    others = [letter for other in SCRIPTS for letter in alphabet(other)[:200]]
    found = []
    for _ in range(count):
        size = draw.choice((0, 1, 2, 2, 3, 4, 5, 6, 8, 12))
        chosen = draw.choices(letters, k=size)
        if draw.random() < 0.4:
            for _ in range(draw.randint(1, 3)):
                chosen.insert(draw.randint(0, len(chosen)), draw.choice(NOISE))
        if draw.random() < 0.05:
            chosen.insert(draw.randint(0, len(chosen)), draw.choice(others))
        found.append("".join(chosen))
    return found


def schemes(script: str) -> list[Scheme]:
    """Return the schemes that code names of this script, and one with every rule."""
    own = script if script in SCRIPTS else "latin"
    derived = [scheme for scheme in list_schemes() if scheme.made == "derived"]
    return [*derived, *[parse_scheme(SCHEME.format(script=own))] * 5]


def person(pool: list[str], scheme: Scheme, draw: random.Random) -> dict[str, str]:
    """Draw a person: values of every kind, missing ones, statuses."""
    found: dict[str, str] = {}
    for attribute, kind in scheme.kinds.items():
        if draw.random() < 0.15:
            found[f"{attribute}_status"] = draw.choice(("unknown", "refused", "none"))
            continue
        if kind == "date":
            date = f"{draw.randint(1900, 2026)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
            found[attribute] = draw.choice(("", "", "~")) + date[: draw.choice((4, 7, 10, 10, 10))]
        elif kind == "name":
            found[attribute] = draw.choice(pool)
        elif attribute == "sex":
            found[attribute] = draw.choice(("M", "F", "other", "unknown", "?"))
        else:
            found[attribute] = draw.choice(("1", "2", "12", "99", "1234", "A", "ab", "x", "U", ""))
    return found


def mutated(code: str, draw: random.Random) -> str:
    """Return a code as a person might copy it: rightly, or with a slip."""
    signs = list(code)
    slip = draw.random()
    if slip < 0.5 and signs:
        signs[draw.randrange(len(signs))] = draw.choice("0123456789ABCZ*/ -ក")
    elif slip < 0.6 and signs:
        del signs[draw.randrange(len(signs))]
    elif slip < 0.7:
        signs.insert(draw.randint(0, len(signs)), draw.choice("09A-"))
    return "".join(signs).lower() if draw.random() < 0.2 else "".join(signs)


def questions(script: str, count: int, seed: int) -> list[dict[str, Any]]:
    """Draw questions: a third names, a third people, a third codes made from the people."""
    draw = random.Random(f"{script} {seed}")
    pool = names(script, count, draw)
    third = count // 3
    asked = [{"kind": "normalise", "input": {"text": name}} for name in pool[: count - 2 * third]]
    known = schemes(script)
    for _ in range(third):
        scheme = draw.choice(known)
        given = person(pool, scheme, draw)
        asked.append({"kind": "compose", "scheme": scheme, "input": given})
    people = asked[-third:] if third else []
    for item, answer in zip(people, all_composed(people), strict=True):
        code, check = answer["code"] or item["scheme"].id, answer["check"] or "A"
        text = mutated(f"{code}/{check}" if draw.random() < 0.5 else code, draw)
        asked.append({"kind": "check", "scheme": item["scheme"], "input": {"code": text}})
    return asked


def python_answers(asked: list[dict[str, Any]]) -> list[Any]:
    """Answer as the library does, columns at a time."""
    answers: list[Any] = [None] * len(asked)
    places = [place for place, item in enumerate(asked) if item["kind"] == "normalise"]
    for place, answer in zip(
        places, normalised([asked[p]["input"]["text"] for p in places]), strict=True
    ):
        answers[place] = answer
    people = [place for place, item in enumerate(asked) if item["kind"] == "compose"]
    for place, answer in zip(people, all_composed([asked[p] for p in people]), strict=True):
        answers[place] = answer
    for place, item in enumerate(asked):
        if item["kind"] == "check":
            flaws = verdict(bare(item["input"]["code"]), item["scheme"]).flaws
            answers[place] = {"flaws": [vars(flaw) for flaw in flaws]}
    return answers


def all_composed(asked: list[dict[str, Any]]) -> list[Any]:
    """Code people by many schemes, one table a scheme."""
    answers: list[Any] = [None] * len(asked)
    groups: dict[str, list[int]] = {}
    for place, item in enumerate(asked):
        groups.setdefault(item["scheme"].id, []).append(place)
    for members in groups.values():
        people = [asked[place]["input"] for place in members]
        found = composed_answers(people, asked[members[0]]["scheme"])
        for place, answer in zip(members, found, strict=True):
            answers[place] = answer
    return answers


def normalised(texts: list[str]) -> list[dict[str, Any]]:
    """Return everything the normalisation says about names."""
    values = pa.array(texts, pa.string())
    canonical = normalising.normalise_names(values)
    columns = {
        "name": canonical,
        "text": normalising.normalise_text(values),
        "script": normalising.script_of(canonical),
        "letters": normalising.code_letters(canonical),
        "sound": normalising.sounds(canonical),
        "skeleton": normalising.skeletons(canonical),
        "unknown": normalising.unknown_characters(values),
    }
    return pa.table(columns).to_pylist() if texts else []


def composed_answers(people: list[dict[str, str]], scheme: Scheme) -> list[dict[str, Any]]:
    """Return code, check character, script and flaws of many people."""
    composed = compose(records_of(people, scheme), scheme)
    flaws: list[list[dict[str, str]]] = [[] for _ in people]
    for row, attribute, rule in composed.flaws:
        flaws[row].append({"attribute": attribute, "rule": rule})
    columns = (composed.codes, composed.checks, composed.scripts)
    rows = zip(*(column.to_pylist() for column in columns), flaws, strict=True)
    return [dict(zip(("code", "check", "script", "flaws"), row, strict=True)) for row in rows]


def javascript_answers(asked: list[dict[str, Any]]) -> list[Any]:
    """Ask the JavaScript, all questions in one process."""
    node = shutil.which("node")
    if node is None:
        raise FileNotFoundError("node")
    lines = []
    for item in asked:
        scheme = item.get("scheme")
        plain = item | (
            {"scheme": scheme.model_dump(mode="json")} if isinstance(scheme, Scheme) else {}
        )
        lines.append(json.dumps(plain))
    done = subprocess.run(
        [node, str(DRIVER)],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def ordered(answer: object) -> object:
    """Put flaws into one order; which flaw is found first is no part of the answer."""
    if isinstance(answer, dict) and "code" in answer and "flaws" in answer:
        return answer | {"flaws": sorted(answer["flaws"], key=str)}
    return answer


def differences(script: str, count: int, seed: int) -> list[tuple[Any, Any, Any]]:
    """Return question, Python's and JavaScript's answer wherever they differ."""
    asked = questions(script, count, seed)
    pairs = zip(asked, python_answers(asked), javascript_answers(asked), strict=True)
    return [(item, one, two) for item, one, two in pairs if ordered(one) != ordered(two)]


def main() -> None:
    """Ask, compare, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20261122
    for script in ALL_SCRIPTS:
        start = time.perf_counter()
        found = differences(script, count, seed)
        seconds = time.perf_counter() - start
        print(f"{script}\t{count} questions\t{len(found)} differ\t{seconds:.0f} s", flush=True)
        for item, one, two in found[:2]:
            shown = {key: getattr(value, "id", value) for key, value in item.items()}
            print(json.dumps([shown, one, two], ensure_ascii=True))
            print([f"{ord(sign):04X}" for sign in str(item["input"].get("text", ""))])


if __name__ == "__main__":
    main()
