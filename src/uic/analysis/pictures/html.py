"""A picture as a piece of HTML: text in HTML, geometry in inline SVG, no script, no network."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from uic.analysis.pictures.scene import Bar, Curve, Dot, Line, Words

if TYPE_CHECKING:
    from uic.analysis.pictures.scene import Mark, Picture, Row

STYLE = """
.uic-picture{max-width:46rem;margin:1.5rem 0;padding:0 10px;color:#1b2733;background:#fff}
.uic-picture figcaption{margin:0 -10px .6rem}
.uic-picture figcaption b{display:block;font-size:1.05em}
.uic-picture figcaption,.uic-note,.uic-words{color:#5d6b78}
.uic-picture figcaption b,.uic-head{color:#1b2733}
.uic-head{display:flex;flex-wrap:wrap;justify-content:space-between;column-gap:1em;margin:0 -10px;
line-height:1.55}
.uic-head span+span{margin-left:auto;font-variant-numeric:tabular-nums}
.uic-strong{font-weight:600}
.uic-strip{position:relative}
.uic-strip svg{display:block;overflow:visible}
.uic-words{position:absolute;white-space:nowrap;font-size:.8em;line-height:1;
font-variant-numeric:tabular-nums}
.uic-note{font-size:.85em;line-height:1.55;margin:0 -10px}
.uic-row{margin-bottom:.5rem}
.uic-bare{margin-bottom:0}
"""
"""The style of all pictures; a page with many of them may hold it once."""

_SHIFT = {"start": "0", "middle": "-50%", "end": "-100%"}


def render(picture: Picture, *, style: bool = True) -> str:
    """Return the picture as a ``<figure>``, every text escaped.

    Args:
        picture: What to draw.
        style: Whether to put the style into the figure; without it the page must hold ``STYLE``.
    """
    rows = "".join(_row(row) for row in picture.rows)
    return (
        '<figure class="uic-picture">'
        + (f"<style>{STYLE}</style>" if style else "")
        + f"<figcaption><b>{escape(picture.title)}</b>{escape(picture.summary)}</figcaption>"
        + f"{rows}</figure>\n"
    )


def _row(row: Row) -> str:
    strong = " uic-strong" if row.strong else ""
    bare = "" if row.left or row.right or row.note else " uic-bare"
    parts = [f'<div class="uic-row{bare}">']
    if row.left or row.right:
        texts = f"<span>{escape(row.left)}</span><span>{escape(row.right)}</span>"
        parts.append(f'<div class="uic-head{strong}">{texts}</div>')
    if row.height:
        parts.append(_strip(row))
    if row.note:
        parts.append(f'<div class="uic-note">{escape(row.note)}</div>')
    return "".join([*parts, "</div>"])


def _strip(row: Row) -> str:
    shapes = "".join(_shape(mark, row.height) for mark in row.marks)
    words = "".join(_words(mark) for mark in row.marks if isinstance(mark, Words))
    drawing = f'<svg width="100%" height="{row.height:g}" aria-hidden="true">{shapes}</svg>'
    return f'<div class="uic-strip" style="height:{row.height:g}px">{drawing}{words}</div>'


def _words(mark: Words) -> str:
    place = f"left:{_percent(mark.x)};top:{_percent(mark.y)}"
    shift = f"transform:translate({_SHIFT[mark.anchor]},-50%);color:{mark.colour}"
    return f'<span class="uic-words" style="{place};{shift}">{escape(mark.text)}</span>'


def _shape(mark: Mark, height: float) -> str:
    match mark:
        case Line():
            ends = (
                f'x1="{_percent(mark.x1)}" y1="{_percent(mark.y1)}" '
                f'x2="{_percent(mark.x2)}" y2="{_percent(mark.y2)}"'
            )
            return f"<line {ends} {_stroke(mark.colour, mark.width, dashed=mark.dashed)}/>"
        case Bar():
            box = (
                f'x="{_percent(mark.x)}" y="{_percent(mark.y)}" '
                f'width="{_percent(mark.width)}" height="{_percent(mark.height)}"'
            )
            if mark.dashed:
                return f'<rect {box} fill="none" {_stroke(mark.colour, 1.5, dashed=True)}/>'
            return f'<rect {box} fill="{mark.colour}" fill-opacity="{mark.opacity:g}"/>'
        case Curve():
            return _curve(mark)
        case Dot():
            return _dot(mark, height)
        case Words():
            return ""


def _curve(mark: Curve) -> str:
    """Draw in a box that stretches with the strip; the line keeps its width."""
    line = " ".join(f"{100 * x:.2f},{100 * y:.2f}" for x, y in mark.points)
    frame = 'viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%"'
    stroke = _stroke(mark.colour, mark.width, dashed=mark.dashed)
    drawn = f'<polyline points="{line}" fill="none" {stroke} vector-effect="non-scaling-stroke"/>'
    if mark.fill:
        floor = mark.floor or ((mark.points[0][0], 1.0), (mark.points[-1][0], 1.0))
        back = " ".join(f"{100 * x:.2f},{100 * y:.2f}" for x, y in reversed(floor))
        area = f'points="{line} {back}" fill="{mark.colour}" fill-opacity="{mark.fill:g}"'
        drawn = f"<polygon {area}/>{drawn if mark.width else ''}"
    return f"<svg {frame}>{drawn}</svg>"


def _dot(mark: Dot, height: float) -> str:
    half, y = mark.size / 2, mark.y * height
    fill = f'fill="#fff" {_stroke(mark.colour, 2)}' if mark.hollow else f'fill="{mark.colour}"'
    if mark.shape == "round":
        return f'<circle cx="{_percent(mark.x)}" cy="{y:g}" r="{half:g}" {fill}/>'
    if mark.shape == "square":
        shape = f'<rect x="{-half:g}" y="{-half:g}" width="{2 * half:g}" height="{2 * half:g}"'
    else:
        tip = half if mark.shape == "right" else -half
        shape = f'<polygon points="{tip:g},0 {-tip:g},{-half:g} {-tip:g},{half:g}"'
    return f'<svg x="{_percent(mark.x)}" y="{y:g}" overflow="visible">{shape} {fill}/></svg>'


def _stroke(colour: str, width: float, *, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return f'stroke="{colour}" stroke-width="{width:g}"{dash}'


def _percent(share: float) -> str:
    return f"{100 * share:.2f}%"
