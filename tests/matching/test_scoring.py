"""Weights from pattern counts alone."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import register_of
from uic.crypto.keys import EpochKey
from uic.exchange import FREQUENCIES
from uic.levels import BASE, Comparison, comparisons, level_sql, pattern_sql, unpack
from uic.matching.patterns import PassPatterns
from uic.matching.scoring import fit
from uic.matching.shares import chance_shares
from uic.ordinary import first_guess, level_weights
from uic.schema import default_schema
from uic.weighing import parse_weights

NAME = Comparison("given_name", "text")
SEX = Comparison("sex", "code")
DATE = Comparison("birth_date", "date")
PLACE = Comparison("place", "text")
ITEMS = (NAME, SEX, DATE, PLACE)
M = {
    "given_name": (0.8, 0.1, 0.04, 0.055, 0.005),
    "sex": (0.97, 0.03),
    "birth_date": (0.8, 0.02, 0.08, 0.03, 0.02, 0.02, 0.01, 0.01, 0.01),
    "place": (0.7, 0.1, 0.05, 0.145, 0.005),
}
U = {
    "given_name": (0.02, 0.01, 0.05, 0.915, 0.005),
    "sex": (0.5, 0.5),
    "birth_date": (0.0001, 0.0001, 0.002, 0.0025, 0.025, 0.005, 0.1, 0.1, 0.7653),
    "place": (0.1, 0.02, 0.05, 0.825, 0.005),
}


def frequencies() -> pa.Table:
    rows = [
        {"attribute": name, "level": level + 1, "pairs": int(share * 1e6)}
        for name, shares in U.items()
        for level, share in enumerate(shares)
    ]
    return pa.Table.from_pylist(rows, schema=FREQUENCIES)


def drawn(matches: int, strangers: int, seed: int) -> PassPatterns:
    """One pass keyed on the place, its pairs drawn from known m and u."""
    draw = np.random.default_rng(seed)
    pattern = np.zeros(matches + strangers, dtype=np.int64)
    for position, item in enumerate(ITEMS[:3]):
        m, u = (np.array(side[item.attribute]) / sum(side[item.attribute]) for side in (M, U))
        levels = np.concatenate(
            [draw.choice(len(m), matches, p=m), draw.choice(len(u), strangers, p=u)]
        )
        pattern += (levels + 1) * BASE**position
    pattern += BASE**3  # the key agrees exactly in every candidate
    values, counts = np.unique(pattern, return_counts=True)
    return PassPatterns("place", values, counts.astype(float), frozenset({3}))


def test_em_finds_the_matches_it_was_given() -> None:
    """From drawn pairs the fit recovers the number of matches and their m."""
    weights = fit([drawn(3000, 30_000, 1)], ITEMS, frequencies(), 300_000)
    assert weights.expected["place"] == pytest.approx(3000, rel=0.05)  # the careful form is kept
    assert weights.m["given_name"][1] == pytest.approx(0.8, abs=0.03)
    assert weights.m["sex"][1] == pytest.approx(0.97, abs=0.02)


def test_saved_weights_add_up_to_the_log_odds_that_were_used() -> None:
    """What explains a pair is what scored it, for every pattern and after a trip through JSON."""
    weights = fit([drawn(3000, 30_000, 1)], ITEMS, frequencies(), 300_000)
    saved = parse_weights(json.loads(json.dumps(weights.passes["place"].to_dict())))
    patterns, odds = weights.log_odds["place"]
    assert len(patterns) > 50
    for pattern, expected in zip(patterns.tolist(), odds.tolist(), strict=True):
        assert saved.log_odds(unpack(pattern, ITEMS)) == pytest.approx(expected, abs=1e-9)


def test_no_matches_are_expected_where_there_are_none() -> None:
    """A register of strangers does not become a crowd of duplicates."""
    weights = fit([drawn(0, 30_000, 2)], ITEMS, frequencies(), 10**8)
    assert weights.expected["place"] < 150


HOUSEHOLD = (
    Comparison("family_name", "text"),
    NAME,
    DATE,
    PLACE,
    Comparison("street", "text"),
)


def like(item: Comparison, shares: dict[str, tuple[float, ...]]) -> tuple[float, ...]:
    """Shares of the levels of a comparison; every text is like a given name."""
    return shares[{"text": "given_name", "date": "birth_date", "code": "sex"}[item.kind]]


def met(
    key: str, seed: int, items: Sequence[Comparison], **groups: tuple[int, str]
) -> PassPatterns:
    """Draw groups of pairs who share some attributes; a pass keeps those that agree in its key."""
    draw = np.random.default_rng(seed)
    at = [item.attribute for item in items].index(key)
    found = []
    for pairs, shared in groups.values():
        pattern = np.zeros(pairs, dtype=np.int64)
        for n, item in enumerate(items):
            share = np.array(like(item, M if item.attribute in shared.split() else U))
            pattern += (draw.choice(len(share), pairs, p=share / share.sum()) + 1) * BASE**n
        found.append(pattern[(pattern >> 4 * at) % BASE == 1])
    values, counts = np.unique(np.concatenate(found), return_counts=True)
    return PassPatterns(key, values, counts.astype(float), frozenset({at}))


def sums(items: Sequence[Comparison]) -> pa.Table:
    """Frequencies of strangers under these comparisons."""
    rows = [
        {"attribute": item.attribute, "level": level, "pairs": int(share * 1e6)}
        for item in items
        for level, share in enumerate(like(item, U), start=1)
    ]
    return pa.Table.from_pylist(rows, schema=FREQUENCIES)


def test_relatives_of_one_given_name_are_not_taken_for_one_person() -> None:
    """A pass keyed on given names learns from the one keyed on family names how many there are."""
    everything = " ".join(item.attribute for item in HOUSEHOLD)
    groups = {
        "persons": (60, everything),
        "relatives": (3000, "family_name place street"),
        "strangers": (1_000_000, ""),
    }
    keys = ("family_name", "given_name")
    passes = [met(key, seed, HOUSEHOLD, **groups) for seed, key in enumerate(keys, start=6)]
    weights = fit(passes, HOUSEHOLD, sums(HOUSEHOLD), 1_003_060)
    assert weights.expected["family_name"] == pytest.approx(48, rel=0.3)
    assert weights.expected["given_name"] == pytest.approx(48, rel=0.3)  # 92 if left alone


def test_a_family_name_that_is_the_fathers_name_is_one_piece_of_evidence() -> None:
    """Where custom makes the two one name, strangers agree in both as often as in one."""
    items = (HOUSEHOLD[0], NAME, Comparison("father_given_name", "text"), DATE, SEX)
    everything = " ".join(item.attribute for item in items)
    groups = {
        "persons": (300, everything),
        "namesakes": (40_000, "family_name father_given_name"),
        "strangers": (2_000_000, ""),
    }
    passes = [met(key, 8, items, **groups) for key in ("given_name", "family_name")]
    weights = fit(passes, items, sums(items), 2_040_300)
    assert weights.expected["given_name"] == pytest.approx(240, rel=0.25)
    assert {item.name for item in weights.passes["given_name"].alike} >= {"namesakes"}


def test_weights_never_rise_as_agreement_falls() -> None:
    """Exact is at least near, near at least far, far at least different."""
    found = fit([drawn(200, 5000, 3)], ITEMS, frequencies(), 10**7)
    pattern, odds = found.log_odds["place"]
    by_pattern = dict(zip(pattern.tolist(), odds.tolist(), strict=True))
    for value, best in by_pattern.items():
        for worse in (2, 3, 4):
            other = (value & ~0xF) | worse
            if value & 0xF == 1 and other in by_pattern:
                assert by_pattern[other] <= best + 1e-9


def test_a_missing_value_is_neither_for_nor_against() -> None:
    """Patterns that differ only in a missing attribute differ by that attribute's weight alone."""
    passes = [drawn(2000, 20_000, 4)]
    blank = PassPatterns("blank", np.array([BASE**3]), np.array([1.0]), frozenset({3}))
    weights = fit([*passes, blank], ITEMS, frequencies(), 10**8)
    assert abs(weights.log_odds["blank"][1][0]) < 10


LEVELS = st.sampled_from(["SOKHA", "SOKHAN", "DARA", "DARAVUTH", None])


@given(
    left=st.tuples(LEVELS, LEVELS),
    right=st.tuples(LEVELS, LEVELS),
    dates=st.tuples(
        *[
            st.sampled_from(
                ["1990-05-17", "1990-11-05", "1990-05-11", "1987-05-17", "1990-01-01", "1985", None]
            )
        ]
        * 2
    ),
)
def test_levels_do_not_depend_on_the_order_of_the_pair(
    left: tuple[str | None, str | None],
    right: tuple[str | None, str | None],
    dates: tuple[str | None, str | None],
) -> None:
    """Comparing a with b and b with a gives one pattern."""
    people = [
        {"family_name": names[0], "given_name": names[1], "birth_date": date, "place": "Takeo"}
        for names, date in zip((left, right), dates, strict=True)
    ]
    there, back = compare(people)
    assert there == back


def compare(people: list[dict[str, str | None]]) -> list[int]:
    import duckdb

    from uic.partner.encoding import encode

    schema = default_schema()
    rows = [
        *people,
        {
            "family_name": "X",
            "given_name": "Y",
            "birth_date": "2000-02-02",
            "place": "Takeo",
            "sex": "F",
        },
    ]
    export = encode(register_of("a", rows), schema, EpochKey("p", "e", bytes(32)))
    mapped = {r["row_id"]: r["record"] for r in export.resolver.row_map.to_pylist()}
    table = export.matcher.pass_rows["name-sounds"]  # its key fixes no column
    items = comparisons(schema, export.header.attributes)
    table = table.append_column("n", pa.array([mapped[i] for i in table["row_id"].to_pylist()]))
    with duckdb.connect() as database:
        database.register("rows", table)
        found = database.sql(
            f"SELECT {pattern_sql(items)} AS p FROM rows a, rows b"
            " WHERE a.n + b.n = 1 AND a.n <> b.n ORDER BY a.n"
        ).fetchall()
    return [row[0] for row in found]


def test_every_level_of_a_date_is_reached() -> None:
    """Each rule of the date comparison is the one its name says."""
    import duckdb

    cases = {
        "exact": ("1990-05-17", "1990-05-17"),
        "day and month swapped": ("1990-05-11", "1990-11-05"),
        "year and day or month": ("1990-05-17", "1990-05-18"),
        "day and month": ("1990-05-17", "1991-05-17"),
        "year": ("1990-05-17", "1990-06-18"),
        "year, rest unknown": ("1990-05-17", "1990-01-01"),
        "day or month": ("1990-05-17", "1991-05-18"),
        "different year, rest unknown": ("1990-05-17", "1991"),
        "different": ("1990-05-17", "1991-06-18"),
        "year, rest unknown in both": ("1990-01-01", "1990"),
        "different year, rest unknown in both": ("1990-01-01", "1991-01-01"),
        "missing": ("1990-05-17", None),
    }
    for name, dates in cases.items():
        rows = [dict(zip(("y", "m", "d"), parts(date), strict=True)) for date in dates]
        table = pa.table(
            {
                f"birth_date_{part}": pa.array([row[short] for row in rows], pa.int32())
                for part, short in (("year", "y"), ("month", "m"), ("day", "d"))
            }
            | {"n": [0, 1]}
        )
        with duckdb.connect() as database:
            database.register("rows", table)
            level = database.sql(
                f"SELECT {level_sql(DATE)} FROM rows a, rows b WHERE a.n = 0 AND b.n = 1"
            ).fetchall()[0][0]
        assert DATE.levels[level] == name


def dated(placeholders: float, day: float = 0.0001) -> pa.Table:
    """Frequencies of a register in which so many people are said to be born on 1 January."""
    both, one = placeholders**2, 2 * placeholders * (1 - placeholders)
    shares = dict.fromkeys(range(1, 12), 0.0)
    shares |= {6: one / 40, 8: one * 39 / 40, 10: both / 40, 11: both * 39 / 40}
    shares |= {1: day, 5: 0.025, 9: 1 - one - both - 0.025 - day}
    rows = [
        {"attribute": "birth_date", "level": level, "pairs": int(share * 1e6)}
        for level, share in shares.items()
    ]
    return pa.Table.from_pylist(rows, schema=FREQUENCIES)


def test_a_first_of_january_on_both_sides_speaks_for_one_person_but_less_than_a_birthday() -> None:
    """Who is written down without a day once is so again; one day known, one not, says no."""
    for placeholders in (0.03, 0.1, 0.4):
        u = chance_shares(DATE, dated(placeholders))
        weight = level_weights(DATE, first_guess(DATE, u), u)
        exact, one, none, other = weight[[1, 6, 10, 11]]
        assert exact > none > one > 0  # the year agrees in all three
        assert none - other > 4  # and in these two it does not


def test_a_first_of_january_is_never_worth_more_than_a_birthday() -> None:
    """Even where placeholders are so rare that the sums hold none."""
    u = chance_shares(DATE, dated(0.0, day=0.001))
    m = first_guess(DATE, u)
    m[10] = 0.9
    weight = level_weights(DATE, m, u)
    assert weight[10] <= weight[1]


def test_first_guesses_are_shares() -> None:
    """Whatever is unknown in a register, the levels of one person's pairs add up to all of them."""
    for placeholders in (0.0, 0.1, 0.9):
        u = chance_shares(DATE, dated(placeholders))
        assert first_guess(DATE, u)[1:].sum() == pytest.approx(1.0)


def test_a_pass_of_matches_alone_expects_nearly_all_of_them() -> None:
    """Nine in ten candidates of a narrow pass may be one person: the prior says so."""
    weights = fit([drawn(3000, 60, 5)], ITEMS, frequencies(), 4_000_000)
    assert weights.passes["place"].matches > 0.8
    assert weights.expected["place"] == pytest.approx(3000, rel=0.05)


def parts(date: str | None) -> tuple[int | None, int | None, int | None]:
    if date is None:
        return None, None, None
    year, *rest = (int(part) for part in date.split("-"))
    month, day = rest or (None, None)
    return (year, None, None) if (month, day) == (1, 1) else (year, month, day)
