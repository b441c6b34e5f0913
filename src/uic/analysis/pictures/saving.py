"""A picture as a file, drawn with matplotlib where that is installed (extra ``plots``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from uic.analysis.pictures.scene import INK, MUTED, Bar, Curve, Dot, Line, Words
from uic.errors import UicError
from uic.files import writing

if TYPE_CHECKING:
    from pathlib import Path

    from uic.analysis.pictures.scene import Mark, Picture, Row

WIDTH, EDGE, LINE = 720.0, 24.0, 22.0
"""Width of the picture, its margin and the height of a line of text, in pixels of a screen."""

FORMATS = ("png", "svg", "pdf")
KHMER = ("Noto Sans Khmer", "Khmer OS Siemreap", "Khmer OS", "Khmer UI", "Leelawadee UI")
MARKERS = {"round": "o", "square": "s", "left": "<", "right": ">"}


class PlotsMissingError(UicError, ImportError):
    """Saving a picture needs matplotlib, which is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "saving a picture needs matplotlib, which is not installed\n"
            "  hint: pip install 'uic-link[plots]', or open the HTML page and print it"
        )


def save_picture(picture: Picture, path: str | Path, *, dpi: int = 200) -> None:
    """Write the picture as PNG, SVG or PDF, by the ending of the path; whole or not at all.

    Text in SVG and PDF is drawn as outlines, so that it looks the same where no Khmer font is.

    Args:
        picture: What to draw.
        path: Where to; ends in .png, .svg or .pdf.
        dpi: Dots per inch of a PNG.

    Raises:
        PlotsMissingError: matplotlib is not installed.
        ValueError: the ending is none of the three.
    """
    ending = str(path).rpartition(".")[2].lower()
    if ending not in FORMATS:
        raise ValueError(f"the picture's name must end in one of: {', '.join(FORMATS)}")
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError:
        raise PlotsMissingError from None
    height = 2 * EDGE + 2.6 * LINE + sum(_height(row) for row in picture.rows)
    with mpl.rc_context({"font.family": _fonts(), "svg.fonttype": "path", "svg.hashsalt": "uic"}):
        figure = Figure(figsize=(WIDTH / 96, height / 96))
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(height, 0))
        axes.set_axis_off()
        _draw(axes, picture)
        steady = {"Date": None} if ending == "svg" else None
        with writing(path) as temporary:
            figure.savefig(temporary, format=ending, dpi=dpi, facecolor="white", metadata=steady)


def _fonts() -> list[str]:
    """Return matplotlib's own font, and the first Khmer font of this computer behind it."""
    from matplotlib.font_manager import fontManager

    here = set(fontManager.get_font_names())
    return ["DejaVu Sans", *[name for name in KHMER if name in here][:1]]


def _height(row: Row) -> float:
    lines = (LINE if row.left or row.right else 0) + (0.85 * LINE if row.note else 0)
    return lines + row.height + (8 if lines else 0)


def _draw(axes: Any, picture: Picture) -> None:  # noqa: ANN401 - matplotlib is optional
    axes.text(EDGE, EDGE, picture.title, va="center", size=12, weight="bold", color=INK)
    axes.text(EDGE, EDGE + 0.8 * LINE, picture.summary, va="top", size=8, color=MUTED, wrap=True)
    y = EDGE + 2.6 * LINE
    for row in picture.rows:
        _row(axes, row, y)
        y += _height(row)


def _row(axes: Any, row: Row, y: float) -> None:  # noqa: ANN401
    weight = "bold" if row.strong else "normal"
    if row.left or row.right:
        axes.text(EDGE, y + LINE / 2, row.left, va="center", size=10, weight=weight, color=INK)
        right = {"ha": "right", "va": "center", "size": 10, "weight": weight, "color": INK}
        axes.text(WIDTH - EDGE, y + LINE / 2, row.right, **right)
        y += LINE
    for mark in row.marks:
        _mark(axes, mark, y, row.height)
    if row.note:
        note = {"va": "center", "size": 8, "color": MUTED}
        axes.text(EDGE, y + row.height + 0.4 * LINE, row.note, **note)


def _mark(axes: Any, mark: Mark, top: float, height: float) -> None:  # noqa: ANN401
    inner = WIDTH - 2 * EDGE - 20

    def x(share: float) -> float:
        return EDGE + 10 + share * inner

    def y(share: float) -> float:
        return top + share * height

    match mark:
        case Line():
            _line(axes, [x(mark.x1), x(mark.x2)], [y(mark.y1), y(mark.y2)], mark)
        case Curve():
            xs, ys = [x(p[0]) for p in mark.points], [y(p[1]) for p in mark.points]
            floor = [y(p[1]) for p in mark.floor] or [y(1.0)] * len(ys)
            if mark.fill:
                axes.fill_between(xs, ys, floor, color=mark.colour, alpha=mark.fill, lw=0)
            if mark.width:
                _line(axes, xs, ys, mark)
        case Dot():
            face = "white" if mark.hollow else mark.colour
            look = {"color": mark.colour, "markerfacecolor": face, "markeredgewidth": 1.2}
            size = 0.72 * mark.size
            marker = MARKERS[mark.shape]
            axes.plot(x(mark.x), y(mark.y), marker, markersize=size, zorder=3, **look)
        case Bar():
            box = {"height": mark.height * height, "left": x(mark.x), "align": "edge"}
            look = (
                {"facecolor": "none", "edgecolor": mark.colour, "linestyle": "--"}
                if mark.dashed
                else {"color": mark.colour, "alpha": mark.opacity}
            )
            axes.barh(y(mark.y), mark.width * inner, **box, **look)
        case Words():
            sides = {"start": "left", "middle": "center", "end": "right"}
            look = {"ha": sides[mark.anchor], "va": "center", "size": 8, "color": mark.colour}
            axes.text(x(mark.x), y(mark.y), mark.text, **look)


def _line(axes: Any, xs: list[float], ys: list[float], mark: Line | Curve) -> None:  # noqa: ANN401
    dash = (0, (4, 3)) if mark.dashed else "-"
    axes.plot(xs, ys, color=mark.colour, lw=0.75 * mark.width, ls=dash, solid_capstyle="butt")
