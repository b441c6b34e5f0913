# ruff: noqa: ANN401, E501, INP001 - one vector a line reads as a table; a script, not a package
"""SLK-581, the scheme with the most documented rules."""

# fmt: off

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder import Vectors

METEOR = "AIHW METeOR 349510, 686238"


def slk(v: Vectors) -> None:
    """Australia: the reading of METeOR."""
    doe = {"family_name": "Doe", "given_name": "John", "birth_date": "2000-12-19", "sex": "M"}

    def case(name: str, comment: str, code: str | None, source: str = METEOR, **changes: Any) -> None:
        more = {key: changes.pop(key) for key in ("layer", "flaws", "check") if key in changes}
        person = {key: value for key, value in (doe | changes).items() if value is not None}
        v.compose(f"au-slk581-{name}", comment, "au-slk581", person, code, source=source, **more)

    case("doe", "a three-letter family name", "OE2OH191220001", check="T")
    case("smith", "the second, third and fifth letter", "MIHOH191220001", family_name="Smith")
    case("brown", "Elizabeth Brown", "RONLI191220002", family_name="Brown", given_name="Elizabeth", sex="F")
    case("jones", "Jones is ONS", "ONSOH191220001", family_name="Jones")
    case("thompson", "Thompson is HOP", "HOPOH191220001", family_name="Thompson")
    case("farr", "no fifth letter", "AR2OH191220001", family_name="Farr")
    case("hua", "three letters", "UA2OH191220001", family_name="Hua")
    case("one-letter-family", "one letter: the code keeps its length", "222OH191220001", "rule", family_name="O")
    case("two-letter-family", "two letters", "G22OH191220001", "rule", family_name="Ng")
    case("jo", "Jo has no third letter", "OE2O2191220001", given_name="Jo")
    case("one-letter-given", "one letter", "OE222191220001", "rule", given_name="J")
    case("hyphen", "Lee-Archer: the hyphen does not count", "EEROA191220001", family_name="Lee-Archer", given_name="Jo-Anne")
    case("apostrophe", "O'Mara and D'Arcy", "MAAAR191220001", family_name="O\u2019Mara", given_name="D'Arcy")
    case("space", "De Vries: the space does not count", "EVIOH191220001", family_name="De Vries")
    case("lower-case", "small letters are written in capitals", "MIHOH191220001", "rule", family_name="smith", given_name="JOHN")
    case("accents", "accents are taken off", "UNZOS191220001", "rule", family_name="Mu\u00f1oz", given_name="Jos\u00e9")
    case("family-missing", "a whole name is missing: 999, never 222", "999OH191220001", family_name=None)
    case("given-missing", "a whole name is missing: 99", "OE299191220001", given_name=None)
    case("both-missing", "both names are missing", "99999191220001", family_name=None, given_name=None)
    case("family-unknown", "unknown is written as missing", "999OH191220001", "rule", family_name=None, family_name_status="unknown")
    case("mononym", "a person has one name only: it is the given name", "999UH191220001", family_name="Suharto", given_name=None, given_name_status="none")
    case("mononym-as-given", "and so it is where the register has it there", "999UH191220001", family_name=None, family_name_status="none", given_name="Suharto")
    case("no-letters", "a name without a letter counts as missing, and is told", "999OH191220001", "rule", family_name="-", flaws=[{"attribute": "family_name", "rule": "no_letters"}])
    case("sex-other", "other is 3", "OE2OH191220003", sex="other")
    case("sex-unknown", "unknown is 9", "OE2OH191220009", sex="unknown")
    case("sex-missing", "not stated is 9", "OE2OH191220009", sex=None)
    case("sex-not-a-code", "an answer that is none counts as missing, and is told", "OE2OH191220009", "rule", sex="weird", flaws=[{"attribute": "sex", "rule": "unknown_code"}])
    case("khmer-name", "a Latin scheme refuses Khmer letters and never spells them itself", None, "rule", layer="names", family_name="\u179f\u17bb\u1781", flaws=[{"attribute": "family_name", "rule": "script_not_allowed"}])
    case("mixed-name", "two scripts in one name", None, "rule", layer="names", family_name="Sok \u179f\u17bb\u1781", flaws=[{"attribute": "family_name", "rule": "script_not_allowed"}])
    case("cyrillic-look-alike", "a Cyrillic o in a Latin name", None, "rule", layer="names", family_name="D\u043ee", flaws=[{"attribute": "family_name", "rule": "script_not_allowed"}])
    case("emoji", "a character no table lists", None, "rule", layer="names", given_name="John\U0001f600", flaws=[{"attribute": "given_name", "rule": "unknown_character"}])
    case("birth-missing", "without a birth date there is no code", None, "rule", layer="component", birth_date=None, flaws=[{"attribute": "birth_date", "rule": "missing"}])
    case("birth-month", "the day is not known and the scheme has no sign for it", None, "rule", layer="component", birth_date="2000-12", flaws=[{"attribute": "birth_date", "rule": "no_day"}])
