"""Questions for a date: year, month and day apart, so that nobody fills in a day not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.partner.forms import expressions
from uic.partner.forms.rows import Row, field
from uic.partner.forms.words import EMPTY, MONTHS, attribute, phrase
from uic.partner.schemes.model import CALENDARS, Date

if TYPE_CHECKING:
    from uic.partner.schemes import Scheme

PARTS = {"Y": "year", "M": "month", "D": "day"}
EARLIEST = 1900
MONTH_LENGTHS = "312931303130313130313031"


def dates_of(name: str, scheme: Scheme) -> list[Date]:
    """Return the components of a scheme that write parts of one date."""
    return [c for c in scheme.components if isinstance(c, Date) and c.attribute == name]


def parts_of(name: str, scheme: Scheme) -> dict[str, str]:
    """Return the parts of a date that are asked, as ``{"Y": reference to the year}``.

    Only parts the scheme writes; and the year wherever a sign may stand for the whole date,
    because then a date of which the year is known is not a missing one.
    """
    dates = dates_of(name, scheme)
    used = {token[0] for date in dates for token in date.tokens}
    used |= {"Y"} if any(date.pads for date in dates) else set()
    return {kind: field(f"{name}_{part}") for kind, part in PARTS.items() if kind in used}


def date_rows(name: str, scheme: Scheme) -> list[Row]:
    """Ask for the parts of a date that the scheme uses, and for no other."""
    parts = parts_of(name, scheme)
    rules = {"Y": _year_rule(), "M": _month_rule(parts), "D": _day_rule(parts)}
    return [
        Row(
            "select_one" if kind == "M" else "integer",
            f"{name}_{PARTS[kind]}",
            attribute(f"{name}_{PARTS[kind]}"),
            phrase("leave_empty") if _needed(kind, parts, scheme, name) != "yes" else EMPTY,
            required=_needed(kind, parts, scheme, name),
            constraint=rules[kind],
            message=phrase("no_such_date"),
            answers=_MONTHS if kind == "M" else (),
        )
        for kind in parts
    ]


_MONTHS = tuple(
    (f"{number:02d}", (f"{number} {english}", f"{number} {khmer}"))
    for number, (english, khmer) in enumerate(MONTHS, start=1)
)


def _sign(component: Date, kind: str) -> str | None:
    """Return what the scheme writes for a part that is not known."""
    return {"M": component.unknown_month, "D": component.unknown_day}.get(kind)


def _needed(kind: str, parts: dict[str, str], scheme: Scheme, name: str) -> str:
    """Return when a part must be given: where nothing else can be written for it."""
    writing = [
        date
        for date in dates_of(name, scheme)
        if kind in {token[0] for token in date.tokens} and _sign(date, kind) is None
    ]
    if not writing:
        return ""
    if not all(date.pads for date in writing):
        return "yes"
    return f"{parts['Y']} != ''" if kind != "Y" else ""


def _year_rule() -> str:
    return f". >= {EARLIEST} and . <= number(format-date(today(), '%Y'))"


def _month_rule(parts: dict[str, str]) -> str:
    if "Y" not in parts:
        return ""
    past = f"number(concat({parts['Y']}, .)) <= number(format-date(today(), '%Y%m'))"
    return f"{parts['Y']} != '' and {past}"


def _day_rule(parts: dict[str, str]) -> str:
    """Accept only days that exist and that have come."""
    year, month = parts.get("Y"), parts.get("M")
    rules = [". >= 1 and . <= 31"]
    if year:
        rules.append(f"{year} != ''")
    if month:
        start = f"2 * number({month}) - 2"
        length = f"number(substr('{MONTH_LENGTHS}', {start}, {start} + 2))"
        rules.append(f"({month} = '' or . <= {length})")
    if year and month:
        leap = f"({year} mod 4 = 0 and {year} mod 100 != 0) or {year} mod 400 = 0"
        rules.append(f"({month} != '02' or . < 29 or {leap})")
        written = f"number(concat({year}, {month}, {expressions.two_digits('.')}))"
        past = f"{written} <= number(format-date(today(), '%Y%m%d'))"
        rules.append(f"({month} = '' or {past})")
    return " and ".join(rules)


def date_piece(component: Date, scheme: Scheme) -> str:
    """Return the date as the scheme writes it; its sign where every part is empty."""
    parts = parts_of(component.attribute, scheme)
    written = expressions.concat([_token(component, token, parts) for token in component.tokens])
    kinds = [token[0] for token in component.tokens]
    lacking = [f"{parts[kind]} = ''" for kind in kinds if _sign(component, kind) is None]
    found = f"if({' or '.join(lacking)}, '', {written})" if lacking else written
    absent = " and ".join(f"{part} = ''" for part in parts.values())
    return f"if({absent}, '{component.missing or ''}', {found})"


def _token(component: Date, token: str, parts: dict[str, str]) -> str:
    kind = token[0]
    if kind == "Y":
        year = f"concat('', {parts[kind]} + {CALENDARS[component.calendar]})"
        return year if len(token) == len("YYYY") else f"substr({year}, 2, 4)"
    text = parts[kind] if kind == "M" else expressions.two_digits(parts[kind])
    sign = _sign(component, kind)
    return text if sign is None else f"if({parts[kind]} = '', '{sign}', {text})"
