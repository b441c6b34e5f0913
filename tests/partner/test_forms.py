"""XLSForms, run: JavaRosa and the XPath engine of Enketo give the codes Python gives."""

from __future__ import annotations

import functools
import json
import os
import random
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pyxform
from pyxform.xls2xform import xls2xform_convert

from uic.errors import SchemaError
from uic.files import spec_path
from uic.partner.codes import compose, grouped, label_of, records_of
from uic.partner.forms import form
from uic.partner.schemes import Scheme, list_schemes, load_scheme, parse_scheme

HARNESS = Path(__file__).parent / "harness"
VALIDATE = Path(pyxform.__file__).parent / "validators/odk_validate/bin/ODK_Validate.jar"
FIELDS = ("uic", "uic_check", "uic_shown", "uic_scheme")
OWN = """
format = "uic-scheme/1"
id = "own"
version = "2"
title = "A programme's own scheme, with everything a form can compute"
source = "made up for this test"
status = "template"
check = "mod37_2"
xlsform_safe = true

[[components]]
name = "fixed"
kind = "literal"
text = "Q"

[[components]]
name = "mother"
kind = "letters"
attribute = "mother_given_name"
letters = [1, 3]
short = "X"
missing = "MM"
unknown = "UU"
refused = "RR"

[[components]]
name = "family"
kind = "letters"
attribute = "family_name"
letters = [2]
unknown = "U"

[[components]]
name = "sex"
kind = "code"
attribute = "sex"
codes = { M = "1", F = "2", other = "3", unknown = "9" }
missing = "9"

[[components]]
name = "birth"
kind = "date"
attribute = "birth_date"
format = "DDMMYYYY"
calendar = "buddhist"
unknown_day = "00"
missing = "99999999"

[[components]]
name = "day_again"
kind = "date"
attribute = "birth_date"
format = "DD"
unknown_day = "31"
missing = "00"

[[components]]
name = "second_letter"
kind = "letters"
attribute = "mother_given_name"
letters = [2]
short = "Y"
missing = "N"

[[components]]
name = "visit_day"
kind = "date"
attribute = "visit_date"
format = "DD"
missing = "99"

[[components]]
name = "short_year"
kind = "date"
attribute = "entry_date"
format = "YYMM"

[[components]]
name = "district"
kind = "text"
attribute = "district"
alphabet = "alphanumeric"
length = 3
missing = "000"
"""
OWN_SCHEME = parse_scheme(OWN)
SCHEMES = {scheme.id: scheme for scheme in (*list_schemes(), OWN_SCHEME) if scheme.xlsform_safe}
SAFE = list(SCHEMES)

needs_java = pytest.mark.skipif(
    shutil.which("javac") is None, reason="no Java compiler: JavaRosa is not run"
)
needs_engine = pytest.mark.skipif(
    shutil.which("node") is None or not (HARNESS / "node_modules").is_dir(),
    reason="no Node, or 'npm ci' was not run in tests/partner/harness: Enketo's engine is not run",
)


@dataclass(frozen=True)
class Case:
    """One person, the scheme, and the code that Python gives; None for no code.

    ``flawed`` says that Python had a remark, such as a number out of range that counts as
    missing; a form may refuse such an answer at once.
    """

    scheme: str
    person: dict[str, str]
    code: str | None
    check: str | None
    script: str | None
    flawed: bool


def vector_people() -> list[tuple[str, dict[str, str]]]:
    """Return the people of every composing vector whose scheme has a form."""
    paths = sorted(spec_path("vectors", "compose").glob("*.json"))
    vectors = [json.loads(path.read_text("utf-8")) for path in paths]
    return [(item["scheme"], item["input"]) for item in vectors if item["scheme"] in SAFE]


NAMES = (
    "Smith", "Hua", "O", "Li", "O'Brien", "Nguyễn", "Đặng", "José-María", "van der Berg", "ÅSA",
    "D’Arcy", "Zoë", "  Ana  ", "-", "Łukasz", "İrem", "de la Cruz", "Müller", "N`Guessan",
    "(Ann)", "St. John", "Ng", "e\u0301va", "", "",
)  # fmt: skip
KHMER = (
    "សុខ", "ដារ៉ា", "សុភា", "ស្រីមុំ", "ច័ន្ទ", "ខ្មែរ", "ខែ្មរ", "ស្ត្រី", "ឧត្តម", "ឥន្ទ", "សុ\u200bភា", "អ៊ុំ",
    "ស", "ព្រះ", "លក្ខិណា", "ចាន់ ធូ", "ង៉ែត", "ឫទ្ធី", "វណ្ណៈ", "ធម៌", "បញ្ញា", "ណាវី", "", "",
)  # fmt: skip


def made_up_people(scheme: Scheme, count: int, rng: random.Random) -> list[dict[str, str]]:
    """Return people with every kind of gap the form can be given."""
    return [made_up(scheme, rng.choice(scheme.scripts), rng) for _ in range(count)]


def made_up(scheme: Scheme, script: str, rng: random.Random) -> dict[str, str]:
    person = {}
    for component in scheme.components:
        for name in component.attributes:
            person[name] = answer(component, script, rng)
    if scheme.mononym:
        person[f"{scheme.mononym.target}_status"] = rng.choice(["", "none"])
    if scheme.id == "own":
        for name in ("mother_given_name", "family_name"):
            person[f"{name}_status"] = rng.choice(["", "unknown", "refused"])
    if scheme.suffix:
        person["code_suffix"] = rng.choice(["", scheme.suffix.taken[0], scheme.suffix.taken[-1]])
    return {name: value for name, value in person.items() if value}


def answer(component: Any, script: str, rng: random.Random) -> str:
    if component.kind == "letters":
        return rng.choice(KHMER if script == "khmer" else NAMES)
    if component.kind == "date":
        return rng.choice(["1950-01-01", "1988-02-29", "2004-12-31", "1999-09", "2000", ""])
    if component.kind == "code":
        return rng.choice([*component.codes, ""])
    if component.kind == "number":
        return rng.choice([str(component.smallest), str(component.top), "7", ""])
    return rng.choice(["1" * component.length, "9" * component.length, ""])


@functools.cache
def cases() -> tuple[Case, ...]:
    """Return vectors and made-up people with the codes that Python gives them."""
    rng = random.Random(11)
    found: list[Case] = []
    for name in SAFE:
        scheme = SCHEMES[name]
        people = [person for of, person in vector_people() if of == name]
        people += made_up_people(scheme, 20, rng)
        made = compose(records_of(people, scheme), scheme)
        flawed = {flaw.row for flaw in made.flaws}
        columns = (column.to_pylist() for column in (made.codes, made.checks, made.scripts))
        for row, (person, *answers) in enumerate(zip(people, *columns, strict=True)):
            found.append(Case(name, person, *answers, flawed=row in flawed))
    return tuple(found)


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write the form of every scheme that has one, and convert it to an XForm."""
    folder = tmp_path_factory.mktemp("forms")
    for name in SAFE:
        form(SCHEMES[name], folder / f"{name}.xlsx")
        xls2xform_convert(folder / f"{name}.xlsx", folder / f"{name}.xml", validate=False)
    return {name: folder / f"{name}.xml" for name in SAFE}


def line_of(case: Case, forms: dict[str, Path]) -> str:
    """Write a person as the harness reads it; an answer that is not offered is not given."""
    scheme = SCHEMES[case.scheme]
    offered = {
        component.attribute: component.codes
        for component in scheme.components
        if component.kind == "code"
    }
    numbers = {c.attribute for c in scheme.components if c.kind == "number"}
    fields = [str(forms[case.scheme])]
    for name, value in case.person.items():
        if scheme.kinds.get(name) == "date":
            parts = zip(("year", "month", "day"), value.lstrip("~").split("-"), strict=False)
            fields += [f"{name}_{part}={number}" for part, number in parts]
        elif value in offered.get(name, {value: ""}) and (name not in numbers or value.isdigit()):
            fields.append(f"{name}={value}")
    return "\t".join(fields)


def run(command: list[str], forms: dict[str, Path]) -> list[tuple[Case, list[str]]]:
    """Fill the forms with every case and return what each form said."""
    every = cases()
    lines = "\n".join(line_of(case, forms) for case in every) + "\n"
    done = subprocess.run(
        [*command, *FIELDS], input=lines.encode(), capture_output=True, check=True
    )
    said = [line.split("\t") for line in done.stdout.decode().splitlines()]
    return list(zip(every, said, strict=True))


def judge(answers: list[tuple[Case, list[str]]]) -> None:
    """Assert that every form gives Python's code, or refuses what Python remarks on."""
    for case, said in answers:
        if said[0] == "REFUSED" or case.code is None:
            assert (case.flawed and said[0] == "REFUSED") or said[1] == "", (case, said)
            continue
        scheme = SCHEMES[case.scheme]
        label = label_of(scheme) + (f"/{case.script}" if len(scheme.scripts) > 1 else "")
        label = label.removesuffix("/None")
        shown = grouped(case.code, scheme, case.check)
        assert said == ["OK", case.code, case.check, shown, label], case
    coded = {case.scheme for case, said in answers if said[0] == "OK" and said[1]}
    assert coded == set(SAFE)


def test_the_published_schemes_without_hash_have_forms() -> None:
    """The schemes that need no hash, no word list and no variable length have a form."""
    assert {"au-slk581", "us-hrsa-uci", "ph-doh", "ca-ddrp", "cam-pasmo"} <= set(SAFE)


@pytest.fixture(scope="module")
def harness(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Compile the JavaRosa harness and return the command that runs it."""
    folder = tmp_path_factory.mktemp("harness")
    source = HARNESS / "Fill.java"
    subprocess.run(["javac", "-cp", str(VALIDATE), "-d", str(folder), str(source)], check=True)
    return ["java", "-cp", os.pathsep.join([str(VALIDATE), str(folder)]), "Fill"]


ENKETO = ["node", str(HARNESS / "fill.mjs")]


@needs_java
def test_javarosa_agrees_with_python(forms: dict[str, Path], harness: list[str]) -> None:
    """ODK Collect's engine gives the code, check character and groups of every case."""
    judge(run(harness, forms))


@needs_engine
def test_enketo_agrees_with_python(forms: dict[str, Path]) -> None:
    """The XPath engine of Enketo and KoBo gives the code, check and groups of every case."""
    judge(run(ENKETO, forms))


@needs_java
def test_odk_validate_accepts_every_form(forms: dict[str, Path]) -> None:
    """ODK Validate finds nothing to refuse in any form."""
    command = ["java", "-jar", str(VALIDATE), *map(str, forms.values())]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]


GOOD = {
    "mother_given_name": "Maria", "father_given_name": "Jose", "birth_order": "1",
    "birth_date_year": "1990", "birth_date_month": "05", "birth_date_day": "17",
}  # fmt: skip
REFUSALS = {
    "a digit in a name": {"mother_given_name": "Mar1a"},
    "a letter that becomes two": {"mother_given_name": "Æsa"},
    "another script": {"mother_given_name": "Мария"},
    "an emoji": {"mother_given_name": "Maria\U0001f600"},
    "a name too short for the scheme": {"father_given_name": "J"},
    "a number out of range": {"birth_order": "0"},
    "a day that is not in the month": {"birth_date_day": "31", "birth_date_month": "04"},
    "29 February of a common year": {"birth_date_day": "29", "birth_date_month": "02"},
    "a year to come": {"birth_date_year": "2999"},
    "a year before 1900": {"birth_date_year": "1899"},
    "a day without a year": {"birth_date_year": "", "birth_date_month": ""},
    "a month without a day": {"birth_date_day": ""},
    "a code typed wrongly from the card": {"typed_again": "MAJO01051719909"},
}


def refuses(command: list[str], form: Path) -> None:
    """Assert that the form takes a good person, and refuses each broken one at its question."""
    people = [GOOD | {"typed_again": ""}, *(GOOD | broken for broken in REFUSALS.values())]
    lines = ["\t".join([str(form), *(f"{k}={v}" for k, v in one.items() if v)]) for one in people]
    done = subprocess.run(
        [*command, "uic"], input="\n".join(lines).encode(), capture_output=True, check=True
    )
    good, *said = done.stdout.decode().splitlines()
    assert good == "OK\tMAJO0105171990"
    for (why, broken), line in zip(REFUSALS.items(), said, strict=True):
        assert line in {f"REFUSED\t{name}" for name in (*broken, "birth_date_day")}, why


@needs_java
def test_javarosa_refuses_what_it_cannot_code(forms: dict[str, Path], harness: list[str]) -> None:
    """Constraints stop every answer that would give another code than the library's."""
    refuses(harness, forms["ph-doh"])


@needs_engine
def test_enketo_refuses_what_it_cannot_code(forms: dict[str, Path]) -> None:
    """The same constraints hold in Enketo's engine."""
    refuses(ENKETO, forms["ph-doh"])


def test_forms_that_cannot_be_trusted_are_refused(tmp_path: Path) -> None:
    """A scheme that is assigned, hashed or not marked safe has no form; the reason is said."""
    for name in ("ke-kp", "ug-kpic", "de-ifsg", "ls-cuic"):
        with pytest.raises(SchemaError, match=name):
            form(name, tmp_path / "form.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_scheme_marked_safe_by_mistake_is_refused(tmp_path: Path) -> None:
    """The mark alone is not believed: what a form cannot compute is named."""
    marked = load_scheme("de-ifsg").model_copy(update={"xlsform_safe": True})
    with pytest.raises(SchemaError, match="component given_length"):
        form(marked, tmp_path / "form.xlsx")


def test_no_typographic_quote_stands_in_a_form(forms: dict[str, Path]) -> None:
    """pyxform rewrites such quotes, so that a table holding one would be another table."""
    for path in forms.values():
        assert not set("‘’“”") & set(path.read_text("utf-8"))
        assert "digest(" not in path.read_text("utf-8")
