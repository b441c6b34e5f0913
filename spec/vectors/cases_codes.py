# ruff: noqa: E501, INP001 - one vector a line reads as a table; a script, not a package
"""Check characters, written codes, groups, parts: ``spec/code.md``."""

# fmt: off

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from builder import Vectors


def checking(v: Vectors) -> None:
    """``spec/code.md`` sections 3 to 5."""
    for code, method, sign in (("A12425GABC1234002", "mod37_36", "M"), ("G123489654321", "mod37_2", "Y")):
        v.add("check_character", f"{method}-iso", "a published example of ISO 7064", flags=["published"], source="ISO 7064; GRid, ISBT 128", input={"code": code, "method": method}, expect="success", output={"check": sign})
    v.add("check_character", "mod37_2-star", "MOD 37-2 may give a star", flags=["rule"], input={"code": "01", "method": "mod37_2"}, expect="success", output={"check": "*"})
    v.add("check_character", "khmer-counts-as-place", "KA is the first letter of the alphabet and counts as 0", flags=["rule"], input={"code": "\u17801", "method": "mod37_36"}, expect="success", output={"check": "2"})
    v.add("check_character", "latin-zero-one", "the same with 0 in its place", flags=["rule"], input={"code": "01", "method": "mod37_36"}, expect="success", output={"check": "2"})
    v.add("check_character", "outside-alphabet", "a code in Thai letters has no check character", flags=["rule"], input={"code": "\u0e0101", "method": "mod37_36"}, expect="form", output={"check": None})
    slk = "au-slk581"
    v.check("good", "a good code", slk, "OE2OH191220001", "success")
    v.check("good-with-check", "with its check character", slk, "OE2OH191220001/T", "success")
    v.check("grouped", "in groups and small letters", slk, "oe2oh-19122000-1 / t", "success")
    v.check("khmer-digits", "digits of another script", slk, "OE2OH\u17e1\u17e9\u17e1\u17e2\u17e2\u17e0\u17e0\u17e0\u17e1", "success")
    v.check("empty", "nothing", slk, " ", "form", ("code", "empty"))
    v.check("thirteen", "the one-letter surname of other programs: thirteen characters", slk, "2OH191220001", "form", ("code", "too_short"))
    v.check("fifteen", "one character too many", slk, "OE2OH1912200011", "form", ("code", "too_long"))
    v.check("digit-in-name", "a zero for an O", slk, "0E2OH191220001", "form", ("family", "wrong_form"))
    v.check("letter-in-date", "an O for a zero, in two parts", slk, "OE2O919122OO01", "form", ("given", "wrong_form"), ("birth", "wrong_form"))
    v.check("letter-after-filler", "after a filler there can be no letter", slk, "A2TOH191220001", "form", ("family", "wrong_form"))
    v.check("month-thirteen", "there is no month 13", slk, "OE2OH191320001", "form", ("birth", "wrong_form"))
    v.check("february-thirty", "there is no 30 February", slk, "OE2OH300220001", "meaning", ("birth", "impossible_date"))
    v.check("leap-day", "29 February of a year that has none", slk, "OE2OH290220011", "meaning", ("birth", "impossible_date"))
    v.check("sex-four", "4 is no sex of the scheme", slk, "OE2OH191220004", "form", ("sex", "wrong_form"))
    v.check("wrong-check", "a wrong check character", slk, "OE2OH191220001/S", "check", ("check", "wrong_check_character"))
    v.check("suffix-none", "a code with a suffix, without it", "us-hrsa-uci", "JNDE0315652", "success")
    v.check("suffix", "and with it", "us-hrsa-uci", "JNDE0315652B", "success")
    v.check("order-zero", "there is no birth order 0", "ph-doh", "MARE0001011970", "meaning", ("birth_order", "out_of_range"))
    v.check("order-unknown", "99 stands for unknown", "ph-doh", "MARE9999999999", "success")
    v.check("kenya", "an assigned code can be checked", "ke-kp", "01002WRD1IMPHOTFSWAKAOT40012", "success")
    v.check("kenya-month", "there is no month 0", "ke-kp", "01002WRD1IMPHOTFSWAKAOT00012", "form", ("month", "wrong_form"))
    v.check("khmer-mixed", "Khmer and Latin letters in one code", "kh-template", "\u179f\u1797DAM1501199012", "meaning", ("code", "scripts_differ"))
    v.check("hash", "only hexadecimal characters", "ug-kpic", "2E2C739FG", "form", ("hash", "wrong_form"))

    def parse(name: str, comment: str, scheme: str, code: str, parts: dict[str, str | None]) -> None:
        v.add("parse", name, comment, flags=["rule"], scheme=scheme, input={"code": code}, expect="success", output={"parts": parts})

    parse("slk", "every component", slk, "oe2oh-19122000-1", {"family": "OE2", "given": "OH", "birth": "19122000", "sex": "1"})
    parse("suffix", "no suffix is an empty part", "us-hrsa-uci", "JNDE0315652", {"given": "JN", "family": "DE", "birth": "031565", "sex": "2", "suffix": ""})
    parse("two-readings", "A and MO, or AM and O: what may be read in two ways is not told", "ls-cuic", "9207MSAMO02", {"birth": "9207", "district": "MS", "given": None, "family": None, "birth_order": "02"})
    v.add("parse", "not-well-formed", "a wrong code is not taken apart", flags=["rule"], scheme=slk, input={"code": "OE2OH30022000X"}, expect="form", output={})
    v.add("group", "slk", "groups of the scheme, check character after a slash", flags=["rule"], scheme=slk, input={"code": "OE2OH191220001", "check": "T"}, expect="success", output={"text": "OE2OH-19122000-1/T"})
    v.add("group", "fours", "groups of four where the scheme has none", flags=["rule"], scheme="ls-cuic", input={"code": "9207MSAMO02"}, expect="success", output={"text": "9207-MSAM-O02"})
