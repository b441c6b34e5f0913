"""The files of a meeting: numbers, UNAIDS fields, a page to read, and the decision log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2

from uic.analysis.consensus.output import csv_text, to_csv, to_json
from uic.analysis.consensus.unaids import rounded, unaids_fields
from uic.analysis.pictures import STYLE, consensus_forest, prior_posterior, render
from uic.analysis.pictures.axes import people, percent, span
from uic.files import write_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from uic.analysis.consensus.log import Decision
    from uic.analysis.consensus.meeting import Consensus


FILES = ("consensus.json", "consensus.csv", "unaids.csv", "consensus.html")


def write_consensus(
    found: Consensus, out: str | Path, decisions: Sequence[Decision] = ()
) -> tuple[Path, ...]:
    """Write the meeting's results into a folder and return the paths.

    ``consensus.json`` holds everything, ``consensus.csv`` the numbers in one table, ``unaids.csv``
    the fields for reporting, ``consensus.html`` a page with pictures that needs nothing else and
    shows the decisions that led there. The same record and decisions give the same bytes.
    """
    paths = tuple(Path(out) / name for name in FILES)
    write_text(paths[0], to_json(found))
    write_text(paths[1], to_csv(found))
    write_text(paths[2], csv_text(("field", "value"), _unaids_rows(found)))
    write_text(paths[3], render_page(found, decisions))
    return paths


def render_page(found: Consensus, decisions: Sequence[Decision] = ()) -> str:
    """Return the page: no script, no request, every text of the record escaped."""
    pictures = [consensus_forest(found), prior_posterior(found)]
    page = _environment().get_template("page.html.jinja")
    return page.render(
        found=found,
        record=found.record,
        rows=list(zip(found.record.estimates, found.studies, strict=True)),
        shares=dict(found.shares),
        unaids=unaids_fields(found),
        decisions=decisions,
        picture_style=STYLE,
        pictures=[render(picture, style=False) for picture in pictures],
        rounded=rounded,
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
    environment.filters |= {"people": people, "percent": percent}
    environment.globals["span"] = span
    return environment


def _unaids_rows(found: Consensus) -> Iterator[tuple[str, str]]:
    """Yield field and value; every site estimate has its own rows."""
    for field, value in unaids_fields(found).items():
        if field != "site_estimates":
            yield field, _cell(value)
            continue
        for number, site in enumerate(value, start=1):
            yield from ((f"site_{number}_{key}", _cell(item)) for key, item in site.items())


def _cell(value: Any) -> str:  # noqa: ANN401 - text or number
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
