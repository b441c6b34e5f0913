"""From the cells of one column to canonical words; what cannot be used is listed by its rule.

Only the outside of a value is touched here: spaces, invisible signs, digits of other scripts,
code lists. What a name means in its script is the business of ``partner.normalising``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from uic.partner.reading.dates import order_hint, read_date
from uic.partner.reading.words import no_words
from uic.partner.reading.zones import local_days

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from uic.partner.reading.words import Mask, Words
    from uic.schema import PartnerMapping

DEFAULT_MISSING = ("-", "--", "---", "NA", "N/A", "n/a", "#N/A", "null", "NULL", "None", "none")
SEXES = {"m": "M", "male": "M", "f": "F", "female": "F", "other": "other", "unknown": "unknown"}
REFERRALS = {word: word for word in ("made", "accepted", "completed")}
MOST_DIGITS = 30
LOST_SHARE, LOST_LEAST = 0.2, 5

_ENDS = r"^[\s\p{Z}\p{Cc}\p{Cf}]+|[\s\p{Z}\p{Cc}\p{Cf}]+$"
_SPACES = r"[\s\p{Z}\x0b\x1c-\x1f\x85]+"
_UNTIDY = rf"{_ENDS}|[\s\p{{Z}}\x0b\x1c-\x1f\x85]{{2}}|[^\S ]|[\x0b\x1c-\x1f\x85]|[^\P{{Z}} ]"
"""Matches wherever stripping or folding would change a text."""
_MOJIBAKE = r"[à-ï][\x{80}-\x{bf}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{2}|�"
_MOJIBAKE_TWO = r"[ÂÃÐÑØÙ][\x{80}-\x{bf}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_LOST = r"^\?[\? ]*$"
_POINT_ZERO = re.compile(r"\d+\.0+")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,4})?")
_SCIENTIFIC = re.compile(r"\d\.\d+[eE]\+?\d+")


@dataclass(frozen=True, repr=False)
class Cleaned:
    """A column after cleaning.

    Attributes:
        words: Canonical words; empty where missing or unusable.
        status: For each row 'unknown' or 'refused' where the partner's words say so.
        broken: For each rule, the rows whose value breaks it.
        refusal: Rule and hint when the whole column shows that the file cannot be used.
    """

    words: Words
    status: Words
    broken: dict[str, Mask] = field(default_factory=dict)
    refusal: tuple[str, str] | None = None


@dataclass(frozen=True)
class Rules:
    """How the values of one column are to be read."""

    kind: str
    codes: dict[str, str]
    is_sex: bool
    whole_day: bool
    today: dt.date
    date_order: str = "YMD"
    missing: tuple[str, ...] = DEFAULT_MISSING
    unknown: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    earliest_year: int = 1900
    time_zone: str | None = None
    zone_needed: bool = False


def rules_for(attribute: str, kind: str, mapping: PartnerMapping | None, today: dt.date) -> Rules:
    """Collect what the schema and the partner's mapping say about one attribute."""
    base = Rules(kind, {}, attribute == "sex", attribute == "date", today)
    if mapping is None:
        return base
    several = attribute == "service" and mapping.service_separator is not None
    return Rules(
        kind,
        {} if several else mapping.codes.get(attribute, {}),  # each of several is read later
        base.is_sex,
        base.whole_day,
        today,
        mapping.date_order,
        mapping.missing or DEFAULT_MISSING,
        mapping.unknown,
        mapping.refused,
        mapping.earliest_year,
        mapping.time_zone,
        mapping.format != "plain",
    )


def clean(words: Words, rules: Rules) -> Cleaned:
    """Bring one tidy column to canonical words, looking at each distinct word once."""
    if refusal := _damage(words):
        return Cleaned(words, words, refusal=refusal)
    words = words.without(pc.is_in(words.distinct, pa.array(rules.missing, pa.string())))
    words, status = _statuses(words, rules)
    lost = pc.match_substring_regex(words.distinct, _LOST)
    broken = {"question_marks": words.rows_with(lost)}
    words = words.without(lost)
    if rules.kind in ("code", "identifier"):
        words, more = _codes(words)
        broken |= more
    words = recoded(words, rules.codes)
    if rules.kind == "date":
        words, more, refusal = _dates(words, rules)
    else:
        words, more = _checked(words, rules)
    return Cleaned(words, status, broken | more, refusal)


def tidy(raw: Words) -> Words:
    """Strip invisible signs at both ends and fold every run of spaces into one."""
    if not pc.any(pc.match_substring_regex(raw.distinct, _UNTIDY)).as_py():
        return raw
    text = pc.replace_substring_regex(raw.distinct, _ENDS, "")
    text = pc.replace_substring_regex(text, _SPACES, " ")
    return raw.translated(pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text))


def _damage(words: Words) -> tuple[str, str] | None:
    """Tell whether letters were lost on the way: read or saved in a wrong encoding."""
    hint = "export it again as 'CSV UTF-8' or XLSX; do not open and save the CSV in between"
    odd = words.distinct.filter(pc.invert(pc.string_is_ascii(words.distinct)))
    three = pc.match_substring_regex(odd, _MOJIBAKE)
    two = pc.match_substring_regex(odd, _MOJIBAKE_TWO)
    if pc.any(three).as_py() or (pc.sum(two).as_py() or 0) > 1:
        return "the letters are garbled: UTF-8 was read as another encoding", hint
    lost = words.rows_with(pc.match_substring_regex(words.distinct, _LOST)).sum()
    if lost >= LOST_LEAST and lost > LOST_SHARE * words.present.sum():
        return "letters were replaced by question marks", hint
    return None


def _statuses(words: Words, rules: Rules) -> tuple[Words, Words]:
    """Take the partner's words for 'unknown' and 'refused' out of the column."""
    meaning = dict.fromkeys(rules.unknown, "unknown") | dict.fromkeys(rules.refused, "refused")
    if not meaning:
        return words, no_words(len(words))
    found = [meaning.get(word) for word in words.listed()]
    return words.without([item is not None for item in found]), words.translated(found)


def recoded(words: Words, codes: dict[str, str]) -> Words:
    """Apply the partner's code list, as written or else without regard to case."""
    if not codes:
        return words
    loose = {ascii_digits(key).casefold(): value for key, value in codes.items()}
    found = [
        codes.get(word, loose.get(ascii_digits(word).casefold(), word)) for word in words.listed()
    ]
    return words.translated([word or None for word in found])


def _checked(words: Words, rules: Rules) -> tuple[Words, dict[str, Mask]]:
    """Apply the rules of a kind that is not a date."""
    if rules.is_sex:
        return _mapped(words, lambda word: SEXES.get(word.casefold()), "unknown_code")
    if rules.kind == "code" and rules.codes:
        known = set(rules.codes.values())
        return _mapped(words, lambda word: word if word in known else None, "unknown_code")
    if rules.kind == "number":
        return _mapped(words, canonical_number, "not_a_number")
    if rules.kind == "referral":
        return _mapped(words, lambda word: REFERRALS.get(word.casefold()), "unknown_code")
    if rules.kind == "count":
        return _mapped(words, canonical_count, "not_a_count")
    return words, {}


def _mapped(
    words: Words, read: Callable[[str], str | None], rule: str
) -> tuple[Words, dict[str, Mask]]:
    found = [read(word) for word in words.listed()]
    broken = words.rows_with([item is None for item in found])
    return words.translated(found), {rule: broken}


def _codes(words: Words) -> tuple[Words, dict[str, Mask]]:
    """Write codes with ASCII digits; a number that lost its digits in a spreadsheet is broken."""
    odd = pc.match_substring_regex(words.distinct, r"[^\x00-\x7f]|^\d+\.0+$|^\d\.\d+[eE]\+?\d+$")
    if not pc.any(odd).as_py():
        return words, {}
    return _mapped(words, canonical_code, "digits_lost")


def canonical_code(text: str) -> str | None:
    """Return a code with ASCII digits and no trailing '.0'; None where digits are lost."""
    text = ascii_digits(text)
    if _SCIENTIFIC.fullmatch(text):
        return None
    return text.partition(".")[0] if _POINT_ZERO.fullmatch(text) else text


def canonical_number(text: str) -> str | None:
    """Return a number as plain digits without useless zeros; None where it is none."""
    text = ascii_digits(text)
    if not _NUMBER.fullmatch(text):
        return None
    value = Decimal(text)
    if not value:
        return "0"
    if abs(value.adjusted()) > MOST_DIGITS:
        return None
    plain = f"{value:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def canonical_count(text: str) -> str | None:
    """Return a whole number from 0 to 10^12; None where it is none."""
    number = canonical_number(text)
    return number if number and number.isdecimal() and len(number) <= 12 else None


def ascii_digits(text: str) -> str:
    """Write Khmer, Thai, Arabic-Indic, fullwidth and other decimal digits as 0-9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in text)


def _dates(words: Words, rules: Rules) -> tuple[Words, dict[str, Mask], tuple[str, str] | None]:
    words, refusal = local_days(words, rules.time_zone, needed=rules.zone_needed)
    if refusal:
        return words, {}, refusal
    read = [
        read_date(ascii_digits(word), rules.date_order, rules.today, rules.earliest_year)
        for word in words.listed()
    ]
    if hint := order_hint(read, words.weights(), rules.date_order):
        return words, {}, ("mixed or wrong date order", hint)
    texts: list[Any] = [item.text for item in read]
    names = [item.rule for item in read]
    if rules.whole_day:
        for i, text in enumerate(texts):
            if text and (len(text) != 10 or text.startswith("~")):
                texts[i], names[i] = None, "incomplete_date"
    broken = {
        rule: words.rows_with([name == rule for name in names])
        for rule in dict.fromkeys(names)
        if rule
    }
    return words.translated(texts), broken, None
