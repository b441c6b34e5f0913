"""UpSet plot of capture histories: which lists the people of each bar stand on."""

from __future__ import annotations

from dataclasses import dataclass
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
    counts: Mapping[str, int | tuple[int, int]],
    *,
    mask_below: int = 0,
    title: str = "Who is on which lists",
    summary: str = "",
) -> Picture:
    """Draw how many people have each capture history, largest first.

    A small bar is a small group of people: with ``mask_below`` bars of 1 up to that number less
    one are drawn dashed at full mask length, without their number and in the order of the
    history, so that the picture tells no more than ``<5``. List sizes are written only when
    nothing is masked, since totals less bars would give the masked bars away. A count that was
    masked before it came here is a pair, ``(1, 4)``, and is drawn as 1–4.

    Args:
        lists: Names of the lists, in the order of the digits of a history.
        counts: People by history, e.g. ``{"101": 17, "111": (1, 4)}``; zero is not drawn.
        mask_below: Smallest number to show; 0 shows all, which is for the analyst's own eyes.
        title: Name of the picture.
        summary: What it says, in a sentence.
    """
    cells = {
        h: _cell(n, mask_below) for h, n in counts.items() if "1" in h and n not in (0, (0, 0))
    }
    order = sorted(
        cells, key=lambda h: (cells[h].masked, -cells[h].length * (not cells[h].masked), h)
    )
    longest = max((cell.length for cell in cells.values()), default=1)
    rows = [_row(history, len(lists), cells[history], longest) for history in order]
    masked = any(cell.masked for cell in cells.values())
    sizes = None if masked else _sizes(cells, len(lists))
    return Picture(title, summary, (*_key(lists, sizes), _header(len(lists)), *rows))


@dataclass(frozen=True)
class _Cell:
    """What may be shown of one count: its length, its words, and whether it is masked."""

    length: int
    words: str
    masked: bool


def _cell(count: int | tuple[int, int], mask_below: int) -> _Cell:
    if isinstance(count, tuple) and count[0] != count[1]:
        return _Cell(count[1], f"{count[0]}–{count[1]}", masked=True)
    number = count[0] if isinstance(count, tuple) else count
    if number < mask_below:
        return _Cell(mask_below - 1, f"<{mask_below}", masked=True)
    return _Cell(number, people(number), masked=False)


def _sizes(cells: Mapping[str, _Cell], lists: int) -> list[int]:
    places = range(lists)
    return [sum(cell.length for h, cell in cells.items() if h[place] == "1") for place in places]


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


def _row(history: str, lists: int, cell: _Cell, longest: int) -> Row:
    start = _column(lists)
    length = (1 - ROOM - start) * cell.length / longest
    bar = Bar(start, 0.2, length, 0.6, BLUE, dashed=cell.masked)
    label = Words(start + length + 0.012, 0.5, cell.words, "start", INK)
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
