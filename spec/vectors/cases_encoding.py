# ruff: noqa: E501, INP001 - one vector a line reads as a table; a script, not a package
"""Sub-keys, tokens of each pass, signatures and handles, section by section of ``spec/encoding.md``.

Block values are typed by hand; what follows from them by arithmetic is computed by
``reference.py``, which knows neither implementation.
"""

# fmt: off

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import reference

if TYPE_CHECKING:
    from builder import Vectors

ROOT = bytes(range(32))
KEY = {"project": "project", "epoch": "2026Q4", "root": ROOT.hex()}
BETWEEN = "\x1f"

DATE = {"take": "date", "attribute": "birth_date"}
YEAR = {"take": "year", "attribute": "birth_date"}
MONTH = {"take": "month", "attribute": "birth_date"}
DAY = {"take": "day", "attribute": "birth_date"}
MONTH_DAY = {"take": "month_day", "attribute": "birth_date"}
SEX = {"take": "exact", "attribute": "sex"}
BOTH = ["family_name", "given_name"]
SOUNDS = {"take": "sound", "sorted": BOTH}
INITIALS = {"take": "initial", "sorted": BOTH}
FAMILY = {"take": "sound", "attribute": "family_name"}

SOK = {"family_name": "Sok", "given_name": "Dara", "birth_date": "1990-05-07", "sex": "M"}
KHMER = {"family_name": "\u179f\u17bb\u1781", "given_name": "\u179c\u178e\u17d2\u178e\u17b6"}
SUPPLEMENTARY, LATE = "\U0001e900", "\ufb50"


def keyed(purpose: str, *parts: str, key: dict[str, str] = KEY) -> bytes:
    """Return the sub-key of a vector's key."""
    return reference.sub_key(bytes.fromhex(key["root"]), key["project"], key["epoch"], purpose, *parts)


def salt_of(name: str, value: str) -> int:
    """Return the salt of one block."""
    return int.from_bytes(reference.tag(keyed("block", name), value)[16:24], "big")


def encoding(v: Vectors) -> None:
    """Write the vectors of every section."""
    sub_keys(v)
    tokens(v)
    signatures(v)
    handles(v)


def sub_keys(v: Vectors) -> None:
    """Section "Keys": labels are length-prefixed, nothing is shared."""
    def good(name: str, comment: str, purpose: str, *parts: str, **other: str) -> None:
        key = KEY | other
        v.add("sub_key", name, comment, flags=["rule"], input={"key": key, "purpose": purpose, "parts": list(parts)},
              expect="success", output={"sub_key": keyed(purpose, *parts, key=key).hex()})

    def bad(name: str, comment: str, **other: str) -> None:
        v.add("sub_key", name, comment, flags=["rule"], input={"key": KEY | other, "purpose": "block", "parts": ["birth-date"]},
              expect="key", output={"sub_key": None})

    good("block", "tokens of one pass", "block", "birth-date")
    good("other-pass", "another pass, another key", "block", "name-sounds")
    good("other-epoch", "the same root under another epoch", "block", "birth-date", epoch="2027Q1")
    good("other-project", "the same root in another project", "block", "birth-date", project="elsewhere")
    good("signature", "signatures of one attribute in one pass", "signature", "birth-date", "sex")
    good("parts-a-bc", "lengths stand before the parts", "signature", "a", "bc")
    good("parts-ab-c", "so that ab and c are not a and bc", "signature", "ab", "c")
    good("not-ascii", "lengths count bytes of UTF-8", "handle", "\u179f\u17bb\u1781")
    good("key-id", "the first eight bytes are the public name of the key", "key-id")
    bad("short", "a root of 31 bytes", root=ROOT.hex()[:-2])
    bad("long", "a root of 33 bytes", root=ROOT.hex() + "00")
    bad("no-key", "there is no mode without a key", root="")
    bad("epoch-with-space", "a name with a space", epoch="2026 Q4")
    bad("empty-project", "a name is at least one character", project="")


def tokens(v: Vectors) -> None:
    """Sections "Block values" and "Tokens and salts": one person, some passes."""
    def add(name: str, comment: str, record: dict[str, str], *passes: tuple[str, list[dict[str, Any]], list[str] | None], **more: Any) -> None:  # noqa: ANN401
        attributes, key = more.get("attributes", {}), more.get("key", KEY)
        schema = {"project": key["project"], "attributes": attributes, "passes": [{"name": title, "parts": parts} for title, parts, _ in passes]}
        blocks = {title: None if found is None else BETWEEN.join(found) for title, _, found in passes}
        tags = {title: None if block is None else reference.tag(keyed("block", title, key=key), block) for title, block in blocks.items()}
        output = {
            "blocks": blocks,
            "tokens": {title: found and found[:16].hex() for title, found in tags.items()},
            "salts": {title: found and found[16:24].hex() for title, found in tags.items()},
        }
        layer = "success" if any(tags.values()) else "missing"
        v.add("tokens", name, comment, flags=["rule"], input={"key": key, "schema": schema, "record": record}, expect=layer, output=output)

    def refused(name: str, comment: str, parts: list[dict[str, Any]], attributes: dict[str, str] | None = None, *, twice: bool = False) -> None:
        passes = [{"name": "p", "parts": parts}] * (2 if twice else 1)
        schema = {"project": "project", "attributes": attributes or {}, "passes": passes}
        v.add("tokens", name, comment, flags=["rule"], input={"key": KEY, "schema": schema, "record": SOK}, expect="schema", output={"tokens": None})

    add("four-passes", "the passes of a name register",
        SOK,
        ("birth-date", [DATE], ["1990-5-7"]),
        ("name-sounds", [SOUNDS], ["D600", "S200"]),
        ("initials-month-day", [INITIALS, MONTH_DAY], ["D", "S", "5-7"]),
        ("surname-sex-year", [FAMILY, SEX, YEAR], ["S200", "M", "1990"]))
    add("names-swapped", "two attributes under sorted give one value in either order",
        SOK | {"family_name": "Dara", "given_name": "Sok"},
        ("name-sounds", [SOUNDS], ["D600", "S200"]))
    add("names-alike", "one name twice is written twice", {"family_name": "Sok", "given_name": "SOK."}, ("name-sounds", [SOUNDS], ["S200", "S200"]))
    add("same-value-other-pass", "the token of a value in one pass says nothing about its token in another",
        SOK, ("birth-date", [DATE], ["1990-5-7"]), ("date-again", [DATE], ["1990-5-7"]))
    add("another-epoch", "the same person in the next epoch", SOK, ("birth-date", [DATE], ["1990-5-7"]), key=KEY | {"epoch": "2027Q1"})
    add("another-project", "the same person in another project", SOK, ("birth-date", [DATE], ["1990-5-7"]), key=KEY | {"project": "elsewhere"})
    add("khmer", "the sounds of Khmer names, in code-point order", KHMER,
        ("name-sounds", [SOUNDS], ["\u179c\u1793", "\u179f\u1781"]),
        ("initials", [INITIALS], ["\u179c", "\u179f"]))
    add("khmer-and-latin", "a name in another script is sorted by code point too", KHMER | {"given_name": "Dara"},
        ("name-sounds", [SOUNDS], ["D600", "\u179f\u1781"]))
    add("arabic", "Arabic names", {"family_name": "\u0645\u062d\u0645\u062f", "given_name": "\u0641\u0627\u0637\u0645\u0629"},
        ("name-sounds", [SOUNDS], ["\u0641\u0637\u0645\u0647", "\u0645\u062d\u0645\u062f"]))
    add("cyrillic", "forms of one given name are one value", {"given_name": "\u041e\u043b\u0435\u043a\u0441\u0430\u043d\u0434\u0440"},
        ("given", [{"take": "exact", "attribute": "given_name"}], ["\u0410\u041b\u0415\u041a\u0421\u0410\u041d\u0414\u0420"]))
    add("code-points-not-utf16", "order is by code point: U+FB50 before U+1E900, although UTF-16 has it the other way",
        {"first_code": SUPPLEMENTARY, "second_code": LATE},
        ("codes", [{"take": "exact", "sorted": ["first_code", "second_code"]}], [LATE, SUPPLEMENTARY]),
        ("initials", [{"take": "initial", "sorted": ["first_code", "second_code"]}], [LATE, SUPPLEMENTARY]),
        attributes={"first_code": "code", "second_code": "code"})
    add("skeleton", "the consonants of a Latin spelling", {"given_name": "Phalla"}, ("skeleton", [{"take": "skeleton", "attribute": "given_name"}], ["PL"]))
    add("place", "a place keeps digits and single spaces", {"place": " Phum  3, Tuol-Kork "}, ("place", [{"take": "exact", "attribute": "place"}], ["PHUM 3 TUOL KORK"]))
    add("sound-of-a-place", "a sound is that of the letters: digits and spaces are left out first", {"place": "Ash 12 craft"},
        ("place", [{"take": "sound", "attribute": "place"}], ["A261"]), ("skeleton", [{"take": "skeleton", "attribute": "place"}], ["SCRPT"]))
    add("code-as-read", "a code is compared as it was read", {"birth_order": "02", "sex": "F"}, ("order", [SEX, {"take": "exact", "attribute": "birth_order"}], ["F", "02"]))
    add("telephone", "a telephone number without spaces, signs and leading zeros", {"phone": "(012) 345-678 "}, ("phone", [{"take": "exact", "attribute": "phone"}], ["12345678"]))
    add("parts-stay-apart", "A and BC are not AB and C", {"street": "A", "place": "BC"},
        ("p", [{"take": "exact", "attribute": "street"}, {"take": "exact", "attribute": "place"}], ["A", "BC"]))
    add("parts-stay-apart-2", "AB and C are not A and BC", {"street": "AB", "place": "C"},
        ("p", [{"take": "exact", "attribute": "street"}, {"take": "exact", "attribute": "place"}], ["AB", "C"]))
    add("date-parts", "every part of a date that a pass can take, without leading zeros", SOK,
        ("date", [DATE], ["1990-5-7"]), ("year", [YEAR], ["1990"]), ("month-day", [MONTH_DAY], ["5-7"]), ("month", [MONTH], ["5"]), ("day", [DAY], ["7"]))
    add("january-1", "1 January stands for unknown: only the year is left", SOK | {"birth_date": "1990-01-01"},
        ("birth-date", [DATE], None), ("initials-month-day", [INITIALS, MONTH_DAY], None), ("surname-sex-year", [FAMILY, SEX, YEAR], ["S200", "M", "1990"]))
    add("january-2", "2 January is a day like others", SOK | {"birth_date": "1990-01-02"}, ("birth-date", [DATE], ["1990-1-2"]))
    add("estimated", "of an estimated date only the year is left", SOK | {"birth_date": "~1990-05-07"},
        ("birth-date", [DATE], None), ("surname-sex-year", [FAMILY, SEX, YEAR], ["S200", "M", "1990"]))
    add("month-known", "a month without a day is no day and no month", SOK | {"birth_date": "1990-05"},
        ("birth-date", [DATE], None), ("initials-month-day", [INITIALS, MONTH_DAY], None), ("surname-sex-year", [FAMILY, SEX, YEAR], ["S200", "M", "1990"]))
    add("one-part-missing", "a pass needs all its parts", {"family_name": "Sok", "sex": "M"},
        ("surname-sex-year", [FAMILY, SEX, YEAR], None), ("name-sounds", [SOUNDS], None))
    add("nothing-left", "a name without a letter is missing", {"family_name": " -- ", "given_name": "Dara"}, ("name-sounds", [SOUNDS], None))
    add("zeros", "a telephone number of zeros is missing", {"phone": "000 000"}, ("phone", [{"take": "exact", "attribute": "phone"}], None))
    add("nobody", "a record of which nothing is known has no block value in any pass", {}, ("birth-date", [DATE], None), ("name-sounds", [SOUNDS], None))
    refused("undeclared", "a pass uses an attribute that the schema does not declare", [{"take": "exact", "attribute": "shoe_size"}])
    refused("sound-of-a-date", "a date has no sound", [{"take": "sound", "attribute": "birth_date"}])
    refused("year-of-a-name", "a name has no year", [{"take": "year", "attribute": "family_name"}])
    refused("sorted-dates", "dates are not sorted", [{"take": "date", "sorted": ["birth_date", "first_visit"]}], {"first_visit": "date"})
    refused("two-sources", "a part names one attribute or two sorted, not both", [{"take": "exact", "attribute": "sex", "sorted": BOTH}])
    refused("no-source", "a part names an attribute", [{"take": "exact"}])
    refused("unknown-take", "a take that this version does not know", [{"take": "hash", "attribute": "sex"}])
    refused("unknown-key", "a key that this version does not know", [{"take": "exact", "attribute": "sex", "salt": "x"}])
    refused("no-parts", "a pass has at least one part", [])
    refused("same-name-twice", "two passes of one name would share a key", [DATE], twice=True)


def signatures(v: Vectors) -> None:
    """Sections "Text signatures" and "Codes and dates"."""
    def add(name: str, comment: str, kind: str, value: str | int | None, found: int | None, purpose: list[str], block: tuple[str, str]) -> None:
        given = {"key": KEY, "pass": block[0], "block": block[1], "purpose": purpose, "kind": kind, "value": value}
        shown = None if found is None else f"{found:016x}" if kind == "text" else found
        v.add("signature", name, comment, flags=["rule"], input=given, expect="missing" if found is None else "success", output={"signature": shown})

    def text(name: str, comment: str, value: str | None, attribute: str = "name", block: tuple[str, str] = ("birth-date", "1990-5-7")) -> None:
        key = keyed("signature", block[0], attribute)
        add(name, comment, "text", value, None if value is None else reference.text_signature(key, salt_of(*block), value), [attribute], block)

    def code(name: str, comment: str, value: str | None, attribute: str = "sex", block: tuple[str, str] = ("birth-date", "1990-5-7")) -> None:
        key = keyed("signature", block[0], attribute)
        add(name, comment, "code", value, None if value is None else reference.value_code(key, salt_of(*block), value), [attribute], block)

    def number(name: str, comment: str, value: int | None, purpose: list[str], block: tuple[str, str] = ("name-sounds", "D600\x1fS200")) -> None:
        key = keyed("signature", block[0], *purpose)
        add(name, comment, "number", value, None if value is None else reference.number_code(key, salt_of(*block), value), purpose, block)

    text("text", "a family name", "SOK")
    text("text-one-letter-off", "agrees with SOK on more than half of the bits", "SOKH")
    text("text-other-block", "the same name in another block: unrelated bits", "SOK", block=("birth-date", "1990-5-8"))
    text("text-other-pass", "the same name and the same block value in another pass: unrelated bits", "SOK", block=("date-again", "1990-5-7"))
    text("text-other-attribute", "a place is signed under another key than a name", "SOK", attribute="place")
    text("text-one-letter", "one letter has two pairs, with the edges", "U")
    text("text-long", "a place with digits and spaces", "PHUM 3 TUOL KORK", attribute="place")
    text("text-repeated", "a pair that comes twice changes nothing", "NANANA")
    text("text-khmer", "Khmer letters and signs are characters like others", "\u179c\u178e\u17d2\u178e\u17b6")
    text("text-supplementary", "code points are taken modulo 65,536", SUPPLEMENTARY + SUPPLEMENTARY)
    text("text-missing", "a missing value has no signature", None)
    code("code", "a sex", "M")
    code("code-other", "the other one", "F")
    code("code-other-block", "the same sex in another block", "M", block=("birth-date", "1990-5-8"))
    code("code-not-ascii", "any text may be a code", "\u179f")
    code("code-missing", "a missing value has no code", None)
    number("year", "the year of a birth date", 1990, ["birth_date"])
    number("month", "month and day share a key", 5, ["birth_date", "day-month"])
    number("day", "so that a day of 7 and a month of 7 have one code", 7, ["birth_date", "day-month"])
    number("year-is-no-day", "a year has another key than days and months", 7, ["birth_date"])
    number("day-missing", "1 January, an estimated date, a month without a day: no code", None, ["birth_date", "day-month"])


def handles(v: Vectors) -> None:
    """Handles of records, spec/keys.md."""
    def add(name: str, comment: str, partner: str, record: str, **other: str) -> None:
        key = KEY | other
        found = reference.tag(keyed("handle", partner, key=key), record)[:16].hex()
        v.add("handle", name, comment, flags=["rule"], input={"key": key, "partner": partner, "record_id": record}, expect="success", output={"handle": found})

    add("handle", "a record of a partner", "dic", "C-0042")
    add("other-partner", "the same record id at another partner", "outreach", "C-0042")
    add("other-epoch", "the same record in the next epoch", "dic", "C-0042", epoch="2027Q1")
    add("not-ascii", "record ids are text", "dic", "\u17e4\u17e2")
    export = "9f" * 32
    found = reference.tag(keyed("handle", "dic", export), "row-17")[:16].hex()
    v.add("handle", "no-id", "a record without an id is named by its row, for this very file alone", flags=["rule"],
          input={"key": KEY, "partner": "dic", "record_id": "row-17", "export": export}, expect="success", output={"handle": found})
    v.add("handle", "no-key", "a handle needs a key", flags=["rule"], input={"key": KEY | {"root": ""}, "partner": "dic", "record_id": "C-0042"},
          expect="key", output={"handle": None})
