"""Chain: the records through which two others became one person, one below the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.analysis.pictures.scene import BLUE, INK, ORANGE, Dot, Line, Picture, Row, Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from uic.analysis.pictures.scene import Mark

_STEP = 52.0  # pixels from one record to the next
_EDGE = 12.0
_LEFT, _TEXT, _RIGHT = 0.02, 0.06, 0.9


def chain_picture(records: Sequence[str], links: Sequence[tuple[str, str]], *, own: str) -> Picture:
    """Draw records as dots and the links between them as lines, beside what the ends have.

    Args:
        records: Whose each record is, from the first to the last.
        links: What each link is called and how sure it is; one less than records.
        own: What the first and the last have by themselves.
    """
    height = _STEP * len(links) + 2 * _EDGE
    places = [(_EDGE + _STEP * number) / height for number in range(len(records))]
    marks = (*_links(places, links), *_ends(places[0], places[-1], own), *_dots(places, records))
    summary = "Each line is a pair that was linked; the dashed one, between the two, was not."
    return Picture("How these two records were joined", summary, (Row(height, marks),))


def _links(places: Sequence[float], links: Sequence[tuple[str, str]]) -> Iterator[Mark]:
    for above, below, (name, sure) in zip(places[:-1], places[1:], links, strict=True):
        yield Line(_LEFT, above, _LEFT, below, BLUE, 3)
        yield Words(_TEXT, (above + below) / 2, f"{name}: {sure}", "start")


def _ends(first: float, last: float, own: str) -> Iterator[Mark]:
    """Draw what the two ends have by themselves as a dashed line at the other side."""
    yield Line(_RIGHT, first, _RIGHT, last, ORANGE, 1.5, dashed=True)
    for place in (first, last):
        yield Line(_RIGHT - 0.04, place, _RIGHT, place, ORANGE, 1.5, dashed=True)
    yield Words(_RIGHT - 0.02, first + (last - first) / 4, own, "end", ORANGE)


def _dots(places: Sequence[float], records: Sequence[str]) -> Iterator[Mark]:
    for place, name in zip(places, records, strict=True):
        ends = place in (places[0], places[-1])
        yield Dot(_LEFT, place, 11, colour=INK, hollow=not ends)
        yield Words(_TEXT, place, name, "start", INK)
