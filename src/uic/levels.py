"""Agreement levels: what two block-salted signatures say about each other.

A level is a small number: 0 means one side is missing, which is neither for nor against; the
rest run from full agreement to none. The rules stand here once, as SQL in the portable subset,
because two rooms need the same answer: the matcher for candidate pairs, and the partner for the
share of its own random pairs at each level (the u of Fellegi and Sunter).

A text signature is 64 bits of one-bit minwise hashing (Li & Koenig 2010): two values whose sets
of letter pairs have Jaccard similarity J agree on 32 + 32 J of them, with a standard deviation
of at most 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.schema import LinkageSchema

BITS = 64
NEAR_BITS = 47  # J of about .47: one wrong letter in a name of five
FAR_BITS = 41  # J of about .28: 2.3 standard deviations above two unrelated values
MISSING = 0
TEXT_LEVELS = ("missing", "exact", "near", "far", "different", "swapped")
CODE_LEVELS = ("missing", "exact", "different")
DATE_LEVELS = (
    "missing",
    "exact",
    "day and month swapped",
    "year and day or month",
    "day and month",
    "year",
    "year, rest unknown",
    "day or month",
    "different year, rest unknown",
    "different",
    "year, rest unknown in both",
    "different year, rest unknown in both",
)
SWAPPED = TEXT_LEVELS.index("swapped")
BASE = 16  # levels are packed into one BIGINT pattern, four bits each: at most 15 comparisons


@dataclass(frozen=True)
class Comparison:
    """One attribute as it is compared.

    Attributes:
        attribute: Name of the attribute.
        kind: ``text``, ``code`` or ``date``.
        swap: For a text attribute, the other attribute its values are mistaken for.
    """

    attribute: str
    kind: str
    swap: str | None = None

    @property
    def levels(self) -> tuple[str, ...]:
        """Words for the levels, in the order of their numbers."""
        return {"text": TEXT_LEVELS, "code": CODE_LEVELS, "date": DATE_LEVELS}[self.kind]

    @property
    def columns(self) -> tuple[str, ...]:
        """Signature columns of this attribute in a pass row."""
        if self.kind == "date":
            return tuple(f"{self.attribute}_{part}" for part in ("year", "month", "day"))
        return (self.attribute,)


def comparisons(schema: LinkageSchema, attributes: frozenset[str]) -> tuple[Comparison, ...]:
    """Return the comparisons of a schema over the attributes that some register carries."""
    texts = dict.fromkeys(("name", "text", "number", "identifier"), "text")
    kinds = texts | {"code": "code", "date": "date"}
    swaps = {"family_name": "given_name", "given_name": "family_name"}
    return tuple(
        Comparison(
            attribute,
            kinds[kind],
            swaps.get(attribute) if swaps.get(attribute) in attributes else None,
        )
        for attribute, kind in schema.kinds.items()
        if attribute in attributes
    )


def pattern_sql(items: tuple[Comparison, ...]) -> str:
    """Return a BIGINT expression over rows ``a`` and ``b``: all levels, four bits each."""
    places = {item.attribute: BASE**position for position, item in enumerate(items)}
    terms = []
    for item in items:
        if item.swap is None:
            terms.append(f"CAST({level_sql(item)} AS BIGINT) * {places[item.attribute]}")
        elif item.attribute == "family_name":
            terms.append(_names_sql(item.attribute, item.swap, places))
    return " + ".join(terms) or "CAST(0 AS BIGINT)"


def unpack(pattern: int, items: Sequence[Comparison]) -> dict[str, int]:
    """Return the level of every attribute in a packed pattern."""
    return {item.attribute: pattern >> 4 * n & BASE - 1 for n, item in enumerate(items)}


def level_sql(item: Comparison) -> str:
    """Return an INT expression over rows ``a`` and ``b``: the level of one comparison."""
    if item.kind == "code":
        return _code_sql(item.attribute)
    if item.kind == "date":
        return _date_sql(item)
    straight = _text_sql(item.attribute)
    if item.swap is None:
        return straight
    # A swap of names is one joint level: the family name carries it, the given name says nothing.
    level = SWAPPED if item.attribute == "family_name" else MISSING
    return f"CASE WHEN {_swapped_sql(item.attribute, item.swap)} THEN {level} ELSE {straight} END"


def _names_sql(family: str, given: str, places: dict[str, int]) -> str:
    """Both names in one expression, so that the swap is looked at once a pair."""
    both = " + ".join(
        f"CAST({_text_sql(name)} AS BIGINT) * {places[name]}" for name in (family, given)
    )
    swapped = f"CAST({SWAPPED} AS BIGINT) * {places[family]}"
    return f"CASE WHEN {_swapped_sql(family, given)} THEN {swapped} ELSE {both} END"


def differing_sql(left: str, right: str) -> str:
    """Return an INT expression: on how many of 64 bits two text signatures differ."""
    # Spark has no xor() and DuckDB's ^ is a power. The bits of either without the bits of both
    # are those that differ, and this subtraction borrows nothing, so it cannot overflow.
    return f"CAST(bit_count((a.{left} | b.{right}) - (a.{left} & b.{right})) AS INT)"


def _text_sql(name: str) -> str:
    # Nearly all pairs are strangers: their case stands first. Nothing compares with a null, so
    # a missing value falls through to the end.
    differing = differing_sql(name, name)
    return (
        f"CASE WHEN {differing} > {BITS - FAR_BITS} THEN 4 WHEN {differing} > {BITS - NEAR_BITS}"
        f" THEN 3 WHEN a.{name} = b.{name} THEN 1"
        f" WHEN {differing} <= {BITS - NEAR_BITS} THEN 2 ELSE {MISSING} END"
    )


def _swapped_sql(first: str, second: str) -> str:
    """Each name is near the other one, and neither is near itself; null where one is missing."""
    near = BITS - NEAR_BITS
    turned = [f"{differing_sql(*names)} <= {near}" for names in ((first, second), (second, first))]
    straight = [f"{differing_sql(name, name)} > {near}" for name in (first, second)]
    return " AND ".join((*turned, *straight))


def _code_sql(column: str) -> str:
    return (
        f"CASE WHEN a.{column} IS NULL OR b.{column} IS NULL THEN {MISSING}"
        f" WHEN a.{column} = b.{column} THEN 1 ELSE 2 END"
    )


def _date_sql(item: Comparison) -> str:
    year, month, day = item.columns
    same = {part: f"a.{part} = b.{part}" for part in item.columns}
    rest = {side: f"{side}.{month} IS NOT NULL AND {side}.{day} IS NOT NULL" for side in "ab"}
    # Who does not know the day of birth is written down on 1 January, or as estimated, again and
    # again: two dates without a day are likelier one person's than one with and one without.
    return (
        f"CASE WHEN a.{year} IS NULL OR b.{year} IS NULL THEN {MISSING}"
        f" WHEN NOT ({rest['a']} OR {rest['b']}) THEN CASE WHEN {same[year]} THEN 10 ELSE 11 END"
        f" WHEN NOT ({rest['a']} AND {rest['b']}) THEN CASE WHEN {same[year]} THEN 6 ELSE 8 END"
        f" WHEN {same[year]} AND {same[month]} AND {same[day]} THEN 1"
        f" WHEN {same[year]} AND a.{month} = b.{day} AND a.{day} = b.{month} THEN 2"
        f" WHEN {same[year]} AND ({same[month]} OR {same[day]}) THEN 3"
        f" WHEN {same[month]} AND {same[day]} THEN 4"
        f" WHEN {same[year]} THEN 5"
        f" WHEN {same[month]} OR {same[day]} THEN 7 ELSE 9 END"
    )
