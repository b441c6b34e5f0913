"""Scheme files: what ships is sound, and what is wrong is refused with a line and a way out."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from uic.errors import SchemaError
from uic.partner.codes import (
    CODE_RULES,
    RULES,
    check_character,
    check_code,
    compose,
    grouped,
    records_of,
)
from uic.partner.schemes import (
    canonical,
    explain,
    fingerprint,
    list_schemes,
    load_scheme,
    model,
    parse_scheme,
    patterns,
)
from uic.partner.schemes.kinds import CALENDARS, DATE_TOKENS

REFERENCE = {
    "au-slk581", "us-hrsa-uci", "us-hrsa-euci", "ph-doh", "ca-ddrp", "cam-pasmo", "ls-cuic",
    "ug-kpic", "ke-kp", "ch-hiv", "de-ifsg", "uk-soundex", "us-md", "ny-leshrc", "kh-template",
}  # fmt: skip
SCHEMES = {scheme.id: scheme for scheme in list_schemes()}
OWN = """
format = "uic-scheme/1"
id = "own"
version = "3"
title = "Our own"
source = "us"
status = "template"
scripts = ["{script}"]

[[components]]
name = "given"
kind = "letters"
attribute = "given_name"
letters = [1, 2]
short = "9"
"""


def test_all_published_schemes_ship() -> None:
    """The fourteen of the reference and the Cambodian template."""
    assert set(SCHEMES) == REFERENCE
    assert {i for i, scheme in SCHEMES.items() if scheme.status == "template"} == {"kh-template"}
    assert {i for i, scheme in SCHEMES.items() if scheme.made == "assigned"} == {"ke-kp"}


@pytest.mark.parametrize("identifier", SCHEMES)
def test_the_example_of_a_scheme_is_right(identifier: str) -> None:
    """The invented person of the file has the code and check character that the file says."""
    scheme = SCHEMES[identifier]
    assert scheme.example is not None
    code, check = scheme.example.code, scheme.example.check
    if scheme.made == "derived":
        made = compose(records_of([scheme.example.person], scheme), scheme)
        assert made.codes.to_pylist() == [code]
        assert not made.flaws
    assert check_character(code, scheme.check) == check
    assert check_code(grouped(code, scheme, check), scheme)


@pytest.mark.parametrize("identifier", SCHEMES)
def test_a_scheme_says_where_it_is_from_and_how_it_was_read(identifier: str) -> None:
    """No scheme ships without its source; a published hash is called reversible."""
    scheme = SCHEMES[identifier]
    assert len(scheme.source) > 10
    assert scheme.readings
    assert scheme.reversible_hash == (scheme.hash is not None)
    assert not (scheme.xlsform_safe and scheme.hash)


@pytest.mark.parametrize("identifier", SCHEMES)
def test_every_component_is_explained(identifier: str) -> None:
    """Each part is a sentence, and the pieces of the example make up the example's code."""
    scheme = SCHEMES[identifier]
    explained = explain(scheme)
    assert [item.name for item in explained if item.example] or scheme.hash
    assert all(re.search(r"[.]$", item.words) for item in explained)
    assert scheme.example is not None
    assert "".join(item.example for item in explained) == scheme.example.code


@pytest.mark.parametrize("identifier", SCHEMES)
def test_widths_are_those_of_the_example(identifier: str) -> None:
    """The example fits the widths that a wrong length is judged by."""
    scheme = SCHEMES[identifier]
    assert scheme.example is not None
    widths = patterns.widths(scheme)
    low, high = (sum(width[end] for width in widths) for end in (0, 1))
    assert low <= len(scheme.example.code) <= high


def test_an_unknown_scheme_is_refused_with_the_nearest() -> None:
    """A slip of the finger is answered with the scheme that was meant."""
    with pytest.raises(SchemaError, match="did you mean 'au-slk581'"):
        load_scheme("au-slk518")
    with pytest.raises(SchemaError, match="does not exist"):
        load_scheme("nowhere.toml")


def test_a_programmes_own_scheme_is_one_file(tmp_path: Path) -> None:
    """A TOML file is loaded by its path, BOM or not, and is a scheme like any other."""
    path = tmp_path / "own.toml"
    path.write_text("\ufeff" + OWN.format(script="thai"), encoding="utf-8")
    scheme = load_scheme(path)
    made = compose(records_of([{"given_name": "เกษม"}, {"given_name": "Kasem"}], scheme), scheme)
    assert made.codes.to_pylist() == ["กษ", None]
    assert made.checks.to_pylist() == [None, None]
    assert load_scheme(str(path)) == scheme
    assert load_scheme(scheme) is scheme


def test_the_fingerprint_holds_what_makes_a_code() -> None:
    """Comments and the example change nothing; a rule changes it."""
    text = OWN.format(script="latin")
    same = parse_scheme("# ours\n" + text + '[example]\ncode = "SO"\ncheck = "A"\nperson = {}\n')
    other = parse_scheme(text.replace('short = "9"', 'short = "2"'))
    assert fingerprint(parse_scheme(text)) == fingerprint(same) != fingerprint(other)
    assert '"short":"9"' in canonical(same)


def refusal(text: str) -> str:
    with pytest.raises(SchemaError) as caught:
        parse_scheme(text, "own.toml")
    assert caught.value.problems
    return str(caught.value)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('mising = "99"', "line 16, components.0.mising: unknown key\n  hint: did you mean"),
        ('missing = "999"', "line 16, components.0.missing: the sign must have 2 characters"),
        ("letters = [1, 1]", "line 14, components.0.letters: overlapping positions"),
        ("letters = [2, 1]", "line 14, components.0.letters: write the positions in rising order"),
        ("letters = [0]", "line 14, components.0.letters"),
        ('letters = "some"', "line 14, components.0.letters"),
        ('kind = "leters"', "components.0: Input tag 'leters'"),
        ("fallback = [{ attribute = \"family_name\", letters = [1] }]", "as many letters"),
        ('short = "99"', "line 15, components.0.short"),
        ("[suffix]\ntaken = \"a\"", "line 17, suffix.taken"),
        ('[hash]\nalgorithm = "md5"\ncharacters = 8', "line 17, hash.algorithm"),
        ('[mononym]\nsource = "family_name"', "line 16, mononym.target: the key is missing"),
    ],
)  # fmt: skip
def test_a_wrong_scheme_names_its_line(line: str, message: str) -> None:
    """Every refusal tells the file, the line, the rule and what to do."""
    lines = OWN.format(script="latin").splitlines()
    key = line.split(" =")[0]
    kept = [old for old in lines if not old.startswith(f"{key} =")]
    if key in ("letters", "kind", "short"):
        place = next(n for n, old in enumerate(lines) if old.startswith(f"{key} ="))
        kept = [*lines[:place], line, *lines[place + 1 :]]
    else:
        kept = [*lines, line]
    assert message in refusal("\n".join(kept))


def test_several_problems_are_reported_at_once() -> None:
    """Nobody has to run a check as often as there are mistakes."""
    text = (
        OWN.format(script="latin").replace("version", "versoin").replace("letters = ", "leters = ")
    )
    message = refusal(text)
    assert "did you mean 'version'" in message
    assert "did you mean 'letters'" in message
    assert message.count("line ") >= 4


def test_what_is_not_toml_is_refused_with_its_line() -> None:
    """The reader of TOML tells the line; nothing of a person is in a scheme file."""
    assert "line 3" in refusal('format = "uic-scheme/1"\nid = "x"\nversion = \n')


def test_a_scheme_of_another_format_is_refused() -> None:
    """A file says which format it is written in, and only that is read."""
    assert "format" in refusal(OWN.format(script="latin").replace("scheme/1", "scheme/2"))


def test_code_maps_must_be_total_and_alike() -> None:
    """Every answer has a code or is refused, no answer is made up, all codes have one length."""
    component = '\n[[components]]\nname = "sex"\nkind = "code"\nattribute = "sex"\n'
    text = OWN.format(script="latin") + component
    codes = 'codes = {{ M = "1", F = "2", other = "{other}", unknown = "9"{more} }}\n'
    parse_scheme(text + codes.format(other="3", more=""))
    assert "not total" in refusal(text + 'codes = { M = "1" }\n')
    assert "cannot have" in refusal(text + codes.format(other="3", more=', X = "4"'))
    assert "one length" in refusal(text + codes.format(other="33", more=""))
    race = component.replace('"sex"', '"race"')
    assert "list every answer" in refusal(
        OWN.format(script="latin") + race + 'codes = { A = "1" }\n'
    )


def test_attributes_keep_their_kind() -> None:
    """A name cannot be used as a date, nor a date as a number."""
    text = OWN.format(script="latin").replace("given_name", "birth_date")
    assert "cannot be used" in refusal(text)


SPEC = Path(__file__).parents[2] / "spec"


def test_the_specification_names_every_key_and_every_rule() -> None:
    """A key or rule that the code knows and the text does not is a text out of date."""
    text = (SPEC / "scheme.md").read_text("utf-8") + (SPEC / "code.md").read_text("utf-8")
    owners = (model.Scheme, model.Letters, model.Length, model.Date, model.Code, model.Number)
    others = (model.Text, model.Literally, model.Hash, model.Suffix, model.Mononym, model.Example)
    keys = {key for owner in (*owners, *others) for key in owner.model_fields}
    words = {*keys, *RULES, *CODE_RULES, *CALENDARS, *DATE_TOKENS}
    assert sorted(word for word in words if not re.search(rf"\b{word}\b", text)) == []


def test_the_specification_names_every_table_key() -> None:
    """Every key of the tables that an implementation needs is explained."""
    text = (SPEC / "normalisation.md").read_text("utf-8") + (SPEC / "code.md").read_text("utf-8")
    tables = [
        json.loads(path.read_text("utf-8")) for path in (SPEC / "normalisation").glob("*.json")
    ]
    keys = {key for table in tables for key in table} - {"version"}
    assert sorted(key for key in keys if not re.search(rf"\b{key}\b", text)) == []
