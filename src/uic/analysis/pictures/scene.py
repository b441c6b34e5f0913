"""A picture as a value: rows of text, each above a strip with a few simple marks.

Text is HTML and never SVG text, so that a browser shapes Khmer, wraps a long label on a narrow
screen and lets it be read aloud; the strips hold geometry only. Positions are fractions of the
strip: x from left to right, y from top to bottom. The same value is drawn by ``html`` for a page
and by ``saving`` for a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

INK = "#1b2733"
MUTED = "#5d6b78"
FAINT = "#dde3e8"
BLUE = "#1f5fa8"
PALE = "#a9c4e2"
ORANGE = "#b4560f"
"""Colours that keep apart for colour-blind readers and in grey print (Okabe & Ito, darkened)."""

Anchor = Literal["start", "middle", "end"]
Shape = Literal["round", "square", "left", "right"]


@dataclass(frozen=True)
class Line:
    """A straight line; ``width`` in pixels."""

    x1: float
    y1: float
    x2: float
    y2: float
    colour: str = INK
    width: float = 1.5
    dashed: bool = False


@dataclass(frozen=True)
class Dot:
    """A mark of ``size`` pixels; left and right are arrow heads at the edge of a cut line."""

    x: float
    y: float
    size: float = 9
    shape: Shape = "round"
    colour: str = INK
    hollow: bool = False


@dataclass(frozen=True)
class Bar:
    """A box from (x, y) that is ``width`` and ``height`` of the strip; dashed means estimated."""

    x: float
    y: float
    width: float
    height: float
    colour: str = BLUE
    opacity: float = 1.0
    dashed: bool = False


@dataclass(frozen=True)
class Curve:
    """A line through points; filled down to the strip's foot, or to ``floor``, if it has a fill."""

    points: tuple[tuple[float, float], ...]
    colour: str = INK
    width: float = 2
    dashed: bool = False
    fill: float = 0.0
    floor: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Words:
    """Short text inside a strip, centred on y."""

    x: float
    y: float
    text: str
    anchor: Anchor = "middle"
    colour: str = MUTED


Mark = Line | Dot | Bar | Curve | Words


@dataclass(frozen=True)
class Row:
    """A label line, a strip of marks under it, and a note.

    Attributes:
        height: Height of the strip in pixels; 0 draws none.
        marks: What the strip shows.
        left: Label.
        right: Text at the other end of the label line, as a rule the number.
        note: Small text under the strip.
        strong: Whether the label line is the picture's result.
    """

    height: float = 0
    marks: tuple[Mark, ...] = ()
    left: str = ""
    right: str = ""
    note: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Picture:
    """A picture: what it is called, what it says in a sentence, and its rows.

    Attributes:
        title: Name of the picture.
        summary: What to see in it, for those who cannot see it too.
        rows: From top to bottom.
    """

    title: str
    summary: str
    rows: tuple[Row, ...]

    def __html__(self) -> str:
        """Return the picture for a page; template engines take it as it is."""
        from uic.analysis.pictures.html import render

        return render(self)

    _repr_html_ = __html__
