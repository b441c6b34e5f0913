"""Pictures: marks stand where their numbers are, text is escaped, nothing is fetched or run."""

from __future__ import annotations

import math
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uic.analysis.consensus import consensus, parse_record
from uic.analysis.estimating.overview import estimate
from uic.analysis.estimating.results import Interval, Pair
from uic.analysis.estimating.thresholds import ThresholdEstimate
from uic.analysis.pictures import (
    ForestRow,
    ModelPoint,
    consensus_forest,
    estimate_pictures,
    forest,
    model_plot,
    pairwise,
    prior_posterior,
    render,
    save_picture,
    threshold_plot,
    upset,
)
from uic.analysis.pictures.axes import Axis, log_axis, people, span
from uic.analysis.pictures.scene import Bar, Dot, Line, Picture, Words
from uic.errors import UicError

if TYPE_CHECKING:
    from collections.abc import Callable

KHMER = "ការប៉ាន់ស្មាន ភ្នំពេញ"
NASTY = '<script>alert("x")</script> & ' + KHMER


def found(**more: Any) -> Any:
    """Pool three studies and show a fourth."""
    entry = {"method": "rds", "place": "A", "period": "2012", "population": "pwid"}
    numbers = [(1000, 800, 1250, 0.9), (1100, 900, 1350, 0.7), (2500, 1900, 3300, 0.1)]
    rows = [
        entry
        | {"label": f"s{n}", "number": x, "low": lo, "high": hi, "confidence": c, "set_by": "g"}
        for n, (x, lo, hi, c) in enumerate(numbers)
    ]
    rows[0]["label"] = NASTY
    rows.append(entry | {"label": "bare", "number": 700, "left_out": "no interval"})
    return consensus(parse_record({"estimates": rows, **more}))


def models(number: int = 12) -> list[ModelPoint]:
    """Models whose weight falls with their number."""
    weights = [0.5**n for n in range(1, number + 1)]
    return [
        ModelPoint(f"[m{n}]", 1000 + 40 * n, 900 + 40 * n, 1150 + 40 * n, weight / sum(weights))
        for n, weight in enumerate(weights)
    ]


def thresholds() -> list[ThresholdEstimate]:
    """A curve over nine thresholds."""
    return [
        ThresholdEstimate(
            t / 10, 9, 900 + 20 * t, 850 + 20 * t, 960 + 20 * t, 0.8 + t / 50, 1 - t / 40, 1000
        )
        for t in range(1, 10)
    ]


def pairs() -> list[Pair]:
    """Three pairs, one with a small overlap, one that shares nobody."""
    return [
        Pair(("a", NASTY), 50, 40, 12, 166.7, 160, 40, Interval(120, 240, 0.95, "log-normal")),
        Pair(("a", "c"), 50, 9, 3, 150.0, 126, 50, Interval(80, 300, 0.95, "log-normal")),
        Pair(("b", "c"), 40, 9, 0, math.inf, 409, 290, Interval(120, 1500, 0.95, "log-normal")),
    ]


HAV = {"111": 28, "110": 21, "101": 17, "100": 69, "011": 18, "010": 55, "001": 63}
"""Hepatitis A in a college of northern Taiwan, three lists (Chao & Tsay 1998)."""


PICTURES: dict[str, Callable[[], Picture]] = {
    "consensus": lambda: consensus_forest(found()),
    "beliefs": lambda: prior_posterior(found(prior={"median": 900, "q75": 1500, "lower": 300})),
    "no prior": lambda: prior_posterior(found()),
    "forest": lambda: forest([ForestRow(NASTY, 5, 4, 6, note=NASTY)], NASTY, NASTY),
    "upset": lambda: upset([NASTY, "two", "three"], {"100": 70, "011": 3, "111": 12}),
    "masked": lambda: upset(["one", "two"], {"10": 40, "01": 2, "11": 4}, mask_below=5),
    "models": lambda: model_plot(models(), averaged=(1010, 920, 1180), seen=800),
    "pairs": lambda: pairwise(pairs(), reference=150),
    "threshold": lambda: threshold_plot(thresholds(), used=0.5),
}


class Checker(HTMLParser):
    """Collects tags, attributes and text, and checks that every tag is closed in order."""

    void = frozenset({"br", "meta"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and wait for its end."""
        self.tags.append((tag, dict(attrs)))
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that ends itself."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Collect what a reader sees."""
        if self.open[-1:] != ["style"]:
            self.words += data + "\n"


def read(html: str) -> Checker:
    checker = Checker()
    checker.feed(html)
    checker.close()
    assert not checker.open
    return checker


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_a_picture_is_whole_and_harmless(name: str) -> None:
    """Tags close in order; no script, link, image, handler, address or number that is none."""
    html = render(PICTURES[name]())
    seen = read(html)
    assert {tag for tag, _ in seen.tags} <= {
        *("figure", "figcaption", "style", "b", "div", "span", "svg"),
        *("line", "rect", "circle", "polyline", "polygon"),
    }
    assert not any(key.startswith("on") or key == "href" for _, keys in seen.tags for key in keys)
    assert "http" not in html
    assert "url(" not in html
    assert not re.search(r'"[^"]*\b(nan|inf)\b[^"]*"', html)


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_a_picture_is_a_pure_function_of_its_values(name: str) -> None:
    """The same values give the same bytes, and a template takes the picture as it is."""
    assert render(PICTURES[name]()) == render(PICTURES[name]())
    picture = PICTURES[name]()
    assert picture.__html__() == picture._repr_html_() == render(picture)


@pytest.mark.parametrize("name", ["consensus", "forest", "upset", "pairs"])
def test_labels_are_text_of_the_page(name: str) -> None:
    """A label is escaped, stays outside of SVG (so that Khmer is shaped) and is whole."""
    html = render(PICTURES[name]())
    assert "<script" not in html
    assert NASTY in read(html).words
    for drawing in re.findall(r"<svg width.*?</svg></div>|<svg width.*?</svg>", html):
        assert KHMER not in drawing
        assert "<text" not in drawing


def test_style_can_be_left_to_the_page() -> None:
    """A page with many pictures holds the style once."""
    picture = PICTURES["forest"]()
    assert "<style>" in render(picture)
    assert "<style>" not in render(picture, style=False)


def test_dots_and_lines_stand_at_their_numbers() -> None:
    """A number's place on the axis is its logarithm between the ends."""
    picture = forest([ForestRow("a", 100, 10, 1000)], "t")
    axis = log_axis([100, 10, 1000])
    (line,) = [m for m in picture.rows[0].marks if isinstance(m, Line) and m.width == 4]
    (dot,) = [m for m in picture.rows[0].marks if isinstance(m, Dot)]
    assert dot.x == pytest.approx(0.5)
    assert (line.x1, line.x2) == pytest.approx((axis.at(10), axis.at(1000)))
    assert f'cx="{100 * dot.x:.2f}%"' in render(picture)


def test_a_stretched_interval_that_leaves_the_axis_ends_in_an_arrow() -> None:
    """A study without much confidence does not squeeze all others together."""
    rows = [
        ForestRow("sure", 1000, 800, 1250, (750, 1300)),
        ForestRow("unsure", 1000, 800, 1250, (1, 1e6)),
    ]
    picture = forest(rows, "t")
    shapes = [[m.shape for m in row.marks if isinstance(m, Dot)] for row in picture.rows[:2]]
    assert shapes == [["round"], ["left", "right", "round"]]


def test_estimates_of_other_people_are_not_drawn_among_the_studies() -> None:
    """What counts other people is said to be missing rather than drawn beside the rest."""
    rows = [
        {"label": "other", "method": "rds", "place": "A", "period": "2012", "population": "pwud"}
        | {"number": 90000, "left_out": "other people"},
    ]
    record = found().record
    more = parse_record({"estimates": rows}).estimates
    picture = consensus_forest(
        consensus(record.model_copy(update={"estimates": record.estimates + more}))
    )
    assert "other" not in {row.left for row in picture.rows}
    assert "1 of other people or places are not drawn" in picture.summary
    assert "bare" in {row.left for row in picture.rows}


def test_the_headline_is_the_strong_row() -> None:
    """Exactly one row is the result, with its number in words."""
    result = found()
    strong = [row for row in consensus_forest(result).rows if row.strong]
    assert [row.left for row in strong] == ["Consensus: Triangulator"]
    assert strong[0].right.startswith(f"{result.headline.number:,.0f} (")


def test_bars_are_as_long_as_their_counts() -> None:
    """Histories come largest first and bars are in proportion."""
    picture = upset(["a", "b"], {"10": 50, "01": 100, "11": 25})
    bars = [m.width for row in picture.rows for m in row.marks if isinstance(m, Bar)]
    assert [bar / bars[0] for bar in bars] == pytest.approx([1, 0.5, 0.25])
    assert [row.right for row in picture.rows[:2]] == ["75", "125"]


@pytest.mark.parametrize("small", [1, 2, 3, 4])
def test_a_masked_bar_tells_nothing_of_its_count(small: int) -> None:
    """Whatever stands behind <5, the picture is the same to the byte, and totals are away."""
    html = render(upset(["a", "b"], {"10": 50, "01": small, "11": 60}, mask_below=5))
    assert html == render(upset(["a", "b"], {"10": 50, "01": 4, "11": 60}, mask_below=5))
    assert "&lt;5" in html
    assert not re.search(rf">{50 + 60}<|>{60 + small}<", html)


def test_the_model_with_most_weight_stands_highest() -> None:
    """Five models are named, heaviest first; every model has its dot."""
    picture = model_plot(models(), averaged=(1010, 920, 1180), seen=800)
    dots = [m for m in picture.rows[0].marks if isinstance(m, Dot)]
    assert len(dots) == 12
    assert min(dots, key=lambda dot: dot.y).x == min(dot.x for dot in dots)
    assert [row.left.split(",")[0] for row in picture.rows[3:]] == [f"[m{n}]" for n in range(5)]


def test_pairs_come_in_the_order_of_their_numbers() -> None:
    """Smallest estimate first; n1, n2 and the overlap stand under it."""
    picture = pairwise(pairs())
    assert [row.left for row in picture.rows[:3]] == ["a × c", f"a × {NASTY}", "b × c"]
    assert picture.rows[0].note == "50 and 9 people, on both 3"


def test_a_masked_overlap_takes_its_estimate_with_it() -> None:
    """n1, n2 and the estimate would give the overlap away, so the estimate is not written."""
    rows = {row.left: row for row in pairwise(pairs(), mask_below=5).rows}
    assert rows["a × c"].right == "unknown"
    assert rows["a × c"].note.endswith("on both <5")
    assert not [mark for mark in rows["a × c"].marks if isinstance(mark, Dot)]
    assert rows["b × c"].right.startswith("409")


def test_an_estimate_is_drawn_whole() -> None:
    """Histories, pairs and models of a real table, with the report's own numbers."""
    report = estimate(HAV)
    histories, table, *models_ = estimate_pictures(report)
    assert [row.right for row in histories.rows[:3]] == ["135", "122", "126"]
    assert {row.left for row in table.rows[:3]} == {" × ".join(pair.lists) for pair in report.pairs}
    for picture, average in zip(models_, report.averages, strict=True):
        first = next(row for row in picture.rows if row.strong)
        assert first.right.startswith(f"{average.abundance:,.0f} (")
        heaviest = average.weights[0][0]
        assert [row for row in picture.rows if row.left.startswith(f"{heaviest}, weight")]
        dots = [mark for mark in picture.rows[0].marks if isinstance(mark, Dot)]
        assert len(dots) == len(average.weights)


def test_a_count_that_came_masked_is_drawn_as_its_range() -> None:
    """A masked input cell is written as the range it can hold, never as a number."""
    html = render(upset(["a", "b"], {"10": 50, "01": (1, 4), "11": 60}))
    assert ">1–4<" in html
    assert ">110<" not in html


def test_threshold_points_may_come_in_any_order() -> None:
    """The curve is drawn along the threshold."""
    assert threshold_plot(thresholds()[::-1]) == threshold_plot(thresholds())


@given(st.floats(1e-3, 1e9), st.floats(1.01, 1e5))
def test_axes_have_a_few_round_ticks_between_their_ends(low: float, ratio: float) -> None:
    """At most seven ticks, in order, inside, and at least one unless the span is tiny."""
    axis = Axis(low, low * ratio)
    ticks = axis.ticks
    assert len(ticks) <= 7
    assert list(ticks) == sorted(set(ticks))
    assert all(axis.low * 0.999999 <= tick <= axis.high * 1.000001 for tick in ticks)
    assert ticks


@given(st.floats(1, 1e7), st.floats(1, 1e7), st.floats(1, 1e7))
def test_places_keep_the_order_of_numbers(low: float, high: float, number: float) -> None:
    """A larger number never stands further to the left."""
    axis = log_axis([low, high])
    assert 0 <= axis.at(number) <= 1
    assert (axis.at(low) <= axis.at(high)) == (low <= high)


def test_numbers_are_written_as_people_read_them() -> None:
    """Whole numbers with commas; unknown and unbounded in words."""
    assert [people(x) for x in (1234.4, 0.5, math.nan, math.inf)] == [
        "1,234",
        "0.5",
        "unknown",
        "unbounded",
    ]
    assert span(math.nan, 600, 1000) == "600–1,000"
    assert span(5.0, math.nan, math.nan) == "5 (no interval)"


def test_words_inside_a_strip_are_html_too() -> None:
    """Ticks are spans that a browser shapes and wraps, not SVG text."""
    row = PICTURES["forest"]().rows[-1]
    assert all(isinstance(mark, Words) for mark in row.marks)


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
@pytest.mark.parametrize("name", sorted(PICTURES))
def test_a_picture_can_be_saved(name: str, ending: str, tmp_path: Path) -> None:
    """With the plots extra a picture becomes a file of the kind its name says."""
    pytest.importorskip("matplotlib", reason="the plots extra (matplotlib) is not installed")
    if KHMER in str(PICTURES[name]()) and not _khmer_font():
        pytest.skip("no Khmer font is installed here")
    save_picture(PICTURES[name](), tmp_path / f"picture.{ending}", dpi=50)
    head = (tmp_path / f"picture.{ending}").read_bytes()[:200]
    assert {"png": b"\x89PNG", "svg": b"<svg", "pdf": b"%PDF"}[ending] in head or b"<?xml" in head
    assert [path.name for path in tmp_path.iterdir()] == [f"picture.{ending}"]


def _khmer_font() -> bool:
    from uic.analysis.pictures.saving import _fonts

    return len(_fonts()) > 1


def test_a_saved_svg_is_the_same_each_time(tmp_path: Path) -> None:
    """No date and no random id gets into the file."""
    pytest.importorskip("matplotlib", reason="the plots extra (matplotlib) is not installed")
    for name in ("one.svg", "two.svg"):
        save_picture(PICTURES["models"](), tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    """The name must say which kind of file is meant."""
    with pytest.raises(ValueError, match="png, svg, pdf"):
        save_picture(PICTURES["forest"](), tmp_path / "picture.gif")


def test_without_matplotlib_the_error_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The core draws HTML without matplotlib; only saving needs it, and says so."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UicError, match=r"pip install 'uic-link\[plots\]'"):
        save_picture(PICTURES["forest"](), tmp_path / "picture.png")
    assert list(tmp_path.iterdir()) == []
