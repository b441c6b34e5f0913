"""From report data to one HTML page that needs nothing else: no script, no network, no font."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

from uic.analysis.reporting import formats, views
from uic.analysis.reporting.overlap import overlap_of
from uic.analysis.reporting.strings import ENGLISH

if TYPE_CHECKING:
    from uic.analysis.reporting.data import ReportData

LANGUAGES = {"en": ENGLISH}


def render_report(results: ReportData, *, language: str = "en") -> str:
    """Write the report as a self-contained HTML page.

    Every text is escaped; the page's own security policy forbids scripts and any request. The
    same data give the same bytes.

    Args:
        results: Counts, histories and what is known about how they came about.
        language: Language of the page's own words; only ``en`` so far.

    Raises:
        ValueError: the language is not known.

    A holder of the page learns small counts: it is for inside use and has not passed the release
    gate, which the page says at its top.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of: {', '.join(LANGUAGES)}")
    words = LANGUAGES[language]

    def say(key: str, **values: object) -> str:
        return words[key].format(**values)

    periods, everything = views.totals(results.counts)
    return (
        _environment()
        .get_template("report.html.jinja")
        .render(
            say=say,
            language=language,
            data=results,
            overlap=overlap_of(results.histories),
            periods=periods,
            everything=everything,
            newest=views.newest(periods),
            most_people=max((row["individuals"] for row in periods), default=0),
            cells=views.cells(results.counts),
            missing=views.missing_table(results.missing),
            scale=views.scale_of(results.estimation) if results.estimation else None,
        )
    )


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for name in ("number", "decimal", "percent", "width"):
        environment.filters[name] = getattr(formats, name)
    return environment
