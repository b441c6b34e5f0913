"""UpSet plot of capture histories: which lists the people of each bar stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.analysis.pictures.axes import people
from uic.analysis.pictures.scene import BLUE, FAINT, INK, MUTED, Bar, Dot, Line, Picture, Row, Words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from uic.analysis.pictures.scene import Mark

STEP = 0.05
"""Distance of two dot columns, as a share of the width."""

ROOM = 0.12
"""Share of the width kept free for the number behind the longest bar."""

DIGITS = "123456789"
"""Lists are numbered as in the labels of models, such as ``[12,3]``."""


def upset(
    lists: Sequence[str],
    counts: Mapping[str, int],
    *,
    mask_below: int = 0,
    title: str = "Who is on which lists",
    summary: str = "",
) -> Picture:
    """Draw how many people have each capture history, largest first.

    A small bar is a small group of people: with ``mask_below`` bars of 1 up to that number less
    one are drawn dashed at full mask length, without their number and in the order of the
    history, so that the picture tells no more than ``<5``. List sizes are written only when
    nothing is masked, since totals less bars would give the masked bars away.

    Args:
        lists: Names of the lists, in the order of the digits of a history.
        counts: People by history, e.g. ``{"101": 17}``; zero and missing are not drawn.
        mask_below: Smallest number to show; 0 shows all, which is for the analyst's own eyes.
        title: Name of the picture.
        summary: What it says, in a sentence.
    """
    shown = {history: n for history, n in counts.items() if n > 0 and "1" in history}
    masked = {history for history, n in shown.items() if n < mask_below}
    order = sorted(shown, key=lambda h: (h in masked, 0 if h in masked else -shown[h], h))
    longest = max([*(n for h, n in shown.items() if h not in masked), mask_below, 1])
    rows = [_row(h, len(lists), shown[h], longest, mask_below if h in masked else 0) for h in order]
    sizes = None if masked else _sizes(shown, len(lists))
    return Picture(title, summary, (*_key(lists, sizes), _header(len(lists)), *rows))


def _sizes(counts: Mapping[str, int], lists: int) -> list[int]:
    return [sum(n for h, n in counts.items() if h[place] == "1") for place in range(lists)]


def _key(lists: Sequence[str], sizes: Sequence[int] | None) -> list[Row]:
    """Write the number of each list with its name, and its size where that may be shown."""
    texts = [""] * len(lists) if sizes is None else [people(size) for size in sizes]
    return [
        Row(left=f"{DIGITS[place]}: {name}", right=text)
        for place, (name, text) in enumerate(zip(lists, texts, strict=True))
    ]


def _header(lists: int) -> Row:
    marks = tuple(Words(_column(place), 0.5, DIGITS[place]) for place in range(lists))
    return Row(height=20, marks=marks)


def _row(history: str, lists: int, count: int, longest: int, mask: int) -> Row:
    start = _column(lists)
    length = (1 - ROOM - start) * (mask - 1 if mask else count) / longest
    bar = Bar(start, 0.2, length, 0.6, BLUE, dashed=bool(mask))
    text = f"<{mask}" if mask else people(count)
    label = Words(start + length + 0.012, 0.5, text, "start", INK)
    return Row(height=25, marks=(*_dots(history), bar, label))


def _dots(history: str) -> list[Mark]:
    on = [place for place, digit in enumerate(history) if digit == "1"]
    off = [place for place, digit in enumerate(history) if digit != "1"]
    marks: list[Mark] = [Dot(_column(place), 0.5, 9, colour=FAINT) for place in off]
    if len(on) > 1:
        marks.append(Line(_column(on[0]), 0.5, _column(on[-1]), 0.5, MUTED, 2))
    return [*marks, *(Dot(_column(place), 0.5, 10) for place in on)]


def _column(place: int) -> float:
    return 0.02 + STEP * place
