"""The report page: what it says, and that nothing in it can run, load or break out."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from uic.analysis.counting import count
from uic.analysis.histories import histories
from uic.analysis.reporting import (
    Estimation,
    InputFile,
    Linkage,
    Method,
    MissingValues,
    Model,
    PartnerRecords,
    ReportData,
    RuleCount,
    formats,
    render_report,
    rule_counts,
    views,
)
from uic.analysis.reporting.overlap import overlap_of
from uic.analysis.reporting.strings import ENGLISH
from uic.values import RowProblem

HOSTILE = """"><script>alert(1)</script><img src=x onerror=alert(1)>'{{ 7*7 }}</style>"""
VOID = {"meta", "link", "img", "br", "hr", "input"}
# fmt: off
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "main", "header", "section", "nav",
    "h1", "h2", "h3", "p", "div", "span", "strong", "dl", "dt", "dd", "ul", "ol", "li", "a",
    "table", "thead", "tbody", "tr", "th", "td", "b", "i", "u", "code",
}
# fmt: on


class Page(HTMLParser):
    """A parsed page: its tags, attributes and text, and a check that tags are balanced."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(html)
        self.close()
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag and its attributes."""
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Check that the innermost open tag is closed."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Remember text outside the style sheet."""
        if self.open[-1:] != ["style"]:
            self.text += f" {data}"

    def values(self, name: str) -> list[str]:
        """Return the values of an attribute, wherever it stands."""
        return [value for _, attribute, value in self.attributes if attribute == name]


EVENTS = [
    ("dic", 1, "person-1", "2013-02-01", "centre"),
    ("dic", 2, "person-2", "2013-03-01", "centre"),
    ("dic", 3, "person-3", "2014-08-01", "centre"),
    ("dic", 4, "person-1", "2014-09-01", "centre"),
    ("dic", 5, None, "2014-09-02", "centre"),
    ("outreach", 1, "person-1", "2013-01-01", "street"),
    ("outreach", 2, "person-4", None, "street"),
]


def table(rows: list[tuple[Any, ...]]) -> pa.Table:
    """Build person events from (partner, contact, person, ISO date, channel)."""
    names = ["partner", "contact", "person_id", "date", "channel"]
    columns = [list(column) for column in zip(*rows, strict=True)]
    columns[3] = [None if day is None else dt.date.fromisoformat(day) for day in columns[3]]
    types = [pa.string(), pa.int64(), pa.string(), pa.date32(), pa.string()]
    return pa.table([pa.array(*pair) for pair in zip(columns, types, strict=True)], names=names)


def report_data(**changes: Any) -> ReportData:
    """Build the data of a small report, with some fields changed."""
    events = table(EVENTS)
    data = ReportData(
        project="Pilot",
        period="2013-01-01 to 2014-09-02",
        counts=count(events),
        histories=histories(events),
        linkage=Linkage(
            (PartnerRecords("dic", 1204, 1180), PartnerRecords("outreach", 30, 30)),
            candidate_pairs=52_341,
            links=24,
            persons=1209,
            threshold=0.5,
            expected_precision=0.987,
        ),
        method=Method("0.1.0", "ab" * 32, "2014", 7, (InputFile("dic", "dic.xlsx", 9, "cd" * 32),)),
        rules=(RuleCount("dic", "birth_date", "the date is in the future", 1001),),
        missing=(MissingValues("dic", "sex", 3, 1204), MissingValues("outreach", "place", 1, 30)),
        estimation=Estimation(
            (
                Model("[1,2]", 42.4, 8.25, 30.0, 75.0, 12.5),
                Model("wild", 9e13, None, 30.0, float("inf"), 11.0, "no weight"),
            ),
            chosen=0,
            sentences=("Nobody came or left.",),
        ),
    )
    return dataclasses.replace(data, **changes)


def test_the_page_is_well_formed_and_holds_only_what_cannot_act() -> None:
    """Tags are balanced and from a short list; no attribute loads or runs anything."""
    page = Page(render_report(report_data()))
    assert page.open == []
    assert set(page.tags) <= ALLOWED
    names = {name for _, name, _ in page.attributes}
    assert not {name for name in names if name.startswith("on")} | names & {
        "src",
        "srcset",
        "action",
    }
    assert all(href.startswith("#") for href in page.values("href"))
    assert all(re.fullmatch(r"((width|left):[0-9.]+%;?)+", style) for style in page.values("style"))


def test_the_page_forbids_requests_and_scripts() -> None:
    """The policy is first in the head, and the style sheet has no address in it."""
    html = render_report(report_data())
    assert "default-src 'none'; style-src 'unsafe-inline'" in html
    assert html.index("Content-Security-Policy") < html.index("<style>")
    assert not re.search(r"https?:|//[a-z]|url\(|@import|@font-face", html)


def test_every_anchor_has_its_place() -> None:
    """Each link of the contents leads to an id, and ids are unique."""
    page = Page(render_report(report_data()))
    ids = page.values("id")
    assert len(set(ids)) == len(ids)
    assert page.values("href")
    assert {href[1:] for href in page.values("href")} <= set(ids)
    assert set(page.values("aria-labelledby")) <= set(ids)


def test_text_from_partners_is_shown_and_never_becomes_markup() -> None:
    """A hostile name in every text field stays text."""
    events = table(
        [(HOSTILE, contact, person, day, HOSTILE) for _, contact, person, day, _ in EVENTS]
    )
    data = report_data(
        project=HOSTILE,
        period=HOSTILE,
        counts=count(events),
        histories=histories(events),
        linkage=Linkage((PartnerRecords(HOSTILE, 2, 1),), 1, 1, 1, 0.5),
        method=Method(HOSTILE, HOSTILE, HOSTILE, None, (InputFile(HOSTILE, HOSTILE, 1, HOSTILE),)),
        rules=(RuleCount(HOSTILE, HOSTILE, HOSTILE, 1),),
        missing=(MissingValues(HOSTILE, HOSTILE, 1, 2),),
        estimation=Estimation((Model(HOSTILE, 1, 1, 1, 1, 1, HOSTILE),), 0, 0.95, (HOSTILE,)),
        warnings=(HOSTILE,),
    )
    page, plain = Page(render_report(data)), Page(render_report(report_data(warnings=("w",))))
    assert set(page.tags) <= set(plain.tags)
    assert page.tags["style"] == 1
    assert page.text.count("<script>alert(1)</script>") > 20
    assert "{{ 7*7 }}" in page.text


def test_the_page_shows_the_numbers_it_was_given() -> None:
    """Headline, overlap, linkage, quality and estimate stand on the page, thousands separated."""
    text = Page(render_report(report_data())).text
    for part in (
        "contacts recorded 7 1 of them with groups, without a person",
        "people behind them 4 1.5 contacts a person",
        "new to the programme in 2014 1 first contact ever in the linked files",
        "lists for one person, on average 1.25 the lists added up say 5, yet hold 4 people",
        "Adding up would count 1 too many.",
        "dic 1,204 1,180 24 2.0%",
        "Pairs compared 52,341",
        "Links expected to be right 98.7%",
        "dic birth_date the date is in the future 1,001",
        "sex 0.2% not in the file",
        "42 people by the model [1,2]; 95% interval 30 to 75",
        "wild 90,000,000,000,000 30 – ∞ → reaches beyond the scale – 11.0 no weight",
        "Nobody came or left.",
        "Contacts without a date (1) are counted under “All dates” only.",
        "ab" * 32,
    ):
        assert part in text


def test_the_page_says_what_must_not_be_done_with_it() -> None:
    """It is for inside use, has not passed the gate, and its numbers must not be added."""
    text = Page(render_report(report_data())).text
    assert "has not passed the release gate" in text
    assert "Do not hand it" in text
    assert "Do not add these numbers." in text


def test_new_people_of_the_look_back_are_marked_in_words_too() -> None:
    """The first year carries a dagger and its explanation; the second does not."""
    text = Page(render_report(report_data())).text
    assert "2013 3 2 2 †" in text
    assert "2014 3 2 1 " in text
    assert "do not report this as new" in text


def test_no_person_id_reaches_the_page() -> None:
    """Ids of the rows that were counted are nowhere in the page."""
    assert "person-" not in render_report(report_data())


def test_the_same_data_give_the_same_bytes() -> None:
    """There is no time, no random id and no order that varies."""
    assert render_report(report_data()) == render_report(report_data())


@pytest.mark.parametrize(
    ("estimation", "expected"),
    [
        (None, "Period by period"),
        (Estimation(sentences=("Two lists share nobody.",)), "Two lists share nobody."),
        (Estimation((Model("m", 5, 1, 4, 6),)), "No size is given."),
    ],
)
def test_a_report_without_an_estimate_says_so(estimation: Estimation | None, expected: str) -> None:
    """No estimate asked for, none possible and none chosen are three readable pages."""
    page = Page(render_report(report_data(estimation=estimation)))
    assert expected in page.text
    assert ("estimate" in page.values("id")) == (estimation is not None)


def test_a_report_on_nothing_can_be_read() -> None:
    """No contact, no person, no problem: dashes, no division by zero."""
    events = table(EVENTS).slice(0, 0)
    data = report_data(
        counts=count(events),
        histories=histories(events),
        linkage=Linkage((PartnerRecords("dic", 0, 0),), 0, 0, 0, 0.5),
        rules=(),
        missing=(),
        estimation=None,
    )
    text = Page(render_report(data)).text
    assert "people behind them 0 – contacts a person" in text
    assert "Every value could be used." in text


def test_an_unknown_language_is_refused() -> None:
    """The message lists the languages there are."""
    with pytest.raises(ValueError, match="one of: en"):
        render_report(report_data(), language="xx")


def test_every_word_is_used_and_every_used_word_is_there() -> None:
    """The dictionary and the template ask for the same keys."""
    template = Path(views.__file__).with_name("report.html.jinja").read_text(encoding="utf-8")
    named = set(re.findall(r"[\"']([a-z_]+)[\"']", template))
    assert set(ENGLISH) <= named
    asked = set(re.findall(r"say\([\"']([a-z_]+)[\"']", template))
    assert asked <= set(ENGLISH)


def test_problems_are_counted_by_partner_column_and_rule() -> None:
    """Rows and values are gone; the most frequent rule of a partner comes first."""
    problems = [RowProblem("b", row, "sex", "unknown code") for row in (2, 3)]
    problems += [RowProblem("b", 9, "date", "future"), RowProblem("a", 9, "date", "future")]
    assert rule_counts(problems) == (
        RuleCount("a", "date", "future", 1),
        RuleCount("b", "sex", "unknown code", 2),
        RuleCount("b", "date", "future", 1),
    )


def test_many_cells_are_cut_to_totals() -> None:
    """Beyond what a page can hold only cells with a total are shown, and the page says so."""
    rows = [
        (f"p{n % 5}", n, f"x{n % 40}", f"2014-{n % 12 + 1:02d}-01", f"c{n // 5 % 5}")
        for n in range(900)
    ]
    counts = count(table(rows), period="month")
    shown = views.cells(counts)
    assert len(shown.rows) <= views.MOST_CELLS < shown.total
    assert all("all" in (row["channel"], row["partner"]) for row in shown.rows)
    assert {row["period"] for row in shown.rows} == set(counts["period"].to_pylist())
    assert f"These would be {shown.total:,} rows" in render_report(report_data(counts=counts))


def test_the_total_of_one_part_is_not_repeated() -> None:
    """A channel of one partner has no line for all partners; a channel of two has."""
    rows = [*EVENTS, ("outreach", 9, "person-2", "2014-01-01", "centre")]
    shown = {
        (row["channel"], row["partner"])
        for row in views.cells(count(table(rows))).rows
        if row["period"] == "2014"
    }
    assert shown == {("centre", "dic"), ("centre", "outreach"), ("centre", "all"), ("all", "all")}


def test_long_or_many_lists_get_letters_in_the_head_of_a_table() -> None:
    """Short names stand for themselves; a long one gives every list a letter."""
    short = overlap_of(pa.table({"dic": [1], "street": [1], "count": [3]}))
    long = overlap_of(pa.table({"dic": [1], "a very long name": [1], "count": [3]}))
    assert [item.key for item in short.lists] == ["dic", "street"]
    assert [item.key for item in long.lists] == ["A", "B"]
    assert long.keyed
    assert not short.keyed


def test_rare_combinations_are_told_as_a_rest() -> None:
    """Fifteen combinations are shown, the most frequent first; the others are added up in words."""
    members = [[place >> bit & 1 for place in range(1, 32)] for bit in range(5)]
    counts = list(range(1, 32))
    overlap = overlap_of(pa.table([*members, counts], names=[*"abcde", "count"]))
    assert [row.people for row in overlap.combinations] == list(range(31, 16, -1))
    assert (overlap.rest_rows, overlap.rest_people) == (16, sum(range(1, 17)))
    assert overlap.people == sum(counts)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (formats.number(18737), "18,737"),
        (formats.number(None), "–"),
        (formats.number(float("inf")), "∞"),
        (formats.decimal(1234.56), "1,234.6"),
        (formats.decimal(float("nan")), "–"),
        (formats.percent(0.25), "25.0%"),
        (formats.percent(0.0001), "<0.1%"),
        (formats.percent(0.0), "0.0%"),
        (formats.percent(0.95, 0), "95%"),
        (formats.width(3, 2), "100.00%"),
        (formats.width(1, 0), "0.00%"),
        (formats.width(float("inf"), 2), "0.00%"),
    ],
)
def test_numbers_read_as_people_write_them(actual: str, expected: str) -> None:
    """Thousands are separated, nothing is a dash, and a small share is not zero."""
    assert actual == expected


def test_one_wild_model_does_not_stretch_the_axis() -> None:
    """The axis ends at four times the chosen number; what is beyond is known to be."""
    models = (
        Model("a", 100, 5, 90, 120),
        Model("b", 1e13, 1, 80, 1e14),
        Model("c", 90, 5, 70, 390),
    )
    scale = views.scale_of(Estimation(models, chosen=0))
    assert (scale.low, scale.high) == (70, 390)
    assert [scale.beyond(model) for model in models] == [False, True, False]
    assert scale.place(1e13) == 1.0
    assert scale.place(70) == 0.0
