"""``uic form``: an XLSForm that makes the codes of a scheme on a phone without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.files import writing
from uic.partner.forms.pieces import code_rows
from uic.partner.forms.questions import question_rows, refuse_unsafe
from uic.partner.schemes import load_scheme

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from uic.partner.forms.rows import Row
    from uic.partner.schemes import Scheme

LANGUAGES = ("English (en)", "ខ្មែរ (km)")
SURVEY = (
    "type", "name",
    *(f"label::{language}" for language in LANGUAGES),
    *(f"hint::{language}" for language in LANGUAGES),
    "required", "relevant", "constraint",
    *(f"constraint_message::{language}" for language in LANGUAGES),
    "calculation",
)  # fmt: skip
LONGEST_CELL = 32_767
"""Characters a cell of a spreadsheet holds."""


def form(scheme: str | Path | Scheme, out: str | Path) -> None:
    """Write an XLSForm that composes the codes of a scheme, with their check characters.

    The form runs in ODK Collect and KoBoCollect (JavaRosa) and in Enketo, without a network. It
    gives the same code as :func:`uic.code`, and refuses by a constraint whatever it could not
    bring to the same letters. A date is asked as year, month and day, and only the parts the
    scheme uses are asked. The last question has the code typed again from the card.

    Args:
        scheme: Id of a shipped scheme, path of a scheme file, or a scheme; it must be marked
            ``xlsform_safe``.
        out: Path of the ``.xlsx`` to write.

    The form holds no key and no list of codes. What is typed into it, names included, stays in
    the submission: encrypt it, and delete the names at import (``docs/phone.md``).

    Raises:
        SchemaError: the scheme cannot be computed in a form; every reason is listed.
    """
    found = load_scheme(scheme)
    refuse_unsafe(found)
    survey = [*question_rows(found), *code_rows(found)]
    sheets: dict[str, list[tuple[str, ...]]] = {
        "survey": [SURVEY, *(_survey_row(row) for row in survey)],
        "choices": [("list_name", "name", *SURVEY[2:4]), *_choices(survey)],
        "settings": [
            ("form_title", "form_id", "version", "default_language"),
            (f"UIC {found.id}", f"uic_{found.id}".replace("-", "_"), found.version, LANGUAGES[0]),
        ],
    }
    _write(sheets, out)


def _survey_row(row: Row) -> tuple[str, ...]:
    kind = f"select_one {row.name}" if row.type == "select_one" else row.type
    return (
        kind, row.name, *row.label, *row.hint, row.required, row.relevant, row.constraint,
        *row.message, row.calculation,
    )  # fmt: skip


def _choices(survey: list[Row]) -> Iterable[tuple[str, ...]]:
    for row in survey:
        for name, label in row.answers:
            yield (row.name, name, *label)


def _write(sheets: dict[str, list[tuple[str, ...]]], out: str | Path) -> None:
    import xlsxwriter

    options = {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}
    with writing(out) as temporary:
        book = xlsxwriter.Workbook(temporary, options)
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            sheet.freeze_panes(1, 2)
        book.close()
