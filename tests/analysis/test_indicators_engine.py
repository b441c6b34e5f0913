"""Counting indicators: against loops over contacts, and the identities that definitions imply."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from indicators_helpers import Twin, contacts, linked_from, persons

from uic.analysis.counting import count
from uic.analysis.indicators import (
    Draws,
    IndicatorSet,
    Linked,
    Size,
    count_indicators,
    linked,
    load_indicators,
)
from uic.analysis.indicators.model import Indicator, Ratio, Where

NEEDLES = Where(service=("needles",))
QUIET = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
FEW = settings(QUIET, max_examples=8)


def made(identifier: str, unit: str = "people", **more: Any) -> Indicator:
    return Indicator(id=identifier, label=identifier, unit=unit, **more)  # type: ignore[arg-type]


EVERYTHING = IndicatorSet(
    format="uic-indicators/1",
    id="everything",
    version="1.0",
    title="One of each kind",
    source="these tests",
    indicators=(
        made("contacts", "contacts"),
        made("groups", "group_contacts"),
        made("needle_contacts", "contacts", where=NEEDLES),
        made("given", "given", where=NEEDLES),
        made("back", "returned", where=NEEDLES),
        made("referred", "contacts", where=Where(service=("hiv_testing",), referral=("made",))),
        made("people"),
        made("needle_people", where=NEEDLES),
        made("regular", at_least=2),
        made("both", where=NEEDLES, also=Where(service=("condoms",))),
        made("never_tested", where=NEEDLES, unless=Where(service=("hiv_testing",))),
        made("injecting", where=Where(population=("pwid",), sex=("M",))),
        *(
            made(f"{seen}_{n}", where=where, seen=seen)
            for n, where in enumerate((Where(), NEEDLES))
            for seen in (
                "new_to_programme",
                "new_to_partner",
                "new_in_year",
                "returning",
                "first_in_year",
            )
        ),
    ),
)


def numbers(table: pa.Table, *by: str) -> dict[tuple[Any, ...], float | None]:
    """Return the value of every period, axis value and indicator."""
    return {
        (*(row[name] for name in ("period", *by)), row["indicator"]): row["value"]
        for row in table.to_pylist()
    }


def values(table: pa.Table, period: str = "all") -> dict[str, float | None]:
    """Return the value of every indicator of one period, without axes."""
    return {r["indicator"]: r["value"] for r in table.to_pylist() if r["period"] == period}


@QUIET
@given(
    contacts,
    persons,
    st.sampled_from(["year", "half", "quarter", "month"]),
    st.sampled_from([1, 10]),
    st.sampled_from([(), ("channel",), ("site", "partner"), ("sex", "population")]),
)
def test_every_cell_is_what_the_definitions_say(
    drawn: list[dict[str, Any]], of: list[int], period: Any, fiscal: int, by: tuple[str, ...]
) -> None:
    """Each kind of indicator in each cell equals a count with loops over contacts."""
    found = linked_from(drawn, of)
    table = count_indicators(found, EVERYTHING, by=by, period=period, fiscal_start=fiscal)
    twin = Twin(found, period, fiscal)
    cells = twin.cells(by)
    assert len(table) == len(cells) * len(EVERYTHING.indicators)
    starts = {name: start for start, name in _names(cells, period, fiscal).items()}
    for row in table.to_pylist():
        axes = (None if row[name] == "all" else row[name] for name in by)
        cell = (starts[row["period"]], *axes)
        item = next(i for i in EVERYTHING.indicators if i.id == row["indicator"])
        assert row["value"] == twin.number(item, cell, by), (cell, row["indicator"])


def _names(cells: list[Any], period: str, fiscal: int) -> dict[dt.date | None, str]:
    from uic.analysis.indicators.periods import period_name

    return {cell[0]: period_name(cell[0], period, fiscal) for cell in cells}


@FEW
@given(contacts, persons)
def test_identities_between_cells(drawn: list[dict[str, Any]], of: list[int]) -> None:
    """What the definitions imply holds in every table, whatever the events."""
    found = linked_from(drawn, of)
    flat = count_indicators(found, EVERYTHING, period="quarter")
    for period in {row["period"] for row in flat.to_pylist()}:
        cell = values(flat, period)
        assert cell["needle_people"] <= cell["people"] <= cell["contacts"] - cell["groups"]
        assert cell["regular"] <= cell["people"]
        assert cell["back"] <= cell["given"]
        assert cell["both"] + cell["never_tested"] <= 2 * cell["needle_people"]
        if period != "all":
            assert cell["new_to_programme_0"] + cell["returning_0"] == cell["people"]
            assert cell["new_to_programme_0"] <= cell["new_to_partner_0"] <= cell["people"]
            assert cell["new_to_programme_0"] <= cell["new_in_year_0"]
            assert cell["new_in_year_1"] <= cell["first_in_year_1"] <= cell["needle_people"]
            assert cell["first_in_year_0"] == cell["new_in_year_0"]
    _assert_union(found)
    _assert_once_a_year(found)


def _assert_union(found: Linked) -> None:
    """People of the whole are at least those of each part, and at most their sum."""
    table = numbers(count_indicators(found, EVERYTHING, by=("channel",)), "channel")
    for period in {key[0] for key in table}:
        parts = [
            table[key] for key in table
            if key[0] == period and key[1] != "all" and key[2] == "people"
        ]  # fmt: skip
        whole = table[period, "all", "people"]
        assert max(parts, default=0) <= whole <= sum(parts)
        contacts_of = [
            table[key] for key in table
            if key[0] == period and key[1] != "all" and key[2] == "contacts"
        ]  # fmt: skip
        assert table[period, "all", "contacts"] == sum(contacts_of)


def _assert_once_a_year(found: Linked) -> None:
    """Who is counted once a fiscal year adds up over its halves, and to the year's people."""
    halves = count_indicators(found, EVERYTHING, period="half", fiscal_start=10).to_pylist()
    years = count_indicators(found, EVERYTHING, period="year", fiscal_start=10).to_pylist()
    once = [r["value"] for r in halves if r["indicator"] == "first_in_year_1" and r["value"]]
    whole = [
        r["value"] for r in years if r["indicator"] == "needle_people" and r["period"] != "all"
    ]
    assert sum(once) == sum(whole)


def test_new_to_a_partner_looks_at_qualifying_contacts_only() -> None:
    """Who got needles where they are known, and only condoms where new, is not new for needles."""
    blank = {"channel": None, "site": None, "population": None, "record": 0}
    drawn = [
        blank | {"partner": "ngo a", "date": dt.date(2013, 10, 5), "services": [("ns", 1, None)]},
        blank | {"partner": "ngo a", "date": dt.date(2014, 2, 5), "services": [("ns", 1, None)]},
        blank
        | {"partner": "ngo b", "date": dt.date(2014, 2, 6), "services": [("condom", 1, None)]},
    ]
    year = values(count_indicators(linked_from(drawn, [0] * 5), EVERYTHING), "2014")
    assert year["new_to_partner_0"] == 1
    assert year["new_to_partner_1"] == 0
    assert year["needle_people"] == 1


def test_count_is_the_same_count() -> None:
    """``uic.count`` and the core indicators agree on every number they share."""
    events = pa.table(
        {
            "partner": ["a", "a", "b", "b", "b"],
            "contact": [1, 2, 1, 2, 3],
            "person_id": ["x", "y", "x", "y", None],
            "date": [dt.date(2014, m, 1) for m in (1, 5, 6, 7, 8)],
            "channel": ["outreach", "dic", "dic", "dic", "outreach"],
        }
    )
    table = numbers(
        count_indicators(events, "core", by=("channel", "partner")), "channel", "partner"
    )
    for row in count(events).to_pylist():
        for name in ("contacts", "individuals", "new_to_programme", "new_to_partner"):
            key = (row["period"], row["channel"], row["partner"], name)
            assert table[key] == row[name]


@FEW
@given(contacts, persons, st.lists(persons, min_size=1, max_size=4))
def test_limits_are_those_of_a_full_recount(
    drawn: list[dict[str, Any]], of: list[int], worlds: list[list[int]]
) -> None:
    """Limits from the records in question equal those of counting everything in every draw."""
    found = linked_from(drawn, of)
    draws = Draws(np.arange(5), np.array(worlds))
    table = count_indicators(
        Linked(found.events, found.persons, draws), EVERYTHING, by=("site",)
    ).to_pylist()
    recounts = [
        count_indicators(Linked(found.events, np.array(world)), EVERYTHING, by=("site",))
        for world in worlds
    ]
    counted = [numbers(recount, "site") for recount in recounts]
    for row in table:
        key = (row["period"], row["site"], row["indicator"])
        if row["unit"] != "people" or row["value"] is None:
            assert row["low"] is None
            continue
        again = [world[key] for world in counted]
        low, high = np.quantile(again, [0.025, 0.975], method="inverted_cdf")
        assert row["low"] == min(low, row["value"])
        assert row["high"] == max(high, row["value"])


def test_missing_links_widen_downwards_by_what_the_linkage_moved() -> None:
    """At recall one half, as many merges are missing as were found."""
    events = linked(
        pa.table(
            {
                "partner": ["a"] * 4 + ["b"] * 4,
                "contact": list(range(8)),
                "person_id": [None] * 8,
                "date": [dt.date(2014, 1, 1)] * 8,
                "channel": ["o"] * 8,
            }
        )
    ).events.set_column(2, "record", pa.array(range(8), pa.int64()))
    found = Linked(events, np.array([0, 1, 2, 3, 0, 1, 4, 5]))  # 8 records, 6 people
    core = count_indicators(found, "core", recall=0.5).to_pylist()
    row = next(row for row in core if row["indicator"] == "individuals" and row["period"] == "2014")
    assert (row["low"], row["value"], row["high"]) == (4, 6, 6)
    whole = count_indicators(found, "core", recall=1.0).to_pylist()
    assert all(row["low"] == row["value"] for row in whole if row["low"] is not None)


def test_coverage_carries_both_uncertainties() -> None:
    """Coverage is wider than the size estimate alone and its middle is the plain ratio."""
    ratio = Ratio(id="coverage", label="coverage", of="people", per="size")
    few = EVERYTHING.model_copy(update={"indicators": (made("people"),), "ratios": (ratio,)})
    found = linked_from(
        [
            {"partner": "ngo a", "record": n, "date": dt.date(2014, 5, 1), "channel": None,
             "site": "spot 1", "population": None, "services": [("ns", 1, None)]}
            for n in range(5)
        ],
        [0, 1, 2, 3, 4],
    )  # fmt: skip
    size = Size(10, 8, 16)
    plain = count_indicators(found, few, size=size).to_pylist()[1]
    assert plain["value"] == 0.5
    assert plain["low"] == pytest.approx(5 / 16)
    assert plain["high"] == pytest.approx(5 / 8)
    draws = Draws(np.array([0, 1]), np.array([[0, 0], [0, 1]]))
    both = count_indicators(Linked(found.events, found.persons, draws), few, size=size).to_pylist()
    assert both[0]["low"] == 4
    assert both[1]["low"] < plain["low"]
    by_site = count_indicators(found, few, size=size, by=("site",)).to_pylist()
    shown = {r["site"]: r["value"] for r in by_site if r["indicator"] == "coverage"}
    assert shown == {"spot 1": None, "all": 0.5}  # the size is that of everybody


def test_without_a_size_coverage_is_empty() -> None:
    """A ratio to a size that nobody gave is null, not 0."""
    found = linked_from([], [0, 1, 2, 3, 4])
    rows = {r["indicator"]: r for r in count_indicators(found, "unaids-gam").to_pylist()}
    assert rows["coverage"]["value"] is None
    assert rows["reached"]["value"] == 0


@pytest.mark.parametrize(
    "wrong", [{"recall": 0.0}, {"recall": 1.5}, {"by": ("name",)}, {"by": ("site", "site")},
              {"period": "week"}, {"fiscal_start": 13}]
)  # fmt: skip
def test_arguments_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    """A wrong argument is an error, never another table."""
    with pytest.raises(ValueError, match=r"recall|by takes|period must|fiscal_start"):
        count_indicators(linked_from([], [0] * 5), "core", **wrong)


@pytest.mark.parametrize("limits", [(0, 0, 0), (10, 12, 15), (10, 5, 9), (10, 5, float("inf"))])
def test_a_size_is_three_numbers_in_order(limits: tuple[float, float, float]) -> None:
    """A size estimate without limits, or with limits that do not hold it, is refused."""
    with pytest.raises(ValueError, match="low <= estimate"):
        Size(*limits)


def test_every_shipped_set_counts_an_empty_register() -> None:
    """A programme without contacts has tables with zeros, not errors."""
    found = linked_from([], [0, 1, 2, 3, 4])
    for name in ("khana-nsp", "referrals", "methadone", "hiv-cascade", "pepfar-kp-prev"):
        table = count_indicators(found, name)
        assert set(table["period"].to_pylist()) == {"all"}
        wanted = {item.id for item in load_indicators(name).indicators}
        assert wanted <= set(table["indicator"].to_pylist())
