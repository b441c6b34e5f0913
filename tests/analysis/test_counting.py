"""Counting against a plain-Python twin, and the identities that the definitions imply."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from uic.analysis.counting import COUNTS, LOOK_BACK_MONTHS, count, write_counts

if TYPE_CHECKING:
    from pathlib import Path

PERSON_EVENTS = pa.schema(
    [
        ("partner", pa.string()),
        ("contact", pa.int64()),
        ("person_id", pa.string()),
        ("date", pa.date32()),
        ("channel", pa.string()),
        ("service", pa.string()),
        ("quantity", pa.int64()),
        ("site", pa.string()),
    ]
)
NEW = ("new_to_programme", "new_to_partner", "new_in_year")


def events(*rows: tuple[str, str | None, str | None, str | None]) -> pa.Table:
    """Build person events from (partner, person, ISO date, channel), one contact a row."""
    return pa.Table.from_pylist(
        [
            {
                "partner": partner,
                "contact": number,
                "person_id": person,
                "date": None if date is None else dt.date.fromisoformat(date),
                "channel": channel,
            }
            for number, (partner, person, date, channel) in enumerate(rows)
        ],
        schema=PERSON_EVENTS,
    )


def cell(
    table: pa.Table, period: str = "all", channel: str = "all", partner: str = "all"
) -> dict[str, Any]:
    """Return the one row of a cell."""
    key = (period, channel, partner)
    (row,) = (
        row for row in table.to_pylist() if (row["period"], row["channel"], row["partner"]) == key
    )
    return row


# --- the twin: the definitions, word by word, on lists -------------------------------------------


def start_of(day: dt.date, unit: str, fiscal_start: int) -> dt.date:
    """Return the first day of the period that holds the day, by counting months."""
    length = {"year": 12, "quarter": 3, "month": 1}[unit]
    months = day.year * 12 + day.month - fiscal_start
    months -= months % length
    return dt.date(*divmod_month(months + fiscal_start - 1), 1)


def divmod_month(months: int) -> tuple[int, int]:
    """Return year and month of a number of months since year 0."""
    return months // 12, months % 12 + 1


def label_of(start: dt.date, unit: str, fiscal_start: int) -> str:
    """Return the name of a period."""
    if unit == "month":
        return f"{start:%Y-%m}"
    if fiscal_start == 1:
        return f"{start:%Y}" if unit == "year" else f"{start:%Y}-Q{(start.month + 2) // 3}"
    last = start.year * 12 + start.month - 1 + (11 if unit == "year" else 2)
    return f"{start:%Y-%m}/" + "{:04d}-{:02d}".format(*divmod_month(last))


def twin(rows: list[dict[str, Any]], unit: str, fiscal_start: int) -> list[dict[str, Any]]:
    """Count every cell with loops over contacts."""
    starts = [r["date"] and start_of(r["date"], unit, fiscal_start) for r in rows]
    years = [r["date"] and start_of(r["date"], "year", fiscal_start) for r in rows]
    begun = {
        partner: min(
            (r["date"] for r in rows if r["partner"] == partner and r["date"]), default=None
        )
        for partner in {r["partner"] for r in rows}
    }

    def first(row: dict[str, Any], **same: Any) -> dt.date:
        return min(
            s
            for s, y, r in zip(starts, years, rows, strict=True)
            if s
            and r["person_id"] == row["person_id"]
            and same.get("partner", r["partner"]) == r["partner"]
            and same.get("year", y) == y
        )

    def measure(start: dt.date | None, channel: str, partner: str) -> dict[str, Any]:
        inside = [
            (r, s, y)
            for r, s, y in zip(rows, starts, years, strict=True)
            if start in (None, s)
            and channel in ("all", r["channel"])
            and partner in ("all", r["partner"])
        ]
        people = [item for item in inside if item[0]["person_id"]]

        def fresh(keep: Any) -> int | None:
            return (
                None
                if start is None
                else len({r["person_id"] for r, s, y in people if keep(r, y) == start})
            )

        return {
            "period": "all" if start is None else label_of(start, unit, fiscal_start),
            "channel": channel,
            "partner": partner,
            "contacts": len(inside),
            "individuals": len({r["person_id"] for r, _, _ in people}),
            "new_to_programme": fresh(lambda r, _: first(r)),
            "new_to_partner": fresh(lambda r, _: first(r, partner=r["partner"])),
            "new_in_year": fresh(lambda r, y: first(r, year=y)),
            "group_contacts": len(inside) - len(people),
            "undated": sum(s is None for _, s, _ in inside),
            "new_is_censored": start is None
            or any(start < add_months(begun[r["partner"]], LOOK_BACK_MONTHS) for r, _, _ in inside),
        }

    def axis(values: Any) -> list[Any]:
        return [*sorted({value for value in values if value}), None]

    cells = itertools.product(
        axis(starts), axis(r["channel"] for r in rows), axis(r["partner"] for r in rows)
    )
    measured = [measure(s, c or "all", p or "all") for s, c, p in cells]
    return [
        m for m in measured if m["contacts"] or {m["period"], m["channel"], m["partner"]} == {"all"}
    ]


def add_months(day: dt.date, months: int) -> dt.date:
    """Add months, staying inside the month reached."""
    year, month = divmod_month(day.year * 12 + day.month - 1 + months)
    last = dt.date(*divmod_month(year * 12 + month), 1) - dt.timedelta(days=1)
    return dt.date(year, month, min(day.day, last.day))


CONTACTS = st.lists(
    st.fixed_dictionaries(
        {
            "partner": st.sampled_from(["dic", "outreach", "referrals"]),
            "person_id": st.sampled_from([None, "p", "q", "r", "s", "t"]),
            "date": st.none() | st.dates(dt.date(2012, 12, 1), dt.date(2014, 4, 30)),
            "channel": st.sampled_from(["centre", "street"]),
        }
    ),
    max_size=25,
).map(lambda rows: [row | {"contact": number} for number, row in enumerate(rows)])
UNITS = st.sampled_from(["year", "quarter", "month"])
quickly = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quickly
@given(CONTACTS, UNITS, st.integers(1, 12))
def test_every_cell_is_what_the_definitions_say(
    rows: list[dict[str, Any]], unit: Any, fiscal_start: int
) -> None:
    """The SQL gives the same table as loops over contacts that follow the definitions."""
    table = pa.Table.from_pylist(rows, schema=PERSON_EVENTS)
    actual = count(table, period=unit, fiscal_start=fiscal_start)
    assert actual.schema == COUNTS
    assert actual.to_pylist() == twin(rows, unit, fiscal_start)


@quickly
@given(CONTACTS, UNITS)
def test_identities_between_cells(rows: list[dict[str, Any]], unit: Any) -> None:
    """New people are people, people have contacts, a union is between its parts and their sum."""
    table = count(pa.Table.from_pylist(rows, schema=PERSON_EVENTS), period=unit).to_pylist()
    cells = {(row["period"], row["channel"], row["partner"]): row for row in table}
    for row in table:
        assert row["individuals"] <= row["contacts"] - row["group_contacts"]
        assert row["undated"] <= row["contacts"]
        for name in NEW:
            assert row[name] is None or row[name] <= row["individuals"]
        if row["period"] != "all":
            assert row["new_to_programme"] <= row["new_in_year"]
            assert row["new_to_programme"] <= row["new_to_partner"]
            assert row["undated"] == 0
    for place, margin in itertools.product(range(3), cells):
        parts = [
            cells[key]
            for key in cells
            if margin[place] == "all" != key[place]
            and key[:place] + key[place + 1 :] == margin[:place] + margin[place + 1 :]
        ]
        undated = cells[margin]["undated"] if place == 0 else 0
        if parts:
            assert sum(part["contacts"] for part in parts) == cells[margin]["contacts"] - undated
            most = max(part["individuals"] for part in parts)
            total = sum(part["individuals"] for part in parts)
            assert most <= cells[margin]["individuals"] <= total + undated


@quickly
@given(CONTACTS)
def test_people_new_in_the_months_of_a_year_are_the_people_of_the_year(
    rows: list[dict[str, Any]],
) -> None:
    """Over the whole programme, new_in_year is the one number of people that months may add."""
    table = pa.Table.from_pylist(rows, schema=PERSON_EVENTS)
    months, years = count(table, period="month").to_pylist(), count(table).to_pylist()
    for row in years:
        if row["period"] == "all" or {row["channel"], row["partner"]} != {"all"}:
            continue
        new = [
            month["new_in_year"]
            for month in months
            if month["period"].startswith(row["period"] + "-")
            and {month["channel"], month["partner"]} == {"all"}
        ]
        assert sum(new) == row["individuals"] == row["new_in_year"]


def test_a_contact_with_several_services_is_one_contact() -> None:
    """Rows with the same partner and contact count once; another partner's same number does not."""
    two_services = events(("dic", "p", "2014-05-01", "centre"))
    other = events(("outreach", "p", "2014-05-02", "street"))
    table = count(pa.concat_tables([two_services, two_services, other]))
    assert cell(table)["contacts"] == 2
    assert cell(table, partner="dic")["contacts"] == 1
    assert cell(table)["individuals"] == 1


def test_new_to_programme_and_new_to_partner_are_two_numbers() -> None:
    """Someone known at the centre who meets outreach later is new to outreach only."""
    table = count(
        events(("dic", "p", "2013-02-01", "centre"), ("outreach", "p", "2014-05-01", "street"))
    )
    year = cell(table, "2014", partner="outreach")
    assert (year["new_to_programme"], year["new_to_partner"], year["new_in_year"]) == (0, 1, 1)


def test_new_is_marked_where_a_partner_s_data_begin() -> None:
    """The first periods of each partner are marked, and the margins they stand in."""
    rows = [("dic", "p", f"2013-{month:02d}-10", "centre") for month in range(1, 13)]
    rows += [("late", "q", f"2013-{month:02d}-10", "centre") for month in range(8, 13)]
    table = count(events(*rows), period="month")
    marked = {
        (row["partner"], row["period"])
        for row in table.to_pylist()
        if row["new_is_censored"] and row["channel"] == "all" and row["period"] != "all"
    }
    dic = {("dic", f"2013-{month:02d}") for month in (1, 2, 3, 4)}
    late = {("late", f"2013-{month:02d}") for month in (8, 9, 10, 11)}
    assert marked == dic | late | {("all", period) for _, period in dic | late}


def test_one_mistyped_year_does_not_unmark_the_beginning() -> None:
    """With many contacts, a single contact decades early leaves the true beginning marked."""
    rows = [("dic", f"p{n}", f"2013-{n % 12 + 1:02d}-10", "centre") for n in range(2400)]
    table = count(events(("dic", "q", "1931-01-10", "centre"), *rows), period="month")
    assert cell(table, "2013-01")["new_is_censored"]
    assert not cell(table, "2013-09")["new_is_censored"]


def test_names_that_would_be_mistaken_for_a_margin_keep_apart() -> None:
    """A channel or partner called 'All' and a missing channel get names of their own."""
    table = count(events(("all", "p", "2014-05-01", "All"), ("dic", "q", "2014-05-01", None)))
    rows = [row for row in table.to_pylist() if row["period"] == "2014"]
    assert {row["channel"] for row in rows} == {"all", "all (as recorded)", "not recorded"}
    assert {row["partner"] for row in rows} == {"all", "all (as recorded)", "dic"}
    assert cell(table, "2014")["individuals"] == 2
    assert cell(table, "2014", partner="all (as recorded)")["individuals"] == 1


@pytest.mark.parametrize("kind", ["pandas", "polars", "dictionary"])
def test_tables_of_other_libraries_are_taken(kind: str) -> None:
    """A pandas or polars frame, or a dictionary-encoded table, gives the same counts."""
    table = events(("dic", "p", "2014-05-01", "street"), ("dic", None, None, "centre"))
    texts = [name for name in table.column_names if table.schema.field(name).type == pa.string()]
    encoded = table
    for name in texts:
        place = encoded.column_names.index(name)
        encoded = encoded.set_column(place, name, encoded[name].dictionary_encode())
    other: Any = {
        "pandas": lambda: table.to_pandas(),
        "polars": lambda: pl.from_arrow(table),
        "dictionary": lambda: encoded,
    }[kind]()
    assert count(other).equals(count(table))


def test_no_events_give_one_row_of_zeros() -> None:
    """The margin of everything is there even when nothing was recorded."""
    (row,) = count(PERSON_EVENTS.empty_table()).to_pylist()
    assert (row["period"], row["contacts"], row["individuals"]) == ("all", 0, 0)


@pytest.mark.parametrize("wrong", [{"period": "week"}, {"fiscal_start": 0}, {"fiscal_start": 13}])
def test_a_wrong_setting_is_refused(wrong: dict[str, Any]) -> None:
    """A period or month outside its range is a ValueError."""
    with pytest.raises(ValueError, match="must be"):
        count(PERSON_EVENTS.empty_table(), **wrong)


def test_a_missing_column_is_named() -> None:
    """The message says which column is missing."""
    with pytest.raises(ValueError, match="'channel'"):
        count(PERSON_EVENTS.empty_table().drop_columns(["channel"]))


def test_the_file_is_the_same_every_time_and_holds_no_formula(tmp_path: Path) -> None:
    """Row order of the input does not matter, and text that starts a formula is defused."""
    table = events(
        ("dic", "p", "2014-05-01", "=HYPERLINK(1)"), ("a,b", None, "2014-07-01", "@street")
    )
    write_counts(count(table), tmp_path / "one.csv")
    write_counts(count(table.take([1, 0])), tmp_path / "two.csv")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    with (tmp_path / "one.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["channel"] for row in rows} == {"all", "'=HYPERLINK(1)", "'@street"}
    assert {row["partner"] for row in rows} == {"all", "dic", "a,b"}
    assert {row["new_is_censored"] for row in rows} == {"true"}
    assert rows[-1]["new_in_year"] == ""
